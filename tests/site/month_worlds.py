"""A small archive that grows by months, its tags, and the sites that are made of it."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import site_worlds

from elolag.archive import Payload, take_publications
from elolag.schema import ENTRIES, RATINGS, Origin, Publication
from elolag.site import Site, write_site
from elolag.site.content import Section
from elolag.site.downloads import OFFERED
from elolag.sources import get_source

BOARD = site_worlds.STYLED
OFFICIAL, COPY = "arena-dataset", "llm-leaderboard-csv"
#: December is too early for an average over twelve months, July has a copy alone, and August a
#: copy after its own list; (vintage, source).
LISTS = (
    ("2025-12-15", OFFICIAL), ("2026-07-15", COPY), ("2026-08-19", OFFICIAL), ("2026-08-26", COPY),
)  # fmt: skip
NEXT = ("2026-09-16", OFFICIAL)
MONTHS, NEW = ("2025-12", "2026-07", "2026-08"), "2026-09"
EVIDENCE = "https://evidence.example/"
ADDRESS = "https://pages.example/lag"
DAY, LATER = "2026-09-03", "2026-10-03"
#: A model whose release date turns out to be another, which moves the figures.
MOVED = ("us-08", "2026-04-20")
#: What this machine names a version, a method and a template after an upgrade.
UPGRADE = """
import elolag.version as version
version.__version__, version.METHOD = "9.9.9", "2031.01"
from elolag.site import page
old = page.template
page.template = lambda name: old(name).replace("<main", "<p>Another template.</p><main")
import month_worlds
"""


@dataclass(frozen=True)
class Later:
    """A site a month later, and what was asked for it."""

    question: dict[str, Any]
    path: Path


def ask(folder: Path) -> dict[str, Any]:
    """The archive and the tags in a folder, as a question."""
    archive = take(folder / "archive", LISTS)
    return asked(archive, tags(folder / "tags"))


def asked(archive: Path, own: Path) -> dict[str, Any]:
    return {"board": BOARD, "archive": str(archive), "extra_tags": own, "n_draws": 60}


def write(out: Path, question: dict[str, Any], **other: Any) -> Site:
    """The site of a question, on the first day."""
    return write_site(out, **{"base_url": ADDRESS, "published": DAY, **question, **other})


@contextmanager
def plain() -> Iterator[None]:
    """Charts are one empty image each: they take four fifths of the time, and are not the point."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("elolag.site.month.images", _images)
        for room in ("month", "build"):
            patch.setattr(f"elolag.site.{room}.drawings", _drawings)
        yield


def _drawings(sections: Iterable[Section], **_: object) -> dict[str, dict[str, str]]:
    figures = (figure.name for section in sections for figure in section.figures)
    sizes = ("page", "phone")
    return {n: {size: f'<svg id="{n}-{size}"></svg>' for size in sizes} for n in figures}


def _images(name: str, *_: object, **__: object) -> dict[str, bytes]:
    """Under the names that charts have."""
    empty = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>\n'
    return {f"{name}.svg": empty, **{f"{name}-{size}.png": empty for size in OFFERED}}


def upgraded(out: Path, question: dict[str, Any], **other: Any) -> None:
    """The site once more by another version, method and template, in a process of its own."""
    told = {**question, **other}
    code = (
        f"{UPGRADE}\nfrom pathlib import Path, PosixPath, WindowsPath\n"
        f"with month_worlds.plain():\n    month_worlds.write({out!r}, {told!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def released() -> list[tuple[str, str, str, float]]:
    """(model, lab, release date, rating), a September release of each side with them."""
    late = [("us-15", "acme", "2026-09-05", 1495.0), ("cn-15", "dragon", "2026-09-12", 1417.0)]
    return site_worlds.models() + late


def take(folder: Path, lists: Iterable[tuple[str, str]]) -> Path:
    """Put lists into the archive, each with the models that were out on its day."""
    for number, (vintage, name) in enumerate(lists):
        rows = [
            (site_worlds.NAMES.get(model, model), rating + number * (int(model[-2:]) % 3))
            for model, _, date, rating in released()
            if date <= vintage
        ]
        rows.append((site_worlds.UNTAGGED, 1200.0))
        rows.sort(key=lambda row: (-row[1], row[0]))
        ratings = pd.DataFrame(
            [("overall", entry, rating, rating - 9.8, rating + 9.8, 5.0, 30_000, rank)
             for rank, (entry, rating) in enumerate(rows, 1)],
            columns=["category", "entry", "rating", "lower", "upper", "se", "votes", "rank"],
        )[list(RATINGS)]  # fmt: skip
        for column in ("votes", "rank"):
            ratings[column] = ratings[column].astype("Int64")
        entries = pd.DataFrame(
            sorted((entry, "", site_worlds.IMAGE, site_worlds.SCRIPT) for entry, _ in rows),
            columns=list(ENTRIES),
        )
        made = Publication(
            board=BOARD, vintage=vintage, basis="published", method="bradley-terry",
            style_control=True, interval_kind="variance", interval_level=0.95,
            tables={"ratings": ratings, "entries": entries},
        )  # fmt: skip
        origin = Origin("text", vintage, ("https://example.org/text",))
        payload = Payload(get_source(name), origin, vintage.encode(), vintage)
        (outcome,) = take_publications(folder, [made], payload)
        assert outcome.outcome == "new", outcome
    return folder


def tags(folder: Path) -> Path:
    """Those of `site_worlds`, with the releases of September."""
    site_worlds.tags(folder)
    add = partial(_add, folder)
    add("models.csv", [[m, lab, date, "day", "announcement", "", "", f"{EVIDENCE}{m}", ""]
                       for m, lab, date, _ in released()[-2:]])  # fmt: skip
    add("aliases.csv", [["*", m, m, "", ""] for m, *_ in released()[-2:]])
    return folder


def retag(folder: Path, model: str, date: str) -> Path:
    """Give one model another release date."""
    path = folder / "models.csv"
    lines = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
    (row,) = (line for line in lines if line[0] == model)
    row[2] = date
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    return folder


def _add(folder: Path, name: str, rows: list[list[str]]) -> None:
    with (folder / name).open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def files(path: Path) -> dict[str, bytes]:
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}
