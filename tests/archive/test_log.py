"""The log as a chain: what `verify` says when its lines are not as they were written."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from pathlib import Path

import pytest
from handmade import ladder, payload
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.archive import Archive, Log, seal, take_payloads, verify
from elolag.archive.log import _UNSEALED_COLUMNS, LOG, LOG_COLUMNS, encode_line, read_lines
from elolag.archive.store import _STOPPED, Writer
from elolag.errors import ArchiveError


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of three folders whose log has six lines, the last about no folder."""
    root = tmp_path_factory.mktemp("filled") / "archive"
    days = ("2026-07-12", "2026-07-19", "2026-08-19")
    batch = [payload(ladder(8 + i), vintage=day) for i, day in enumerate(days)]
    take_payloads(root, batch)
    take_payloads(root, batch)
    return root


@pytest.fixture(scope="module")
def altered(filled: Path) -> Path:
    return shutil.copytree(filled, filled.parent / "altered")


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "archive")


def lines(root: Path) -> list[bytes]:
    return (root / LOG).read_bytes().splitlines(keepends=True)


def found(root: Path, head: str | None = None) -> list[str]:
    return [str(problem) for problem in verify(Archive(root), head=head)]


def with_log(root: Path, *parts: bytes) -> list[str]:
    (root / LOG).write_bytes(b"".join(parts))
    return found(root)


def unsealed(root: Path) -> bytes:
    """Rewrite the log as it was before there was a chain."""
    rows = Log.read(root).rows
    header = encode_line(_UNSEALED_COLUMNS, {name: name for name in _UNSEALED_COLUMNS})
    data = header + b"".join(encode_line(_UNSEALED_COLUMNS, row) for row in rows)
    (root / LOG).write_bytes(data)
    return data


def test_each_line_carries_the_hash_of_the_bytes_before_it(root: Path) -> None:
    held = lines(root)
    carried = [line["previous"] for line in csv.DictReader(io.StringIO(b"".join(held).decode()))]
    assert carried == [hashlib.sha256(line).hexdigest() for line in held[:-1]]
    assert len(held) == 7
    assert Archive(root).log_head == hashlib.sha256(held[-1]).hexdigest()
    assert found(root) == []


def test_the_head_of_an_archive_without_lines_is_empty(tmp_path: Path) -> None:
    assert Archive(tmp_path).log_head == ""
    with Writer(tmp_path, "test"):
        pass
    assert found(tmp_path) == []
    assert found(tmp_path / "none") == []


def test_a_line_taken_out_is_found(root: Path) -> None:
    held = lines(root)
    (problem,) = with_log(root, *held[:5], *held[6:])
    assert problem == (
        "log.csv: row 6 does not carry the hash of row 5: that one was changed, or rows before "
        "row 6 are missing"
    )


def test_two_lines_in_the_wrong_order_are_found(root: Path) -> None:
    held = lines(root)
    problems = with_log(root, *held[:4], held[5], held[4], held[6])
    assert problems[1] == (
        "log.csv: row 6 was written after what is row 4 and stands after row 5: rows were moved, "
        "taken out or put in"
    )
    assert len(problems) == 3


def test_a_line_written_twice_is_found(root: Path) -> None:
    held = lines(root)
    assert with_log(root, *held[:4], held[3], *held[4:])[0] == "log.csv: row 5 is row 4 over again"


def test_a_doubled_log_is_found(root: Path) -> None:
    held = lines(root)
    header = "log.csv: row 8 is the header over again: the log is doubled"
    assert with_log(root, *held, *held) == [header]
    assert with_log(root, *held, *held[1:]) == ["log.csv: row 8 is row 2 over again"]


def test_a_missing_log_is_found_and_refused(root: Path) -> None:
    (root / LOG).unlink()
    words = "missing or empty, though 3 snapshot folders are there; restore it from a good copy"
    assert found(root) == [f"log.csv: {words}"]
    with pytest.raises(ArchiveError, match=rf"log\.csv: {words}"):
        take_payloads(root, [payload(ladder(5), board="arena/search")])
    assert not (root / LOG).exists()


def test_a_log_halved_at_any_byte_is_found(root: Path) -> None:
    data = (root / LOG).read_bytes()
    whole = [i + 1 for i, byte in enumerate(data) if byte == ord("\n")]
    for cut in range(0, len(data), 19):
        problems = with_log(root, data[:cut])
        # At the end of one of the last lines, which are about no folder, nothing shows.
        assert problems or cut in whole[3:], cut
    head = Log(root / LOG, data).head
    for cut in range(0, len(data), 19):
        (root / LOG).write_bytes(data[:cut])
        assert found(root, head), cut


def test_half_a_line_of_a_run_that_was_killed_is_no_problem(root: Path) -> None:
    whole = (root / LOG).read_bytes()
    (root / ".writer").write_text("pid 1 on somewhere: elolag snapshot", encoding="ascii")
    assert with_log(root, whole, b"2026-08-2") == []
    take_payloads(root, [payload(ladder(5), board="arena/search")])
    assert (root / LOG).read_bytes().startswith(whole)
    assert found(root) == []


