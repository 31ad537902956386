"""``elolag claims``: published figures against the ratings of their day and the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from elolag.cli.options import Json, answers, asks, group, is_asked
from elolag.cli.show import dump, line, lines, print_facts, print_table, say
from elolag.errors import UsageError
from elolag.question import POLICIES

if TYPE_CHECKING:
    from elolag.results.table import Table

app = group(
    "claims",
    "Published claims about the lag, checked against the ratings of their day and the newest.",
    answers=True,
)
_Own = Annotated[
    Path | None,
    Option("--add", help="A registry of your own (TOML); see `elolag claims template`."),
]
#: A claim brings its own groups, board and dates.
_ASKED = (
    "n_draws", "seed", "level", "archive", "sources", "extra_tags", *POLICIES,
)  # fmt: skip


@app.callback(invoke_without_command=True)
@asks(only=_ASKED, n_draws=2000)
@answers(whole=("claim",), apart=True)  # keys are typed again in `show`, so they are never broken
def claims(
    question: dict[str, Any],
    context: typer.Context,
    add: _Own = None,
    only_added: Annotated[
        bool, Option("--only-added", help="Leave the packaged claims out.")
    ] = False,
) -> Any:
    """Every claim with our figure of its day, that of the newest ratings, and the verdict."""
    if not is_asked(context):
        return None
    from elolag.claims import check_claims

    if only_added and add is None:
        raise UsageError("--only-added needs --add FILE")
    return check_claims(add, only_added=only_added, **question)


@app.command()
@asks(only=_ASKED, n_draws=2000)
def show(
    question: dict[str, Any],
    key: Annotated[str, Argument(help="Key of a claim, as `elolag claims` lists it.")],
    add: _Own = None,
    as_json: Json = False,
) -> None:
    """One claim in full: source, reading, both figures, verdict and why."""
    from elolag.claims import RULE, SCOPE, check_claims
    from elolag.results.provenance import basis_notes

    report = check_claims(add, keys=[key], **question)
    if as_json:
        dump(report.to_dict())
        return
    found = report[key]
    say(found.sentence(), "bold")
    line()
    print_facts(found.rows())
    line()
    _say(RULE, SCOPE, *basis_notes(report))


@app.command()
@asks(only=_ASKED, n_draws=1000)
def check(
    question: dict[str, Any],
    statement: Annotated[str, Argument(help='For example "7 months behind".')],
    date: Annotated[
        str | None, Option(help="ISO day of the statement; the newest ratings by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Which definitions (estimand, board, groups) and dates support a bare statement."""
    from elolag.claims.statement import MONTHS_BACK, check_statement

    found = check_statement(statement, date, **question)
    if as_json:
        dump(found.to_dict())
        return
    _say(found.sentence())
    table, whole = found.table(), ("estimand", "board", "groups")
    if rows := [k for k, d in enumerate(found.definitions) if d.supports]:
        kept = ("estimand", "board", "groups", "gives", "interval", "holds")
        _table(table.showing(*kept, rows=rows), whole[:2])
    if rows := [k for k, d in enumerate(found.definitions) if d.months_supported]:
        _say(f"Months (of the last {MONTHS_BACK}) on whose first day the figure itself is so:")
        _table(table.showing(*whole, "months_supported", rows=rows), whole)
    _say(*found.footnotes())


@app.command()
@asks(only=_ASKED, n_draws=2000)
@answers("bridge", source="headline", whole=("route", "what changes"), apart=True)
def bridge(
    question: dict[str, Any],
    date: Annotated[
        str | None, Option(help="ISO day; that of the archive's index by default.")
    ] = None,
) -> Any:
    """Why Epoch's, the AI Index's, CAISI's and our distance of a day differ, step by step."""
    from elolag.claims import bridge as bridges

    return bridges.bridge(date, **question)


@app.command()
def template() -> None:
    """Print a registry to start your own from (for --add)."""
    from elolag.claims import TEMPLATE

    lines(TEMPLATE)


def _table(table: Table, whole: tuple[str, ...]) -> None:
    """A table of words; the columns in `whole` are never broken over lines."""
    print_table(table.headings(), table.cells(), whole=whole, figures=False)
    line()


def _say(*paragraphs: str) -> None:
    for text in paragraphs:
        say(text)
        line()
