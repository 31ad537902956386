"""`check_claims`: every claim against the ratings of its day and the newest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from elolag import __version__, tags
from elolag.archive import Archive
from elolag.claims import registry
from elolag.claims.estimating import HINDSIGHT, REAL_TIME, Estimate, estimate, untestable
from elolag.claims.registry import Claim
from elolag.claims.report import Assessment, ClaimsReport
from elolag.claims.reproduce import Repeat, repeat
from elolag.claims.studies import Studies
from elolag.errors import ArchiveError, EstimateError, UsageError
from elolag.schema import ALL_LISTS
from elolag.tags import Policies

#: Kinds that ask only for the best of a day, so that a list cut off at the top may serve.
TODAY_ONLY = ("elo", "points", "percent")


def check_claims(
    add: str | Path | None = None,
    *,
    keys: Collection[str] | None = None,
    only_added: bool = False,
    n_draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
    archive: Archive | str | Path | None = None,
    sources: str = ALL_LISTS,
    policies: Policies | None = None,
    extra_tags: str | Path | None = None,
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
    n_draws, seed, level
        Draws per study, their seed, and the level of the intervals.
    archive, sources, policies, extra_tags
        As for `elolag.estimate_lag`.

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
    """
    studies = Studies.of(archive, sources, policies, extra_tags, n_draws, seed, level)
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
        level=level,
        n_draws=n_draws,
        seed=seed,
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
