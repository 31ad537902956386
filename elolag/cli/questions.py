"""``elolag compare``, ``revisions``, ``cite``, ``report``, ``ask``: a question handed on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from elolag.cli.options import (
    Estimand,
    Figure,
    Frontier,
    InMonths,
    Interval,
    Json,
    asks,
    check_ending,
)
from elolag.cli.show import (
    dump,
    line,
    lines,
    print_facts,
    print_result,
    print_table,
    progress,
)
from elolag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from elolag.cite import Reference


@asks()
def compare(
    question: dict[str, Any],
    by: Annotated[str, typer.Option(help="category, board, openness, lab or country.")],
    estimand: InMonths = "average",
    frontier: Frontier = None,
    interval: Annotated[str, typer.Option(help="measurement or sampling.")] = "measurement",
    simultaneous: Annotated[
        bool, typer.Option("--simultaneous", help="Add intervals that all hold at once.")
    ] = False,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """The lag in every category, on every board, by openness, of every lab or country."""
    from elolag.estimate.compare import compare as compare_slices

    check_ending(figure)
    with progress(f"by {by}") as step:
        found = compare_slices(
            by, estimand=estimand, frontier=frontier, interval=interval, simultaneous=simultaneous,
            progress=step, **question,
        )  # fmt: skip
    if figure is not None:
        from elolag import plots

        plots.save(plots.slices(found), figure, found)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found)


@asks(
    {
        "as_of": "each figure is as of the day of its own vintage",
        "ratings": "a table of your own is one list and has no past",
        "ratings_level": "a table of your own is one list and has no past",
    },
    board="arena/text",
    n_draws=2000,
)
def revisions(
    question: dict[str, Any],
    estimand: InMonths = "average",
    frontier: Frontier = None,
    settle: Annotated[
        float, typer.Option(min=0.0, help="Months a vintage must be old for its revision to count.")
    ] = 3.0,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """What has become of the figures that could have been published on the day."""
    from elolag.estimate.revisions import estimate_revisions

    check_ending(figure)
    with progress("months") as step:
        found = estimate_revisions(
            estimand=estimand, frontier=frontier, settle=settle, progress=step, **question
        )
    if figure is not None:
        from elolag import plots

        plots.save(plots.revisions(found), figure, found)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found)


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


@asks()
def report(
    question: dict[str, Any],
    out: Annotated[Path, typer.Option(help="Folder to write; it must not exist.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier report, whole.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the grid of specifications (minutes).")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Parallel workers of the grid.")] = 1,
    as_json: Json = False,
) -> None:
    """Write page, Markdown, figures, tables, citation and recipe of one question to a folder."""
    from elolag.site import write_report

    with progress("specifications") as tell:
        made = write_report(out, force=force, full=not quick, jobs=jobs, tell=tell, **question)
    if as_json:
        dump(made.to_dict())
        return
    line(made.sentence())
    line()
    line(f"{len(made.files)} files in {made.path}; open {made.path / 'report.html'}")


@asks(only=("board", "archive", "leader", "follower", "category", "sources", "extra_tags"))
def ask(
    question: dict[str, Any],
    address: Annotated[
        str, typer.Argument(help='A link to the page that answers, or what follows its "#".')
    ] = "",
    as_json: Json = False,
) -> None:
    """The answer of the page that answers back, from the same draws: by its link."""
    from elolag import tags
    from elolag.estimate.session import prepare
    from elolag.site.carried import DRAWS, answer, carry, read, vintage_of

    study = prepare(**question, vintage=vintage_of(address), n_draws=DRAWS)
    carried = carry(study, tags.load(question.get("extra_tags")))
    found = answer(carried, read(carried, address))
    if as_json:
        dump(found.to_dict())
        return
    for words in (*found.average.said(), found.changed()):
        lines(f"{words}\n")
    print_facts(found.facts())
    for words in found.footnotes():
        lines(f"\n{words}")
