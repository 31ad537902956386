"""What is no plain file or folder, and manifests that are none: told by name, in nobody's way."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from handmade import ladder, payload
from hypothesis import given
from hypothesis import strategies as st
from search import search

import elolag
from elolag.archive import Archive, Log, Writer, open_archive, take_payloads, verify
from elolag.archive.log import LOG_COLUMNS, encode_line
from elolag.archive.package import _SHAPE, MANIFEST, _wrong_type, read, sha256
from elolag.archive.reading import circular
from elolag.errors import ArchiveError

BOARD, OTHER = "arena/text", "arena/search"
DAYS = ("2026-06-12", "2026-07-12", "2026-08-19")
VICTIM = f"{BOARD}/{DAYS[1]}"
SET = "set aside as damaged"
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """An open that waits for the other end of a pipe is an error, and not the end of the tests."""

    def late(*_: object) -> None:
        raise AssertionError("something waits for a pipe")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("filled") / "archive"
    take_payloads(
        root, [payload(ladder(14, top=1500 + i), vintage=day) for i, day in enumerate(DAYS)]
    )
    take_payloads(root, [payload(ladder(9, top=1400), board=OTHER, vintage=DAYS[0])])
    return root


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "archive")


def outside(root: Path) -> Path:
    return root.parent / "outside"


def linked(root: Path, name: str) -> None:
    """Move a file or folder out of the archive and leave a link to it."""
    path = root / name
    if not path.exists():
        outside(root).write_bytes(b"")
    else:
        path.rename(outside(root))
    path.symlink_to(outside(root))


def dangling(root: Path, name: str) -> None:
    path = root / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(outside(root))


def piped(root: Path, name: str) -> None:
    path = root / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def foldered(root: Path, name: str) -> None:
    (root / name).unlink()
    (root / name).mkdir()


def emptied(root: Path, name: str) -> None:
    shutil.rmtree(root / name)
    (root / name).mkdir()


def filed(root: Path, name: str) -> None:
    shutil.rmtree(root / name)
    (root / name).write_bytes(b"")


IN_A_VINTAGE = [
    *((how, f"{VICTIM}/{name}")
      for how in (linked, dangling, piped, foldered)
      for name in ("ratings.csv", "entries.csv", MANIFEST)),
    *((how, VICTIM) for how in (linked, dangling, piped, emptied, filed)),
]  # fmt: skip


@needs_pipes
@pytest.mark.parametrize(("how", "name"), IN_A_VINTAGE)
def test_one_odd_vintage_is_named_and_blocks_nothing_else(
    root: Path, how: Callable[[Path, str], None], name: str
) -> None:
    how(root, name)
    assert any(problem.path.startswith(VICTIM) for problem in verify(Archive(root)))
    archive = open_archive(root)
    assert len(archive.board(OTHER).snapshot().ratings()) == 9
    board = archive.board(BOARD)
    assert [item.vintage for item in board.snapshots] == [DAYS[0], DAYS[2]]
    assert [item.completeness for item in board.snapshots] == ["full", "full"]
    assert len(board.snapshot().ratings()) == 14
    ((label, wrong),) = board.damaged.items()
    assert label == DAYS[1]
    assert wrong.startswith(f"{VICTIM}")
    lost = name if name.endswith("entries.csv") else f"{VICTIM}.*"
    with pytest.raises(ArchiveError, match=lost):
        board.snapshot(DAYS[1]).table("entries" if lost == name else "ratings")


@needs_pipes
@pytest.mark.parametrize(("how", "name"), IN_A_VINTAGE)
def test_the_newest_list_is_not_silently_another_one(
    root: Path, how: Callable[[Path, str], None], name: str
) -> None:
    newest = name.replace(DAYS[1], DAYS[2])
    how(root, newest)
    board = open_archive(root).board(BOARD)
    with pytest.raises(ArchiveError, match=f"{BOARD}/{DAYS[2]}.*vintage, e.g. {DAYS[1]}"):
        board.snapshot()
    assert len(board.snapshot(DAYS[1]).ratings()) == 14


def test_what_is_damaged_is_told_of_the_official_lists_too(root: Path) -> None:
    foldered(root, f"{VICTIM}/ratings.csv")
    board = open_archive(root, sources="official").board(BOARD)
    assert [item.vintage for item in board.snapshots] == [DAYS[0], DAYS[2]]
    assert list(board.damaged) == [DAYS[1]]


def test_an_empty_folder_that_no_run_wrote_is_set_aside(root: Path) -> None:
    (root / BOARD / "2026-09-01").mkdir()
    board = open_archive(root).board(BOARD)
    assert board.snapshot().vintage == DAYS[2]
    assert list(board.damaged) == ["2026-09-01"]
    told = list(map(str, verify(Archive(root))))
    assert any(f"{BOARD}/2026-09-01/{MANIFEST}: missing" in words for words in told)


def test_a_linked_board_is_refused_by_name(root: Path) -> None:
    linked(root, BOARD)
    problems = {problem.path: problem.message for problem in verify(Archive(root))}
    assert problems[BOARD].startswith("a symbolic link")
    archive = open_archive(root)
    assert archive.boards() == [OTHER]
    with pytest.raises(ArchiveError, match=f"{BOARD}: a symbolic link"):
        archive.board(BOARD)


WRITTEN_TO = [
    ".lock", ".lock.soft", ".writer", ".intent", ".incoming-1-1", "log.csv", BOARD, "arena",
    f"{BOARD}/twins.csv",
]  # fmt: skip


@needs_pipes
@pytest.mark.parametrize("how", [linked, dangling, piped])
@pytest.mark.parametrize("name", WRITTEN_TO)
def test_nothing_is_written_or_cut_through_a_link_or_a_pipe(
    root: Path, name: str, how: Callable[[Path, str], None]
) -> None:
    how(root, name)
    target = outside(root)

    def there() -> dict[str, bytes] | bytes | None:
        if target.is_dir():
            return {str(p): p.read_bytes() for p in target.rglob("*") if p.is_file()}
        return target.read_bytes() if target.exists() else None

    before = there()
    batch = [payload(ladder(16), vintage="2026-08-20")]
    with pytest.raises(ArchiveError, match=f"{name.partition('/')[0]}.*: ") as caught:
        take_payloads(root, batch)
    assert "\n" not in str(caught.value)
    assert there() == before
    if name != ".incoming-1-1" or how is not piped:
        linked_ones = [p for p in verify(Archive(root)) if "symbolic link" in p.message]
        assert bool(linked_ones) == (how is not piped)


def test_an_archive_reached_by_a_link_is_as_good_as_any(root: Path) -> None:
    door = root.parent / "door"
    door.symlink_to(root)
    take_payloads(door, [payload(ladder(16), vintage="2026-08-20")])
    assert verify(Archive(door)) == []
    assert open_archive(door).board(BOARD).snapshot().vintage == "2026-08-20"


# Manifests.


def changed(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / MANIFEST
    package = json.loads(path.read_bytes())
    change(package)
    path.write_text(json.dumps(package), encoding="utf-8")


def fields(shape: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every field of a manifest, as the keys that lead to it."""
    if at:
        yield at
    if isinstance(shape, dict) and str not in shape:
        for key, inner in shape.items():
            if not key.endswith("?"):
                yield from fields(inner, (*at, key))


