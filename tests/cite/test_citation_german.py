"""German sentences as an editor wants them: no English words, hyphens, brackets one deep."""

from __future__ import annotations

import re

import pytest
from cited_states import BOARDS, STATES, every, in_state, made

from elolag.archive import open_archive
from elolag.cite import citation
from elolag.results import citing

#: English words that a sentence in German never needs; German ones that look alike are not here.
ENGLISH = frozenset(
    """the and of model months month behind ahead at least most by with first were is are no not
    interval measurement sampling none category board rated only needed overtaken before
    closed open weights side either level unbounded overall coding zero width few more less or
    lists official draws estimate estimated leader follower records release released points
    minutes style control text-to-video search document image edit hard prompts french german
    chinese british european to from on""".split()  # noqa: SIM905 -- a list to read
)
#: What may be said in another tongue: names in quotes, of models and of the index.
NAMES = re.compile(
    r"„[^“]*“|\b(omega|omni|alpha|beta|seedance|newcomer|other)\b|Epoch Capabilities Index",
    re.IGNORECASE,
)
EVERY = dict(every())


def english(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", NAMES.sub("", text))
    return {word.lower() for word in words} & ENGLISH


def test_no_english_word_is_in_a_german_sentence() -> None:
    assert len(EVERY) > 250
    for name, result in EVERY.items():
        sentence = citation(result, "de").sentence
        assert not english(sentence), (name, english(sentence), sentence)
        assert not re.search(r"\bnot:|\+|\b(CN|GB|HK|FR)\b", NAMES.sub("", sentence)), sentence


def test_set_phrases_are_german() -> None:
    for value in (*vars(citing.GERMAN).values(), citing.ASKS):
        for text in value.values() if isinstance(value, dict) else [value]:
            assert not english(re.sub(r"\{\w*\}", "", text)), text


def test_every_category_and_board_of_the_archive_has_a_german_name() -> None:
    archive = open_archive(None)
    found = set()
    for name in archive.boards():
        publisher, _, rest = name.partition("/")
        if publisher == "arena" and not rest.endswith("_table"):
            found.add(rest.removesuffix("_style_control"))
        found |= set(archive.board(name).snapshots[-1].categories) - {"overall"}
    for name in found - {"text", "humor"}:  # these two are German as they stand
        assert citing.named(name) != name.replace("_", " ")
        assert "_" not in citing.board("arena/text", name, "de")


def test_sentences_are_punctuated_as_german_is() -> None:
    for name, result in EVERY.items():
        text = citation(result, "de").sentence
        assert text.endswith("."), name
        assert "95-%-" in text or result.verdict == "withheld", name
        assert not re.search(r"\d\.(?!\d{3}\b)\d", text), text  # 15.000 is German
        assert not re.search(r"\b(\w+) \1\b", text), text
        assert not re.search(r"\([^()]*\(", text), text
        assert not re.search("95%|  |unbegrenzt bis|bis unbegrenzt", text), text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("at most behind", "-Messintervall für chinesische Modelle: höchstens 9,0 Monate zurück)."),
        ("at most ahead", "für chinesische Modelle: höchstens 9,0 Monate voraus)."),
        ("unbounded", "(95-%-Messintervall für chinesische Modelle: unbegrenzt)."),
        ("few models", "nur 1 chinesisches Modell bewertet, nötig sind mindestens 3)."),
        ("zero width", "ohne Breite: mindestens 95 % der Ziehungen ergeben denselben Wert)."),
        ("overtaken", "hatte sein Niveau früher erreicht als omni "
                      "(95-%-Messintervall: 1,0 bis 3,0 Monate)."),
        ("sampling", "(95-%-Stichprobenintervall: 6,4 bis 9,0 Monate)."),
    ],
)  # fmt: skip
def test_how_a_state_is_said(state: str, said: str) -> None:
    assert citation(in_state(state, "current"), "de").sentence.endswith(said)
    assert state in STATES


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("not:US+not:CN", "das beste Modell von außerhalb der USA und Chinas"),
        ("FR,DE", "das beste französische oder deutsche Modell"),
        ("HK", "das beste Modell aus Hongkong"),
        ("CN+open", "das beste chinesische Modell mit offenen Gewichten"),
        ("CN+open,FR", "das beste Modell unter chinesischen Modellen mit offenen Gewichten und "
                       "französischen Modellen"),
        ("not:open", "das beste Modell mit geschlossenen Gewichten"),
        ("lab:deepseek", "das beste Modell von DeepSeek"),
    ],
)  # fmt: skip
def test_how_a_group_is_said(group: str, said: str) -> None:
    assert said in citation(made(follower_group=group), "de").sentence


def test_english_bounds_and_counts() -> None:
    said = {
        "at most behind": "for Chinese models: at most 9.0 months behind).",
        "unbounded": "(95% measurement interval for Chinese models: unbounded).",
        "few models": "(no 95% measurement interval: only 1 Chinese model, and at least 3 rated "
        "ones are needed).",
    }
    for state, words in said.items():
        assert citation(in_state(state, "current")).sentence.endswith(words)


def test_every_estimand_asks_for_itself_in_the_footnote() -> None:
    for name, result in EVERY.items():
        assert "dieselbe Frage" not in citation(result, "de").footnote, name
    assert ("own/ratings", "overall") in BOARDS
    own = citation(made(board="own/ratings"), "de").sentence
    assert "auf einer eigenen Rangliste am 19. August 2026" in own
