"""The checks of a list before it is kept, as values; what it must not have lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.archive.completeness import LOST_REFUSED
from elolag.archive.listing import reference_category
from elolag.archive.package import KEYS, TABLES, Check
from elolag.schema import BOARD_PATTERN, VINTAGE_PATTERN, vintage_fault
from elolag.sources.tidy import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from elolag.archive.listing import Listed, Listing
    from elolag.schema import Publication

#: More of its source's categories gone than this is a loss (the catalog of 2025-02-28 lacks 12 of
#: 20); so is a category of which most rows lost their errors.
_LOST_CATEGORIES, _LOST_ERRORS, _ERROR_ROWS = 0.6, 0.5, 10
#: An error below this part of the median of the list before is none.
_TINY_ERROR = 0.01
#: Fewer different ratings in so many rows are no ratings; honest lists have at least 15.
_FEWEST_VALUES, _VALUE_ROWS = 5, 20
#: Rank correlation of common entries with the list before; honest lists have at least 0.93.
_ORDER_ROWS, _ORDER_REFUSED = 20, 0.5


def losses(
    ratings: pd.DataFrame,
    left_out: Sequence[str],
    recent: Sequence[Listed],
    previous: Listed | None,
    *,
    whole: bool,
) -> list[Check]:
    """Check that nothing is lost that earlier lists had; all required.

    Parameters
    ----------
    ratings
        Of the publication.
    left_out
        Its categories that were left out on purpose.
    recent
        The last comparable lists of its source, the newest first.
    previous
        The newest comparable vintage of any source.
    whole
        Whether its source's lists come whole; a copy may hold any part of a board.
    """
    flat = sorted(
        str(name)
        for name, rows in ratings.groupby("category", sort=True)
        if len(rows) >= _VALUE_ROWS and rows["rating"].nunique() < _FEWEST_VALUES
    )
    before = recent[0].find_table("ratings") if recent else None
    earlier = {} if before is None else {recent[0].vintage: before}
    newest = previous.find_table("ratings") if previous else None
    if previous and newest is not None:
        earlier[previous.label] = newest
    checks = [_check("ratings-differ", flat, "hardly any in"), _same_order(ratings, earlier)]
    if before is None:
        return checks
    against = f"since {recent[0].vintage}"
    had, has = set(before["category"]), {*ratings["category"], *left_out}
    gone = sorted(had - has)
    if whole:
        none = f"no category overall any more {against}" if "overall" in gone else ""
        note = f"{len(gone)} of {len(had)} gone {against}: {_some(gone)}" if gone else ""
        checks.append(_check("overall-kept", none))
        few = len(gone) <= _LOST_CATEGORIES * len(had)
        checks.append(Check("categories-kept", few, True, note))
    if not recent[0].filled:  # else its intervals were another source's
        checks.append(_errors_kept(ratings, before, against))
    return checks


def _errors_kept(now: pd.DataFrame, before: pd.DataFrame, against: str) -> Check:
    """Whether most rows of each category have what they had: intervals with a width, and errors."""
    new, old = _errors(now), _errors(before)
    lost = []
    for key in [key for key in new if key in old]:
        had = float((old[key] > 0).mean())
        has = float((new[key] > _TINY_ERROR * np.median(old[key])).mean())
        if has < _LOST_ERRORS <= had:
            lost.append(f"{key[1]} of {key[0]:.60} ({had:.0%} of rows, now {has:.0%})")
    return _check("errors-kept", lost, f"lost {against}:")


def _errors(ratings: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    """By category, the widths of its intervals and its standard errors; 0 for none."""
    return {
        (str(category), name): values.fillna(0.0).to_numpy(float)
        for category, rows in ratings.groupby("category", sort=True)
        if len(rows) >= _ERROR_ROWS
        for name, values in (("interval", rows["upper"] - rows["lower"]), ("se", rows["se"]))
    }


def _same_order(now: pd.DataFrame, earlier: Mapping[str, pd.DataFrame]) -> Check:
    """Whether entries stand in about the order of earlier lists, category by category."""
    off, key = [], ["category", "entry"]
    for label, before in earlier.items():
        both = now[[*key, "rating"]].merge(
            before[[*key, "rating"]], on=key, suffixes=("", "_before")
        )
        for category, rows in both.groupby("category", sort=True):
            ranks = rows[["rating", "rating_before"]].rank().to_numpy()
            # Ratings that are all alike have no order; `ratings-differ` refuses them.
            if len(rows) < _ORDER_ROWS or not np.ptp(ranks, axis=0).all():
                continue
            rho = float(np.corrcoef(ranks.T)[0, 1])
            if rho < _ORDER_REFUSED:
                off.append(f"{category:.60} {rho:.2f} over {len(rows)} entries since {label}")
    return _check("order-kept", off, "rank correlation:")


def _check(
    name: str, faults: str | Sequence[str], prefix: str = "", *, required: bool = True
) -> Check:
    """A check that passes where there is no fault; its note has the fault, or the first few."""
    note = faults if isinstance(faults, str) else _some(faults)
    return Check(name, not faults, required, f"{prefix} {note}".strip() if faults else "")


# What is asked of a publication before it is accepted, as data.
#
# Each check gives a `Check`. A failed *required* one refuses the snapshot; a failed optional one
# is recorded in the manifest and shown, since it may be the news of the month.

LOST_SHARE_NOTED = 0.1
#: A median shift of common entries above this (Elo) is worth a look (ARCHITECTURE.md, trap 2).
_SHIFT_NOTED = 5.0
#: Changes of at least so many common entries that spread more than this about their median (MAD,
#: Elo) are another computation: raw beside style-controlled text has 17, a recomputation up to 6.
_SPREAD_ROWS, _SPREAD_REFUSED = 20, 10.0
#: Points an entry among the first `_STALE_TOP` may move against the common shift without a word.
_MOVED_NOTED = 20.0
#: A category that lists so few of the top entries of `overall` was last computed long ago.
_STALE_TOP, _STALE_SHARE, _STALE_ROWS = 20, 0.1, 40

#: Of the pairs of entries whose ranks differ, the share that may stand against their ratings: in
#: honest lists, copies with ranges of ranks included, it is 0.6% at most. Fewer pairs say nothing.
_DISORDER, _RANKED_PAIRS, _RANKED_ROWS = 0.1, 10, 1_000
#: Rows with an error and no votes beside rows with votes; in honest lists all have them or none.
_UNCOUNTED = 0.1
#: Share of a category's rows in which the interval is the standard error's, before and now.
_FOLLOWED, _FOLLOWS, _FOLLOW_ROWS = 0.9, 0.5, 5

_ELO_RANGE = (-1000.0, 5000.0)
_INTERVAL_SLACK = 0.011
_NAMES_SHOWN = 5


def failures(done: Iterable[Check]) -> str:
    """Why a publication is refused: its failed required checks, in words; empty for none."""
    failed = [check for check in done if check.required and not check.passed]
    return "; ".join(f"check {check.name}: {check.note}" for check in failed)


def vintage_plausible(publication: Publication, retrieved_at: str) -> Check:
    """Check the day a publication says it is of with the day it was retrieved; required."""
    return _check("vintage-plausible", vintage_fault(publication.vintage, retrieved_at))


def structure(publication: Publication) -> list[Check]:
    """Check a publication on its own; all checks are required."""
    checks = [_check("schema", next(_schema_faults(publication), ""))]
    if not checks[0].passed:
        return checks
    checks.append(_check("duplicate-keys", _doubled(publication.tables)))
    ratings = publication.tables.get("ratings")
    if ratings is not None:
        checks.append(_check("numeric-ranges", _range_fault(ratings, publication.method)))
        checks.append(_check("interval-contains-rating", _outside(ratings)))
    return checks


def consistent(publication: Publication) -> list[Check]:
    """Check the figures of a publisher's own list with one another; all checks are required."""
    ratings = publication.tables.get("ratings")
    if ratings is None:
        return []
    votes, ranks = [], []
    for category, rows in ratings.groupby("category", sort=True):
        # Whoever gives a variance has counted.
        none = rows["votes"].isna()
        without = int((none & rows["se"].notna()).sum())
        if without > _UNCOUNTED * len(rows) and not none.all():
            votes.append(f"{without} of {len(rows)} rows of {category:.60} have none")
        share = _disorder(rows)
        if share > _DISORDER:
            ranks.append(f"{share:.0%} of the pairs of {category:.60} are ranked against ratings")
    return [_check("votes-counted", votes), _check("rank-agrees-with-rating", ranks)]