WRONG: list[Any] = [None, [1], {"a": 1}, 7, -1.5, "text", True]


def right(value: Any, at: tuple[Any, ...]) -> bool:
    """Whether a value would do for the field (the few places where two of `WRONG` are alike)."""
    shape: Any = _SHAPE
    for key in at:
        shape = shape[key]
    return _wrong_type(value, shape) == ""


@pytest.mark.parametrize("at", list(fields(_SHAPE)), ids=lambda at: ".".join(map(str, at)))
def test_a_field_of_another_type_is_named_and_blocks_nothing_else(
    root: Path, at: tuple[Any, ...]
) -> None:
    kept = (root / VICTIM / MANIFEST).read_bytes()
    wrong = [value for value in WRONG if not right(value, at)]
    assert len(wrong) >= 4
    for value in wrong:
        (root / VICTIM / MANIFEST).write_bytes(kept)

        def change(package: dict[str, Any], value: Any = value) -> None:
            inner = package
            for key in at[:-1]:
                inner = inner[key]
            inner[at[-1]] = value

        changed(root / VICTIM, change)
        problems = [p for p in verify(Archive(root)) if p.path == f"{VICTIM}/{MANIFEST}"]
        assert problems
        assert at[-1] in problems[0].message or "manifest" in problems[0].message
        board = Archive(root).board(BOARD)
        assert [item.vintage for item in board.snapshots] == [DAYS[0], DAYS[2]]
        assert list(board.damaged) == [DAYS[1]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@search(150)
@given(st.data())
def test_whatever_stands_in_a_manifest_it_is_read_or_refused(
    filled: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    package = json.loads((filled / VICTIM / MANIFEST).read_bytes())
    inner, key = package, data.draw(st.sampled_from(sorted(package)))
    while isinstance(inner[key], dict | list) and inner[key] and data.draw(st.booleans()):
        inner = inner[key]
        keys = sorted(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = data.draw(st.sampled_from(keys))
    inner[key] = data.draw(JSON)
    path = tmp_path_factory.mktemp("one") / MANIFEST
    path.write_text(json.dumps(package), encoding="utf-8")
    wrong = _wrong_type(package, _SHAPE)
    told = ""
    try:
        facts = read(path)[0]["elolag"]
    except ArchiveError as error:
        told = str(error)
    else:
        assert all(isinstance(n, int) for n in facts["categories"].values())
        assert isinstance(facts["raw"][0]["sha256"], str)
    assert told or not wrong
    assert not told or told.startswith(f"{path}: ")


def test_a_manifest_nested_without_end_is_no_json(root: Path) -> None:
    (root / VICTIM / MANIFEST).write_bytes(b"[" * 100_000)
    assert "not JSON" in str(verify(Archive(root))[0])


def supersede(root: Path, label: str, others: list[str]) -> None:
    changed(root / BOARD / label, lambda package: package["elolag"].update(supersedes=others))


@pytest.mark.parametrize(
    "given_", [{1: [1]}, {0: [1], 1: [0]}, {0: [1], 1: [2], 2: [0]}], ids=["self", "two", "three"]
)
def test_lists_that_supersede_one_another_are_named_and_stay(
    root: Path, given_: dict[int, list[int]]
) -> None:
    (root / "log.csv").unlink()  # the hashes there would tell before
    for at, others in given_.items():
        supersede(root, DAYS[at], [DAYS[other] for other in others])
    told = {p.path for p in verify(Archive(root)) if "supersedes itself" in p.message}
    assert told == {f"{BOARD}/{DAYS[at]}" for at in given_}
    assert [item.vintage for item in Archive(root).board(BOARD).snapshots] == list(DAYS)


def test_a_list_supersedes_by_its_manifest_and_by_nothing_else(root: Path) -> None:
    (root / "log.csv").unlink()
    supersede(root, DAYS[2], [DAYS[1]])
    assert Archive(root).vintages(BOARD) == [DAYS[0], DAYS[2]]


@given(st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=3), max_size=7))
def test_circles_are_those_of_a_slow_search(given_: dict[int, list[int]]) -> None:
    def slow(start: int) -> bool:
        """Whether some path of supersessions, however long, leads back."""
        front = {start}
        for _ in range(8):
            front = {other for one in front for other in given_.get(one, ())}
            if start in front:
                return True
        return False

    named = {str(k): [str(v) for v in vs] for k, vs in given_.items()}
    assert circular(named) == [str(k) for k in given_ if slow(k)]


def test_a_private_archive_is_not_opened_through_a_link(tmp_path: Path) -> None:
    from contextlib import ExitStack

    from elolag.archive.collect import _private_writer

    with Writer(tmp_path, "first"):
        pass
    (tmp_path / ".gitignore").symlink_to(tmp_path.parent / "elsewhere")
    with ExitStack() as stack, pytest.raises(ArchiveError, match=r"\.gitignore: a symbolic link"):
        _private_writer(tmp_path, stack)
    assert not (tmp_path.parent / "elsewhere").exists()


@needs_pipes
@pytest.mark.parametrize(
    ("how", "name"),
    [
        (piped, "arena/text_style_control/2026-07-12/ratings.csv"),
        (emptied, "arena/text/2025-08-04"),
        (linked, "arena/text"),
    ],
)
def test_an_answer_says_what_was_set_aside(
    tmp_path: Path, snapshots: Path, how: Callable[[Path, str], None], name: str
) -> None:
    """Also where the damage is on the other board, with or without style control."""
    root = tmp_path / "archive"
    for board in ("arena/text", "arena/text_style_control"):
        shutil.copytree(snapshots / board, root / board)
    log = [row for row in Log.read(snapshots).rows if row["board"].startswith("arena/text")]
    lines = [encode_line(LOG_COLUMNS, {column: column for column in LOG_COLUMNS})]
    for row in log:
        if (root / row["board"]).is_dir():
            lines.append(encode_line(LOG_COLUMNS, {**row, "previous": sha256(lines[-1])}))
    (root / "log.csv").write_bytes(b"".join(lines))
    assert not [
        note for note in elolag.estimate_lag(archive=root, n_draws=200).notes if SET in note
    ]
    how(root, name)
    (note,) = (n for n in elolag.estimate_lag(archive=root, n_draws=200).notes if SET in n)
    assert name in note or how is linked
