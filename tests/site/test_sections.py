"""What the sections compute by themselves, against slow and obvious twins."""

from __future__ import annotations

import csv
import json
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
import site_worlds
from markupsafe import escape
from site_worlds import World

import elolag
from elolag.estimate.measures import beside
from elolag.estimate.news import News
from elolag.estimate.session import prepare
from elolag.question import refuse_settled
from elolag.results.measures import under_headline
from elolag.results.pages import words
from elolag.site import front, sections
from elolag.site import material as checks
from elolag.site.material import Checks, Extent, Found, Material, _news, asks, gather
from elolag.site.sections import frontier, moved, other
from elolag.site.tested import claims, sensitivity, slices
from elolag.tags import Policies


def test_the_grid_is_left_out_where_it_would_answer_another_question(world: World) -> None:
    study = prepare(**world.question)

    def why(extent: Extent = Extent(), **changed: Any) -> str:  # noqa: B008 -- frozen
        return checks._no_grid(study, {**world.question, **changed}, extent)

    assert why() == ""
    assert why(vintage=site_worlds.VINTAGE, as_of=site_worlds.VINTAGE, window=24) == ""
    assert why(Extent(full=False)) == "--quick leaves it out"
    assert "min_votes" in why(min_votes=500)
    assert "policies" in why(policies=Policies(hong_kong="separate"))


def test_the_grid_is_asked_all_that_it_takes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {**world.question, "drift": "none", "exclude": ["cn-01"], "level": 0.8}
    study, got = prepare(**asked), dict[str, Any]()
    assert checks._no_grid(study, asked, Extent()) == ""
    monkeypatch.setattr(checks, "sensitivity", lambda **given: got.update(given))
    checks._grid(study, asked, Extent())
    assert {name: got[name] for name in asked} == asked


@pytest.mark.parametrize(
    ("vintage", "named"), [("2026-08-19", ["current", "average"]), ("2025-12-15", ["current"])]
)
def test_the_two_lines_alone_are_those_of_the_whole_comparison(
    months: dict[str, Any], vintage: str, named: list[str]
) -> None:
    """The later list has an average over twelve months; the earlier one is too early for it."""
    whole, alone = (
        gather(Extent(checks=False, full=False, ways=ways), **{**months, "vintage": vintage})
        for ways in (True, False)
    )
    assert [found.estimand for found in alone.comparison.results] == named
    assert alone.headline.to_dict() == whole.headline.to_dict()
    assert alone.current is not None
    assert whole.current is not None
    assert alone.current.to_dict() == whole.current.to_dict()
    assert alone.comparison.small_print == whole.comparison.small_print


@pytest.mark.parametrize(("vintage", "printed"), [("2026-08-19", True), ("2026-10-02", False)])
def test_ratings_whose_votes_are_not_printed_are_not_called_settled(
    vintage: str, printed: bool
) -> None:
    result = elolag.estimate_lag(vintage=vintage, n_draws=100)
    figure = frontier(cast(Material, SimpleNamespace(headline=result, lab=str)))
    assert figure.table is not None
    told = {row["model"]: row for row in csv.DictReader(figure.table.to_csv().decode().split("\n"))}
    assert {row["provisional"] for row in told.values()} == (
        {"true", "false", ""} if printed else {""}
    )
    assert ("Open marks" in figure.caption) == printed
    said = [note for note in result.notes if "prints no votes" in note]
    assert len(said) == (0 if printed else 1)
    assert all(figure.caption.count(note[1:]) == 1 for note in said)


@pytest.mark.parametrize(
    ("vintage", "english", "german", "told"),
    [
        ("2026-08-19", "The day itself", "Der Tag selbst", ("On 19 August", "Am 19. August")),
        ("2025-12-17", "On average", "Im Mittel", ("Over the twelve", "In den zwölf")),
    ],
)
def test_the_second_line_stands_under_what_it_is_about(
    vintage: str, english: str, german: str, told: tuple[str, str]
) -> None:
    result = elolag.estimate_lag(vintage=vintage, n_draws=400)
    comparison = SimpleNamespace(small_print=())
    material = cast("Material", SimpleNamespace(headline=result, comparison=comparison))
    for lang, title, begins in zip(("en", "de"), (english, german), told, strict=True):
        section = sections.day(material, lang)
        assert section.title == title
        assert section.prose[0].startswith(begins)


def test_claims_are_left_out_for_other_groups_and_boards_of_ones_own() -> None:
    assert checks._no_claims({}) == ""
    assert "other groups" in checks._no_claims({"leader": "closed", "follower": "open"})


@pytest.mark.parametrize(
    ("section", "names"),
    [
        (slices, ("category", "openness")),
        (sensitivity, ("influence", "flip", "grid")),
        (claims, ("claims",)),
    ],
)
def test_a_part_without_an_answer_says_why(section: Any, names: tuple[str, ...]) -> None:
    missing = {name: f"no {name} <here>" for name in names}
    made = section(cast("Material", SimpleNamespace(checks=Checks(missing=missing))))
    told = " ".join([*made.prose, *made.after])
    assert all(why in told for why in missing.values())
    assert not made.figures
    assert not made.tables


