"""The chart of both frontiers in German: every word a reader sees, in every state of an answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cited_states import BEHIND, every, in_state, made, point

from elolag import plots
from elolag.cite import citation, read_figure
from elolag.errors import UsageError
from elolag.estimate.over_time import lag_path
from elolag.results import citing
from elolag.results.answer import Speaker
from elolag.results.provenance import _CAVEATS
from elolag.results.words import german_name

ENGLISH = re.compile(
    r"\b(the|of|and|model|models|months|behind|ahead|trails|level with|rating|between|interval|is|"
    r"draws|votes|with|list|older|measure)\b"
)


def shown(axes: Any) -> list[str]:
    """Every text in a figure."""
    figure = axes.get_figure()
    texts = [*figure.texts, axes.xaxis.label, axes.yaxis.label, *axes.texts, axes.title]
    texts += [axes._left_title, *axes.get_xticklabels()]
    return [" ".join(text.get_text().split()) for text in texts if text.get_text()]


@pytest.mark.parametrize(
    ("state", "estimand", "said"),
    [
        ("behind", "average", "Chinesische Modelle liegen im Mittel 6,4 Monate hinter US-Modellen"),
        ("behind", "current", "Chinesische Modelle liegen 6,4 Monate hinter US-Modellen"),
        ("ahead", "current", "Chinesische Modelle liegen 6,4 Monate vor US-Modellen"),
        ("behind", "levels", "Chinesische Modelle liegen (levels) 6,4 Monate hinter US-Modellen"),
        ("behind", "gap", "US-Modelle liegen 20,0 Elo-Punkte über chinesischen Modellen"),
        ("level", "current", "Chinesische Modelle und US-Modelle liegen gleichauf"),
        ("behind, unclear", "average",
         "Weder chinesische Modelle noch US-Modelle liegen im Mittel klar vorn"),
        ("overtaken", "current",
         "Chinesische Modelle wurden am 19. Mai 2026 von US-Modellen überholt"),
        ("leader overtaken", "current",
         "US-Modelle wurden am 19. Juli 2026 von chinesischen Modellen überholt"),
        ("at least behind", "current",
         "Chinesische Modelle liegen mindestens 6,4 Monate hinter US-Modellen"),
        ("at most behind", "levels",
         "Weder chinesische Modelle noch US-Modelle liegen (levels) klar vorn"),
        ("provisional", "average",
         "Vorläufig: Chinesische Modelle liegen im Mittel 6,4 Monate hinter US-Modellen"),
        ("provisional", "gap", "Chinesische Modelle und US-Modelle: Abstand nicht angebbar"),
    ],
)  # fmt: skip
def test_the_title_in_every_state(state: str, estimand: str, said: str) -> None:
    assert Speaker(in_state(state, estimand), "de").title() == said


def test_what_is_nearly_sure_is_not_called_sure() -> None:
    for share, said in ((0.999, "(über 99 % der Ziehungen)"), (0.78, "(78 % der Ziehungen)")):
        day = in_state("likely bests", "average", matched=share)
        assert said in Speaker(day, "de").marks(hollow=False)


def test_no_title_and_no_mark_holds_an_english_word_and_figures_are_the_sentences() -> None:
    for name, result in every():
        speaker = Speaker(result, "de")
        for text in (speaker.title(), speaker.marks(hollow=True), speaker.axis()):
            assert not ENGLISH.search(text), (name, text)
            assert "{" not in text
        if result.verdict in ("behind", "ahead", "at-least") and result.months is not None:
            number = citing.number(result.months, "de")
            assert f" {number} Monate " in speaker.title(), name
            assert number in citation(result, "de").sentence, name


def test_every_word_of_the_chart_is_german(tmp_path: Path) -> None:
    votes = {"leader_best": point("US", "omega", 1510.0, "2026-07-01")}
    for estimand, callout in (("average", "zwischen diesen beiden"), ("current", "6,4 Monate")):
        result = made(estimand, **(BEHIND | votes))
        axes = plots.frontier(result, size="column", lang="de")
        texts = shown(axes)
        assert callout in texts
        assert {"USA", "China", "Wertung (Elo-Punkte)"} <= set(texts)
        assert Speaker(result, "de").title() in texts
        (foot,) = [text for text in texts if text.startswith("Quelle: ")]
        assert foot.startswith(f"Quelle: {' '.join(citation(result, 'de').short)} ")
        assert not [text for text in texts if ENGLISH.search(text)]
        file = plots.save(axes, tmp_path / "x.svg", result)
        assert read_figure(file)["title"] == Speaker(result, "de").title()
    with pytest.raises(UsageError, match="no chart in 'fr'; known: en, de"):
        plots.frontier(result, lang="fr")


def test_english_charts_are_as_they_were_and_months_and_sides_have_german_names() -> None:
    texts = shown(plots.frontier(made("current"), size="column"))
    assert "rating (Elo points)" in texts
    assert "6.4 months" in texts
    assert [citing.month(day) for day in (0, 59, 20_334)] == [
        "Jan. 1970",
        "März 1970",
        "Sept. 2025",
    ]
    named = {"US": "USA", "CN": "China", "FR": "Frankreich", "EU": "EU", "AE": "Emirate",
             "open": "offen", "closed": "geschlossen", "lab:openai": "openai",
             "US+open": "USA, offen", "CN+not:open": "China, geschlossen",
             "not:CN": "nicht China", "US,EU": "USA oder EU"}  # fmt: skip
    assert {group: german_name(group) for group in named} == named


def test_every_caveat_has_its_german() -> None:
    assert not [pair for pair in _CAVEATS.values() if len(set(pair)) != 2]


@pytest.mark.parametrize("estimand", ["current", "average"])
def test_the_path_of_a_german_page_is_lettered_in_german(estimand: str) -> None:
    path = lag_path("2025-03-01", n_draws=100, estimand=estimand)
    axes = plots.lag_path(path, lang="de", title="")
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    told = [*shown(axes), *legend]
    assert {"Monate", "China zurück", "95-%-Intervall je Tag", "95-%-Verlaufsband"} <= {*told}
    assert legend[0] == ("Mittel" if estimand == "average" else "Abstand")
    assert [text for text in told if ENGLISH.search(text)] == []
    english = plots.lag_path(path, title="").get_legend().get_texts()
    assert [t.get_text() for t in english][1:] == [
        "50% each day", "95% each day", "50% whole path", "95% whole path",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("size", ["page", "phone", "column"])
def test_the_key_to_the_bands_names_each_once_and_ends_within_the_chart(
    lang: str, size: str
) -> None:
    legend = plots.lag_path(
        lag_path("2026-01-01", n_draws=60), lang=lang, size=size, title=""
    ).get_legend()
    names = [text.get_text() for text in legend.get_texts()]
    assert len(set(names)) == len(names) == 5
    assert legend.get_window_extent().x1 <= legend.get_figure().bbox.x1


def test_a_chart_without_an_interval_calls_nothing_grey() -> None:
    said = in_state("behind", "current")
    assert Speaker(said, "de").marks(hollow=False).endswith(" (grau).")
    open_ended = in_state("at least behind", "current")
    assert "grau" not in Speaker(open_ended, "de").marks(hollow=False)
