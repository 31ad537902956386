"""The recipe for R: what `read.csv` makes of `series.csv`, by its documented rules.

R itself is not run. Its rules for the type of a column (`?read.csv`, `?type.convert`, R 4) are
written down here, small: all blank or NA, then logical, integer, double, else character.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from elolag.site import history, programs

ROOT = Path(__file__).resolve().parent.parent
TRUE, FALSE = {"T", "TRUE", "True", "true"}, {"F", "FALSE", "False", "false"}
MISSING = {"NA"}
NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?0[xX][0-9a-fA-F]+|[-+]?(Inf|inf|NaN)"
#: What the recipe calls; all of them come with R, in base, utils, graphics or stats.
BASE = {"read.csv", "c", "as.Date", "plot", "range", "segments", "tail"}


def column(cells: list[str], *, text: bool = False) -> tuple[str, list[Any]]:
    """Type and values of one column; `text` as ``colClasses = "character"`` has it."""
    if text:
        return "character", [None if cell in MISSING else cell for cell in cells]
    # Blanks are missing in every type but text.
    bare = [cell.strip() for cell in cells]
    given = [cell for cell in bare if cell and cell not in MISSING]
    gone = [not cell or cell in MISSING for cell in bare]

    def every(pattern: str) -> bool:
        return all(re.fullmatch(pattern, cell) for cell in given)

    if set(given) <= TRUE | FALSE:
        return "logical", [None if g else c in TRUE for g, c in zip(gone, bare, strict=True)]
    if every(r"[-+]?\d+") and all(abs(int(cell)) < 2**31 for cell in given):
        return "integer", [None if g else int(c) for g, c in zip(gone, bare, strict=True)]
    if every(NUMBER):
        hexed = [float.fromhex(c) if re.search("[xX]", c) else c for c in bare]
        return "double", [None if g else float(c) for g, c in zip(gone, hexed, strict=True)]
    return "character", [None if cell in MISSING else cell for cell in cells]


def read(data: str, texts: Collection[str] = ()) -> dict[str, tuple[str, list[Any]]]:
    """What ``read.csv`` gives: a header, commas, double quotes."""
    header, *rows = csv.reader(io.StringIO(data))
    assert all(len(row) == len(header) for row in rows)
    return {
        name: column([row[at] for row in rows], text=name in texts)
        for at, name in enumerate(header)
    }


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["", ""], "logical", [None, None]),
        (["true", ""], "logical", [True, None]),
        (["1", "2", ""], "integer", [1, 2, None]),
        (["1", "2147483648"], "double", [1.0, 2147483648.0]),
        (["1", "-0.5", "1e3", " "], "double", [1.0, -0.5, 1000.0, None]),
        (["0x1F", "1.5"], "double", [31.0, 1.5]),
        (["1.5", "about 2"], "character", ["1.5", "about 2"]),
        (["2026-10", ""], "character", ["2026-10", ""]),
        (["NA", "x"], "character", [None, "x"]),
        (["true", "1"], "character", ["true", "1"]),
    ],
)
def test_the_rules_are_those_of_type_convert(
    cells: list[str], kind: str, values: list[Any]
) -> None:
    assert column(cells) == (kind, values)


@pytest.fixture(scope="module")
def recipe() -> str:
    page = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    (found,) = re.findall(
        r"^```r\n((?:(?!```).*\n)*?.*series\.csv.*\n(?:(?!```).*\n)*)```$", page, flags=re.M
    )
    return str(found)


def test_the_recipe_is_five_lines_of_base_r(recipe: str) -> None:
    assert len(recipe.splitlines()) == 5
    assert set(re.findall(r"([A-Za-z_.][\w.]*)\(", recipe)) == BASE
    assert "library" not in recipe
    for line in recipe.splitlines():
        bare = re.sub(r'"[^"]*"', "", line)
        assert all(bare.count(a) == bare.count(b) for a, b in ("()", "[]"))


def test_what_the_recipe_names_is_read_as_what_it_takes(recipe: str) -> None:
    of = history.Figure
    months = [
        ("2026-08", of(None, None, None, "withheld"), True, "1.9", None),
        ("2026-09", of(-0.25, -1.0, None, "at-least"), False, "1.9", of(6.5, 5.0, 8.0)),
        ("2026-10", of(7, 5.5, 8.25), False, "1.10", None),
    ]
    rows: list[dict[str, Any]] = [
        {
            **dict.fromkeys(column.key for column in programs._COLUMNS),
            "month": month, "vintage": f"{month}-03", "as_of": f"{month}-28", "level": 0.95,
            "gap_high": 12.0, "gap_unit": "Elo", "method": method, "reconstructed": early,
            "sha256": "0a" * 32,
            **{f"{name}_{key}": value
               for name, figure in (("average", average), ("current", average), ("first", first))
               if figure for key, value in asdict(figure).items()},
        }
        for month, average, early, method, first in months
    ]  # fmt: skip
    data = programs.series(rows).to_csv().decode("utf-8")
    found = read(data, texts=re.findall(r"c\((\w+) = \"character\"\)", recipe))
    named = {*re.findall(r"lag\$(\w+)", recipe), *re.findall(r'"(\w+)"[,)\]]', recipe)}
    named -= {"character", "b"}
    assert named <= set(found)
    assert len(named) >= 6
    assert found["average_months"] == ("double", [None, -0.25, 7.0])
    assert found["average_low"] == ("double", [None, -1.0, 5.5])
    assert found["average_high"] == ("double", [None, None, 8.25])
    assert found["average_bound"] == ("character", ["withheld", "at-least", "figure"])
    assert found["reconstructed"] == ("logical", [True, False, False])
    assert found["month"][0] == "character"
    # Without its class 1.10 would be 1.1.
    assert found["method"] == ("character", ["1.9", "1.9", "1.10"])
    assert read(data)["method"] == ("double", [1.9, 1.9, 1.1])
    # as.Date takes ISO dates; the class is the column's own.
    assert found["as_of"][0] == "character"
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) for day in found["as_of"][1])
    # Names are kept as they are: make.names would change none.
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in found)
