"""Names from data can do nothing on a terminal or in a file but be read, whatever the command."""

from __future__ import annotations

import ast
import csv
import json
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import made_archive
import pytest

from elolag import estimate_lag, plots, time_to_match
from elolag.cli import main
from elolag.cli.show import _as_json
from elolag.own import own_board

CLI = Path(__file__).parents[2] / "elolag" / "cli"
#: A rich style, an emoji's code, and a link, in the names of an archive's entries.
MARKUP = ":smile: [red]x[/red] [link=http://evil.example]"
#: What any name may hold: a turn of direction, and a blank that takes no room.
TURNED = "nice\u202egnp.exe\u200bnext"
#: What only texts beside names may hold too: an escape sequence, a bell, a line separator.
HIDDEN = f"{TURNED} \x1b[31m\x07\u2028next"
BOARDS = ("arena/text", "arena/text_style_control")
#: Entries of a user's own ratings that nobody has tagged: the best, and so named in every answer.
OWN = [f"{TURNED} {MARKUP}"]
VINTAGES = ("2026-02-20", "2026-04-20", "2026-08-19")


@dataclass(frozen=True)
class World:
    archive: Path
    tags: Path
    ratings: Path
    votes: Path
    claims: Path


def names() -> list[tuple[str, str, str, float]]:
    """(entry, lab, release date, rating): one a month of each side, China six months behind."""
    found = []
    for month in range(13):
        year, rest = divmod(4 + month, 12)
        date = f"{2025 + year}-{rest + 1:02d}"
        found.append((f"us-{month:02d} {MARKUP}", "acme", f"{date}-05", 1300.0 + 13 * month))
        found.append((f"cn-{month:02d} {MARKUP}", "dragon", f"{date}-12", 1222.0 + 13 * month))
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("hostile")
    rows = names()
    for vintage in VINTAGES:
        listed = [(entry, rating, 9.0, MARKUP) for entry, _, day, rating in rows if day < vintage]
        listed.append((f"untagged {MARKUP}", 1210.0, 9.0, MARKUP))
        made_archive.archive(
            folder / "a", *(made_archive.publication(listed, vintage, board) for board in BOARDS)
        )
    tags = folder / "tags"
    tags.mkdir()
    labs = [(f"Acme {HIDDEN} {MARKUP}", "acme", "US"), (f"Drache {HIDDEN}", "dragon", "CN")]
    write(
        tags / "labs.csv", "lab,name,parent,country,from,until,other_sites,evidence,note",
        [[key, name, "", country, "", "", "", HIDDEN, MARKUP] for name, key, country in labs],
    )  # fmt: skip
    write(
        tags / "models.csv",
        "model,lab,release_date,precision,date_basis,weights_date,base,evidence,note",
        [[e.split()[0], lab, day, "day", "announcement", "", "", f"{HIDDEN} {MARKUP}", HIDDEN]
         for e, lab, day, _ in rows],
    )  # fmt: skip
    write(
        tags / "aliases.csv", "source,entry,model,effort,note",
        [["*", entry, entry.split()[0], "", ""] for entry, *_ in rows],
    )  # fmt: skip
    own = folder / "own.csv"
    write(
        own, "entry,rating,se,votes,date",
        [[entry, rating, 4.0, 9000, "2026-08-19"] for entry, *_, rating in rows]
        + [[own, 1600.0, 4.0, 9000, "2026-08-19"] for own in OWN],
    )  # fmt: skip
    votes = folder / "votes.csv"
    a, b = f"a {TURNED}", f"b {MARKUP}"
    write(votes, "left,right,winner", [[a, b, w] for w in ("left", "right", "left", "tie") * 9])
    claims = folder / "claims.toml"
    claims.write_text(CLAIM.format(markup=MARKUP, turned="\\u202E"), "utf-8")
    return World(folder / "a", tags, own, votes, claims)


CLAIM = """[[claim]]
key = "somebody-2026"
who = "Somebody {turned} {markup}"
date = "2026-08-20"
where = "https://example.org/report"
paraphrase = "About half a year {turned} {markup}."
leader = "US"
follower = "CN"
kind = "months"
low = 4.5
high = 7.5
estimand = "current"
why = "A distance in time {turned} {markup}."
verified = true
checked = "read on 2026-08-20"
"""


