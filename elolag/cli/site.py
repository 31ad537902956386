"""``elolag site``, ``record`` and ``ask``: published pages, and what stands behind them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from elolag.cli.options import Json, answers, asks
from elolag.cli.show import dump, line, lines, print_facts, progress
from elolag.question import SETTLED

if TYPE_CHECKING:
    from elolag.site import Report


@asks(SETTLED["months"])
def site(
    question: dict[str, Any],
    out: Annotated[Path, Option(help="Folder of the site; one that is there is renewed.")],
    base_url: Annotated[str, Option(help="Where it will be found, for the feed; https://...")] = "",
    months: Annotated[
        Path | None,
        Option(help="Folder that keeps the published months; by default they stay in OUT."),
    ] = None,
    published: Annotated[
        str | None, Option(help="ISO date of this publication; today by default.")
    ] = None,
    jobs: Annotated[int, Option(min=1, help="Parallel workers.")] = 1,
    as_json: Json = False,
) -> None:
    """Write the site: a front page, a page for each month that never changes, and the way down."""
    from elolag.site import write_site

    with progress("parts of the site") as tell:
        made = write_site(
            out, base_url=base_url, kept=months, published=published, jobs=jobs, tell=tell,
            **question,
        )  # fmt: skip
    if as_json:
        dump(made.to_dict())
        return
    _print(made, f"; new months: {', '.join(made.added)}" if made.added else "; no new month")


@asks(SETTLED["months"])
@answers()
def record(
    question: dict[str, Any],
    months: Annotated[
        Path | None,
        Option(help="Folder of published months; without one every month is reconstructed."),
    ] = None,
) -> Any:
    """Every month's first and revised figure side by side, and by which method."""
    from elolag.site import record as made

    return made(months, **question)


@asks(only=("board", "archive", "leader", "follower", "category", "sources", "extra_tags"))
def ask(
    question: dict[str, Any],
    address: Annotated[
        str, Argument(help='A link to the page that answers, or what follows its "#".')
    ] = "",
    as_json: Json = False,
) -> None:
    """The answer of the page that answers back, from the same draws: by its link."""
    from elolag.estimate.session import Question, Session, prepare
    from elolag.site.carried import DRAWS, answer, check_names, checked, written
    from elolag.site.travel import carry

    vintage, asked = written(address)
    session = Session()
    tables = session.lookup_of(Question(**question)).tables  # type: ignore[typeddict-item]
    check_names(asked, tables.models, tables.labs)  # before anything is estimated
    question |= {"vintage": vintage or None, "n_draws": DRAWS, "session": session}
    carried = replace(
        carry(prepare(**question), tables), archive=str(question.get("archive") or ""),
        tags=str(question.get("extra_tags") or ""),
    )  # fmt: skip
    found = answer(carried, checked(carried, vintage, asked))
    if as_json:
        dump(found.to_dict())
        return
    for words in (*found.average.said(), found.changed()):
        lines(f"{words}\n")
    print_facts(found.facts())
    for words in found.footnotes():
        lines(f"\n{words}")


@asks(SETTLED["report"])
def report(
    question: dict[str, Any],
    out: Annotated[Path, Option(help="Folder to write; it must not exist.")],
    force: Annotated[bool, Option("--force", help="Replace an earlier report, whole.")] = False,
    quick: Annotated[
        bool, Option("--quick", help="Leave out the grid of specifications (minutes).")
    ] = False,
    jobs: Annotated[int, Option(min=1, help="Parallel workers of the grid.")] = 1,
    as_json: Json = False,
) -> None:
    """Write page, Markdown, figures, tables, citation and recipe of one question to a folder."""
    from elolag.site import write_report

    with progress("specifications") as tell:
        made = write_report(out, force=force, full=not quick, jobs=jobs, tell=tell, **question)
    if as_json:
        dump(made.to_dict())
        return
    _print(made)


def _print(made: Report, new: str = "") -> None:
    line(made.sentence())
    line()
    line(f"{len(made.files)} files in {made.path}{new}; open {made.path / 'index.html'}")
