"""What lies in an archive, and where: folders, forecasts, tags; the log compared with it.

Nothing here writes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from elolag.archive.log import FORECAST, LOG, LOG_COLUMNS, TAGS, Log, read_lines
from elolag.archive.package import MANIFEST, misplaced, read_file, sha256
from elolag.errors import ArchiveError
from elolag.schema import BOARD_PATTERN, FORECAST_PATTERN, FORECASTS, VINTAGE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

TWINS = "twins.csv"
TWINS_COLUMNS = (
    "kept",
    "supersedes",
    "source",
    "vintage",
    "basis",
    "rows",
    "retrieved_at",
    "content",
    "raw_sha256",
    "urls",
)
#: By what a list in ``twins.csv`` is known in the log.
ROUTE = ("source", "vintage", "raw_sha256")
INTENT = ".intent"
#: What is said of what no run wrote: of one, and where the whole log is gone.
_STRAY = (
    f"no line of {LOG} and no intent of a stopped run speaks of it; restore {LOG} from a good "
    "copy, or {}"
)
_NO_LOG = "missing or empty, though {} snapshot folders are there; restore it from a good copy"
MISSING = f"missing, though {LOG} says it was written"
CHANGED = "its bytes have changed since it was stored; restore it from a good copy"
_TORN = "its last line is cut off, and no run was stopped while writing it"
_FORGED = f"no line of {LOG} speaks of what is in row {{}}; restore it from a good copy"
#: Most rows that are named.
_NAMED = 5


def snapshot_folders(root: Path) -> list[tuple[str, str]]:
    """Every (board, label) with a folder in the archive at `root`, sorted."""
    return sorted(
        (board, label)
        for board in _boards(root)
        for label in _folders(root / board)
        if VINTAGE_PATTERN.fullmatch(label)
    )


def _boards(root: Path) -> list[str]:
    found = (f"{one}/{other}" for one in _folders(root) for other in _folders(root / one))
    return [board for board in found if BOARD_PATTERN.fullmatch(board)]


def _folders(path: Path) -> list[str]:
    """Names of the folders in a folder, links and what is hidden left out."""
    with os.scandir(path) as items:
        return [
            item.name
            for item in items
            if item.is_dir(follow_symlinks=False) and not item.name.startswith(".")
        ]


def forecast_path(root: Path, board: str, label: str) -> Path:
    """Where a forecast lies in an archive; no other name becomes a path."""
    if not BOARD_PATTERN.fullmatch(board) or not FORECAST_PATTERN.fullmatch(label):
        raise ArchiveError(f"{FORECASTS}/{board}/{label}: not the path of a forecast")
    return root / FORECASTS / board / f"{label}.csv"


def forecast_files(root: Path) -> list[tuple[str, str]]:
    """Every (board, label) with a file of a forecast in the archive at `root`, sorted."""
    top = root / FORECASTS
    if misplaced(top, folder=True, absent=FORECASTS):
        return []
    return sorted(
        (board, path.stem)
        for board in _boards(top)
        for path in (top / board).iterdir()
        if path.suffix == ".csv" and FORECAST_PATTERN.fullmatch(path.stem) and not misplaced(path)
    )


def tags_path(root: Path, digest: str) -> Path:
    """Where a bundle of tags lies in an archive."""
    return root / TAGS / f"{digest}.json"


@dataclass
class _Compared:
    """An archive's log beside its folders and its lists of twins.

    `problems` are paths in the archive, and what is wrong there. `intended` is the line that a
    stopped run meant to log of a folder that is there: its intent names board, label and the
    manifest's hash. `unfinished` are append-only files at whose end a stopped run left half a line,
    or lines that nothing speaks of yet, and the size up to which they are whole.
    """

    problems: list[tuple[str, str]]
    intended: dict[str, str] | None
    unfinished: dict[Path, int] = field(default_factory=dict)


def compared(root: Path, log: Log, *, stopped: bool) -> _Compared:
    """Compare a log with what is there; `stopped` is whether a run was killed, or is at work."""
    folders = set(snapshot_folders(root)) if root.is_dir() else set()
    strays = folders - log.written.keys()
    intended = _intended(root, strays)
    if intended is not None:
        strays.remove((intended["board"], intended["label"]))
    stray = _STRAY.format("move the folder out of the archive and import it anew")
    found = _Compared([("/".join(folder), stray) for folder in sorted(strays)], intended)
    if strays and not log.rows:
        found.problems = [(LOG, _NO_LOG.format(len(strays)))]
        return found
    found.problems += [("/".join(at), MISSING) for at in log.written if at not in folders]
    _compare_forecasts(root, log, found)
    if log.torn and stopped:
        found.unfinished[log.path] = len(b"".join(log.lines))
    elif log.torn:
        found.problems.append((LOG, _TORN))
    told = {
        (row["board"], row["label"], *(row[name] for name in ROUTE))
        for row in log.rows
        if row["outcome"] in ("twin", "unchanged")
    }
    labels: dict[str, set[str]] = {}
    for board, label in folders:
        labels.setdefault(board, set()).update(() if (board, label) in strays else (label,))
    for board, kept in sorted(labels.items()):
        path = root / board / TWINS
        try:
            rows = read_lines(path, TWINS_COLUMNS)
        except ArchiveError as error:
            found.problems.append((f"{board}/{TWINS}", str(error).removeprefix(f"{path}: ")))
            continue
        void = [
            row["kept"] not in kept
            if row["supersedes"]
            else (board, row["kept"], *(row[name] for name in ROUTE)) not in told
            for row in rows
        ]
        # What a run had no time to speak of stands at the end.
        whole = len(void)
        while stopped and whole and void[whole - 1]:
            whole -= 1
        lines = read_file(path).splitlines(keepends=True) if path.exists() else []
        torn = bool(lines) and not lines[-1].endswith(b"\n")
        if stopped and (torn or whole < len(rows)):
            found.unfinished[path] = sum(map(len, lines[: whole + 1])) if whole else 0
        elif torn:
            found.problems.append((f"{board}/{TWINS}", _TORN))
        forged = [at for at, wrong in enumerate(void[:whole], start=2) if wrong]
        if forged:
            places = ", ".join(map(str, forged[:_NAMED])) + ", ..." * (len(forged) > _NAMED)
            found.problems.append((f"{board}/{TWINS}", _FORGED.format(places)))
    return found


def _compare_forecasts(root: Path, log: Log, found: _Compared) -> None:
    """The same of the files of forecasts."""
    files = set(forecast_files(root))
    strays = files - log.forecasts.keys()
    line = _intended(root, strays, forecast=True)
    if line is not None:
        found.intended = line
        strays.remove((line["board"], line["label"]))
    stray = _STRAY.format("move the file out of the archive and add it anew")
    found.problems += [
        (f"{FORECASTS}/{board}/{label}.csv", message)
        for there, message in ((strays, stray), (log.forecasts.keys() - files, MISSING))
        for board, label in sorted(there)
    ]


def _intended(
    root: Path, found: Collection[tuple[str, str]], *, forecast: bool = False
) -> dict[str, str] | None:
    """The line that a stopped run meant to log, if it is of one of the folders or files `found`."""
    try:
        # A torn one was written before its folder was in place.
        lines = read_lines(root / INTENT, LOG_COLUMNS) if found else []
    except ArchiveError:
        return None
    if not lines or (lines[-1]["outcome"] == FORECAST) != forecast:
        return None
    line = lines[-1]
    board, label = line["board"], line["label"]
    if (board, label) not in found:
        return None
    path = forecast_path(root, board, label) if forecast else root / board / label / MANIFEST
    try:
        digest = sha256(read_file(path))
    except ArchiveError:
        return None
    return line if digest == line["raw_sha256" if forecast else "manifest_sha256"] else None
