"""What becomes of the publications of one board: which are one, which are kept, which refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from elolag.archive import checks as checking
from elolag.archive import holding
from elolag.archive import package as manifests
from elolag.archive.candidates import Candidate, Decision
from elolag.archive.checks import losses
from elolag.archive.completeness import METHODS, REACH_DAYS, judge, row_of
from elolag.archive.listing import (
    Listed,
    comparable,
    dating,
    frozen,
    holds_all,
    is_twin,
    preference,
    reference_category,
    repeats_latest,
    shared_category,
)
from elolag.archive.reading import Snapshot
from elolag.dates import to_day

if TYPE_CHECKING:
    from elolag.archive.package import Check
    from elolag.archive.reading import Board


@dataclass(eq=False)
class _Group:
    """One publication and the routes by which it came in this run.

    `best` is kept; `twins` are the same by other routes, `repeats` by the same route again, and
    `supersedes` less precise twins the archive already holds.
    """

    best: Candidate
    twins: list[Candidate] = field(default_factory=list)
    repeats: list[Candidate] = field(default_factory=list)
    supersedes: list[Snapshot] = field(default_factory=list)

    @property
    def members(self) -> list[Candidate]:
        """What came of it in this run, what is kept first."""
        return [self.best, *self.twins]

    @property
    def dated(self) -> Listed:
        """Whose date the publication bears: the most official member's, of those the earliest."""
        return min((*self.members, *self.supersedes), key=dating)


#: Completes a candidate from its twins, and says what was filled in; see ``tools/fill.py``.
Complete = Callable[[Candidate, Sequence[Candidate]], tuple[Candidate, dict[str, Any] | None]]


def decide(
    held: Board | None,
    candidates: Sequence[Candidate],
    *,
    accept: Collection[str] = (),
    history: bool = False,
    complete: Complete | None = None,
) -> list[Decision]:
    """Decide what becomes of the publications of one board; nothing is written.

    Twins are found first and lists are then judged oldest first, so the decisions do not depend on
    the order of payloads, but for revisions: of two contents for one vintage the later payload is
    the revision.

    Parameters
    ----------
    held
        The board as it is in the archive; None for a new one.
    candidates
        What came.
    accept
        ``BOARD/DATE`` of what a person accepts although it would be held, or ``all``.
    history
        Whether what comes is history: a change of method in it is recorded, not held.
    complete
        Fills in what the kept copy lacks; None: nothing is.

    Returns
    -------
    list of Decision
        In the order in which they are to be published.
    """
    run = _Run(_Index(held), accept, history, complete)
    pending = run.moving(candidates)
    while pending:
        # What is already held, as a snapshot or as a recorded twin, is unchanged. One publication
        # by two routes is one vintage: the more precise is kept (finer rounding, then intervals,
        # more categories, votes, more rows), under the date of the more official source; the other
        # is recorded, in the manifest when both arrive in one run, else in ``twins.csv`` beside the
        # folder. A copy stored earlier that turns out to be the less precise stays where it is and
        # is no longer listed.
        groups = run.grouped(pending)
        pending = []
        for group in sorted(groups, key=lambda g: g.dated.vintage):
            # What is refused gives its twins back, to be judged on their own.
            if not run.judged(group, [g.best for g in groups]):
                pending += [*group.twins, *group.repeats]
    return run.decisions


