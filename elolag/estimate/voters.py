"""How other voters rate one side's models against the other's of equal rating, and what of it.

The categories of a language are compared with the English one, on a board and on its twin with or
without style control, and compar:IA's public with the arena's. `elolag.model.shift` has the fit;
docs/decisions/0013-voters.md says what was settled before it was run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Unpack

import numpy as np
import pandas as pd

from elolag.archive import Board, Snapshot, same_scale
from elolag.arrays import Floats, Ints
from elolag.dates import to_day
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import HEADLINE, lag_key, results
from elolag.estimate.panel import choose, other_board, vintages
from elolag.estimate.session import Question, Session, Study, prepare
from elolag.model import draws
from elolag.model.estimands import TRENDS, Race
from elolag.model.interval import Summary, summarise
from elolag.model.shift import Pairs, Shift, shift
from elolag.own import OwnBoard
from elolag.question import refuse_settled
from elolag.results.provenance import Origin
from elolag.results.voters import TOP, Voters, VotersReport
from elolag.tags import Lookup

#: Categories that hold the votes of one language.
_LANGUAGES = (
    "chinese", "french", "german", "japanese", "korean", "polish", "russian", "spanish"
)  # fmt: skip
_BASE = "english"
_EVERYBODY = "overall"
#: A board whose public is not the arena's.
PUBLIC = "comparia/text"


def compare_voters(
    *,
    estimand: str = HEADLINE,
    progress: Callable[[int, int], object] | None = None,
    **question: Unpack[Question],
) -> VotersReport:
    """How other voters rate the follower's models against the leader's of equal rating.

    Parameters
    ----------
    estimand
        Of the lag that is moved: as for `estimate_lag`, in months.
    progress
        Called with (kinds of voters done, kinds in all).
    **question
        As for `estimate_lag`. The board must have categories by language; all languages are taken,
        so there is no `category`.

    Returns
    -------
    VotersReport

    Raises
    ------
    UsageError
        An unknown name, a board or a vintage without languages, groups that share models.
    EstimateError
        No kind of voters has an answer, or the lag itself has none.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.compare_voters(vintage="2026-08-19", n_draws=300)
    >>> found.quoted[0].voters, found.quoted[0].against
    ('chinese', 'english')
    >>> abs(found.quoted[0].shift.elo) < 30
    True
    """
    key = lag_key(estimand, None)
    if key == "gap":
        raise UsageError("the gap moves by the shift itself; ask for an estimand in months")
    refuse_settled("voters", question)
    if isinstance(question.get("board"), OwnBoard):
        raise UsageError("a board of your own has no categories by language")
    question["session"] = session = question.get("session") or Session()
    study = prepare(**question)
    _check_apart(study)
    lookup = session.lookup_of(question)
    headline = results(study, [key])[0]
    board = session.board_of(question)
    asked = _asked(board, choose(board, question.get("vintage")), session, question)
    rows: list[Voters] = []
    refused: dict[str, str] = {}
    used = list(study.origins)
    z = NormalDist().inv_cdf((1 + study.level) / 2)
    for number, kind in enumerate(asked):
        if progress is not None:
            progress(number, len(asked))
        try:
            other, pairs = _pairs(kind, study, lookup, question.get("min_votes", 0))
            found = shift(pairs)
        except (EstimateError, UsageError) as error:
            refused[kind.name] = str(error)
            continue
        low, high = (found.elo + side * z * found.error for side in (-1, 1))
        lists = kind.base.board, kind.base.vintage, other.vintage
        rows.append(Voters(kind.voters, kind.against, *lists, kind.top, found, low, high, None))
        used += [Origin.of(snapshot) for snapshot in (kind.base, other)]
    mine = [k for k, row in enumerate(rows) if row.board == study.panel.board]
    for k, moved in zip(mine, _moved(study, key, [rows[k].shift for k in mine]), strict=True):
        rows[k] = replace(rows[k], moved=moved)
    report = VotersReport(
        headline, tuple(rows), refused, study.level, tuple({o.path: o for o in used}.values())
    )
    if not report.quoted:
        reasons = "; ".join(f"{name}: {why}" for name, why in refused.items())
        raise EstimateError(f"no kind of voters can be compared ({reasons})")
    return report


def _check_apart(study: Study) -> None:
    field, tags = study.cast.field, study.cast.tags
    both = np.flatnonzero(np.isfinite(field.lead_from) & np.isfinite(field.follow_from))
    if both.size:
        raise UsageError(
            f"{tags[both[0]].model} is of both groups, and a model cannot be compared with itself; "
            f"take groups that share no model"
        )


# What is asked: voters, board and models; a kind that cannot be had says why.


@dataclass(frozen=True)
class _Kind:
    voters: str
    against: str
    base: Snapshot
    other: Snapshot | None
    top: bool
    why: str = ""

    @property
    def name(self) -> str:
        return f"{self.voters} on {self.base.board}{' (top)' if self.top else ''}"


def _asked(board: Board, newest: Snapshot, session: Session, question: Question) -> list[_Kind]:
    """All models of the board asked for, then its top, then the same of its twin."""
    if _BASE not in newest.categories:
        having = [s.vintage for s in board.snapshots if _BASE in s.categories]
        hint = f"the last with them is {having[-1]}" if having else "none of its lists has them"
        raise UsageError(
            f"{board.name} at {newest.vintage} has no categories by language to compare; {hint}"
        )
    twins = [s for s in other_board(board, newest) if _BASE in s.categories]
    found = []
    for base in (newest, *twins[-1:]):
        public, nearest, why = _public(base, board, newest.vintage, session, question)
        for top in (False, True):
            found += [_of_language(base, name, top=top) for name in _LANGUAGES]
            found.append(_Kind(PUBLIC, _EVERYBODY, nearest, public, top, why))
    return found


def _of_language(base: Snapshot, name: str, *, top: bool) -> _Kind:
    why = ""
    stale = [each for each in (_BASE, name) if each in base.stale_categories]
    if name not in base.categories:
        why = f"the list of {base.vintage} has no such category"
    elif stale:
        why = f"{stale[0]} was not computed anew for the list of {base.vintage}"
    return _Kind(name, _BASE, base, base, top, why)


def _public(
    base: Snapshot, board: Board, until: str, session: Session, question: Question
) -> tuple[Snapshot | None, Snapshot, str]:
    """The other public's newest list, the board's list nearest in date, and why there is none."""
    try:
        other = session.board_of(question, PUBLIC)
        lists = [s for s in other.snapshots if s.completeness == "full" and s.vintage <= until]
    except UsageError as error:
        return None, base, str(error)
    if not lists:
        return None, base, f"it has no whole list by {until}"
    whole = [
        s
        for s in session.board_of(question, base.board).snapshots
        if s.completeness == "full" and s.vintage <= until and same_scale(s, base)
        and s.interval_kind != "none"
    ]  # fmt: skip
    day = to_day(lists[-1].vintage)
    return lists[-1], min(whole, key=lambda s: abs(to_day(s.vintage) - day)), ""


def _pairs(kind: _Kind, study: Study, lookup: Lookup, min_votes: int) -> tuple[Snapshot, Pairs]:
    """The voters' own list, and the models both rate, by the entry that is best with everybody."""
    if kind.why or kind.other is None:
        raise EstimateError(kind.why)
    everybody = _rated(kind.base, _EVERYBODY, lookup)
    everybody = everybody[~(everybody["votes"] < min_votes)]
    if kind.other is kind.base:
        key, names = "entry", (kind.against, kind.voters)
        base, other = (_rated(kind.base, name, lookup) for name in names)
    else:
        key, base = "model", _best(everybody)
        other = _best(_rated(kind.other, _EVERYBODY, lookup))
    base, other = base.set_index(key), other.set_index(key)
    everybody = everybody[everybody[key].isin(base.index.intersection(other.index))]
    field, tags = study.cast.field, study.cast.tags
    sides = {
        tag.model: (bool(mine), tag.lab)
        for tag, mine in zip(tags, np.isfinite(field.follow_from), strict=True)
    }
    chosen = _best(everybody[everybody["model"].isin(sides)])
    if kind.top and len(chosen):
        chosen = chosen[chosen["rating"] >= chosen["rating"].max() - TOP]
    base, other = base.loc[chosen[key]], other.loc[chosen[key]]
    moved = np.array([sides[model][0] for model in chosen["model"]], dtype=bool)
    labs = pd.factorize(np.array([sides[model][1] for model in chosen["model"]], dtype=object))[0]
    return kind.other, Pairs(
        other["rating"].to_numpy(float), other["se"].to_numpy(float),
        base["rating"].to_numpy(float), base["se"].to_numpy(float), moved, labs,
    )  # fmt: skip


