"""Whether the young-entry drift is what `debuts` takes it for: `python benchmarks/drift.py`.

If the early votes keep a bias for good, the excess change of a debut between v and V votes is the
bias times 1 - v/V: nothing where votes hardly grew, all of it where they grew much. The first
table has the excess by growth and by year, at like votes, for the entries behind the packaged
estimate; the second what entries still move by later, once their votes have doubled; the third
whether those that began near the top fell, and whether the posterior foresaw it; the fourth the
headline with the packaged drift, with that of the newest year's debuts alone, with one in which
copies of pages take part, and with none.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import debuts
import numpy as np
import pandas as pd

import elolag
from elolag import tags
from elolag.dates import to_day
from elolag.estimate.field import enrol
from elolag.estimate.lag import results
from elolag.estimate.panel import ROOT, Panel, Vintage, build
from elolag.estimate.session import assemble, prepare
from elolag.model import early_drift
from elolag.model.posterior import posterior
from elolag.model.scale import vote_noise
from elolag.question import DEFAULT_BOARD

HERE = Path(__file__).parent
#: Days between two lists after which what the later one adds may be old; who is near the top.
LONGEST, TOP = 60, 10
GROWTH = (1.5, 2.0, 3.0, 5.0, 8.0, np.inf)
VOTES = (0, 8_000, np.inf)


def histories() -> Iterator[tuple[list[Vintage], dict[str, list[int]]]]:
    """Per board its vintages, and which of them list each entry with votes."""
    archive, lookup = elolag.open_archive(), tags.Lookup(tags.load())
    for board in debuts.BOARDS:
        vintages = [v for v, _ in debuts.whole_lists(archive.board(board), lookup)]
        listed: dict[str, list[int]] = {}
        for number, vintage in enumerate(vintages):
            for identity in vintage.table.index[vintage.table["votes"].notna()]:
                listed.setdefault(identity, []).append(number)
        yield vintages, listed


def excesses() -> pd.DataFrame:
    """One row per debut of the shipped archive: excess variance, part shown, growth, first date."""
    parts = []
    for vintages, listed in histories():
        rows = debuts.debuts(vintages)
        since = [vintages[listed[i][0]].date for i in rows["identity"]]
        parts.append(rows.assign(since=since))
    return _with_excess(pd.concat(parts, ignore_index=True))


def _with_excess(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["change"].abs() <= debuts.LARGEST_DRIFT]
    errors = (rows[c].to_numpy(float) for c in ("se_debut", "se_last"))
    growth = rows["votes_last"] / rows["votes"]
    return rows.assign(
        excess=rows["change"] ** 2 - vote_noise(*errors),
        growth=growth,
        shown=(1 - 1 / growth) ** 2,
    )


def newcomers() -> pd.DataFrame:
    """What entries were foreseen to move by on the list that first shows them, and did.

    Columns ``board, identity, top`` (whether it began among the best `TOP`), ``votes, votes_last,
    change`` and ``foreseen``: the posterior mean less the published rating, among the models of
    the US and China then listed. What the first list of a board or the first after a gap shows is
    no newcomer.
    """
    lookup, drift, rows = tags.Lookup(tags.load()), early_drift._packaged_drift(), []
    us, china = (tags.parse_group(g, lookup.labs, lookup.countries()) for g in ("US", "CN"))
    for board, (vintages, listed) in zip(debuts.BOARDS, histories(), strict=True):
        mine = debuts.debuts(vintages).assign(board=board)
        first = [listed[identity][0] for identity in mine["identity"]]
        mine["number"] = first
        for number in sorted({*first} - {0}):
            began, vintage = mine[mine["number"] == number], vintages[number]
            if to_day(vintage.date) - to_day(vintages[number - 1].date) > LONGEST:
                continue
            best = set(vintage.table["rating"].nlargest(TOP).index)
            table = vintage.table.dropna(subset="se").reset_index(names="identity")
            roster, _ = enrol(table["model"].unique(), lookup, us, china)
            field, own = roster.field(
                table.assign(drift=0.0, link=-1, **dict.fromkeys(ROOT, 0.0)), drift
            )
            moved = pd.Series(posterior(field).mean - field.rating, own["identity"])
            rows.append(
                began.assign(
                    top=began["identity"].isin(best), foreseen=began["identity"].map(moved)
                )
            )
    found = pd.concat(rows, ignore_index=True).dropna(subset="foreseen")
    return found[found["change"].abs() <= debuts.LARGEST_DRIFT]


def falls(found: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Whether newcomers fell, and how much of that was foreseen; a model on both boards is one."""
    columns = ["change", "foreseen"]
    for top, part in found.groupby("top"):
        each = part.groupby("identity")[columns].mean()
        left = each["change"] - each["foreseen"]
        yield {
            "began": f"among the best {TOP}" if top else "below",
            "models": len(each),
            "change": each["change"].mean(),
            "change_error": each["change"].sem(),
            "foreseen": each["foreseen"].mean(),
            "left": left.mean(),
            "left_error": left.sem(),
        }


