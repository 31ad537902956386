"""Checking claims: one assessment each, and all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Unpack

from elolag import tags
from elolag.claims import registry
from elolag.claims.estimating import (
    HINDSIGHT,
    NOT_RESOLVABLE,
    OPEN,
    REAL_TIME,
    RULE,
    VERDICTS,
    Estimate,
    estimate,
    untestable,
)
from elolag.claims.registry import KINDS, Claim
from elolag.claims.studies import Studies
from elolag.errors import EstimateError, UsageError
from elolag.estimate.session import Asked
from elolag.model.estimands import WINDOWS
from elolag.results.charts import short
from elolag.results.provenance import basis_notes
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import meaning
from elolag.schema import ALL_LISTS

#: Version of the JSON object `ClaimsReport.to_dict` returns.
_JSON_SCHEMA = 1

#: The two figures of an assessment, and from what ratings each is.
_BASES = {"real_time": "ratings of its day", "hindsight": "the newest ratings"}
SCOPE = (
    "What is tested is whether blind votes on these boards agree; a claim about benchmarks or "
    "about capability may be right where they do not. Intervals are of measurement, for changes "
    "of sampling. Tags and the drift of young entries are the newest in both columns."
)


@dataclass(frozen=True)
class Assessment:
    """One claim with both our figures."""

    claim: Claim
    real_time: Estimate
    hindsight: Estimate

    @property
    def deciding(self) -> Estimate | None:
        """The estimate the verdict rests on: real time, else hindsight, else none."""
        return next((e for e in (self.real_time, self.hindsight) if e.testable), None)

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        return (self.deciding or self.real_time).verdict

    @property
    def depends(self) -> str:
        """Under which match rules and on which measures that with the newest ratings is another."""
        return self.hindsight.depends

    @property
    def rests_on(self) -> str:
        """What the verdict rests on, in words."""
        return self.deciding.basis if self.deciding else ""

    @property
    def meant(self) -> str:
        """The estimand they most plausibly meant; empty for claims that are no lag."""
        return self.claim.estimand if self.claim.kind in ("months", "change") else ""

    @property
    def why(self) -> str:
        """Why this verdict, in words."""
        if self.deciding is not None:
            return self.deciding.why
        if self.claim.deadline:
            return self.real_time.why
        return f"{self.real_time.why}; with the newest ratings: {self.hindsight.why}"

    def sentence(self) -> str:
        """The claim and what these ratings say of it."""
        claim = self.claim
        said = f"{claim.who} ({claim.when}) claimed {_quoted(claim)}{claim.range_words()}"
        if claim.deadline:
            said += f" by {claim.deadline}"
        found = self.deciding
        if found is None:
            return f"{said}: {self.verdict} ({self.why})."
        more = ""
        if found is self.real_time and self.hindsight.testable:
            more = f" With the newest ratings: {self.hindsight.told()}, {self.hindsight.verdict}."
        if self.depends:
            more += f" By the newest lists another verdict ({self.depends})."
        ratings = "the ratings of its day" if found is self.real_time else "the newest ratings"
        return (
            f"{said}: {self.verdict} with {ratings} ({found.board} of {found.vintage}, "
            f"{claim.category}: {found.told()}, probability that the range holds "
            f"{found.chance()}).{more}"
        )

    def rows(self) -> list[tuple[str, str]]:
        """Everything on one claim, one (quantity, value) pair each."""
        claim = self.claim
        rows = [
            ("claim", claim.paraphrase),
            ("who, when", f"{claim.who}, {claim.when}"),
            ("speaks of", claim.day),
            ("read it at", claim.where),
            ("checked", ("" if claim.verified else "not verified: ") + claim.checked),
            ("groups", f"{short(claim.follower)} behind {short(claim.leader)}, {claim.category}"),
            ("measured on", claim.index or "not said"),
            ("claimed", f"{_quoted(claim)}{claim.range_words()} ({KINDS[claim.kind]})"),
        ]
        if claim.reading:
            rows.append(("read as", claim.reading))
        if self.meant:
            used = self.deciding and self.deciding.months
            window = used or claim.window or WINDOWS.get(self.meant)
            rows.append(("they meant", f"{self.meant}: {meaning(self.meant, window=window)}"))
            rows.append(("match rule", claim.match_rule))
        rows.append(("because", claim.why))
        rows += _estimate_rows("real time", self.real_time)
        rows += _estimate_rows("hindsight", self.hindsight)
        rows.append(("verdict", self.verdict + (f" ({self.rests_on})" if self.rests_on else "")))
        if self.depends:
            rows.append(("another", self.depends))
        return rows

    def row(self) -> dict[str, Any]:
        """One row of the table of all claims (see `ClaimsReport.table`)."""
        row = {
            **asdict(self.claim),
            "when": self.claim.when,
            "about": self.claim.day,
            "claimed": self.claim.range_words(),
            "real_time": self.real_time.figure() or self.real_time.verdict.removesuffix(" here"),
            "hindsight": self.hindsight.figure() or self.hindsight.verdict.removesuffix(" here"),
            "holds": "" if self.deciding is None else self.deciding.chance(),
            "verdict": self.verdict,
            "depends_on": ", ".join(dict.fromkeys(o.what for o in self.hindsight.differing)),
            "depends": self.depends,
            "meant": self.meant,
            "rests_on": self.rests_on,
            "why": self.why,
        }
        for basis in _BASES:
            row |= {f"{basis}_{k}": value for k, value in vars(getattr(self, basis)).items()}
        return row

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            **asdict(self.claim),
            "claimed": self.claim.range_words(),
            "verdict": self.verdict,
            "rests_on": self.rests_on,
            "why_verdict": self.why,
            "depends": self.depends,
            "meant": self.meant,
            "real_time": self.real_time.to_dict(),
            "hindsight": self.hindsight.to_dict(),
        }


def _quoted(claim: Claim) -> str:
    return f"{claim.said}, tested as " if claim.said else ""


def _estimate_rows(name: str, found: Estimate) -> list[tuple[str, str]]:
    if not found.testable:
        return [(name, f"{found.verdict}: {found.why}")]
    raw = ", the raw board" if found.board == "arena/text" else ""
    rows = [
        (name, f"{found.told()}: {found.verdict}"),
        ("", f"{found.board}{raw}, ratings of {found.vintage}, as of {found.as_of}"),
        ("", f"probability that the claimed range holds: {found.chance()}"),
    ]
    if found.since:
        rows.append(("", f"over {found.months:g} months, from {found.since}: both sides' first"))
    if found.detail:
        rows.append(("", found.detail))
    if found.closest_value is not None:
        rows.append(
            ("", f"nearest to it in number: {found.closest}, {found.closest_value:.1f} months")
        )
    return rows


@dataclass(frozen=True)
class ClaimsReport(Result):
    """All claims, in the registry's order."""

    assessments: tuple[Assessment, ...]
    level: float
    n_draws: int
    seed: int
    version: str
    sources: str = ALL_LISTS
    tags: str = ""
    policies: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Assessment:
        """One assessment by the key of its claim."""
        return {a.claim.key: a for a in reversed(self.assessments)}[key]

    def sentence(self) -> str:
        """How many claims got which verdict."""
        counts = Counter(a.verdict for a in self.assessments)
        said = ", ".join(f"{counts[v]} {v}" for v in VERDICTS if counts[v])
        return f"Of {len(self.assessments)} claims: {said}."

    def table(self) -> Table:
        """One row per claim: what was claimed, both our figures, the verdict."""
        unit = "of the kind"
        columns = [
            Column("key", "Claim", "key of the claim"),
            Column("who", "Who", "who said it", in_page=False),
            Column("when", "When", "when it was said", words=True, in_page=False),
            data("date", "its day, or one of its month", "ISO date"),
            data("precision", "of that date: day or month"),
            data("deadline", "by when, of a forecast", "ISO date"),
            data("match_rule", "what dates a level"),
            Column("claimed", "Claimed", "the range as it is tested", words=True),
            Column("real_time", "Real time", "our figure with the ratings of the day", words=True),
            Column("hindsight", "Hindsight", "our figure with the newest ratings", words=True),
            Column("holds", "Holds", "probability that the claimed range holds", words=True),
            Column("verdict", "Verdict", " / ".join(VERDICTS)),
            Column("depends_on", "Depends on", "whether match rule or measure turn the verdict"),
            data("depends", "what other match rules and measures say, by the newest lists"),
            data("about", "the day it speaks of", "ISO date"),
            data("follower", "group said to follow"),
            data("leader", "group said to lead"),
            data("category", "category of the board"),
            data("kind", "months, elo, points, percent, rank or change"),
            data("low", "least that was claimed; empty: open", unit),
            data("high", "most that was claimed; empty: open", unit),
            data("meant", "estimand they most plausibly meant"),
            data("where", "where it is read"),
            data("verified", "whether it was read there"),
            data("rests_on", "ratings the verdict rests on"),
            data("why", "why this verdict"),
        ]
        kept = (
            ("board", "board", ""), ("vintage", "their date", "ISO date"),
            ("value", "our figure", unit), ("low", "lower end; empty: unbounded, or none", unit),
            ("high", "upper end; empty: unbounded, or none", unit),
            ("probability", "share of draws surely in the range", ""),
            ("possible", "share of draws not surely outside it", ""), ("verdict", "verdict", ""),
        )  # fmt: skip
        columns += [
            data(f"{basis}_{key}", f"{told}, {words}", of)
            for basis, words in _BASES.items()
            for key, told, of in kept
        ]
        made = [e for a in self.assessments for e in (a.real_time, a.hindsight)]
        return Table.of(
            "claims", "Every claim", columns, (a.row() for a in self.assessments),
            n_draws=self.n_draws,
            snapshots=tuple(dict.fromkeys(pair for e in made for pair in e.snapshots)),
        )  # fmt: skip

    def footnotes(self) -> tuple[str, ...]:
        """The rule of the verdicts, what is tested, and where one claim is told in full."""
        more = "One claim in full: elolag claims show KEY"
        return (RULE, SCOPE, *basis_notes(self), more)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": _JSON_SCHEMA,
            "rule": RULE,
            "scope": SCOPE,
            **picked(self, "level", "n_draws", "seed", "version", "sources", "tags", "policies"),
            "claims": [a.to_dict() for a in self.assessments],
        }


