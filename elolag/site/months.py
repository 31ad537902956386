"""The months of a board, and the folders of those that are published and never change again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from elolag.archive import Board
from elolag.dates import months_after
from elolag.errors import CheckFailed, UsageError
from elolag.results import citing
from elolag.site.folder import SUMS

_NAME = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
#: The file of a month that says its figures.
FACTS = "lag.json"
#: Where lists that are no month's own are kept, one file each.
LISTS = "lists"


@dataclass(frozen=True)
class Month:
    """A calendar month, and the list that stands for it.

    Attributes
    ----------
    name
        Such as ``2026-08``.
    vintage
        The last official list of the month, else its last complete one.
    official
        Whether the list is the publisher's own.
    """

    name: str
    vintage: str
    official: bool

    def words(self, lang: str = "en") -> str:
        """The month for people: ``August 2026``."""
        return citing.month_of(self.name, lang)


def months(board: Board, category: str) -> tuple[Month, ...]:
    """The months in which a board had a list that can be used, the oldest first.

    Examples
    --------
    >>> import elolag
    >>> board = elolag.open_archive().board("arena/text_style_control")
    >>> months(board, "overall")[-1].name
    '2026-10'
    """
    found = []
    for name, group in groupby(board.complete(category), key=lambda s: s.vintage[:7]):
        lists = list(group)
        chosen = ([s for s in lists if s.official] or lists)[-1]
        found.append(Month(name, chosen.vintage, chosen.official))
    return tuple(found)


def next_release(day: str) -> str:
    """The day from which the next figure may be expected: the third of the month after `day`.

    Examples
    --------
    >>> next_release("2026-11-27")
    '2026-12-03'
    """
    return months_after(f"{day[:8]}03", 1)


@dataclass(frozen=True)
class Frozen:
    """A month that is published: its folder's files, and what it says."""

    name: str
    files: Mapping[str, bytes]
    facts: Mapping[str, Any]


def as_published(found: Iterable[Month], held: Mapping[str, Frozen]) -> tuple[Month, ...]:
    """The months, those that are published with the list they were published by.

    A list that came after stands beside them like any other of the month.
    """
    return tuple(
        replace(month, vintage=told.facts["answer"]["vintage"], official=told.facts["official"])
        if (told := held.get(month.name))
        else month
        for month in found
    )


def frozen(folder: Path) -> dict[str, Frozen]:
    """Every published month of a folder, each file checked against its hash.

    Raises
    ------
    CheckFailed
        A file was changed, is missing or was added since.
    UsageError
        A file is at `folder`.
    """
    if folder.is_file():
        raise UsageError(f"{folder}: a file; the published months are kept in a folder")
    if not folder.is_dir():
        return {}
    names = sorted(p.name for p in folder.iterdir() if _NAME.fullmatch(p.name))
    return {name: _read(folder / name) for name in names}


def frozen_lists(folder: Path) -> dict[str, bytes]:
    """The kept answers of single lists, by vintage, each checked against its hash.

    Raises
    ------
    CheckFailed
        A file was changed, is missing or was added since.
    """
    if not (folder / LISTS).is_dir():
        return {}
    found = _checked(folder / LISTS)
    return {name.removesuffix(".json"): data for name, data in found.items() if name != SUMS}


def _read(folder: Path) -> Frozen:
    files = _checked(folder)
    try:
        facts = json.loads(files[FACTS])
        name = facts["month"]
    except (KeyError, TypeError, ValueError) as error:
        raise CheckFailed(f"{folder / FACTS} says no month: restore the folder") from error
    if name != folder.name:
        raise CheckFailed(f"{folder / FACTS} is of {name!r}, not {folder.name}: restore the folder")
    return Frozen(folder.name, files, facts)


def _checked(folder: Path) -> dict[str, bytes]:
    """The files of a frozen folder, which are those of its list of hashes and no others."""
    if folder.is_symlink():
        raise CheckFailed(f"{folder} is a link, no published folder: restore it")
    sums = folder / SUMS
    if sums.is_symlink() or not sums.is_file():
        raise CheckFailed(
            f"{sums} is no file, so that nothing shows whether {folder} was changed: restore it"
        )
    lines = sums.read_text("utf-8", "replace").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    for name in sorted(there ^ {*listed, SUMS}):
        what = "was added to" if name in there else "is missing from"
        raise CheckFailed(f"{folder / name} {what} a published folder: restore it from its branch")
    files = {}
    for name, digest in listed.items():
        path = folder / name
        if path.is_symlink():
            raise CheckFailed(f"{path} is a link, and no file of a published folder: restore it")
        files[name] = path.read_bytes()
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise CheckFailed(f"{path} is not what was published: restore it from its branch")
    return {**files, SUMS: sums.read_bytes()}
