"""The chain under attack: what `verify` sees, what only a noted head sees, what a run launders.

Each attack is made on an archive whose head a reader has noted. An attack that knows the format
makes every hash anew that can be made anew (`rehashed`); of those only the head tells.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from handmade import broken, ladder, payload

from elolag.archive import Archive, Log, Payload, store, take_payloads, take_publications, verify
from elolag.archive.log import _UNSEALED_COLUMNS, LOG, LOG_COLUMNS, TWINS, encode_line
from elolag.archive.package import MANIFEST, content_id, sha256
from elolag.errors import ArchiveError

BOARD = "arena/text"
DAYS = ("2026-06-12", "2026-07-12", "2026-08-19")
VICTIM = f"{BOARD}/{DAYS[1]}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six folders: three lists of one board, a copy with its better form, another board."""
    root = tmp_path_factory.mktemp("filled") / "archive"
    batch = [payload(ladder(12 + i), vintage=day) for i, day in enumerate(DAYS)]
    take_payloads(root, batch)
    rows = ladder(14, top=1550)
    coarse = [(row[0], round(row[1]), row[2]) for row in rows if len(row) > 2]

    def copied(day: str) -> Payload:
        return payload(coarse, by="arena-web", board="arena/search", vintage=day, retrieved_at=day)

    take_payloads(root, [copied("2026-08-20")])
    take_payloads(root, [payload(rows, board="arena/search")])
    take_payloads(root, [copied("2026-08-21")])
    take_payloads(root, [broken()])
    assert verify(Archive(root)) == []
    assert len(Log.read(root).written) == 5
    return root


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "archive")


def rows_of(root: Path) -> list[dict[str, str]]:
    return Log.read(root).rows


def chained(root: Path, rows: list[dict[str, str]]) -> None:
    """Write a log of `rows` with a chain of its own."""
    lines = [encode_line(LOG_COLUMNS, {name: name for name in LOG_COLUMNS})]
    for row in rows:
        lines.append(encode_line(LOG_COLUMNS, {**row, "previous": sha256(lines[-1])}))
    (root / LOG).write_bytes(b"".join(lines))


def lines(root: Path) -> list[bytes]:
    return (root / LOG).read_bytes().splitlines(keepends=True)


def edit_manifest(folder: Path, change: Callable[[dict], None]) -> str:
    """Change a manifest and return the hash of its new bytes."""
    path = folder / MANIFEST
    package = json.loads(path.read_bytes())
    change(package)
    path.write_text(json.dumps(package, indent=1), encoding="utf-8")
    return sha256(path.read_bytes())


def change_figures(folder: Path) -> str:
    """Raise every rating of a list by ten points, and make the hashes of the folder anew."""
    data = (folder / "ratings.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(io.StringIO(data))
    at = header.index("rating")
    raised = [[*row[:at], f"{float(row[at]) + 10:g}", *row[at + 1 :]] for row in rows]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *raised])
    (folder / "ratings.csv").write_text(out.getvalue(), encoding="utf-8")
    files = {path.name: path.read_bytes() for path in folder.glob("*.csv")}

    def rehash(package: dict) -> None:
        for item in package["resources"]:
            item["bytes"] = len(files[item["path"]])
            item["hash"] = f"sha256:{sha256(files[item['path']])}"
        package["id"] = f"sha256:{content_id({n: sha256(data) for n, data in files.items()})}"

    return edit_manifest(folder, rehash)


def rehashed(root: Path, digest: str, path: str = VICTIM) -> None:
    """Give a folder's line its new hash, and every line after it."""
    board, _, label = path.rpartition("/")
    chained(
        root,
        [
            {**row, "manifest_sha256": digest}
            if (row["board"], row["label"]) == (board, label) and row["manifest_sha256"]
            else row
            for row in rows_of(root)
        ],
    )


