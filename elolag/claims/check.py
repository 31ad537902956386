"""Checking claims: one assessment each, and all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from elolag import tags
from elolag.claims import registry
from elolag.claims.estimating import (
    CONSISTENT,
    HINDSIGHT,
    NOT_TESTABLE,
    REAL_TIME,
    RULE,
    VERDICTS,
    Estimate,
    Studies,
    estimate,
    untestable,
)
from elolag.claims.index import Repeat, repeat
from elolag.claims.registry import KINDS, Claim
from elolag.errors import ArchiveError, EstimateError, UsageError
from elolag.estimate.session import Asked
from elolag.model.estimands import WINDOWS
from elolag.results.words import meaning, share
from elolag.schema import ALL_LISTS
from elolag.version import __version__

if TYPE_CHECKING:
    import pandas as pd

#: Version of the JSON object `ClaimsReport.to_dict` returns.
JSON_SCHEMA = 1

SCOPE = (
    "What is tested is whether blind votes on these boards agree; a claim about benchmarks or "
    "about capability may be right where they do not. Intervals are of measurement, for changes "
    "of sampling. Tags and the drift of young entries are the newest in both columns."
)


@dataclass(frozen=True)
class Assessment:
    """One claim with both our figures and what reproducing its own gave."""

    claim: Claim
    real_time: Estimate
    hindsight: Estimate
    repeats: tuple[Repeat, ...]

    @property
    def deciding(self) -> Estimate | None:
        """The estimate the verdict rests on: real time, else hindsight, else none."""
        return next((e for e in (self.real_time, self.hindsight) if e.testable), None)

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        if self.deciding is not None:
            return self.deciding.verdict
        if self.repeats and all(r.met for r in self.repeats):
            return CONSISTENT
        return NOT_TESTABLE

    @property
    def rests_on(self) -> str:
        """What the verdict rests on, in words."""
        if self.deciding is not None:
            return self.deciding.basis
        return "" if self.verdict == NOT_TESTABLE else "reproduction"

    @property
    def meant(self) -> str:
        """The estimand they most plausibly meant; empty for claims that are no lag."""
        return self.claim.estimand if self.claim.kind in ("months", "change") else ""

    @property
    def why(self) -> str:
        """Why this verdict, in words."""
        if self.deciding is not None:
            return self.deciding.why
        return f"{self.real_time.why}; with the newest ratings: {self.hindsight.why}"

    def sentence(self) -> str:
        """The claim and what these ratings say of it."""
        claim = self.claim
        said = f"{claim.who} ({claim.date}) claimed {_quoted(claim)}{claim.range_words()}"
        found = self.deciding
        if found is None:
            return f"{said}: {self.verdict} ({self.why})."
        more = ""
        if found is self.real_time and self.hindsight.testable:
            more = (
                f" With the newest ratings: {self.hindsight.figure()} "
                f"({self.hindsight.interval_words()}), {self.hindsight.verdict}."
            )
        ratings = "the ratings of its day" if found is self.real_time else "the newest ratings"
        return (
            f"{said}: {self.verdict} with {ratings} ({found.board} of {found.vintage}, "
            f"{claim.category}: {found.figure()}, interval {found.interval_words()}, probability "
            f"that the range holds {share(found.probability or 0.0)}).{more}"
        )

    def rows(self) -> list[tuple[str, str]]:
        """Everything on one claim, one (quantity, value) pair each."""
        claim = self.claim
        rows = [
            ("claim", claim.paraphrase),
            ("who, when", f"{claim.who}, {claim.date}"),
            ("speaks of", claim.day),
            ("read it at", claim.where),
            ("checked", ("" if claim.verified else "not verified: ") + claim.checked),
            ("groups", f"{claim.follower} behind {claim.leader}, {claim.category}"),
            ("measured on", claim.index or "not said"),
            ("claimed", f"{_quoted(claim)}{claim.range_words()} ({KINDS[claim.kind]})"),
        ]
        if claim.reading:
            rows.append(("read as", claim.reading))
        if self.meant:
            rows.append(
                (
                    "they meant",
                    f"{self.meant}: {meaning(self.meant, window=WINDOWS.get(self.meant))}",
                )
            )
        rows.append(("because", claim.why))
        for name, found in (("real time", self.real_time), ("hindsight", self.hindsight)):
            rows += _estimate_rows(name, found)
        rows += [("reproduced", r.sentence()) for r in self.repeats]
        rows.append(("verdict", self.verdict + (f" ({self.rests_on})" if self.rests_on else "")))
        return rows

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            **asdict(self.claim),
            "claimed": self.claim.range_words(),
            "verdict": self.verdict,
            "rests_on": self.rests_on,
            "why_verdict": self.why,
            "meant": self.meant,
            "real_time": self.real_time.to_dict(),
            "hindsight": self.hindsight.to_dict(),
            "reproduced": [r.to_dict() for r in self.repeats],
        }


def _quoted(claim: Claim) -> str:
    return f"{claim.said}, tested as " if claim.said else ""


def _estimate_rows(name: str, found: Estimate) -> list[tuple[str, str]]:
    if not found.testable:
        return [(name, f"{found.verdict}: {found.why}")]
    raw = ", the raw board" if found.board == "arena/text" else ""
    rows = [
        (name, f"{found.figure()}, interval {found.interval_words()}: {found.verdict}"),
        ("", f"{found.board}{raw}, ratings of {found.vintage}, as of {found.as_of}"),
        ("", f"probability that the claimed range holds: {share(found.probability or 0.0)}"),
    ]
    if found.detail:
        rows.append(("", found.detail))
    if found.closest_value is not None:
        rows.append(
            ("", f"nearest to it in number: {found.closest}, {found.closest_value:.1f} months")
        )
    return rows


@dataclass(frozen=True)
class ClaimsReport:
    """All claims, in the registry's order."""

    assessments: tuple[Assessment, ...]
    level: float
    n_draws: int
    seed: int
    version: str
    sources: str = ALL_LISTS

    def __getitem__(self, key: str) -> Assessment:
        """One assessment by the key of its claim."""
        found = [a for a in self.assessments if a.claim.key == key]
        if not found:
            raise KeyError(key)
        return found[0]

    def sentence(self) -> str:
        """How many claims got which verdict."""
        counts = Counter(a.verdict for a in self.assessments)
        said = ", ".join(f"{counts[v]} {v}" for v in VERDICTS if counts[v])
        repeats = [r for a in self.assessments for r in a.repeats]
        met = sum(r.met for r in repeats)
        tail = ""
        if repeats:
            tail = f" Of {len(repeats)} figures taken from data the archive holds, {met} come out."
        return f"Of {len(self.assessments)} claims: {said}.{tail}"

    def rows(self) -> list[dict[str, str]]:
        """One row per claim, in words."""
        return [
            {
                "claim": a.claim.key,
                "claimed": a.claim.range_words(),
                "real time": a.real_time.figure() or "not testable",
                "hindsight": a.hindsight.figure() or "not testable",
                "holds": "" if a.deciding is None else share(a.deciding.probability or 0.0),
                "verdict": a.verdict,
            }
            for a in self.assessments
        ]

    def to_frame(self) -> pd.DataFrame:
        """One row per claim, unrounded: what was claimed, both our figures, the verdict."""
        import pandas as pd

        rows = []
        for a in self.assessments:
            row: dict[str, Any] = {
                name: getattr(a.claim, name)
                for name in ("key", "who", "date", "leader", "follower", "category", "kind",
                             "low", "high", "where", "verified")
            }  # fmt: skip
            row |= {"about": a.claim.day, "meant": a.meant}
            for basis, found in (("real_time", a.real_time), ("hindsight", a.hindsight)):
                for name in ("board", "vintage", "value", "low", "high", "probability", "verdict"):
                    row[f"{basis}_{name}"] = getattr(found, name)
            row |= {"verdict": a.verdict, "rests_on": a.rests_on}
            rows.append(row)
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": JSON_SCHEMA,
            "rule": RULE,
            "scope": SCOPE,
            "level": self.level,
            "n_draws": self.n_draws,
            "seed": self.seed,
            "version": self.version,
            "sources": self.sources,
            "claims": [a.to_dict() for a in self.assessments],
        }

    def __str__(self) -> str:
        return self.sentence()