# `check_claims`: every claim against the ratings of its day and the newest.

#: Kinds that ask only for the best of a day, so that a list cut off at the top may serve.
_TODAY_ONLY = ("elo", "points", "percent")


def check_claims(
    add: str | Path | None = None,
    *,
    keys: Collection[str] | None = None,
    only_added: bool = False,
    **question: Unpack[Asked],
) -> ClaimsReport:
    """Check published claims against the ratings of their day (real time) and the newest.

    Parameters
    ----------
    add
        A registry of your own (TOML, `elolag.claims.TEMPLATE`), checked after the packaged one.
    keys
        Only these claims, in the registry's order; all by default.
    only_added
        Leave the packaged registry out.
    **question
        As for `elolag.estimate_lag`: n_draws (2,000 by default; what stands beside a verdict takes
        no more), seed, level, archive, sources, policies, extra_tags, session.

    Returns
    -------
    ClaimsReport

    Raises
    ------
    ClaimError
        An entry of a registry breaks its rules.
    UsageError
        An unknown key, group, board or number.
    ArchiveError
        The archive is missing or damaged.

    Examples
    --------
    >>> import elolag
    >>> report = elolag.check_claims(keys=["schmidt-2024"], n_draws=100)
    >>> len(report.assessments)
    1
    """
    studies = Studies.of(2000, question)
    claims = [] if only_added else list(registry.packaged())
    if add is not None:
        own = registry.read(Path(add))
        twice = {c.key for c in claims} & {c.key for c in own}
        if twice:
            raise registry.ClaimError(
                f"{add}: key {min(twice)!r} is one of the packaged claims; choose another"
            )
        _check_names(studies, own, add)
        claims += own
    if keys is not None:
        unknown = sorted(set(keys) - {c.key for c in claims})
        if unknown:
            known = ", ".join(c.key for c in claims)
            raise UsageError(f"no claim {unknown[0]!r}; there are: {known}")
        claims = [c for c in claims if c.key in keys]
    return ClaimsReport(tuple(_assess(studies, claims)), **studies.told)


