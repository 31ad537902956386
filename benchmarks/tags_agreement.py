"""How far the tags agree with four metadata sources; writes the numbers of docs/tagging.md.

    python benchmarks/tags_agreement.py [--upstream DIR]

Epoch's index of 2026-01 and models.dev come from the shipped archive. Epoch's table of ML systems
of 2024-11 and the list of Artificial Analysis are read from the folder of raw payloads
(``--upstream``, else ELOLAG_UPSTREAM_DATA, else ``../shared/data``); without it their rows keep
their last numbers. The docs also get the counts of the tables, and what tags_suggest.py last
measured.
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
from elolag.countries import codes
from elolag.dates import parse
from elolag.sources.tidy import full_date
from elolag.tags import UNKNOWN, Lookup, Tables, load
from elolag.tags.listings import Fact, read_fact_file, read_facts, read_listings
from elolag.tags.review import _APART_DAYS, Matcher, _load_exceptions
from elolag.tags.rows import labs_of

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = ROOT / "benchmarks" / "tags_agreement.json"
DOCS = ROOT / "docs" / "tagging.md"
START, END = "<!-- {}: written by benchmarks/tags_agreement.py -->", "<!-- /{} -->"
SUGGEST = ROOT / "benchmarks" / "tags_suggest.json"
SOURCES = {
    "epoch-systems": "Epoch AI, ML systems, 2024-11",
    "epoch-eci": "Epoch AI, ECI, 2026-01-20",
    "artificial-analysis": "Artificial Analysis, language models, 2026-08-22",
    "models-dev": "models.dev, 2026-07",
}
CLOSE_DAYS = 3
NEAR = 100


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
            if abs(days[model]) > _APART_DAYS:
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
        "over_14_days": int((apart > _APART_DAYS).sum()),
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


def counts() -> str:
    """The Markdown of what the tables hold."""
    tables = load()
    lookup = Lookup(tables)
    listed = read_listings(open_archive(ROOT / "snapshots"), ratings=True)
    tagged = [(e, lookup.alias(e.source, e.entry, e.name)) for e in listed]
    unknown = {e.entry for e, alias in tagged if alias is not None and alias.model == UNKNOWN}
    near = {a.model for e, a in tagged if a is not None and a.model != UNKNOWN and e.gap <= NEAR}
    rows = tables.models.values()

    def fallback(models: Iterable[str]) -> str:
        chosen = list(models)
        found = sum(tables.models[m].date_basis == "first listed" for m in chosen)
        return f"{found} of {len(chosen)} ({100 * found / len(chosen):.1f}%)"

    nameless = ", ".join(f"`{entry}`" for entry in sorted(unknown))
    unverified = [row for row in rows if "unverified" in row.note]
    labs = [key for key, own in tables.labs.items() if any("unverified" in r.note for r in own)]
    lines = (
        f"The tables hold {len(tables.models)} models of {len(tables.labs)} labs and "
        f"{len(tables.aliases)} aliases. Every one of the {len(listed):,} entries (a name on a "
        f"board from a source; {len({e.entry for e in listed}):,} names on "
        f"{len({e.board for e in listed})} boards and tables) of the shipped archive is tagged, "
        f"{len(unknown)} of the names as `unknown`: {nameless}. ",
        f"The release date rests on nothing better than the first listing for "
        f"{fallback(tables.models)} of the models, and {fallback(near)} of those rated within "
        f"{NEAR} points of their day's best. {sum(r.precision == 'month' for r in rows)} dates are "
        f"known to the month only. {len(unverified)} models "
        f"({sum(row.model in near for row in unverified)} of them within {NEAR} points) and "
        f"{len(labs)} labs have a fact marked `unverified`.",
    )
    return "".join(lines) + "\n"


def proposals() -> str:
    """The Markdown of what the proposals were worth on unseen months."""
    lines = [
        "| month | new entries of known labs | lab right | country right | country wrong "
        "| none proposed |",
        "|" + "---|" * 6,
    ]
    for month, found in json.loads(SUGGEST.read_text("utf-8")).items():
        for key, label in (("entries_of_boards", "rows of boards"), ("names", "different names")):
            n = found[key]
            shares = [
                f"{n[k]} ({100 * n[k] / n['entries']:.0f}%)" for k in ("lab_right", "country_right")
            ]
            lines.append(
                f"| {month} | {n['entries']} {label} | {shares[0]} | {shares[1]} "
                f"| {n['country_wrong']} | {n['no_proposal']} |"
            )
    return "\n".join(lines) + "\n"


def inserted(text: str, name: str, body: str) -> str:
    """The docs with one marked section replaced."""
    start, end = START.format(name), END.format(name)
    before, _, rest = text.partition(start)
    assert rest, f"docs/tagging.md has no section {name}"
    return f"{before}{start}\n\n{body}\n{end}{rest.partition(end)[2]}"


def section(numbers: dict[str, dict[str, object]]) -> str:
    """The Markdown of the agreement, for the docs."""

    def share(part: object, whole: object) -> str:
        if not whole:
            return "none given"
        assert isinstance(part, int)
        assert isinstance(whole, int)
        return f"{part} of {whole} ({100 * part / whole:.1f}%)"

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
    close = share(both["within_3_days"], both["models"])
    lines += [
        "",
        f"Where at least two of the last three agree on a date within {CLOSE_DAYS} days, ours is "
        f"within {CLOSE_DAYS} days of one of them for {close}.",
    ]
    exceptions = _load_exceptions()
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


def written(numbers: dict[str, dict[str, object]]) -> dict[str, str]:
    """The sections of docs/tagging.md that this script writes."""
    return {"counts": counts(), "suggest": proposals(), "agreement": section(numbers)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    default = os.environ.get("ELOLAG_UPSTREAM_DATA") or ROOT.parent / "shared" / "data"
    parser.add_argument("--upstream", type=Path, default=Path(default))
    numbers = json.loads(NUMBERS.read_text("utf-8")) if NUMBERS.is_file() else {}
    numbers |= collect(parser.parse_args().upstream)
    numbers = {name: numbers[name] for name in (*SOURCES, "consensus")}
    NUMBERS.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", "utf-8")
    text = DOCS.read_text("utf-8")
    for name, body in written(numbers).items():
        text = inserted(text, name, body)
    DOCS.write_text(text, "utf-8")
    print(section(numbers))


if __name__ == "__main__":
    main()