def _disorder(rows: pd.DataFrame) -> float:
    """Share of pairs, of those of different ratings and ranks, whose order by the two differs."""
    ranked = rows[rows["rank"].notna()].sort_values("rating", kind="stable")
    if len(ranked) > _RANKED_ROWS:
        at = np.linspace(0, len(ranked) - 1, _RANKED_ROWS).astype(np.intp)
        ranked = ranked.iloc[at]
    rating, rank = (ranked[name].to_numpy(dtype=float) for name in ("rating", "rank"))
    order = np.sign(rating[:, None] - rating) * np.sign(rank[:, None] - rank)
    against, told = int((order > 0).sum()) // 2, int((order != 0).sum()) // 2
    return against / told if told >= _RANKED_PAIRS else 0.0


def interval_follows_variance(ratings: pd.DataFrame, before: pd.DataFrame | None) -> Check:
    """Check that intervals are so many standard errors wide in every row where they were; required.

    How many may change: that is a change of method (see `elolag.archive.holding`).

    Parameters
    ----------
    ratings
        Of the publication.
    before
        Of its source's last list of the board, if there is one. Some boards never had intervals
        that are symmetric.
    """
    now = _following(ratings)
    then = {} if before is None else _following(before)
    off = [
        f"{category:.60} (in {share:.0%} of rows, before in {then[category]:.0%})"
        for category, share in now.items()
        if share < _FOLLOWS and then.get(category, 0.0) >= _FOLLOWED
    ]
    said = "intervals no longer go with the standard errors in"
    return _check("interval-follows-variance", off, said)


