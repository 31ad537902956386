"""`elolag tags`: streams, exit codes, JSON, layering."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from elolag.archive import Archive, open_archive
from elolag.archive.reading import shipped_path
from elolag.tags.listings import Listed, Record, read_listings

FIELDS = [field.name for field in dataclasses.fields(Record)]


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def unrated() -> list[Listed]:
    return read_listings(open_archive(shipped_path()))


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch, shipped: list[Listed], unrated: list[Listed]) -> None:
    """The entries of the shipped archive, a second of work, are read once."""

    def read(archive: Archive, *, ratings: bool = False) -> list[Listed]:
        if archive.path != shipped_path():
            return read_listings(archive, ratings=ratings)
        return list(shipped if ratings else unrated)

    monkeypatch.delenv("ELOLAG_ARCHIVE", raising=False)
    monkeypatch.setattr("elolag.tags.listings.read_listings", read)


def run(*arguments: str) -> Done:
    """The command as its entry point runs it, in this process: starting Python costs more."""
    from elolag.cli import main

    out, err = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["elolag", "tags", *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.argv = before
    return Done(code, out.getvalue(), err.getvalue())


def test_show_prints_what_is_known_with_its_evidence() -> None:
    done = run("show", "kimi-k3-max")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "kimi-k3"
    for line in ("country: CN", "released: 2026-07-16 (to the day", "weights: since 2026-07-27"):
        assert line in done.stdout
    assert "evidence: " in done.stdout
    assert "entry kimi-k3-max: arena/text (arena-dataset)" in done.stdout


def test_show_as_json_has_one_object_per_entry() -> None:
    done = run("show", "kimi-k3", "--json")
    data = json.loads(done.stdout)
    assert {row["entry"] for row in data} == {"kimi-k3", "kimi-k3-max", "Kimi K3"}
    assert {row["model"] for row in data} == {"kimi-k3"}
    assert all(list(row) == list(FIELDS) for row in data)


def test_list_as_json_has_every_entry_of_the_archive(shipped: list[Listed]) -> None:
    data = json.loads(run("list", "--json").stdout)
    assert len(data) == len(shipped)
    assert all(row["model"] for row in data)
    chinese = json.loads(run("list", "--country", "CN", "--open", "--json").stdout)
    assert {row["country"] for row in chinese} == {"CN"}
    assert all(row["open"] and row["weights_date"] for row in chinese)
    assert 0 < len(chinese) < len(data)


def test_list_as_text_has_a_line_per_model() -> None:
    lines = run("list", "--country", "FR").stdout.splitlines()
    models = [line.split("\t")[0] for line in lines]
    assert models == sorted(set(models))
    assert all(line.split("\t")[2] == "FR" for line in lines)
    assert run("list", "--unmatched").stdout == ""


def test_check_of_what_is_shipped_is_clean() -> None:
    done = run("check")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("0 findings; ")
    everything = run("check", "--all", "--json")
    found = json.loads(everything.stdout)
    assert all(f["exception"] for f in found)
    assert list(found[0]) == ["kind", "subject", "message", "exception"]


def test_check_of_an_epoch_file_shows_the_mistyped_date(tmp_path: Path) -> None:
    path = tmp_path / "eci.csv"
    header = (
        "Model version,ECI Score,Release date,Organization,Country,Model accessibility,Model name"
    )
    rows = (
        "Kimi-K2-Instruct,140.48,2025-07-12,Moonshot,China,Open weights (restricted use),Kimi K2",
        "Kimi-K2-Instruct-0905,140.48,2024-09-05,Moonshot,China,Open weights,Kimi K2",
        "gpt-5-2025-08-07_high,150.1,2024-08-07,OpenAI,China,API access,GPT-5",
    )
    path.write_text("\n".join((header, *rows)) + "\n")
    done = run("check", "--all", str(path))
    assert "date-disagrees: epoch-eci: Kimi-K2-Instruct-0905: 2024-09-05" in done.stdout
    assert "source-order: epoch-eci: Kimi-K2-Instruct-0905: 2024-09-05" in done.stdout
    assert (
        "country-disagrees: epoch-eci: gpt-5-2025-08-07_high: CN; here gpt-5 is US" in done.stdout
    )
    assert done.returncode == 1


def test_suggest_has_nothing_to_say_of_the_shipped_archive() -> None:
    done = run("suggest")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "0 of 0 new models or names have a proposal\n"
    assert json.loads(run("suggest", "--json").stdout) == []


def test_a_user_s_tags_are_layered_on_top(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("source,entry,model,effort,note\n*,kimi-k3-max,gpt-5,,mine\n")
    data = json.loads(run("show", "gpt-5", "--tags", str(mine), "--json").stdout)
    assert "kimi-k3-max" in {row["entry"] for row in data}
    done = run("check", "--tags", str(mine))
    assert done.returncode == 1
    assert "kimi-k3" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "kimi-z3"), "no entry and no model is called 'kimi-z3'; nearest: "),
        (("list", "--country", "ZZ"), "no model counts with country 'ZZ'; there are: "),
        (("check", "nowhere.csv"), "cannot read nowhere.csv"),
        (("suggest", "nowhere.json"), "cannot read nowhere.json"),
        (("check", __file__), "test_tags_cli.py is no table of "),
        (("list", "--tags", "nowhere.csv"), "cannot read the tag file nowhere.csv"),
    ],
)
def test_a_request_that_cannot_be_answered(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("elolag: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_in_a_user_s_file_is_one_line(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("lab,name,parent,country,from,until,other_sites,evidence,note\na,A,,UK,,,,p,\n")
    done = run("list", "--tags", str(mine))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"{mine}, line 2: country 'UK' is not an ISO 3166 two-letter code" in done.stderr


def test_an_archive_that_is_missing(tmp_path: Path) -> None:
    done = run("list", "--archive", str(tmp_path / "none"))
    assert done.returncode == 1
    assert "no such archive" in done.stderr
