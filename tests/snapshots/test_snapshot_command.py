"""`elolag snapshot` as a person runs it."""

from __future__ import annotations

import json
import pydoc
import shutil
from pathlib import Path
from typing import Any

import hand_made as made
import pytest
from command import Command, Done
from snapshot_runs import take
from upstream_server import Reply, Upstream

from elolag.archive import Log, open_archive, verify
from elolag.tags import Lookup


@pytest.fixture
def bases(upstream: Upstream) -> list[str]:
    names = (*made.FETCHED, "artificial-analysis")
    return [f"--base-url={name}={upstream.url}" for name in names]


def test_it_ends_with_a_table(
    upstream: Upstream, elolag: Command, bases: list[str], tmp_path: Path
) -> None:
    made.healthy(upstream)
    done = elolag("snapshot", "--archive", tmp_path / "a", *bases)
    assert done.code == 0
    assert done.err == ""
    header, *lines = done.out.splitlines()
    words = "source boards rows new models dropped models unchanged/new/failed warnings"
    assert header.split() == words.split()
    assert lines[0].split()[:3] == ["arena-dataset", "2", "65"]
    assert "0/2/0" in lines[0]
    assert "artificial-analysis: skipped, no key in the environment variable" in done.out
    assert "have no tag and do not count yet" in done.out
    assert "elolag tags suggest" in done.out
    assert max(map(len, done.out.splitlines())) <= 120
    again = elolag("snapshot", "--archive", tmp_path / "a", *bases)
    assert again.code == 0
    assert "2/0/0" in again.out


def test_one_source_failing_exits_1_and_the_others_are_done(
    upstream: Upstream, elolag: Command, bases: list[str], tmp_path: Path
) -> None:
    made.healthy(upstream)
    upstream.routes[made.ECI] = Reply(status=404)
    done = elolag("snapshot", "--archive", tmp_path / "a", *bases)
    assert done.code == 1
    assert done.err.startswith("failed: epoch-eci: https://epoch.ai/data/eci_scores.csv: ")
    assert (tmp_path / "a/arena/text/2026-08-19").is_dir()
    assert (tmp_path / "a/openrouter/models").is_dir()