def number_of(root: Path, path: str) -> int:
    """Which row of the log wrote a folder, counted from 0."""
    board, _, label = path.rpartition("/")
    return next(
        at
        for at, row in enumerate(rows_of(root))
        if (row["board"], row["label"]) == (board, label) and row["manifest_sha256"]
    )


# The attacks.


def a_byte_of_a_table(root: Path) -> None:
    path = root / VICTIM / "ratings.csv"
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)


def a_byte_of_a_manifest(root: Path) -> None:
    path = root / VICTIM / MANIFEST
    path.write_bytes(path.read_bytes().replace(b"published", b"commit   "))


def a_folder_rewritten(root: Path) -> None:
    change_figures(root / VICTIM)


def a_folder_rewritten_with_its_line(root: Path) -> None:
    at, digest = number_of(root, VICTIM) + 1, change_figures(root / VICTIM)
    held = lines(root)
    old = rows_of(root)[at - 1]
    held[at] = encode_line(LOG_COLUMNS, {**old, "manifest_sha256": digest})
    (root / LOG).write_bytes(b"".join(held))


def history_rewritten(root: Path) -> None:
    rehashed(root, change_figures(root / VICTIM))


def facts_rewritten(root: Path) -> None:
    def change(package: dict) -> None:
        package["elolag"]["method"] = "index"

    rehashed(root, edit_manifest(root / VICTIM, change))


def facts_changed(root: Path) -> None:
    def change(package: dict) -> None:
        package["elolag"]["method"] = "index"

    edit_manifest(root / VICTIM, change)


def _recounted(name: str, value: object) -> Callable[[Path], None]:
    """A fact of a manifest that its tables or its line contradict, with all hashes made anew."""

    def attack(root: Path) -> None:
        def change(package: dict) -> None:
            package["elolag"][name] = value

        rehashed(root, edit_manifest(root / VICTIM, change))

    attack.__name__ = f"{name}_said_otherwise"
    return attack


def a_count_of_rows_rewritten(root: Path) -> None:
    def change(package: dict) -> None:
        package["resources"][1]["rows"] += 1

    rehashed(root, edit_manifest(root / VICTIM, change))


def a_second_line_for_a_label(root: Path) -> None:
    rows = rows_of(root)
    again = {**rows[number_of(root, VICTIM)], "outcome": "revision"}
    again["manifest_sha256"] = change_figures(root / VICTIM)
    with (root / LOG).open("ab") as stream:
        stream.write(encode_line(LOG_COLUMNS, {**again, "previous": sha256(lines(root)[-1])}))


def log_deleted(root: Path) -> None:
    (root / LOG).unlink()


def log_emptied(root: Path) -> None:
    (root / LOG).write_bytes(b"")


def log_emptied_to_its_header(root: Path) -> None:
    (root / LOG).write_bytes(lines(root)[0])


