"""A small archive whose publisher and tagger wish us ill: every free text is an attack."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from elolag.archive import Payload, take_publications
from elolag.schema import ENTRIES, RATINGS, Origin, Publication
from elolag.site import Report
from elolag.sources import get_source

BOARD = "arena/text"
#: The same ratings: what the packaged claims are tested on.
STYLED = "arena/text_style_control"
VINTAGE = "2026-08-19"
SCRIPT = "</script><script>window.owned=1</script>"
IMAGE = '<img src=x onerror="window.owned=2">'
MARKUP = "**bold** [x](javascript:alert(1)) `code` | cell http://evil.example/x"
FORMULA = '=HYPERLINK("http://evil.example")'
#: The archive itself refuses characters that do not show; tags may hold them.
TURNED = "nice\u202egnp.exe\u2028next"
#: Entry names by model; the others are called by their model.
NAMES = {
    "us-14": f"us-14 {SCRIPT}",
    "cn-14": f'cn-14 "><svg/onload=window.owned=3> {IMAGE}',
    "us-13": MARKUP,
    "cn-13": FORMULA,
}
LABS = {"acme": f"Acme {TURNED} {IMAGE}", "dragon": "Dragon & Söhne {{ 7*7 }} ${window.owned=4}"}
#: Every figure of a question's page, and of the page of its checks.
ANSWER = ("frontier", "average-path", "estimands")
CHECKS = (
    "slices-category", "slices-openness", "influence", "specifications", "claims",
)  # fmt: skip
FIGURES = (*ANSWER, *CHECKS)
UNTAGGED = f"nobody {SCRIPT}"


@dataclass(frozen=True)
class World:
    """The archive, its tags, and the one report made of it."""

    question: dict[str, Any]
    report: Report

    @property
    def page(self) -> Path:
        return self.report.path / "index.html"


def models() -> list[tuple[str, str, str, float]]:
    """(model, lab, release date, rating): one release a month of each side, China six behind.

    Before them five weak ones of each side: the grid asks for twenty models.
    """
    found = []
    for month in range(1, 6):
        found.append((f"us-early-{month}", "acme", f"2025-0{month}-05", 1200.0 + 13 * month))
        found.append((f"cn-early-{month}", "dragon", f"2025-0{month}-12", 1160.0 + 13 * month))
    for month in range(15):
        year, rest = divmod(5 + month, 12)
        date = f"{2025 + year}-{rest + 1:02d}"
        found.append((f"us-{month:02d}", "acme", f"{date}-05", 1300.0 + 13 * month))
        found.append((f"cn-{month:02d}", "dragon", f"{date}-12", 1300.0 + 13 * month - 78))
    return found


def archive(folder: Path) -> Path:
    """Write the archive: one vintage of one board."""
    ratings: list[dict[str, Any]] = []
    rows = [(NAMES.get(m, m), rating) for m, _, _, rating in models()] + [(UNTAGGED, 1200.0)]
    for number, (entry, rating) in enumerate(sorted(rows, key=lambda r: (-r[1], r[0]))):
        ratings.append(
            {"category": "overall", "entry": entry, "rating": rating, "lower": rating - 9.8,
             "upper": rating + 9.8, "se": 5.0, "votes": 30_000, "rank": number + 1}
        )  # fmt: skip
    table = pd.DataFrame(ratings, columns=list(RATINGS))
    for column in ("votes", "rank"):
        table[column] = table[column].astype("Int64")
    entries = [
        {"entry": entry, "name": "", "organisation": IMAGE, "licence": SCRIPT}
        for entry in sorted(table["entry"])
    ]
    publications = [Publication(
        board=board, vintage=VINTAGE, basis="published", method="bradley-terry",
        style_control=board != BOARD, interval_kind="variance", interval_level=0.95,
        tables={"ratings": table, "entries": pd.DataFrame(entries, columns=list(ENTRIES))},
    ) for board in (BOARD, STYLED)]  # fmt: skip
    origin = Origin("text", VINTAGE, ("https://example.org/text",))
    payload = Payload(get_source("arena-dataset"), origin, b"by hand", VINTAGE)
    for outcome in take_publications(folder, publications, payload):
        assert outcome.outcome == "new", outcome
    return folder


def tags(folder: Path) -> Path:
    """Write labs, models and aliases for `archive`."""
    folder.mkdir()
    _write(
        folder / "labs.csv",
        "lab,name,parent,country,from,until,other_sites,evidence,note",
        [
            [key, LABS[key], "", country, "", "", "", SCRIPT, "unverified"]
            for key, country in (("acme", "US"), ("dragon", "CN"))
        ],
    )
    _write(
        folder / "models.csv",
        "model,lab,release_date,precision,date_basis,weights_date,base,evidence,note",
        [
            [model, lab, date, "day", "announcement", "", "", f"{MARKUP} ; {SCRIPT}", ""]
            for model, lab, date, _ in models()
        ],
    )
    _write(
        folder / "aliases.csv",
        "source,entry,model,effort,note",
        [["*", NAMES.get(model, model), model, "", ""] for model, *_ in models()],
    )
    return folder


def _write(path: Path, header: str, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split(","))
        writer.writerows(rows)
