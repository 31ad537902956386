"""``elolag rate``, ``elolag template`` and ``elolag lag --ratings``, as a user types them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from elolag.cli import main
from elolag.own.board import _RATINGS, _TAGS, _TEMPLATES, _VOTES, template

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["elolag", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    return command


def test_templates_are_printed_and_written_once(run: Run, tmp_path: Path):
    assert run("template", "ratings") == (0, _RATINGS, "")
    assert run("template", "tags", "--out", "tags.csv")[0] == 0
    assert (tmp_path / "tags.csv").read_text("utf-8") == _TAGS
    code, out, error = run("template", "tags", "--out", "tags.csv")
    assert (code, out) == (2, "")
    assert "is there already" in error
    assert run("template", "votes", "--out", "tags.csv", "--force")[0] == 0
    assert (tmp_path / "tags.csv").read_text("utf-8") == _VOTES
    code, _, error = run("template", "rating")
    assert code == 2
    assert "there are: ratings, tags, votes" in error
    assert all(template(kind) == text for kind, text in _TEMPLATES.items())


def test_from_votes_to_a_lag(run: Run, tmp_path: Path):
    header, *rows = _VOTES.splitlines(keepends=True)
    (tmp_path / "v.csv").write_text(header + "".join(rows) * 20, "utf-8")
    (tmp_path / "t.csv").write_text(_TAGS, "utf-8")
    code, out, error = run("rate", "v.csv", "--anchor", "Alder 1=1100", "--out", "rated")
    assert (code, error) == (0, "")
    assert "Alder 1 held at 1100" in out
    assert "both bad: counted as ties" in out
    code, out, error = run(
        "lag", "--ratings", "rated", "--tags", "t.csv", "--draws", "200", "--json"
    )
    assert (code, error) == (0, "")
    data = json.loads(out)
    assert data["board"] == "own/ratings"
    assert len(data["policies"]["covariance"]) == 64
    assert str(tmp_path) not in out
    code, out, error = run("rate", "v.csv", "--out", "rated")
    assert (code, out) == (2, "")
    assert "is there already" in error


def test_the_templates_answer_on_the_command_line(run: Run, tmp_path: Path):
    (tmp_path / "my.csv").write_text(_RATINGS, "utf-8")
    (tmp_path / "t.csv").write_text(_TAGS, "utf-8")
    question = ("--ratings", "my.csv", "--tags", "t.csv", "--draws", "200")
    code, out, error = run("lag", *question)
    assert (code, error) == (0, "")
    assert " ".join(out.split()).startswith(
        "Over the twelve months to 19 August 2026, China's best AI model of the day was on average "
        "at least 7.0 months behind the US ("
    )
    assert " on the board own/ratings. On 19 August 2026, China's best, " in " ".join(out.split())
    code, out, _ = run("lag", *question, "--estimand", "current")
    assert code == 0
    assert out.startswith("As of 2026-08-19, China trails the US by 4.2 months on own/ratings")
    code, out, _ = run("lag", *question, "--all")
    assert code == 0
    assert "average" in out
    flat = ("lag", *question, "--no-selection-correction", "--json")
    narrow = json.loads(run(*flat)[1])
    wide = json.loads(run(*flat, "--ratings-level", "0.5")[1])
    width = [r["gap"]["high"] - r["gap"]["low"] for r in (narrow, wide)]
    assert width[1] > width[0]
    # Four models bound the lag of many draws on both sides; that is said, not averaged away.
    code, out, error = run("change", *question, "--since", "2026-06-01", "--estimand", "current")
    assert (code, out) == (2, "")
    assert "known, and not only bounded, at both dates in only" in error


def test_json_options_and_names(run: Run, tmp_path: Path):
    rows = ["one,two,vote,long_a,long_b"]
    for k in range(60):
        vote = ("left", "right", "bothbad")[k % 3]
        rows.append(f"a\u202eb,b,{vote},{k + 1},{60 - k}")
    (tmp_path / "v.csv").write_text("\n".join(rows), "utf-8")
    code, out, error = run(
        "rate", "v.csv", "--columns", "left=one,right=two,winner=vote", "--both-bad", "drop",
        "--mean", "500", "--date", "2026-01-02", "--json",
    )  # fmt: skip
    assert (code, error) == (0, "")
    data = json.loads(out)
    assert (data["level"], data["votes"], data["date"]) == (500, 40, "2026-01-02")
    columns = "left=one,right=two,winner=vote"
    _, out, _ = run("rate", "v.csv", "--columns", columns)
    assert "\u202e" not in out
    assert "a\\u202eb" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rate", "none.csv"), "none.csv: no such file"),
        (("rate", "v.csv", "--anchor", "Alder 1"), "write a model and its points"),
        (("rate", "v.csv", "--anchor", "x=1"), "anchor 'x' is not among"),
        (("rate", "v.csv", "--anchor", "Alder 1=1", "--mean", "2"), "both set the scale"),
        (("rate", "v.csv", "--columns", "left"), "write left=A"),
        (("rate", "v.csv", "--both-bad", "half"), "both_bad 'half'"),
        (("rate", "split.csv"), "2 parts that never met: 'a', 'b'; 'c', 'd'"),
        (("lag", "--ratings", "v.csv"), "no column 'entry'"),
        (("lag", "--ratings", "none.csv"), "cannot read the ratings file none.csv"),
        (("lag", "--ratings", "v.csv", "--board", "arena/text"), "both name a board"),
        (("lag", "--ratings", "my.csv"), "none of its 8 entries has a tag"),
    ],
)
def test_bad_requests_exit_2_with_one_message(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
):
    (tmp_path / "v.csv").write_text(_VOTES, "utf-8")
    (tmp_path / "my.csv").write_text(_RATINGS, "utf-8")
    (tmp_path / "split.csv").write_text(
        "left,right,winner\na,b,left\nb,a,left\nc,d,left\nd,c,left\n", "utf-8"
    )
    code, out, error = run(*arguments)
    assert (code, out) == (2, "")
    assert message in error
    assert error.count("\n") == 1
