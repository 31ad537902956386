"""What readers and programs take along: opened by what reads it, the same bytes, nothing run."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import hashlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import checks
import jsonschema
import numpy as np
import openpyxl
import pandas as pd
import pytest
import site_worlds
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor
from search import search

import elolag
from elolag.cite import read_figure
from elolag.errors import UsageError
from elolag.plots import frontier, svg
from elolag.plots.files import painted
from elolag.plots.markup import UNSEEN
from elolag.plots.style import COLOURS, dots
from elolag.results.lag import LagResult
from elolag.results.table import Column, Table
from elolag.results.verdict import Contender
from elolag.site.content import Link
from elolag.site.downloads import OFFERED, _few_colours, about, embed, images, xlsx
from elolag.site.history import Figure, Row
from elolag.site.months import Month
from elolag.site.programs import (
    Entry,
    atom,
    datapackage,
    described,
    lag_json,
    latest_json,
    resource,
    row_of,
    schemas,
    series,
    to_json,
)

COLUMNS = (
    Column("name", "Name", "what it is called"),
    Column("day", "Day", "when", "ISO date"),
    Column("size", "Size", "how much", "points", figures=True),
    Column("sure", "Sure", "whether"),
)
ROWS: tuple[tuple[Any, ...], ...] = (
    (site_worlds.FORMULA, "2026-08-19", 1.5, True),
    ("+cmd|' /C calc'!A0", "about 2026", -3, False),
    ("two\nlines\u202e", None, 2**60, None),
)
#: What a published month says.
SENTENCE = {"en": "It trails.", "de": "Es liegt zurück."}
#: What a text is that a page, a feed or a sheet would run or hide.
HOSTILE = (*site_worlds.NAMES.values(), site_worlds.TURNED, "]]>", "\x00\ufffe", "&lt;b&gt;")


def table(rows: tuple[tuple[Any, ...], ...] = ROWS) -> Table:
    return Table("things", "Things", COLUMNS, rows)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[LagResult, LagResult]:
    """The average and the day of the archive whose names are attacks."""
    folder = tmp_path_factory.mktemp("take")
    asked = {
        "board": site_worlds.BOARD,
        "archive": str(site_worlds.archive(folder / "archive")),
        "extra_tags": site_worlds.tags(folder / "tags"),
        "n_draws": 60,
    }
    return elolag.estimate_lag(**asked), elolag.estimate_lag(estimand="current", **asked)


def provisional(result: LagResult) -> LagResult:
    found = Contender(site_worlds.UNTAGGED, 1400.0, None, None, ("US", "CN"))
    return replace(result, provisional=(found,))


def row(
    answers: tuple[LagResult, LagResult], revised: LagResult | None = None, **told: str
) -> dict[str, Any]:
    """A month in the series, as the site makes it."""
    found, own = month_json(*answers, **told), Figure.of(answers[0])
    later = revised and Figure.of(revised)
    place = Row(Month(found["month"], "", official=True), "", "m1", own, own, later)
    return row_of(found, to_json(found), place, site_worlds.VINTAGE)


# The workbook.


def test_a_workbook_has_typed_cells_that_nothing_runs(tmp_path: Path) -> None:
    content = xlsx(table(), [("Board", "=1+1"), ("Read", "a\nb")], made="2026-08-19")
    (tmp_path / "it.xlsx").write_bytes(content)
    found = checks.opens(tmp_path / "it.xlsx")
    assert found["things"] == [
        ("name", "day", "size", "sure"),
        (site_worlds.FORMULA, dt.datetime(2026, 8, 19), 1.5, True),
        ("+cmd|' /C calc'!A0", "about 2026", -3, False),
        ("two\nlines\\u202e", None, str(2**60), None),
    ]
    assert found["About"][:2] == [("Board", "=1+1", None, None), ("Read", "a\nb", None, None)]
    assert ("things", "size", "points", "how much") in found["About"]
    assert content == xlsx(table(), [("Board", "=1+1"), ("Read", "a\nb")], made="2026-08-19")
    facts = openpyxl.load_workbook(io.BytesIO(content)).properties
    assert facts.created == facts.modified == dt.datetime(2026, 8, 19)


def test_pandas_reads_a_sheet_as_it_reads_the_csv() -> None:
    rows = (("a", "2026-08-19", 1.5, True), ("b", "2026-08-20", None, False))
    content = xlsx(table(rows), [("a", "b")], made="2026-08-19")
    sheet = pd.read_excel(io.BytesIO(content), sheet_name="things")
    kept = pd.read_csv(io.BytesIO(table(rows).to_csv()), parse_dates=["day"])
    assert sheet["day"].dt.strftime("%F").tolist() == kept["day"].dt.strftime("%F").tolist()
    pd.testing.assert_frame_equal(sheet.drop(columns="day"), kept.drop(columns="day"))


@search(40)
@given(st.lists(st.tuples(st.text(max_size=8), st.floats(-1e300, 1e300))))
def test_any_text_comes_back_as_text_and_any_number_as_itself(
    rows: list[tuple[str, float]],
) -> None:
    columns = (Column("text", "", ""), Column("number", "", "", "points"))
    made = Table("t", "", columns, tuple(rows))
    book = openpyxl.load_workbook(io.BytesIO(xlsx(made, [("a", "b")], made="2026-08-19")))
    back = list(book["t"].iter_rows(min_row=2, values_only=True))
    for (text, number), cells in zip(rows, back, strict=True):
        assert cells[1] == pytest.approx(number, rel=1e-15)
        assert cells[0] is None if not text else isinstance(cells[0], str)


def test_what_a_sheet_cannot_hold_is_cut_or_refused() -> None:
    long = Table("t", "", (Column("text", "", ""),), (("x" * 40_000,),))
    cell = openpyxl.load_workbook(io.BytesIO(xlsx(long, [], made="2026-08-19")))["t"]["A2"].value
    assert len(cell) == 32_767
    assert cell.endswith("whole in the CSV)")
    with pytest.raises(UsageError, match="'about'"):
        xlsx(replace(table(), name="About"), [], made="2026-08-19")


def test_the_first_sheet_says_what_a_figure_may_not_be_read_without(
    answers: tuple[LagResult, LagResult],
) -> None:
    average, current = answers
    rows = about(average, title="The two", caption="Bars: 95%.", command="elolag lag")
    said = dict(rows)
    assert said["The month's figure"] == average.sentence()
    assert said["What intervals leave out"] == average.left_out()
    assert said["Command"] == "elolag lag"
    newest = average.snapshots[0][1]
    assert said["Newest list, short hash"].endswith(newest[:16])
    assert [text.split()[-1] for name, text in rows if name == "List, SHA-256"] == [
        digest for _, digest in average.snapshots
    ]
    assert all("Licence: " in text for name, text in rows if name == "Source")
    book = openpyxl.load_workbook(io.BytesIO(xlsx(current.table(), rows, made=average.as_of)))
    told = {cells[0]: cells[1] for cells in book["About"].iter_rows(values_only=True)}
    assert told["How to read it"] == "Bars: 95%."


# Images.


@pytest.fixture(scope="module")
def pictures(answers: tuple[LagResult, LagResult]) -> dict[str, bytes]:
    return images("frontier", lambda **look: frontier(answers[1], **look), answers[1])


def test_no_word_runs_over_the_edge_of_an_image() -> None:
    """Of fewer dots to the inch type is wider for its size, and a footer's lines are full."""
    held = elolag.Session()
    for vintage in ("2026-08-19", "2026-10-02"):
        found = elolag.estimate_lag(vintage=vintage, n_draws=200, session=held)
        made = images("frontier", lambda found=found, **look: frontier(found, **look), found)
        for size in OFFERED:
            picture = Image.open(io.BytesIO(made[f"frontier-{size}.png"])).convert("L")
            edge = picture.crop((picture.width - 8, 0, picture.width, picture.height))
            assert edge.getextrema()[0] > 250, (vintage, size)


