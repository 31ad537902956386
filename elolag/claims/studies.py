"""Studies shared between questions: each snapshot read once, each panel built once.

Also the one place that decides which ratings a day could have seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from elolag import draws, tags
from elolag.archive import Archive, Board, Snapshot, open_archive
from elolag.errors import EstimateError
from elolag.months import to_day
from elolag.panel import LONG_BLIND_DAYS, Panel, build
from elolag.study import Study, assemble, check_numbers
from elolag.tags import Lookup, Policies

Floats = NDArray[np.float64]

STYLE = "_style_control"


@dataclass(frozen=True)
class Choice:
    """The ratings a day could have seen, or (`vintage` empty) why there were none to use."""

    board: str
    vintage: str
    reason: str = ""


@dataclass
class Studies:
    """Studies of one archive with one set of tags, draws and seed.

    Not frozen: it remembers what it has read, so that questions on the same board, vintage and
    groups share one preparation and one set of draws.
    """

    archive: Archive
    lookup: Lookup
    n_draws: int = 2000
    seed: int = 0
    level: float = 0.95
    _panels: dict[tuple[str, str, str], Panel] = field(default_factory=dict, repr=False)
    _studies: dict[tuple[str, ...], Study] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        archive: Archive | str | Path | None,
        sources: str,
        policies: Policies | None,
        extra_tags: str | Path | None,
        n_draws: int,
        seed: int,
        level: float,
    ) -> Studies:
        """Open the archive and the tags."""
        check_numbers(n_draws, level)
        opened = open_archive(archive, sources=sources)
        return cls(opened, Lookup(tags.load(extra_tags), policies), n_draws, seed, level)

    def panel(self, board: str, vintage: str, category: str) -> Panel:
        """One board at one vintage, every older list it may be linked to included."""
        key = (board, vintage, category)
        if key not in self._panels:
            self._panels[key] = build(self.archive.board(board), category, vintage, self.lookup)
        return self._panels[key]

    def study(self, board: str, vintage: str, category: str, leader: str, follower: str) -> Study:
        """Two groups on one panel; dates are asked of it afterwards."""
        key = (board, vintage, category, leader, follower)
        if key not in self._studies:
            self._studies[key] = assemble(
                self.panel(board, vintage, category), self.lookup,
                leader=leader, follower=follower,
                n_draws=self.n_draws, seed=self.seed, level=self.level,
            )  # fmt: skip
        return self._studies[key]

    def newest(self, board: str, day: str = "") -> str:
        """The newest vintage of a board, as a question without a vintage takes it.

        Where the publisher's own lists end before `day`, the newest copy.
        """
        if board not in self.archive.boards():
            raise EstimateError(f"the archive has no board {board}")
        complete = [s for s in _usable(self.archive.board(board)) if s.completeness == "full"]
        official = [s for s in complete if s.official and s.vintage >= day]
        if not complete:
            raise EstimateError(f"{board} has no complete list of ratings")
        return (official or complete)[-1].vintage

    def in_real_time(self, board: str, category: str, day: str, *, complete: bool) -> Choice:
        """The newest usable ratings of `day` or before.

        The board itself, or, while it has none yet, its raw twin. Lags rest on models that have
        left the board, so they need a `complete` list; a distance of one day's bests does not. A
        list older than `LONG_BLIND_DAYS` says nothing of the day.
        """
        names = [board, *([board.removesuffix(STYLE)] if board.endswith(STYLE) else [])]
        reasons = []
        for name in names:
            if name not in self.archive.boards():
                reasons.append(f"the archive has no board {name}")
                continue
            snapshots = self.archive.board(name).snapshots
            known = [s for s in snapshots if s.vintage <= day]
            usable = [s for s in _usable(self.archive.board(name)) if s.vintage <= day]
            shown = [s for s in usable if category in s.categories]
            fine = [s for s in shown if s.completeness == "full" or not complete]
            if not known:
                reasons.append(f"{name} had no ratings by {day}")
            elif not usable:
                reasons.append(
                    f"{name} held only online Elo by {day}, which is not on the published scale"
                )
            elif not shown:
                reasons.append(f"{name} had no category {category} by {day}")
            elif not fine:
                reasons.append(f"{name} had no complete list by {day}")
            elif to_day(day) - to_day(fine[-1].vintage) > LONG_BLIND_DAYS:
                kind = "complete list" if complete else "list"
                reasons.append(
                    f"the newest {kind} of {name} by {day} in the archive, of "
                    f"{fine[-1].vintage}, is more than {LONG_BLIND_DAYS:.0f} days older"
                )
            else:
                return Choice(name, fine[-1].vintage)
        return Choice("", "", "; ".join(reasons))


def _usable(board: Board) -> list[Snapshot]:
    return [s for s in board.snapshots if s.method in ("bradley-terry", "index")]


@dataclass(frozen=True)
class Standing:
    """Every model's rating on one day: the point (1, M), the draws (D, M), -inf where not yet."""

    point: Floats
    drawn: Floats

    @classmethod
    def of(cls, study: Study, day: float) -> Standing:
        """Ratings of the models of the leader's group that count by `day`."""
        ratings = _point(study)
        parts = [
            np.where(d.lead_from <= day, d.ratings, -np.inf)
            for _, d in draws.draw(
                study.cast.field, study.fitted, study.n_draws, study.seed, everything=True
            )
        ]
        now = np.where(study.cast.field.lead_from <= day, ratings, -np.inf)
        return cls(now, np.concatenate(parts))


def bests(study: Study, day: float) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Leader's and follower's best on a day, at the point (1,) and in the draws (D,)."""

    def both(ratings: Floats, lead: Floats, follow: Floats) -> tuple[Floats, Floats]:
        return (
            np.where(lead <= day, ratings, -np.inf).max(axis=1),
            np.where(follow <= day, ratings, -np.inf).max(axis=1),
        )

    field = study.cast.field
    parts = [
        both(d.ratings, d.lead_from, d.follow_from)
        for _, d in draws.draw(field, study.fitted, study.n_draws, study.seed)
    ]
    lead, follow = (np.concatenate(side) for side in zip(*parts, strict=True))
    return both(_point(study), field.lead_from, field.follow_from), (lead, follow)


def _point(study: Study) -> Floats:
    starts = np.flatnonzero(np.diff(study.cast.field.model, prepend=-1))
    return np.asarray(np.maximum.reduceat(study.fitted.mean, starts)[None, :])
