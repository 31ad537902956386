"""What the rules ask of an archive: dates of boards, categories, models of each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from elolag import tags
from elolag.archive import Archive, Board, Snapshot
from elolag.errors import UsageError
from elolag.grid._spec import Spec, groups
from elolag.months import to_day
from elolag.panel import choose
from elolag.tags import Lookup, Policies, Tag, is_unknown


@dataclass(frozen=True)
class Question:
    """What all specifications of a grid have in common."""

    board: str
    category: str
    leader: str
    follower: str
    as_of: str | None
    n_draws: int
    seed: int
    level: float
    archive: Path
    sources: str
    extra_tags: str | Path | None

    @property
    def headline(self) -> Spec:
        """The specification of `elolag lag` with the same question."""
        return Spec(self.board, self.category)


@dataclass(frozen=True)
class BoardFacts:
    """One board: its newest usable vintage and the dates that can be asked."""

    name: str
    newest: Snapshot
    #: As-of dates (ISO) by level of the choice; ``earlier`` is absent where nothing came before.
    dates: Mapping[str, str]
    #: Dates at which a whole official list was published.
    published: frozenset[str]
    #: Tags of the models on the newest list, by category.
    listed: Mapping[str, tuple[Tag, ...]]
    has_votes: bool
    snapshots: tuple[Snapshot, ...]

    def vintage(self, spec: Spec) -> str:
        """The date of the ratings a specification uses."""
        return self.newest.vintage if spec.vintage == "newest" else self.dates[spec.as_of]


@dataclass(frozen=True)
class Facts:
    """All that the rules look at."""

    question: Question
    lookup: Lookup
    boards: Mapping[str, BoardFacts]
    unusable: Mapping[str, str] = field(default_factory=dict)
    _members: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict, repr=False)

    def members(self, spec: Spec) -> tuple[int, int]:
        """Models of the leader and of the follower on the board's newest list."""
        key = (spec.board, spec.category, spec.openness)
        if key not in self._members:
            self._members[key] = self._count(spec)
        return self._members[key]

    def _count(self, spec: Spec) -> tuple[int, int]:
        listed = self.boards[spec.board].listed.get(spec.category, ())
        texts = groups(self.question.leader, self.question.follower, spec.openness)
        known = self.lookup.labs, self.lookup.countries()
        found = [tags.parse_group(text, *known).since(listed) for text in texts]
        return int(np.isfinite(found[0]).sum()), int(np.isfinite(found[1]).sum())

    def affects(self, board: str, policies: Policies) -> bool:
        """Whether policies other than the default change the tag of a model on the newest list."""
        other = Lookup(self.lookup.tables, policies)
        models = {t.model: t for listed in self.boards[board].listed.values() for t in listed}
        return any(other.dropped(t) or other.tag(m) != t for m, t in models.items())


def gather(question: Question, archive: Archive, names: Sequence[str] | None) -> Facts:
    """Read what the rules need.

    Parameters
    ----------
    names
        Boards to look at; None for all of the archive.

    Raises
    ------
    UsageError
        The archive has no such board, or the headline's has no usable ratings.
    """
    lookup = Lookup(tags.load(question.extra_tags))
    newest = choose(archive.board(question.board), None)
    wanted = question.as_of or newest.vintage
    found, unusable = {}, {}
    for board in [archive.board(name) for name in names or archive.boards()]:
        name = board.name
        try:
            found[name] = _board(board, wanted, lookup)
        except UsageError as error:
            if name == question.board:
                raise
            unusable[name] = str(error)
    return Facts(question, lookup, found, unusable)


def _board(board: Board, wanted: str, lookup: Lookup) -> BoardFacts:
    newest = choose(board, None)
    latest = min(wanted, newest.vintage)
    published = [
        s.vintage
        for s in board.snapshots
        if s.official and s.completeness == "full" and s.method == newest.method
    ]
    before = [date for date in published if date < latest]
    dates = {"latest": latest} | ({"earlier": before[-1]} if before else {})
    table = newest.ratings()
    model: dict[str, Tag | None] = {}
    for entry in table["entry"].unique():
        alias = lookup.alias(newest.source, entry)
        known = alias is not None and not is_unknown(alias)
        model[entry] = lookup.tag(alias.model) if alias is not None and known else None
    until = to_day(latest)
    listed = {}
    for category, rows in table.groupby("category"):
        tagged = {t.model: t for e in rows["entry"] if (t := model[e]) and t.released <= until}
        listed[str(category)] = tuple(tagged.values())
    return BoardFacts(
        board.name,
        newest,
        dates,
        frozenset(published),
        listed,
        bool(table["votes"].notna().any()),
        board.snapshots,
    )