class _Run:
    """What is decided so far of one board; `index` knows what is stored and what was accepted."""

    def __init__(
        self, index: _Index, accept: Collection[str], history: bool, complete: Complete | None
    ) -> None:
        self.index = index
        self.accept, self.history, self.complete = accept, history, complete
        self.decisions: list[Decision] = []

    def moving(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Drop from copies what stands still while the board moves; see `frozen`."""
        out: list[Candidate] = []
        for candidate in sorted(candidates, key=lambda c: c.vintage):
            still = {}
            if not candidate.route.whole and len(candidate.categories) > 1:
                still = frozen(candidate, [*self.index.current, *out])
            since = ", ".join(f"{name} (as on {day})" for name, day in sorted(still.items()))
            why = f"left out, unchanged while the board moved: {since}"
            out.append(candidate.without(still, why) if still else candidate)
        return out

    def grouped(self, candidates: Sequence[Candidate]) -> list[_Group]:
        """Gather what is one publication; note what the archive already has."""
        groups: list[_Group] = []
        for candidate in sorted(candidates, key=lambda c: (c.precedence, c.vintage)):
            if held := self.index.holds(candidate) or self._repeated(candidate):
                self._note(candidate, held.label, "unchanged", _as_on(held.label, candidate))
                continue
            if same := next((g for g in groups if _repeats(candidate, g, groups)), None):
                same.repeats.append(candidate)
            else:
                self._place(candidate, groups, candidates)
        return groups

    def _repeated(self, candidate: Candidate) -> Listed | None:
        """What is current that has all this one has, or that it merely repeats."""
        current = self.index.current
        found = next((item for item in current if holds_all(item, candidate)), None)
        return found or repeats_latest(candidate, current, parts=_in_parts(candidate))

    def _place(
        self, candidate: Candidate, groups: list[_Group], pending: Sequence[Candidate]
    ) -> None:
        """Put a candidate with its twins, here or in the archive, or in a group of its own."""

        def known_before(date: str, category: str) -> set[str]:
            return self.index.known_before(date, pending, category)

        def days_apart(other: Listed) -> float:
            return abs(to_day(other.vintage) - to_day(candidate.vintage))

        own = [g for g in groups if is_twin(g.best, candidate, known_before)]
        stored = [item for item in self.index.current if is_twin(item, candidate, known_before)]
        better = [item for item in stored if preference(item) >= preference(candidate)]
        if better:
            kept = min(better, key=days_apart)
            line = _twin_line(kept.label, "", candidate)
            self._note(candidate, kept.label, "twin", _same_as(kept), twins=(line,))
            return
        if own:
            group = min(own, key=lambda g: days_apart(g.best))
            if preference(candidate) > preference(group.best):
                group.twins.append(group.best)
                group.best = candidate
            else:
                group.twins.append(candidate)
        else:
            group = _Group(candidate)
            groups.append(group)
        group.supersedes += [item for item in stored if isinstance(item, Snapshot)]

    def judged(self, group: _Group, waiting: Sequence[Candidate]) -> bool:
        """Decide on one publication and on the routes it came by; False when it is refused."""
        best, fill = group.best, None
        if self.complete is not None:
            best, fill = self.complete(group.best, group.twins)
        decision = self._decision(group, best, fill, waiting)
        self.decisions.append(decision)
        label, found = decision.label, decision.outcome
        if found == "refused":
            return False
        if found == "held":
            same = f"the same figures as the list of {best.source} that is held"
            # What was filled is another object than the member of the group it came from.
            for other in (*group.members, *group.repeats):
                if other.source != best.source or other in group.repeats:
                    self._note(other, "", "held", same)
            return True
        best.label = label
        self.index.accept(best, group.supersedes)
        for twin in group.twins:
            self._note(twin, label, "twin", _same_as(best))
        for repeat in group.repeats:
            self._note(repeat, label, "unchanged", _as_on(label, repeat))
        return True

    def _decision(
        self,
        group: _Group,
        best: Candidate,
        fill: dict[str, Any] | None,
        waiting: Sequence[Candidate],
    ) -> Decision:
        dated, index = group.dated, self.index
        # A less official source never displaces a more official one.
        holder = index.at(dated.vintage)
        if (
            holder is not None
            and holder not in group.supersedes
            and holder.source != best.source
            and holder.precedence <= best.precedence
        ):
            message = f"{holder.source} holds this date with other figures, and a less official "
            return best.decided("", "refused", f"{message}source does not displace it")
        # A failed required check refuses the publication, and only that one.
        previous = index.previous(best, dated.vintage)
        done, description = _examined(best, dated, previous, index, waiting)
        revised = []
        displaced = (i for i in index.current if i is holder or i in group.supersedes)
        for item in sorted(displaced, key=attrgetter("label")):
            check = holding.revision(best, item, index.debuts(best), dated.vintage)
            revised += [(item.label, check)] if check else []
        done += [check for _, check in revised]
        new, dropped = _entries_changed(best, previous, description["completeness"])
        found = {"checks": tuple(done), "new_entries": new, "dropped_entries": dropped}
        failed = checking.failures(done)
        if failed:
            return best.decided("", "refused", failed, **found)
        # What could move an answer, or is made by another method, waits for a person.
        place = f"{best.publication.board}/{dated.vintage}"
        held = holding.waits(done, place, self.accept, history=self.history)
        if held:
            return best.decided("", "held", held, **found)
        # Other content at the same date is a revision.
        label = index.next_label(dated.vintage)
        if fill is not None:
            description["filled"] = fill
        # What was filled is not what the route served: its own content is recorded as a twin's.
        routes = group.twins if best is group.best else group.members
        account = {
            **best.retrieval,
            "twins": [twin.as_twin() for twin in routes],
            "supersedes": [item.label for item in group.supersedes],
            "checks": [asdict(check) for check in done],
        }
        rows = {f"{name}.csv": len(frame) for name, frame in best.tables.items()}
        manifest = manifests.build(label, best.route, best.files, rows, description, account)
        return best.decided(
            label,
            "new" if label == dated.vintage else "revision",
            "" if label == dated.vintage else _revised(holder, group, revised),
            files={**best.files, manifests.MANIFEST: manifest},
            twins=tuple(_twin_line(label, item.label, item) for item in group.supersedes),
            **found,
        )

    def _note(self, item: Candidate, *what: Any, **more: Any) -> None:
        self.decisions.append(item.decided(*what, **more))


def _examined(
    best: Candidate,
    dated: Listed,
    previous: Listed | None,
    index: _Index,
    waiting: Sequence[Candidate],
) -> tuple[list[Check], dict[str, Any]]:
    """All checks of a candidate, and the description that goes into its manifest."""
    publication, listing = best.publication, best.reference
    completeness = claimed = best.completeness
    if listing is not None and best.method in METHODS:
        completeness = index.completeness(best, dated.vintage, waiting)
    done = list(best.checks)
    settled = publication.board.startswith("arena/") and best.method == "bradley-terry"
    done += checking.comparison(best, previous, completeness, settled=settled)
    regime: dict[str, str] = {}
    stale: list[str] = []
    if listing is not None:
        ratings = best.tables["ratings"]
        recent = index.last_of_source(best, dated.vintage, holding.PINNED_LISTS)
        last = recent[0].find_table("ratings") if recent else None
        done.append(checking.interval_follows_variance(ratings, last))
        whole = best.route.whole
        done += losses(ratings, publication.left_out, recent, previous, whole=whole)
        if best.precedence <= manifests.OFFICIAL and (same := holding.same_method(best, recent)):
            done.append(same)
            regime = {} if same.passed else {"since": dated.vintage, "what": same.note}
        before = previous.find_table("ratings") if previous else None
        stale, check = checking.stale_categories(ratings, before)
        done.append(check)
    before = previous.find_table("entries") if previous else None
    known = None if before is None else frozenset(before["organisation"])
    done += checking.new_organisations(best.tables.get("entries"), known)
    description = {
        "board": publication.board,
        "vintage": dated.vintage,
        "basis": dated.basis,
        **({} if dated is best else {"own_vintage": best.vintage}),
        **{name: best.facts[name] for name in ("method", "style_control", "interval")},
        "completeness": completeness,
        # What the source says of its list, where the neighbours say otherwise.
        **({"claimed": claimed} if claimed != completeness else {}),
        "stale_categories": stale,
        "categories": best.categories,
        "entries": best.facts["entries"],
        "notes": list(publication.notes),
        **({"left_out": list(publication.left_out)} if publication.left_out else {}),
        **({"regime": regime} if regime else {}),
    }
    return done, description


def _entries_changed(
    best: Candidate, previous: Listed | None, completeness: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Entries that are new, and entries dropped; a top-N list drops nothing."""
    table = next((name for name in ("entries", "models") if name in best.tables), "ratings")
    before = previous.find_table(table) if previous else None
    if before is None:
        return (), ()
    now, then = set(best.tables[table]["entry"]), set(before["entry"])
    return tuple(sorted(now - then)), tuple(sorted(then - now)) * (completeness == "full")


def _repeats(candidate: Candidate, group: _Group, groups: Sequence[_Group]) -> bool:
    """Whether the candidate is a member of `group` over again."""
    file = candidate.vintage, candidate.content
    if any(file in m.files_of(candidate.source) or holds_all(m, candidate) for m in group.members):
        return True
    seen = [member for g in groups for member in g.members]
    latest = repeats_latest(candidate, seen, parts=_in_parts(candidate))
    return any(member is latest for member in group.members)


def _revised(holder: Listed | None, group: _Group, revised: Iterable[tuple[str, Check]]) -> str:
    """Why a vintage gets a revision, and what moved."""
    if holder is None:
        return "the list stored under this date is held in a better form under another"
    if holder in group.supersedes:
        return f"the figures of {holder.source}, more precise or more complete"
    moved = next((f": {c.note}" for label, c in revised if label[:10] == group.dated.vintage), "")
    return f"other figures than {holder.source} had at this date{moved}"


def _twin_line(kept: str, supersedes: str, item: Listed) -> dict[str, str]:
    """The line of ``twins.csv``, by column."""
    twin = item.as_twin()
    own = {name: str(value) for name, value in twin.items() if name != "urls"}
    return {"kept": kept, "supersedes": supersedes, **own, "urls": " ".join(twin["urls"])}


def _in_parts(candidate: Candidate) -> bool:
    return not candidate.route.whole or bool(candidate.publication.left_out)


def _as_on(label: str, candidate: Candidate) -> str:
    return "" if label[:10] == candidate.vintage else f"as in {label}"


def _same_as(item: Listed) -> str:
    return f"the same figures as {item.label}, {item.source}"


# What an archive already holds of one board, as needed to judge a newcomer.


class _Index:
    """Everything known of one board: what is stored, and what this run accepted.

    `stored` is every folder of the archive, superseded ones included, those of an impossible day
    not: the same list under its right date is news. `labels` are taken. `current` is what counts
    for comparisons: the newest revision of each vintage, and this run's.
    """

    def __init__(self, board: Board | None) -> None:
        every = board.all_snapshots if board else ()
        self.labels = {s.label for s in every}
        self.stored = [s for s in every if board and s.label not in board.misdated]
        visible = {s.label for s in board.snapshots} if board else set()
        self.current: list[Listed] = [s for s in self.stored if s.label in visible]

    def holds(self, candidate: Candidate) -> Snapshot | None:
        """Where exactly this publication is already known, itself or as a twin."""
        file = candidate.vintage, candidate.content
        for item in self.stored:
            itself = (item.own_vintage, item.content) == file
            if itself or file in item.files_of(candidate.source):
                return item
        return None

    def at(self, vintage: str) -> Listed | None:
        """Give the current publication of a date, if any."""
        return next((item for item in self.current if item.date == vintage), None)

    def accept(self, candidate: Candidate, supersedes: Sequence[Snapshot]) -> None:
        """Take note of a publication this run accepted."""
        kept = (i for i in self.current if i.date != candidate.date and i not in supersedes)
        self.current = [*kept, candidate]
        self.labels.add(candidate.label)

    def next_label(self, vintage: str) -> str:
        """Give the vintage, or its next free revision."""
        if vintage not in self.labels:
            return vintage
        number = 2
        while f"{vintage}.r{number}" in self.labels:
            number += 1
        return f"{vintage}.r{number}"

    def previous(self, candidate: Candidate, vintage: str) -> Listed | None:
        """Find the newest earlier vintage of a comparable kind; without ratings, of its source.

        Comparable: same method and style control, complete if the candidate is, and at least half
        the entries of the shorter list in common (routes that name entries differently are not).
        """
        category, listing = reference_category(candidate.categories), candidate.reference
        whole = candidate.completeness == "full"
        for item in self._before(vintage):
            if category is None or listing is None:
                if item.source == candidate.source:
                    return item
                continue
            if item.kind != candidate.kind or (whole and item.completeness != "full"):
                continue
            other = item.find(category)
            if other is not None and comparable(listing, other):
                return item
        return None

    def last_of_source(self, candidate: Candidate, vintage: str, count: int) -> list[Listed]:
        """Lists of the candidate's own source up to its date, of any kind, the newest first.

        Those with at least half the entries of the shorter list in common, or without a category in
        common: a payload in another layout, with other names, is no loss of what the last one had.
        """
        found: list[Listed] = []
        same_date = [item for item in self.current if item.date == vintage]
        for item in [*same_date, *self._before(vintage)]:
            if item.source != candidate.source or not item.categories:
                continue
            category = shared_category(candidate, item)
            if category is not None:
                mine, theirs = candidate.find(category), item.find(category)
                if mine is None or theirs is None or not comparable(mine, theirs):
                    continue
            found.append(item)
            if len(found) == count:
                break
        return found

    def debuts(self, candidate: Candidate) -> dict[str, str]:
        """Entry to the first vintage that lists it in the candidate's reference category."""
        category = reference_category(candidate.categories)
        first: dict[str, str] = {}
        for item in sorted(self.current, key=attrgetter("label")):
            listing = item.find(category) if category is not None else None
            for name in listing.entries if listing else ():
                first.setdefault(name, item.date)
        return first

    def _before(self, vintage: str) -> list[Listed]:
        before = (item for item in self.current if item.date < vintage)
        return sorted(before, key=attrgetter("date"), reverse=True)

    def completeness(self, candidate: Candidate, vintage: str, waiting: Iterable[Listed]) -> str:
        """Tell whether a list is whole from what is stored and from what waits in this run."""
        category = reference_category(candidate.categories)
        dated = [(item.date, item) for item in self.current]
        dated += [(item.vintage, item) for item in waiting if item is not candidate]
        lists = [
            (date, item, listing)
            for date, item in ((vintage, candidate), *dated)
            if item.kind == candidate.kind
            and category is not None
            and abs(to_day(date) - to_day(vintage)) <= REACH_DAYS
            and (listing := item.find(category)) is not None
        ]
        return judge([row_of(*one) for one in lists])[0]

    def known_before(self, vintage: str, pending: Iterable[Listed], category: str) -> set[str]:
        """Names of every entry listed on the board before `vintage`."""
        earlier = (i for i in (*self.current, *pending) if i.vintage < vintage)
        return set().union(*(found.entries for i in earlier if (found := i.find(category))))
