"""``elolag claims``: published figures against the ratings of their day and the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from elolag.cli.lag import list_notes
from elolag.cli.options import Json, asks
from elolag.cli.show import dump, line, lines, print_facts, print_table, say

if TYPE_CHECKING:
    from elolag.claims import ClaimsReport

app = typer.Typer(
    help="Published claims about the lag, checked against the ratings of their day and the newest.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Own = Annotated[
    Path | None,
    typer.Option("--add", help="A registry of your own (TOML); see `elolag claims template`."),
]
#: A claim brings its own groups, board and dates.
_ASKED = (
    "n_draws", "seed", "level", "archive", "sources", "extra_tags", "hong_kong", "taiwan",
    "derivatives",
)  # fmt: skip


def register(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="claims")


@app.callback(invoke_without_command=True)
@asks(only=_ASKED, n_draws=2000)
def claims(
    question: dict[str, Any],
    context: typer.Context,
    add: Own = None,
    only_added: Annotated[
        bool, typer.Option("--only-added", help="Leave the packaged claims out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Every claim with our figure of its day, that of the newest ratings, and the verdict."""
    if context.invoked_subcommand is not None:
        return
    from elolag.claims import check_claims
    from elolag.errors import UsageError

    if only_added and add is None:
        raise UsageError("--only-added needs --add FILE")
    report = check_claims(
        add,
        only_added=only_added,
        **question,
    )
    if as_json:
        dump(report.to_dict())
    else:
        _print(report)


@app.command()
@asks(only=_ASKED, n_draws=2000)
def show(
    question: dict[str, Any],
    key: Annotated[str, typer.Argument(help="Key of a claim, as `elolag claims` lists it.")],
    add: Own = None,
    as_json: Json = False,
) -> None:
    """One claim in full: source, reading, both figures, reproductions, verdict and why."""
    from elolag.claims import RULE, SCOPE, check_claims

    report = check_claims(
        add,
        keys=[key],
        **question,
    )
    if as_json:
        dump(report.to_dict())
        return
    found = report[key]
    _print_rows(found.sentence(), found.rows())
    _say(RULE, SCOPE, *list_notes(report.sources))


@app.command()
@asks(only=_ASKED, n_draws=1000)
def check(
    question: dict[str, Any],
    statement: Annotated[str, typer.Argument(help='For example "7 months behind".')],
    date: Annotated[
        str | None, typer.Option(help="ISO day of the statement; the newest ratings by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Which definitions (estimand, board, groups) and dates support a bare statement."""
    from elolag.claims.statement import MONTHS_BACK, check_statement

    found = check_statement(
        statement,
        date,
        **question,
    )
    if as_json:
        dump(found.to_dict())
        return
    _say(found.sentence())
    rows = [r for r, d in zip(found.rows(), found.definitions, strict=True) if d.supports]
    if rows:
        hidden = ("supports", "months that do")
        shown = [{k: v for k, v in row.items() if k not in hidden} for row in rows]
        _table(shown, whole=("estimand", "board"))
    dated = [r for r in found.rows() if r["months that do"]]
    if dated:
        _say(f"Months (of the last {MONTHS_BACK}) on whose first day the figure itself is so:")
        columns = ("estimand", "board", "groups", "months that do")
        _table([{k: row[k] for k in columns} for row in dated], whole=columns[:3])
    _say(
        "With the newest ratings, of the models out by the day. A definition supports a statement "
        "if its measurement interval reaches the stated range."
    )
    for reason in found.refused:
        _say(f"No answer: {reason}.")
    _say(*list_notes(found.sources))


@app.command()
@asks(only=_ASKED, n_draws=2000)
def bridge(
    question: dict[str, Any],
    date: Annotated[
        str | None, typer.Option(help="ISO day; that of the archive's index by default.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Write the figure here (PNG, SVG or PDF).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Why Epoch's, the AI Index's, CAISI's and our headline differ, step by step."""
    from elolag.claims import bridge as bridges

    found = bridges.bridge(
        date,
        **question,
    )
    if figure is not None:
        from elolag import plots

        plots.save(plots.bridge(found), figure, found.headline)
    if as_json:
        dump(found.to_dict())
        return
    _say(found.sentence())
    _table(found.rows(), whole=("route", "what changes"))
    for name, said in found.said:
        _say(f"{name} published: {said}.")
    _say(bridges.SCOPE)
    _say(*list_notes(found.sources))


@app.command()
def template() -> None:
    """Print a registry to start your own from (for --add)."""
    from elolag.claims import TEMPLATE

    lines(TEMPLATE)


def _print(report: ClaimsReport) -> None:
    from elolag.claims import RULE, SCOPE

    _say(report.sentence())
    # Keys are typed again in `show`, so they are never broken.
    _table(report.rows(), whole=("claim",))
    _say(RULE, SCOPE, *list_notes(report.sources))
    _say("One claim in full: elolag claims show KEY")


def _table(rows: list[dict[str, str]], whole: tuple[str, ...] = ()) -> None:
    """A table of words; the columns in `whole` are never broken over lines."""
    print_table(list(rows[0]), [list(row.values()) for row in rows], whole=whole, figures=False)
    line()


def _print_rows(sentence: str, rows: list[tuple[str, str]]) -> None:
    say(sentence, "bold")
    line()
    print_facts(rows)
    line()


def _say(*paragraphs: str) -> None:
    for text in paragraphs:
        say(text)
        line()
