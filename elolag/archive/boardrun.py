"""One run over one board: which publications are one, and what is written for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from elolag.archive import checks as checking
from elolag.archive import manifest as manifests
from elolag.archive.candidates import Candidate, without
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
from elolag.months import to_day

if TYPE_CHECKING:
    import pandas as pd

    from elolag.archive.checks import Check
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
    """

    def __init__(self, board: str, index: BoardIndex, writer: Writer | None) -> None:
        self.board = board
        self.index = index
        self.writer = writer
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
        new, dropped = _entries_changed(best, previous, description["completeness"])
        failed = [check for check in done if check.required and not check.passed]
        if failed:
            message = "; ".join(f"check {check.name}: {check.note}" for check in failed)
            self._note(best, "", "refused", message, checks=done, new=new, dropped=dropped)
            return False
        kind: OutcomeKind = "new" if label == dated.vintage else "revision"
        message = "" if kind == "new" else _revised(best, holder, group)
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
    if listing is not None:
        last = _last_of_source(best, dated.vintage, index)
        done.append(checking.interval_follows_variance(best.tables["ratings"], last))
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
    }
    return done, description


def _last_of_source(best: Candidate, vintage: str, index: BoardIndex) -> pd.DataFrame | None:
    """Ratings of the newest list before `vintage` from the candidate's own source."""
    earlier = [
        (label, item)
        for label, item in index.current.items()
        if label[:10] < vintage and item.source_name == best.source_name
    ]
    return max(earlier, key=lambda pair: pair[0])[1].table("ratings") if earlier else None


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


def _revised(best: Candidate, holder: Listed | None, group: Group) -> str:
    """Why a vintage gets a revision."""
    if holder is None:
        return "the list stored under this date is held in a better form under another"
    if holder in group.supersedes:
        return f"the figures of {holder.source_name}, more precise or more complete"
    return f"other figures than {holder.source_name} had at this date"


def _in_parts(candidate: Candidate) -> bool:
    return not candidate.source.whole or bool(candidate.publication.left_out)


def _as_on(label: str, candidate: Candidate) -> str:
    return "" if label[:10] == candidate.vintage else f"as in {label}"


def _days_apart(one: Listed, other: Listed) -> float:
    return abs(to_day(one.vintage) - to_day(other.vintage))
