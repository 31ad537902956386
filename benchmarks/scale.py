"""Commands on an archive of 10,000 vintages, and on own boards: `python benchmarks/scale.py DIR`.

The archive is made in DIR, which should be empty: every board has the models of the shipped
style-controlled list that were out by the day of a vintage, at their rating there plus noise, in
two categories. Its folders and its log are in the form the writer gives them, so that `verify` has
nothing to say; they are not flushed to the disk one by one, which would take hours. Own boards are
invented models with a lab, a country and a release date each. Seconds are CPU seconds of one run
on one core, disk cache warm. Writes ``benchmarks/scale.csv``.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from commands import cpu_of

import elolag
from elolag.archive import package
from elolag.archive.log import LOG, LOG_COLUMNS, encode_line
from elolag.sources import get_source
from elolag.tags import Lookup, is_unknown, load

HERE = Path(__file__).parent
SEED = 20260819
VINTAGES, BOARDS, OWN = 10_000, 20, (1_000, 10_000, 50_000)
NEWEST, FIRST = dt.date(2026, 8, 19), dt.date(2023, 6, 1)
CATEGORIES = ("coding", "overall")


def released() -> pd.DataFrame:
    """Entries of the shipped list with their ratings, and the day each was out."""
    snapshot = elolag.open_archive().board("arena/text_style_control").snapshot("2026-08-19")
    rows = snapshot.ratings("overall")
    lookup = Lookup(load())
    found = [lookup.alias(snapshot.source, entry) for entry in rows["entry"]]
    models = [None if alias is None or is_unknown(alias) else alias.model for alias in found]
    days = ["" if model is None else lookup.tag(model).release_date for model in models]
    return rows.assign(day=days)[[model is not None for model in models]]


def make(root: Path, models: pd.DataFrame, vintages: int, boards: int, seed: int = SEED) -> int:
    """Write the archive; gives the number of rows."""
    rng = np.random.default_rng(seed)
    source = get_source("arena-dataset")
    each = vintages // boards
    span = (NEWEST - FIRST).days
    days = [FIRST + dt.timedelta(round(span * (i + 1) / each)) for i in range(each)]
    names = ["arena/text", "arena/text_style_control"]
    names += [f"arena/board_{i:02d}" for i in range(len(names), boards)]
    log = [encode_line(LOG_COLUMNS, {name: name for name in LOG_COLUMNS})]
    count = 0
    for day in days:
        out = models[models["day"].astype(str) <= day.isoformat()]
        for name in names:
            tables = figures(out, rng)
            count += len(tables["ratings"])
            log.append(store(root, name, day.isoformat(), tables, source, log[-1]))
    (root / LOG).write_bytes(b"".join(log))
    return count


def figures(models: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The two tables of one vintage."""
    parts = []
    for category in CATEGORIES:
        se = rng.uniform(3, 9, len(models))
        rating = models["rating"] + rng.normal(0, 3, len(models))
        votes = rng.integers(800, 60_000, len(models))
        part = models.assign(category=category, rating=rating, se=se, votes=votes)
        part["rank"] = pd.NA
        parts.append(part.assign(lower=rating - 1.96 * se, upper=rating + 1.96 * se))
    entries = models[["entry"]].assign(name="", organisation="", licence="")
    return {
        "entries": package.normalise("entries", entries),
        "ratings": package.normalise("ratings", pd.concat(parts)),
    }


