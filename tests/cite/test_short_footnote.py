"""The footnote of two lines: what it says, that it fits, and that it agrees with the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cited_states import every, in_state
from cited_states import made as made_in
from hypothesis import given
from hypothesis import strategies as st

import elolag
from elolag.archive import open_archive, verify
from elolag.cite import citation
from elolag.question import DEFAULTS
from elolag.results import citing
from elolag.results import owner as owners
from elolag.results.lag import LagResult
from elolag.results.provenance import Origin, provenance
from elolag.schema import NOT_STATED
from elolag.version import RELEASED, __version__

LANGUAGES = ("en", "de")
WIDE = 100
HEAD = "ab12" * 16


@pytest.fixture(scope="module")
def headline() -> LagResult:
    """With the default number of draws, so that nothing of them is said."""
    return replace(elolag.estimate_lag(n_draws=200), n_draws=DEFAULTS["n_draws"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_default_answer_has_two_lines_that_fit(headline: LagResult, lang: str) -> None:
    data, software = citation(headline, lang).short
    assert max(len(data), len(software)) <= WIDE
    assert data.startswith("Arena (arena.ai), 19")
    assert " August 2026, CC-BY-4.0; 11 " in data
    assert software.startswith(f"elolag {__version__} ({citing.date(RELEASED, lang)}), arena/text_")
    assert citation(headline, lang).brief().split("\n")[-2:] == [data, software]


def test_its_hash_finds_the_archive_and_stands_in_the_charts_footer(headline: LagResult) -> None:
    (digest,) = re.findall(r"archive ([0-9a-f]{16})\.$", citation(headline).short[1])
    assert f"Archiv {digest}." in citation(headline, "de").short[1]
    assert open_archive().log_head.startswith(digest)
    assert verify(open_archive(), head=digest) == []
    notes = [citation(headline, lang).footnote for lang in LANGUAGES]
    for told in (provenance(headline).footer(), *notes):
        assert digest in told


def test_counts_and_dates_agree_with_the_charts_footer(headline: LagResult) -> None:
    footer = provenance(headline).footer()
    older, bare, copies = re.findall(
        r"; (\d+) older lists, (\d+) with no licence stated \((\d+) copies\)",
        citation(headline).short[0],
    )[0]
    assert f"; {older} older lists, " in footer
    assert f", {bare} with no licence stated ({copies} copies)" in footer
    rest = headline.origins[1:]
    without = [o for o in rest if "licence" in o.licence or o.licence == NOT_STATED]
    assert (len(rest), len(without)) == (int(older), int(bare))
    assert sum("; " in o.publisher for o in without) == int(copies)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_has_two_lines_with_licence_and_hash(lang: str) -> None:
    for name, result in every():
        data, software = citation(result, lang).short
        assert data.startswith("LMArena, 19"), name
        assert "CC-BY-4.0" in data, name
        assert software.endswith(f" {'0' * 16}."), name
        assert not {"\n", "{", "}"} & set(data + software), name


def origin(n: int, licence: str, copied: bool = False) -> Origin:
    whose = "LMArena; copied by someone" if copied else "LMArena"
    return Origin(f"arena/text/2026-0{9 - n}-01", str(n) * 64, f"2026-0{9 - n}-01", "x", whose,
                  licence=licence, log_head=HEAD)  # fmt: skip


MIT, NONE, FILE = "MIT", NOT_STATED, "no licence file known; figures published by Arena"


@pytest.mark.parametrize(
    ("older", "english", "german"),
    [
        ([], "CC-BY-4.0.", "CC-BY-4.0."),
        ([(MIT, True)], "; 1 older list.", "; 1 ältere Liste."),
        ([(NONE, True)], "1 older list with no licence stated (a copy).",
         "1 ältere Liste ohne Lizenzangabe (eine Kopie)."),
        ([(FILE, False)], "1 older list with no licence stated.",
         "1 ältere Liste ohne Lizenzangabe."),
        ([(FILE, False)] * 2, "2 older lists with no licence stated.",
         "2 ältere Listen ohne Lizenzangabe."),
        ([(NONE, True)] * 2, "2 older lists with no licence stated (all copies).",
         "2 ältere Listen ohne Lizenzangabe (alle Kopien)."),
        ([(NONE, True), (FILE, False), (MIT, True)],
         "3 older lists, 2 with no licence stated (1 copy).",
         "3 ältere Listen, 2 ohne Lizenzangabe (1 Kopie)."),
        ([(NONE, True), (NONE, True), (FILE, False), (MIT, False)],
         "4 older lists, 3 with no licence stated (2 copies).",
         "4 ältere Listen, 3 ohne Lizenzangabe (2 Kopien)."),
        ([(NONE, True), (MIT, True)], "2 older lists, 1 with no licence stated (a copy).",
         "2 ältere Listen, 1 ohne Lizenzangabe (eine Kopie)."),
    ],
)  # fmt: skip
def test_lists_without_a_stated_licence_are_counted_as_that(
    older: list[tuple[str, bool]], english: str, german: str
) -> None:
    origins = (origin(0, "CC-BY-4.0"), *(origin(n, *o) for n, o in enumerate(older, 1)))
    result = replace(made_in(), origins=origins)
    for lang, said in (("en", english), ("de", german)):
        data, software = citation(result, lang).short
        assert data.endswith(said)
        assert software.endswith(f" {HEAD[:16]}.")


@given(st.lists(st.tuples(st.sampled_from([MIT, NONE, FILE, ""]), st.booleans()), max_size=8))
def test_no_copy_without_a_licence_is_left_uncounted(older: list[tuple[str, bool]]) -> None:
    origins = (origin(0, "CC-BY-4.0"), *(origin(1, *o) for o in older))
    found = provenance(replace(made_in(), origins=origins))
    hidden = sum(copied for licence, copied in older if licence != MIT)
    copies = sum(copied for _, copied in older)
    for more, told in ((found.more(copies=False), 0), (found.more(), copies)):
        said = more.replace("a copy", "1 copy").replace("all copies", f"{hidden} copies")
        numbers = re.findall(r"\d+ cop|\d+ of them|1 copy made", said)
        assert bool(hidden or told) == bool(numbers), more
        if hidden and not told:
            assert f"({hidden} cop" in said


def test_a_newest_list_that_is_a_copy_says_so() -> None:
    result = replace(made_in(), origins=(origin(0, NONE, copied=True),))
    assert citation(result).short[0] == (
        "LMArena, 1 September 2026, a copy by others, licence not stated."
    )
    assert citation(result, "de").short[0] == (
        "LMArena, 1. September 2026, Kopie von dritter Seite, Lizenz nicht angegeben."
    )
    assert ", in a copy made by others, ratings of 2026-08-19, licence not stated;" in (
        provenance(result).footer()
    )


def test_ones_own_ratings_have_no_publisher_and_the_lists_own_hash() -> None:
    mine = Origin("own/ratings/2026-08-19", "c" * 64, "2026-08-19")
    result = made_in(board="own/ratings")
    result = replace(result, origins=(mine,), version="9")
    assert citation(result).short == (
        "Own ratings, 19 August 2026.", f"elolag 9, own/ratings, list {'c' * 16}.",
    )  # fmt: skip
    assert citation(result, "de").short == (
        "Eigene Wertungen, 19. August 2026.", f"elolag 9, own/ratings, Liste {'c' * 16}.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "english", "german"),
    [
        ({"excluded": ["kimi-k3", "o1"]}, "without kimi-k3, o1", "ohne kimi-k3, o1"),
        ({"min_votes": 3000}, "without entries of fewer than 3,000 votes",
         "ohne Einträge unter 3.000 Stimmen"),
        ({"clock": "first-listed"}, "counted from first listings", "gezählt ab der ersten Listung"),
        ({"correct_selection": False}, "no selection correction", "ohne Auswahlkorrektur"),
        ({"drift": None}, "no drift", "ohne Drift"),
        ({"hong_kong": "separate"}, "Hong Kong apart from China", "Hongkong getrennt von China"),
        ({"taiwan": "CN"}, "Taiwan with China", "Taiwan bei China"),
        ({"derivatives": "drop"}, "without derivatives", "ohne abgeleitete Modelle"),
        ({"derivatives": "to-base"}, "derivatives with their base model",
         "abgeleitete Modelle bei ihrem Basismodell"),
        ({"extra_tags": "ab"}, "with tags of one's own", "mit eigenen Zuordnungen"),
    ],
)  # fmt: skip
def test_what_was_chosen_is_in_both_footnotes_and_in_the_charts_footer(
    headline: LagResult, chosen: dict[str, Any], english: str, german: str
) -> None:
    plain = citation(headline).short[1]
    result = replace(headline, policies={**headline.policies, **chosen})
    for lang, said in (("en", english), ("de", german)):
        found = citation(result, lang)
        assert f", {said}, " in found.short[1]
        assert f", {said}, " in found.footnote
    assert english not in plain
    assert english in provenance(result).footer()
    assert german in provenance(result).footer(lang="de")
    other = replace(provenance(result), chosen={"en": "otherwise"})
    assert (provenance(result).to_dict()["choices"], other.to_dict()["choices"]) == (
        english, "otherwise",
    )  # fmt: skip
    assert "choices" not in provenance(headline).to_dict()


def test_draws_are_said_when_they_are_not_the_default() -> None:
    few = replace(made_in(), n_draws=500, seed=3)
    assert "500 draws, seed 3" in citation(few).short[1]
    assert "500 Ziehungen, Startwert 3" in citation(few, "de").short[1]
    assert "draws" not in citation(made_in()).short[1]


def test_the_owners_address_stands_where_it_is_set(
    headline: LagResult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "://" not in citation(headline).brief() + provenance(headline).footer()
    file, site = tmp_path / "owner.toml", "https://pages.example/elolag/"
    empty = "".join(f'{key} = ""\n' for key in ("repository", "doi", "contact"))
    file.write_text(f'name = "A"\nsite = "{site}"\n{empty}', "utf-8")
    monkeypatch.setattr(owners, "_FILE", file)
    owners.owner.cache_clear()
    try:
        assert f", {site}), arena/" in citation(headline).short[1]
        assert f", {site}), estimand " in citation(headline).footnote
        assert f" ({site})." in provenance(headline).footer()
    finally:
        owners.owner.cache_clear()


def test_a_provisional_answer_says_so_first() -> None:
    for estimand in ("average", "current"):
        said = citation(in_state("provisional", estimand)).said
        assert said[0].startswith("Provisionally, because ")
