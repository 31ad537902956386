"""How far the tags agree with four metadata sources; writes the numbers and docs/tagging.md.

    python benchmarks/tags_agreement.py [--upstream DIR]

Epoch's index of 2026-01 and models.dev come from the shipped archive. Epoch's table of ML systems of
2024-11 and the list of Artificial Analysis are read from the folder of raw payloads (``--upstream``,
else ELOLAG_UPSTREAM_DATA, else ``../shared/data``); without it their rows keep their last numbers.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from elolag.archive import open_archive
from elolag.months import parse
from elolag.tags import Lookup, Tables, load
from elolag.tags.check import APART_DAYS, load_exceptions
from elolag.tags.countries import codes
from elolag.tags.listings import Fact, read_fact_file, read_facts, read_listings
from elolag.tags.matching import Matcher
from elolag.tags.names import full_date
from elolag.tags.organisations import labs_of

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = ROOT / "benchmarks" / "tags_agreement.json"
DOCS = ROOT / "docs" / "tagging.md"
START, END = "<!-- agreement: written by benchmarks/tags_agreement.py -->", "<!-- /agreement -->"
SOURCES = {
    "epoch-systems": "Epoch AI, ML systems, 2024-11",
    "epoch-eci": "Epoch AI, ECI, 2026-01-20",
    "artificial-analysis": "Artificial Analysis, language models, 2026-08-22",
    "models-dev": "models.dev, 2026-07",
}
CLOSE_DAYS = 3


def epoch_systems(path: Path) -> list[Fact]:
    """Epoch's table of ML systems, which no source module reads: it is used here only."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Fact(
                source="epoch-systems",
                vintage="2024-11",
                entry=row["System"],
                name="",
                organisation=row["Organization"],
                release_date=row["Publication date"],
                open_weights="",
                country=row["Country (from Organization)"],
            )
            for row in csv.DictReader(file)
        ]


def measure(tables: Tables, facts: Iterable[Fact], rated: set[str]) -> dict[str, object]:
    """The agreement of one source's rows with the tables.

    A model counts once: the source's date for it is the earliest among its rows, its labs and
    countries are those of all its rows together.
    """
    matcher = Matcher(tables)
    rows = list(facts)
    by_model: dict[str, list[Fact]] = {}
    for fact in rows:
        model = matcher.match(fact)
        if model:
            by_model.setdefault(model, []).append(fact)
    single = several = single_agree = several_agree = labs = labs_equal = 0
    days: dict[str, int] = {}
    disagreements = []
    for model, own in sorted(by_model.items()):
        row = tables.models[model]
        theirs = tuple(dict.fromkeys(code for fact in own for code in codes(fact.country)))
        agree = tables.country(row) in theirs
        single += len(theirs) == 1
        single_agree += len(theirs) == 1 and agree
        several += len(theirs) > 1
        several_agree += len(theirs) > 1 and agree
        if theirs and not agree:
            what = f"{', '.join(theirs)}; here {tables.country(row)}"
            disagreements.append(["country-disagrees", own[0].entry, model, what])
        known = {lab for fact in own for lab in labs_of(fact.organisation)}
        labs += bool(known)
        labs_equal += row.lab in known
        dated = sorted(
            (fact.release_date, fact.entry) for fact in own if full_date(fact.release_date)
        )
        if dated:
            date, entry = dated[0]
            days[model] = (parse(row.release_date) - parse(date)).days
            if abs(days[model]) > APART_DAYS:
                what = f"{date}; here {row.release_date}"
                disagreements.append(["date-disagrees", entry, model, what])
    apart = np.abs(list(days.values()))
    near = np.abs([away for model, away in days.items() if model in rated])
    return {
        "rows": len(rows),
        "models": len(by_model),
        "countries": single,
        "countries_agree": single_agree,
        "several_countries": several,
        "several_countries_agree": several_agree,
        "labs": labs,
        "labs_equal": labs_equal,
        "dates": len(apart),
        "median_days": float(np.median(apart)),
        "p95_days": float(np.quantile(apart, 0.95, method="inverted_cdf")),
        "within_3_days": int((apart <= CLOSE_DAYS).sum()),
        "over_14_days": int((apart > APART_DAYS).sum()),
        "rated_dates": len(near),
        "rated_within_3_days": int((near <= CLOSE_DAYS).sum()),
        "disagreements": disagreements,
    }


