"""One run over one board: which publications are one, and what is written for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from elolag.archive import checks as checking
from elolag.archive import holding
from elolag.archive import package as manifests
from elolag.archive.candidates import Candidate, without
from elolag.archive.checks import losses
from elolag.archive.completeness import METHODS
from elolag.archive.fill import filled
from elolag.archive.index import BoardIndex, Stored
from elolag.archive.listing import reference_category
from elolag.archive.outcomes import Outcome, OutcomeKind, twin_line
from elolag.archive.twins import (
    Listed,
    dating,
    frozen,
    holds_all,
    is_twin,
    preference,
    repeats_latest,
)
from elolag.dates import to_day, to_iso

if TYPE_CHECKING:
    from elolag.archive.package import Check
    from elolag.archive.store import Writer


@dataclass(eq=False)
class Group:
    """One publication and the routes by which it came in this run.

    Attributes
    ----------
    best
        What is kept.
    twins
        The same by other routes.
    repeats
        The same by the same route, again.
    supersedes
        Less precise twins the archive already holds.
    """

    best: Candidate
    twins: list[Candidate] = field(default_factory=list)
    repeats: list[Candidate] = field(default_factory=list)
    supersedes: list[Stored] = field(default_factory=list)

    @property
    def dated(self) -> Listed:
        """Whose date the publication bears: the most official member's, of those the earliest."""
        members: list[Listed] = [self.best, *self.twins, *self.supersedes]
        return min(members, key=dating)


