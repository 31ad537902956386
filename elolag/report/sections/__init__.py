"""The sections of a report, one module each, in the order they stand."""

from __future__ import annotations

from collections.abc import Callable

from elolag.report.content import Section
from elolag.report.material import Material
from elolag.report.sections import (
    answer,
    citing,
    claims,
    data,
    estimands,
    frontier,
    limits,
    path,
    sensitivity,
    slices,
)

SECTIONS: tuple[Callable[[Material], Section], ...] = (
    answer.build,
    frontier.build,
    path.build,
    estimands.build,
    slices.build,
    sensitivity.build,
    claims.build,
    data.build,
    limits.build,
    citing.build,
)
