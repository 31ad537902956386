"""Published months never change: not by news, not by an upgrade, and never unnoticed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import month_worlds
import pytest
from month_worlds import LATER, MONTHS, NEW, Later, files

from elolag.errors import CheckFailed, UsageError
from elolag.site import Site, record
from elolag.site.folder import SUMS, summed
from elolag.site.months import FACTS, LISTS, frozen, frozen_lists

#: The month that the tests spoil.
SPOILED = MONTHS[1]


def kept_of(found: dict[str, bytes]) -> dict[str, bytes]:
    """Of a site's files, those of months and lists."""
    return {n: data for n, data in found.items() if n.split("/")[0] in (*MONTHS, NEW, LISTS)}


def held(plain: Site, folder: Path) -> Path:
    """A folder that keeps the months of a site."""
    for name in (*MONTHS, LISTS):
        shutil.copytree(plain.path / name, folder / name)
    return folder


def test_an_upgrade_and_a_new_month_leave_every_frozen_file(plain: Site, later: Later) -> None:
    before, after = files(plain.path), files(later.path)
    first = kept_of(before)
    assert {name.split("/")[0] for name in first} == {*MONTHS, LISTS}
    assert [name for name in first if after.get(name) != first[name]] == []
    new = {name.split("/")[0] for name in set(kept_of(after)) - set(first)}
    assert new == {NEW}
    for name in (f"{NEW}/index.html", "index.html", "months/index.html"):
        assert b"Another template." in after[name], name
        assert b"9.9.9" in after[name], name
        assert b"2031.01" in after[name], name
    # The upgrade would have changed them.
    assert not [n for n in first if b"Another template." in first[n] or b"9.9.9" in first[n]]
    assert f'href="../{MONTHS[-1]}/index.html"'.encode() in after[f"{NEW}/index.html"]


def test_a_folder_of_its_own_keeps_the_months(
    plain: Site, months: dict[str, Any], tmp_path: Path
) -> None:
    kept, out = tmp_path / "branch" / "months", tmp_path / "site"
    with month_worlds.plain():
        made = month_worlds.write(out, months, kept=kept)
    assert made.added == MONTHS
    first = kept_of(files(plain.path))
    assert files(kept) == first
    assert files(out) == files(plain.path)


def test_what_a_folder_keeps_stays_by_an_upgrade_and_gets_the_new_month(
    plain: Site, later: Later, tmp_path: Path
) -> None:
    kept, out = held(plain, tmp_path / "kept"), tmp_path / "site"
    first = files(kept)
    month_worlds.upgraded(out, later.question, published=LATER, kept=kept)
    after = files(kept)
    assert [name for name in first if after.get(name) != first[name]] == []
    assert {name.split("/")[0] for name in set(after) - set(first)} == {NEW}
    assert kept_of(files(out)) == after
    assert files(out) == files(later.path)


def _changed(month: Path) -> str:
    path = month / "page.md"
    path.write_bytes(path.read_bytes() + b" ")
    return "page.md is not what was published"


def _added(month: Path) -> str:
    (month / "data" / "more.csv").write_text("a\n", encoding="utf-8")
    return r"more\.csv was added"


def _missing(month: Path) -> str:
    (month / FACTS).unlink()
    return r"lag\.json is missing"


def _linked(month: Path) -> str:
    path = month / "page.md"
    path.rename(month.parent / "elsewhere")
    path.symlink_to(month.parent / "elsewhere")
    return "page.md is a link"


def _linked_whole(month: Path) -> str:
    month.rename(month.parent / "elsewhere")
    month.symlink_to(month.parent / "elsewhere", target_is_directory=True)
    return f"{SPOILED} is a link"


def _linked_folder(month: Path) -> str:
    (month / "data").rename(month.parent / "elsewhere")
    (month / "data").symlink_to(month.parent / "elsewhere", target_is_directory=True)
    return "data"


def _without_sums(month: Path) -> str:
    (month / SUMS).unlink()
    return f"{SUMS} is no file"


