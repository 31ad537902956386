"""Published statements about lags, checked against the ratings of their day and the newest."""

from __future__ import annotations

from elolag.claims.check import SCOPE, Assessment, ClaimsReport, check_claims
from elolag.claims.estimating import RULE, VERDICTS, Estimate
from elolag.claims.registry import TEMPLATE, Claim, ClaimError, packaged, read

__all__ = [
    "RULE",
    "SCOPE",
    "TEMPLATE",
    "VERDICTS",
    "Assessment",
    "Claim",
    "ClaimError",
    "ClaimsReport",
    "Estimate",
    "check_claims",
    "packaged",
    "read",
]
