"""Time of reading the tags and of resolving 10,000 entries; writes tags_lookup.json.

python benchmarks/tags_lookup.py
"""

from __future__ import annotations

import json
import platform
import time
from itertools import cycle, islice
from pathlib import Path

from elolag.archive import open_archive
from elolag.tags import UNKNOWN, Lookup, load
from elolag.tags.listings import read_listings

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = ROOT / "benchmarks" / "tags_lookup.json"
ENTRIES = 10_000
RUNS = 5


def main() -> None:
    listings = read_listings(open_archive(ROOT / "snapshots"))
    rows = list(islice(cycle((e.source, e.entry, e.name) for e in listings), ENTRIES))
    loads, lookups = [], []
    for _ in range(RUNS):
        start = time.process_time()
        lookup = Lookup(load())
        loads.append(time.process_time() - start)
        start = time.process_time()
        for source, entry, name in rows:
            alias = lookup.alias(source, entry, name)
            if alias is not None and alias.model != UNKNOWN:
                lookup.tag(alias.model)
        lookups.append(time.process_time() - start)
    numbers = {
        "entries": ENTRIES,
        "read_tables_s": round(min(loads), 4),
        "resolve_s": round(min(lookups), 4),
        "python": platform.python_version(),
    }
    NUMBERS.write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")
    print(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main()