def _check_names(studies: Studies, claims: Iterable[Claim], file: str | Path) -> None:
    """Refuse names the archive and the tags do not know, before anything is computed."""
    lookup = studies.lookup
    for claim in claims:
        where = f"{file}, claim {claim.key}"
        for side in ("leader", "follower"):
            try:
                tags.parse_group(getattr(claim, side), lookup.labs, lookup.countries())
            except UsageError as error:
                raise registry.ClaimError(f"{where}: {side}: {error}") from None
        for lab in claim.labs:
            if lab not in lookup.labs:
                raise registry.ClaimError(f"{where}: labs: no lab {lab!r}; see elolag tags list")
        if claim.deadline:  # a board that is not archived is an answer: not resolvable here
            continue
        try:
            studies.archive.board(claim.board)
        except UsageError as error:
            raise registry.ClaimError(f"{where}: board: {error}") from None


def _assess(studies: Studies, claims: Sequence[Claim]) -> list[Assessment]:
    """Each claim, those on the same ratings one after another: their draws are shared."""
    groups = [(c.board, c.category, c.leader, c.follower, c.day) for c in claims]
    found: dict[int, Assessment] = {}
    for number in sorted(range(len(claims)), key=groups.__getitem__):
        claim = claims[number]
        if claim.deadline:
            both = _after_deadline(studies, claim)
        else:
            first = _in_real_time(studies, claim)
            both = first, _in_hindsight(studies, claim, beside=first.testable)
        found[number] = Assessment(claim, *both)
    return [found[number] for number in range(len(claims))]