def _following(ratings: pd.DataFrame) -> dict[str, float]:
    """Share of rows, by category, whose interval is as many errors wide as the median one's."""
    rows = ratings.dropna(subset=["lower", "upper", "se"])
    if rows.empty:
        return {}
    half = (rows["upper"] - rows["lower"]) / 2
    # Of two middle ones the lower: what lies between them is no row's.
    wide = (
        (half / rows["se"])
        .groupby(rows["category"])
        .transform(lambda ratio: ratio.quantile(interpolation="lower"))
    )
    fits = (half - wide * rows["se"]).abs() <= 0.02 + 0.01 * half
    found = fits.groupby(rows["category"], sort=True).agg(["mean", "size"])
    return {str(c): float(m) for c, m, n in found.itertuples() if n >= _FOLLOW_ROWS}


def comparison(
    now: Listed, previous: Listed | None, completeness: str, *, settled: bool = False
) -> list[Check]:
    """Check against the previous vintage of a comparable kind; nothing of what has no ratings.

    Parameters
    ----------
    now
        The publication.
    previous
        What to compare with, or None when there is nothing.
    completeness
        ``full``, or ``top-N``; of a top-N list lost rows mean nothing.
    settled
        Whether ratings of the board are known to keep their places from one list to the next.
    """
    listing = now.reference
    if listing is None:
        return []
    full = completeness == "full"
    part = "" if full else f"{completeness} of the board"
    checks = [_check("complete", part, required=False)]
    other = previous.find(str(reference_category(now.categories))) if previous else None
    if previous is None or other is None:
        return [*checks, Check("previous", True, False, "no comparable earlier vintage")]
    mine, theirs = listing.by_name(), other.by_name()
    change = {name: mine[name] - rating for name, rating in theirs.items() if name in mine}
    lost = [name for name in theirs if name not in mine]
    share = len(lost) / len(other)
    against = f"since {previous.label}"
    if full:
        gone = f"{len(lost)} {against}: {_some(lost)}" if lost else f"none {against}"
        part = f"{share:.1%} of {len(other)} rows {against}"
        checks += [
            Check("models-lost", not lost, False, gone),
            Check("rows-lost", share <= LOST_SHARE_NOTED, False, part),
            Check("most-rows-kept", share <= LOST_REFUSED, True, part),
        ]
    ratings, before = now.find_table("ratings"), previous.find_table("ratings")
    same = ratings is not None and before is not None and _same_figures(ratings, before)
    repeated = f"same figures as {previous.label}" * same
    return [
        *checks,
        *_shift([*change.values()], against, settled=settled),
        _top_moves(change, listing, other, against),
        _check("differs-from-previous", repeated, required=False),
    ]