def test_a_chart_is_taken_along_as_one_svg_and_a_png_of_each_size(
    pictures: dict[str, bytes], answers: tuple[LagResult, LagResult], tmp_path: Path
) -> None:
    assert set(pictures) == {"frontier.svg", *(f"frontier-{size}.png" for size in OFFERED)}
    for name, content in pictures.items():
        (tmp_path / name).write_bytes(content)
        checks.opens(tmp_path / name)
        assert read_figure(tmp_path / name)["sources"][0]["sha256"] == answers[1].origins[0].sha256
        assert len(content) < (300_000 if name.endswith("svg") else 100_000)
    again = images(
        "frontier", lambda **look: frontier(answers[1], **look), answers[1], sizes=("phone",)
    )
    assert again["frontier-phone.png"] == pictures["frontier-phone.png"]
    assert again["frontier.svg"] == pictures["frontier.svg"]
    assert f"opacity: {UNSEEN}".encode() not in pictures["frontier.svg"]
    with Image.open(io.BytesIO(pictures["frontier-phone.png"])) as phone:
        assert phone.size == (740, 740)


def test_no_number_of_an_svg_is_longer_than_the_eye_is_sharp(pictures: dict[str, bytes]) -> None:
    paths = [p.attrib["d"] for p in checks.xml(pictures["frontier.svg"]).iter(f"{checks.SVG}path")]
    assert any(paths)
    assert [d for d in paths if re.search(r"[1-9]\.\d{3}|\s\s", d)] == []