def _rated(snapshot: Snapshot, category: str, lookup: Lookup) -> pd.DataFrame:
    """A list's entries with a tag and a standard error."""
    (found,) = vintages([snapshot], category, lookup)
    return found.table.dropna(subset=["rating", "se"])


def _best(table: pd.DataFrame) -> pd.DataFrame:
    """The highest entry of each model."""
    ranked = table.sort_values(["rating", "entry"], ascending=[False, True])
    return ranked.drop_duplicates("model")


def _moved(study: Study, key: str, shifts: Sequence[Shift]) -> list[Summary | None]:
    """The lag with a draw of each shift on all of the follower's ratings, in every draw."""
    field, match = study.cast.field, study.match
    mine = np.isfinite(field.follow_from)

    def lags(each: draws.Draw, by: Floats, keep: Ints) -> draws.Outcomes:
        moved = each.ratings + np.outer(by, mine[keep])
        race = Race.of(moved, each.lead_from, each.follow_from, study.as_of, match.of(keep))
        return draws.outcomes(race, [key], study.window, keep)

    parts: list[list[draws.Outcomes]] = [[] for _ in shifts]
    drawn = draws.draw(field, study.fitted, study.n_draws, study.seed, everything=key in TRENDS)
    for chunk, (keep, each) in enumerate(drawn):
        # A stream of its own: the ratings' draws stay those of the headline.
        rng = np.random.default_rng(np.random.SeedSequence(study.seed, spawn_key=(chunk, 1)))
        normal = rng.standard_normal(len(each.ratings))
        for part, found in zip(parts, shifts, strict=True):
            part.append(lags(each, found.elo + found.error * normal, keep))
    point = draws.Draw(study.means, field.lead_from, field.follow_from)
    every = np.arange(len(study.cast.tags))
    out: list[Summary | None] = []
    for part, found in zip(parts, shifts, strict=True):
        at = lags(point, np.array([found.elo]), every).lags[key]
        try:
            summary = summarise(key, at, draws.join(part).lags[key], study.level)
            out.append(replace(summary, low=None, high=None) if study.too_few() else summary)
        except EstimateError:
            out.append(None)  # bounded on neither side, or no record: an empty cell
    return out
