"""A result in every state that a citation has words for, by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from elolag.dates import DAYS_PER_MONTH, MonthOnly, to_day
from elolag.model.estimands import WINDOWS
from elolag.results.lag import LagResult
from elolag.results.provenance import Origin
from elolag.results.verdict import Contender, Gap, Match, ModelPoint
from elolag.results.words import MEANING
from elolag.schema import OFFICIAL_LISTS


def point(group: str, model: str, rating: float, date: str) -> ModelPoint:
    return ModelPoint(group, model, f"{model}-high", date, rating, 3.0, date)


BEHIND: dict[str, Any] = {
    "months": 6.4, "low": 6.4, "high": 9.0,
    "leader_best": point("US", "omega", 1510.0, "2026-07-01"),
    "follower": point("CN", "beta", 1490.0, "2026-07-16"),
    "match": point("US", "alpha", 1504.0, "2026-02-05"),
    "gap": Gap(20.0, 10.0, 30.0, 1.3, 1.4),
}  # fmt: skip
AHEAD: dict[str, Any] = {
    "months": -6.4, "low": -9.0, "high": -6.4,
    "leader_best": point("US", "omega", 1490.0, "2026-07-01"),
    "follower": point("CN", "beta", 1510.0, "2026-07-16"),
    "match": point("CN", "alpha", 1504.0, "2026-02-05"),
    "gap": Gap(-20.0, -30.0, -10.0, -1.3, -1.4),
}  # fmt: skip
PASSED: dict[str, Any] = {
    "months": 3.0, "low": 1.0, "high": 3.0,
    "leader_best": point("US", "omni", 1509.0, "2026-05-19"),
    "follower": point("CN", "seedance", 1481.0, "2026-02-12"),
    "match": point("US", "omni", 1509.0, "2026-05-19"),
    "gap": Gap(28.0, 8.0, 45.0, 1.9, 1.9),
}  # fmt: skip
PASSED_AHEAD: dict[str, Any] = {
    "months": -1.0, "low": -1.0, "high": -0.5,
    "leader_best": point("US", "alpha", 1500.0, "2026-01-10"),
    "follower": point("CN", "beta", 1509.0, "2026-07-19"),
    "match": point("CN", "beta", 1509.0, "2026-07-19"),
    "gap": Gap(-9.0, -19.0, -1.0, -0.6, -0.6),
}  # fmt: skip
UNCLEAR = {"low": -1.1, "gap": Gap(11.0, -4.0, 30.0, 0.7, 0.7), "leading": 0.08}
LEVEL = {
    "months": 0.0, "low": -7.6, "high": 7.6, "gap": Gap(0.0, -18.0, 18.0, 0.0, 0.0),
    "leader_best": point("US", "omega", 1490.0, "2026-07-01"), "leading": 0.5, "matched": 0.4,
    "match": point("US", "omega", 1490.0, "2026-07-01"),
}  # fmt: skip
FIRST = point("US", "m0", 1380.0, "2025-01-05")
#: What may be so, by name; each of these of every estimand that can be in it.
STATES: dict[str, dict[str, Any]] = {
    "behind": BEHIND,
    "ahead": AHEAD,
    "behind, unclear": BEHIND | UNCLEAR,
    "ahead, unclear": AHEAD
    | {"high": 2.0, "gap": Gap(-11.0, -30.0, 4.0, 0.7, 0.7), "leading": 0.7},
    "overtaken": PASSED,
    "overtaken, unclear": PASSED | {"low": -0.6, "gap": Gap(28.0, -1.3, 45.0, 1.9, 1.9)},
    "leader overtaken": PASSED_AHEAD,
    "level": BEHIND | LEVEL,
    "tie": BEHIND | LEVEL | {"months": -1.94},
    "shared": BEHIND | LEVEL | {"follower": point("CN", "omega", 1490.0, "2026-07-01")},
    "below the first": BEHIND
    | {
        "follower": point("CN", "beta", 1370.0, "2026-07-16"),
        "match": FIRST,
        "censored": "at-least",
        "high": None,
    },
    "likely bests": BEHIND | {"matched": 0.7, "follower_best_share": 0.8, "leading": 0.2},
    "unlikely bests": BEHIND | {"matched": 0.4, "follower_best_share": 0.45},
    "unlikely match": BEHIND | {"matched": 0.4, "leader_best_share": 0.6},
    "few votes": {
        name: dataclasses.replace(value, votes=900) if isinstance(value, ModelPoint) else value
        for name, value in BEHIND.items()
    },
    "one vote short": AHEAD | {"follower": dataclasses.replace(AHEAD["follower"], votes=14_999)},
    "old": BEHIND | {"match": point("US", "alpha", 1504.0, "2025-07-05")},
    "new": AHEAD | {"match": point("CN", "alpha", 1504.0, "2026-08-18")},
    "to the month": BEHIND | {"match": point("US", "alpha", 1504.0, MonthOnly("2026-02-05"))},
    "at least behind": BEHIND | {"censored": "at-least", "high": None},
    "at most behind": BEHIND | {"censored": "at-most", "low": None},
    "at least ahead": AHEAD | {"censored": "at-most", "low": None},
    "at most ahead": AHEAD | {"censored": "at-least", "high": None},
    "unbounded": BEHIND | {"low": None, "high": None},
    "zero width": BEHIND | {"high": 6.4},
    "few models": BEHIND,
    "sampling": BEHIND | {"interval": "sampling"},
    "official": BEHIND | {"sources": OFFICIAL_LISTS},
    "provisional": BEHIND,
    "several provisional": BEHIND | UNCLEAR,
}
GROUPS = [
    ("US", "CN"), ("US", "EU"), ("closed", "open"), ("US", "not:US+not:CN"),
    ("US+closed", "CN+open"),
    ("US", "GB"), ("US", "FR,DE"), ("lab:openai", "lab:deepseek"), ("ALL", "HK"), ("US", "not:CN"),
]  # fmt: skip
BOARDS = [
    ("arena/text", "overall"), ("arena/text_style_control", "coding"), ("arena/webdev", "overall"),
    ("epoch/eci", "overall"), ("own/ratings", "overall"), ("metr/time-horizon", "overall"),
    ("arena/vision_style_control", "overall"), ("arena/text_to_video", "overall"),
    ("arena/text", "hard_prompts"), ("arena/text", "chinese"),
]  # fmt: skip


def made(estimand: str = "current", **more: Any) -> LagResult:
    base: dict[str, Any] = {
        "estimand": estimand, "frontier": "step", "interval": "measurement", "level": 0.95,
        "window": WINDOWS.get(estimand, 12.0), "as_of": "2026-08-19", "vintage": "2026-08-19",
        "data_through": "2026-08-14", "board": "arena/text", "category": "overall",
        "leader_group": "US", "follower_group": "CN", "matches": (), "censored": None,
        "policies": {}, "n_draws": 10_000, "failed_draws": 0, "sampling": None, "seed": 0,
        "snapshots": (), "version": "1", "matched": 0.96, "leader_best_share": 0.97,
        "follower_best_share": 0.99, **BEHIND, **more,
    }  # fmt: skip
    leads = base["gap"].elo < 0
    base.setdefault("leading", 0.98 if leads else 0.02)
    sides = base["leader_group"], base["follower_group"]
    bests = (("leader_best", 0), ("follower", 1), ("match", int(leads)))
    base |= {name: dataclasses.replace(base[name], group=sides[k]) for name, k in bests}
    match, sign = base["match"], -1 if leads else 1
    months = sign * (to_day(base["as_of"]) - to_day(match.counts_from)) / DAYS_PER_MONTH
    base["matches"] = tuple(
        Match(name, f"{name}-high", day, ago, held)
        for name, day, ago, held in (
            (match.model, match.release_date, months, base["matched"]),
            ("delta", "2025-11-01", sign * 9.6, 1 - base["matched"]),
        )
    )
    if estimand == "gap":
        base |= {"months": None, "low": None, "high": None, "censored": None}
    origin = Origin(
        path=f"{base['board']}/2026-08-19", sha256="0" * 64, vintage="2026-08-19", source="arena",
        publisher="LMArena", citation="LMArena, Leaderboard", licence="CC-BY-4.0",
    )  # fmt: skip
    models = [
        point(g, f"m{n}", 1380.0 + 10 * n, f"2025-0{n + 1}-05") for g in sides for n in range(3)
    ]
    named = dict.fromkeys(base[name] for name, _ in bests)
    return LagResult(**base, origins=(origin,), models=(*models, *named))


def in_state(state: str, estimand: str, **more: Any) -> LagResult:
    found = made(estimand, **STATES[state] | more)
    if state == "few models":
        others = tuple(m for m in found.models if m.group != found.follower_group)
        found = dataclasses.replace(found, models=(*others, found.follower))
    if "provisional" in state:
        either = (found.leader_group, found.follower_group)
        contenders = [Contender("newcomer", 1520.5, 1510.0, 1531.0, either[1:])]
        if state.startswith("several"):
            contenders.append(Contender("other", 1515.0, None, None, either))
        found = dataclasses.replace(found, provisional=tuple(contenders))
    return found


def every() -> Iterator[tuple[str, LagResult]]:
    """(what it is, the result): states by estimand, then groups and boards."""
    for state in STATES:
        for estimand in MEANING:
            yield f"{state}, {estimand}", in_state(state, estimand)
    for leader, follower in GROUPS:
        for state in ("behind", "overtaken", "ahead, unclear", "few models", "provisional"):
            for estimand in ("current", "average", "catch-up", "gap"):
                sides = {"leader_group": leader, "follower_group": follower}
                yield f"{follower} {state}, {estimand}", in_state(state, estimand, **sides)
    for board, category in BOARDS:
        for estimand in ("current", "average", "gap"):
            yield f"{board}, {estimand}", made(estimand, board=board, category=category)
