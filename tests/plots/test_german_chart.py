"""The chart of both frontiers in German: every word a reader sees, in every state of an answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cited_states import BEHIND, every, in_state, made, point

import elolag
from elolag import plots, tags
from elolag.archive import open_archive
from elolag.cite import citation, read_figure
from elolag.claims.bridge import bridge
from elolag.claims.estimating import VERDICTS
from elolag.countries import NOUNS
from elolag.errors import UsageError
from elolag.estimate.catch_up import time_to_match
from elolag.estimate.comparison import Comparison
from elolag.estimate.lag import ESTIMANDS
from elolag.estimate.news import CAUSES
from elolag.estimate.over_time import lag_path
from elolag.estimate.revisions import MEANING
from elolag.forecast import past
from elolag.forecast.skill import _RECORD
from elolag.plots.rows import comparison_title
from elolag.plots.specification import _WORDS
from elolag.plots.style import finding
from elolag.results import cards, charts, citing
from elolag.results.answer import Speaker
from elolag.results.charts import Both
from elolag.results.provenance import _CAVEATS, Origin, provenance
from elolag.results.words import beside, country, german_name, model_name, phrase
from elolag.robustness import LABELS
from elolag.robustness.edits import influence
from elolag.version import __version__

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
    assert finding(in_state(state, estimand), "de") == said


def test_what_is_nearly_sure_is_not_called_sure() -> None:
    for share, said in ((0.999, "(über 99 % der Ziehungen)"), (0.78, "(78 % der Ziehungen)")):
        day = in_state("likely bests", "average", matched=share)
        assert said in Speaker(day, "de").marks()


def test_no_title_and_no_mark_holds_an_english_word_and_figures_are_the_sentences() -> None:
    for name, result in every():
        title = finding(result, "de")
        for text in (title, Speaker(result, "de").marks()):
            assert not ENGLISH.search(text), (name, text)
            assert "{" not in text
        if result.verdict in ("behind", "ahead", "at-least") and result.months is not None:
            number = citing.number(result.months, "de")
            assert f" {number} Monate " in title, name
            assert number in citation(result, "de").sentence, name


def test_every_word_of_the_chart_is_german(tmp_path: Path) -> None:
    votes = {"leader_best": point("US", "omega", 1510.0, "2026-07-01")}
    for estimand, callout in (("average", "zwischen diesen beiden"), ("current", "6,4 Monate")):
        result = made(estimand, **(BEHIND | votes))
        axes = plots.frontier(result, size="column", lang="de")
        texts = shown(axes)
        assert callout in texts
        assert {"USA", "China", "Wertung (Elo-Punkte)"} <= set(texts)
        assert finding(result, "de") in texts
        (foot,) = [text for text in texts if text.startswith("Quelle: ")]
        assert foot.startswith(provenance(result).footer("", "de"))
        assert not [text for text in texts if ENGLISH.search(text)]
        file = plots.save(axes, tmp_path / "x.svg", result)
        assert read_figure(file)["title"] == finding(result, "de")
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
             "open": "offen", "closed": "geschlossen", "lab:openai": "OpenAI",
             "US+open": "USA, offen", "CN+not:open": "China, geschlossen",
             "not:CN": "nicht China", "US,EU": "USA oder EU"}  # fmt: skip
    assert {group: german_name(group) for group in named} == named
    behind = {"US": "den USA", "AE": "den Emiraten", "EU": "der EU", "CN": "China",
              "HK": "Hongkong", "ALL": "allen bewerteten Modellen",
              "open": "Modellen mit offenen Gewichten"}  # fmt: skip
    assert {group: beside(group, "de", phrase(group, "de")) for group in behind} == behind
    plain = {"US": "USA", "AE": "Emirate", "EU": "EU", "DE": "Deutschland", "ZZ": "ZZ"}
    assert {code: country(code, "de") for code in plain} == plain


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
    assert Speaker(said, "de").marks().endswith(" (grau).")
    open_ended = in_state("at least behind", "current")
    assert "grau" not in Speaker(open_ended, "de").marks()


# Every figure, against the table of words: what a German one says, the English one does not.

BOARD = "arena/webdev"
DRAWS: dict[str, Callable[[], Any]] = {
    "bridge": lambda: bridge(n_draws=50),
    "claims": lambda: elolag.check_claims(
        n_draws=50, keys=["epoch-2026-us-china-mean", "caisi-2026"]
    ),
    "comparison": lambda: elolag.estimate_all(board=BOARD, n_draws=50),
    "dates": lambda: elolag.model_dates(board=BOARD, n_draws=50),
    "forecast": lambda: elolag.forecast_lag(n_draws=100),
    "frontier": lambda: elolag.estimate_lag(board=BOARD, n_draws=50),
    "frontier first-listed": lambda: elolag.estimate_lag(
        board=BOARD, n_draws=50, clock="first-listed"
    ),
    "frontier gap": lambda: elolag.estimate_lag(board=BOARD, n_draws=50, estimand="gap"),
    "held": past.scores,
    "influence": lambda: influence(board=BOARD, n_draws=50),
    "lag_path": lambda: lag_path("2026-03-01", board=BOARD, n_draws=50),
    "lag_path average": lambda: lag_path("2026-06-01", n_draws=50, estimand="average"),
    "leads": lambda: elolag.who_led(board=BOARD, n_draws=50),
    "measures": lambda: elolag.compare_measures(tasks=True, n_draws=50),
    "news": lambda: elolag.estimate_news("2026-06-25", "2026-08-19", n_draws=50),
    "revisions": lambda: elolag.estimate_revisions(BOARD, n_draws=50),
    "slices board": lambda: elolag.compare("board", n_draws=50),
    "slices country": lambda: elolag.compare("country", n_draws=200, simultaneous=True),
    "slices lab": lambda: elolag.compare("lab", board=BOARD, n_draws=50),
    "slices openness": lambda: elolag.compare("openness", board=BOARD, n_draws=50),
    "specification_curve": lambda: elolag.sensitivity(
        n_draws=50,
        choices={
            "category": ["overall"], "board": [BOARD], "window": [12], "clock": ["released"],
            "estimand": ["average", "current"], "derivatives": ["keep"], "curve": ["step"],
        },
    ),
    "time_to_match": lambda: time_to_match(n_draws=50),
    "voters": lambda: elolag.compare_voters(n_draws=50),
}  # fmt: skip
ENGLISH_NUMBER = re.compile(r"\d\.\d(?!\d\d)|\b20\d\d-\d\d-\d\d\b")
WORD = re.compile(r"[^\W\d_]{2,}")


def words_of(texts: Any) -> set[str]:
    """The words of phrases, without what is filled in."""
    return {word for text in texts for word in WORD.findall(re.sub(r"{[^}]*}", " ", text))}


@pytest.fixture(scope="module")
def vocabulary() -> set[str]:
    """English words of figures that are no German ones: out of the tables of both."""
    tables = (charts._SAID, cards._SAID)
    pairs = [pair for table in tables for pair in table.values()]
    known = (*VERDICTS, *CAUSES.values(), *MEANING.values(), *LABELS.values(), *_WORDS.values())
    pairs += [(str(both), both.german) for both in known if isinstance(both, Both)]
    pairs += [(_RECORD["en"][key], _RECORD["de"][key]) for key in _RECORD["en"]]
    pairs += [(text, vars(citing.GERMAN)[key]) for key, text in vars(citing.ENGLISH).items()
              if isinstance(text, str) and key != "lang"]  # fmt: skip
    pairs += [*_CAVEATS.values(), *citing._CHOICES.values(), *citing.UNITS.items()]
    english, german = (words_of(side) for side in zip(*pairs, strict=True))
    return {word.casefold() for word in english} - {word.casefold() for word in german}


@pytest.fixture(scope="module")
def names() -> list[str]:
    """What is called alike in both languages: models, labs, boards, sources; the longest first."""
    archive = open_archive()
    found = {
        *ESTIMANDS,
        *archive.boards(),
        *tags.ours().labs,
        *NOUNS,
        "text",
        "overall",
        __version__,
    }
    for board in archive.boards():
        plain = board.removesuffix("_style_control")
        found |= {plain, plain.replace("_", " ")}
        found |= set(archive.board(board).snapshot().categories)
    found |= {name for key in tags.ours().models for name in (key, model_name(key))}
    found |= {alias.entry for alias in tags.ours().aliases}
    ours = (claim for claim in elolag.claims.packaged())
    found |= {text for c in ours for text in (c.key, c.who.partition(",")[0])}
    origins = [Origin.of(s) for b in archive.boards() for s in archive.board(b).snapshots]
    found |= {text for o in origins for text in (o.path, o.owner, o.licence)}
    return sorted(filter(None, found), key=len, reverse=True)


def without(names: list[str], text: str) -> str:
    """A text without these names."""
    for name in names:
        if name in text:
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?!\w)", " ", text)
    return text


def told(file: Path) -> str:
    """Every text of an SVG, those for the pointer included, quotations left out."""
    root = ElementTree.parse(file).getroot()  # noqa: S314 -- our own
    kinds = {f"{{http://www.w3.org/2000/svg}}{kind}" for kind in ("text", "tspan", "title")}
    texts = (" ".join(part.text.split()) for part in root.iter() if part.tag in kinds and part.text)
    return re.sub("„[^“]*“", " ", "\n".join(texts))


def figure(name: str) -> partial[Any]:
    """The figure with what it draws."""
    draw = getattr(plots, name.partition(" ")[0])
    if name == "claims":
        return partial(draw, DRAWS[name](), elolag.estimate_lag(n_draws=50))
    return partial(draw, DRAWS[name]())


def test_every_figure_is_among_those_that_are_drawn_in_german() -> None:
    public = {name for name in plots.__all__ if callable(getattr(plots, name))}
    assert {name.partition(" ")[0] for name in DRAWS} == public - {"footer", "save", "svg"}


@pytest.mark.fresh
@pytest.mark.parametrize("name", DRAWS)
def test_no_english_word_is_left_in_a_german_figure(
    name: str, vocabulary: set[str], names: list[str], tmp_path: Path
) -> None:
    draw = figure(name)
    for size in ("page", "phone"):
        axes = draw(size=size, lang="de")
        file = plots.save(axes, tmp_path / "x.svg", draw.args[0])
        text = without(names, told(file).replace("\n", " "))
        assert not {word.casefold() for word in WORD.findall(text)} & vocabulary, text
        assert not ENGLISH_NUMBER.findall(text), text
        drawing = axes.get_figure()
        inked, dpi = drawing.get_tightbbox(), drawing.dpi
        assert inked.x0 * dpi >= -1
        assert inked.y0 * dpi >= -1
        assert inked.x1 * dpi <= drawing.bbox.x1 + 1
        assert inked.y1 * dpi <= drawing.bbox.y1 + 1
    # English figures do have such words: the test sees what it looks for.
    english = plots.save(draw(size="phone"), tmp_path / "y.svg", draw.args[0])
    assert len({word.casefold() for word in WORD.findall(told(english))} & vocabulary) > 5


def test_one_way_to_ask_is_said_in_the_singular() -> None:
    found = Comparison((in_state("few models", "current"),), {}, "", ())
    assert comparison_title(found) == "One way to ask has an answer: 6.4 months behind"
    assert comparison_title(found, "de") == "Nur eine Art zu fragen: 6,4 Monate zurück"


def test_a_chart_tells_no_interval_that_its_answer_withholds(tmp_path: Path) -> None:
    found = Comparison((in_state("few models", "current"),), {}, "", ())
    text = told(plots.save(plots.comparison(found, lang="de"), tmp_path / "x.svg", found))
    assert "Messung: kein 95-%-Messintervall: nur 1 chinesisches Modell bewertet" in text
    assert "bis 9,0" not in text


@pytest.mark.parametrize("lang", ["en", "de"])
def test_long_names_at_the_ends_of_lines_leave_room_for_dates(lang: str) -> None:
    sides = {"leader_group": "US+closed,CN", "follower_group": "not:US+not:CN"}
    axes = plots.frontier(made("average", **sides), size="phone", lang=lang)
    axes.figure.draw_without_rendering()
    dates = [text.get_window_extent() for text in axes.get_xticklabels() if text.get_text()]
    assert len(dates) > 1
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(dates))


def test_long_names_over_their_rows_are_told_apart() -> None:
    """They begin at the figure's edge where the axes leave too little room."""
    found = elolag.compare("openness", follower="FR", n_draws=60)
    axes = plots.slices(found, size="phone", lang="de")
    names = [text.get_text() for text in axes.texts if "gegen" in text.get_text()]
    assert len(set(names)) == len(names) > 5
    assert "Frankreich geschlossen gegen USA offen" in names
    assert axes.figure.get_tightbbox().x0 >= 0
