"""``elolag cite`` and ``elolag brief``: an answer as it may be quoted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from elolag.cli.options import Json, asks, check_figure, typed
from elolag.cli.show import complain, dump, line, lines, paragraphs, print_table, say
from elolag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from elolag.cite import Citation, Reference
    from elolag.results.lag import LagResult


_Lang = Annotated[str, Option(help="Language of sentence and footnote: en or de.")]


@asks(which=True)
def cite(
    question: dict[str, Any],
    context: typer.Context,
    figure: Annotated[
        Path | None, Argument(help="A .png, .svg or .pdf made by elolag: print where it came from.")
    ] = None,
    lang: _Lang = "en",
    full: Annotated[
        bool, Option("--full", help="Add every list with its hash, every reference, CSL-JSON.")
    ] = False,
    bibtex: Annotated[bool, Option("--bibtex", help="Print only all BibTeX.")] = False,
    csl: Annotated[bool, Option("--csl", help="Print only the CSL-JSON.")] = False,
    as_json: Json = False,
) -> None:
    """A result as it may be quoted: sentence, two lines of footnote, BibTeX; or a figure's origin.

    The BibTeX is of the software and of the newest list; --full has all that the answer rests on.
    """
    if sum((full, bibtex, csl, as_json)) > 1:
        raise UsageError("--full, --bibtex, --csl and --json each say what to print; take one")
    if figure is not None:
        if lang != "en":
            raise UsageError(
                f"{figure}: a figure holds its sentence in English alone; leave --lang {lang} out"
            )
        if name := typed(context, but=("figure", "lang", "bibtex", "csl", "as_json")):
            raise UsageError(
                f"{figure}: a figure holds the answer to a question of its own, which is printed "
                f"in full; leave {name} out"
            )
        _print_figure(figure, bibtex=bibtex, csl=csl, as_json=as_json)
        return
    from elolag.results.owner import owner

    _, found = _quoted(lang, question)
    if as_json:
        dump(found.to_dict())
    elif bibtex or csl:
        _print_references(found.references, csl=csl)
    elif full:
        _print_full(found)
    else:
        _print_brief(found)
        line()
        lines(found.bibtex(every=False))
    if unset := owner().unset():
        complain(unset)


def _quoted(lang: str, question: dict[str, Any]) -> tuple[LagResult, Citation]:
    """An answer and how to cite it."""
    from elolag.cite import LANGUAGES, citation
    from elolag.estimate.lag import estimate_lag

    if lang not in LANGUAGES:  # before the draws, which take a while
        raise UsageError(f"no citation in {lang!r}; known: {', '.join(LANGUAGES)}")
    result = estimate_lag(**question)
    if result.interval == "both" and result.sampling is None:
        complain(next(note for note in result.notes if note.startswith("no sampling interval")))
    return result, citation(result, lang, both=result.interval == "both")


def _print_brief(found: Citation) -> None:
    paragraphs(*found.said)
    line()
    paragraphs(*found.short)


def _print_full(found: Citation) -> None:
    heads = ("Sentence", "Footnote", "Footnote with every hash")
    if found.lang == "de":
        heads = ("Satz", "Fußnote", "Fußnote mit allen Hashwerten")
    for head, texts in zip(heads, (found.said, found.short, [found.footnote]), strict=True):
        say(head, "bold")
        paragraphs("", *texts, "")
    say("BibTeX", "bold")
    line()
    lines(found.bibtex())
    line()
    say("CSL-JSON", "bold")
    line()
    dump(found.csl())


@asks(which=True)
def brief(
    question: dict[str, Any],
    lang: _Lang = "en",
    out: Annotated[
        Path | None,
        Option(help="Folder for the chart (brief.svg, brief.png) and the text (brief.txt)."),
    ] = None,
    size: Annotated[
        str | None,
        Option(metavar="[phone|column|page|slide]", help="Size of the chart; column by default."),
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace what --out holds.")] = False,
) -> None:
    """The sentence and two lines of footnote, nothing else; with --out, beside the chart."""
    files = _brief_files(out, size, force=force)
    result, found = _quoted(lang, question)
    if files:
        from elolag import plots
        from elolag.archive.export import replacing

        axes = plots.frontier(result, size=size or _BRIEF_SIZE, lang=lang)
        drawing, picture, text = files
        text.parent.mkdir(exist_ok=True)
        plots.save(axes, drawing, result)
        plots.save(axes, picture, result)
        with replacing(text) as stream:
            stream.write(f"{found.brief()}\n".encode())
    _print_brief(found)


_BRIEF_SIZE = "column"


def _brief_files(out: Path | None, size: str | None, *, force: bool) -> list[Path]:
    """Where the chart and the text are to be written; refused before anything is computed."""
    if out is None:
        if size is not None or force:
            raise UsageError("--size and --force are of files; name their folder with --out")
        return []
    check_figure(out.parent / "brief.svg", size)
    files = [out / f"brief.{kind}" for kind in ("svg", "png", "txt")]
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is no folder; name another with --out")
    if held := [file.name for file in files if file.exists() and not force]:
        raise UsageError(f"{out}: holds {', '.join(held)}; take --force to replace them")
    return files


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