def test_a_first_half_taken_away_is_found(root: Path) -> None:
    held = lines(root)
    problems = with_log(root, held[0], *held[4:])
    assert problems[-1].startswith("log.csv: row 2 does not carry the hash of row 1")
    assert len(problems) == 4  # and the three folders whose lines are gone


def test_line_ends_changed_by_a_tool_are_named(root: Path) -> None:
    (problem,) = with_log(root, (root / LOG).read_bytes().replace(b"\n", b"\r\n"))
    assert "CR LF" in problem
    assert "autocrlf" in problem


def test_many_breaks_are_counted(root: Path) -> None:
    held = lines(root)
    problems = with_log(root, held[0], *reversed(held[1:]))
    assert len(problems) == 6
    assert problems[0] == "log.csv: further breaks of the chain: 1"


def test_a_broken_log_is_refused_before_anything_is_written(root: Path) -> None:
    held = lines(root)
    (root / LOG).write_bytes(b"".join([*held[:5], *held[6:], b"half a li"]))
    (root / ".incoming-1-1").mkdir()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(ArchiveError, match=r"log\.csv: row 6 does not carry .* from a good copy"):
        take_payloads(root, [payload(ladder(5), board="arena/search")])
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert (root / ".incoming-1-1").is_dir()


def test_a_cited_head_is_found_in_what_extends_it(root: Path) -> None:
    cited = Archive(root).log_head
    take_payloads(root, [payload(ladder(5), board="arena/search")])
    assert Archive(root).log_head != cited
    assert found(root, cited) == []
    assert found(root, f" {cited.upper()}\n") == []
    assert Log.read(root).number_of(cited) == 6
    # As a footnote shortens it; fewer digits find nothing.
    assert found(root, cited[:16]) == found(root, cited[:12].upper()) == []
    assert Log.read(root).number_of(cited[:12]) == 6
    assert Log.read(root).number_of(cited[:11]) is None
    assert Log.read(root).number_of(hashlib.sha256(lines(root)[0]).hexdigest()) is None


@pytest.mark.parametrize("head", ["0" * 64, "abc", "", "\x1b[2J"])
def test_a_head_that_is_not_in_the_log_is_one_problem(root: Path, head: str) -> None:
    (problem,) = found(root, head)
    assert problem.startswith(f"log.csv: no line has the cited hash {head!r}: this archive does")
    (problem,) = found(root / "none", head)
    assert "no line has the cited hash" in problem


def test_a_log_that_lost_its_last_line_is_found_by_the_head_alone(root: Path) -> None:
    held, cited = lines(root), Archive(root).log_head
    assert with_log(root, *held[:-1]) == []
    assert len(found(root, cited)) == 1


EDITS = st.sampled_from(["delete", "double", "swap", "cut", "edit", "insert"])


@search(200)
@given(st.data(), EDITS)
def test_any_single_change_of_the_lines_is_found(
    filled: Path, altered: Path, data: st.DataObject, edit: str
) -> None:
    """By the chain alone, unless it is the end that changed; with the head always."""
    held = lines(filled)
    head = Log.read(filled).head
    at = data.draw(st.integers(0, len(held) - 1))
    changed = list(held)
    if edit == "delete":
        del changed[at]
    elif edit == "double":
        changed.insert(data.draw(st.integers(0, len(held))), held[at])
    elif edit == "swap":
        other = data.draw(st.integers(0, len(held) - 1).filter(lambda n: n != at))
        changed[at], changed[other] = changed[other], changed[at]
    elif edit == "cut":
        changed = changed[:at]
    elif edit == "insert":
        changed.insert(at, data.draw(st.binary(max_size=90)) + b"\n")
    else:
        place = data.draw(st.integers(0, len(held[at]) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda n: n != held[at][place]))
        changed[at] = held[at][:place] + bytes([byte]) + held[at][place + 1 :]
    # Nothing vouches for the last line but the head; a cut takes lines off the end.
    at_the_end = changed[:-1] == held[:-1] or changed == held[: len(changed)]
    assert with_log(altered, *changed) or at_the_end
    assert changed == held or found(altered, head)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=4))
def test_whatever_a_note_holds_one_line_is_one_record(notes: list[str]) -> None:
    header = encode_line(LOG_COLUMNS, {name: name for name in LOG_COLUMNS})
    data = [header]
    for note in notes:
        data.append(
            encode_line(
                LOG_COLUMNS, {"note": note, "previous": hashlib.sha256(data[-1]).hexdigest()}
            )
        )
    log = Log(Path(LOG), b"".join(data))
    assert list(log.breaks()) == []
    assert len(log.rows) == len(notes)
    assert [row["note"] for row in log.rows if not set(row["note"]) & set(" \n\r")] == [
        note for note in notes if not set(note) & set(" \n\r")
    ]


# Logs from before there was a chain.


def test_an_old_log_is_read_but_neither_written_to_nor_called_sound(root: Path) -> None:
    old = unsealed(root)
    archive = Archive(root)
    assert len(archive.board("arena/text").snapshot().ratings()) == 10
    assert len(archive.written("arena/text")) == 3
    assert archive.log_head == ""
    words = "its lines are not chained yet; seal it once with: elolag archive seal"
    assert found(root) == [f"log.csv: {words}"]
    with pytest.raises(ArchiveError, match=f"{words} --archive {root}"):
        take_payloads(root, [payload(ladder(5), board="arena/search")])
    assert (root / LOG).read_bytes() == old


