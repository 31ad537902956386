"""Taking publications into an archive: twins found, checks made, folders written.

The rules, in the order they are applied to each publication:

1. What is already held, as a snapshot or as a recorded twin, is ``unchanged``.
2. One publication by two routes is one vintage. The more precise is kept (finer rounding, then
   intervals, more categories, votes, more rows), under the date of the more official source; the
   other is recorded, in the manifest when both arrive in one run, else in ``twins.csv`` beside
   the folder. A copy stored earlier that turns out to be the less precise stays where it is and
   is no longer listed.
3. Other content at the same date is a revision, ``.r2``, if it is from the same source or a more
   official one; a less official source never displaces a more official one.
4. A failed required check refuses the publication, and only that one.

In one run twins are found first and folders are then written oldest first, so the outcome does
not depend on the order of payloads, but for revisions: of two contents for one vintage the later
payload is the revision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from elolag.archive import checks as checking
from elolag.archive import manifest as manifests
from elolag.archive.candidates import Candidate, Payload, Refusal, read
from elolag.archive.index import (
    BoardIndex,
    Listed,
    Stored,
    is_twin,
    preference,
    reference_category,
)
from elolag.archive.reader import Archive
from elolag.archive.store import Writer
from elolag.months import to_day

if TYPE_CHECKING:
    from elolag.archive.checks import Check
    from elolag.schema import Origin
    from elolag.sources import Source

OutcomeKind = Literal["new", "unchanged", "twin", "revision", "refused"]


@dataclass(frozen=True)
class Outcome:
    """What became of one board of one payload.

    Attributes
    ----------
    source, board, vintage
        Of the publication; for a payload nothing could be read from, `board` is the payload's
        name and `vintage` the date it stands for.
    label
        Folder that holds it (of the twin that is kept); empty when refused.
    outcome
        ``new``, ``unchanged``, ``twin``, ``revision`` or ``refused``.
    rows
        Of its ratings (or of its models, or entries).
    new_entries, dropped_entries
        Against the previous vintage of a comparable kind.
    checks
        Every check made.
    message
        Why, for a person; empty when there is nothing to say.
    """

    source: str
    board: str
    vintage: str
    label: str
    outcome: OutcomeKind
    rows: int = 0
    new_entries: tuple[str, ...] = field(default=(), repr=False)
    dropped_entries: tuple[str, ...] = field(default=(), repr=False)
    checks: tuple[Check, ...] = field(default=(), repr=False)
    message: str = ""


def take(
    archive_path: str | Path,
    source: Source,
    payloads: Sequence[tuple[Origin, bytes]],
    *,
    retrieved_at: str,
    http_status: int | None = None,
    etag: str | None = None,
    revision: str | None = None,
    private: bool = False,
    dry_run: bool = False,
    command: str = "elolag",
) -> list[Outcome]:
    """Take payloads of one source into an archive; see `take_payloads`.

    Parameters
    ----------
    archive_path
        The archive's folder; made if absent.
    source
        Whose payloads they are.
    payloads
        Each with its origin.
    retrieved_at, http_status, etag, revision
        Of the retrieval, the same for all payloads.
    private
        Whether the archive is a private one, for sources whose terms forbid redistribution.
    dry_run
        Say what would happen and write nothing.
    command
        What is running, for the lock.
    """
    batch = [
        Payload(source, origin, data, retrieved_at, http_status, etag, revision)
        for origin, data in payloads
    ]
    return take_payloads(archive_path, batch, private=private, dry_run=dry_run, command=command)


def take_payloads(
    archive_path: str | Path,
    payloads: Sequence[Payload],
    *,
    private: bool = False,
    dry_run: bool = False,
    command: str = "elolag",
) -> list[Outcome]:
    """Take payloads of any sources, retrieved at any times, into an archive.

    Returns
    -------
    list of Outcome
        One for every publication and every refusal, payloads nothing could be read from first,
        then by board.

    Raises
    ------
    UsageError
        If a source's terms forbid redistribution and the archive is not `private`.
    ArchiveError
        If the archive is locked or damaged, or the disk is full.
    """
    root = Path(archive_path)
    if dry_run:
        return _take(root, payloads, None, private=private)
    with Writer(root, command) as writer:
        return _take(root, payloads, writer, private=private)


def _take(
    root: Path, payloads: Sequence[Payload], writer: Writer | None, *, private: bool
) -> list[Outcome]:
    candidates, refusals = read(payloads, private=private)
    outcomes = []
    for refusal in refusals:
        outcome = _refused(refusal)
        _log(writer, outcome, refusal.retrieved_at, refusal.raw_sha256)
        outcomes.append(outcome)
    archive = Archive(root)
    held = set(archive.boards())
    by_board: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_board.setdefault(candidate.publication.board, []).append(candidate)
    for name, found in sorted(by_board.items()):
        index = BoardIndex(archive.board(name) if name in held else None)
        outcomes += _BoardRun(name, index, writer).run(found)
    return outcomes


@dataclass(eq=False)
class _Group:
    """One publication and the routes by which it came in this run."""

    best: Candidate
    twins: list[Candidate]
    supersedes: list[Stored]

    @property
    def members(self) -> list[Listed]:
        return [self.best, *self.twins, *self.supersedes]

    @property
    def dated(self) -> Listed:
        """Whose date the publication bears: the most official member, its earliest date."""
        return min(self.members, key=lambda m: (m.precedence, m.vintage))


class _BoardRun:
    """One run over one board."""

    def __init__(self, board: str, index: BoardIndex, writer: Writer | None) -> None:
        self.board = board
        self.index = index
        self.writer = writer
        self.outcomes: list[Outcome] = []

    def run(self, candidates: Sequence[Candidate]) -> list[Outcome]:
        """Take all candidates; a refused one gives its twins back to be taken on their own."""
        pending = list(candidates)
        while pending:
            groups = self._grouped(pending)
            pending = []
            for group in sorted(groups, key=lambda g: g.dated.vintage):
                waiting = [g.best for g in groups]
                if not self._write(group, waiting):
                    pending += group.twins
        return self.outcomes

    def _grouped(self, candidates: Sequence[Candidate]) -> list[_Group]:
        groups: list[_Group] = []
        for candidate in sorted(candidates, key=lambda c: c.precedence):
            label = self.index.holds(candidate)
            if label is None and _repeats(candidate, groups):
                label = candidate.vintage
            if label is not None:
                self._note(candidate, label, "unchanged")
                continue
            self._place(candidate, groups, candidates)
        return groups

    def _place(
        self, candidate: Candidate, groups: list[_Group], pending: Sequence[Candidate]
    ) -> None:
        """Put a candidate with its twins, here or in the archive, or in a group of its own."""
        own = [g for g in groups if is_twin(g.best, candidate, pending, self.index)]
        stored = [
            (label, item)
            for label, item in self.index.current.items()
            if is_twin(item, candidate, pending, self.index)
        ]
        better = [(lb, item) for lb, item in stored if preference(item) >= preference(candidate)]
        if better:
            label, item = min(better, key=lambda pair: _days_apart(pair[1], candidate))
            self._note(candidate, label, "twin", f"the same figures as {label}, {item.source_name}")
            if self.writer is not None:
                twin = candidate.as_twin()
                self.writer.add_twin(self.board, _twin_line(label, "", twin))
            return
        if own:
            group = min(own, key=lambda g: _days_apart(g.best, candidate))
            if preference(candidate) > preference(group.best):
                group.twins.append(group.best)
                group.best = candidate
            else:
                group.twins.append(candidate)
        else:
            group = _Group(candidate, [], [])
            groups.append(group)
        group.supersedes += [item for _, item in stored if isinstance(item, Stored)]

    def _write(self, group: _Group, waiting: Sequence[Candidate]) -> bool:
        """Write one group's folder; False when refused."""
        best, dated = group.best, group.dated
        vintage, index = dated.vintage, self.index
        label = index.next_label(vintage)
        holder = next((item for lb, item in index.current.items() if lb[:10] == vintage), None)
        if holder is not None and holder not in group.supersedes and (
            best.source_name != holder.source_name and best.precedence >= holder.precedence
        ):
            message = (
                f"{holder.source_name} holds this date with other figures; a less official "
                f"source does not displace it"
            )
            self._note(best, "", "refused", message)
            return False
        previous = index.previous(best, vintage)
        done, description = _examined(best, dated, previous, index, waiting)
        new, dropped = _entries_changed(best, previous, description["completeness"])
        failed = [check for check in done if check.required and not check.passed]
        if failed:
            message = "; ".join(f"check {check.name}: {check.note}" for check in failed)
            self._note(best, "", "refused", message, checks=done, new=new, dropped=dropped)
            return False
        kind: OutcomeKind = "new" if label == vintage else "revision"
        outcome = self._outcome(best, label, kind, "", done, new, dropped)
        if self.writer is not None:
            self._add(group, label, description, done, outcome)
        self.outcomes.append(outcome)
        index.accept(label, best, [item.label for item in group.supersedes])
        for twin in group.twins:
            self._note(twin, label, "twin", f"the same figures as {label}, {best.source_name}")
        return True

    def _add(
        self,
        group: _Group,
        label: str,
        description: dict[str, Any],
        done: Sequence[Check],
        outcome: Outcome,
    ) -> None:
        best = group.best
        files = dict(best.files)
        twins = [twin.as_twin() for twin in group.twins]
        superseded = [item.label for item in group.supersedes]
        files[manifests.MANIFEST] = manifests.build(
            label=label,
            source=best.source,
            description=description,
            files=best.files,
            rows={f"{name}.csv": len(frame) for name, frame in best.tables.items()},
            retrieval=best.retrieval,
            twins=twins,
            supersedes=superseded,
            checks=done,
        )
        assert self.writer is not None  # noqa: S101 -- for the type checker
        line = _log_line(outcome, best.retrieval["retrieved_at"], best.raw_sha256)
        self.writer.add(self.board, label, files, line)
        for item in group.supersedes:
            self.writer.add_twin(self.board, _twin_line(label, item.label, _stored_twin(item)))

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
        _log(self.writer, made, candidate.retrieval["retrieved_at"], candidate.raw_sha256)
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
            rows=candidate.as_twin()["rows"],
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
    top = None
    if listing is not None and publication.method != "index":
        around = index.neighbours(best, dated.vintage, waiting)
        top = checking.top_n(listing, previous.listing if previous else None, around)
    completeness = publication.completeness if top is None else f"top-{top}"
    done = list(best.checks)
    done += checking.comparison(best.tables, listing, previous, completeness)
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
        "stale_categories": stale,
        "categories": best.categories,
        "entries": 0 if entries is None else len(entries),
        "notes": list(publication.notes),
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