def consensus(tables: Tables, facts: dict[str, list[Fact]]) -> dict[str, object]:
    """How often the tags are close to a date on which two sources agree among themselves."""
    matcher = Matcher(tables)
    dates: dict[str, dict[str, str]] = {}
    for name in ("epoch-eci", "artificial-analysis", "models-dev"):
        for fact in facts.get(name, []):
            model = matcher.match(fact) if full_date(fact.release_date) else None
            if model:
                own = dates.setdefault(model, {})
                own[name] = min(own.get(name, fact.release_date), fact.release_date)
    close = []
    for model, own in dates.items():
        ours = parse(tables.models[model].release_date)
        days = sorted((parse(date) - ours).days for date in own.values())
        pairs = [(a, b) for i, a in enumerate(days) for b in days[i + 1 :] if b - a <= CLOSE_DAYS]
        if pairs:
            close.append(any(min(abs(a), abs(b)) <= CLOSE_DAYS for a, b in pairs))
    return {"models": len(close), "within_3_days": sum(close)}


def collect(upstream: Path) -> dict[str, dict[str, object]]:
    """Every source that can be measured here."""
    tables = load()
    archive = open_archive(ROOT / "snapshots")
    lookup = Lookup(tables)
    listed = [e for e in read_listings(archive) if e.rated and e.board.startswith("arena/")]
    aliases = (lookup.alias(e.source, e.entry, e.name) for e in listed)
    rated = {alias.model for alias in aliases if alias}
    facts: dict[str, list[Fact]] = {}
    for fact in read_facts(archive):
        facts.setdefault(fact.source, []).append(fact)
    systems = upstream / "epoch" / "all_ml_systems-2024-11.csv"
    analysis = upstream / "artificial-analysis" / "llms-2026-08-22.json"
    if systems.is_file():
        facts["epoch-systems"] = epoch_systems(systems)
    if analysis.is_file():
        facts["artificial-analysis"] = read_fact_file(analysis)
    found = {name: measure(tables, facts[name], rated) for name in SOURCES if name in facts}
    if "artificial-analysis" in facts:
        found["consensus"] = consensus(tables, facts)
    return found


def section(numbers: dict[str, dict[str, object]]) -> str:
    """The Markdown of the agreement, for the docs."""

    def share(part: object, whole: object) -> str:
        return f"{part} of {whole} ({100 * int(part) / int(whole):.1f}%)" if whole else "none given"

    head = (
        "| source | models matched | countries agree | of rows with several countries | labs equal "
        "| days apart: median, 95% | within 3 days | within 3 days, rated by the arena |"
    )
    lines = [head, "|" + "---|" * 8]
    for name, label in SOURCES.items():
        n = numbers[name]
        cells = (
            label,
            f"{n['models']} (of {n['rows']} rows)",
            share(n["countries_agree"], n["countries"]),
            share(n["several_countries_agree"], n["several_countries"]),
            share(n["labs_equal"], n["labs"]),
            f"{n['median_days']:g}, {n['p95_days']:g}",
            share(n["within_3_days"], n["dates"]),
            share(n["rated_within_3_days"], n["rated_dates"]),
        )
        lines.append("| " + " | ".join(cells) + " |")
    both = numbers["consensus"]
    lines += [
        "",
        f"Where at least two of the last three agree on a date within {CLOSE_DAYS} days, ours is "
        f"within {CLOSE_DAYS} days of one of them for {share(both['within_3_days'], both['models'])}.",
    ]
    exceptions = load_exceptions()
    lines += ["", "Every difference of country or of more than 14 days, and why ours stands:", ""]
    for name, label in SOURCES.items():
        found = numbers[name]["disagreements"]
        assert isinstance(found, list)
        lines += [f"*{label}*", ""]
        for kind, entry, model, what in found:
            reason = exceptions[kind, f"{name}: {entry}"]
            lines.append(f"- `{entry}`: {what} (`{model}`). {reason[0].upper()}{reason[1:]}.")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    default = os.environ.get("ELOLAG_UPSTREAM_DATA") or ROOT.parent / "shared" / "data"
    parser.add_argument("--upstream", type=Path, default=Path(default))
    numbers = json.loads(NUMBERS.read_text("utf-8")) if NUMBERS.is_file() else {}
    numbers |= collect(parser.parse_args().upstream)
    numbers = {name: numbers[name] for name in (*SOURCES, "consensus")}
    NUMBERS.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", "utf-8")
    text = DOCS.read_text("utf-8")
    before, after = text.partition(START)[0], text.partition(END)[2]
    DOCS.write_text(f"{before}{START}\n\n{section(numbers)}\n{END}{after}", "utf-8")
    print(section(numbers))


if __name__ == "__main__":
    main()