def _linked_sums(month: Path) -> str:
    (month / SUMS).rename(month.parent / "elsewhere")
    (month / SUMS).symlink_to(month.parent / "elsewhere")
    return f"{SUMS} is no file"


def _broken_sums(month: Path) -> str:
    (month / SUMS).write_bytes(b"\xff nothing\n\n")
    return f"{SPOILED}.* (published|missing|added)"


def _empty_sums(month: Path) -> str:
    (month / SUMS).write_bytes(b"")
    return "was added"


def _renamed(month: Path) -> str:
    shutil.rmtree(month)
    shutil.copytree(month.parent / MONTHS[0], month)
    return rf"lag\.json is of '{MONTHS[0]}'"


def _no_json(month: Path) -> str:
    whole = {n: data for n, data in files(month).items() if n != SUMS}
    for name, data in summed({**whole, FACTS: b"[]\n"}).items():
        (month / name).write_bytes(data)
    return r"lag\.json"


SPOILS = (
    _changed, _added, _missing, _linked, _linked_whole, _linked_folder, _without_sums, _linked_sums,
    _broken_sums, _empty_sums, _renamed, _no_json,
)  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("kept", [False, True], ids=["in the site", "kept"])
def test_a_spoiled_month_is_named_and_nothing_is_touched(
    plain: Site, months: dict[str, Any], tmp_path: Path, kept: bool, spoil: Callable[[Path], str]
) -> None:
    out = Path(shutil.copytree(plain.path, tmp_path / "site"))
    other = {"kept": held(plain, tmp_path / "kept")} if kept else {}
    said = spoil(other.get("kept", out) / SPOILED)
    before = files(tmp_path)
    with pytest.raises(CheckFailed, match=said):
        month_worlds.write(out, months, **other)
    with pytest.raises(CheckFailed, match=said):
        record(other.get("kept", out), **months)
    assert files(tmp_path) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["site", *other])


def test_a_spoiled_list_is_named_too(plain: Site, months: dict[str, Any], tmp_path: Path) -> None:
    out = Path(shutil.copytree(plain.path, tmp_path / "site"))
    (name,) = frozen_lists(out)
    (out / LISTS / f"{name}.json").write_text("{}", encoding="utf-8")
    before = files(tmp_path)
    with pytest.raises(CheckFailed, match=rf"{name}\.json is not what was published"):
        month_worlds.write(out, months)
    assert files(tmp_path) == before


def test_a_month_that_the_archive_lacks_is_named(later: Later, months: dict[str, Any]) -> None:
    before = files(later.path)
    for ask in (month_worlds.write, lambda out, asked: record(out, **asked)):
        with pytest.raises(CheckFailed, match=f"{NEW} is published, and the archive has no list"):
            ask(later.path, months)
    assert files(later.path) == before


@pytest.mark.parametrize("other", [{"leader": "CN", "follower": "US"}, {"sources": "official"}])
def test_months_of_another_question_are_not_mixed(
    plain: Site, months: dict[str, Any], tmp_path: Path, other: dict[str, Any]
) -> None:
    """Two questions in one folder would be one series of two."""
    kept = tmp_path / "kept"
    shutil.copytree(plain.path / MONTHS[-1], kept / MONTHS[-1])
    with month_worlds.plain(), pytest.raises(CheckFailed, match="months of one question"):
        month_worlds.write(tmp_path / "site", {**months, **other}, kept=kept)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept"]


def test_a_file_where_the_months_belong_is_no_folder_without_months(tmp_path: Path) -> None:
    assert frozen(tmp_path / "none") == {}
    (tmp_path / "months.csv").touch()
    with pytest.raises(UsageError, match=r"months\.csv: a file; the published months"):
        frozen(tmp_path / "months.csv")


def test_kept_months_are_read_as_they_are(plain: Site) -> None:
    found = frozen(plain.path)
    assert tuple(found) == MONTHS
    for name, month in found.items():
        assert month.files == files(plain.path / name)
        assert month.facts == json.loads(month.files[FACTS])
