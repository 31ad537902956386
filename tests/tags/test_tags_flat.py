"""One flat file of tags: new models, known models, and what is refused by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from elolag import tags
from elolag.errors import TagError, UsageError
from elolag.own.board import _TAGS
from elolag.tags import Lookup


def load(tmp_path: Path, *rows: str, header: str = "") -> Lookup:
    path = tmp_path / "mine.csv"
    named = header or "entry,model,lab,country,release_date,openness,note"
    path.write_text("\n".join([named, *rows]) + "\n", "utf-8")
    return Lookup(tags.load(path))


def test_the_template_tags_models_nobody_knows(tmp_path: Path):
    path = tmp_path / "mine.csv"
    path.write_text(_TAGS, "utf-8")
    lookup = Lookup(tags.load(path))
    low, high = (lookup.alias("own", f"Alder 3 ({e} effort)") for e in ("low", "high"))
    assert low is not None
    assert high is not None
    assert low.model == high.model == "alder-3"
    birch = lookup.tag("birch-large")
    assert (birch.country, birch.release_date, birch.lab) == ("US", "2025-02-18", "example-works")
    assert birch.opened > birch.released
    ginkgo = lookup.tag("ginkgo-2")
    assert (ginkgo.precision, ginkgo.country) == ("month", "CN")
    assert ginkgo.opened == ginkgo.released


def test_known_labs_and_models_fill_the_gaps(tmp_path: Path):
    ours = Lookup(tags.load())
    lookup = load(
        tmp_path,
        "our name for it,kimi-k3,,,,,",
        "new-one,,OpenAI,,2026-07-01,,",
        "dated,,Moonshot AI,china,1.8.2026,open,",
        "gpt-5,gpt-5,,,2025-08-08,,",
    )
    alias = lookup.alias("own", "our name for it")
    assert alias is not None
    assert lookup.tag(alias.model) == ours.tag("kimi-k3")
    assert lookup.tag("new-one").lab == "openai"
    assert lookup.tag("new-one").country == "US"
    assert lookup.tag("dated").release_date == "2026-08-01"
    assert lookup.tag("dated").country == "CN"
    assert lookup.tag("gpt-5").release_date == "2025-08-08"
    assert lookup.tag("gpt-5").lab == "openai"
    assert lookup.tag("gpt-4-0314") == ours.tag("gpt-4-0314")


def test_a_country_of_the_user_s_own_wins_for_its_lab(tmp_path: Path):
    lookup = load(tmp_path, "x,,mistral,US,2026-01-01,closed,")
    assert lookup.tag("x").country == "US"


def test_excel_s_dialect_and_other_columns_orders(tmp_path: Path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "Release_Date;Entry;Lab;Country\r\n19.08.2026;Größe 1;Beispiel;DE\r\n", "cp1252"
    )
    lookup = Lookup(tags.load(path))
    alias = lookup.alias("own", "Größe 1")
    assert alias is not None
    assert lookup.tag(alias.model).release_date == "2026-08-19"
    assert lookup.tag(alias.model).country == "DE"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (("a,,Lab,US,,,",), "line 2: no release_date for 'a'"),
        (("a,,,US,2026-01-01,,",), "line 2: no lab for 'a'"),
        (("a,,Lab,,2026-01-01,,",), "line 2: no country for lab 'lab'"),
        (("a,,Lab,XX,2026-01-01,,",), "line 2: country 'XX' is not"),
        (("a,,Lab,US,01/02/2026,,",), "line 2: not an ISO date"),
        (("a,,Lab,US,2026-02,perhaps,",), "line 2: openness 'perhaps'"),
        (("a,,Lab,US,2026-02-01,2025-01-01,",), "weights_date 2025-01-01 lies before"),
        ((",,Lab,US,2026-02-01,,",), "line 2: no entry"),
        (("unknown,,Lab,US,2026-02-01,,",), "makes no model key"),
        (("a,,Lab,US,2026-02-01,,", "a,,,,,,"), "line 3: 'a' would be the same model"),
        (("a b,,Lab,US,2026-02-01,,", "A/b,,,,,,"), "line 3: 'A/b' would be the same model"),
        (("a,m,Lab,US,2026-02-01,,", "a,m,,,,,"), "line 3: 'a' .*stands twice"),
        (("a,m,Lab,US,2026-02-01,,", "b,m,,,2026-02-02,,"), "line 3: the facts of model 'm'"),
        (("a,,Lab,US,2026-02-01,,", "b,,Lab,CN,2026-02-01,,"), "line 3: lab 'lab' is in CN"),
        (("a,,Lab,US,2026-02-01",), "line 2: 5 cells where 7"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, rows: tuple[str, ...], message: str):
    with pytest.raises((TagError, UsageError), match=message) as caught:
        load(tmp_path, *rows)
    assert caught.value.exit_code == 2
    assert "mine.csv" in str(caught.value)


def test_a_misspelt_column_is_named(tmp_path: Path):
    with pytest.raises(TagError, match="unknown column 'contry'; did you mean 'country'"):
        load(tmp_path, "a,Lab,US,2026-01-01", header="entry,lab,contry,release_date")


def test_a_digest_names_the_file_or_the_folder(tmp_path: Path):
    one = tmp_path / "one.csv"
    one.write_text(_TAGS, "utf-8")
    assert len(tags.digest(one)) == 64
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "labs.csv").write_text("x", "utf-8")
    before = tags.digest(folder)
    (folder / "models.csv").write_text("x", "utf-8")
    assert tags.digest(folder) != before


@pytest.mark.parametrize("country", ["China, United States", "CN,US", "France,China", "US, CN, "])
def test_two_countries_in_a_cell_are_refused_with_their_line(tmp_path: Path, country: str):
    said = rf"mine\.csv, line 3: country '{country.strip()}' names more than one; write the one"
    with pytest.raises(TagError, match=said):
        load(
            tmp_path,
            "us-1,,Acme,US,2025-01-10,closed,",
            f'cn-3,,Bamboo2,"{country}",2026-06-10,open,',
        )


@pytest.mark.parametrize("country", ["China, China", "CN, china", "China,"])
def test_one_country_twice_in_a_cell_is_one(tmp_path: Path, country: str):
    lookup = load(tmp_path, f'cn-3,,Bamboo2,"{country}",2026-06-10,open,')
    assert lookup.tag("cn-3").country == "CN"
