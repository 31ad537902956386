"""`elolag archive`: list, verify, diff, export, import."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import shutil
from pathlib import Path

import hand_made as made
import pandas as pd
import pytest
from command import Command
from snapshot_runs import tree
from upstream_server import Upstream

from elolag.archive import Snapshot, Writer, open_archive


@pytest.fixture
def archive(last_month: Path, tmp_path: Path) -> Path:
    return shutil.copytree(last_month, tmp_path / "a")


def test_list(elolag: Command, archive: Path) -> None:
    done = elolag("archive", "list", "--archive", archive)
    assert done.code == 0
    assert done.out.splitlines()[1].split() == (
        ["arena/text", "1", "2026-07-21", "2026-07-21", "arena-dataset", "40", "1"]
    )
    rows = json.loads(elolag("archive", "list", "arena/text", "--json", "--archive", archive).out)
    snapshot = open_archive(archive).board("arena/text").snapshot()
    assert rows[0]["sha256"] == snapshot.sha256
    assert rows[0]["rows"] == 40


def test_list_of_what_is_not_there(elolag: Command, archive: Path, tmp_path: Path) -> None:
    done = elolag("archive", "list", "arena/txt", "--archive", archive)
    assert (done.code, done.out) == (2, "")
    assert "nearest: arena/text" in done.err
    assert elolag("archive", "list", "--archive", tmp_path / "none").code == 1


def test_verify(elolag: Command, archive: Path) -> None:
    done = elolag("archive", "verify", "--archive", archive)
    assert done.code == 0
    assert "5 snapshots of 5 boards, all as stored" in done.out
    held = (archive / "log.csv").read_bytes().splitlines(keepends=True)
    head = hashlib.sha256(held[-1]).hexdigest()
    assert f"log: {len(held) - 1} lines, head {head}\n" in done.out
    said = json.loads(elolag("archive", "verify", "--json", "--archive", archive).out)
    assert said == {
        "schema": 1, "snapshots": 5, "boards": 5, "log_lines": len(held) - 1, "log_head": head,
        "problems": [],
    }  # fmt: skip


def test_verify_proves_that_an_archive_extends_what_was_cited(
    elolag: Command, archive: Path
) -> None:
    log = archive / "log.csv"
    held = log.read_bytes().splitlines(keepends=True)
    cited = hashlib.sha256(held[2]).hexdigest()
    done = elolag("archive", "verify", "--head", cited, "--archive", archive)
    assert (done.code, done.err) == (0, "")
    assert "log: extends the cited head, the hash of its line 2\n" in done.out
    done = elolag("archive", "verify", "--head", "0" * 64, "--archive", archive)
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert "does not extend the one that was cited" in done.err
    log.write_bytes(b"".join(held[:2] + held[3:]))
    done = elolag("archive", "verify", "--head", cited, "--json", "--archive", archive)
    assert done.code == 1
    assert {problem["path"] for problem in json.loads(done.out)["problems"]} >= {"log.csv"}


def test_verify_names_the_folder_of_a_run_that_was_stopped(
    elolag: Command, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, Writer(archive, "test") as writer:
        patch.setattr(Writer, "_log", stop)
        folder = archive / "arena/text/2026-07-21"
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        manifest = files["datapackage.json"].replace(b'"2026-07-21"', b'"2026-07-22"')
        with pytest.raises(KeyboardInterrupt):
            writer.add(
                "arena/text",
                "2026-07-22",
                files | {"datapackage.json": manifest},
                {"board": "arena/text", "label": "2026-07-22", "outcome": "new"},
            )
    done = elolag("archive", "verify", "--archive", archive)
    assert done.code == 0
    assert done.err.startswith("elolag: arena/text/2026-07-22: left by a run that was stopped")


def test_seal(elolag: Command, archive: Path) -> None:
    log = archive / "log.csv"
    chained = log.read_bytes()
    rows = [line.rpartition(b",")[0] for line in chained.splitlines()]
    log.write_bytes(b"\n".join(rows) + b"\n")
    done = elolag("archive", "verify", "--archive", archive)
    assert done.code == 1
    assert "seal it once with: elolag archive seal" in done.err
    assert elolag("archive", "list", "--archive", archive).code == 0
    done = elolag("archive", "seal", "--archive", archive)
    assert (done.code, done.err) == (0, "")
    assert f"{len(rows) - 1} lines sealed, head " in done.out
    assert log.read_bytes() == chained
    done = elolag("archive", "seal", "--archive", archive)
    assert (done.code, done.out) == (1, "")
    assert "sealed already" in done.err
    assert elolag("archive", "verify", "--archive", archive).code == 0


def test_verify_of_an_empty_archive_passes_and_of_none_does_not(
    elolag: Command, tmp_path: Path
) -> None:
    done = elolag("archive", "verify", "--archive", tmp_path)
    assert done.code == 0
    assert "0 snapshots" in done.out
    done = elolag("archive", "verify", "--archive", tmp_path / "snapshotz")
    assert (done.code, done.out) == (1, "")
    assert "snapshotz: no such archive" in done.err


def test_every_changed_byte_is_named(elolag: Command, archive: Path) -> None:
    files = [p for p in sorted(archive.rglob("*")) if p.is_file() and "20" in p.parent.name]
    assert len(files) == 14
    for path in files:
        good = path.read_bytes()
        for at in (0, len(good) // 2, len(good) - 1):
            bad = bytearray(good)
            bad[at] ^= 1
            path.write_bytes(bad)
            done = elolag("archive", "verify", "--archive", archive)
            assert done.code == 1
            assert done.out == ""
            assert str(path.relative_to(archive)) in done.err
        path.write_bytes(good)
    assert elolag("archive", "verify", "--archive", archive).code == 0


def test_verify_can_ask_for_news(
    elolag: Command, archive: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def on(day: str) -> None:
        moment = dt.datetime.fromisoformat(f"{day}T05:00:00+00:00")
        monkeypatch.setattr("elolag.dates.utc_now", lambda: moment)

    on("2026-09-05")
    assert elolag("archive", "verify", "--archive", archive, "--news-within", 45).code == 0
    on("2026-09-06")
    done = elolag("archive", "verify", "--archive", archive, "--news-within", 45)
    assert done.code == 1
    assert "no source had news since 2026-07-22 (46 days)" in done.err
    (tmp_path / "none").mkdir()
    done = elolag("archive", "verify", "--archive", tmp_path / "none", "--news-within", 45)
    assert done.code == 1
    assert "no source had news ever" in done.err


def test_a_list_dated_ahead_is_no_news(
    elolag: Command, upstream: Upstream, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = archive / "arena/text"
    text = (folder / "2026-07-21/datapackage.json").read_text("utf-8")
    shutil.copytree(folder / "2026-07-21", folder / "2031-07-21")
    text = text.replace("2026-07-2", "2031-07-2")
    (folder / "2031-07-21/datapackage.json").write_text(text, "utf-8")
    (archive / "log.csv").unlink()
    moment = dt.datetime.fromisoformat("2026-09-06T05:00:00+00:00")
    monkeypatch.setattr("elolag.dates.utc_now", lambda: moment)
    done = elolag("archive", "verify", "--archive", archive, "--news-within", 45)
    assert done.code == 1
    assert "no source had news since 2026-07-22 (46 days)" in done.err
    assert "arena/text/2031-07-21: dated 2031-07-21" in done.err
    done = elolag("archive", "list", "arena/text", "--archive", archive)
    assert "2031" not in done.out


# Import


def test_import_of_files_and_folders(elolag: Command, tmp_path: Path) -> None:
    for day, shift in (("2026-07-21", 0.0), ("2026-08-19", 1.0)):
        folder = tmp_path / "in" / day / "text"
        folder.mkdir(parents=True)
        data = made.parquet(made.board_rows(date=day, shift=shift))
        (folder / "latest-00000-of-00001.parquet").write_bytes(data)
    (tmp_path / "in/_index.json").write_text("{}")
    done = elolag(
        "archive", "import", "arena-dataset", tmp_path / "in", "--archive", tmp_path / "a"
    )
    assert done.code == 0
    assert "0/2/0" in done.out
    assert open_archive(tmp_path / "a").vintages("arena/text") == ["2026-07-21", "2026-08-19"]


def test_import_reads_the_date_off_the_path_or_is_told(elolag: Command, tmp_path: Path) -> None:
    (tmp_path / "eci_scores-2026-01-20.csv").write_bytes(made.eci())
    (tmp_path / "scores.csv").write_bytes(made.eci(shift=2.0))
    into = ("--archive", tmp_path / "a")
    assert elolag("archive", "import", "epoch-eci", tmp_path / "scores.csv", *into).code == 2
    assert (
        elolag("archive", "import", "epoch-eci", tmp_path / "eci_scores-2026-01-20.csv", *into).code
        == 0
    )
    url = "https://epoch.ai/data/eci_scores.csv"
    options = ("--date", "2026-02-03", "--url", url)
    assert (
        elolag("archive", "import", "epoch-eci", tmp_path / "scores.csv", *options, *into).code == 0
    )
    board = open_archive(tmp_path / "a").board("epoch/eci")
    assert [s.vintage for s in board.snapshots] == ["2026-01-20", "2026-02-03"]
    assert board.snapshot().facts["urls"] == [url]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-source", "x"], "unknown source"),
        (["epoch-eci", "no-such-file-2026-01-01.csv"], "cannot be read"),
        (["epoch-eci", ".", "--date", "2026-1-1"], "no .csv, .json or .parquet file"),
        (["epoch-eci", "a.csv", "b.csv", "--url", "https://x.example"], "address of one file"),
    ],
)
def test_import_usage_errors(
    elolag: Command,
    tmp_path: Path,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = elolag("archive", "import", *arguments, "--archive", tmp_path / "a")
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "a").exists()


def test_a_bad_file_exits_1_and_the_good_one_is_taken(elolag: Command, tmp_path: Path) -> None:
    (tmp_path / "a-2026-01-20.csv").write_bytes(made.eci())
    (tmp_path / "b-2026-01-21.csv").write_bytes(b"<html>")
    files = (tmp_path / "a-2026-01-20.csv", tmp_path / "b-2026-01-21.csv")
    done = elolag("archive", "import", "epoch-eci", *files, "--archive", tmp_path / "a")
    assert done.code == 1
    assert "b-2026-01-21.csv" in done.err
    assert open_archive(tmp_path / "a").vintages("epoch/eci") == ["2026-01-20"]


@pytest.mark.parametrize("where", ["eci_scores-2031-01-20.csv", "2031-01-20/eci_scores.csv"])
def test_a_file_dated_ahead_is_refused_and_the_good_one_is_taken(
    elolag: Command, tmp_path: Path, where: str
) -> None:
    good, ahead = tmp_path / "in/a-2026-01-20.csv", tmp_path / "in" / where
    for path in (good, ahead):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.eci())
    done = elolag("archive", "import", "epoch-eci", good, ahead, "--archive", tmp_path / "a")
    assert done.code == 1
    assert "check vintage-plausible: dated 2031-01-20" in done.err
    assert open_archive(tmp_path / "a").vintages("epoch/eci") == ["2026-01-20"]


def test_import_of_every_real_source(elolag: Command, served: Path, tmp_path: Path) -> None:
    into = ("--archive", tmp_path / "a")
    catalog = [served / "arena-catalog" / day for day in ("2025-03-07", "2025-04-04")]
    assert elolag("archive", "import", "arena-catalog", *catalog, *into).code == 0
    web = served / "arena-web/2026-07-20"
    assert elolag("archive", "import", "arena-web", web / "text.json", *into).code == 0
    copies = served / "llm-leaderboard-csv/2025.03.31"
    if copies.is_dir():
        assert elolag("archive", "import", "llm-leaderboard-csv", copies, *into).code == 0
    assert elolag("archive", "import", "arena-space", served / "arena-space", *into).code == 0
    assert elolag("archive", "import", "models-dev", served / "models-dev", *into, "--date",
                  "2026-07-31").code == 0  # fmt: skip
    done = elolag("archive", "import", "artificial-analysis", served / "artificial-analysis", *into)
    assert done.code == 0
    assert (tmp_path / "private/artificial-analysis/llms/2026-08-22").is_dir()
    assert elolag("archive", "verify", *into).code == 0


# Export


def test_export_to_csv_and_parquet_is_the_same_table(
    elolag: Command, archive: Path, tmp_path: Path
) -> None:
    for name in ("out.csv", "out.parquet"):
        done = elolag("archive", "export", tmp_path / name, "--archive", archive)
        assert (done.code, done.out) == (0, "77 rows\n")
    csv_rows = pd.read_csv(tmp_path / "out.csv", keep_default_na=False, dtype=str)
    parquet = pd.read_parquet(tmp_path / "out.parquet")
    assert list(csv_rows.columns) == list(parquet.columns)
    assert len(csv_rows) == len(parquet) == 77
    snapshot = open_archive(archive).board("arena/text").snapshot()
    mine = parquet[parquet["board"] == "arena/text"].reset_index(drop=True)
    stored = snapshot.ratings()
    for column in ("entry", "rating", "lower", "se", "votes"):
        assert mine[column].tolist() == stored[column].tolist()
    assert set(mine["manifest_sha256"]) == {snapshot.sha256}
    assert csv_rows["rating"][0] == "1501"
    assert {path.name for path in tmp_path.iterdir()} == {"a", "out.csv", "out.parquet"}


def test_export_of_a_selection_to_stdout(
    elolag: Command, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, write_through=True))
    options = ("--board", "arena/webdev", "--since", "2026-07-01")
    done = elolag("archive", "export", "-", *options, "--archive", archive)
    assert done.code == 0
    assert done.err == "25 rows\n"
    rows = list(csv.DictReader(io.StringIO(raw.getvalue().decode())))
    assert {row["board"] for row in rows} == {"arena/webdev"}
    assert rows[0]["organisation"] == "lab"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["out.txt"], "should end in .csv or .parquet"),
        (["out.csv", "--board", "arena/txt"], "nearest"),
        (["out.parquet", "--spreadsheet"], "for a spreadsheet is CSV"),
        (["out.csv", "--since", "2027-01-01"], "no snapshot"),
        (["out.csv", "--since", "yesterday"], "ISO date"),
        (["out.csv", "--board", "models-dev/models"], "holds no ratings"),
    ],
)
def test_export_usage_errors(
    elolag: Command,
    archive: Path,
    tmp_path: Path,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = elolag("archive", "export", *arguments, "--archive", archive)
    assert done.code == 2
    assert said in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_export_for_a_spreadsheet_runs_no_name_and_keeps_numbers(
    elolag: Command, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Snapshot.entries
    monkeypatch.setattr(
        Snapshot, "entries", lambda self: real(self).assign(organisation=' =HYPERLINK("x")')
    )
    found = {}
    for options in ((), ("--spreadsheet",)):
        done = elolag("archive", "export", tmp_path / "out.csv", *options, "--archive", archive)
        assert done.code == 0
        found[options] = pd.read_csv(tmp_path / "out.csv", keep_default_na=False, dtype=str)
    plain, safe = found.values()
    assert set(plain["organisation"]) == {' =HYPERLINK("x")'}
    assert set(safe["organisation"]) == {'\' =HYPERLINK("x")'}
    assert plain.drop(columns="organisation").equals(safe.drop(columns="organisation"))


def test_export_of_a_damaged_archive_leaves_no_half_table(
    elolag: Command, archive: Path, tmp_path: Path
) -> None:
    path = archive / "arena/webdev/2026-07-21/ratings.csv"
    path.write_bytes(path.read_bytes() + b"x")
    (tmp_path / "out.csv").write_text("before")
    done = elolag("archive", "export", tmp_path / "out.csv", "--archive", archive)
    assert done.code == 1
    assert "arena/webdev/2026-07-21/ratings.csv" in done.err
    assert (tmp_path / "out.csv").read_text() == "before"
    assert {p.name for p in tmp_path.iterdir()} == {"a", "out.csv"}


# Diff


@pytest.fixture
def two(upstream: Upstream, elolag: Command, archive: Path) -> Path:
    """An archive with a second vintage of `text`: +3 Elo, one model renamed, one gone, one new."""
    rows = made.board_rows(shift=4.0)[:-1]
    rows[5] |= {"model_name": "model-05-high", "rating": 1480.0}
    rows.append(made.row("`[x](http://y)`|<b>", 1250.0))
    made.healthy(upstream, {"text": made.parquet(rows)})
    done = elolag(
        "snapshot", "arena-dataset", "--archive", archive,
        f"--base-url=arena-dataset={upstream.url}",
    )  # fmt: skip
    assert done.code == 0
    return archive


def test_diff_of_a_board(elolag: Command, two: Path) -> None:
    done = elolag("archive", "diff", "arena/text", "--archive", two)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "arena/text/2026-07-21 to 2026-08-19, overall"
    assert lines[1].startswith("  scale: +3.00 Elo, +3.00 among the top 30 (38 common entries")
    assert "  added: 2 (model-05-high, `[x](http://y)`|<b>)" in lines
    assert "  removed: 2 (model-05, model-39)" in lines
    assert any(
        line.startswith("  renamed? model-05 to model-05-high: 1480.00, expected 1479.00")
        for line in lines
    )
    same = elolag("archive", "diff", "arena/text/2026-07-21", "2026-08-19", "--archive", two)
    assert same.out == done.out


def test_diff_as_markdown_shows_names_as_they_are(elolag: Command, two: Path) -> None:
    out = elolag("archive", "diff", "arena/text", "--markdown", "--archive", two).out
    assert "### arena/text/2026-07-21 to 2026-08-19, overall" in out
    assert "`` `[x](http://y)`\\|<b> ``" in out


def test_diff_as_json(elolag: Command, two: Path) -> None:
    (change,) = json.loads(elolag("archive", "diff", "arena/text", "--json", "--archive", two).out)
    assert change["proposed_renames"][0]["basis"] == "same lab, similar name"
    assert change["scale"]["common"] == 38
    assert change["removed"] == ["model-05", "model-39"]


def test_diff_of_two_archives(elolag: Command, two: Path, last_month: Path) -> None:
    before = tree(last_month)
    done = elolag("archive", "diff", last_month, two)
    assert done.code == 0
    assert done.out.startswith("arena/text/2026-07-21 to 2026-08-19")
    assert done.out.count("scale:") == 1
    assert elolag("archive", "diff", two, two).out == "no board has news\n"
    assert tree(last_month) == before


def test_diff_inside_the_archive_takes_a_board_for_a_board(
    elolag: Command, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(two)
    done = elolag("archive", "diff", "arena/text", "--archive", two)
    assert done.out.startswith("arena/text/2026-07-21 to 2026-08-19")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["arena/webdev"], "no older comparable vintage"),
        (["arena/txt"], "nearest: arena/text"),
        (["arena/text/2020-01-01", "2026-08-19"], "no vintage '2020-01-01'"),
        (["arena/text/2026-07-21", "arena/webdev/2026-07-21"], "two boards"),
        (["arena/text", "--category", "coding"], "do not both have"),
    ],
)
def test_diff_usage_errors(elolag: Command, two: Path, arguments: list[str], said: str) -> None:
    done = elolag("archive", "diff", *arguments, "--archive", two)
    assert done.code == 2
    assert said in done.err


def test_help_is_there_for_every_command(elolag: Command) -> None:
    for command in ("list", "verify", "diff", "export", "import", "backfill"):
        done = elolag("archive", command, "--help")
        assert done.code == 0
        assert "Usage" in done.out