ODD: dict[str, Reply] = {
    "half an address": Reply(status=302, headers={"Location": "http://[::1"}),
    "a latin-1 byte": Reply(status=302, headers={"Location": "http://127.0.0.1/caf\xe9"}),
    "a host of compatibility characters": Reply(
        status=301, headers={"Location": "https://\xef\xac\x80.example\xe2\x84\x80"}
    ),
    "a wait of 5,000 digits": Reply(status=429, headers={"Retry-After": "9" * 5000}),
    "a wait till 99999": Reply(
        status=503, headers={"Retry-After": "Fri, 31 Dec 99999 23:59:59 GMT"}
    ),
    "another file": Reply(made.eci(), headers={"X-Linked-Etag": f'"{"0" * 64}"'}),
    "a redirect without end": Reply(
        b"x" * 4096, 302, {"Location": "https://evil.example/"}, endless=True
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_answer_fails_its_source_alone(
    upstream: Upstream,
    elolag: Command,
    bases: list[str],
    tmp_path: Path,
    case: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("elolag.fetch.client._backoff", lambda failures: 0.0)
    made.healthy(upstream)
    upstream.routes[made.ECI] = ODD[case]
    expect_only_eci_failed(elolag("snapshot", "--archive", tmp_path / "a", *bases), tmp_path / "a")


def test_certificates_that_are_not_there_fail_the_source_that_needs_them(
    upstream: Upstream,
    elolag: Command,
    bases: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    made.healthy(upstream)
    bases.append("--base-url=epoch-eci=https://mirror.invalid")
    done = elolag("snapshot", "--archive", tmp_path / "a", *bases)
    expect_only_eci_failed(done, tmp_path / "a")
    assert "none.pem" in done.err


def test_an_error_nobody_foresaw_fails_its_source_alone_and_is_told(
    upstream: Upstream,
    elolag: Command,
    bases: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made.healthy(upstream)
    for place, at in (
        ("elolag.fetch.client.Client.get", "get"),
        ("elolag.archive.collect.take_payloads", "take"),
    ):
        real = pydoc.locate(place)

        def broken(*args: object, real: Any = real, **more: object) -> object:
            if "epoch" in str(args[1:]):
                raise LookupError("no such\n\x1b[2Jthing")
            return real(*args, **more)

        with monkeypatch.context() as patch:
            patch.setattr(place, broken)
            done = elolag("snapshot", "--archive", tmp_path / at, *bases)
        expect_only_eci_failed(done, tmp_path / at)
        said = "unexpected: LookupError: no such \\x1b[2Jthing; please report"
        assert said in done.err


def test_an_interrupt_ends_the_run(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lookup: Lookup
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("elolag.fetch.client.Client.get", interrupted)
    with pytest.raises(KeyboardInterrupt):
        take(upstream, tmp_path / "a", lookup, made.FETCHED)


def expect_only_eci_failed(done: Done, archive: Path) -> None:
    assert done.code == 1
    assert done.err.startswith("failed: epoch-eci: ")
    assert len(done.err.splitlines()) == 1
    assert len(done.err) < 400
    opened = open_archive(archive)
    assert opened.boards() == [
        "arena/text",
        "arena/webdev",
        "models-dev/models",
        "openrouter/models",
    ]
    assert verify(opened) == []
    failed = [line for line in Log.read(archive).rows if line["outcome"] == "failed"]
    assert [line["source"] for line in failed] == ["epoch-eci"]


def test_json(upstream: Upstream, elolag: Command, bases: list[str], tmp_path: Path) -> None:
    made.healthy(upstream)
    made.serve_subset(upstream, "webdev", b"<html>")
    done = elolag("snapshot", "arena-dataset", "--archive", tmp_path / "a", "--json", *bases)
    assert done.code == 1
    (report,) = json.loads(done.out)
    assert report["failed"] is True
    assert [o["outcome"] for o in report["outcomes"]] == ["refused", "new"]
    assert report["outcomes"][1]["checks"][0] == {
        "name": "schema",
        "passed": True,
        "required": True,
        "note": "",
    }


def test_a_dry_run(upstream: Upstream, elolag: Command, bases: list[str], tmp_path: Path) -> None:
    made.healthy(upstream)
    done = elolag("snapshot", "--dry-run", "--archive", tmp_path / "a", *bases)
    assert done.code == 0
    assert "dry run: nothing was written" in done.out
    assert not (tmp_path / "a").exists()


def test_the_environment_names_the_archive(
    upstream: Upstream,
    elolag: Command,
    bases: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made.healthy(upstream)
    monkeypatch.setenv("ELOLAG_ARCHIVE", str(tmp_path / "mine"))
    assert elolag("snapshot", "epoch-eci", *bases).code == 0
    assert (tmp_path / "mine/epoch/eci").is_dir()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["arena-datset"], "did you mean arena-dataset"),
        (["arena-web"], "elolag archive import arena-web PATH"),
        (["--base-url", "epoch-eci"], "write it as SOURCE=URL"),
        (["--base-url", "epoch-eci=http://mirror.example"], "https"),
        (["--base-url", "nobody=https://mirror.example"], "unknown source"),
        (["--no-such-flag"], "No such option"),
        (["--tags", "no-such-file.csv"], "no-such-file.csv"),
    ],
)
def test_usage_errors(elolag: Command, tmp_path: Path, arguments: list[str], said: str) -> None:
    done = elolag("snapshot", "--archive", tmp_path / "a", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert said in done.err
    assert not (tmp_path / "a").exists()


def test_a_folder_that_cannot_be_made(
    upstream: Upstream, elolag: Command, bases: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = elolag("snapshot", "--archive", tmp_path / "file" / "a", *bases)
    assert done.code == 1
    assert done.err.startswith("elolag: ")
    assert len(done.err.splitlines()) == 1


def test_names_that_do_not_show_themselves_are_escaped(
    upstream: Upstream, elolag: Command, bases: list[str], tmp_path: Path, last_month: Path
) -> None:
    shutil.copytree(last_month, tmp_path / "a")
    made.healthy(upstream)
    odd = made.row("\u202eevil [bold]x[/bold]", 1510.0)
    made.serve_subset(upstream, "text", made.parquet([*made.board_rows(), odd]))
    done = elolag("snapshot", "arena-dataset", "--archive", tmp_path / "a", *bases)
    assert done.code == 0
    assert "\u202e" not in done.out
    assert "\\u202eevil [bold]x[/bold]" in done.out


def test_a_bar_on_a_terminal_and_none_in_a_pipe(
    upstream: Upstream,
    elolag: Command,
    bases: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made.healthy(upstream)
    assert elolag("snapshot", "--archive", tmp_path / "a", *bases).err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    done = elolag("snapshot", "--archive", tmp_path / "b", *bases)
    assert "bytes" in done.err
    assert "\x1b[" not in done.out