def log_halved(root: Path) -> None:
    held = lines(root)
    (root / LOG).write_bytes(b"".join(held[: len(held) // 2]))


def log_cut_within_a_line(root: Path) -> None:
    data = (root / LOG).read_bytes()
    (root / LOG).write_bytes(data[:-40])


def log_without_its_last_line(root: Path) -> None:
    (root / LOG).write_bytes(b"".join(lines(root)[:-1]))


def log_reordered(root: Path) -> None:
    held = lines(root)
    held[1], held[2] = held[2], held[1]
    (root / LOG).write_bytes(b"".join(held))


def log_reordered_and_chained(root: Path) -> None:
    rows = rows_of(root)
    rows[0], rows[1] = rows[1], rows[0]
    chained(root, rows)


def log_unchained(root: Path) -> None:
    header = encode_line(_UNSEALED_COLUMNS, {name: name for name in _UNSEALED_COLUMNS})
    rows = [encode_line(_UNSEALED_COLUMNS, row) for row in rows_of(root)]
    (root / LOG).write_bytes(header + b"".join(rows))


def a_vintage_deleted(root: Path) -> None:
    shutil.rmtree(root / VICTIM)


def a_vintage_deleted_with_its_line(root: Path) -> None:
    held = lines(root)
    del held[number_of(root, VICTIM) + 1]
    (root / LOG).write_bytes(b"".join(held))
    shutil.rmtree(root / VICTIM)


def a_vintage_deleted_from_history(root: Path) -> None:
    rows = rows_of(root)
    del rows[number_of(root, VICTIM)]
    chained(root, rows)
    shutil.rmtree(root / VICTIM)


def all_deleted(root: Path) -> None:
    shutil.rmtree(root / "arena")
    (root / LOG).unlink()


def a_folder_put_in(root: Path) -> None:
    shutil.copytree(root / VICTIM, root / BOARD / "2026-07-15")


def a_list_hidden_by_a_twin(root: Path) -> None:
    """A line that says the newest list is the better form of the one before."""
    board = root / "arena/search" / TWINS
    header, *held = board.read_bytes().splitlines(keepends=True)
    forged = next(csv.reader([held[0].decode()]))
    forged[0], forged[1] = DAYS[2], DAYS[1]
    (root / BOARD / TWINS).write_bytes(header + (",".join(forged) + "\n").encode())


def a_copy_uncovered(root: Path) -> None:
    (root / "arena/search" / TWINS).unlink()


def twins_cut_within_a_line(root: Path) -> None:
    path = root / "arena/search" / TWINS
    path.write_bytes(path.read_bytes()[:-9])


def a_twin_changed(root: Path) -> None:
    path = root / "arena/search" / TWINS
    path.write_bytes(path.read_bytes().replace(b"2026-08-21,", b"2026-08-22,", 1))


#: Each attack, and whether `verify` sees it without a head.
ATTACKS: dict[Callable[[Path], None], bool] = {
    a_byte_of_a_table: True,
    a_byte_of_a_manifest: True,
    a_folder_rewritten: True,
    a_folder_rewritten_with_its_line: True,
    history_rewritten: False,
    facts_changed: True,
    facts_rewritten: False,
    _recounted("entries", 11): True,
    _recounted("categories", {"overall": 12}): True,
    _recounted("categories", {"coding": 13}): True,
    _recounted("source", "arena-catalog"): True,
    _recounted("raw", [{"name": "text", "sha256": "0" * 64, "bytes": 1}]): True,
    a_count_of_rows_rewritten: True,
    a_second_line_for_a_label: True,
    log_deleted: True,
    log_emptied: True,
    log_emptied_to_its_header: True,
    log_halved: True,
    log_cut_within_a_line: True,
    log_without_its_last_line: False,
    log_reordered: True,
    log_reordered_and_chained: False,
    log_unchained: True,
    a_vintage_deleted: True,
    a_vintage_deleted_with_its_line: True,
    a_vintage_deleted_from_history: False,
    all_deleted: False,
    a_folder_put_in: True,
    a_list_hidden_by_a_twin: True,
    a_copy_uncovered: True,
    a_twin_changed: True,
    twins_cut_within_a_line: True,
}
EVERY = pytest.mark.parametrize(
    ("attack", "seen"),
    [pytest.param(attack, seen, id=attack.__name__) for attack, seen in ATTACKS.items()],
)


def found(root: Path, head: str | None = None) -> list[str]:
    return [str(problem) for problem in verify(Archive(root), head=head)]


def imported(root: Path) -> None:
    """An honest run: the lists that were there once more, and a new one."""
    take_payloads(
        root,
        [
            *(payload(ladder(12 + i), vintage=day) for i, day in enumerate(DAYS)),
            payload(ladder(15), vintage="2026-08-20"),
        ],
    )


def backfilled(root: Path) -> None:
    """An honest run of the other kind: the history of one board, list by list."""
    one = payload(ladder(13), vintage=DAYS[1])
    more = payload(ladder(15), vintage="2026-08-20")
    items = [item for p in (one, more) for item in p.source.parse(p.data, p.origin)]
    list(take_publications(root, items, one))


@EVERY
def test_what_verify_sees(root: Path, attack: Callable[[Path], None], seen: bool) -> None:
    attack(root)
    assert bool(found(root)) == seen


@EVERY
def test_a_noted_head_sees_all(root: Path, attack: Callable[[Path], None], seen: bool) -> None:
    head = Log.read(root).head
    attack(root)
    assert found(root, head)


@EVERY
@pytest.mark.parametrize("run", [imported, backfilled])
def test_no_honest_run_launders_it(
    root: Path,
    attack: Callable[[Path], None],
    seen: bool,
    run: Callable[[Path], None],
    tree: Callable[[Path], dict[str, bytes]],
) -> None:
    head = Log.read(root).head
    attack(root)
    before = tree(root)
    with contextlib.suppress(ArchiveError):
        run(root)
    after = tree(root)
    # What was there stands: nothing is mended, and the log has at most grown.
    assert {name: after.get(name) for name in before if name != LOG} == {
        name: data for name, data in before.items() if name != LOG
    }
    assert after.get(LOG, b"").startswith(before.get(LOG, b""))
    assert bool(found(root)) == seen
    assert found(root, head)


@pytest.mark.parametrize("run", [imported, backfilled])
def test_an_honest_run_on_a_sound_archive_extends_it(
    root: Path, run: Callable[[Path], None]
) -> None:
    head, count = Log.read(root).head, len(rows_of(root))
    run(root)
    assert found(root, head) == []
    assert len(rows_of(root)) > count


def test_whoever_can_write_can_add(root: Path) -> None:
    """No hash tells who wrote: a forged list at the end of the chain is seen by nothing."""
    head = Log.read(root).head
    take_payloads(root, [payload(ladder(15, top=1900), vintage="2026-08-20")], accept=("all",))
    assert found(root, head) == []


def test_the_tests_that_the_document_names_are_there() -> None:
    here = Path(__file__).resolve().parents[2]
    text = (here / "docs" / "snapshots.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)[`\[]", text))
    files = [path.read_text(encoding="utf-8") for path in (here / "tests").rglob("test_*.py")]
    there = {name for data in files for name in re.findall(r"^def (test_\w+)", data, re.MULTILINE)}
    assert len(named) >= 10
    assert named <= there


def test_what_a_killed_run_had_no_time_to_speak_of_is_taken_back(root: Path) -> None:
    """The list of twins is written before the log: a kill in between leaves a line too many."""
    path = root / "arena/search" / TWINS
    whole = path.read_bytes()
    last = whole.splitlines()[-1].replace(b"2026-08-21", b"2026-08-23")
    path.write_bytes(whole + last + b"\n" + last[:20])
    assert any(f"arena/search/{TWINS}" in problem for problem in found(root))
    (root / ".writer").write_bytes(b"pid 1 on somewhere: elolag snapshot")
    assert found(root) == []
    imported(root)
    assert path.read_bytes() == whole
    assert found(root) == []


@pytest.mark.parametrize("call", ["_log", "_write_intent"])
def test_a_twin_is_taken_back_with_what_the_disk_refuses(
    root: Path, call: str, monkeypatch: pytest.MonkeyPatch, tree: Callable[[Path], dict[str, bytes]]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = tree(root)
    where = store.Writer if call == "_log" else store
    monkeypatch.setattr(where, call, refuse)
    rows = ladder(14, top=1550)
    coarse = [(row[0], round(row[1]), row[2]) for row in rows if len(row) > 2]
    copy = payload(coarse, by="arena-web-forks", board="arena/search", vintage="2026-08-22")
    newer = payload(ladder(16), vintage="2026-08-22")
    with pytest.raises(ArchiveError, match="the disk is full"):
        take_payloads(root, [copy if call == "_log" else newer])
    assert tree(root) == before
