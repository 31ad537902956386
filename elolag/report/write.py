"""`write_report`: from a question to a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elolag.cite import citation
from elolag.errors import REPORT, library
from elolag.plots import svg
from elolag.plots.style import rendered
from elolag.report import folder, page, provenance
from elolag.report.checks import Extent
from elolag.report.content import Section, Table
from elolag.report.material import Material, describe, gather
from elolag.report.sections import SECTIONS
from elolag.results.lag import LagResult
from elolag.results.words import windowed


@dataclass(frozen=True)
class Report:
    """A report that was written.

    Attributes
    ----------
    path
        Its folder.
    files
        Names within it, sorted.
    headline
        The result it opens with.
    """

    path: Path
    files: tuple[str, ...]
    headline: LagResult

    def sentence(self) -> str:
        """The headline."""
        return self.headline.sentence()

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": 1, "path": str(self.path), "files": list(self.files),
            "answer": self.headline.to_dict(),
        }  # fmt: skip


def write_report(
    out: str | Path,
    *,
    force: bool = False,
    full: bool = True,
    choices: Mapping[str, Sequence[str | int]] | None = None,
    jobs: int = 1,
    tell: Callable[[int, int], object] | None = None,
    **question: Any,
) -> Report:
    """Answer one question in a folder of its own.

    Parameters
    ----------
    out
        The folder to make. Nothing is there before everything is.
    force
        Replace an earlier report; a folder that holds anything else is refused all the same.
    full
        Estimate the grid of specifications too, which takes minutes.
    choices, jobs, tell
        For the grid, as for `elolag.sensitivity`; the number of jobs changes no byte.
    **question
        As for `elolag.estimate_lag` (board, groups, category, as_of, vintage, draws, seed, ...),
        without estimand, frontier and interval: the report has them all.

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        The folder exists or cannot be written, or the extra ``elolag[report]`` is missing.
    EstimateError
        The data hold no answer to the headline.
    """
    place = Path(out).absolute()
    with folder.reserved(place, force=force) as temporary:
        # Told before the work, which takes minutes.
        workers = ["joblib"] if jobs != 1 and full else []
        for name in ("jinja2", "markupsafe", *workers):
            library(name, REPORT)
        material = gather(Extent(full, choices, jobs, tell), **question)
        files = contents(material)
        folder.write(files, temporary, place, force=force)
    return Report(place, (*sorted(files), folder.SUMS), material.headline)


def contents(material: Material) -> dict[str, bytes]:
    """Every file of a report, by its name in the folder; the same bytes for the same material."""
    sections = [build(material) for build in SECTIONS]
    figures = [figure for section in sections for figure in section.figures]
    drawings = {
        figure.name: {
            size: svg(figure.draw(size=size, title=""), f"{figure.name}-{size}")
            for size in ("page", "phone")
        }
        for figure in figures
    }
    result = material.headline
    recipe = provenance.reproduce(material)
    words = {
        "title": sections[1].figures[0].title,
        "interval": _standfirst(result),
        "sentence": result.sentence(),
        "board": f"{result.board}, {result.category}",
        "as_of": result.as_of,
        "version": result.version,
        "reproduce": recipe,
    }
    quoted = citation(result)
    files = {
        "report.html": page.html(sections, drawings, words).encode(),
        "report.md": page.markdown(sections, words).encode(),
        "result.json": provenance.to_json(_result(material)),
        "citation.txt": f"{quoted}\n".encode(),
        "citation.de.txt": f"{citation(result, 'de')}\n".encode(),
        "citation.bib": quoted.bibtex().encode(),
        "citation.json": provenance.to_json(quoted.csl()),
        "reproduce.txt": recipe.encode(),
    }
    for figure in figures:
        axes = figure.draw(size="page", title=figure.title)
        for kind in ("svg", "png", "pdf"):
            files[f"figures/{figure.name}.{kind}"] = rendered(axes, kind, result)
    for table in _tables(sections):
        content = provenance.to_csv(table)
        files[f"data/{table.name}.csv"] = content
        files[f"data/{table.name}.metadata.json"] = provenance.describe_table(
            table, content, material
        )
    return files


def _tables(sections: Sequence[Section]) -> list[Table]:
    found = []
    for section in sections:
        found += [figure.table for figure in section.figures]
        found += section.tables
    return found


def _standfirst(result: LagResult) -> str:
    when = f"On {result.as_of}"
    if windowed(result.estimand):
        when = f"Over the {result.window:g} months to {result.as_of}"
    return (
        f"{when}, on {result.board} ({result.category}). {result.level:.0%} measurement interval: "
        f"{result.interval_words()}."
    )


def _result(material: Material) -> dict[str, Any]:
    return {
        "schema": 1,
        "question": {**describe(material.question), "sources": material.headline.sources},
        "answer": material.headline.to_dict(),
        "comparison": material.comparison.to_dict(),
        **material.checks.to_dict(),
        "versions": provenance.versions(),
        "command": provenance.command(material),
    }