class BoardRun:
    """One run over one board.

    Parameters
    ----------
    board
        Its name.
    index
        What the archive holds of it.
    writer
        None: say what would happen and write nothing.
    accept
        ``BOARD/DATE`` of what a person accepts although it would be held, or ``all``.
    history
        Whether what comes is history: a change of method in it is recorded, not held.
    """

    def __init__(
        self,
        board: str,
        index: BoardIndex,
        writer: Writer | None,
        *,
        accept: Collection[str] = (),
        history: bool = False,
    ) -> None:
        self.board = board
        self.index = index
        self.writer = writer
        self.accept = accept
        self.history = history
        self.outcomes: list[Outcome] = []

    def run(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Take all candidates; a refused one gives its twins back, to be taken on their own."""
        pending = self._moving(candidates)
        while pending:
            groups = self._grouped(pending)
            pending = []
            for group in sorted(groups, key=lambda g: g.dated.vintage):
                if not self._write(group, [g.best for g in groups]):
                    pending += [*group.twins, *group.repeats]
        return self.outcomes

    def _moving(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Drop from copies what stands still while the board moves; see `twins.frozen`."""
        out: list[Candidate] = []
        for candidate in sorted(candidates, key=lambda c: c.vintage):
            still = {}
            if not candidate.source.whole and len(candidate.categories) > 1:
                still = frozen(candidate, [*self.index.current.values(), *out])
            if still:
                since = ", ".join(f"{name} (as on {day})" for name, day in sorted(still.items()))
                why = f"left out, unchanged while the board moved: {since}"
                out.append(without(candidate, still, why))
            else:
                out.append(candidate)
        return out

    def _grouped(self, candidates: Sequence[Candidate]) -> list[Group]:
        """Gather what is one publication; note what the archive already has."""
        groups: list[Group] = []
        for candidate in sorted(candidates, key=lambda c: (c.precedence, c.vintage)):
            label = self.index.holds(candidate)
            if label is None:
                label = self.index.exceeds(candidate)
            if label is None:
                held = self.index.current.values()
                repeated = repeats_latest(candidate, held, parts=_in_parts(candidate))
                label = self.index.label_of(repeated)
            if label is not None:
                self._note(candidate, label, "unchanged", _as_on(label, candidate))
                continue
            same = next((group for group in groups if _repeats(candidate, group, groups)), None)
            if same is not None:
                same.repeats.append(candidate)
            else:
                self._place(candidate, groups, candidates)
        return groups

    def _place(
        self, candidate: Candidate, groups: list[Group], pending: Sequence[Candidate]
    ) -> None:
        """Put a candidate with its twins, here or in the archive, or in a group of its own."""

        def known_before(date: str, category: str) -> set[str]:
            return self.index.known_before(date, pending, category)

        own = [g for g in groups if is_twin(g.best, candidate, known_before)]
        stored = [
            (label, item)
            for label, item in self.index.current.items()
            if is_twin(item, candidate, known_before)
        ]
        better = [(lb, item) for lb, item in stored if preference(item) >= preference(candidate)]
        if better:
            label, item = min(better, key=lambda pair: _days_apart(pair[1], candidate))
            if self.writer is not None:
                self.writer.add_twin(self.board, twin_line(label, "", candidate.as_twin()))
            self._note(candidate, label, "twin", f"the same figures as {label}, {item.source_name}")
            return
        if own:
            group = min(own, key=lambda g: _days_apart(g.best, candidate))
            if preference(candidate) > preference(group.best):
                group.twins.append(group.best)
                group.best = candidate
            else:
                group.twins.append(candidate)
        else:
            group = Group(candidate)
            groups.append(group)
        group.supersedes += [item for _, item in stored if isinstance(item, Stored)]

    def _write(self, group: Group, waiting: Sequence[Candidate]) -> bool:
        """Write one group's folder; False when it is refused."""
        dated, index = group.dated, self.index
        best, fill = filled(group.best, group.twins)
        label = index.next_label(dated.vintage)
        holder = index.at(dated.vintage)
        if (
            holder is not None
            and holder not in group.supersedes
            and holder.source_name != best.source_name
            and holder.precedence <= best.precedence
        ):
            message = (
                f"{holder.source_name} holds this date with other figures, and a less official "
                f"source does not displace it"
            )
            self._note(best, "", "refused", message)
            return False
        previous = index.previous(best, dated.vintage)
        done, description = _examined(best, dated, previous, index, waiting)
        displaced = [
            (at, item)
            for at, item in index.current.items()
            if item is holder or item in group.supersedes
        ]
        revised = _revised_figures(best, dated.vintage, displaced, index)
        done += revised.values()
        new, dropped = _entries_changed(best, previous, description["completeness"])
        failed = [check for check in done if check.required and not check.passed]
        if failed:
            message = "; ".join(f"check {check.name}: {check.note}" for check in failed)
            self._note(best, "", "refused", message, checks=done, new=new, dropped=dropped)
            return False
        held = self._held(done, dated.vintage)
        if held:
            self._hold(group, best, held, done, new, dropped)
            return True
        kind: OutcomeKind = "new" if label == dated.vintage else "revision"
        message = "" if kind == "new" else _revised(holder, group, revised)
        outcome = self._outcome(best, label, kind, message, done, new, dropped)
        if self.writer is not None:
            if fill is not None:
                description["filled"] = fill
            self._add(self.writer, group, best, description, outcome)
        self.outcomes.append(outcome)
        index.accept(label, best, [item.label for item in group.supersedes])
        for twin in group.twins:
            self._note(twin, label, "twin", f"the same figures as {label}, {best.source_name}")
        for repeat in group.repeats:
            self._note(repeat, label, "unchanged", _as_on(label, repeat))
        return True

    def _held(self, done: Sequence[Check], vintage: str) -> str:
        """Why a publication waits until it is accepted; empty when it does not."""
        if {holding.EVERYTHING, f"{self.board}/{vintage}"} & set(self.accept):
            return ""
        asked = {holding.REVISION} if self.history else {holding.REVISION, holding.METHOD}
        said = {
            holding.REVISION: "figures stored under this date would change",
            holding.METHOD: "the method has changed",
        }
        notes = [
            f"{said[check.name]}: {check.note}"
            for check in done
            if check.name in asked and not check.passed
        ]
        if not notes:
            return ""
        return f"{'; '.join(notes)}. To take it all the same: --accept {self.board}/{vintage}"

    def _hold(
        self,
        group: Group,
        best: Candidate,
        why: str,
        done: Sequence[Check],
        new: Sequence[str],
        dropped: Sequence[str],
    ) -> None:
        """Write nothing of a group, but for the log: its twins have the same figures."""
        self._note(best, "", "held", why, checks=done, new=new, dropped=dropped)
        # What was filled is another object than the member of the group it came from.
        for other in (group.best, *group.twins, *group.repeats):
            if other.source is not best.source or other in group.repeats:
                same = f"the same figures as the list of {best.source_name} that is held"
                self._note(other, "", "held", same)

    def _add(
        self,
        writer: Writer,
        group: Group,
        best: Candidate,
        description: dict[str, Any],
        outcome: Outcome,
    ) -> None:
        # What was filled is not what the route served: its own content is recorded as a twin's.
        routes = [*group.twins] if best is group.best else [group.best, *group.twins]
        manifest = manifests.build(
            label=outcome.label,
            source=best.source,
            description=description,
            files=best.files,
            rows={f"{name}.csv": len(frame) for name, frame in best.tables.items()},
            retrieval=best.retrieval,
            twins=[twin.as_twin() for twin in routes],
            supersedes=[item.label for item in group.supersedes],
            checks=outcome.checks,
        )
        for item in group.supersedes:
            line = twin_line(outcome.label, item.label, item.as_twin())
            writer.add_twin(self.board, line)
        writer.add(
            self.board,
            outcome.label,
            {**best.files, manifests.MANIFEST: manifest},
            outcome.log_line(best.retrieval["retrieved_at"], best.raw_sha256),
        )

    def _note(
        self,
        candidate: Candidate,
        label: str,
        outcome: OutcomeKind,
        message: str = "",
        *,
        checks: Sequence[Check] = (),
        new: Sequence[str] = (),
        dropped: Sequence[str] = (),
    ) -> None:
        made = self._outcome(candidate, label, outcome, message, checks, new, dropped)
        if self.writer is not None:
            retrieved_at = candidate.retrieval["retrieved_at"]
            self.writer.log(made.log_line(retrieved_at, candidate.raw_sha256))
        self.outcomes.append(made)

    def _outcome(
        self,
        candidate: Candidate,
        label: str,
        outcome: OutcomeKind,
        message: str,
        checks: Sequence[Check],
        new: Sequence[str],
        dropped: Sequence[str],
    ) -> Outcome:
        return Outcome(
            source=candidate.source_name,
            board=self.board,
            vintage=candidate.vintage,
            label=label,
            outcome=outcome,
            rows=candidate.rows,
            new_entries=tuple(new),
            dropped_entries=tuple(dropped),
            checks=tuple(checks),
            message=message,
        )


def _examined(
    best: Candidate,
    dated: Listed,
    previous: checking.Previous | None,
    index: BoardIndex,
    waiting: Sequence[Candidate],
) -> tuple[list[Check], dict[str, Any]]:
    """All checks of a candidate, and the description that goes into its manifest."""
    publication = best.publication
    category = reference_category(best.categories)
    listing = best.listing(category) if category else None
    completeness = claimed = publication.completeness
    if listing is not None and publication.method in METHODS:
        completeness = index.completeness(best, dated.vintage, waiting)
    done = list(best.checks)
    settled = publication.board.startswith("arena/") and publication.method == "bradley-terry"
    done += checking.comparison(best.tables, listing, previous, completeness, settled=settled)
    regime: dict[str, str] = {}
    if listing is not None:
        recent = index.last_of_source(best, dated.vintage, holding.PINNED_LISTS)
        last = recent[0].table("ratings") if recent else None
        done.append(checking.interval_follows_variance(best.tables["ratings"], last))
        done += losses(
            best.tables["ratings"], publication.left_out, recent, previous, whole=best.source.whole
        )
        method = None
        if best.precedence <= manifests.OFFICIAL:
            method = holding.same_method(best, recent)
        if method is not None:
            done.append(method)
            if not method.passed:
                regime = {"since": dated.vintage, "what": method.note}
    stale: list[str] = []
    if listing is not None:
        before = previous.table("ratings") if previous else None
        stale, check = checking.stale_categories(best.tables["ratings"], before)
        done.append(check)
    before = previous.table("entries") if previous else None
    known = None if before is None else frozenset(before["organisation"])
    done += checking.new_organisations(best.tables.get("entries"), known)
    own = {} if dated is best else {"own_vintage": best.vintage}
    entries = best.tables.get("entries", best.tables.get("models"))
    description = {
        "board": publication.board,
        "vintage": dated.vintage,
        "basis": dated.basis,
        **own,
        "method": publication.method,
        "style_control": publication.style_control,
        "interval": {"kind": publication.interval_kind, "level": publication.interval_level},
        "completeness": completeness,
        # What the source says of its list, where the neighbours say otherwise.
        **({"claimed": claimed} if claimed != completeness else {}),
        "stale_categories": stale,
        "categories": best.categories,
        "entries": 0 if entries is None else len(entries),
        "notes": list(publication.notes),
        **({"left_out": list(publication.left_out)} if publication.left_out else {}),
        **({"regime": regime} if regime else {}),
    }
    return done, description


def _entries_changed(
    best: Candidate, previous: checking.Previous | None, completeness: str
) -> tuple[list[str], list[str]]:
    """Entries that are new, and entries dropped; a top-N list drops nothing."""
    if previous is None:
        return [], []
    table = next((name for name in ("entries", "models") if name in best.tables), "ratings")
    before = previous.table(table)
    if before is None:
        return [], []
    now, then = best.tables[table]["entry"].tolist(), before["entry"].tolist()
    new = sorted(set(now) - set(then))
    return new, sorted(set(then) - set(now)) if completeness == "full" else []


def _repeats(candidate: Candidate, group: Group, groups: Sequence[Group]) -> bool:
    """Whether the candidate is a member of `group` over again."""
    members = [group.best, *group.twins]
    if any(
        (member.source_name, member.vintage, member.content)
        == (candidate.source_name, candidate.vintage, candidate.content)
        for member in members
    ):
        return True
    if any(holds_all(member, candidate) for member in members):
        return True
    seen = [member for g in groups for member in (g.best, *g.twins)]
    latest = repeats_latest(candidate, seen, parts=_in_parts(candidate))
    return any(member is latest for member in members)


def _revised_figures(
    best: Candidate,
    vintage: str,
    displaced: Sequence[tuple[str, Listed]],
    index: BoardIndex,
) -> dict[str, Check]:
    """By label, how the figures differ from those of each stored list that would be displaced."""
    if not displaced:
        return {}
    settled_by = to_iso(to_day(vintage) - holding.SETTLED_DAYS)
    known = holding.Known(index.debuts(best), settled_by)
    found = {
        label: holding.revision(best, item, label, known)
        for label, item in sorted(displaced, key=lambda pair: pair[0])
    }
    return {label: check for label, check in found.items() if check is not None}


def _revised(holder: Listed | None, group: Group, revised: Mapping[str, Check]) -> str:
    """Why a vintage gets a revision, and what moved."""
    if holder is None:
        return "the list stored under this date is held in a better form under another"
    if holder in group.supersedes:
        return f"the figures of {holder.source_name}, more precise or more complete"
    moved = next(
        (f": {c.note}" for label, c in revised.items() if label[:10] == group.dated.vintage), ""
    )
    return f"other figures than {holder.source_name} had at this date{moved}"


def _in_parts(candidate: Candidate) -> bool:
    return not candidate.source.whole or bool(candidate.publication.left_out)


def _as_on(label: str, candidate: Candidate) -> str:
    return "" if label[:10] == candidate.vintage else f"as in {label}"


def _days_apart(one: Listed, other: Listed) -> float:
    return abs(to_day(one.vintage) - to_day(other.vintage))
