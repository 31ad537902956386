"""The pages below the front page hold every answer, and no figure that no answer has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

import elolag
from elolag.claims import ClaimsReport
from elolag.errors import EstimateError
from elolag.forecast import past
from elolag.forecast.past import NO_RECORD
from elolag.forecast.skill import OURS, REFERENCE
from elolag.results.table import Result, Table
from elolag.results.words import MATCHED, MEANING
from elolag.site import down, page
from elolag.site.cards import Deck, references
from elolag.site.content import Link, Page
from elolag.site.down import _forecasts
from elolag.site.material import Found, asks, checks, gathered
from elolag.site.month import drawings
from elolag.version import METHOD

#: Of the brief: bytes of a page with its charts.
_MOST = 300_000


@dataclass(frozen=True)
class Named:
    name: str = ""
    repository: str = ""
    site: str = ""
    doi: str = ""
    contact: str = ""


@pytest.fixture(scope="module")
def pages(found: Found) -> dict[str, Page]:
    return {each.path: each for each in down.pages(found, Named())}


def _tables(each: Page) -> Iterator[Table]:
    for section in each.sections:
        yield from (figure.table for figure in section.figures)
        yield from section.tables


def _links(each: Page) -> list[Link]:
    return [link for section in each.sections for link in section.links]


def _texts(each: Page) -> Iterator[str]:
    yield from (each.title, each.standfirst)
    for section in each.sections:
        yield from (section.title, *section.prose, *section.after)
        yield from (text for pair in section.points for text in pair)
        yield from (text for link in section.links for text in (link.label, link.words))
        for figure in section.figures:
            yield from (figure.title, figure.alt, figure.caption)


def test_every_page_has_a_plain_path_of_its_own(pages: dict[str, Page], found: Found) -> None:
    assert list(pages) == [
        "groups/index.html", "groups/openness.html", "groups/labs.html", "groups/boards.html",
        "groups/voters.html",
        "leads/index.html", "claims/index.html", "revisions/index.html",
        "forecasts/index.html", "data/index.html",
        "methods/index.html", "about/index.html",
    ]  # fmt: skip
    every = set(pages) | {each.path for each in Deck(found).pages()} | {"months/index.html"}
    for each in pages.values():
        assert each.title
        assert each.standfirst
        keys = [section.key for section in each.sections]
        assert len(set(keys)) == len(keys)
        names = [figure.name for section in each.sections for figure in section.figures]
        assert len(set(names)) == len(names)
        for link in _links(each):
            assert link.to in every or link.to.startswith("https://")
            assert not set(link.to) & set("<>\"' ")


def test_what_has_no_answer_says_why_and_names_no_folder(found: Found) -> None:
    """The made archive has one list of each board: no month can be judged, no voters differ."""
    assert {"revisions", "voters"} <= set(found.missing)
    said = " ".join(down._revisions(found).sections[0].prose)
    assert said == f"There is no answer: {found.missing['revisions']}."
    folder = str(found.material.question["archive"])
    refused = {name: EstimateError(f"{folder}/arena: nothing") for name in ("leads", "lab")}
    again = gathered(found.material, {"dates": found.dates, **refused})
    assert again.missing == {
        "leads": "the archive/arena: nothing",
        "lab": "the archive/arena: nothing",
    }
    assert again.leads is again.lab is None
    assert "the archive/arena: nothing" in down._leads(again).sections[0].prose[0]
    with pytest.raises(EstimateError, match="no dates"):
        gathered(found.material, {"dates": EstimateError("no dates")})


def test_groups_tell_every_slice_lab_and_board(found: Found, pages: dict[str, Page]) -> None:
    checks = found.material.checks
    assert checks.category is not None
    assert checks.openness is not None
    assert found.lab is not None
    assert found.measures is not None
    for path, slices in (("index", checks.category), ("openness", checks.openness)):
        section = pages[f"groups/{path}.html"].sections[0]
        assert slices.sentence() in section.prose
        # Each page tells what it has, and nothing of the other.
        assert ("each category" in section.prose[0]) == (path == "index")
        assert ("open and closed models" in section.prose[0]) == (path == "openness")
        (figure,) = section.figures
        assert len(figure.table.rows) == len(slices.slices)
    for path, result in (("labs", found.lab), ("boards", found.measures)):
        section = pages[f"groups/{path}.html"].sections[0]
        assert section.prose == result.said()
        assert section.figures[0].table == result.table()
        assert tuple(section.after) == result.footnotes()
    others = [link.to for link in _links(pages["groups/labs.html"])]
    assert others == [f"groups/{name}.html" for name in ("index", "openness", "boards", "voters")]


def test_figures_that_other_pages_have_are_from_the_same_draws(found: Found) -> None:
    """The headline's, each month's, and that of the other measure; pages say from how many."""
    plain = {k: v for k, v in found.material.question.items() if k != "n_draws"}
    asked = asks(plain, board="arena/text", as_of="2026-08-19", n_draws=10_000)
    for name in ("leads", "revisions", "lab", "measures", "voters"):
        assert asked[name].keywords["n_draws"] == 10_000, name
    checked = checks({**plain, "n_draws": 10_000})
    drawn = {name: ask.keywords["n_draws"] for name, ask in checked.items()}
    assert drawn == {"category": 10_000, "openness": 10_000, "claims": 2_000}


@pytest.mark.parametrize("by", ["category", "openness"])
def test_the_whole_among_its_slices_is_the_headline(found: Found, by: str) -> None:
    headline, slices = found.material.headline, getattr(found.material.checks, by)
    (whole,) = (item.result for item in slices.slices if item.whole)
    for name in ("months", "low", "high", "gap", "n_draws", "leading"):
        assert getattr(whole, name) == getattr(headline, name)


def test_revisions_say_from_how_many_draws() -> None:
    made = elolag.estimate_revisions("arena/webdev", n_draws=50)
    assert "intervals, from 50 draws; estimand" in down._revisions_figure(made).caption


def test_every_note_begins_as_a_sentence(pages: dict[str, Page]) -> None:
    """With a capital, or with the estimand that it explains."""
    results = (
        elolag.estimate_revisions("arena/webdev", n_draws=50),
        elolag.compare("lab", board="arena/webdev", n_draws=50),
        elolag.forecast_lag(n_draws=60),
    )
    notes = [note for page in pages.values() for section in page.sections for note in section.after]
    for note in (*notes, *(note for result in results for note in result.footnotes())):
        assert not note[0].islower() or note.partition(":")[0] in MEANING, note
        assert not re.search(r"\. [a-z]", note), note


def test_leads_say_who_was_first_on_every_list(found: Found, pages: dict[str, Page]) -> None:
    assert found.leads is not None
    section = pages["leads/index.html"].sections[0]
    assert section.prose == (found.leads.sentence(),)
    assert section.figures[0].table.rows == found.leads.table().rows
    assert len(found.leads.standings) == 1


def test_the_claims_page_holds_every_claim(found: Found, pages: dict[str, Page]) -> None:
    report = found.material.checks.claims
    assert report is not None
    each = pages["claims/index.html"]
    every = each.sections[1]
    told = {link.to: [] for link in every.links}
    for link in every.links:
        told[link.to].append(f"{link.label}: {link.words}")
    assert len(every.links) + len(every.points) == len(report.assessments)
    for item in report.assessments:
        claim, row = item.claim, item.row()
        (said,) = {
            text for text in told[claim.where]
            if text == (
                f"{claim.who}, {claim.when}: {claim.range_words()}. On the day: "
                f"{row['real_time']}; now: {row['hindsight']}. Verdict: {item.verdict}"
            )
        }  # fmt: skip
        assert item.verdict in said
    (table,) = _tables(each)
    assert [row[0] for row in table.rows] == [a.claim.key for a in report.assessments]
    when = table.headings().index("when")
    assert [row[when] for row in table.cells()] == [a.claim.when for a in report.assessments]
    assert any(len(a.claim.when) == 7 for a in report.assessments)


def test_a_claim_read_at_no_https_address_is_told_without_a_link(found: Found) -> None:
    report = found.material.checks.claims
    assert report is not None
    first = report.assessments[0]
    odd = replace(first, claim=replace(first.claim, where="http://a.example/x y"))
    changed: ClaimsReport = replace(report, assessments=(odd,))
    checks = replace(found.material.checks, claims=changed)
    again = replace(found, material=replace(found.material, checks=checks))
    every = down._claims(again).sections[1]
    assert not every.links
    assert every.points[0][1].endswith("Read at http://a.example/x y")


def test_methods_name_every_estimand_and_rule(found: Found, pages: dict[str, Page]) -> None:
    each = pages["methods/index.html"]
    leads = [lead for section in each.sections for lead, _ in section.points]
    assert {f"{name}:" for name in (*MEANING, *MATCHED)} <= set(leads)
    assert "{window}" not in " ".join(_texts(each))
    version = found.material.headline.version
    assert f"method {METHOD}; the software is elolag {version}." in " ".join(_texts(each))
    assert not any(link.to.startswith("https") for link in _links(each))
    owned = down._methods(found, Named(repository="https://code.example/elolag"))
    assert [link.to for link in _links(owned)] == ["https://code.example/elolag"]


def test_the_record_shown_is_that_of_the_question(found: Found) -> None:
    (asked,) = (s for s in _forecasts(found).sections if s.key == "scores")
    assert found.outlook is not None
    (ahead,) = (s for s in _forecasts(found).sections if s.key == "outlook")
    # The board's own first, over its chart; it is not said twice.
    both = [past.record(name)["en"] for name in ("arena/text", "arena/text_style_control")]
    assert [*ahead.prose, both[0]] == list(found.outlook.told())
    assert list(asked.prose) == both
    assert found.outlook.note in ahead.figures[0].caption
    (figure,) = asked.figures
    assert figure.caption.startswith("Rounds of arena/text. ")
    assert figure.table.caption == "Scores beside no change on arena/text"
    other = replace(found, outlook=replace(found.outlook, record=NO_RECORD))
    (none,) = (s for s in _forecasts(other).sections if s.key == "scores")
    assert (list(none.prose), none.figures, none.after) == ([NO_RECORD["en"]], (), ())
    bare = replace(found, outlook=None, missing={**found.missing, "outlook": "nothing"})
    (alone,) = (s for s in _forecasts(bare).sections if s.key == "scores")
    assert alone.prose[0] == past.record("arena/text")["en"]


def test_charts_of_forecasts_say_what_is_in_table_and_csv(found: Found) -> None:
    """Every edge of the fan, and the marks of both, are where the description says."""
    assert found.outlook is not None
    fan, held = (figure for s in _forecasts(found).sections for figure in s.figures)
    assert "all its edges in the CSV beside it" in fan.alt
    keys = [column.key for column in fan.table.columns]
    row = dict(zip(keys, fan.table.rows[0], strict=True))
    drawn = found.outlook.fan()
    for level in (0.5, 0.8, 0.95):
        for end in ((1 - level) / 2, (1 + level) / 2):
            key = f"q{f'{end:.3f}'[2:].rstrip('0'):0<2}"
            assert row[key] == drawn.at[round(end, 4)][1], key
    assert "Ours are in the table below the chart, both in the CSV beside it." in held.alt
    who = [column.key for column in held.table.columns].index("forecaster")
    assert {held.table.rows[k][who] for k in held.table.page_rows} == {OURS}
    assert {OURS, REFERENCE} <= {cells[who] for cells in held.table.rows}


def test_data_tell_every_list_its_licence_and_its_hash(
    found: Found, pages: dict[str, Page]
) -> None:
    each, origins = pages["data/index.html"], found.material.headline.origins
    held = {table.name: table for table in _tables(each)}
    csv = held["snapshots"].to_csv().decode()
    for origin in origins:
        assert origin.path in csv
        assert origin.sha256 in csv
        assert origin.licence in " ".join(_texts(each))
    block = each.sections[-1].blocks[0].text
    assert f"{origins[0].sha256}  {origins[0].path}/datapackage.json" in block
    assert f"--head {origins[0].log_head}" in block
    assert len(origins[0].log_head) == 64


def test_models_with_one_reference_are_counted_and_listed(found: Found) -> None:
    material = found.material
    chosen = ["us-03", "cn-07"]
    rows = {
        key: replace(row, evidence="one thing") if key in chosen else row
        for key, row in material.tables.models.items()
    }
    tables = replace(material.tables, models=rows)
    changed = replace(found, material=replace(material, tables=tables))
    (section,) = (s for s in down._data(changed).sections if s.key == "single")
    tags = [t for t in material.study.cast.tags if t.released <= material.study.as_of]
    alone = [t for t in tags if len(references(rows[t.model].evidence)) == 1]
    assert f"The release of {len(alone)} of {len(tags)} models" in section.prose[0]
    assert [row[0] for row in section.tables[0].rows] == ["cn-07", "us-03"]


def test_about_says_that_nobody_is_named_until_somebody_is(found: Found) -> None:
    nobody = down._about(found, Named())
    assert any(text.startswith("Nobody is named yet") for text in _texts(nobody))
    owner = Named(
        "A. Person", "https://code.example/e", "https://e.example", "10.1/2", "post@e.example"
    )
    text = " ".join(_texts(down._about(found, owner)))
    assert "A. Person answers for these pages: post@e.example." in text
    assert "Nobody is named" not in text
    links = {link.label: link.to for link in _links(down._about(found, owner))}
    assert links["DOI"] == "https://doi.org/10.1/2"
    assert links["Source"] == "https://code.example/e"
    assert "Contact" not in links  # mail is told, not linked
    evil = down._about(found, Named(repository="javascript:alert(1)", site="https://u@e.example"))
    assert all(not link.to.startswith(("javascript", "https")) for link in _links(evil))


_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?%?")


def _numbers(texts: Iterable[str]) -> set[str]:
    return {n.rstrip(",") for text in texts for n in _NUMBER.findall(text)}


def _rounded(value: Any) -> Iterator[str]:
    """Every way a number of a JSON object may be printed: to a tenth, whole, in percent."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _rounded(each)
    elif isinstance(value, str):
        yield from _numbers([value])
    elif isinstance(value, int | float):
        size = abs(value)
        yield from (f"{size:,.0f}", f"{size:,.1f}", f"{size:.2f}", f"{size:.0%}", f"{size:g}")


@pytest.mark.parametrize(
    ("path", "name"), [("groups/labs.html", "lab"), ("groups/boards.html", "measures"),
                       ("leads/index.html", "leads")]
)  # fmt: skip
def test_no_page_says_a_number_that_its_result_lacks(
    found: Found, pages: dict[str, Page], path: str, name: str
) -> None:
    result = getattr(found, name)
    assert isinstance(result, Result)
    known = set(_rounded(json.loads(json.dumps(result.to_dict()))))
    section = pages[path].sections[0]
    (figure,) = section.figures
    said = _numbers([figure.title, figure.alt, figure.caption])
    rows = {f"{len(result.table().rows)}", "100%", "95%"}
    counted = {str(len(found.measures.answered))} if found.measures else set()
    assert said <= known | rows | counted | _numbers(result.said())


def test_pages_are_inert_and_small(found: Found, pages: dict[str, Page]) -> None:
    every = [*pages.values(), *(p for p in Deck(found).pages() if "-1" not in p.path)]
    for each in every:
        text = page.html(each, drawings(each.sections), page.Frame()).decode()
        assert len(text.encode()) < _MOST
        assert not re.search(r"<script|<img|<svg/onload|href=.javascript", text)
        assert "\u202e" not in text