# `check_claims`: every claim against the ratings of its day and the newest.

#: Kinds that ask only for the best of a day, so that a list cut off at the top may serve.
TODAY_ONLY = ("elo", "points", "percent")


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
        As for `elolag.estimate_lag`: n_draws (2,000 by default), seed, level, archive, sources,
        policies, extra_tags, session.

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
    return ClaimsReport(
        assessments=tuple(assess(studies, claims)),
        level=studies.drawn["level"],
        n_draws=studies.drawn["n_draws"],
        seed=studies.drawn["seed"],
        version=__version__,
        sources=studies.archive.sources,
    )


def _check_names(studies: Studies, claims: Iterable[Claim], file: str | Path) -> None:
    """Refuse names the archive and the tags do not know, before anything is computed."""
    lookup = studies.lookup
    for claim in claims:
        where = f"{file}, claim {claim.key}"
        for field in ("leader", "follower"):
            try:
                tags.parse_group(getattr(claim, field), lookup.labs, lookup.countries())
            except UsageError as error:
                raise registry.ClaimError(f"{where}: {field}: {error}") from None
        for lab in claim.labs:
            if lab not in lookup.labs:
                raise registry.ClaimError(f"{where}: labs: no lab {lab!r}; see elolag tags list")
        try:
            studies.archive.board(claim.board)
        except UsageError as error:
            raise registry.ClaimError(f"{where}: board: {error}") from None


def assess(studies: Studies, claims: Iterable[Claim]) -> list[Assessment]:
    """Each claim in turn; studies are shared."""
    return [
        Assessment(
            claim,
            in_real_time(studies, claim),
            in_hindsight(studies, claim),
            tuple(_repeats(studies, claim)),
        )
        for claim in claims
    ]


def in_real_time(studies: Studies, claim: Claim) -> Estimate:
    """With ratings no later than the day the claim speaks of."""
    choice = studies.in_real_time(
        claim.board,
        claim.category,
        claim.day,
        complete=claim.kind not in TODAY_ONLY or bool(claim.labs),
    )
    if not choice.vintage:
        return untestable(REAL_TIME, claim, choice.reason)
    return estimate(studies, claim, REAL_TIME, choice.board, choice.vintage, choice.vintage)


def in_hindsight(studies: Studies, claim: Claim) -> Estimate:
    """With the newest ratings, of the models that were out on the day."""
    try:
        newest = studies.newest(claim.board, claim.day)
    except EstimateError as error:
        return untestable(HINDSIGHT, claim, str(error))
    return estimate(studies, claim, HINDSIGHT, claim.board, newest, min(claim.day, newest))


def _repeats(studies: Studies, claim: Claim) -> Iterable[Repeat]:
    for wanted in claim.reproductions:
        try:
            yield repeat(studies, claim, wanted)
        except (EstimateError, UsageError, ArchiveError) as error:
            yield Repeat(
                wanted.measure, wanted.printed, False, "", wanted.board, wanted.vintage, None,
                f"Not to be made here: {error}.",
            )  # fmt: skip
