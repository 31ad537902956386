"""Votes as people have them: names, winners and files that could be read as something else."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import unicodedata
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from votes_world import plain_name

import elolag
from elolag.errors import UsageError
from elolag.sources.sheet import tidy
from elolag.votes import RatedVotes

TRAIL = """\
model_a,model_b,winner
alpha,beta ,model_a
beta ,alpha,model_a
alpha,beta ,tie
gamma,alpha,tie
beta ,gamma,model_a
gamma,beta ,model_a
"""
THREE = {"left": ["x", "y", "x"], "right": ["y", "x", "z"], "winner": ["left", "left", "tie"]}


def rated(text: str, folder: Path) -> RatedVotes:
    path = folder / "v.csv"
    path.write_text(text, "utf-8")
    return elolag.rate(path)


# Few votes


def test_ties_alone_have_an_error(tmp_path: Path):
    found = rated("model_a,model_b,winner\na,b,tie\nb,c,tie\na,c,tie\n", tmp_path)
    assert found.ratings.se.min() > 50


def test_a_newcomer_of_one_tie_is_not_called_the_highest(tmp_path: Path):
    settled = "a,b,left\na,b,left\nb,a,left\n" * 20
    found = rated(f"left,right,winner\n{settled}0-new,a,tie\n", tmp_path)
    assert "a stands highest (of those with at least 10 votes) at" in found.sentence()
    table = found.to_frame().set_index("entry")
    assert table.loc["0-new", "upper"] - table.loc["0-new", "lower"] > 800


# Winners and models


def test_a_winner_that_is_a_side_and_a_model_is_refused(tmp_path: Path):
    for model in ("A", "Left", "tie"):
        text = f"model_a,model_b,winner\nB,{model},{model}\n{model},B,{model}\n"
        with pytest.raises(UsageError, match=f"the winner '{model}' may mean the model") as caught:
            rated(text, tmp_path)
        assert "write model_a, model_b, tie or both_bad" in str(caught.value)
    found = rated("model_a,model_b,winner\nB,A,model_b\nB,A,model_b\nB,A,model_a\n", tmp_path)
    assert found.to_frame()["entry"][0] == "A"


def test_votes_of_a_model_against_itself_are_left_out_with_a_model_of_no_other(tmp_path: Path):
    found = rated("model_a,model_b,winner\na,b,tie\nc,c,model_a\na,b,model_a\n", tmp_path)
    assert found.ratings.items == ("a", "b")
    assert (found.itself, found.votes, found.unrated) == (1, 2, ("c",))
    assert ("left out", "without a vote that counts: c") in found.rows()
    assert found.to_dict()["left_out_unrated"] == ["c"]


def test_a_model_of_dropped_votes_alone_is_left_out():
    frame = pd.DataFrame(
        {
            "left": ["0-bad", "a", "b", "a", "b"],
            "right": ["a", "b", "a", "b", "a"],
            "winner": ["both_bad", "left", "left", "tie", "right"],
        }
    )
    found = elolag.rate(frame, both_bad="drop")
    assert (found.ratings.items, found.unrated) == (("a", "b"), ("0-bad",))


def test_votes_that_were_not_anonymous_count_and_are_told(tmp_path: Path):
    text = "model_a,model_b,winner,anony\n" + "a,b,model_a,True\na,b,model_b,False\n" * 2
    found = rated(text, tmp_path)
    assert (found.votes, found.known) == (4, 2)
    assert ("not anonymous", "2 votes, counted like the others") in found.rows()
    table = pa.table({**THREE, "anony": [True, False, True]})
    assert elolag.rate(table).known == 1
    plain = tmp_path / "plain.csv"
    plain.write_text("model_a,model_b,winner\na,b,tie\n", "utf-8")
    assert elolag.rate([tmp_path / "v.csv", plain]).known == 0


# Names


@given(st.text())
def test_tidy_is_the_plain_loop_and_settles(text: str):
    assert tidy(text) == plain_name(text)
    assert tidy(tidy(text)) == tidy(text)


def test_blanks_make_no_second_model_and_it_is_said(tmp_path: Path):
    found = rated(TRAIL.replace("beta ,g", "beta,g"), tmp_path)
    assert found.ratings.items == ("alpha", "beta", "gamma")
    assert found.ratings.votes.tolist() == [4, 5, 3]
    assert ("names read alike", "'beta ' as 'beta'") in found.rows()


def test_normal_forms_make_no_second_model():
    names = [unicodedata.normalize(form, "Tülu") for form in ("NFC", "NFD")]
    frame = pd.DataFrame(
        {"left": names * 2, "right": "b", "winner": ["left", "right", "tie", "tie"]}
    )
    found = elolag.rate(frame, anchor=names[1])
    assert found.ratings.items == ("Tülu", "b")
    assert ("names read alike", r"'Tu\u0308lu' as 'Tülu'") in found.rows()


TAGS = """\
entry,model,lab,country,release_date,openness
alpha,,LabA,US,2026-01-01,closed
beta,,LabB,CN,2026-03-01,open
gamma,,LabA,US,2025-06-01,closed
"""


def test_what_rate_writes_a_lag_reads(tmp_path: Path):
    rated(TRAIL, tmp_path).write(tmp_path / "r1")
    (tmp_path / "t.csv").write_text(TAGS, "utf-8")
    board = elolag.own_board(str(tmp_path / "r1"), date=dt.date(2026, 8, 19))
    found = elolag.estimate_lag(board, extra_tags=str(tmp_path / "t.csv"))
    assert found.as_of == "2026-08-19"
    assert "without a tag" not in str(found.to_dict())


def test_blanks_of_other_kinds_match_between_ratings_and_tags(tmp_path: Path):
    for blank in ("\u00a0", "\u202f", "  "):
        names = (f"GPT{blank}5 x", "cn-1", "us-1")
        ratings = pd.DataFrame(
            {"entry": names, "rating": [1300, 1250, 1100], "se": 3, "date": "2026-08-19"}
        )
        board = elolag.own_board(ratings)
        assert board.file.ratings["entry"].tolist() == ["GPT 5 x", "cn-1", "us-1"]
        # A blank of another kind on each side: in the ratings, and in the tags.
        for other in ("\u00a0", " ", "\u2009"):
            tags = tmp_path / "t.csv"
            tags.write_text(
                "entry,model,lab,country,release_date,openness\n"
                f"GPT{other}5 x,,Acme,US,2025-10-10,closed\ncn-1,,Bamboo,CN,2026-03-10,open\n"
                "us-1,,Acme,US,2025-01-10,closed\n",
                "utf-8",
            )
            found = elolag.estimate_lag(board, extra_tags=tags, n_draws=60)
            assert found.match is not None
            assert found.match.entry == "GPT 5 x"
            assert "without a tag" not in str(found.to_dict())


def test_a_date_is_a_date(tmp_path: Path):
    found = elolag.rate(pd.DataFrame(THREE), date=dt.date(2026, 8, 19))
    assert found.date == "2026-08-19"
    assert json.loads(json.dumps(found.to_dict()))["date"] == "2026-08-19"


# Files


def test_one_file_by_two_names_is_refused(tmp_path: Path):
    path, link, copy = (tmp_path / name for name in ("a.parquet", "b.parquet", "c.parquet"))
    pq.write_table(pa.table(THREE), path)
    link.symlink_to(path)
    copy.write_bytes(path.read_bytes())
    dotted = tmp_path / "x" / ".." / "a.parquet"
    (tmp_path / "x").mkdir()
    for other in (link, copy, dotted):
        with pytest.raises(UsageError, match="named twice"):
            elolag.rate([path, other])


def test_names_as_bytes_are_text_or_refused(tmp_path: Path):
    path = tmp_path / "v.parquet"
    raw = [word.encode() for word in THREE["left"]]
    pq.write_table(pa.table({**THREE, "left": pa.array(raw, pa.binary())}), path)
    assert elolag.rate(path).ratings.items == ("x", "y", "z")
    table = pa.table({**THREE, "left": pa.array([b"x", b"\xff", b"x"], pa.binary())})
    pq.write_table(table, path)
    for source in (path, table):
        with pytest.raises(UsageError, match="vote 2: left holds bytes that are no UTF-8 text"):
            elolag.rate(source)


def test_nested_columns_and_nothing_are_refused(tmp_path: Path):
    path = tmp_path / "v.parquet"
    nested = pa.table({**THREE, "left": [["x"], ["y"], ["x"]]})
    pq.write_table(nested, path)
    structs = pa.table({**THREE, "left": [{"n": "x"}] * 3})
    for source in (path, nested, structs):
        with pytest.raises(UsageError, match="left holds"):
            elolag.rate(source)
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), pa.array(["x", None]))
    with pytest.raises(UsageError, match="vote 2: left is empty"):
        elolag.rate(pa.table({**THREE, "left": coded}))


@pytest.mark.parametrize("bad", ["x\0", "a\nb", "a\rb", "\x1b[31mred", "x\x7f", "x\x9b1m"])
def test_control_characters_in_names_are_refused_and_shown_harmless(tmp_path: Path, bad: str):
    named = pa.table({**THREE, "left": ["x", bad, "x"]})
    path = tmp_path / "v.parquet"
    pq.write_table(named, path)
    for source in (named, named.to_pandas(), path):
        with pytest.raises(UsageError, match="vote 2: .* holds a control character") as caught:
            elolag.rate(source)
        assert str(caught.value).isprintable()
        assert repr(bad) in str(caught.value)


def test_a_long_cell_nobody_asked_for_does_not_matter(tmp_path: Path):
    path = tmp_path / "v.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["left", "right", "winner", "prompt"])
        for k in range(3000):
            prompt = "p" * 9_000_000 if k == 2000 else "p"
            writer.writerow(["a", "b", ("left", "right", "tie")[k % 3], prompt])
    found = elolag.rate(path)
    assert found.outcomes == {"left": 1000, "right": 1000, "tie": 1000, "both_bad": 0}


def test_a_separator_line_is_read(tmp_path: Path):
    found = rated("sep=;\nleft;right;winner\na,1;b;left\na,1;b;tie\n", tmp_path)
    assert found.ratings.items == ("a,1", "b")


def other_files(folder: Path) -> dict[str, str]:
    """Files that are no CSV, each with what is said of it."""
    with zipfile.ZipFile(folder / "v.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    (folder / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    (folder / "v.csv.gz").write_bytes(gzip.compress(TRAIL.encode()))
    (folder / "v.json").write_text(json.dumps([THREE]))
    (folder / "lfs.csv").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    (folder / "lfs.parquet").write_text("version https://git-lfs.github.com/spec/v1\n")
    pq.write_table(pa.table(THREE), folder / "parquet.csv")
    (folder / "folder").mkdir()
    return {
        "v.xlsx": "an Excel workbook", "old.xls": "an Excel workbook", "v.csv.gz": "gzip",
        "v.json": "JSON", "lfs.csv": "Git LFS pointer", "lfs.parquet": "Git LFS pointer",
        "parquet.csv": "a Parquet file", "folder": "folder",
    }  # fmt: skip


def test_what_is_no_table_is_named_alike_everywhere(tmp_path: Path):
    ratings = tmp_path / "r.csv"
    ratings.write_text("entry,rating,se\na,1000,3\n", "utf-8")
    board = elolag.own_board(ratings, date="2026-08-19")
    for name, said in other_files(tmp_path).items():
        path = tmp_path / name
        with pytest.raises(UsageError, match=said):
            elolag.rate(path)
        if name == "folder":
            continue
        with pytest.raises(UsageError, match=said):
            elolag.own_board(path)
        with pytest.raises(elolag.errors.ElolagError, match=said):
            elolag.estimate_lag(board, extra_tags=path)
