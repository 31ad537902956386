"""Forecasts made up for the tests of the ledger."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from elolag.dates import to_day, to_iso
from elolag.forecast.form import OTHER, Answer, Forecast

ROUND = "2026-10-02"
CN = ("US", "CN")


def forecast(*answers: Answer, round_id: str = ROUND, forecaster: str = "team-model", **more: str):
    said = {"board": "arena/text", "said": round_id, "address": "", **more}
    return Forecast(round_id, forecaster=forecaster, answers=answers or (lag(),), **said)


def lag(**changed: object) -> Answer:
    given = {
        "target": "average",
        "horizon": 3,
        "end": "2027-01-02",
        "level": None,
        "kind": "quantile",
        "at": ("0.05", "0.5", "0.95"),
        "values": (4.25, 5.5, 7.0),
        **changed,
    }
    return Answer(*CN, **given)  # type: ignore[arg-type]


def first(**shares: float) -> Answer:
    at = tuple(OTHER if name == OTHER else name for name in shares)
    return lag(target="first", kind="pmf", at=at, values=tuple(shares.values()))


def reach(**changed: object) -> Answer:
    given = {
        "target": "reach",
        "horizon": None,
        "end": "2026-12-29",
        "level": 162.5,
        "at": ("0.05", "0.95"),
        "values": (to_day("2026-10-16"), to_day("2026-12-29")),
        **changed,
    }
    return lag(**given)


def by_day(**changed: object) -> Answer:
    days = ("2026-11-01", "2027-10-02")
    given = {"target": "parity", "horizon": 12, "end": days[1], "kind": "cdf", "at": days}
    return lag(**{**given, "values": (0.1, 0.4), **changed})


_groups = st.sampled_from([
    ("US", "CN"), ("US+closed", "CN+open,KR"), ("lab:openai", "not:lab:openai"),
    ("ALL", "family:qwen3.5"), ("EU", "CN+not:open"),
])  # fmt: skip
_numbers = st.integers(-(10**7), 10**7).map(lambda n: n / 10**4)
_levels = st.sets(st.integers(1, 9999), min_size=1, max_size=30)
_round = to_day(ROUND)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    target = draw(st.sampled_from(("average", "current", "gap", "first", "parity", "reach")))
    dated = target in ("parity", "reach")
    kinds = ("cdf", "quantile", "median") if dated else ("quantile", "median")
    kind = "pmf" if target == "first" else draw(st.sampled_from(kinds))
    horizon, end = draw(st.sampled_from([(None, 40), (1, 30), (6, 183), (12, 365), (None, 5000)]))
    level = draw(st.none() | _numbers) if target == "reach" else None
    if kind == "median":
        at: tuple[str, ...] = ("0.5",)
    elif kind == "pmf":
        at = ("CN", "lab:openai+not:open", OTHER)[: draw(st.integers(1, 3))]
        at = (*at[:-1], OTHER)
    elif kind == "cdf":
        days = draw(st.sets(st.integers(1, end), min_size=1, max_size=20))
        at = tuple(to_iso(_round + day) for day in sorted({*days, end}))
    else:
        at = tuple(f"{level / 10**4:.4f}".rstrip("0") for level in sorted(draw(_levels)))
    size = len(at)
    if kind == "pmf":
        cuts = draw(st.lists(st.integers(0, 10**4), min_size=size - 1, max_size=size - 1))
        ends = [0, *sorted(cuts), 10**4]
        values = [(b - a) / 10**4 for a, b in pairwise(ends)]
    else:
        one = st.integers(0, 10**4).map(lambda n: n / 10**4) if kind == "cdf" else _numbers
        if dated and kind != "cdf":
            one = st.integers(-90, 9000).map(lambda n: _round + n)
        values = sorted(draw(st.lists(one, min_size=size, max_size=size)))
    leader, follower = draw(_groups)
    return Answer(
        leader, follower, target, horizon, to_iso(_round + end), level, kind, at, tuple(values)
    )


def key(answer: Answer) -> tuple[object, ...]:
    return answer.leader, answer.target, answer.end, answer.level, answer.kind


@st.composite
def forecasts(draw: st.DrawFn) -> Forecast:
    return Forecast(
        ROUND,
        draw(st.sampled_from(("arena/text", "epoch/eci", "artificial-analysis/index"))),
        draw(st.sampled_from(("iaps", "elolag-no-change", "a1-b2-c3"))),
        draw(st.sampled_from((ROUND, "2026-10-01", "2026-11-27"))),
        draw(st.sampled_from(("", "https://example.org/a?b=c&d=%20#e"))),
        tuple(draw(st.lists(answers(), min_size=1, max_size=8, unique_by=key))),
    )
