"""Would we have said it then? Real-time and hindsight estimates, and what moved between them."""

from elolag.revisions.estimate import estimate_revisions, measure, read
from elolag.revisions.news import NewsOrNoise, Regression
from elolag.revisions.past import Past
from elolag.revisions.result import Revision, Revisions

__all__ = [
    "NewsOrNoise",
    "Past",
    "Regression",
    "Revision",
    "Revisions",
    "estimate_revisions",
    "measure",
    "read",
]
