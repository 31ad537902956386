"""How many months one group of AI models trails another, and how sure that is.

>>> import elolag
>>> result = elolag.estimate_lag(leader="US", follower="CN")  # doctest: +SKIP
>>> print(result)  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from elolag.archive import Archive, open_archive
    from elolag.change import estimate_change, lag_path
    from elolag.claims import check_claims
    from elolag.comparison import estimate_all
    from elolag.estimate import estimate_lag
    from elolag.grid import sensitivity
    from elolag.matching import time_to_match
    from elolag.own import own_board
    from elolag.report import write_report
    from elolag.result import LagResult
    from elolag.revisions import estimate_revisions
    from elolag.slices import compare
    from elolag.study import frontier_curve
    from elolag.tags import Policies
    from elolag.votes import rate

# Names are imported when first asked for, so that `import elolag` and `elolag --help` stay quick.
_HOMES = {
    "Archive": "elolag.archive",
    "LagResult": "elolag.result",
    "Policies": "elolag.tags",
    "check_claims": "elolag.claims",
    "compare": "elolag.slices",
    "estimate_all": "elolag.comparison",
    "estimate_change": "elolag.change",
    "estimate_lag": "elolag.estimate",
    "estimate_revisions": "elolag.revisions",
    "frontier_curve": "elolag.study",
    "lag_path": "elolag.change",
    "open_archive": "elolag.archive",
    "write_report": "elolag.report",
    "time_to_match": "elolag.matching",
    "own_board": "elolag.own",
    "rate": "elolag.votes",
    "sensitivity": "elolag.grid",
}
__all__ = [
    "Archive",
    "LagResult",
    "Policies",
    "__version__",
    "check_claims",
    "compare",
    "estimate_all",
    "estimate_change",
    "estimate_lag",
    "estimate_revisions",
    "frontier_curve",
    "lag_path",
    "open_archive",
    "own_board",
    "rate",
    "sensitivity",
    "time_to_match",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'elolag' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
