"""``elolag cite``: how to quote a result, and where a figure came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from elolag.cli.options import Estimand, Frontier, Interval, Json, asks
from elolag.cli.show import dump, line, lines, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from elolag.cite import Reference


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("cite")(cite)


@asks()
def cite(
    question: dict[str, Any],
    figure: Annotated[
        Path | None,
        typer.Argument(help="A .png, .svg or .pdf made by elolag: print where it came from."),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of sentence and footnote: en or de.")] = "en",
    bibtex: Annotated[bool, typer.Option("--bibtex", help="Print only the BibTeX.")] = False,
    csl: Annotated[bool, typer.Option("--csl", help="Print only the CSL-JSON.")] = False,
    estimand: Estimand = None,
    frontier: Frontier = None,
    interval: Interval = "measurement",
    as_json: Json = False,
) -> None:
    """A result as it may be quoted: sentence, footnote, BibTeX, CSL-JSON; or a figure's origin."""
    from elolag.errors import UsageError

    if sum((bibtex, csl, as_json)) > 1:
        raise UsageError("--bibtex, --csl and --json each say what alone to print; take one")
    if figure is not None:
        _print_figure(figure, bibtex=bibtex, csl=csl, as_json=as_json)
        return
    from elolag.cite import LANGUAGES, citation
    from elolag.estimate.lag import estimate_lag

    if lang not in LANGUAGES:  # before the draws, which take a while
        raise UsageError(f"no citation in {lang!r}; known: {', '.join(LANGUAGES)}")
    result = estimate_lag(estimand=estimand, frontier=frontier, interval=interval, **question)
    found = citation(result, lang)
    if as_json:
        dump(found.to_dict())
    elif bibtex or csl:
        _print_references(found.references, csl=csl)
    else:
        lines(f"{found}\n\n")
        _print_references(found.references, csl=False)
        line()
        _print_references(found.references, csl=True)


def _print_figure(path: Path, *, bibtex: bool, csl: bool, as_json: bool) -> None:
    from elolag.cite import figure_references, read_figure

    facts = read_figure(path)
    if as_json:
        dump(facts)
        return
    if bibtex or csl:
        _print_references(figure_references(facts), csl=csl)
        return
    for name in ("title", "sentence", "caveat"):
        if facts.get(name):
            line(str(facts[name]))
    line()
    told = ("schema", "software", "title", "sentence", "caveat", "sources")
    rows = [(name, value) for name, value in facts.items() if name not in told]
    print_table(("fact", "value"), rows)
    for source in facts["sources"]:
        line()
        rows = [(name, value) for name, value in source.items() if value]
        print_table(("source", ""), rows)


def _print_references(references: Sequence[Reference], *, csl: bool) -> None:
    if csl:
        dump([reference.csl() for reference in references])
    else:
        lines("\n\n".join(reference.bibtex() for reference in references))