def store(
    root: Path,
    board: str,
    day: str,
    tables: dict[str, pd.DataFrame],
    source: elolag.sources.Source,
    before: bytes,
) -> bytes:
    """Write one folder; gives its line of the log."""
    files = {f"{name}.csv": package.encode(name, frame) for name, frame in tables.items()}
    raw = package.sha256(f"{board} {day}".encode())
    counts = tables["ratings"]["category"].value_counts(sort=False)
    description = {
        "board": board,
        "vintage": day,
        "basis": "published",
        "method": "bradley-terry",
        "style_control": board.endswith("style_control"),
        "interval": {"kind": "variance", "level": 0.95},
        "completeness": "full",
        "stale_categories": [],
        "categories": {str(name): int(n) for name, n in counts.items()},
        "entries": len(tables["entries"]),
        "notes": [],
    }
    account = {
        "urls": [],
        "retrieved_at": day,
        "http_status": None,
        "etag": None,
        "revision": None,
        "raw": [{"name": board, "bytes": 0, "sha256": raw}],
        "twins": [],
        "supersedes": [],
        "checks": [],
    }
    rows = {f"{name}.csv": len(frame) for name, frame in tables.items()}
    manifest = package.build(day, source, files, rows, description, account)
    folder = root / board / day
    folder.mkdir(parents=True)
    for name, data in {**files, package.MANIFEST: manifest}.items():
        (folder / name).write_bytes(data)
    line = {
        "run_at": day,
        "source": source.name,
        "board": board,
        "vintage": day,
        "label": day,
        "outcome": "new",
        "rows": str(rows["ratings.csv"]),
        "raw_sha256": raw,
        "manifest_sha256": package.sha256(manifest),
        "previous": package.sha256(before),
    }
    return encode_line(LOG_COLUMNS, line)


def own(folder: Path, models: int, seed: int = SEED) -> list[str]:
    """Write a board of invented models and its tags; gives the options that name them."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(0, 1_200, models))
    behind = rng.random(models) < 0.4
    ratings = folder / f"ratings-{models}.csv"
    tags = folder / f"tags-{models}.csv"
    rating = 1000 + 0.3 * days - 40 * behind + rng.normal(0, 50, models)
    se = rng.uniform(3, 9, models)
    with ratings.open("w", encoding="utf-8") as out:
        out.write("entry,rating,se,date\n")
        for i in range(models):
            out.write(f"model-{i},{rating[i]:.2f},{se[i]:.2f},{NEWEST}\n")
    with tags.open("w", encoding="utf-8") as out:
        out.write("entry,lab,country,release_date,openness\n")
        for i in range(models):
            day = FIRST - dt.timedelta(30) + dt.timedelta(int(days[i]))
            lab, country = (f"Lab C{i % 60}", "CN") if behind[i] else (f"Lab U{i % 90}", "US")
            out.write(f"model-{i},{lab},{country},{day},closed\n")
    return ["--ratings", str(ratings), "--tags", str(tags)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vintages", type=int, default=VINTAGES)
    parser.add_argument("--boards", type=int, default=BOARDS)
    options = parser.parse_args()
    root = options.folder / "archive"
    if not root.exists():
        count = make(root, released(), options.vintages, options.boards)
        print(f"{count:,} rows", file=sys.stderr)
    at = ["--archive", str(root)]
    size = f"{options.vintages:,} vintages of {options.boards} boards"
    cases = [
        ("elolag lag", size, ["lag", *at], 5.0),
        ("elolag archive verify", size, ["archive", "verify", *at], 15.0),
        ("elolag archive list", size, ["archive", "list", *at], None),
    ]
    for models in OWN:
        limit = 10.0 if models <= 10_000 else None
        asked = ["lag", *own(options.folder, models)]
        cases.append(("elolag lag --ratings", f"{models:,} models", asked, limit))
    with (HERE / "scale.csv").open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("case", "size", "cpu_seconds", "limit", "share_of_limit", "seed"))
        for name, of, arguments, limit in cases:
            cpu_of(arguments)  # warms the disk cache
            seconds = cpu_of(arguments)
            share = "" if limit is None else f"{seconds / limit:.2f}"
            print(f"{name:24} {of:34} {seconds:7.2f} s  limit {limit or '-'}")
            table.writerow((name, of, f"{seconds:.2f}", limit or "", share, SEED))


if __name__ == "__main__":
    main()