def test_sealing_adds_a_column_once(root: Path) -> None:
    chained = (root / LOG).read_bytes()
    old = unsealed(root).splitlines()
    log = seal(Archive(root))
    assert (root / LOG).read_bytes() == chained  # the very chain the runs would have written
    assert all(new.startswith(line + b",") for new, line in zip(lines(root), old, strict=True))
    assert log.head == Archive(root).log_head
    assert found(root, log.head) == []
    with pytest.raises(ArchiveError, match=f"sealed already, with the head {log.head}"):
        seal(Archive(root))
    assert (root / LOG).read_bytes() == chained
    take_payloads(root, [payload(ladder(5), board="arena/search")])
    assert found(root, log.head) == []


def test_an_archive_that_is_not_as_its_log_says_is_not_sealed(root: Path) -> None:
    old = unsealed(root)
    shutil.rmtree(root / "arena/text/2026-07-12")
    with pytest.raises(ArchiveError, match=r"not sealed.*arena/text/2026-07-12: missing"):
        seal(Archive(root))
    assert (root / LOG).read_bytes() == old


def test_there_must_be_a_log_to_seal(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no log to seal"):
        seal(Archive(tmp_path))


def test_sealing_waits_for_no_other_run(root: Path) -> None:
    with Writer(root, "the first run"):
        old = unsealed(root)
        with pytest.raises(ArchiveError, match="the first run"):
            seal(Archive(root))
    assert (root / LOG).read_bytes() == old


def test_a_seal_that_the_disk_refuses_leaves_the_old_log(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = unsealed(root)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", refuse)
        with pytest.raises(ArchiveError, match="the disk is full"):
            seal(Archive(root))
    assert (root / LOG).read_bytes() == old
    seal(Archive(root))
    assert not list(root.glob(".log*"))


# Folders without a line.


def stopped(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends between the rename of its folder and its line in the log."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_log", stop)
        with pytest.raises(KeyboardInterrupt):
            take_payloads(root, [payload(ladder(5), board="arena/search", vintage="2026-08-19")])


def test_a_folder_its_run_had_no_time_to_log_is_logged_with_a_note(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(root, monkeypatch)
    assert (root / "arena/search/2026-08-19").is_dir()
    assert found(root) == []
    with Writer(root, "test"):
        pass
    *_, line = Log.read(root).rows
    assert (line["board"], line["label"], line["outcome"], line["note"]) == (
        "arena/search", "2026-08-19", "new", _STOPPED,
    )  # fmt: skip
    assert (line["run_at"], line["rows"]) == ("2026-08-21", "5")
    assert not (root / ".intent").exists()
    assert found(root) == []


@pytest.mark.parametrize("change", ["no intent", "half an intent", "another folder", "other bytes"])
def test_any_other_folder_without_a_line_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    stopped(root, monkeypatch)
    folder, intent = root / "arena/search/2026-08-19", root / ".intent"
    if change == "no intent":
        intent.unlink()
    elif change == "half an intent":
        intent.write_bytes(intent.read_bytes()[:-9])
    elif change == "another folder":
        folder = folder.rename(root / "arena/search/2026-08-18")
    else:
        manifest = folder / "datapackage.json"
        manifest.write_bytes(manifest.read_bytes() + b"\n")
    log = (root / LOG).read_bytes()
    name = folder.relative_to(root).as_posix()
    words = "no line of log.csv and no intent of a stopped run speaks of it"
    assert any(problem.startswith(f"{name}: {words}") for problem in found(root))
    with pytest.raises(ArchiveError, match=f"{name}: {words}.*move the folder out"):
        take_payloads(root, [payload(ladder(5), board="arena/document")])
    assert (root / LOG).read_bytes() == log
    shutil.move(folder, root.parent / "outside")
    take_payloads(root, [payload(ladder(5), board="arena/document")])
    assert found(root) == []


def test_an_intent_without_a_folder_is_dropped(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = (root / LOG).read_bytes()
    stopped(root, monkeypatch)
    shutil.rmtree(root / "arena/search")
    with Writer(root, "test"):
        pass
    assert not (root / ".intent").exists()
    assert (root / LOG).read_bytes() == log


def test_the_intent_is_on_the_disk_before_the_folder_is_in_place(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    seen: list[list[dict[str, str]]] = []
    rename = os.rename

    def watched(source: Path, target: Path) -> None:
        seen.append(read_lines(root / ".intent", LOG_COLUMNS))
        rename(source, target)

    monkeypatch.setattr(os, "rename", watched)
    take_payloads(root, [payload(ladder(5), board="arena/search", vintage="2026-08-19")])
    ((line,),) = seen
    assert (line["board"], line["label"]) == ("arena/search", "2026-08-19")
    assert line["manifest_sha256"] == Archive(root).board("arena/search").snapshot().sha256
    assert not (root / ".intent").exists()