def test_the_palette_changes_no_colour_that_is_seen(
    pictures: dict[str, bytes], answers: tuple[LagResult, LagResult]
) -> None:
    with dots(150):
        pixels, _ = painted(frontier(answers[1]), answers[1])
    whole = Image.fromarray(pixels).convert("RGB")
    few = Image.open(io.BytesIO(pictures["frontier-page.png"]))
    assert few.mode == "P"
    assert few.size == whole.size
    assert few.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    near = zip(whole.tobytes(), few.convert("RGB").tobytes(), strict=True)
    far = sum(abs(a - b) > 24 for a, b in near)
    assert far / (3 * whole.width * whole.height) < 0.002
    # Areas, among them the patches of a key, keep their colours to the last bit,
    true, told = (np.asarray(each.convert("RGB")) for each in (whole, few))
    solid = np.ones(true.shape[:2], bool)
    for across in (-1, 0, 1):
        for down in (-1, 0, 1):
            solid &= (np.roll(true, (across, down), (0, 1)) == true).all(axis=2)
    assert (true[solid] == told[solid]).all()
    # and so do the two sides, which are told by theirs.
    seen = few.convert("RGB").getcolors(256)
    assert {ImageColor.getrgb(side) for side in COLOURS} < {colour for _, colour in seen}


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=12))
def test_few_colours_are_kept_as_they_are(colours: list[tuple[int, int, int]]) -> None:
    """Among them the most frequent of many: white is white."""
    rng = np.random.default_rng(len(colours))
    solid = np.full((40, 40, 4), 255, np.uint8)
    solid[:, :, :3] = np.array(colours, np.uint8)[rng.integers(len(colours), size=(40, 40))]
    found = Image.open(io.BytesIO(_few_colours(solid, {"Title": "any"}, 100)))
    assert found.info["Title"] == "any"
    assert (np.asarray(found.convert("RGB")) == solid[:, :, :3]).all()


# The series.


