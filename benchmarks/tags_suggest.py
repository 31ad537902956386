"""How well `elolag tags suggest` would have done on months nobody had seen.

    python benchmarks/tags_suggest.py

Every tag whose name the archive first lists on or after a cut is forgotten, with its models; then
proposals are made for the entries first listed from the cut on, and compared with the tags.
Metadata sources are used only where their table is older than the cut. Writes tags_suggest.json.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from elolag.archive import open_archive
from elolag.tags import UNKNOWN, Lookup, Tables, load
from elolag.tags.listings import Listed, read_facts, read_listings
from elolag.tags.suggest import suggest

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = ROOT / "benchmarks" / "tags_suggest.json"
#: First and last day of each unseen month, as the archive's vintages allow. August 2026 is the one
#: the tags are judged by; the others make sure it was no luck.
MONTHS = (
    ("2025-11-01", "2025-12-31"),
    ("2026-03-01", "2026-03-31"),
    ("2026-06-01", "2026-06-30"),
    ("2026-07-22", "2026-08-31"),
)


def forget(tables: Tables, listings: list[Listed], cut: str) -> Tables:
    """The tables as they would have stood before `cut`."""
    lookup = Lookup(tables)
    first: dict[object, str] = {}
    for listed in listings:
        alias = lookup.alias(listed.source, listed.entry, listed.name)
        if alias is not None:
            for key in (alias, alias.model):
                first[key] = min(first.get(key, listed.first), listed.first)
    gone = {model for model in tables.models if first.get(model, "") >= cut}
    models = {
        key: replace(row, base="") if row.base in gone else row
        for key, row in tables.models.items()
        if key not in gone
    }
    used = {row.lab for row in models.values()}
    aliases = tuple(
        alias
        for alias in tables.aliases
        if first.get(alias, "") < cut and (alias.model in models or alias.model == UNKNOWN)
    )
    labs = {key: rows for key, rows in tables.labs.items() if key in used}
    return replace(tables, labs=labs, models=models, aliases=aliases)


def measure(tables: Tables, listings: list[Listed], cut: str, end: str) -> dict[str, object]:
    """Counts of right labs and countries among the entries first listed from `cut` to `end`."""
    truth = Lookup(tables)
    past = forget(tables, listings, cut)
    facts = [f for f in read_facts(open_archive(ROOT / "snapshots")) if f.vintage < cut]
    seen_by_then = [e for e in listings if e.first <= end]
    by_key = {(e.source, e.board, e.entry): e for e in seen_by_then}
    count = {"entries": 0, "lab_right": 0, "country_right": 0, "country_wrong": 0, "no_proposal": 0}
    names = dict(count)
    unknown_labs = 0
    wrong = []
    for suggestion in suggest(past, seen_by_then, facts):
        seen: set[str] = set()
        for key in suggestion.entries:
            listed = by_key[key]
            alias = truth.alias(listed.source, listed.entry, listed.name)
            if alias is None or alias.model == UNKNOWN:
                continue
            right = tables.models[alias.model]
            if right.lab not in past.labs:
                unknown_labs += 1
                if suggestion.country not in ("", tables.country(right)):
                    wrong.append([listed.entry, suggestion.country])
                continue
            lab = ""
            if suggestion.aliases:
                model = suggestion.model or past.models[suggestion.aliases[0].model]
                lab = model.lab
            for tally in (count, names) if listed.entry not in seen else (count,):
                tally["entries"] += 1
                tally["lab_right"] += lab == right.lab
                tally["country_right"] += suggestion.country == tables.country(right)
                tally["no_proposal"] += not suggestion.country
                tally["country_wrong"] += suggestion.country not in ("", tables.country(right))
            if suggestion.country not in ("", tables.country(right)):
                wrong.append([listed.entry, suggestion.country])
            seen.add(listed.entry)
    return {"entries_of_boards": count, "names": names, "of_new_labs": unknown_labs, "wrong": wrong}


def main() -> None:
    tables = load()
    listings = read_listings(open_archive(ROOT / "snapshots"), ratings=True)
    numbers = {f"{cut} to {end}": measure(tables, listings, cut, end) for cut, end in MONTHS}
    NUMBERS.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(numbers, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