def _after_deadline(studies: Studies, claim: Claim) -> tuple[Estimate, Estimate]:
    """A forecast by the first complete list after its deadline, and by the newest one."""
    if claim.board not in studies.archive.boards():
        reason, verdict = f"the archive has no board {claim.board}", NOT_RESOLVABLE
    else:
        later = studies.complete(claim.board, claim.category, claim.deadline)
        if later:
            return (
                estimate(studies, claim, REAL_TIME, claim.board, later[0], claim.day),
                estimate(studies, claim, HINDSIGHT, claim.board, later[-1], claim.day, widely=True),
            )
        reason = f"no complete list of {claim.board} after {claim.deadline} is in the archive yet"
        verdict = OPEN
    first, newest = (untestable(b, claim, reason, verdict) for b in (REAL_TIME, HINDSIGHT))
    return first, newest


def _in_real_time(studies: Studies, claim: Claim) -> Estimate:
    """With ratings no later than the day the claim speaks of."""
    whole = claim.kind not in _TODAY_ONLY or bool(claim.labs)
    try:
        where = studies.in_real_time(claim.board, claim.category, claim.day, complete=whole)
    except EstimateError as error:
        return untestable(REAL_TIME, claim, str(error))
    return estimate(studies, claim, REAL_TIME, *where, as_of=where[1])


def _in_hindsight(studies: Studies, claim: Claim, *, beside: bool = False) -> Estimate:
    """With the newest ratings, of the models that were out on the day.

    `beside` a verdict that rests on real time fewer draws are enough.
    """
    try:
        newest = studies.newest(claim.board, claim.day)
    except EstimateError as error:
        return untestable(HINDSIGHT, claim, str(error))
    as_of = min(claim.day, newest)
    return estimate(
        studies, claim, HINDSIGHT, claim.board, newest, as_of, widely=True, beside=beside
    )