def test_the_series_is_typed_without_options(answers: tuple[LagResult, LagResult]) -> None:
    later = row(answers, answers[0], month="2026-09")
    early = row(answers, month="2026-08", published="")
    found = series([later, early])
    frame = pd.read_csv(io.BytesIO(found.to_csv()))
    assert list(frame["month"]) == ["2026-08", "2026-09"]
    assert frame["reconstructed"].tolist() == [True, False]
    assert frame["reconstructed"].dtype == bool
    for name in (
        "average_months",
        "current_low",
        "gap_high",
        "first_months",
        "revised_low",
        "level",
    ):
        assert frame[name].dtype == float, name
    assert frame["first_months"].isna().tolist() == [True, False]
    assert frame["first_months"][1] == frame["average_months"][1] == answers[0].months
    assert frame["revised_high"][1] == answers[0].high
    assert frame["revised_vintage"].tolist()[1:] == [site_worlds.VINTAGE]
    assert frame["gap"][0] == answers[1].gap.elo
    assert all(column.meaning for column in found.columns)


def test_an_empty_column_has_the_type_of_its_unit() -> None:
    columns = described(
        [Column("a", "", "x", "months"), Column("b", "", "y"), Column("c", "", "z", "ISO date")]
    )
    told = resource("data/t.csv", b"a,b,c\n,,\n", columns, "T")
    assert [f["type"] for f in told["schema"]["fields"]] == ["number", "string", "date"]


def test_a_first_figure_stays_what_it_was(answers: tuple[LagResult, LagResult]) -> None:
    """By its own file, whatever the list says today."""
    found, now = month_json(*answers), Figure.of(answers[0])
    found["answer"]["headline"] |= {"months": 5.0, "low": 4.0, "high": None, "censored": "at-least"}
    place = Row(Month("2026-08", "", official=True), "2026-09-03", "m1", now, now, None)
    rows = [row_of(found, b"", place, "")]
    (cells,) = csv.DictReader(io.StringIO(series(rows).to_csv().decode()))
    told = {key: cells[f"first_{key}"] for key in ("months", "low", "high", "bound")}
    assert told == {"months": "5.0", "low": "4.0", "high": "", "bound": "at-least"}


def test_a_withheld_gap_and_a_bound_are_said(answers: tuple[LagResult, LagResult]) -> None:
    average, current = answers
    bounded = replace(average, censored="at-least", high=None)
    made = row((provisional(bounded), provisional(current)))
    assert (made["average_bound"], made["average_high"]) == ("at-least", None)
    assert (made["gap"], made["gap_low"], made["gap_high"]) == (None, None, None)
    gap = replace(current, estimand="gap", months=None, censored=None)
    assert Figure.of(gap).bound == "withheld"


