"""The registry: what ships is complete and well formed, and what is not is refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elolag.claims import TEMPLATE, ClaimError, packaged, read
from elolag.claims.registry import (
    _FIELDS,
    KINDS,
    _parse_registry,
    interval_words,
    quantity,
    range_words,
)

ENTRY = {
    "key": '"mine-1"', "who": '"Me"', "date": '"2026-01-15"', "where": '"https://example.org/a"',
    "paraphrase": '"Behind."', "leader": '"US"', "follower": '"CN"', "kind": '"months"',
    "low": "3", "high": "6", "why": '"So."', "verified": "true", "checked": '"read"',
}  # fmt: skip


def entry(**changed: str | None) -> str:
    fields = {k: v for k, v in {**ENTRY, **changed}.items() if v is not None}
    return "[[claim]]\n" + "".join(f"{k} = {v}\n" for k, v in fields.items())


def test_every_claim_the_registry_must_hold_is_there() -> None:
    """By who said it, how often: one entry per statement that can be tested on its own."""
    who = [claim.who for claim in packaged()]
    for name, least in {
        "Insikt Group": 2, "Eric Schmidt": 2, "Lennart Heim": 2, "TIME": 5, "Google": 3,
        "Stanford AI Index 2025": 4, "Stanford AI Index 2026": 3, "Epoch AI": 8, "CAISI": 3,
        "DeepSeek": 1, "David Sacks": 1, "Kai-Fu Lee": 1, "Joe Tsai": 1,
        "Artificial Analysis": 2, "Arena": 2, "UK AI Security Institute": 2, "METR": 1,
        "Ihle": 2, "IAPS": 3, "Doubleword": 2, "Mozilla": 1, "McNair": 1, "Interconnects": 1,
        "Hassabis": 1,
    }.items():  # fmt: skip
        assert sum(name in one for one in who) >= least, name
    io = {c.category for c in packaged() if c.key.startswith("google-io")}
    assert io == {"coding", "hard_prompts", "multi_turn"}


def test_what_ships_is_ordered_sourced_and_says_what_was_read() -> None:
    claims = packaged()
    dates = [c.date for c in claims]
    assert dates == sorted(dates)
    for claim in claims:
        assert claim.where.startswith("https://")
        assert claim.paraphrase.endswith(".")
        assert claim.why.endswith(".")
        assert claim.checked
        if not claim.verified:
            assert "second-hand" in claim.checked, claim.key
        if claim.kind == "rank" or (claim.kind == "elo" and claim.high == 35):
            assert claim.reading, claim.key


def test_the_template_is_a_registry(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEMPLATE, "utf-8")
    (claim,) = read(path)
    assert claim.key == "somebody-2026"
    assert claim.range_words() == "4.5 to 7.5 months behind"
    # Every field is explained in it.
    for field in _FIELDS:
        assert re.search(rf"\b{field}\b", TEMPLATE), field


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense = [", "not TOML"),
        ("", "holds [[claim]] tables"),
        ("[other]\na = 1", "holds [[claim]] tables"),
        ("claim = 3", "holds [[claim]] tables"),
        ("claim = [3]", "claim 1: not a table"),
        (entry(key=None), "key must be a text"),
        (entry(key='"a b"'), "letters, digits and hyphens"),
        (entry(who='"  "'), "who must be a text"),
        (entry(date='"15 January"'), "date: not an ISO date"),
        (entry(date="2026-01-15"), "date must be a text"),
        (entry(about='"2026-02-30"'), "about: not an ISO date"),
        (entry(about='"2027-01-01"'), "later than the date"),
        (entry(kind='"weeks"'), "unknown kind 'weeks'"),
        (entry(estimand='"forward"'), "unknown estimand 'forward'"),
        (entry(estimand='"gap"'), "unknown estimand 'gap'"),
        (entry(where='"a book"'), "where must be a web address"),
        (entry(where='"file:///etc/passwd"'), "where must be a web address"),
        (entry(low=None, high=None), "nothing is claimed"),
        (entry(low="7"), "low 7 is above high 6"),
        (entry(low='"3"'), "low must be a number"),
        (entry(low="true"), "low must be a number"),
        (entry(low="nan"), "low must be a number"),
        (entry(verified='"yes"'), "verified must be true or false"),
        (entry(kind='"rank"'), "a claim of rank names its labs"),
        (entry(labs='"deepseek"'), "labs must be a list"),
        (entry(model='"o1"'), "model goes with kind elo"),
        (entry(window="0"), "window is a number of months"),
        (entry(kind='"elo"', window="12"), "window is a number of months"),
        (entry(match_rule='"nearest"'), "unknown match_rule 'nearest'; known: reached, below"),
        (entry(match_rule='"below"', kind='"elo"'), "match_rule goes with kind months or change"),
        (entry(match_rule='"below"', estimand='"trend"'), "match_rule goes with kind months"),
        (entry(deadline='"2026-13-01"'), "deadline: not an ISO date"),
        (entry(deadline='"2026-01-15"'), "deadline 2026-01-15 is a day after the date"),
        (entry(deadline='"2027-01-15"', about='"2026-01-01"'), "stands for about"),
        (entry(precision='"year"'), "unknown precision 'year'; known: day, month"),
        (entry(colour='"red"'), "unknown field 'colour'"),
        (entry(reproduction="[]"), "unknown field 'reproduction'"),
        (entry() + entry(), "the key is there twice"),
    ],
)  # fmt: skip
def test_a_broken_entry_is_refused_by_file_entry_and_field(text: str, words: str) -> None:
    with pytest.raises(ClaimError) as caught:
        _parse_registry(text, "mine.toml")
    message = str(caught.value)
    assert message.startswith("mine.toml")
    assert words in message
    assert caught.value.exit_code == 2


def test_a_claim_says_when_as_far_as_it_is_known() -> None:
    (day, month) = (
        _parse_registry(entry(precision=f'"{p}"'), "mine.toml")[0] for p in ("day", "month")
    )
    assert (day.when, month.when) == ("2026-01-15", "2026-01")
    (forecast,) = _parse_registry(entry(deadline='"2026-12-03"'), "mine.toml")
    assert (forecast.day, forecast.date) == ("2026-12-03", "2026-01-15")


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match="cannot be read"):
        read(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ClaimError, match="not UTF-8 text; save it as UTF-8"):
        read(tmp_path / "binary.toml")


def test_a_byte_order_mark_is_no_part_of_a_registry(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEMPLATE, "utf-8-sig")
    assert read(path) == _parse_registry(TEMPLATE, str(path))


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(ClaimError, match=r"^mine\.toml"):
        _parse_registry(text, "mine.toml")


@pytest.mark.parametrize(
    ("kind", "low", "high", "words"),
    [
        ("months", 3, 6, "3 to 6 months behind"),
        ("months", -6, -3, "3 to 6 months ahead"),
        ("months", -3, 3, "3 months ahead to 3 behind"),
        ("months", None, -2, "at least 2 months ahead"),
        ("months", -2, None, "at most 2 months ahead"),
        ("months", -2, 0, "0 to 2 months ahead"),
        ("months", 12, None, "at least 12 months behind"),
        ("months", -0.0, 3, "0 to 3 months behind"),
        ("elo", None, 0, "level or ahead"),
        ("elo", None, 35, "at most 35 Elo behind"),
        ("percent", 1.695, 1.705, "1.695 to 1.705% behind"),
        ("rank", 1, 20, "place 1 to 20"),
        ("change", None, 0, "shrinking"),
        ("change", 0, None, "growing"),
        ("change", None, -2, "at least 2 months shorter"),
        ("change", -4, -2, "2 to 4 months shorter"),
    ],
)
def test_ranges_in_words(kind: str, low: float | None, high: float | None, words: str) -> None:
    assert range_words(kind, low, high) == words


ENDS = st.none() | st.floats(-40, 40, allow_nan=False).map(lambda x: round(x, 1))


@given(st.sampled_from(sorted(KINDS)), ENDS, ENDS)
def test_words_never_carry_a_sign(kind: str, low: float | None, high: float | None) -> None:
    if low is None and high is None:
        assert interval_words(kind, low, high) == "unbounded"
        return
    if low is not None and high is not None and low > high:
        low, high = high, low
    if kind not in ("rank", "led"):
        assert "-" not in range_words(kind, low, high)
    words = interval_words(kind, low, high)
    if kind not in ("rank", "led"):
        assert "-" not in words
    if low is not None and kind not in ("rank", "led"):
        assert "-" not in quantity(kind, low)
