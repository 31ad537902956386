"""Names taken apart: words, stamps, versions, efforts."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.sources.tidy import full_date
from elolag.tags import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Claude 3.5 Sonnet", "claude-3-5-sonnet"),
        ("anthropic/claude-opus-4-6", "Claude Opus 4.6"),
        ("Command R+", "command-r-plus"),
        ("GPT‑5-Codex", "gpt-5-codex"),  # a non-breaking hyphen
        ("qwen1.5-72B", "Qwen 1.5 72b"),
    ],
)
def test_spellings_of_one_name_read_alike(one: str, other: str) -> None:
    assert names.words(one) == names.words(other)


def test_a_name_with_a_slash_in_words_keeps_both_sides() -> None:
    assert names.words("a model (this/that)")[0] == "a"
    assert names.words("") == ()


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("GLM-5.2 (max)", "GLM-5.2"),
        ("Claude 4.1 Opus (Non-reasoning)", "Claude 4.1 Opus"),
        ("Claude Opus 5 (Adaptive Reasoning, Xhigh Effort)", "Claude Opus 5"),
        ("gpt-5-2025-08-07_high", "gpt-5-2025-08-07"),
        ("gemini-2.5-pro_16K", "gemini-2.5-pro"),
        ("GPT-4o (Nov '24)", "GPT-4o (Nov '24)"),
        ("Fable 5 (Max Effort, Opus 4.8 Fallback)", "Fable 5 (Max Effort, Opus 4.8 Fallback)"),
        ("qwen3-max", "qwen3-max"),
        ("kimi-k2-thinking", "kimi-k2-thinking"),
    ],
)
def test_only_what_is_surely_an_effort_is_taken_off(name: str, bare: str) -> None:
    assert names.without_efforts(name) == bare


@pytest.mark.parametrize(
    ("name", "year", "month", "day"),
    [
        ("claude-3-5-sonnet-20241022", 2024, 10, 22),
        ("gpt-5-2025-08-07", 2025, 8, 7),
        ("amazon-nova-experimental-chat-26-01-10", 2026, 1, 10),
        ("command-a-03-2025", 2025, 3, 0),
        ("gemini-2.5-pro-preview-05-06", 0, 5, 6),
        ("deepseek-r1-0528", 0, 5, 28),
        ("Claude 3.5 Sonnet (10/22)", 0, 10, 22),
        ("qwen3-235b-a22b-instruct-2507", 2025, 7, 0),
        ("mistral-large-2411", 2024, 11, 0),
        ("gpt-4-1106-preview", 0, 11, 6),
    ],
)
def test_stamps(name: str, year: int, month: int, day: int) -> None:
    found = names.stamp(name)
    assert found is not None
    assert (found.year, found.month, found.day) == (year, month, day)


@pytest.mark.parametrize(
    "name", ["gpt-4-32k", "claude-opus-4-6", "llama-3.1-70b", "x-9999", "z-1350"]
)
def test_no_stamp(name: str) -> None:
    assert names.stamp(name) is None


def test_a_stamp_without_a_year_is_of_the_nearest_one() -> None:
    found = names.stamp("ernie-5.0-preview-1220")
    assert found is not None
    assert found.days_from(dt.date(2026, 1, 3)) == 14
    assert found.iso(not_after=dt.date(2026, 1, 3)) == "2025-12-20"
    assert found.iso(not_after=dt.date(2025, 12, 20)) == "2025-12-20"


def test_a_stamp_without_a_day_spans_its_month() -> None:
    found = names.stamp("mistral-large-2411")
    assert found is not None
    days = [found.days_from(dt.date(2024, *md)) for md in ((10, 31), (11, 1), (11, 30), (12, 2))]
    assert days == [-1, 0, 0, 2]


def test_a_leap_day_is_read_in_any_year() -> None:
    found = names.stamp("model-0229")
    assert found is not None
    assert found.days_from(dt.date(2025, 3, 1)) == 1


def test_months_in_words() -> None:
    assert names.month_hint("Claude 3.5 Sonnet (Oct '24)") == "2024-10"
    assert names.month_hint("Gemini 2.5 Pro Preview (May' 25)") == "2025-05"
    assert names.month_hint("GPT-4o (March 2025, chatgpt-4o-latest)") == "2025-03"
    assert names.month_hint("Claude 3.5 Sonnet") == ""
    assert names.without_hint("Claude 3.5 Sonnet (Oct '24)") == "Claude 3.5 Sonnet"


@pytest.mark.parametrize(
    ("name", "family", "version", "rest"),
    [
        ("gpt-4.1-mini-2025-04-14", ("gpt",), (4, 1), ("mini",)),
        ("claude-opus-4-6", ("claude", "opus"), (4, 6), ()),
        ("llama-3.1-70b-instruct", ("llama",), (3, 1), ("70b", "instruct")),
        ("Kimi-K2-Instruct-0905", ("kimi", "k"), (2,), ("instruct",)),
        ("qwen3-235b-a22b", ("qwen",), (3,), ("235b", "a22b")),
        ("vicuna-13b-v1.5", ("vicuna",), (1, 5), ("13b",)),
    ],
)
def test_versions(
    name: str, family: tuple[str, ...], version: tuple[int, ...], rest: tuple[str, ...]
) -> None:
    found = names.parse_name(name)
    assert (found.family, found.version, found.rest) == (family, version, rest)


def test_full_dates_only() -> None:
    assert full_date("2025-04-05") == dt.date(2025, 4, 5)
    assert full_date("2025-04") is None
    assert full_date("") is None
    assert full_date("2025-02-30") is None


@search(300)
@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(names.words(text), tuple)
    names.parse_name(text)
    names.month_hint(text)
    names.without_hint(names.without_efforts(text))
    found = names.stamp(text)
    if found:
        found.days_from(dt.date(2026, 2, 28))
        found.iso(dt.date(2026, 2, 28))