def _repeats(candidate: Candidate, groups: Sequence[_Group]) -> bool:
    """Whether this run already has exactly this publication."""
    return any(
        member.source_name == candidate.source_name
        and member.vintage == candidate.vintage
        and member.content == candidate.content
        for group in groups
        for member in (group.best, *group.twins)
    )


def _days_apart(one: Listed, other: Listed) -> float:
    return abs(to_day(one.vintage) - to_day(other.vintage))


def _stored_twin(item: Stored) -> dict[str, Any]:
    facts = item.snapshot.facts
    return {
        "source": item.source_name,
        "vintage": facts.get("own_vintage", item.vintage),
        "basis": item.basis,
        "rows": sum(item.categories.values()),
        "retrieved_at": facts["retrieved_at"],
        "content": item.content,
        "raw_sha256": " ".join(raw["sha256"] for raw in facts["raw"]),
        "urls": facts["urls"],
    }


def _twin_line(kept: str, supersedes: str, twin: dict[str, Any]) -> list[str]:
    return [
        kept,
        supersedes,
        twin["source"],
        twin["vintage"],
        twin["basis"],
        str(twin["rows"]),
        twin["retrieved_at"],
        twin["content"],
        twin["raw_sha256"],
        " ".join(twin["urls"]),
    ]


def _refused(refusal: Refusal) -> Outcome:
    return Outcome(
        source=refusal.source,
        board=refusal.board,
        vintage=refusal.vintage,
        label="",
        outcome="refused",
        checks=refusal.checks,
        message=refusal.message,
    )


def _log(writer: Writer | None, outcome: Outcome, run_at: str, raw_sha256: str) -> None:
    if writer is not None:
        writer.log(_log_line(outcome, run_at, raw_sha256))


def _log_line(outcome: Outcome, run_at: str, raw_sha256: str) -> list[str]:
    return [
        run_at,
        outcome.source,
        outcome.board,
        outcome.vintage,
        outcome.label,
        outcome.outcome,
        str(outcome.rows),
        raw_sha256,
        outcome.message,
    ]


__all__ = ["Outcome", "Payload", "take", "take_payloads"]