def test_r_reads_the_series_without_options(
    answers: tuple[LagResult, LagResult], tmp_path: Path
) -> None:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("no Rscript here")
    rows = [row(answers, published=""), row(answers, month="2026-09")]
    (tmp_path / "series.csv").write_bytes(series(rows).to_csv())
    ask = (
        'd <- read.csv("series.csv"); '
        'cat(sapply(d[c("month", "average_months", "reconstructed")], class))'
    )
    told = subprocess.run(
        [program, "-e", ask], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["character", "numeric", "logical"]


# JSON and its schemas.


def month_json(average: LagResult, current: LagResult, **told: str) -> dict[str, Any]:
    usual = {"month": "2026-08", "method": "m1", "published": "2026-09-03"}
    made = lag_json(average, current, official=True, command="elolag lag", **{**usual, **told})
    found: dict[str, Any] = json.loads(to_json(made))
    return found


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(schemas()[f"schemas/{name}-1.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def documents(answers: tuple[LagResult, LagResult]) -> Iterator[tuple[str, dict[str, Any]]]:
    average, current = answers
    yield "lag", month_json(average, current)
    yield "lag", month_json(provisional(average), provisional(current))
    yield "lag", month_json(replace(average, sampling=(1.0, 9.0)), replace(current, match=None))
    yield "lag", month_json(replace(average, censored="at-least", high=None), current)
    for base in ("", "https://example.org/lag"):
        made = latest_json(row(answers), average, SENTENCE, base_url=base, next_figure="2026-09-30")
        yield "latest", json.loads(to_json(made))


def test_every_key_is_in_its_schema_and_none_is_missing(
    answers: tuple[LagResult, LagResult],
) -> None:
    for name, document in documents(answers):
        check = validator(name)
        check.validate(document)
        for key in document:
            less = {k: v for k, v in document.items() if k != key}
            assert not check.is_valid(less), key
        for path in objects(document):
            if path and path[-1] == "policies":
                continue
            more = copy.deepcopy(document)
            place: Any = more
            for step in path:
                place = place[step]
            place["a new key"] = 1
            assert not check.is_valid(more), path


def objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where objects stand in a document; of a list its first; nothing within the policies."""
    if isinstance(value, dict):
        yield path
        for key, held in value.items():
            if key != "policies":
                yield from objects(held, (*path, key))
    elif isinstance(value, list) and value:
        yield from objects(value[0], (*path, 0))


def test_every_field_has_a_meaning_and_every_measure_a_unit() -> None:
    for path, content in schemas().items():
        schema = json.loads(content)
        if "fields" in schema:
            assert all(field["description"] for field in schema["fields"]), path
            continue
        for name, field in properties(schema):
            assert field.get("description") or "$ref" in field, (path, name)
            kinds = (
                {field["type"]}
                if isinstance(field.get("type"), str)
                else set(field.get("type", ()))
            )
            if kinds & {"number", "integer"} and name != "seed":
                assert field["x-unit"], (path, name)


def properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        held = schema.get("properties")
        if isinstance(held, dict):
            yield from held.items()
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


def test_a_month_says_it_in_both_languages_and_on_whose_terms(
    answers: tuple[LagResult, LagResult],
) -> None:
    made = month_json(*answers)
    assert made["sentence"]["en"].startswith(answers[0].sentence()[:20])
    assert "Monat" in made["sentence"]["de"]
    assert [s["sha256"] for s in made["snapshots"]] == [h for _, h in answers[0].snapshots]
    assert all(s["licence"] for s in made["snapshots"])
    assert made["answer"] == json.loads(json.dumps(answers[0].to_dict()))


def test_the_newest_links_from_its_own_place_or_by_address(
    answers: tuple[LagResult, LagResult],
) -> None:
    here = latest_json(row(answers), answers[0], SENTENCE)["links"]
    assert here["lag"] == "2026-08/lag.json"
    base = "https://example.org/x/"
    whole = latest_json(row(answers), answers[0], SENTENCE, base_url=base)["links"]
    assert whole == {name: f"{base}{path}" for name, path in here.items()}


def test_the_newest_says_that_it_is_of_an_official_list() -> None:
    """Series and feed may end with a newer month by a copy (`front.Edition.month`)."""
    schema = json.loads(schemas()["schemas/latest-1.json"])
    assert "newest list of the publisher's own" in schema["description"]
    assert "may end with a newer month by a copy" in schema["description"]
    assert schema["properties"]["month"]["description"].endswith("with an official list")


# The data package.

_TEXT = {"type": "string", "minLength": 1}
#: What Data Package v2 asks of what we use of it.
PROFILE = {
    "type": "object",
    "required": ["$schema", "name", "version", "created", "resources"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
        "title": _TEXT,
        "version": _TEXT,
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "homepage": {"type": "string", "pattern": "^https?://"},
        "licenses": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "anyOf": [{"required": ["name"]}, {"required": ["path"]}],
                "properties": {
                    "name": {"type": "string", "pattern": "^[-a-zA-Z0-9._]+$"},
                    "path": {"type": "string", "pattern": "^https?://"},
                },
                "additionalProperties": False,
            },
        },
        "sources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"title": _TEXT, "path": {"type": "string", "pattern": "^https?://"}},
                "additionalProperties": False,
            },
        },
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path", "type", "hash", "bytes", "schema"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[^/]+$"},
                    "path": {"type": "string", "pattern": r"^(?!.*\.\.)[^/~][^\\:]*$"},
                    "type": {"const": "table"},
                    "title": _TEXT,
                    "format": {"const": "csv"},
                    "mediatype": {"const": "text/csv"},
                    "encoding": {"const": "utf-8"},
                    "bytes": {"type": "integer"},
                    "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                    "schema": {
                        "type": "object",
                        "required": ["fields"],
                        "properties": {
                            "fields": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "object",
                                    "required": ["name", "type"],
                                    "properties": {
                                        "name": _TEXT,
                                        "type": {
                                            "enum": ["string", "number", "integer", "boolean",
                                                     "date", "yearmonth"]
                                        },
                                        "title": _TEXT,
                                        "description": _TEXT,
                                        "unit": _TEXT,
                                    },
                                    "additionalProperties": False,
                                },
                            },
                            "missingValues": {"const": [""]},
                        },
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}  # fmt: skip


def test_a_data_package_describes_every_table(answers: tuple[LagResult, LagResult]) -> None:
    content = {
        "series.csv": series([row(answers, published="")]),
        "2026-08/data/things.csv": table(),
    }
    held = [
        resource(path, each.to_csv(), described(each.columns), each.caption)
        for path, each in content.items()
    ]
    made = datapackage(
        held, created="2026-08-19", origins=answers[0].origins, base_url="https://example.org"
    )
    found = json.loads(made)
    jsonschema.Draft202012Validator(PROFILE).validate(found)
    for each in found["resources"]:
        data = content[each["path"]].to_csv()
        assert each["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert each["bytes"] == len(data)
        header = next(csv.reader(io.StringIO(data.decode())))
        assert [field["name"] for field in each["schema"]["fields"]] == header
    of = {f["name"]: f["type"] for f in found["resources"][0]["schema"]["fields"]}
    kinds = ("month", "vintage", "first_months", "reconstructed", "sha256", "average_bound")
    assert [of[name] for name in kinds] == [
        "yearmonth", "date", "number", "boolean", "string", "string"
    ]  # fmt: skip
    same = json.loads(schemas()["schemas/series-1.json"])
    assert same == found["resources"][0]["schema"]
    things = [f["type"] for f in found["resources"][1]["schema"]["fields"]]
    assert things == ["string", "string", "number", "boolean"]


@pytest.mark.parametrize(
    ("cells", "unit", "kind"),
    [(("1", "", "-2"), "votes", "integer"), (("1", "2.5"), "", "number"), (("007",), "", "string"),
     (("1e-05",), "", "number"), (("true", "false"), "", "boolean"), (("", ""), "", "string"),
     (("2026-08-19",), "ISO date", "date"), (("2026",), "ISO date", "string"),
     (("2026-08-19",), "", "string"), (("0f",), "", "string")],
)  # fmt: skip
def test_a_type_is_what_every_cell_is(cells: tuple[str, ...], unit: str, kind: str) -> None:
    content = "\n".join(("x", *(c or '""' for c in cells), "")).encode()
    columns = [{"name": "x", "title": "", "description": "", "unit": unit}]
    assert resource("x.csv", content, columns, "X")["schema"]["fields"][0]["type"] == kind


def test_names_are_text_though_all_of_them_look_like_numbers() -> None:
    """Read as a number, method 2026.10 would be 2026.1."""
    columns = described([Column("method", "", "of the figure"), Column("month", "", "its month",
                         "year and month"), Column("model", "", "whose")])  # fmt: skip
    content = b"method,month,model\n2026.10,2026-08,4\n2026.11,2026-10,5\n"
    told = resource("months/data/record.csv", content, columns, "T")
    assert [f["type"] for f in told["schema"]["fields"]] == ["string", "yearmonth", "string"]


def test_columns_that_are_not_described_are_refused() -> None:
    with pytest.raises(UsageError, match=r"a\.csv: has columns \['name', 'day'"):
        resource("a.csv", table().to_csv(), described(COLUMNS[:2]), "A")


# The feed.


def entry(key: str = "months/2026-08", **rest: Any) -> Entry:
    facts = {
        "title": "August 2026", "summary": "About 7 months.", "path": "2026-08/index.html",
        "day": "2026-09-01", **rest,
    }  # fmt: skip
    return Entry(key, **facts)


def feed(*entries: Entry, base: str = "", updated: str = "2026-08-19") -> bytes:
    return atom(entries, title="The lag", author="Who answers", updated=updated, base_url=base)


@pytest.mark.parametrize("base", ["", "https://example.org/lag", "https://example.org/lag/"])
def test_the_feed_is_one_by_its_rules(base: str, tmp_path: Path) -> None:
    correction = entry(
        "corrections/2026-08/1", path="corrections/2026-08.html#c1", day="2026-10-02"
    )
    (tmp_path / "feed.xml").write_bytes(feed(entry(), correction, base=base))
    found = checks.opens(tmp_path / "feed.xml")
    assert [e.link.rpartition("/")[2] for e in found.entries] == ["2026-08.html#c1", "index.html"]
    assert found.feed.updated == "2026-10-02T00:00:00Z"
    start = "https://example.org/lag/" if base else "tag:elolag.invalid,2026:"
    assert [e.id for e in found.entries] == [
        f"{start}corrections/2026-08/1", f"{start}months/2026-08"
    ]  # fmt: skip
    assert all(e.link.startswith("https://example.org/lag/") for e in found.entries) == bool(base)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_in_the_feed_is_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(feed(entry(title=text, summary=f"a {text} b")))
    found = checks.opens(tmp_path / "feed.xml")
    shown = elolag.results.words.printable(text)
    root = checks.xml((tmp_path / "feed.xml").read_bytes())
    assert root.findtext(f"{checks.ATOM}entry/{checks.ATOM}title") == shown
    assert found.entries[0].summary_detail.type == "text/plain"


def test_the_feed_has_no_clock_and_no_key_twice() -> None:
    assert feed(entry()) == feed(entry())
    assert b"<updated>2027-01-01T" in feed(entry(), updated="2027-01-01")
    with pytest.raises(UsageError, match="'months/2026-08'"):
        feed(entry(), entry(title="other"))


# The page to embed.


def embedded(result: LagResult, **rest: Any) -> bytes:
    drawings = {s: svg(frontier(result, size=s, title=""), f"e-{s}") for s in ("page", "phone")}
    facts = {
        "title": "China trails", "alt": "Two lines", "credit": ("Arena, 2026-08-19.", "95%."),
        "link": Link("How it is made", "https://example.org/2026-08/index.html"), **rest,
    }  # fmt: skip
    return embed(drawings, **facts)


def test_an_embedded_chart_runs_and_loads_nothing(
    answers: tuple[LagResult, LagResult], tmp_path: Path
) -> None:
    content = embedded(answers[1], title=HOSTILE[0], alt=HOSTILE[1], credit=HOSTILE[2:4])
    assert checks.html(content) == []
    assert checks.csp(content) == []
    (tmp_path / "embed.html").write_bytes(content)
    assert checks.links(tmp_path, ["https://example.org/"]) == []
    assert checks.links(tmp_path) != []
    assert b"window.owned=1</script>" not in content
    assert b'lang="en"' in content
    assert b"prefers-color-scheme: dark" in content
    assert embedded(answers[1]) == embedded(answers[1])


@pytest.mark.slow
def test_an_embedded_chart_conforms(answers: tuple[LagResult, LagResult], tmp_path: Path) -> None:
    if isinstance(checks.nu(), str):
        pytest.skip(str(checks.nu()))
    (tmp_path / "embed.html").write_bytes(embedded(answers[1]))
    assert checks.conforms([tmp_path / "embed.html"]) == []


# The checks find what they are for.

GOOD = (
    '<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; base-uri 'none'; form-action 'none'\"><title>t</title></head>"
    '<body><main><h1 id="a">t</h1><a href="#a">x</a></main></body></html>'
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('href="#a"', 'href="#b"', "no such anchor"),
        ('href="#a"', 'href="b.html"', "leads nowhere"),
        ('href="#a"', 'href="sub"', "leads nowhere"),
        ('href="#a"', 'href="/index.html"', "not relative"),
        ('href="#a"', 'href="../x.html"', "out of the site"),
        ('href="#a"', 'href="https://example.com/"', "leads outside"),
        ('href="#a"', 'href="//example.com/"', "leads outside"),
        ("</main>", '<img src="https://example.org/x.png" alt=""></main>', "leads outside"),
        ("</head>", '<link rel="icon" href="https://example.org/x.ico"></head>', "leads outside"),
        ("</head>", "<style>a{background:url(x)}</style></head>", "style loads"),
    ],
)
def test_links_are_followed(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "sub").mkdir()
    page = tmp_path / "index.html"
    page.write_text(GOOD, "utf-8")
    assert checks.links(tmp_path, ["https://example.org/"]) == []
    page.write_text(GOOD.replace(old, new), "utf-8")
    (fault,) = checks.links(tmp_path, ["https://example.org/"])
    assert said in fault


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</main>", "<p style='color:red'>x</p></main>", "style attribute"),
        ("</main>", "<p onclick='x()'>x</p></main>", "handler onclick"),
        ("</main>", "<script>x()</script></main>", "refuses a script"),
        ("</head>", "<style>p{}</style></head>", "refuses a style"),
        ("form-action 'none'", "form-action 'none'; style-src 'sha256-x'", "is not there"),
        ("'none'; base", "'unsafe-inline'; base", "unsafe"),
        ("base-uri 'none';", "", "base-uri"),
        ('href="#a"', 'href="javascript:x()"', "runs"),
        ("<head>", "<head><link rel='icon' href='x'>", "before the policy"),
        ("Content-Security-Policy", "other", "0 policies"),
    ],
)
def test_a_policy_is_held(old: str, new: str, said: str) -> None:
    assert checks.csp(GOOD.encode()) == []
    assert any(said in fault for fault in checks.csp(GOOD.replace(old, new).encode()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</a>", "</a></p>", "unexpected"),
        ("</main>", "<h3>x</h3></main>", "h3 after h1"),
        ("</main>", "<i id='a'></i></main>", "'a' 2 times"),
        ("</main>", "<img src='x'></main>", "without alt"),
        ("</main>", "<div role='img'></div></main>", "without a name"),
        ("</main>", "<p aria-labelledby='z'>x</p></main>", "which is not there"),
        ("<title>t</title>", "", "no title"),
        (' lang="en"', "", "no language"),
    ],
)
def test_a_page_is_checked(old: str, new: str, said: str) -> None:
    assert checks.html(GOOD.encode()) == []
    assert any(said in fault for fault in checks.html(GOOD.replace(old, new).encode()))


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.json", b'{"a": NaN}'), ("a.svg", b"<svg/>"), ("a.png", b"\x89PNG"),
     ("a.bib", b"@misc{a, title={x}"), ("a.xml", b"<feed/>"), ("a.exe", b"x"), ("a.html", b"<p>"),
     ("a.xlsx", b"PK"), ("a.pdf", b"%PDF-1.7"), ("a.txt", b"a\r\n"), ("a.txt", b"\xff")],
)  # fmt: skip
def test_a_download_that_is_broken_does_not_open(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Exception, match=r"\S"):
        checks.opens(tmp_path / name)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<author><name>Who answers</name></author>", b"", "no author"),
        (b"<updated>2026-09-01T00:00:00Z</updated>", b"<updated>2026-09-01</updated>", "updated"),
        (b"<id>tag:elolag.invalid,2026:months/2026-08</id>", b"<id>x</id>", "id is 'x'"),
        (b'<title type="text">August 2026</title>', b"", "not one title"),
        (b'<summary type="text">', b'<summary type="html">', "not plain text"),
    ],
)
def test_a_feed_is_checked(old: bytes, new: bytes, said: str) -> None:
    content = feed(entry())
    assert old in content
    assert checks.faults_of_atom(checks.xml(content)) == []
    faults = checks.faults_of_atom(checks.xml(content.replace(old, new)))
    assert any(said in fault for fault in faults)
