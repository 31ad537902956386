"""``elolag tags``: who made each model, where, when; what is doubtful; what is missing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from elolag.cli.archive import own_archive
from elolag.cli.options import Archive, Json, OwnArchive, group
from elolag.cli.show import dump, line, print_table
from elolag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from elolag.tags import Lookup, Tables
    from elolag.tags.listings import Fact, Listed, Record

_Tags = Annotated[
    Path | None,
    Option("--tags", help="CSV (or folder of CSVs) of your own tags; they win over ours."),
]

app = group("tags", "Who made each model, where, when, how open: shown, listed, checked, proposed.")


@app.command()
def show(
    name: Annotated[str, Argument(help="An entry of a board, or a model.")],
    archive: Archive = None,
    extra: _Tags = None,
    as_json: Json = False,
) -> None:
    """All that is known of one model, with the evidence."""
    from elolag.tags.listings import find, records

    lookup, listings = _open(archive, extra)
    found = find(records(lookup, listings), lookup, name)
    if as_json:
        dump([asdict(record) for record in found])
    else:
        _print_model(found, lookup, name)


@app.command(name="list")
def list_(
    country: Annotated[
        str | None, Option(help="Only models that count with this country, e.g. CN.")
    ] = None,
    only_open: Annotated[
        bool, Option("--open", help="Only models with published weights.")
    ] = False,
    unmatched: Annotated[
        bool, Option("--unmatched", help="Only entries nobody has tagged.")
    ] = False,
    archive: Archive = None,
    extra: _Tags = None,
    as_json: Json = False,
) -> None:
    """Every entry of the archive with its tag; as text, one line for each model."""
    from elolag.tags.listings import records

    lookup, listings = _open(archive, extra)
    if country is not None and country not in lookup.countries():
        known = ", ".join(sorted(lookup.countries()))
        raise UsageError(f"no model counts with country {country!r}; there are: {known}")
    found = [
        record
        for record in records(lookup, listings)
        if (country is None or record.country == country)
        and (not only_open or record.open)
        and (not unmatched or record.model is None)
    ]
    if as_json:
        dump([asdict(record) for record in found])
    else:
        _print_list(found)


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        Argument(help="Further metadata tables to hold the tags against, e.g. Epoch's CSV."),
    ] = None,
    show_all: Annotated[
        bool, Option("--all", help="Also what carries a written exception.")
    ] = False,
    archive: Archive = None,
    extra: _Tags = None,
    as_json: Json = False,
) -> None:
    """What in the tags is probably wrong; exit code 1 if anything is open."""
    from elolag.tags.review import check as run

    lookup, listings = _open(archive, extra)
    found = run(lookup.tables, listings, _facts(archive, files))
    still_open = [f for f in found if not f.exception]
    shown = found if show_all else still_open
    if as_json:
        dump([asdict(f) for f in shown])
    else:
        for f in shown:
            line(f"{f.kind}: {f.subject}: {f.message}" + (f" [{f.exception}]" * bool(f.exception)))
    excepted = len(found) - len(still_open)
    line(f"{len(still_open)} findings; {excepted} more carry a written exception", err=True)
    if still_open:
        raise typer.Exit(1)


@app.command()
def suggest(
    files: Annotated[
        list[Path] | None,
        Argument(help="Further metadata tables to take dates from, e.g. models.dev's JSON."),
    ] = None,
    into: Annotated[
        Path | None, Option(help="Write the rows as CSVs into this new folder, for --tags.")
    ] = None,
    archive: Archive = None,
    extra: _Tags = None,
    as_json: Json = False,
) -> None:
    """Tags for entries nobody has tagged, to be reviewed, the highest rated first."""
    from elolag.tags.suggest import suggest as run
    from elolag.tags.suggest import write_folder

    lookup, listings = _open(archive, extra, ratings=True)
    found = run(lookup.tables, listings, _facts(archive, files))
    written = [] if into is None else write_folder(found, into)
    if as_json:
        dump([asdict(suggestion) for suggestion in found])
    elif found:
        # Dates and countries keep their line at any width.
        columns, whole = ("name", "lab", "country", "date", "why"), ("country", "date")
        print_table(columns, [s.cells() for s in found], whole=whole, figures=False)
    for path in written:
        line(f"wrote {path}", err=True)
    proposed = sum(1 for suggestion in found if suggestion.aliases)
    text = f"{proposed} of {len(found)} new models or names have a proposal"
    if proposed and into is None and not as_json:
        text += "; write their rows with --into FOLDER, see the reasons with --json"
    line(text, err=True)


@app.command()
def which(archive: Archive = None, as_json: Json = False) -> None:
    """Whose tags answer: those that came with elolag, or those installed in the archive."""
    from elolag.tags import load

    tables = load(None, archive)
    found = {
        "schema": 1,
        "sha256": tables.bundle,
        "packaged": tables.packaged,
        "labs": len(tables.labs),
        "models": len(tables.models),
        "aliases": len(tables.aliases),
    }
    if as_json:
        dump(found)
        return
    line(f"tags: {_whose(tables)}")
    line(f"  {len(tables.labs)} labs, {len(tables.models)} models, {len(tables.aliases)} aliases")
    line(f"  sha256 {tables.bundle}")


def _whose(tables: Tables) -> str:
    from elolag.version import __version__

    came = f"with elolag {__version__}"
    return (
        f"those that came {came}" if tables.packaged else f"installed; not those that came {came}"
    )


@app.command()
def export(
    file: Annotated[Path, Argument(help="File to write, not there yet.")], archive: Archive = None
) -> None:
    """Write labs, models and aliases as one file, for `elolag tags update` elsewhere."""
    from elolag.archive import open_archive
    from elolag.archive.package import sha256
    from elolag.tags import packaged

    data = open_archive(archive, allow_empty=True).tags() or packaged()
    try:
        with file.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise UsageError(f"{file} exists; name another file") from None
    line(f"wrote {file}", err=True)
    line(f"sha256 {sha256(data)}")


@app.command()
def update(
    file: Annotated[
        Path | None, Argument(help="What `elolag tags export` wrote; with --remove none.")
    ] = None,
    sha256: Annotated[
        str, Option(metavar="HASH", help="Its SHA-256, from whoever gave you the file.")
    ] = "",
    remove: Annotated[
        bool, Option("--remove", help="Go back to the tags that came with elolag.")
    ] = False,
    archive: OwnArchive = None,
) -> None:
    """Let other tags answer in your own archive: checked, installed, and named by every result."""
    from elolag.archive import Writer
    from elolag.dates import utc_now
    from elolag.tags import check_bundle, load
    from elolag.tags.tables import read_bundle

    root = own_archive(archive, "tags are installed in")
    if (file is None) != remove:
        raise UsageError("give the file to install, or --remove to go back to the packaged tags")
    data, rows = None, "0"
    if file is not None:
        data = read_bundle(file, sha256)
        rows = str(len(check_bundle(data, str(file)).models))
    stamp = utc_now().strftime("%Y-%m-%dT%H:%M:%SZ")
    with Writer(root, "elolag tags update") as writer:
        writer.install_tags(data, {"run_at": stamp, "source": "tags", "board": "", "rows": rows})
    line(f"{root}: tags: {_whose(load(None, root))}")


def _open(
    archive: Path | None, extra: Path | None, *, ratings: bool = False
) -> tuple[Lookup, list[Listed]]:
    from elolag.archive import open_archive
    from elolag.tags import Lookup, load
    from elolag.tags.listings import read_listings

    lookup = Lookup(load(extra, archive))
    return lookup, read_listings(open_archive(archive), ratings=ratings)


def _facts(archive: Path | None, files: list[Path] | None) -> list[Fact]:
    """What metadata say of models: the archive's own, then those of the files."""
    from elolag.archive import open_archive
    from elolag.tags.listings import read_fact_file, read_facts

    facts = read_facts(open_archive(archive))
    for path in files or ():
        facts += read_fact_file(path)
    return facts


