"""The pastcast: each round knows nothing of what came later, and the kept table is what is made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pastcast
import pytest

from elolag import tags
from elolag.archive import open_archive
from elolag.archive.reading import shipped_path
from elolag.estimate.session import Session
from elolag.forecast.ahead import MIXTURE, MODELS
from elolag.forecast.form import HORIZONS, QUANTILES
from elolag.tags.tables import Tables

ROUNDS = (("arena/text", "2025-06-03"), ("arena/text_style_control", "2026-03-27"))


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.read_csv(pastcast.HERE / "pastcast.csv", dtype=str)


def of(table: pd.DataFrame, board: str, vintage: str) -> list[dict[str, str]]:
    mine = table[(table["board"] == board) & (table["round"] == vintage)]
    return [dict(row) for _, row in mine.iterrows()]


def text(rows: list[dict[str, object]]) -> list[dict[str, str]]:
    return [{key: str(value) for key, value in row.items()} for row in rows]


@pytest.fixture
def until(tmp_path: Path) -> Iterator[Path]:
    """Where an archive of some lists is made."""
    folder = tmp_path / "archive"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def cut(folder: Path, day: str) -> Path:
    """The archive as its folders were on a day: later ones are gone."""
    for name in ("text", "text_style_control"):
        board = shipped_path() / "arena" / name
        for one in board.iterdir():
            if one.is_dir() and one.name[:10] <= day:
                shutil.copytree(one, folder / "arena" / name / one.name)
    return folder


def known(folder: Path) -> Tables:
    """The tags of the models that the lists of a folder have, and of no other."""
    ours = tags.load()
    lookup = tags.Lookup(ours)
    models = set()
    archive = open_archive(folder)
    for board in archive.boards():
        for snapshot in archive.board(board).all_snapshots:
            for entry in snapshot.ratings("overall")["entry"]:
                found = lookup.alias(snapshot.source, entry)
                if found:
                    models.add(found.model)
    bases = {ours.models[m].base for m in models if m in ours.models}
    models |= {base for base in bases if base}
    return replace(
        ours,
        models={key: row for key, row in ours.models.items() if key in models},
        aliases=tuple(a for a in ours.aliases if a.model in models or a.model == "unknown"),
    )


@pytest.mark.parametrize(("board", "vintage"), ROUNDS)
def test_a_round_is_the_same_without_later_lists_and_tags(
    until: Path, kept: pd.DataFrame, board: str, vintage: str
) -> None:
    folder = cut(until, vintage)
    tables, session = known(folder), Session()
    assert 0 < len(tables.models) < len(tags.load().models) - 20
    session._tables["None", str(folder)] = tables
    found = pastcast.at(board, [vintage], folder, session)
    assert text(found) == of(kept, board, vintage)
    assert list(session._tables) == [("None", str(folder))]
    assert len(found) > 60


def test_the_rounds_kept_are_those_of_the_archive(kept: pd.DataFrame) -> None:
    archive = open_archive()
    for board in pastcast.SINCE:
        made = kept.loc[kept["board"] == board, "round"].unique().tolist()
        assert made == pastcast.rounds(archive, board)


def test_what_is_kept_agrees_with_itself_but_for_what_the_page_tells(kept: pd.DataFrame) -> None:
    apart: dict[str, float] = {}
    for (_, _, model), rows in kept[kept["model"] != pastcast.LISTED].groupby(
        ["board", "round", "model"]
    ):
        held = (
            rows.set_index(["target", "horizon"])["values"]
            .str.split()
            .map(lambda texts: np.array(texts, float))
        )
        passed, reached = held["parity", "24"], held["reach", "24"]
        assert np.all(reached >= passed)
        for months in map(str, HORIZONS):
            (first,) = held["first", months]
            assert first <= passed[int(months) - 1]
            ahead = np.interp(0, held["current", months], QUANTILES, left=0, right=1)
            apart[str(model)] = max(apart.get(str(model), 0), abs(first - ahead))
    told = " ".join((pastcast.HERE.parent / "docs" / "forecasts.md").read_text("utf-8").split())
    assert (
        f"is up to {apart[MODELS[1]]:.2f} from that of `first` in the walk, "
        f"{apart[MIXTURE]:.2f} in the mixture"
    ) in told
    # In the others the two are counted from the same draws.
    assert max(apart[MODELS[0]], apart[MODELS[2]]) < 0.03


def test_a_stopped_run_goes_on(tmp_path: Path, kept: pd.DataFrame,
                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """What is there is kept as it is, what is missing is made."""
    table = tmp_path / "pastcast.csv"
    last = kept["round"] == kept.loc[kept["board"] == "arena/text", "round"].max()
    missing = last & (kept["board"] == "arena/text")
    kept[~missing].to_csv(table, index=False)
    made: list[tuple[str, list[str]]] = []

    def one(todo: list[tuple[str, list[str]]], jobs: int) -> Iterator[list[dict[str, str]]]:
        made.extend(todo)
        yield [dict(row) for _, row in kept[missing].iterrows()]

    monkeypatch.setattr(pastcast, "made", one)
    found = pastcast.forecasts(table, 1, open_archive())
    assert made == [("arena/text", [kept.loc[missing, "round"].iloc[0]])]
    assert found.reset_index(drop=True).equals(kept)
    assert table.read_bytes() == (pastcast.HERE / "pastcast.csv").read_bytes()


@pytest.mark.slow
def test_the_whole_table_is_what_is_made_now(tmp_path: Path) -> None:
    table = tmp_path / "pastcast.csv"
    pastcast.forecasts(table, 2, open_archive())
    assert table.read_bytes() == (pastcast.HERE / "pastcast.csv").read_bytes()
