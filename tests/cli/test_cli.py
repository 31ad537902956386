"""The command line: exit codes, streams, laziness."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from command import Command, Done, runner

from elolag.archive.reading import Snapshot
from elolag.cli import main
from elolag.dates import to_day

ROOT = Path(__file__).resolve().parents[2]


def started(*arguments: str) -> Done:
    """The command in a process of its own."""
    command = [sys.executable, "-c", "from elolag.cli import main; main()", *arguments]
    clean = {k: v for k, v in os.environ.items() if k != "ELOLAG_ARCHIVE"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=clean, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.delenv("ELOLAG_ARCHIVE", raising=False)
    return runner(monkeypatch, capsys)


def test_lag_prints_the_answer_and_nothing_on_stderr() -> None:
    done = started("lag", "--draws", "400")
    assert done.code == 0
    assert done.err == ""
    words = " ".join(done.out.split())
    assert words.startswith(
        "Over the twelve months to 19 August 2026, China's best AI model of the day was on average "
        "about 7 months behind the US (6.9; 95% measurement interval: "
    )
    assert (
        " On 19 August 2026, China's best (probably Kimi K3) probably stood between two US "
        in words
    )
    assert "Note: the list" not in words
    assert "It leaves out" in done.out
    assert max(len(line.rstrip()) for line in done.out.splitlines()) <= 100


@pytest.mark.parametrize(
    ("today", "said"), [("2026-10-03", ""), ("2026-10-04", "the list of 2026-08-19 is 46 days old")]
)
def test_the_age_of_a_list_is_told_beyond_45_days(
    run: Command, monkeypatch: pytest.MonkeyPatch, today: str, said: str
) -> None:
    epoch = str(86_400 * int(to_day(today)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    done = run("lag", "--draws", "100")
    words = " ".join(done.out.split())
    assert ("days old" in words) == bool(said)
    assert said in words
    assert "today" not in words.lower()


@pytest.mark.parametrize("command", ["lag --all", "forecast --vintage 2026-08-19"])
def test_it_is_told_with_all_estimands_and_with_a_forecast(
    run: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(86_400 * int(to_day("2026-10-04"))))
    done = run(*command.split(), "--draws", "100")
    assert "Note: the list of 2026-08-19 is 46 days old." in done.out


def test_json_is_one_object(run: Command) -> None:
    done = run("lag", "--json", "--draws", "400", "--follower", "CN+open")
    assert done.code == 0
    data = json.loads(done.out)
    assert data["follower"]["group"] == "CN+open"
    assert data["n_draws"] == 400
    assert sum(m["probability"] for m in data["day"]["matches"]) == pytest.approx(1.0)
    folder = ROOT / "snapshots" / data["snapshots"][0]["path"]
    digest = __import__("hashlib").sha256((folder / "datapackage.json").read_bytes()).hexdigest()
    assert data["snapshots"][0]["sha256"] == digest


@pytest.mark.parametrize(
    "arguments",
    [
        ("--board", "arena/txt"),
        ("--category", "codng"),
        ("--leader", "XX"),
        ("--as-of", "2010-01-01"),
        ("--as-of", "2027-01-01"),
        ("--vintage", "2026-08-20"),
        ("--draws", "0"),
        ("--level", "1.5"),
        ("--seed", "-1"),
        ("--no-such-flag",),
        ("--tags", "no-such-file.csv"),
    ],
)
def test_bad_requests_exit_2_with_one_message(run: Command, arguments: tuple[str, ...]) -> None:
    done = run("lag", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert done.err.strip()
    assert "Traceback" not in done.err


@pytest.mark.parametrize("option", ["--young-drift", "--no-young-drift"])
def test_an_option_that_is_gone_names_its_successor(option: str) -> None:
    done = started("lag", option)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"elolag: {option} is gone: take --drift none or --drift arena\n"


def test_missing_empty_and_damaged_archives_exit_1(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "none", tmp_path):
        done = run("lag", "--archive", str(folder))
        assert (done.code, done.out) == (1, "")
        assert str(folder) in done.err
    board = Path("arena") / "text_style_control"
    shutil.copytree(ROOT / "snapshots" / board, tmp_path / board)
    ratings = tmp_path / board / "2026-08-19" / "ratings.csv"
    ratings.write_bytes(ratings.read_bytes().replace(b"1489.66", b"1589.66"))
    monkeypatch.setenv("ELOLAG_ARCHIVE", str(tmp_path))
    done = run("lag")
    assert done.code == 1
    assert "2026-08-19/ratings.csv" in done.err
    assert "Traceback" not in done.err


def imported(*arguments: str) -> set[str]:
    """Modules a command has imported when it ends."""
    code = (
        "import sys\nfrom elolag.cli import main\n"
        f"sys.argv = ['elolag', *{list(arguments)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(' '.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return set(done.stderr.split())


def test_help_and_version_import_nothing_heavy() -> None:
    for argument in ("--help", "--version"):
        assert not imported(argument) & {"pandas", "scipy", "statsmodels", "matplotlib", "numpy"}
    assert imported("--help") >= {"elolag.cli"}


def test_lag_imports_no_slow_statistics() -> None:
    modules = imported("lag", "--draws", "400")
    assert "pandas" in modules
    assert not modules & {"scipy.stats", "scoringrules", "statsmodels", "matplotlib", "requests"}


def test_names_of_the_package_are_lazy() -> None:
    code = "import elolag, sys; print('pandas' in sys.modules, elolag.estimate_lag.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.split() == ["False", "estimate_lag"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("lag",),
        ("lag", "--all"),
        ("change",),
        ("compare", "--by", "category"),
        ("compare", "--by", "board"),
        ("revisions",),
        ("sensitivity",),
        ("sensitivity", "--no-grid"),
        ("claims",),
        ("claims", "show", "caisi-2026"),
        ("claims", "check", "7 months behind"),
        ("claims", "bridge"),
        ("cite",),
        ("brief",),
        ("report", "--out", "a-report"),
        ("archive", "list"),
        ("archive", "export", "-"),
        ("archive", "diff", "arena/text"),
    ],
)
def test_whatever_answers_from_the_archive_takes_sources(
    run: Command, arguments: tuple[str, ...]
) -> None:
    done = run(*arguments, "--sources", "oficial")
    assert done.code == 2
    assert done.out == ""
    assert done.err == "elolag: unknown sources 'oficial'; known: all, official\n"
    assert not Path("a-report").exists()


def test_official_lists_alone_answer_and_are_said(run: Command) -> None:
    done = run("lag", "--sources", "official", "--draws", "400")
    assert done.code == 0
    said = " ".join(done.out.split())
    assert "Note: official lists only: what others copied from the publishers is left out." in said
    listed = json.loads(run("archive", "list", "--sources", "official", "--json").out)
    everything = json.loads(run("archive", "list", "--json").out)
    assert {row["board"] for row in everything} - {row["board"] for row in listed} == {
        "metr/time-horizon"
    }
    text = json.loads(run("archive", "list", "arena/text", "--sources", "official", "--json").out)
    assert {row["source"] for row in text} == {"arena-catalog", "arena-dataset"}


def test_names_of_boards_are_never_broken(run: Command) -> None:
    listed = run("archive", "list").out.splitlines()
    names = [row["board"] for row in json.loads(run("archive", "list", "--json").out)]
    assert "arena/document_style_control" in names
    assert [name for name in names if not any(line.startswith(f"{name} ") for line in listed)] == []


def test_ratings_of_ones_own_and_official_lists_exclude_each_other(
    run: Command, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("entry,rating,se\nkimi-k3-max,1480,5\nclaude-fable-5,1500,5\n", "utf-8")
    done = run("lag", "--ratings", str(file), "--sources", "official")
    assert done.code == 2
    assert "mine.csv: ratings of your own are no publisher's list" in done.err


def test_the_answer_and_that_of_a_newer_copy_read_each_list_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read: Counter[str] = Counter()
    reading = Snapshot.read_bytes

    def counted(snapshot: Snapshot, table: str) -> bytes:
        read[snapshot.path] += table == "ratings"
        return reading(snapshot, table)

    monkeypatch.setattr(Snapshot, "read_bytes", counted)
    monkeypatch.setattr(sys, "argv", ["elolag", "lag", "--draws", "200"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert "A newer list" in capsys.readouterr().out
    assert len(read) > 100
    assert max(read.values()) == 1


@pytest.mark.parametrize(("given", "taken"), [(None, "1"), ("2", "2")])
def test_a_command_takes_one_thread_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, given: str | None, taken: str
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", given or "")
    if given is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    monkeypatch.setattr(sys, "argv", ["elolag", "--version"])
    with pytest.raises(SystemExit):
        main()
    assert os.environ["OPENBLAS_NUM_THREADS"] == taken