def _print_model(found: list[Record], lookup: Lookup, name: str) -> None:
    keys = dict.fromkeys(r.model for r in found) or {name: None}
    for key in keys:
        if key is None or key not in lookup.tables.models:
            line(f"{name}: {'nobody has tagged it' if key is None else 'unknown maker'}")
        else:
            _print_facts(key, lookup)
        places: dict[str, list[str]] = {}
        for record in found:
            if record.model == key:
                places.setdefault(record.entry, []).append(f"{record.board} ({record.source})")
        for entry, boards in places.items():
            line(f"  entry {entry}: {', '.join(boards)}")


def _print_facts(key: str, lookup: Lookup) -> None:
    row, tag = lookup.tables.models[key], lookup.tag(key)
    lab = next(r for r in lookup.tables.labs[row.lab] if r.covers(row.release_date))
    line(key)
    facts = {
        "lab": f"{lab.lab} ({lab.name}{', parent ' + lab.parent if lab.parent else ''})",
        "country": tag.country + (f" (headquarters {lab.country})" * (tag.country != lab.country)),
        "released": f"{row.release_date} (to the {row.precision}; {row.date_basis})",
        "weights": f"since {row.weights_date}" if row.weights_date else "none published",
        "base": row.base,
        "evidence": row.evidence,
        "note": row.note,
        "country's evidence": lab.evidence,
        "country's note": lab.note,
    }
    for label, value in facts.items():
        if value:
            line(f"  {label}: {value}")


def _print_list(found: Iterable[Record]) -> None:
    counts: dict[tuple[str, ...], int] = {}
    for record in found:
        where, model = f"{record.board} ({record.source})", record.model
        shown: tuple[str, ...] = record.entry, where, model or "untagged"
        if record.lab is not None:
            weights = f"weights {record.weights_date}" if record.weights_date else "closed"
            told = (model, record.lab, record.country, record.release_date, weights)
            shown = tuple(cell or "" for cell in told)
        counts[shown] = counts.get(shown, 0) + 1
    for shown, count in sorted(counts.items()):
        line(*shown, f"{count} entries" if count > 1 else "1 entry")
