"""Votes streamed from files are the votes counted one by one; nothing wrong passes unsaid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search
from votes_world import plain_name, simulated, slow_counts

from elolag.errors import EstimateError, UsageError
from elolag.votes import counting
from elolag.votes import counting as reading
from elolag.votes.counting import _Tally, find_columns, parts, tally

WORDS = dict(zip(("model_a", "model_b", "tie", "tie (bothbad)"), range(4), strict=True))


def counted(source: object) -> _Tally:
    found = parts(source)  # type: ignore[arg-type]
    return tally(found, find_columns(found[0].header(), found[0].name, None))


def as_counter(made: _Tally) -> dict[tuple[str, str, str], int]:
    words = list(WORDS)
    return {
        (made.models[i], made.models[j], words[k]): int(made.counts[i, j, k])
        for i, j, k in zip(*np.nonzero(made.counts), strict=True)
    }


NAME = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("C",)),
    min_size=1,
    max_size=6,
).filter(plain_name)


@search(40)
@given(
    names=st.lists(NAME, min_size=2, max_size=80, unique=True),
    rows=st.integers(1, 300),
    seed=st.integers(0, 99),
)
def test_counts_of_any_table_are_those_of_the_plain_loop(names, rows, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "model_a": rng.choice(names, rows),
            "model_b": rng.choice(names, rows),
            "winner": rng.choice(list(WORDS), rows),
        }
    )
    made = counted(frame)
    assert as_counter(made) == slow_counts(frame)
    own = frame["model_a"].map(plain_name) == frame["model_b"].map(plain_name)
    assert made.itself == own.sum()
    assert sum(made.outcomes.values()) == (~own).sum()


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".semicolons.csv", ".utf16.csv", ".parquet"])
def test_every_format_counts_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending):
    monkeypatch.setattr(reading, "_BLOCK_BYTES", 4096)
    monkeypatch.setattr(reading, "_BATCH_ROWS", 100)
    frame = simulated(1, 2000, 70)
    frame["prompt"] = 'two\nlines, "quoted"; here'
    path = tmp_path / f"votes{ending}"
    if ending == ".parquet":
        pq.write_table(pa.Table.from_pandas(frame), path, row_group_size=300)
    else:
        sep = {".tsv": "\t", ".semicolons.csv": ";"}.get(ending, ",")
        encoding = "utf-16" if "utf16" in ending else "utf-8-sig"
        frame.to_csv(path, sep=sep, index=False, encoding=encoding)
    assert as_counter(counted(path)) == slow_counts(frame)


def test_parts_add_up_whatever_their_order_and_number(tmp_path: Path):
    frame = simulated(2, 900, 9)
    paths = []
    for k, piece in enumerate((frame[:100], frame[100:101], frame[101:])):
        paths.append(tmp_path / f"{k}.csv")
        piece.to_csv(paths[-1], index=False)
    whole = counted(frame)
    for order in (paths, paths[::-1]):
        made = counted(order)
        assert made.models == whole.models
        assert (made.counts == whole.counts).all()
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "v.parquet", row_group_size=90)
    assert (counted(tmp_path / "v.parquet").counts == whole.counts).all()


def test_the_table_of_counts_grows_with_the_models():
    names = [f"m{k}" for k in range(300)]
    frame = pd.DataFrame({"left": names[:-1], "right": names[1:], "winner": "left"})
    made = counted(frame)
    assert len(made.models) == 300
    assert made.counts.sum() == 299


def test_spellings_and_categories():
    frame = pd.DataFrame(
        {
            "left": pd.Categorical(["a"] * 6),
            "right": ["b"] * 6,
            "winner": ["A", "left", "RIGHT", " draw ", "both_bad", "bothbad"],
        }
    )
    made = counted(frame)
    assert made.outcomes == {"left": 2, "right": 1, "tie": 1, "both_bad": 2}
    assert made.pairs("tie").ties.tolist() == [3]
    assert made.pairs("drop").votes.tolist() == [4]


def test_mapped_columns_win():
    found = find_columns(["one", "two", "vote", "winner"], "f", {"left": "one", "right": "two"})
    assert found.text == ("one", "two", "winner")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (None, "not the columns model_a, model_b, winner or left, right, winner among"),
        ({"left": "x"}, "no column 'x'"),
        ({"lft": "a"}, "'lft' is none of the columns left, right, winner"),
        ({"left": "a", "right": "b", "winner": "a2"}, "no column 'a2'"),
        ({"left": "a", "right": "b", "winner": "d"}, "two columns are named 'd'"),
    ],
)
def test_columns_that_are_not_there_are_named(mapping, message):
    with pytest.raises(UsageError, match=message):
        find_columns(["a", "b", "c", "d", "d"], "votes.csv", mapping)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("left,right,winner\na,b,left\na,,left\n", "vote 2: no model is named"),
        ("left,right,winner\na,b,left\na,b,lost\n", "vote 2: the winner 'lost' is none of"),
        ("left,right,winner\na,b,\n", "vote 1: the winner '' is none of"),
        ("left,right,winner\na,b\n", "Expected 3 columns, got 2"),
        ("left,right,winner\n", "no vote below its header|Empty CSV"),
        ("", "no table"),
        (
            "left,right,winner\na,b,left\na,caf\udce9,left\n",
            "invalid UTF8.*; save the file as UTF-8",
        ),
    ],
)
def test_bad_votes_are_refused_by_file_and_vote(tmp_path: Path, text, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises((UsageError, EstimateError), match=message) as caught:
        counted(path)
    assert "bad.csv" in str(caught.value)


def test_damaged_and_missing_files_are_named(tmp_path: Path):
    path = tmp_path / "v.parquet"
    simulated(1, 500, 5).to_parquet(path)
    data = path.read_bytes()
    for cut in (0, 3, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:cut])
        with pytest.raises(UsageError, match=r"v\.parquet"):
            counted(path)
    flipped = bytearray(data)
    flipped[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    path.write_bytes(flipped)
    with pytest.raises(UsageError, match=r"v\.parquet"):
        counted(path)
    with pytest.raises(UsageError, match=r"none\.csv: no such file"):
        counted(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="no file of votes"):
        counted([])
    good = tmp_path / "a.csv"
    simulated(1, 5, 3).to_csv(good)
    with pytest.raises(UsageError, match="named twice"):
        counted([good, good])


def test_nulls_numbers_and_too_many_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    table = pa.table({"left": ["a", None], "right": ["b", "b"], "winner": ["left", "left"]})
    with pytest.raises(UsageError, match="vote 2: left is empty"):
        counted(table)
    mixed = pd.DataFrame({"left": ["a", 1], "right": ["b", "b"], "winner": ["left", "left"]})
    with pytest.raises(UsageError, match="the table of votes"):
        counted(mixed)
    monkeypatch.setattr(counting, "_MAX_MODELS", 3)
    with pytest.raises(UsageError, match="4 names of models; at most 3"):
        counted(simulated(1, 200, 8))
    apart = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path, names in zip(apart, ("abc", "de"), strict=True):
        simulated(1, 200, len(names)).replace(
            {f"model-{k}": name for k, name in enumerate(names)}
        ).to_csv(path)
    with pytest.raises(UsageError, match=r"two\.csv.*4 names of models; at most 3"):
        counted(apart)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_memory_does_not_grow_with_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
):
    monkeypatch.setattr(reading, "_BLOCK_BYTES", 2**14)
    monkeypatch.setattr(reading, "_BATCH_ROWS", 500)
    peaks = []
    for rows in (5_000, 50_000):
        path = tmp_path / f"{rows}{ending}"
        frame = pd.concat([simulated(1, 5_000, 20)] * (rows // 5_000))
        if ending == ".csv":
            frame.to_csv(path, index=False)
        else:
            pq.write_table(pa.Table.from_pandas(frame), path, row_group_size=1000)
        del frame
        (part,) = parts(path)
        columns = find_columns(part.header(), part.name, None)
        before = pa.total_allocated_bytes()
        peaks.append(max(pa.total_allocated_bytes() - before for _ in part.batches(columns)))
    # What is read ahead is a number of blocks, whatever the file.
    assert peaks[1] < 2 * peaks[0] + 40 * reading._BLOCK_BYTES
