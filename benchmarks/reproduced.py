"""Figures others took from data the archive holds, made again and compared digit by digit.

Writes ``benchmarks/reproduced.csv``: per published figure whether it comes out as printed, our
figure, and the list it comes from.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from elolag import tags
from elolag.archive import Snapshot
from elolag.claims.bridge import _matched_records, _read_index
from elolag.claims.studies import Studies
from elolag.dates import between, to_day
from elolag.errors import EstimateError
from elolag.model.estimands import Race

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Reproduction:
    """A figure of a claim of the packaged registry, as printed.

    `board` and `vintage` say where it is looked for; an empty `vintage` means the complete ones
    from `first` to `last`, and is met when any of them prints the figure.
    """

    claim: str
    leader: str
    follower: str
    category: str
    measure: str
    printed: str
    board: str
    vintage: str = ""
    first: str = ""
    last: str = ""
    note: str = ""


PUBLISHED = (
    Reproduction(
        "time-2025-deepseek-v3-first",
        "open+not:lab:deepseek",
        "lab:deepseek",
        "overall",
        "place",
        "1",
        "arena/text",
        vintage="2024-12-30",
        note="Place of DeepSeek-V3 among the open models of the list.",
    ),
    Reproduction(
        "ai-index-2025-january-2024",
        "US",
        "CN",
        "overall",
        "percent",
        "9.26",
        "arena/text",
        first="2024-01-01",
        last="2024-02-02",
        note="Lists of that month hold online Elo, where the lead was larger.",
    ),
    Reproduction(
        "ai-index-2025-january-2024",
        "US",
        "CN",
        "overall",
        "percent",
        "9.26",
        "arena/text",
        first="2024-03-27",
        last="2024-05-01",
        note="On the published scale, from its first list until the next Chinese "
        "record: near it, never at it.",
    ),
    Reproduction(
        "ai-index-2025-january-2024",
        "US",
        "CN",
        "overall",
        "points",
        "103",
        "arena/text",
        first="2024-03-27",
        last="2024-05-01",
        note="The points of the same chart as others print them, which do come out, "
        "ten weeks later than January.",
    ),
    Reproduction(
        "ai-index-2025-february-2025",
        "US",
        "CN",
        "overall",
        "percent",
        "1.70",
        "arena/text",
        vintage="2025-02-14",
    ),
    Reproduction(
        "ai-index-2025-february-2025",
        "US",
        "CN",
        "overall",
        "points",
        "23",
        "arena/text",
        vintage="2025-02-14",
    ),
    Reproduction(
        "epoch-2026-us-china-mean",
        "US",
        "CN",
        "overall",
        "index-mean-months",
        "7.0",
        "epoch/eci",
        vintage="2026-01-20",
        note="Mean time until China reached a US record, over those it has reached, "
        "one mistyped date put right.",
    ),
    Reproduction(
        "epoch-2026-us-china-mean",
        "US",
        "CN",
        "overall",
        "index-matched",
        "9 of 14",
        "epoch/eci",
        vintage="2026-01-20",
        note="US records that China has reached.",
    ),
    Reproduction(
        "epoch-2026-us-china-mean",
        "US",
        "CN",
        "overall",
        "index-levels",
        "7.2",
        "epoch/eci",
        vintage="2026-01-20",
        note="Mean time between the two frontiers over all levels both have crossed.",
    ),
    Reproduction(
        "ai-index-2026",
        "US",
        "CN",
        "overall",
        "points",
        "39",
        "arena/text_style_control",
        vintage="2026-03-31",
        note="1504 to 1465 on a web list cut off at 71 entries.",
    ),
    Reproduction(
        "ai-index-2026",
        "US",
        "CN",
        "overall",
        "percent",
        "2.7",
        "arena/text_style_control",
        vintage="2026-03-31",
    ),
)


@dataclass(frozen=True)
class Repeat:
    """What a reproduction gave.

    Attributes
    ----------
    met
        Whether the figure, printed as its author printed it, is the same.
    found, vintage
        Our figure as printed, and the list it comes from; of several lists the one that prints
        the same figure, else the nearest.
    span
        Over several lists: the least and the greatest figure.
    """

    measure: str
    printed: str
    met: bool
    found: str
    board: str
    vintage: str
    span: tuple[str, str] | None
    note: str

    def sentence(self) -> str:
        """One sentence on whether the printed figure comes out."""
        where = f"{self.board} of {self.vintage}"
        if self.met:
            text = f"{self.printed} ({self.measure}) is what {where} gives, to the printed digit."
        elif self.span is None:
            text = f"{self.printed} ({self.measure}) does not come out: {where} gives {self.found}."
        else:
            text = (
                f"{self.printed} ({self.measure}) comes out on none of the lists looked at, which "
                f"give {self.span[0]} to {self.span[1]}; the nearest, {where}, gives {self.found}."
            )
        return f"{text} {self.note}".strip()


def repeat(studies: Studies, wanted: Reproduction) -> Repeat:
    """Make one published figure again.

    Raises
    ------
    EstimateError, UsageError
        The archive does not hold the list it comes from.
    """
    digits = len(wanted.printed.partition(".")[2])
    if wanted.measure.startswith("index-"):
        found, vintage = _of_index(studies, wanted, digits)
        return Repeat(
            wanted.measure, wanted.printed, found == wanted.printed, found, wanted.board, vintage,
            None, wanted.note,
        )  # fmt: skip
    board = studies.archive.board(wanted.board)
    if wanted.vintage:
        lists = [board.snapshot(wanted.vintage)]
    else:
        lists = [s for s in board.snapshots if wanted.first <= s.vintage <= wanted.last]
    every = {s.vintage: _of_list(studies, wanted, s) for s in lists}
    figures = {vintage: f for vintage, f in every.items() if f is not None}
    if not figures:
        raise EstimateError(f"{wanted.board} has no list with both groups on it in that time")
    target = float(wanted.printed)
    nearest = min(figures, key=lambda v: (abs(figures[v] - target), v))
    shown = {vintage: f"{f:.{digits}f}" for vintage, f in figures.items()}
    ordered = sorted(figures, key=lambda v: figures[v])
    return Repeat(
        measure=wanted.measure,
        printed=wanted.printed,
        met=shown[nearest] == wanted.printed,
        found=shown[nearest],
        board=wanted.board,
        vintage=nearest,
        span=None if wanted.vintage else (shown[ordered[0]], shown[ordered[-1]]),
        note=wanted.note,
    )


def _of_list(studies: Studies, wanted: Reproduction, snapshot: Snapshot) -> float | None:
    """A figure of one list as published; None where a group is not on it."""
    ratings = _published(studies, wanted, snapshot)
    if not ratings["leader"] or not ratings["follower"]:
        return None
    best, follower = max(ratings["leader"]), max(ratings["follower"])
    if wanted.measure == "place":
        # One more than the number of the leader group's models above the follower's best.
        return float(1 + sum(r > follower for r in ratings["leader"]))
    gap = best - follower
    return gap if wanted.measure == "points" else 100 * gap / follower


def _published(
    studies: Studies, wanted: Reproduction, snapshot: Snapshot
) -> dict[str, list[float]]:
    """Each side's ratings on a list as printed. A model on a list counts, whatever its date.

    Only openness is asked for the day: weights not yet out do not make a model open.
    """
    lookup = studies.lookup
    table = snapshot.ratings(wanted.category)
    names = dict(snapshot.entries().set_index("entry")["name"].fillna(""))
    day = to_day(snapshot.vintage)
    sides = {
        side: tags.parse_group(text, lookup.labs, lookup.countries())
        for side, text in (("leader", wanted.leader), ("follower", wanted.follower))
    }
    out: dict[str, list[float]] = {"leader": [], "follower": []}
    for entry, rating in zip(table["entry"], table["rating"], strict=True):
        alias = lookup.alias(snapshot.source, entry, names.get(entry, ""))
        if alias is None or tags.is_unknown(alias):
            continue
        tag = lookup.tag(alias.model)
        for side, group in sides.items():
            since = float(group.since([tag])[0])
            if np.isfinite(since) and (since <= tag.released or since <= day):
                out[side].append(float(rating))
    return out


def _of_index(studies: Studies, wanted: Reproduction, digits: int) -> tuple[str, str]:
    table = _read_index(studies.archive, wanted.vintage)
    race = table.race(wanted.leader, wanted.follower, table.vintage)
    if wanted.measure == "index-levels":
        return f"{mean_over_levels(race):.{digits}f}", table.vintage
    months, records = _matched_records(race)
    if wanted.measure == "index-matched":
        return f"{len(months)} of {records}", table.vintage
    return f"{months.mean():.{digits}f}", table.vintage


def mean_over_levels(race: Race) -> float:
    """Mean time between the frontiers, uniform over the levels whose crossings both are dated.

    From the higher of the two first levels (below it one side's crossing was not seen) up to the
    lower of the two best: `levels` over all of history instead of a window.
    """
    low = max(float(race.leader.first_level[0, 0]), float(race.follower.first_level[0, 0]))
    high = min(float(race.leader.running.max()), float(race.follower.running.max()))
    if high <= low:
        raise EstimateError("the two groups have no level in common")
    steps = np.concatenate([race.leader.running[0], race.follower.running[0]])
    edges = np.unique(np.clip(np.append(steps, (low, high)), low, high))
    levels = edges[None, 1:]
    led = race.leader.date_of(race.leader.first_reaching(levels))[0]
    followed = race.follower.date_of(race.follower.first_reaching(levels))[0]
    return float(np.average(between(led, followed), weights=np.diff(edges)))


def main() -> None:
    studies = Studies.of(100, {})
    with (HERE / "reproduced.csv").open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("claim", "measure", "printed", "met", "found", "board", "vintage"))
        for wanted in PUBLISHED:
            found = repeat(studies, wanted)
            print(f"{wanted.claim}: {found.sentence()}")
            met = str(found.met).lower()
            table.writerow(
                (wanted.claim, wanted.measure, wanted.printed, met, found.found, found.board,
                 found.vintage)
            )  # fmt: skip


if __name__ == "__main__":
    main()