def write(path: Path, header: str, rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def harmless(text: str, *, ends: str = "\n") -> None:
    """Nothing is there that does not show itself; no code became an emoji."""
    hidden = {c for c in text if unicodedata.category(c)[0] in "CZ"} - {" ", *ends}
    assert not hidden, hidden
    assert "\U0001f604" not in text


OF_ARCHIVE = "--archive {archive} --tags {tags}"
#: Every command that can say a name, and whether it has --json.
COMMANDS = {
    f"lag {OF_ARCHIVE} --draws 100": True,
    f"lag {OF_ARCHIVE} --draws 100 --all": True,
    "lag --ratings {ratings} --tags {tags} --draws 100": True,
    f"change {OF_ARCHIVE} --draws 100 --since 2026-03-01 --estimand current": True,
    f"compare --by lab {OF_ARCHIVE} --draws 100": True,
    f"compare --by country {OF_ARCHIVE} --draws 100": True,
    f"cite {OF_ARCHIVE} --draws 100": True,
    f"cite {OF_ARCHIVE} --draws 100 --lang de": True,
    f"cite {OF_ARCHIVE} --draws 100 --leader lab:acme --follower lab:dragon": True,
    f"claims --add {{claims}} --only-added {OF_ARCHIVE} --draws 100": True,
    f"claims show somebody-2026 --add {{claims}} {OF_ARCHIVE} --draws 100": True,
    f"revisions --settle 0 --estimand current {OF_ARCHIVE} --draws 100": True,
    f"dates {OF_ARCHIVE} --draws 100": True,
    f"dates us-12 {OF_ARCHIVE} --draws 100": True,
    f"leads {OF_ARCHIVE} --draws 100": True,
    f"lag {OF_ARCHIVE} --draws 100 --estimand current --explain": True,
    f"sensitivity --no-grid {OF_ARCHIVE} --draws 100": True,
    "archive list --archive {archive}": True,
    "archive list arena/text --archive {archive}": True,
    "archive verify --archive {archive}": True,
    "archive diff arena/text --archive {archive} --tags {tags}": True,
    "archive diff arena/text --archive {archive} --tags {tags} --markdown": False,
    "tags list --archive {archive} --tags {tags}": True,
    "tags show us-12 --archive {archive} --tags {tags}": True,
    "tags check --archive {archive} --tags {tags}": True,
    "tags suggest --archive {archive} --tags {tags}": True,
    "rate {votes}": True,
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("as_data", [False, True], ids=["text", "json"])
def test_every_command_neutralises(
    world: World,
    command: str,
    as_data: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if as_data and not COMMANDS[command]:
        return
    call = [part.format(**vars(world)) for part in command.split()]
    monkeypatch.setattr(sys, "argv", ["elolag", *call, *(["--json"] if as_data else [])])
    with pytest.raises(SystemExit) as end:
        main()
    shown = capsys.readouterr()
    assert end.value.code in (0, None) or "tags check" in command, shown.err
    harmless(shown.out, ends="\n\t" if "tags list" in command else "\n")
    harmless(shown.err)
    if as_data:
        assert json.loads(shown.out)


def test_refusals_neutralise(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["lag", "--board", f"arena/{HIDDEN}", "--archive", str(world.archive)]
    monkeypatch.setattr(sys, "argv", ["elolag", *call])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    harmless(capsys.readouterr().err)


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
@pytest.mark.parametrize("drawing", ["frontier", "time_to_match"])
def test_figures_and_their_metadata_neutralise(
    world: World,
    drawing: str,
    ending: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = {"frontier": estimate_lag, "time_to_match": time_to_match}[drawing]
    own = own_board(world.ratings)
    found = asked(board=own, extra_tags=world.tags, window=12.0, n_draws=60)
    figure = plots.save(getattr(plots, drawing)(found), tmp_path / f"f.{ending}", found)
    content = figure.read_bytes()
    assert not [hidden for hidden in "\u202e\u2028\U0001f604" if hidden.encode() in content]
    if ending == "svg":
        harmless(content.decode())
        if drawing == "frontier":
            assert "\\u202e" in content.decode()
    monkeypatch.setattr(sys, "argv", ["elolag", "cite", str(figure)])
    with pytest.raises(SystemExit):
        main()
    harmless(capsys.readouterr().out)


def test_json_keeps_letters_and_escapes_the_rest() -> None:
    data = {"Tülü 模型": f"{HIDDEN}\u00a0\U000e0041"}
    text = _as_json(data)
    harmless(text)
    assert "Tülü 模型" in text
    assert "\\u202e" in text
    assert json.loads(text) == data


def test_there_is_one_way_out() -> None:
    """Only `show` prints; the others give them what to print."""
    for path in sorted(CLI.glob("*.py")):
        if path.name == "show.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert name not in ("echo", "print", "dumps"), f"{path}:{node.lineno}: {name}"
