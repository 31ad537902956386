"""The four wordings, chosen by the result and never otherwise, in both languages."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

import pytest
from cited_states import in_state
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.cite import Citation, citation, references
from elolag.cite.references import Reference, _escape, _safe_url
from elolag.errors import UsageError
from elolag.results.answer import Speaker, day_first, lines
from elolag.results.lag import LagResult
from elolag.results.owner import Owner
from elolag.results.provenance import Origin, provenance
from elolag.results.verdict import Gap, ModelPoint
from elolag.results.words import MEANING, phrase
from elolag.version import RELEASED, __version__


def point(group: str, model: str, rating: float) -> ModelPoint:
    return ModelPoint(group, model, model, "2026-02-05", rating, 3.0, "2026-02-05")


ORIGIN = Origin(
    "arena/text/2026-08-19", "0" * 64, "2026-08-19", "arena-dataset", "Arena (arena.ai)",
    "Arena leaderboard dataset", "https://arena.example/data", "CC-BY-4.0",
    "https://arena.example/licence", "Arena (arena.ai). Leaderboard dataset. CC-BY-4.0.",
    "bradley-terry",
)  # fmt: skip
BASE = LagResult(
    estimand="current", frontier="step", interval="measurement", months=6.4, low=6.4, high=9.0,
    sampling=None, level=0.95, window=12.0, as_of="2026-08-19", vintage="2026-08-19",
    data_through="2026-08-14", board="arena/text", category="overall", leader_group="US",
    follower_group="CN", leader_best=point("US", "omega", 1510.0),
    follower=point("CN", "beta", 1490.0), match=point("US", "alpha", 1504.0), matches=(),
    gap=Gap(20.0, 10.0, 30.0, 1.3, 1.4), censored=None, policies={}, n_draws=10_000,
    failed_draws=0, seed=0, snapshots=(("arena/text/2026-08-19", "0" * 64),), version="0.1.0",
    origins=(ORIGIN,), leading=0.02, matched=0.96, leader_best_share=0.97, follower_best_share=0.99,
    models=(
        *(replace(point(group, f"m{k}", 1400.0 + k), counts_from=f"2025-0{k + 1}-05")
          for group in ("US", "CN") for k in range(3)),
        point("US", "alpha", 1504.0), point("US", "omega", 1510.0), point("CN", "beta", 1490.0),
    ),
)  # fmt: skip


def made(lang: str = "en", **changes: Any) -> Citation:
    return citation(replace(BASE, **changes), lang)


AHEAD: dict[str, Any] = {"months": -6.4, "low": -9.0, "high": -6.4,
                         "gap": Gap(-20.0, -30.0, -10.0, -1.3, -1.4)}  # fmt: skip
LEAST: dict[str, Any] = {"censored": "at-least", "high": None}
UNCLEAR: dict[str, Any] = {"low": -1.0, "high": 7.5}
TIE: dict[str, Any] = {"months": 0.0, "low": 0.0, "high": 1.0,
                       "gap": Gap(0.0, -3.0, 3.0, 0.0, 0.0)}  # fmt: skip


def test_behind_is_worded_as_the_issue_has_it() -> None:
    assert made().sentence == (
        "We estimate that on 19 August 2026 the best Chinese model on the Arena text leaderboard "
        "performed at a level US models first reached 6.4 months earlier (95% measurement "
        "interval: 6.4 to 9.0)."
    )
    assert made("de").sentence == (
        "Wir schätzen, dass das beste chinesische Modell auf der Arena-Rangliste „Text“ am 19. "
        "August 2026 ein Niveau hatte, das US-Modelle 6,4 Monate zuvor erstmals erreicht hatten "
        "(95-%-Messintervall: 6,4 bis 9,0 Monate)."
    )


def test_a_bound_says_at_least() -> None:
    assert "first reached at least 6.4 months earlier" in made(**LEAST).sentence
    assert made(**LEAST).sentence.endswith("(95% measurement interval: at least 6.4).")
    german = made("de", **LEAST).sentence
    assert "das US-Modelle mindestens 6,4 Monate zuvor erstmals" in german
    assert german.endswith("(95-%-Messintervall: mindestens 6,4 Monate).")


def test_ahead_turns_the_sides_round() -> None:
    assert made(**AHEAD).sentence == (
        "We estimate that on 19 August 2026 Chinese models were ahead on the Arena text "
        "leaderboard: the best US model performed at a level Chinese models first reached 6.4 "
        "months earlier (95% measurement interval: 6.4 to 9.0)."
    )
    assert "lagen: Das beste US-Modell hatte ein Niveau, das chinesische Modelle 6,4 Monate" in (
        made("de", **AHEAD).sentence
    )


def test_no_clear_lead_gives_both_directions() -> None:
    assert made(**UNCLEAR).sentence == (
        "We estimate that on 19 August 2026 neither Chinese models nor US models had a clear lead "
        "on the Arena text leaderboard (95% measurement interval for Chinese models: 1.0 months "
        "ahead to 7.5 months behind)."
    )
    assert made("de", **UNCLEAR).sentence.endswith(
        "weder chinesische Modelle noch US-Modelle einen klaren Vorsprung hatten "
        "(95-%-Messintervall für chinesische Modelle: 1,0 Monate voraus bis 7,5 Monate zurück)."
    )
    assert "level to 1.0 months behind" in made(**TIE).sentence
    assert "were level on the Arena text leaderboard" in made(**TIE).sentence
    assert "gleichauf" in made("de", **TIE).sentence


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "behind"),
        (AHEAD, "ahead"),
        (LEAST, "at-least"),
        ({**AHEAD, "censored": "at-most", "low": None}, "at-least"),
        (UNCLEAR, "no-clear-lead"),
        (TIE, "level"),
        ({"high": None}, "behind"),
        ({"low": None}, "no-clear-lead"),  # open towards ahead
        ({"low": -3.0, "high": -1.0}, "no-clear-lead"),  # figure and interval disagree
        ({"estimand": "levels", "censored": "at-most", "low": None}, "no-clear-lead"),
        ({"estimand": "gap", "months": None, "low": None, "high": None}, "behind"),
        ({"estimand": "gap", "months": None, "low": None, "high": None,
          "gap": Gap(5.0, -1.0, 9.0, 1.0, 1.0)}, "no-clear-lead"),
    ],
)  # fmt: skip
def test_the_result_chooses_the_wording(changes: dict[str, Any], expected: str) -> None:
    assert made(**changes).wording == expected


lags = st.floats(-30, 30, allow_nan=False).map(lambda x: round(x, 3))


@search(120)
@given(
    months=lags,
    ends=st.tuples(st.none() | lags, st.none() | lags),
    censored=st.sampled_from([None, "at-least", "at-most"]),
    elo=st.sampled_from([-20.0, 0.0, 20.0]),
    estimand=st.sampled_from([*MEANING]),
    level=st.sampled_from([0.5, 0.9, 0.95, 0.995]),
    lang=st.sampled_from(["en", "de"]),
)
def test_every_result_gets_one_wording_and_no_other_ones_words(
    months: float,
    ends: tuple[float | None, float | None],
    censored: str | None,
    elo: float,
    estimand: str,
    level: float,
    lang: str,
) -> None:
    low, high = ends
    if low is not None and high is not None:
        low, high = sorted((low, high))
    if censored == "at-least":
        high = None
    if censored == "at-most":
        low = None
    gap = Gap(elo, elo - 9.0, elo + 9.0, 1.0, 1.0)
    best = point("CN", "beta", 1510.0 - elo)
    result = replace(
        BASE, follower=best, models=(*BASE.models[:-1], best), estimand=estimand,
        months=None if estimand == "gap" else months, low=low, high=high,
        censored=None if estimand == "gap" else censored, gap=gap, level=level,
    )  # fmt: skip
    found = citation(result, lang)
    text = found.sentence
    bound = "mindestens" if lang == "de" else "at least"
    unclear = "klaren Vorsprung" if lang == "de" else "clear lead"
    if estimand == "average":
        text = Speaker(result, lang).average()
        assert sorted(lines(result, lang)) == sorted((text, Speaker(result, lang).today()))
        assert found.sentence == " ".join(lines(result, lang))
        assert found.sentence.startswith(text) == (not day_first(result))
        unclear = "weder klar hinter" if lang == "de" else "neither clearly behind"
    assert (unclear in text) == (found.wording == "no-clear-lead")
    if found.wording == "at-least":
        assert bound in text.partition("(")[0]
    elif found.wording in ("ahead", "behind"):
        assert bound not in text.partition("(")[0]
    # The rule once more, from the values alone.
    value = gap.elo if estimand == "gap" else months
    worst, best = (gap.low, gap.high) if estimand == "gap" else (
        -math.inf if low is None else low, math.inf if high is None else high
    )  # fmt: skip
    if worst < 0 < best:
        settled = f"{abs(value):.1f}" == "0.0" and not result.censored
        assert found.wording == ("level" if settled else "no-clear-lead")
    if found.wording in ("ahead", "behind"):
        assert (value < 0) == (found.wording == "ahead")
        assert (best <= 0) if value < 0 else (worst >= 0)
    printed = f"{100 * level:g}"
    assert (f"{printed.replace('.', ',')}-%-" if lang == "de" else f"{printed}% ") in text
    assert not re.search(r"(?<![\w%])[-\u2212]\d", text)
    assert "inf" not in text.replace("interval", "")
    assert not re.search(r"likely|probab|wahrscheinlich", text)
    assert text.endswith("." if estimand == "average" else ").")


@pytest.mark.parametrize("estimand", [e for e in MEANING if e not in ("current", "average", "gap")])
def test_other_estimands_say_what_they_average(estimand: str) -> None:
    english, german = (made(lang, estimand=estimand, window=7.5) for lang in ("en", "de"))
    assert "Chinese models on the Arena text leaderboard trailed US models by 6.4 months, " in (
        english.sentence
    )
    assert "6,4 Monate hinter US-Modellen lagen, " in german.sentence
    for text in (english.sentence, german.sentence):
        assert "{" not in text
    if estimand != "trend":
        assert "the 7.5 months to 19 August 2026" in english.sentence
        assert "7,5 Monate" in german.sentence
    assert "vor US-Modellen lagen" in made("de", estimand=estimand, **AHEAD).sentence


def test_the_gap_is_in_points() -> None:
    changes: dict[str, Any] = {"estimand": "gap", "months": None, "low": None, "high": None}
    assert "the best US model on the Arena text leaderboard was rated 20.0 Elo points above" in (
        made(**changes).sentence
    )
    assert "um 20,0 Elo-Punkte höher bewertet war als das beste chinesische Modell" in (
        made("de", **changes).sentence
    )


@pytest.mark.parametrize(
    ("group", "best", "models", "dative", "genitive"),
    [
        ("US", "das beste US-Modell", "US-Modelle", "US-Modellen", "US-Modelle"),
        ("CN", "das beste chinesische Modell", "chinesische Modelle", "chinesischen Modellen",
         "chinesischen Modelle"),
        ("open", "das beste Modell mit offenen Gewichten", "Modelle mit offenen Gewichten",
         "Modellen mit offenen Gewichten", "Modelle mit offenen Gewichten"),
        ("CN+open", "das beste chinesische Modell mit offenen Gewichten",
         "chinesische Modelle mit offenen Gewichten",
         "chinesischen Modellen mit offenen Gewichten",
         "chinesischen Modelle mit offenen Gewichten"),
        ("US+not:open", "das beste US-Modell mit geschlossenen Gewichten",
         "US-Modelle mit geschlossenen Gewichten", "US-Modellen mit geschlossenen Gewichten",
         "US-Modelle mit geschlossenen Gewichten"),
        ("not:US", "das beste Modell von außerhalb der USA", "Modelle von außerhalb der USA",
         "Modellen von außerhalb der USA", "Modelle von außerhalb der USA"),
        ("lab:openai", "das beste Modell von OpenAI", "Modelle von OpenAI", "Modellen von OpenAI",
         "Modelle von OpenAI"),
        ("lab:Modellen", "das beste Modell von Modellen", "Modelle von Modellen",
         "Modellen von Modellen", "Modelle von Modellen"),
        ("US,GB", "das beste Modell unter US-Modellen und britischen Modellen",
         "US-Modelle und britische Modelle", "US-Modellen und britischen Modellen",
         "US-Modelle und britischen Modelle"),
        ("FR,GB", "das beste französische oder britische Modell",
         "französische oder britische Modelle", "französischen oder britischen Modellen",
         "französischen oder britischen Modelle"),
        ("ALL", "das beste bewertete Modell", "bewertete Modelle", "bewerteten Modellen",
         "bewerteten Modelle"),
        ("ZZ", "das beste Modell aus ZZ", "Modelle aus ZZ", "Modellen aus ZZ", "Modelle aus ZZ"),
    ],
)  # fmt: skip
def test_german_groups_decline(
    group: str, best: str, models: str, dative: str, genitive: str
) -> None:
    found = phrase(group, "de")
    assert (found.best, found.models, found.to_models, found.of_models) == (
        best, models, dative, genitive,
    )  # fmt: skip


def test_english_groups() -> None:
    assert phrase("open+CN", "en").models == "Chinese open-weights models"
    assert phrase("not:CN", "en").best == "the best non-Chinese model"
    assert phrase("lab:alibaba", "en").models == "Alibaba models"
    assert phrase("US,GB", "en").models == "US or British models"


def test_boards_and_languages() -> None:
    assert "on the Epoch Capabilities Index" in made(board="epoch/eci").sentence
    assert "auf dem Epoch Capabilities Index" in made("de", board="epoch/eci").sentence
    assert "leaderboard with style control (category coding)" in (
        made(board="arena/text_style_control", category="coding").sentence
    )
    with pytest.raises(UsageError, match="known: en, de"):
        citation(BASE, "fr")


def test_the_footnote_has_what_is_needed_to_do_it_again() -> None:
    for lang, draws in (("en", "10,000 draws, seed 0"), ("de", "10.000 Ziehungen, Startwert 0")):
        note = made(lang).footnote
        for part in ("elolag 0.1.0", "current", "arena/text/2026-08-19", "0" * 64, draws,
                     "CC-BY-4.0"):  # fmt: skip
            assert part in note
    assert "Stichprobenintervall" in made("de", interval="sampling").sentence


def test_both_intervals_are_quoted_where_both_are_asked_for() -> None:
    two = replace(BASE, interval="both", sampling=(-0.2, 11.0))
    one = citation(two)
    assert "sampling" not in one.sentence + one.footnote
    both = citation(two, both=True)
    assert both.sentence.endswith(
        "; 95% sampling interval for Chinese models: 0.2 months ahead to 11.0 months behind)."
    )
    assert both.sentence.startswith(one.sentence.removesuffix(")."))
    assert "Measurement interval: The interval covers" in both.footnote
    assert "Sampling interval: The interval is for" in both.footnote
    gap = replace(two, estimand="gap", months=None, sampling=(3.6, 45.0))
    assert citation(gap, "de", both=True).sentence.endswith(
        "; 95-%-Stichprobenintervall: 3,6 bis 45,0 Elo-Punkte)."
    )
    assert citation(replace(two, sampling=None), both=True).sentence == one.sentence


def parsed(bibtex: str) -> list[tuple[str, str, dict[str, str]]]:
    """A strict reader of what BibTeX reads: balanced braces, one field a name, nothing between."""
    entries, at = [], 0
    while match := re.compile(r"\s*@(\w+)\{([A-Za-z0-9.:-]+),\s*").match(bibtex, at):
        at, fields = match.end(), {}
        while field := re.compile(r"(\w+) = \{").match(bibtex, at):
            depth, end = 1, field.end()
            while depth:
                step = 2 if bibtex[end] == "\\" else 1
                depth += {"{": 1, "}": -1}.get(bibtex[end], 0) if step == 1 else 0
                end += step
            assert field[1] not in fields
            fields[field[1]] = bibtex[field.end() : end - 1]
            at = re.compile(r",?\s*").match(bibtex, end).end()  # type: ignore[union-attr]
        assert bibtex[at] == "}"
        at += 1
        entries.append((match[1], match[2], fields))
    assert not bibtex[at:].strip()
    return entries


def test_references_name_software_snapshot_and_source_with_licence() -> None:
    found = made()
    entries = parsed(found.bibtex())
    assert [kind for kind, _, _ in entries] == ["software", "misc", "misc"]
    assert len({key for _, key, _ in entries}) == 3
    assert all({"author", "title"} <= set(fields) for _, _, fields in entries)
    snapshot, source = entries[1][2], entries[2][2]
    assert "0" * 64 in snapshot["note"]
    assert snapshot["year"] == "2026"
    assert "CC-BY-4.0" in snapshot["note"]
    assert "CC-BY-4.0" in source["note"]
    items = json.loads(json.dumps(found.csl(), allow_nan=False))
    assert [item["type"] for item in items] == ["software", "dataset", "dataset"]
    for item in items:
        assert {"id", "type", "title", "author"} <= set(item)
        assert all(set(author) == {"literal"} for author in item["author"])
    assert items[1]["issued"] == {"date-parts": [[2026, 8, 19]]}
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
    assert [row[0] for row in found.rows()] == [
        "sentence", "footnote", "software", "snapshot", "source",
    ]  # fmt: skip


def test_every_reference_has_its_year_and_the_owners_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bare = made(version=__version__)
    for _, _, fields in parsed(bare.bibtex()):
        assert fields["year"] == fields["date"][:4] == "2026"
    assert all("issued" in item for item in bare.csl())
    software = parsed(bare.bibtex())[0][2]
    assert software["version"] == __version__
    assert software["date"] == RELEASED
    assert not {"url", "doi"} & set(software)
    # What another version was, and when, this one does not know.
    assert "date" not in parsed(made(version="0.0.9").bibtex())[0][2]
    set_ = Owner("An Author", "https://code.example/x_y", "https://pages.example/", "10.5281/z_1")
    monkeypatch.setattr(references, "owner", lambda: set_)
    found = made(version=__version__)
    software = parsed(found.bibtex())[0][2]
    assert software["author"] == "{An Author}"
    assert software["url"] == "https://code.example/x_y"
    assert software["doi"] == r"10.5281/z\_1"
    assert found.csl()[0]["DOI"] == "10.5281/z_1"
    assert max(map(len, found.bibtex().splitlines())) <= 100


def test_a_date_that_is_none_is_left_out() -> None:
    odd = Reference("snapshot", "key", "x", "x", date="2026}, evil = {1")
    assert set(parsed(odd.bibtex())[0][2]) == {"author", "title"}
    assert "issued" not in odd.csl()


def test_a_source_is_dated_by_its_newest_list() -> None:
    older = replace(ORIGIN, path="arena/text/2025-01-02", vintage="2025-01-02")
    found = made(origins=(older, ORIGIN))
    assert [r.date for r in found.references[1:]] == ["2025-01-02", "2026-08-19", "2026-08-19"]


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_head_of_the_log_is_in_the_json_and_in_no_sentence(lang: str) -> None:
    head = "ab" * 32
    result = replace(BASE, origins=(replace(ORIGIN, log_head=head),))
    found = citation(result, lang)
    assert found.to_dict()["log_head"] == head
    assert result.to_dict()["log_head"] == head
    assert head not in str(found) + result.sentence() + found.bibtex()
    facts = provenance(result).to_dict()
    assert facts["log_head"] == head
    assert "log_head" not in facts["sources"][0]
    assert head not in provenance(result).footer()
    assert made(lang).to_dict()["log_head"] == ""


@search(50)
@given(st.text(max_size=40), st.text(max_size=20))
def test_hostile_names_stay_text(name: str, url: str) -> None:
    hostile = Reference("source", "key", name, name, url=f"https://{url}", note=name)
    ((_, _, fields),) = parsed(hostile.bibtex())
    assert set(fields) <= {"author", "title", "url", "note"}
    assert json.loads(json.dumps(hostile.csl()))["id"] == "key"


def test_latex_finds_no_markup() -> None:
    evil = "\\input{/etc/passwd} $x$ 100% a_b & c # ~ ^ } @misc{x,\u202e\x00\n"
    assert _escape(evil) == (
        r"\textbackslash{}input\{/etc/passwd\} \$x\$ 100\% a\_b \& c \# \textasciitilde{} "
        r"\textasciicircum{} \} {\char64}misc\{x,"
    )
    assert _safe_url("javascript:alert(1)") == ""
    assert _safe_url("https://a.example/{x}%y\\z") == "https://a.example/%7Bx%7D%25y%5Cz"
    origin = replace(ORIGIN, publisher=evil, title=evil, citation=evil, licence=evil, path=evil)
    assert len(parsed(made(origins=(origin,)).bibtex())) == 3
    assert "\u202e" not in made(origins=(origin,), category=evil).sentence


def test_wording_needs_no_origin() -> None:
    assert replace(BASE, origins=()).verdict == "behind"
    assert "0" * 64 in citation(replace(BASE, origins=())).footnote


def test_what_can_be_cited_of_another_match_rule_is_said() -> None:
    policies = {"match_rule": "below"}
    said = citation(in_state("behind", "average", policies=policies)).sentence
    assert "dated by the last model below the level" in said
    with pytest.raises(UsageError, match="a citation of current is .* not below; cite the average"):
        citation(in_state("behind", "current", policies=policies))
