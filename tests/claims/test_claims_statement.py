"""Bare statements: how they are read, and which definitions support them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import elolag
from elolag.claims import statement
from elolag.claims.estimating import LEAST_SHARE
from elolag.claims.statement import (
    _BOARDS,
    _GROUPS,
    StatementCheck,
    _spans,
    check_statement,
    parse_statement,
)
from elolag.dates import DAYS_PER_MONTH, months_after
from elolag.errors import UsageError
from elolag.model.estimands import ESTIMANDS

PER = {"day": 1 / DAYS_PER_MONTH, "week": 7 / DAYS_PER_MONTH, "month": 1.0, "year": 12.0}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("7 months behind", 6.5, 7.5),
        ("7.0 months behind", 6.95, 7.05),
        ("Seven months behind.", 6.5, 7.5),
        ("about 8 months behind", 6, 10),
        ("~8 months behind", 6, 10),
        ("3 to 6 months behind", 3, 6),
        ("3-6 months behind", 3, 6),
        ("3–6 months behind", 3, 6),
        ("two or three years behind", 24, 36),
        ("trails by 7 months", 6.5, 7.5),
        ("lagging 7 months", 6.5, 7.5),
        ("behind by 7 months", 6.5, 7.5),
        ("a 7 month lag", None, None),
        ("7 month lag", 6.5, 7.5),
        ("a year behind", 6, 18),
        ("half a year behind", 3, 9),
        ("less than three months behind", 0, 3),
        ("up to 3 months behind", 0, 3),
        ("over a year behind", 12, None),
        ("at least 4 months behind", 4, None),
        ("1 month ahead", -1.5, -0.5),
        ("leads by 2 months", -2.5, -1.5),
        ("more than 2 months ahead", None, -2),
        ("at most 2 months ahead", -2, 0),
        ("2 weeks to 3 months behind", 2 * PER["week"], 3),
    ],
)
def test_reading(text: str, low: float | None, high: float | None) -> None:
    if low is high is None:
        with pytest.raises(UsageError):
            parse_statement(text)
        return
    found = parse_statement(text)
    assert found.low == (None if low is None else pytest.approx(low))
    assert found.high == (None if high is None else pytest.approx(high))


@pytest.mark.parametrize(
    "text",
    [
        "", "7", "7 months", "behind", "7 behind", "months behind", "7 parsecs behind",
        "6 to 3 months behind", "3 to 3 months behind", "at least 3 to 6 months behind",
        "7 months behind and ahead", "7 months behind; rm -rf /", "-7 months behind",
        "7 months behind\n8 months behind x", "seventy months behind", "1e9 months behind",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_statement(text)
    assert '"3 to 6 months behind"' in str(caught.value)
    assert caught.value.exit_code == 2


@given(
    st.integers(0, 60),
    st.sampled_from(sorted(PER)),
    st.sampled_from(["", "about ", "around ", "roughly ", "at least ", "at most ", "over "]),
)
def test_ahead_mirrors_behind_and_the_figure_is_inside(n: int, unit: str, hedge: str) -> None:
    behind = parse_statement(f"{hedge}{n} {unit}s behind")
    ahead = parse_statement(f"{hedge}{n} {unit}s ahead")
    mirrored = tuple(None if end is None else -end for end in reversed(ahead.ends))
    assert mirrored == pytest.approx(behind.ends)
    assert behind.low is not None
    assert behind.low <= n * PER[unit] + 1e-9
    assert behind.high is None or behind.high >= n * PER[unit] - 1e-9


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from(["to", "-", "or", "–"]))
def test_a_range_is_its_ends(low: int, high: int, word: str) -> None:
    assume(low < high)
    assert parse_statement(f"{low} {word} {high} months behind").ends == (low, high)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        found = parse_statement(text)
    except UsageError:
        return
    assert found.low is not None or found.high is not None


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ((), ""),
        (("2025-03-01",), "2025-03"),
        (("2025-11-01", "2025-12-01", "2026-01-01", "2026-03-01"), "2025-11 to 2026-01, 2026-03"),
    ],
)
def test_months_as_stretches(months: tuple[str, ...], words: str) -> None:
    assert _spans(months) == words


#: Two pairs of groups and a year of months: every path at a fraction of the time.
FEW = _GROUPS[:2]


@pytest.fixture(scope="module")
def checked(small: Path) -> Iterator[StatementCheck]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statement, "_GROUPS", FEW)
        patch.setattr(statement, "MONTHS_BACK", 14)
        yield check_statement("7 months behind", "2026-01-15", n_draws=200, archive=small)


def test_every_definition_is_answered_or_refused(checked: StatementCheck) -> None:
    assert len(checked.definitions) + len(checked.refused) == (
        len(ESTIMANDS) * len(_BOARDS) * len(FEW)
    )
    assert checked.supporting
    assert len(checked.supporting) < len(checked.definitions)
    for one in checked.definitions:
        reaches = (one.high is None or one.high >= 6.5) and (one.low is None or one.low <= 7.5)
        assert one.supports == (reaches and one.possible >= LEAST_SHARE)
    order = [(not d.supports, -d.probability) for d in checked.definitions]
    assert order == sorted(order)


def test_a_definition_is_the_ordinary_estimate(checked: StatementCheck, small: Path) -> None:
    one = next(
        d for d in checked.definitions
        if (d.board, d.estimand, d.leader) == (_BOARDS[0], "current", "US")
        and d.follower == "CN"
    )  # fmt: skip
    direct = elolag.estimate_lag(
        one.board, estimand=one.estimand, as_of="2026-01-15", archive=small, n_draws=200
    )
    assert (one.months, one.low, one.high) == (direct.months, direct.low, direct.high)


@pytest.mark.parametrize("estimand", ["current", "average"])
def test_months_that_support_are_those_of_the_figure_itself(
    checked: StatementCheck, small: Path, estimand: str
) -> None:
    one = next(
        d for d in checked.definitions
        if (d.board, d.estimand, d.leader, d.follower) == (_BOARDS[0], estimand, "US", "CN")
    )  # fmt: skip
    months = [months_after("2026-06-01", -back) for back in range(15)]
    found = set()
    for month in months:
        there = elolag.estimate_lag(
            one.board, estimand=estimand, as_of=month, archive=small, n_draws=200
        )
        assert there.months is not None
        assert there.censored is None
        if 6.5 <= there.months <= 7.5:
            found.add(month)
    assert found
    assert found == set(one.months_supported) & set(months)


def test_forms(checked: StatementCheck) -> None:
    assert checked.sentence().startswith('"7 months behind" (6.5 to 7.5 months behind) on 2026-01')
    assert checked.to_dict()["seed"] == 0
    assert len(checked.to_frame()) == len(checked.definitions) == len(checked.table().rows)


def test_a_day_after_the_ratings_is_refused(small: Path) -> None:
    with pytest.raises(UsageError, match="later than the newest ratings, of 2026-06-25"):
        check_statement("7 months behind", "2027-01-01", archive=small)
    with pytest.raises(UsageError, match="not an ISO date"):
        check_statement("7 months behind", "soon", archive=small)
