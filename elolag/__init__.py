"""How many months one group of AI models trails another, and how sure that is.

>>> import elolag
>>> result = elolag.estimate_lag(leader="US", follower="CN")  # doctest: +SKIP
>>> print(result)  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from elolag.version import __version__

if TYPE_CHECKING:
    from elolag.archive import Archive, open_archive
    from elolag.claims import check_claims
    from elolag.estimate.catch_up import time_to_match
    from elolag.estimate.change import estimate_change
    from elolag.estimate.compare import compare
    from elolag.estimate.comparison import estimate_all
    from elolag.estimate.lag import estimate_lag, frontier_curve
    from elolag.estimate.leads import who_led
    from elolag.estimate.measures import compare_measures
    from elolag.estimate.model_dates import level_dates, model_dates
    from elolag.estimate.news import estimate_news
    from elolag.estimate.over_time import lag_path
    from elolag.estimate.revisions import estimate_revisions
    from elolag.estimate.session import Question, Session
    from elolag.estimate.voters import compare_voters
    from elolag.forecast.ahead import forecast_lag
    from elolag.forecast.record import forecast_ledger
    from elolag.forecast.skill import forecast_scores
    from elolag.own import own_board
    from elolag.results.lag import LagResult
    from elolag.robustness import sensitivity
    from elolag.site import record, write_report, write_site
    from elolag.tags import Policies
    from elolag.votes import rate

# Names are imported when first asked for, so that `import elolag` and `elolag --help` stay quick.
_HOMES = {
    "Archive": "elolag.archive",
    "LagResult": "elolag.results.lag",
    "Policies": "elolag.tags",
    "Question": "elolag.estimate.session",
    "Session": "elolag.estimate.session",
    "check_claims": "elolag.claims",
    "compare": "elolag.estimate.compare",
    "compare_measures": "elolag.estimate.measures",
    "compare_voters": "elolag.estimate.voters",
    "estimate_all": "elolag.estimate.comparison",
    "estimate_change": "elolag.estimate.change",
    "estimate_lag": "elolag.estimate.lag",
    "estimate_news": "elolag.estimate.news",
    "estimate_revisions": "elolag.estimate.revisions",
    "forecast_lag": "elolag.forecast.ahead",
    "forecast_ledger": "elolag.forecast.record",
    "forecast_scores": "elolag.forecast.skill",
    "frontier_curve": "elolag.estimate.lag",
    "lag_path": "elolag.estimate.over_time",
    "level_dates": "elolag.estimate.model_dates",
    "model_dates": "elolag.estimate.model_dates",
    "open_archive": "elolag.archive",
    "record": "elolag.site",
    "write_report": "elolag.site",
    "write_site": "elolag.site",
    "time_to_match": "elolag.estimate.catch_up",
    "own_board": "elolag.own",
    "rate": "elolag.votes",
    "sensitivity": "elolag.robustness",
    "who_led": "elolag.estimate.leads",
}
__all__ = [
    "Archive",
    "LagResult",
    "Policies",
    "Question",
    "Session",
    "__version__",
    "check_claims",
    "compare",
    "compare_measures",
    "compare_voters",
    "estimate_all",
    "estimate_change",
    "estimate_lag",
    "estimate_news",
    "estimate_revisions",
    "forecast_lag",
    "forecast_ledger",
    "forecast_scores",
    "frontier_curve",
    "lag_path",
    "level_dates",
    "model_dates",
    "open_archive",
    "own_board",
    "rate",
    "record",
    "sensitivity",
    "time_to_match",
    "who_led",
    "write_report",
    "write_site",
]


def __getattr__(name: str) -> Any:
    if name == "plots":
        return importlib.import_module("elolag.plots")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'elolag' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
