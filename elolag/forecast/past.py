"""Our forecasts of earlier lists, and what came of them: made by `benchmarks/pastcast.py`.

Shipped with the package, so that no forecast is shown without its record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from elolag.arrays import Floats
from elolag.dates import months_after, to_day
from elolag.forecast.score import Difference
from elolag.forecast.skill import Line, Scores
from elolag.results.charts import Both


@dataclass(frozen=True)
class Fan:
    """Quantiles of the average at some days, as one list showed them.

    Attributes
    ----------
    round_id
        ISO date of the list.
    days
        Its own day, and days ahead; days since 1970.
    at
        By the quantile's level: one number per day; on the list's day those of its error, the
        figure itself as the median.
    """

    round_id: str
    days: Floats
    at: Mapping[float, Floats]

    @classmethod
    def of(cls, round_id: str, months: tuple[int, ...], at: Mapping[float, Any]) -> Fan:
        """From quantiles: of the list's day, then so many months ahead."""
        days = [to_day(months_after(round_id, m)) for m in (0, *months)]
        return cls(round_id, np.array(days), {q: np.array(values) for q, values in at.items()})


#: Of a board or a question of which no forecast has been scored.
NO_RECORD = {
    "en": "There is no record of such forecasts on this board and question.",
    "de": "Zu dieser Liste und Frage gibt es für solche Prognosen noch keine Bilanz.",
}


@cache
def _shipped() -> dict[str, Any]:
    file = resources.files("elolag") / "data" / "pastcast.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def fans(board: str, before: str) -> tuple[Fan, ...]:
    """What our mixture makes of the average at lists before a day, one a quarter, oldest first."""
    held = _shipped()["fans"].get(board, {})
    months = tuple(_shipped()["months"])
    return tuple(
        Fan.of(day, months, {float(q): values for q, values in one.items()})
        for day, one in sorted(held.items())
        if day < before
    )


def note(board: str) -> str:
    """The record on a board for the foot of a figure."""
    return scores().short(board) or Both(NO_RECORD["en"], NO_RECORD["de"])


def record(board: str) -> dict[str, str]:
    """What the record of our forecasts on a board is, in a sentence of each language."""
    return {lang: scores().told(board, lang) or NO_RECORD[lang] for lang in NO_RECORD}


def scores() -> Scores:
    """How the same forecasts scored at every earlier list, beside no change."""
    lines = []
    for held in _shipped()["scores"]:
        coverage = {float(level): share for level, share in held["coverage"].items()}
        beside = held["beside"] and Difference(**held["beside"])
        lines.append(Line(**{**held, "coverage": coverage, "beside": beside}))
    return Scores(tuple(lines), pastcast=True)