def _top_moves(change: Mapping[str, float], now: Listing, before: Listing, against: str) -> Check:
    """Whether an entry among the first moved by itself, in a list of a new date."""
    shift = float(np.median(list(change.values()))) if change else 0.0
    top = {*now.entries[:_STALE_TOP], *before.entries[:_STALE_TOP]}
    moved = [
        f"{name:.60} {change[name] - shift:+.1f}"
        for name in now.entries
        if name in top and name in change and abs(change[name] - shift) > _MOVED_NOTED
    ]
    said = f"against the common shift {against}:"
    return _check("top-entries-stay", moved, said, required=False)


def stale_categories(
    ratings: pd.DataFrame, previous: pd.DataFrame | None
) -> tuple[list[str], Check]:
    """Categories that did not move although their board did, and the check that says so.

    A category of the previous vintage is stale when all its figures are those of the previous
    vintage while some other category's are not. One that has nothing to be compared with is
    stale when it lists at most a tenth of the top of `overall`.
    """
    now, before = (
        {} if table is None else {str(n): rows for n, rows in table.groupby("category", sort=True)}
        for table in (ratings, previous)
    )
    same = [name for name in now if name in before and _same_figures(now[name], before[name])]
    moved = any(name in before and name not in same for name in now)
    stale = same if moved else []
    overall = now.get("overall")
    if overall is not None and len(overall) >= _STALE_ROWS:
        top = set(overall["entry"].head(_STALE_TOP))
        most = _STALE_SHARE * _STALE_TOP
        new = [name for name in now if name not in before]
        stale += [name for name in new if len(top & set(now[name]["entry"])) <= most]
    stale = sorted(stale)
    return stale, Check("stale-categories", not stale, False, ", ".join(stale))


def new_organisations(entries: pd.DataFrame | None, known: frozenset[str] | None) -> list[Check]:
    """Whether every organisation was named on this board before; `known` None: nothing to ask."""
    if entries is None or known is None:
        return []
    new = sorted({name for name in entries["organisation"] if name and name not in known})
    return [_check("organisations-known", new, "new:", required=False)]


def _schema_faults(publication: Publication) -> Iterator[str]:
    """Whatever would make the publication unfit to be stored, lazily; later parts need earlier."""
    if not BOARD_PATTERN.fullmatch(publication.board):
        yield f"board {publication.board!r} is not of the form publisher/board"
    found = VINTAGE_PATTERN.fullmatch(publication.vintage)
    if not found or found[2]:
        yield f"vintage {publication.vintage!r} is not an ISO date"
    if not publication.tables:
        yield "no table"
    for name, frame in publication.tables.items():
        if name not in TABLES:
            yield f"unknown table {name!r}"
        missing = [column for column in TABLES[name] if column not in frame.columns]
        if missing:
            yield f"{name} lacks the columns {', '.join(missing)}"
        if frame.empty:
            yield f"{name} has no rows"
        for column, kind in TABLES[name].items():
            for row, value in enumerate(frame[column] if kind == "string" else (), start=1):
                where = f"{name}: {column} in row {row}"
                if column in KEYS[name] and (not isinstance(value, str) or not value):
                    yield f"{where} is no name: {value!r:.80}"
                if isinstance(value, str) and FORBIDDEN.search(value):
                    yield f"{where} holds a control character: {value!r:.80}"


