"""What is held, as a person meets it: `elolag snapshot`, `archive import`, `archive backfill`."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import hand_made as made
import pytest
from command import Command, Done
from upstream_server import Upstream

from elolag.archive import open_archive

NAME = "arena/text/2026-08-19"


def rows(by: dict[str, float], **more: Any) -> list[dict[str, Any]]:
    """The board of 2026-08-19 with some entries moved."""
    return [
        row | {c: row[c] + by.get(row["model_name"], 0) for c in _FIGURES}
        for row in made.board_rows(**more)
    ]


_FIGURES = ("rating", "rating_lower", "rating_upper")


def test_a_moved_record_waits_for_a_person(
    upstream: Upstream, elolag: Command, tmp_path: Path
) -> None:
    def snapshot(*more: str) -> Done:
        where = ("--archive", tmp_path / "a", f"--base-url=arena-dataset={upstream.url}")
        return elolag("snapshot", "arena-dataset", *where, *more)

    made.healthy(upstream)
    assert snapshot().code == 0
    made.serve_subset(upstream, "text", made.parquet(rows({"model-02": 60.5})))
    done = snapshot()
    assert done.code == 1
    assert done.err == (
        "held: arena-dataset arena/text of 2026-08-19: figures stored under this date would "
        "change: 1 entry moved, largest +60.5 (model-02); common shift +0.00 from the list it "
        "displaces (2026-08-19); 1 of 40 settled entries moved by more than 10 against it; record "
        f"model-02 +60.5. To take it all the same: --accept {NAME}\n"
    )
    assert "1/0/1" in done.out
    board = open_archive(tmp_path / "a").board("arena/text")
    assert board.labels == ("2026-08-19",)
    with (tmp_path / "a/log.csv").open(newline="") as stream:
        logged = list(csv.DictReader(stream))[-2:]
    assert {"held"} <= {line["outcome"] for line in logged}
    assert elolag("archive", "verify", "--archive", tmp_path / "a").code == 0
    (report,) = json.loads(snapshot("--json").out)
    assert [o["outcome"] for o in report["outcomes"] if o["board"] == "arena/text"] == ["held"]
    assert snapshot("--accept", "arena/webdev/2026-08-19").code == 1
    taken = snapshot("--accept", NAME)
    assert taken.code == 0
    assert "warning: arena/text/2026-08-19.r2: revision-agrees: 1 entry moved" in taken.out
    assert snapshot().code == 0


@pytest.mark.parametrize("text", ["arena/text", "2026-08-19", "arena/text/2026-08-19.r2", "All"])
def test_accept_is_read_strictly(elolag: Command, tmp_path: Path, text: str) -> None:
    done = elolag("snapshot", "arena-dataset", "--archive", tmp_path / "a", "--accept", text)
    assert done.code == 2
    assert f"--accept {text}: write it as BOARD/DATE" in done.err


def test_import_holds_too(elolag: Command, tmp_path: Path) -> None:
    def take(by: dict[str, float], *more: str) -> Done:
        file = tmp_path / "text.parquet"
        file.write_bytes(made.parquet(rows(by)))
        where = ("--archive", tmp_path / "a")
        return elolag("archive", "import", "arena-dataset", file, *where, *more)

    assert take({}).code == 0
    assert take({"model-00": -60.5}).code == 1
    assert take({"model-00": -60.5}, "--accept", "all").code == 0
    assert open_archive(tmp_path / "a").board("arena/text").labels == (
        "2026-08-19",
        "2026-08-19.r2",
    )


def test_lost_errors_are_refused(elolag: Command, tmp_path: Path) -> None:
    def take(**changes: Any) -> Done:
        file = tmp_path / "text.parquet"
        file.write_bytes(made.parquet(made.board_rows(**changes)))
        return elolag("archive", "import", "arena-dataset", file, "--archive", tmp_path / "a")

    assert take(date="2026-07-21", shift=1.0).code == 0
    none = {"rating_lower": None, "rating_upper": None, "variance": None}
    for lost in (none, {"variance": None}):
        done = take(**lost)
        assert done.code == 1
        assert "check errors-kept: lost since 2026-07-21: " in done.err


def test_backfill_holds_revisions_but_no_change_of_method(
    upstream: Upstream, elolag: Command, tmp_path: Path
) -> None:
    def backfill(*more: str) -> Done:
        where = ("--into", tmp_path / "a", f"--base-url=arena-dataset={upstream.url}")
        return elolag("archive", "backfill", "arena-dataset", *where, *more)

    def serve(revision: str, by: dict[str, float]) -> None:
        upstream.routes[made.LISTING] = made.listing(["text"], revision)
        # Half the width in June: another rule of the intervals, as history has them.
        early = [
            row | {"rating_lower": row["rating"] - 5, "rating_upper": row["rating"] + 5}
            for row in made.board_rows(date="2026-06-19", shift=2.0)
        ]
        data = made.parquet([*early, *rows(by)])
        made.serve_subset(upstream, "text", data, revision, "full")

    serve(made.REVISION, {})
    assert backfill().code == 0
    regime = open_archive(tmp_path / "a").board("arena/text").snapshot("2026-08-19").facts["regime"]
    assert regime == {
        "since": "2026-08-19",
        "what": "intervals: half-widths were 1.00 standard errors, now 1.96",
    }
    serve(made.LATER_REVISION, {"model-01": 60.5})
    done = backfill()
    assert done.code == 1
    assert done.err.startswith("held: text: figures stored under this date would change: ")
    assert backfill().code == 1
    assert backfill("--accept", NAME).code == 0
    assert open_archive(tmp_path / "a").board("arena/text").labels[-1] == "2026-08-19.r2"
