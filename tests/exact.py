"""Boards whose ratings are exact, so that every lag follows from the dates by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from elolag.dates import to_day
from elolag.estimate.field import Roster
from elolag.estimate.known import Past
from elolag.estimate.panel import Vintage

#: Old models of the leader, far below any frontier, that every vintage lists: links need them.
WALLPAPER = {f"W{k:02d}": 300.0 + 8 * k for k in range(40)}


def listed(date: str, ratings: Mapping[str, float], errors: Mapping[str, float]) -> Vintage:
    """A list of these models, one entry each; nobody knows how many voted."""
    names = np.array(list(ratings), object)
    figures = (np.array([each[name] for name in ratings], float) for each in (ratings, errors))
    return Vintage(date, names, names, names, *figures, np.full(len(names), np.nan))


def vintage(date: str, ratings: Mapping[str, float]) -> Vintage:
    """A complete list: the wallpaper and these models, almost without error."""
    shown = {**WALLPAPER, **ratings}
    bare = listed(date, shown, dict.fromkeys(shown, 0.01))
    return replace(bare, votes=np.full(len(shown), 1e6))


def past(days: Mapping[str, str], *vintages: Vintage) -> Past:
    """Models released on these days, the leader's named L..., the follower's F..."""
    names = [*days, *WALLPAPER]
    day = np.array([to_day(days.get(n, "2022-01-01")) for n in names])
    order = sorted(range(len(names)), key=lambda k: (day[k], names[k]))
    leads = np.array([not n.startswith("F") for n in names])
    roster = Roster(
        tuple(names[k] for k in order),
        day[order],
        (~leads).astype(int)[order],
        np.where(leads, day, np.inf)[order],
        np.where(leads, np.inf, day)[order],
        np.full(len(names), np.nan),
        np.full(len(names), np.nan),
    )
    return Past(vintages, roster, None, correct_selection=False)