def _doubled(tables: Mapping[str, pd.DataFrame]) -> str:
    for name, frame in tables.items():
        doubled = frame.loc[frame.duplicated(KEYS[name]), KEYS[name]]
        if len(doubled):
            first = " / ".join(doubled.iloc[0])
            return f"{len(doubled)} rows of {name} repeat a key, e.g. {first:.80}"
    return ""


def _range_fault(ratings: pd.DataFrame, method: str) -> str:
    values = {
        name: ratings[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        for name, kind in TABLES["ratings"].items()
        if kind != "string"
    }
    low, high = _ELO_RANGE
    bad: dict[str, Any] = {
        "rating is missing or infinite": ~np.isfinite(values["rating"]),
        "an interval or error is infinite": np.isinf(
            [values[name] for name in ("lower", "upper", "se")]
        ).any(axis=0),
        "se is negative": values["se"] < 0,
        "votes are negative": values["votes"] < 0,
        "rank is below 1": values["rank"] < 1,
    }
    if method in ("bradley-terry", "online-elo"):
        outside = (values["rating"] < low) | (values["rating"] > high)
        bad[f"rating is outside {low:g} to {high:g}"] = outside
    for fault, rows in bad.items():
        if rows.any():
            entry = ratings["entry"].iloc[int(np.argmax(rows))]
            return f"{fault} in {int(rows.sum())} rows, e.g. {entry:.80}"
    return ""


def _outside(ratings: pd.DataFrame) -> str:
    rating, lower, upper = (ratings[c].to_numpy(dtype=float) for c in ("rating", "lower", "upper"))
    outside = (lower > rating + _INTERVAL_SLACK) | (upper < rating - _INTERVAL_SLACK)
    if not outside.any():
        return ""
    at = int(np.argmax(outside))
    return (
        f"{int(outside.sum())} of {len(rating)} rows do not, e.g. {ratings['entry'].iloc[at]}: "
        f"{rating[at]:g} in {lower[at]:g} to {upper[at]:g}"
    )


def _shift(shifts: Sequence[float], against: str, *, settled: bool) -> list[Check]:
    """How far common entries moved: each by itself where places are kept, and all together."""
    count = len(shifts)
    median = float(np.median(shifts)) if shifts else 0.0
    spread = float(np.median(np.abs(np.asarray(shifts) - median))) if shifts else 0.0
    done = []
    if settled:  # a raw list under a style-controlled name does not keep them
        note = f"MAD {spread:.1f} over {count} common entries {against}"
        if spread > _SPREAD_REFUSED:
            note += "; it reads like another computation of ratings, not this board's"
        few = count < _SPREAD_ROWS
        passed = few or spread <= _SPREAD_REFUSED
        done.append(Check("same-computation", passed, True, "" if few else note))
    note = f"median {median:+.2f}, MAD {spread:.2f}, {count} common entries {against}"
    note = note if shifts else f"no common entries {against}"
    return [*done, Check("scale-shift", abs(median) <= _SHIFT_NOTED, False, note)]


def _same_figures(now: pd.DataFrame, before: pd.DataFrame) -> bool:
    """Whether two tables have the same entries, ratings, intervals and votes."""
    columns = ["category", "entry", "rating", "lower", "upper", "se", "votes"]
    if len(now) != len(before):
        return False
    return bool(now[columns].reset_index(drop=True).equals(before[columns].reset_index(drop=True)))


def _some(names: Sequence[str]) -> str:
    """The first few names, each cut short, and how many more there are."""
    shown = ", ".join(name[:60] for name in names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
