"""No option is taken and then ignored: what has no effect where it stands is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest
import typer
from command import Command, Done, runner

import elolag
from elolag import plots
from elolag.cli import app
from elolag.errors import ArchiveError, UsageError
from elolag.own.board import _RATINGS, _TAGS
from elolag.question import POLICIES


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.delenv("ELOLAG_ARCHIVE", raising=False)
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="module")
def figure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("figure") / "figure.svg"
    result = elolag.estimate_lag("arena/vision", n_draws=100)
    plots.save(plots.frontier(result), file, result)
    return file


def commands() -> dict[str, Any]:
    """Every command and group, by its words."""
    found: dict[str, Any] = {}

    def walk(name: str, one: Any) -> None:
        found[name] = one
        for sub, each in getattr(one, "commands", {}).items():
            walk(f"{name} {sub}".strip(), each)

    walk("", typer.main.get_command(app))
    return found


COMMANDS = commands()


def options(command: str, but: Collection[str] = ()) -> list[list[str]]:
    """Each option of a command with a value that it can read; hidden ones are refused anyway."""
    found = []
    for option in COMMANDS[command].params:
        if option.param_type_name == "option" and option.name not in but and not option.hidden:
            value = POLICIES.get(option.name, ("1",))[-1]
            found.append([option.opts[0]] if option.is_flag else [option.opts[0], value])
    return found


def refused(done: Done, flag: str, words: str = "") -> None:
    assert (done.code, done.out) == (2, ""), flag
    assert done.err.count("\n") == 1
    assert flag in done.err
    assert words in done.err


#: Groups that answer themselves, with one of their commands.
ANSWERING = {
    name: next(sub for sub in sorted(one.commands) if sub != "add")
    for name, one in COMMANDS.items()
    if name and getattr(one, "commands", None) and one.invoke_without_command
}
BEFORE = [
    (name, sub, option) for name, sub in ANSWERING.items() for option in options(name)
]  # fmt: skip


def test_two_groups_answer_and_no_other_has_options() -> None:
    assert set(ANSWERING) == {"claims", "ledger"}
    others = {name: one for name, one in COMMANDS.items() if hasattr(one, "commands")}
    for name in set(others) - set(ANSWERING):
        assert options(name) in ([], [["--version"]])


@pytest.mark.parametrize(("group", "sub", "option"), BEFORE)
def test_options_of_a_group_are_not_those_of_its_commands(
    run: Command, group: str, sub: str, option: list[str]
) -> None:
    done = run(group, *option, sub)
    refused(done, option[0], f"stands before {sub}, which reads only what stands after it")


@pytest.mark.parametrize(
    "words",
    [
        "claims --draws 300 --level 0.8 show epoch-2024-open-closed --json",
        "claims --draws 2000 check behind",  # the usual number of the group, not that of check
        "claims --archive /nonexistent show schmidt-2024",
        "ledger --json scores",
        "ledger --archive /nonexistent scores",
    ],
)
def test_whatever_stands_there(run: Command, words: str) -> None:
    done = run(*words.split())
    refused(done, words.split()[1], "stands before")


ALL = [["--estimand", "average"], ["--interval", "both"], ["--frontier", "nonsense"], ["--explain"],
       ["--figure", "x.svg"]]  # fmt: skip


@pytest.mark.parametrize("option", ALL)
def test_all_estimands_take_nothing_of_one(run: Command, option: list[str]) -> None:
    done = run("lag", "--all", "--board", "arena/vision", *option)
    refused(done, option[0], f"is of one answer; leave --all or {option[0]} out")


#: Of `cite` what prints a figure's facts, and its language; a level is refused without its table.
KEPT = ("lang", "bibtex", "csl", "as_json", "ratings_level")


@pytest.mark.parametrize("option", [*options("cite", KEPT), ["--no-selection-correction"]])
def test_a_figure_is_asked_nothing(
    run: Command, figure: Path, option: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "1").write_text(_RATINGS, "utf-8")  # the table that is named
    monkeypatch.chdir(tmp_path)
    assert len(options("cite", KEPT)) > 20
    refused(run("cite", figure, *option), option[0], "of its own")


LEVELS = [name for name, one in COMMANDS.items()
          if any(o.name == "ratings_level" and not o.hidden for o in one.params)]  # fmt: skip


@pytest.mark.parametrize("command", LEVELS)
def test_a_level_of_intervals_needs_their_table(run: Command, command: str, tmp_path: Path) -> None:
    assert len(LEVELS) > 5
    needed: dict[str, list[Any]] = {
        "compare": ["--by", "openness"], "report": ["--out", tmp_path / "r"],
    }  # fmt: skip
    done = run(command, *needed.get(command, []), "--ratings-level", 0.5)
    refused(done, "--ratings-level", "name that table too")


def test_a_level_of_intervals_needs_some_that_count(run: Command, tmp_path: Path) -> None:
    rows = [row.split(",") for row in _RATINGS.splitlines()]
    told = ["entry,rating,lower,upper,se", *(",".join([*row[:4], "6"]) for row in rows[1:])]
    mine, tags = tmp_path / "mine.csv", tmp_path / "tags.csv"
    mine.write_text("\n".join(told), "utf-8")
    tags.write_text(_TAGS, "utf-8")
    asked = ("lag", "--ratings", mine, "--tags", tags, "--draws", 100)
    assert run(*asked).code == 0
    refused(run(*asked, "--ratings-level", 0.5), "--ratings-level", "mine.csv: no rating has its")
    told[-1] = told[-1].removesuffix("6")  # of this one the interval counts
    mine.write_text("\n".join(told), "utf-8")
    assert run(*asked, "--ratings-level", 0.5).code == 0


def test_an_archive_named_for_its_tags_must_be_there(run: Command, tmp_path: Path) -> None:
    mine, tags = tmp_path / "mine.csv", tmp_path / "tags.csv"
    mine.write_text(_RATINGS, "utf-8")
    tags.write_text(_TAGS, "utf-8")
    asked = ("lag", "--ratings", mine, "--tags", tags, "--draws", 100)
    done = run(*asked, "--archive", tmp_path / "none")
    assert (done.code, done.out) == (ArchiveError.exit_code, "")
    assert "none: no such archive" in done.err
    (tmp_path / "empty").mkdir()  # one that holds nothing yet has our tags
    assert run(*asked, "--archive", tmp_path / "empty").code == 0


@pytest.mark.parametrize(
    "words", ["ledger", "ledger scores", "tags which", "tags export bundle", "archive verify"]
)
def test_an_archive_that_may_be_empty_must_be_there(run: Command, words: str) -> None:
    done = run(*words.split(), "--archive", "/nonexistent")
    assert (done.code, done.out) == (ArchiveError.exit_code, "")
    assert "/nonexistent: no such archive" in done.err


def test_forecasts_made_afterwards_are_of_no_archive(run: Command) -> None:
    done = run("ledger", "scores", "--pastcast", "--archive", "/nonexistent")
    refused(done, "--archive", "leave --archive or --pastcast out")


@pytest.mark.parametrize("option", options("sensitivity", ("rules",)))
def test_the_rules_are_listed_whatever_is_asked(run: Command, option: list[str]) -> None:
    refused(run("sensitivity", "--rules", *option), option[0], "leave ")


@pytest.mark.parametrize(
    ("part", "option"),
    [
        ("--no-grid", ["--choice", "nonsense=1"]),
        ("--no-grid", ["--jobs", "3"]),
        ("--no-grid", ["--csv", "x.csv"]),
        ("--no-grid", ["--figure", "x.svg"]),
        ("--no-flip", ["--range", "1,2"]),
    ],
)
def test_a_part_that_is_left_out_takes_no_options(
    run: Command, part: str, option: list[str]
) -> None:
    refused(run("sensitivity", part, *option), option[0], f"take away {part} or {option[0]}")


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("rate votes.csv --force", "--force"),
        ("template ratings --force", "--force"),
        ("archive diff arena/vision --markdown --json", "--markdown"),
    ],
)
def test_what_nothing_is_done_with(run: Command, words: str, option: str) -> None:
    refused(run(*words.split()), option)


def test_something_is_left(run: Command) -> None:
    done = run("sensitivity", "--no-grid", "--no-influence", "--no-flip")
    refused(done, "--no-flip", "leave nothing; take one away")


def test_what_is_said_without_the_grid_names_its_question(run: Command) -> None:
    asked = ("sensitivity", "--no-grid", "--board", "arena/vision", "--as-of", "2026-03-01",
             "--draws", 100)  # fmt: skip
    words = " ".join(run(*asked).out.split())
    assert words.count("(on arena/vision, overall, as of 2026-03-01: China ") == 2
    told = json.loads(run(*asked, "--json").out)
    for part, estimand in (("influence", "average"), ("flip", "current")):
        answer = told[part]["answer"]
        of_board = (answer["board"], answer["category"], answer["as_of"], answer["n_draws"])
        assert of_board == ("arena/vision", "overall", "2026-03-01", 100)
        assert answer["headline"]["estimand"] == estimand
        assert {"vintage", "policies", "seed", "snapshots"} <= set(answer)


@pytest.mark.parametrize("option", [{"window": 6.0}, {"match_rule": "below"}])
def test_a_curve_has_no_window_and_no_match(option: dict[str, Any]) -> None:
    ask: Callable[..., Any] = elolag.frontier_curve
    with pytest.raises(UsageError, match="has no place here: a curve has no"):
        ask("CN", board="arena/vision", n_draws=100, **option)
