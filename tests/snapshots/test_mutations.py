"""Mutated real payloads: every parser gives tables or a typed error, and nothing else.

They are parsed in processes of their own, so that a library that aborts is a failed test and
not the end of the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import hand_made as made
import pytest

HERE = Path(__file__).resolve().parent
#: Seeds a process takes; a new one is started for the next, so that memory leaks show as time.
STRIDE = 5_000


@pytest.fixture(scope="module")
def payloads(served: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small real payloads, and excerpts of large ones, one or more of every source."""
    folder = tmp_path_factory.mktemp("payloads")

    def lines(path: Path, count: int) -> bytes:
        return b"".join(path.read_bytes().splitlines(keepends=True)[:count])

    hub = served / "huggingface/leaderboard-dataset/2026-08-21"
    for subset in ("video_edit", "document", "webdev"):
        shutil.copy(
            hub / subset / "latest-00000-of-00001.parquet",
            folder / f"arena-dataset~{subset}.parquet",
        )
    catalog = served / "arena-catalog"
    shutil.copy(
        catalog / "2025-05-24/leaderboard-image.json",
        folder / "arena-catalog~leaderboard-image.json",
    )
    shutil.copy(
        catalog / "2025-05-24/leaderboard-vision-style-control.json",
        folder / "arena-catalog~leaderboard-vision-style-control.json",
    )
    for day, board in (("2026-03-19", "document"), ("2026-08-22", "video-edit")):
        shutil.copy(
            served / "arena-web" / day / f"{board}.json", folder / f"arena-web~{board}.json"
        )
    shutil.copy(
        served / "arena-space/leaderboard_table_20230619.csv",
        folder / "arena-space~leaderboard_table_20230619.csv",
    )
    copies = sorted((served / "llm-leaderboard-csv").glob("*/*.csv"))
    smallest = min(copies, key=lambda path: path.stat().st_size)
    shutil.copy(smallest, folder / f"llm-leaderboard-csv~{smallest.name}")
    (folder / "arena-history~alltime.csv").write_bytes(
        lines(served / "chatbot-arena-history/alltime.csv", 60)
    )
    (folder / "epoch-eci~eci_scores.csv").write_bytes(
        lines(served / "epoch/eci_scores-2026-01-20.csv", 40)
    )
    (folder / "models-dev~models-2026-07.csv").write_bytes(
        lines(served / "models-dev/models-2026-07.csv", 60)
    )
    # No real copy of these is at hand; theirs are made by hand in the real shape.
    (folder / "models-dev~api.json").write_bytes(made.models_dev())
    (folder / "openrouter~models").write_bytes(made.openrouter())
    (folder / "artificial-analysis~llms").write_bytes(made.aa_page())
    return folder


def parsed(first: int, count: int, payloads: Path) -> int:
    """Parse `count` mutations in a process of their own; the number of tables they gave."""
    done = subprocess.run(
        [sys.executable, str(HERE / "mutate.py"), str(first), str(count), str(payloads)],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.splitlines()[-1:]
    assert done.returncode == 0, f"at seed {last}, code {done.returncode}:\n{done.stderr[-3000:]}"
    return int(last[0].split()[2])


def test_60_mutations(payloads: Path) -> None:
    assert parsed(0, 60, payloads) > 3


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 100_000, STRIDE))
def test_100_000_mutations(payloads: Path, first: int) -> None:
    assert parsed(first, STRIDE, payloads) > STRIDE // 20