def with_fall(found: pd.DataFrame) -> Panel:
    """The headline's panel with what is left of the fall of its newcomers taken off.

    Of a bias at the debut the part v/V is left when votes have grown from v to V.
    """
    top = found[found["top"]]
    bias = (top["change"] - top["foreseen"]).mean() / (1 - top["votes"] / top["votes_last"]).mean()
    mine = top[top["board"] == DEFAULT_BOARD].set_index("identity")["votes"]
    panel = build(
        elolag.open_archive().board(DEFAULT_BOARD), "overall", None, tags.Lookup(tags.load())
    )
    table = panel.placed.table
    part = (table["identity"].map(mine) / table["votes"]).clip(upper=1.0).fillna(0.0)
    table = table.assign(rating=table["rating"] + bias * part)
    return replace(panel, placed=replace(panel.placed, table=table))


def later() -> Iterator[dict[str, object]]:
    """What entries still move by once their votes have doubled, and what could be expected.

    ``own`` is the part of it that the votes at their debut would leave, ``as_many`` that of a
    debut of as many votes, which is what the draws take.
    """
    drift, found = early_drift._packaged_drift(), []
    for vintages, listed in histories():
        days = [to_day(vintage.date) for vintage in vintages]
        for identity, numbers in listed.items():
            near = [n for n in numbers if days[n] - days[numbers[0]] <= debuts.HORIZON_DAYS]
            votes = [float(vintages[n].table["votes"][identity]) for n in near]
            grown = [n for n, v in zip(near, votes, strict=True) if v >= 2 * votes[0]]
            if grown:
                before, after = (vintages[n].table for n in (grown[0], near[-1]))
                row = debuts.change(identity, before, after)
                found += [row | {"debut_votes": votes[0]}] if row else []
    rows = _with_excess(pd.DataFrame(found))
    debut, now = (drift.variance(rows[c], rows["se_debut"]) for c in ("debut_votes", "votes"))
    yield {
        "entries": len(rows),
        "excess": rows["excess"].mean(),
        "standard_error": rows["excess"].std() / len(rows) ** 0.5,
        "own": (debut * (rows["debut_votes"] / rows["votes"]) ** 2 * rows["shown"]).mean(),
        "as_many": (now * rows["shown"]).mean(),
    }


def split(found: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Excess by growth of votes and by year of the debut, at like votes."""
    grown = pd.cut(found["growth"], GROWTH, right=False)
    few = pd.cut(found["votes"], VOTES, right=False)
    for (votes, grew), rows in found.groupby([few, grown], observed=True):
        yield _row("growth", f"{_range(votes)} votes, grown {_range(grew)} times", rows)
    for (votes, year), rows in found.groupby([few, found["since"].str[:4]], observed=True):
        yield _row("year", f"{_range(votes)} votes, first listed in {year}", rows)


def _range(interval: object) -> str:
    assert isinstance(interval, pd.Interval)
    low, high = interval.left, interval.right
    if not low:
        return f"under {high:,g}"
    return f"{low:,g} to {high:,g}" if np.isfinite(high) else f"{low:,g} or more"


def _row(by: str, whose: str, rows: pd.DataFrame) -> dict[str, object]:
    return {
        "by": by,
        "whose": whose,
        "entries": len(rows),
        "excess": rows["excess"].mean(),
        "standard_error": rows["excess"].std() / len(rows) ** 0.5,
        "shown": rows["shown"].mean(),
        "bias_variance": rows["excess"].sum() / rows["shown"].sum(),
    }


def headlines(found: pd.DataFrame, began: pd.DataFrame) -> Iterator[dict[str, object]]:
    """The headline with the packaged drift, with other drifts, and with newcomers lowered."""
    packaged = early_drift._packaged_drift()
    year = found["since"].str[:4].max()
    recent, _ = debuts.fit(found[found["since"] >= year], packaged.votes_per_information)
    lowered = with_fall(began)
    lookup = tags.Lookup(tags.load())
    record = debuts.estimate(elolag.open_archive(), lookup, copies=True)
    for name, drift, panel in (
        ("packaged", packaged, None),
        (f"debuts of {year} alone", recent, None),
        ("of every list, copies of pages too", early_drift._from_record(record), None),
        ("none", None, None),
        ("packaged, the newcomers' fall taken off", packaged, lowered),
    ):
        with patch("elolag.model.early_drift._packaged_drift", return_value=drift):
            study = prepare() if panel is None else assemble(panel, lookup, {})
            (result,) = results(study, ["current"], "measurement")
        match = (result.matches or ())[0]
        yield {
            "drift": name,
            "months": result.months,
            "low": result.low,
            "high": result.high,
            "match": match.model,
            "probability": match.probability,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description="The excess change of debuts, taken apart.")
    parser.add_argument("--folder", type=Path, default=HERE, help="where the tables go")
    chosen = parser.parse_args()
    found, began = excesses(), newcomers()
    tables = {
        "drift": split(found),
        "drift_later": later(),
        "drift_newcomers": falls(began),
        "drift_headline": headlines(found, began),
    }
    for name, rows in tables.items():
        table = pd.DataFrame(rows)
        path = chosen.folder / f"{name}.csv"
        table.to_csv(path, index=False, float_format="%.3f", lineterminator="\n")
        print(table.to_string(index=False))


if __name__ == "__main__":
    main()