def test_the_tables_of_the_checks_hold_every_row(world: World) -> None:
    """What the JSON of the report counts, row by row."""
    told = json.loads((world.report.path / "result.json").read_text("utf-8"))

    def rows(name: str) -> list[dict[str, str]]:
        with (world.report.path / "data" / f"{name}.csv").open(encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    for kind, said in told["slices"].items():
        assert [(r["slice"], float(r["months"])) for r in rows(f"slices-{kind}")] == [
            (s["slice"], s["months"]) for s in said["slices"]
        ]
    top = told["sensitivity"]["influence"]["top"]
    rests = rows("influence")
    assert [r["words"] for r in rests][: len(top)] == [c["words"] for c in top]
    # Those that change nothing are counted in the sentence, and in no file.
    unanswered = sum(bool(r["refused"]) for r in rests)
    said = f" date {len(rests) - unanswered} move the headline ("
    assert said in told["sensitivity"]["influence"]["sentence"]
    assert len(rests) == len({r["words"] for r in rests}) > 50
    flips = told["sensitivity"]["flip"]["rows"]
    assert [(r["target"], r["words"]) for r in rows("flip")] == [
        (f["target"], f["words"]) for f in flips
    ]
    grid = rows("specifications")
    assert len(grid) == told["sensitivity"]["grid"]["specifications"]
    months = [float(r["months"]) for r in grid if r["months"]]
    assert len(months) == told["sensitivity"]["grid"]["estimated"]
    assert months == sorted(months)
    (head,) = [r for r in grid if r["headline"] == "true"]
    assert float(head["months"]) == world.report.headline.months
    claims = rows("claims")
    assert len({row["key"] for row in claims}) == len(claims) > 40
    assert all(row["verdict"] for row in claims)


def test_the_same_on_another_measure_has_a_section() -> None:
    headline = elolag.estimate_lag(vintage="2026-08-19", n_draws=200)
    found = beside(headline, vintage="2026-08-19", n_draws=200)
    assert found is not None
    for lang in ("en", "de"):
        material = cast("Material", SimpleNamespace(headline=headline, beside=found))
        assert other(material, lang).prose == (under_headline(headline, found, lang),)
        alone = cast("Material", SimpleNamespace(headline=headline, beside=None))
        assert other(alone, lang).prose == (words("unbeside", lang),)


def test_what_moved_it_is_told_or_why_not() -> None:
    news = elolag.estimate_news("2026-06-25", "2026-08-19", n_draws=60)
    told = moved(cast("Material", SimpleNamespace(news=news)))
    assert told.prose == (news.sentence(),)
    assert told.tables[0].rows == news.table().rows
    silent = moved(cast("Material", SimpleNamespace(news=words("unmoved"))))
    assert silent.prose == (words("unmoved"),)
    assert not silent.tables


def test_what_an_answer_settles_itself_is_not_asked_of_it() -> None:
    study = prepare(vintage="2026-08-19", n_draws=40)
    question: elolag.Question = {
        "n_draws": 40, "window": 6.0, "level": 0.8, "as_of": "2026-08-01", "match_rule": "below",
    }  # fmt: skip
    headline = elolag.estimate_lag(n_draws=40, vintage="2026-08-19")
    news = _news(study, headline, "2026-06-25", question)
    assert isinstance(news, News)
    asked = asks(question, board=headline.board, as_of=headline.as_of, n_draws=40)
    for name in ("dates", "leads", "revisions"):
        refuse_settled(name, asked[name].keywords)


def test_the_answer_is_told_before_the_chart_and_the_day_after(world: World) -> None:
    page = world.page.read_text("utf-8")
    average, day = world.report.headline.said()
    places = [page.index(str(escape(average[:60]))), page.index('id="chart-frontier'),
              page.index(str(escape(day[:60])))]  # fmt: skip
    assert places == sorted(places)


def test_a_german_chart_explains_what_the_english_one_does(found: Found) -> None:
    figures = (sections.frontier(found.material), sections.over_time(found.material).figures[0])
    told = [(f.caption, front._german(f, found.material).caption) for f in figures]
    for pairs, (english, german) in (
        ({"Open marks": "Hohle Zeichen", "15,000": "15.000", "Bracket": "Klammer"}, told[0]),
        ({"50% (dotted)": "50 % (gepunktet)", "95% prob": "95 %. "}, told[1]),
    ):
        for each, its in pairs.items():
            assert each in english
            assert its in german


def test_every_sentence_about_the_chart_begins_with_a_capital(found: Found) -> None:
    alt = sections.frontier(found.material).alt
    assert "The US stands at" in alt
    assert not re.search(r"\. [a-z]", alt)


def test_a_chart_says_where_its_points_are(found: Found) -> None:
    """Below the frontiers are the records alone, and the path's file is not beside every page."""
    frontier = sections.frontier(found.material)
    assert frontier.alt.endswith(
        "Its records are in the table below the chart, all points in the CSV beside it."
    )
    table = frontier.table
    record = [column.key for column in table.columns].index("record")
    assert table.page_rows == tuple(k for k, row in enumerate(table.rows) if row[record])
    (path,) = sections.over_time(found.material).figures
    assert path.alt.endswith("All days are in the CSV beside it.")


def test_lists_of_the_sister_board_place_no_entry() -> None:
    study = prepare(vintage="2026-08-19", n_draws=60)
    table = sections._snapshots(cast("Material", SimpleNamespace(study=study)))
    panel = study.panel
    rows = {path: entries for _, path, *_, entries, _, _, _ in table.rows}
    sister = [path for path in rows if not path.startswith(f"{panel.board}/")]
    assert sister
    assert {rows[path] for path in sister} == {0}
    assert sum(rows.values()) == len(panel.placed.table)
