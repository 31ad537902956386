"""The data files keep their schema; a user's file with a mistake gets one clear error."""

from __future__ import annotations

import csv
import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.countries import ISO_3166, codes
from elolag.errors import ElolagError, TagError, UsageError
from elolag.tags import Lookup, Tables, load
from elolag.tags.rows import labs_of, organisations
from elolag.tags.tables import _DATE_BASES, _PRECISIONS, _Layer

DATA = resources.files("elolag.tags") / "data"
KEYS = {
    "labs": ("lab", "from"),
    "models": ("model",),
    "aliases": ("entry", "source"),
    "organisations": ("organisation",),
    "exceptions": ("kind", "subject"),
}
MODELS = "model,lab,release_date,precision,date_basis,weights_date,base,evidence,note"
LABS = "lab,name,parent,country,from,until,other_sites,evidence,note"
ALIASES = "source,entry,model,effort,note"


def rows(name: str) -> list[dict[str, str]]:
    text = (DATA / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("name", KEYS)
def test_a_data_file_is_sorted_with_one_row_per_line(name: str) -> None:
    text = (DATA / f"{name}.csv").read_bytes().decode("utf-8")
    assert "\r" not in text
    assert text.endswith("\n")
    found = rows(name)
    assert len(text.splitlines()) == len(found) + 1
    keys = [tuple(row[column] for column in KEYS[name]) for row in found]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert all(value == value.strip() for row in found for value in row.values())


def test_every_model_has_evidence_a_reader_can_open() -> None:
    named = re.compile(
        r"https?://|models\.dev|Epoch|Artificial Analysis|HELM|llmfit|OpenAI API changelog"
        r"|\w+/[\w.-]+ |name|first listed|arena|Arena|README|lmarena|Hugging Face"
    )
    for row in rows("models"):
        assert named.search(row["evidence"]), row["model"]
    assert all(row["evidence"] for row in rows("labs"))


def test_a_fallback_date_says_so_in_its_evidence() -> None:
    for row in rows("models"):
        assert (row["date_basis"] == "first listed") == row["evidence"].startswith("first listed")


def test_no_row_names_a_place_only_one_machine_has() -> None:
    local = re.compile(r"(?<![\w:/.~#-])/[a-z]+/|file://|[A-Z]:\\|localhost", re.ASCII)
    for name in KEYS:
        for row in rows(name):
            for value in row.values():
                assert not local.search(value or ""), (name, row)


def test_what_has_no_source_bears_one_mark() -> None:
    other_words = re.compile(
        r"\b(?:knowledge|from memory|I think|probably unverified)\b|UNVERIFIED"
    )
    for name in ("labs", "models", "aliases"):
        for row in rows(name):
            assert not other_words.search(row.get("evidence", "") + row["note"]), row


def test_labs_are_used_and_organisations_name_labs(tables: Tables) -> None:
    assert {row.lab for row in tables.models.values()} == set(tables.labs)
    assert set(organisations().values()) <= set(tables.labs)


def test_words_for_precision_and_basis_are_all_in_use(tables: Tables) -> None:
    assert {row.precision for row in tables.models.values()} == set(_PRECISIONS)
    assert {row.date_basis for row in tables.models.values()} == set(_DATE_BASES)


def test_a_derivative_stands_on_another_labs_model(tables: Tables) -> None:
    for row in tables.models.values():
        if row.base:
            assert tables.models[row.base].lab != row.lab, row.model


def test_headquarters_are_iso_codes() -> None:
    assert len(ISO_3166) == 249
    assert {"CN", "HK", "TW", "US"} <= ISO_3166
    assert {"UK", "EU", "XX"}.isdisjoint(ISO_3166)
    assert codes("China,United States of America,Multinational") == ("CN", "US")
    assert codes("") == ()


def test_organisations_are_found_however_they_are_spelled() -> None:
    assert labs_of("Z.ai (Zhipu AI),Tsinghua University") == ("zai", "tsinghua")
    assert labs_of("moonshotai") == labs_of("Moonshot AI") == ("moonshot",)
    assert labs_of("Nobody & Sons") == ()


def write(folder: Path, header: str, *lines: str, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


GOOD_MODEL = "new-model,openai,2026-05-01,day,api,,,a page,"
MISTAKES = {
    "unknown column": (MODELS + ",licence", GOOD_MODEL + ",MIT", "line 1", "'licence'"),
    "missing column": (MODELS.replace(",base", ""), GOOD_MODEL, "line 1", "'base'"),
    "another table": ("a,b,c", "1,2,3", "line 1", "'a,b,c'"),
    "bad ISO code": (LABS, "acme,Acme,,UK,,,,page,", "line 2", "'UK'"),
    "bad site": (LABS, 'acme,Acme,,US,,,"FR, UK",page,', "line 2", "'UK'"),
    "unparsable date": (MODELS, GOOD_MODEL.replace("2026-05-01", "1 May"), "line 2", "'1 May'"),
    "impossible date": (
        MODELS,
        GOOD_MODEL.replace("2026-05-01", "2026-02-30"),
        "line 2",
        "'2026-02-30'",
    ),
    "unknown precision": (MODELS, GOOD_MODEL.replace(",day,", ",week,"), "line 2", "'week'"),
    "unknown basis": (MODELS, GOOD_MODEL.replace(",api,", ",rumour,"), "line 2", "'rumour'"),
    "weights before release": (
        MODELS,
        GOOD_MODEL.replace("api,,", "api,2026-04-01,"),
        "line 2",
        "2026-04-01",
    ),
    "unknown lab": (MODELS, GOOD_MODEL.replace("openai", "acme"), "line 2", "'acme'"),
    "unknown base": (MODELS, GOOD_MODEL.replace("api,,", "api,,gpt-99"), "line 2", "'gpt-99'"),
    "key with a space": (MODELS, GOOD_MODEL.replace("w-m", "w m"), "line 2", "'new model'"),
    "reserved key": (MODELS, GOOD_MODEL.replace("new-model", "unknown"), "line 2", "'unknown'"),
    "unknown model": (ALIASES, "*,My Entry,gpt-99,,", "line 2", "'gpt-99'"),
    "unknown source": (ALIASES, "arena,My Entry,gpt-5,,", "line 2", "'arena'"),
    "empty entry": (ALIASES, "*,,gpt-5,,", "line 2", "entry"),
    "too few fields": (ALIASES, "*,My Entry", "line 2", "2 fields"),
    "torn quotes": (ALIASES, '*,"My Entry,gpt-5,,', "line 2", "CSV"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("header", "words"), [("", "line 1: no table; it wants one of"), ("entry,rating", "none of")]
)
def test_a_table_of_something_else_learns_what_a_table_of_tags_is(
    header: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(TagError, match=f"{words}: entry,model,lab,country,") as error:
        load(write(tmp_path, header))
    assert str(error.value).endswith("; an example: elolag template tags")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_names_file_line_and_value(mistake: str, tmp_path: Path) -> None:
    header, line, where, value = MISTAKES[mistake]
    path = write(tmp_path, header, line)
    with pytest.raises(TagError) as error:
        load(path)
    message = str(error.value)
    assert "mine.csv" in message
    assert where in message
    assert value in message
    assert "\n" not in message


def test_a_duplicate_names_both_lines(tmp_path: Path) -> None:
    path = write(tmp_path, ALIASES, "*,My Entry,gpt-5,,", "*,Other,gpt-5,,", "*,My Entry,gpt-5,,")
    with pytest.raises(TagError, match=r"line 4: 'My Entry' of '\*' stands twice.*line 2"):
        load(path)
    path = write(tmp_path, MODELS, GOOD_MODEL, GOOD_MODEL)
    with pytest.raises(TagError, match="line 3: 'new-model' stands twice"):
        load(path)


def test_a_circle_of_bases_is_refused(tmp_path: Path) -> None:
    lines = [f"{a},openai,2026-05-01,day,api,,{b},page," for a, b in (("aa", "bb"), ("bb", "aa"))]
    with pytest.raises(TagError, match="circle: aa -> bb -> aa|circle: bb -> aa -> bb"):
        load(write(tmp_path, MODELS, *lines))


def test_two_headquarters_at_one_time_are_refused(tmp_path: Path) -> None:
    lines = "acme,Acme,,US,,2025-01-31,,p,", "acme,Acme,,GB,2025-01-31,,,p,"
    with pytest.raises(TagError, match="line 3: lab 'acme' has two rows"):
        load(write(tmp_path, LABS, *lines))


def test_a_release_no_headquarters_covers_is_refused(tmp_path: Path) -> None:
    write(tmp_path, LABS, "acme,Acme,,US,2026-06-01,,,p,", name="labs.csv")
    write(tmp_path, MODELS, GOOD_MODEL.replace("openai", "acme"), name="models.csv")
    with pytest.raises(
        TagError, match=r"labs\.csv, line 2: no row of lab 'acme' covers 2026-05-01.*models"
    ):
        load(tmp_path)


def test_a_move_of_headquarters_counts_from_its_day(tmp_path: Path) -> None:
    rows_of_labs = "acme,Acme,,FR,,2026-01-31,,p,", "acme,Acme,,US,2026-02-01,,,p,"
    write(tmp_path, LABS, *rows_of_labs, name="labs.csv")
    lines = [
        f"m{i},acme,{date},day,api,,,p," for i, date in enumerate(("2026-01-31", "2026-02-01"))
    ]
    write(tmp_path, MODELS, *lines, name="models.csv")
    lookup = Lookup(load(tmp_path))
    assert [lookup.tag(f"m{i}").country for i in range(2)] == ["FR", "US"]


def test_a_user_s_rows_win(tmp_path: Path, tables: Tables) -> None:
    assert tables.models["gpt-5"].release_date != "2025-08-01"
    line = "gpt-5,meta,2025-08-01,day,api,,,mine,"
    layered = load(write(tmp_path, MODELS, line))
    assert Lookup(layered).tag("gpt-5").lab == "meta"
    assert len(layered.models) == len(tables.models)


@pytest.mark.parametrize("entry", ["kimi-k3-max", "glob:kimi-k3*"])
def test_a_user_s_alias_wins_over_any_of_ours(entry: str, tmp_path: Path, lookup: Lookup) -> None:
    before = lookup.alias("arena-dataset", "kimi-k3-max")
    assert before is not None
    assert before.model == "kimi-k3"
    layered = Lookup(load(write(tmp_path, ALIASES, f"*,{entry},gpt-5,,")))
    found = layered.alias("arena-dataset", "kimi-k3-max")
    assert found is not None
    assert found.model == "gpt-5"
    epoch = write(tmp_path, ALIASES, "*,Command R+,gpt-5,,")
    named = Lookup(load(epoch)).alias("epoch-eci", "a-key", "Command R+")
    assert named is not None
    assert named.model == "gpt-5"


def test_a_folder_of_tables_is_one_layer(tmp_path: Path) -> None:
    write(tmp_path, LABS, "acme,Acme,,HK,,,,p,", name="labs.csv")
    write(tmp_path, MODELS, "acme-1,acme,2026-05-01,day,api,,,p,", name="models.csv")
    write(tmp_path, ALIASES, "*,Acme One,acme-1,,", name="aliases.csv")
    lookup = Lookup(load(tmp_path))
    found = lookup.alias("arena-web", "Acme One")
    assert found is not None
    assert lookup.tag(found.model).country == "CN"  # Hong Kong counts with China by default


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.csv"):
        load(tmp_path / "nowhere.csv")
    (tmp_path / "latin.csv").write_bytes(b"caf\x81")
    with pytest.raises(UsageError, match=r"latin\.csv"):
        load(tmp_path / "latin.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"none of labs\.csv"):
        load(tmp_path / "empty")


def test_a_file_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{MODELS}\r\n{GOOD_MODEL}\r\n".encode())
    assert "new-model" in load(path).models


@search(150)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.csv"
        path.write_text(f"{ALIASES}\n{text}", encoding="utf-8", errors="replace")
        said = "mine.csv"
        try:
            load(path)
        except ElolagError as error:
            said = str(error)
        assert "mine.csv" in said


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "  "])
def test_tables_of_a_users_folder_are_tidied_like_flat_ones(tmp_path: Path, blank: str) -> None:
    """Odd blanks and other normal forms in labs, models and aliases match the plain name."""
    rows = {
        "labs": f"lab,name,parent,country,from,until,other_sites,evidence,note\n"
        f"ac-me,Ac{blank}Me, ,US,,,,{blank}seen,\n",
        "models": "model,lab,release_date,precision,date_basis,weights_date,base,evidence,note\n"
        f"gpt-x,ac-me{blank},2025-10-10,day,announcement,,,seen,\n",
        "aliases": f"source,entry,model,effort,note\n*,GPT{blank}5 Tu\u0308lu,gpt-x,,\n",
    }
    for name, text in rows.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    found = load(tmp_path)
    assert found.labs["ac-me"][0].name == "Ac Me"
    assert found.models["gpt-x"].lab == "ac-me"
    assert [alias.entry for alias in found.overrides] == ["GPT 5 T\u00fclu"]
    alias = Lookup(found).alias("arena-dataset", "GPT 5 T\u00fclu")
    assert alias is not None
    assert alias.model == "gpt-x"


def test_our_tables_are_parsed_once_and_loads_share_no_dictionary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = load()
    monkeypatch.delattr(_Layer, "take")
    assert load() == first
    assert load().models is not first.models
