"""Published statements about lags, checked against the ratings of their day and the newest."""

from __future__ import annotations

from elolag.claims.checking import check_claims
from elolag.claims.estimating import RULE, VERDICTS, Estimate
from elolag.claims.registry import TEMPLATE, Claim, ClaimError, Reproduction, packaged, read
from elolag.claims.report import SCOPE, Assessment, ClaimsReport
from elolag.claims.reproduce import Repeat

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
    "Repeat",
    "Reproduction",
    "check_claims",
    "packaged",
    "read",
]
