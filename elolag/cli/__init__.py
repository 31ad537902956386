"""The command line: thin, lazy, and never a traceback for what a user can mend.

Data go to stdout, messages to stderr. Exit code 0: done; 1: a check failed; 2: the request cannot
be answered as asked. Each command imports what it needs when it runs, so that ``--help`` is quick.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from elolag.cli import (
    archive,
    cite,
    claims,
    lag,
    ledger,
    questions,
    rate,
    sensitivity,
    show,
    site,
    tags,
)
from elolag.cli import snapshot as snapshots
from elolag.cli.show import line
from elolag.errors import ElolagError, UsageError, refuse_gone
from elolag.version import __version__

app = typer.Typer(
    name="elolag",
    help="By how many months does one group of AI models trail another on public arena "
    "leaderboards, and how sure are we? What is cited as docs/NAME.md is printed by: elolag docs "
    "NAME.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(show: bool) -> None:
    if show:
        line(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def docs(
    page: Annotated[
        str, Argument(help="A page, e.g. methods or docs/methods.md; all by default.")
    ] = "",
) -> None:
    """Print a page of the documentation: what notes and messages cite as docs/NAME.md."""
    package = Path(__file__).resolve().parents[1]
    # An installed package has them within, a checkout beside it.
    folder = next(f for f in (package / "docs", package.parent / "docs") if f.is_dir())
    pages = {p.relative_to(folder).with_suffix("").as_posix(): p for p in folder.rglob("*.md")}
    name = page.removeprefix("docs/").partition("#")[0].removesuffix(".md")
    if name and name not in pages:
        raise UsageError(f"there is no page {page!r}; there are: {', '.join(sorted(pages))}")
    show.lines(pages[name].read_text("utf-8") if name else "\n".join(sorted(pages)))


archive.app.command()(snapshots.backfill)
for _command in (
    lag.lag, lag.change, claims.app, questions.dates, questions.leads, questions.news,
    questions.forecast, questions.compare, questions.revisions, cite.cite, cite.brief, site.report,
    docs, questions.measures, questions.voters, rate.rate, rate.template, sensitivity.sensitivity,
    site.site, site.record, site.ask, snapshots.snapshot, archive.app, tags.app, ledger.app,
):  # fmt: skip
    if isinstance(_command, typer.Typer):
        app.add_typer(_command)
    else:
        app.command()(_command)


def main() -> None:
    """Entry point of the ``elolag`` command."""
    # Before numpy is imported: on matrices as small as ours a second thread only waits, busily.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What an answer makes is freed when the last name for it goes; to look for circles among it
    # as often as by default takes a thirtieth of a report.
    gc.set_threshold(50_000)
    show.prepare()
    try:
        with show.stopped_tidily():
            try:
                refuse_gone(word for word in sys.argv[1:] if word.startswith("--"))
                app()
            finally:
                sys.stdout.flush()
    except ElolagError as error:
        show.complain(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        show.give_up()
        show.complain(show.why(error))
        sys.exit(1)
