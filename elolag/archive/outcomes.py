"""What became of each board of a run, and the lines that record it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from elolag.archive.candidates import Refusal
    from elolag.archive.package import Check

OutcomeKind = Literal["new", "unchanged", "twin", "revision", "held", "refused", "failed"]

#: Outcomes that write a folder.
WRITTEN = ("new", "revision")

LOG_COLUMNS = (
    "run_at",
    "source",
    "board",
    "vintage",
    "label",
    "outcome",
    "rows",
    "raw_sha256",
    "manifest_sha256",
    "note",
    "previous",  # SHA-256 of the line before, see `elolag.archive.log`
)
TWINS_COLUMNS = (
    "kept",
    "supersedes",
    "source",
    "vintage",
    "basis",
    "rows",
    "retrieved_at",
    "content",
    "raw_sha256",
    "urls",
)


@dataclass(frozen=True)
class Outcome:
    """What became of one board of one payload.

    Attributes
    ----------
    source, board, vintage
        Of the publication; for a payload nothing could be read from, `board` is the payload's
        name and `vintage` the date it stands for.
    label
        Folder that holds it (of the twin that is kept); empty when refused or held.
    outcome
        ``new``, ``unchanged``, ``twin``, ``revision``, ``held`` (not written until a person accepts
        it, see `elolag.archive.holding`), ``refused``, or ``failed`` (nothing came).
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

    @classmethod
    def of_refusal(cls, refusal: Refusal) -> Outcome:
        """Give a refusal the form of an outcome."""
        return cls(
            source=refusal.source,
            board=refusal.board,
            vintage=refusal.vintage,
            label="",
            outcome="refused",
            checks=refusal.checks,
            message=refusal.message,
        )

    def log_line(self, run_at: str, raw_sha256: str) -> dict[str, str]:
        """Give the line of ``log.csv``, by column; the archive's writer fills in the hashes."""
        return {
            "run_at": run_at,
            "source": self.source,
            "board": self.board,
            "vintage": self.vintage,
            "label": self.label,
            "outcome": self.outcome,
            "rows": str(self.rows),
            "raw_sha256": raw_sha256,
            "manifest_sha256": "",
            "note": self.message,
        }


def twin_line(kept: str, supersedes: str, twin: Mapping[str, Any]) -> dict[str, str]:
    """Give the line of ``twins.csv``, by column."""
    own = {name: str(value) for name, value in twin.items() if name != "urls"}
    return {"kept": kept, "supersedes": supersedes, **own, "urls": " ".join(twin["urls"])}
