"""A table is written once and read in many ways: no way changes a figure or runs a name."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from search import search

import elolag
from elolag.results.table import Column, Result, Table, _latex, decimals, markdown

COLUMNS = (
    Column("name", "Who", "a name"),
    Column("said", "Lag", "in words", words=True),
    Column("months", "Months", "as a number", "months", decimals(1), figures=True),
    Column("low", "", "one that is never known", "months", in_page=False),
)
ROWS: list[dict[str, Any]] = [
    {"name": "a_b & c", "said": "2 months", "months": 2.04, "low": None},
    {"name": "<b>", "said": "none", "months": float("nan"), "low": None},
]
TABLE = Table.of("t", "T", COLUMNS, ROWS)


class Found(Result):
    """A result of one row."""

    def sentence(self) -> str:
        """Say it."""
        return "A & B: *2* months."

    def table(self) -> Table:
        """Show it."""
        return TABLE

    def to_dict(self) -> dict[str, Any]:
        """Hold it."""
        return {"schema": 1}

    def footnotes(self) -> tuple[str, ...]:
        """Limit it."""
        return ("Of < 2 rows.",)


@search(200)
@given(
    st.text(st.one_of(st.characters(), st.sampled_from("*_`[]()<>&|~\\#!$@:/ wht.p")), max_size=40)
)
def test_markdown_escapes_anything(text: str) -> None:
    line = f"x {markdown(text)} y"
    (inline,) = [
        t for t in MarkdownIt("commonmark").enable("table").parse(line) if t.type == "inline"
    ]
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}


def test_csv_is_exact_and_runs_nothing() -> None:
    columns = tuple(Column(key, key, "a column") for key in "abcd")
    table = Table("t", "t", columns, ((0.1 + 0.2, None, "=1+1", True), (-1.5, "x,y", "-2", 3)))
    assert table.to_csv().decode().splitlines() == [
        "a,b,c,d", "0.30000000000000004,,'=1+1,true", '-1.5,"x,y",\'-2,3',
    ]  # fmt: skip


def test_a_frame_holds_numbers_and_no_words() -> None:
    frame = TABLE.to_frame()
    assert list(frame) == ["name", "months", "low"]
    assert frame["months"].dtype == frame["low"].dtype == np.float64
    assert frame["months"][0] == 2.04
    assert frame["low"].isna().all()


def test_a_reader_sees_the_same_cells_in_every_markup() -> None:
    assert TABLE.cells() == [["a_b & c", "2 months", "2.0"], ["<b>", "none", "–"]]
    assert TABLE.to_markdown().splitlines() == [
        "| Who | Lag | Months |", "| --- | --- | ---: |",
        "| a\\_b \\& c | 2 months | 2.0 |", "| \\<b\\> | none | – |",
    ]  # fmt: skip
    assert TABLE.to_latex().splitlines()[2:6] == [
        "Who & Lag & Months \\\\", "\\midrule",
        "a\\_b \\& c & 2 months & 2.0 \\\\", "<b> & none & -- \\\\",
    ]  # fmt: skip
    cut = replace(TABLE, page_rows=(1,))
    assert cut.cells() == [["<b>", "none", "–"]]
    assert len(cut.to_frame()) == 2


@search(100)
@given(st.text(max_size=30))
def test_no_name_becomes_an_element_or_a_command(name: str) -> None:
    table = Table.of("t", "T", COLUMNS[:1], [{"name": name}])
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    parser.feed(table.to_html())
    assert tags == ["table", "thead", "tr", "th", "tbody", "tr", "td"]
    escapes = r"\\text(backslash|asciitilde|asciicircum)\{\}|\\[&%$#_{}]"
    assert not set(re.sub(escapes, "", _latex(name))) & set("\\&%$#_{}~^")


def test_a_result_says_sentence_table_and_notes() -> None:
    found = Found()
    assert str(found) == found.sentence()
    assert found.to_markdown().split("\n\n")[::2] == [
        "A \\& B: \\*2\\* months.", "Of \\< 2 rows.\n",
    ]  # fmt: skip
    page = found._repr_html_()
    assert page.startswith(f"<p>{html.escape(found.sentence())}</p><table>")
    assert page.endswith("</table><p>Of &lt; 2 rows.</p>")
    assert found.to_latex() == TABLE.to_latex()
    assert found.to_frame().equals(TABLE.to_frame())


def test_the_same_data_can_show_other_columns_and_rows() -> None:
    cut = TABLE.showing("months", rows=[1])
    assert (cut.headings(), cut.cells()) == (["months"], [["–"]])
    assert cut.to_csv() == TABLE.to_csv()
    assert cut.showing("name").cells() == [["<b>"]]


@pytest.fixture(scope="module")
def results() -> list[Result]:
    """One result of each kind that is quick to make."""
    session = elolag.Session()
    asked: elolag.Question = {"n_draws": 200, "session": session, "vintage": "2026-08-19"}
    return [
        elolag.estimate_lag(**asked),
        elolag.estimate_all(**asked),
        elolag.estimate_change("2025-08-19", **asked),
        elolag.lag_path("2026-06-15", **asked),
        elolag.time_to_match(**asked),
        elolag.compare("openness", **asked),
    ]


def test_every_result_has_the_same_faces(results: list[Result]) -> None:
    for found in results:
        table, frame = found.table(), found.to_frame()
        assert list(frame) == [c.key for c in table.columns if not c.words]
        assert len(frame) == len(table.rows) > 0
        for column in table.columns:
            assert column.meaning
            if column.unit not in ("", "ISO date") and not column.words:
                assert frame[column.key].dtype.kind in "fi"
        assert len(found.to_latex().splitlines()) == len(table.cells()) + 6
        page, text = found._repr_html_(), found.to_markdown()
        assert page.count("<p>") == len(found.said()) + len(found.footnotes())
        for said in (*found.said(), *found.footnotes()):
            assert html.escape(said) in page
            assert markdown(said) in text
        assert " ".join(found.said()) == found.sentence() == str(found)


def test_a_path_shows_firsts_of_months_and_a_comparison_every_estimand(
    results: list[Result],
) -> None:
    _, every, change, path, curve, _ = (found.table() for found in results)
    assert [row[0] for row in path.cells()] == ["2026-08-19", "2026-08-01", "2026-07-01"]
    assert len(path.rows) == 66
    assert every.headings()[-2:] == ["95% measurement", "95% sampling"]
    assert len(change.rows) == 1
    assert all(float(row[0]).is_integer() for row in curve.cells())
    assert results[0].provenance.facts["board"] == "arena/text_style_control"


def test_a_table_shows_itself_by_what_it_holds() -> None:
    """Not by its parts: a notebook keeps what is shown, and addresses change with every run."""
    table = Table.of("t", "", (Column("a", "A", "the first"),), [{"a": "x"}])
    assert repr(table) == table.to_markdown()
    assert table._repr_html_() == table.to_html()
