"""`write_report`: from a question to a folder, which is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, cast

from elolag.cite import citation
from elolag.errors import REPORT, library
from elolag.estimate.session import Question, Session
from elolag.own import OwnBoard
from elolag.plots import svg
from elolag.plots.style import finding
from elolag.question import command_words, refuse_settled, unsettled
from elolag.results import citing
from elolag.results.lag import LagResult
from elolag.results.pages import words
from elolag.results.provenance import log_head
from elolag.results.table import Table
from elolag.site import folder, page, tested
from elolag.site import sections as parts
from elolag.site.content import Figure, Link, Page, Section
from elolag.site.downloads import OFFERED, about, images, xlsx
from elolag.site.material import Extent, Material, describe, gather
from elolag.site.months import months
from elolag.site.page import Frame
from elolag.site.programs import described, to_json


@dataclass(frozen=True)
class Report:
    """A folder of pages that was written.

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
        without estimand, frontier and interval: the report has them all; and without match rule.

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        The folder exists or cannot be written, the extra ``elolag[report]`` is missing, or a match
        rule was asked for.
    EstimateError
        The data hold no answer to the headline.

    Examples
    --------
    >>> import elolag, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "report"
    >>> report = elolag.write_report(folder, full=False, vintage="2026-08-19", n_draws=200)
    >>> "index.html" in report.files
    True
    """
    refuse_settled("report", question)
    place = Path(out).absolute()
    with folder.reserved(place, force=force) as temporary:
        # Told before the work, which takes minutes.
        workers = ["joblib"] if jobs != 1 and full else []
        for name in ("jinja2", "markupsafe", "xlsxwriter", "PIL.Image", *workers):
            library(name, REPORT)
        material = gather(
            Extent(checks=True, full=full, choices=choices, jobs=jobs, tell=tell), **question
        )
        material = replace(material, news=_elsewhere(material))
        files = contents(material, pictures=("page",))
        folder.write(files, temporary, place, force=force)
    return Report(place, (*sorted(files), folder.SUMS), material.headline)


def contents(
    material: Material,
    *,
    path: str = "index.html",
    frame: Frame | None = None,
    above: Sequence[str] = (),
    links: Sequence[Link] = (),
    pictures: Sequence[str] = OFFERED,
) -> dict[str, bytes]:
    """Every file of the folder of one question; the same bytes for the same material.

    Parameters
    ----------
    material
        The question with its answers.
    path
        Of the page within the site; the names returned are within the page's folder.
    frame
        What stands around the page.
    above
        Lines under the heading.
    links
        Ways on to other pages.
    pictures
        Sizes in which the charts of the page can be had as PNG.
    """
    result = material.headline
    frame = frame or Frame(kicker=_kicker(result))
    sections = [
        parts.answer(material), parts.day(material), parts.over_time(material),
        parts.moved(material), parts.other(material), parts.estimands(material),
        parts.data(material), parts.limits(material), parts.citing(material),
    ]  # fmt: skip
    again = command(material)
    files, links_of = taken(sections, result, again, pictures)
    further: list[Link] = []
    if material.checks is not None:
        tried = [
            tested.slices(material), tested.sensitivity(material), tested.claims(material),
            Section("drawn", "", after=(words("drawn"),)),
        ]  # fmt: skip
        more, beside = taken(tried, result, again, pictures=None)
        files |= more
        title = words("checks")
        checks = Page("checks.html", title, result.sentence(), tried)
        files["checks.html"] = page.html(
            checks, drawings(tried), Frame(kicker=frame.kicker, taken=beside)
        )
        further.append(Link(title, "./checks.html", words("checked")))
    named = [Link(name, f"./{name}", label) for name, label in _FILES.items()]
    sections.append(Section("files", words("files"), links=(*further, *links, *named)))
    recipe = _reproduce(material)
    whole = Page(path, finding(result), " ".join(above), sections)
    quoted = citation(result)
    return files | {
        "index.html": page.html(
            whole, drawings(sections), replace(frame, taken=links_of, recipe=recipe)
        ),
        "page.md": page.markdown(whole, recipe),
        "result.json": to_json(_result(material), packed=True),
        "citation.txt": f"{quoted}\n".encode(),
        "citation.de.txt": f"{citation(result, 'de')}\n".encode(),
        "citation.bib": quoted.bibtex().encode(),
        "citation.json": to_json(quoted.csl(), packed=True),
        "reproduce.txt": recipe.encode(),
    }


#: Files of every folder, beside the page and those of its charts.
_FILES = {
    "result.json": "every figure of this page", "page.md": "this page as Markdown",
    "citation.txt": "citation", "citation.de.txt": "citation in German",
    "citation.bib": "BibTeX", "citation.json": "CSL", "reproduce.txt": "how to make it again",
    folder.SUMS: "the hash of every file",
}  # fmt: skip


def drawings(sections: Sequence[Section], *, pointed: bool = True) -> dict[str, dict[str, str]]:
    """Every figure of the sections as the SVG elements of a page; `pointed`: with words for it."""

    def drawn(figure: Figure, number: int, size: str) -> str:
        axes = figure.draw(size=size, title="")
        # What is named so is named in every mark.
        return svg(axes, f"{size[1]}{number}", pointed=pointed and size == "page")

    figures = [figure for section in sections for figure in section.figures]
    return {
        figure.name: {size: drawn(figure, number, size) for size in ("page", "phone")}
        for number, figure in enumerate(figures)
    }


def taken(
    sections: Sequence[Section],
    result: LagResult,
    command: str,
    pictures: Sequence[str] | None = OFFERED,
) -> tuple[dict[str, bytes], dict[str, list[Link]]]:
    """The files of every figure and table, and of each figure the links to them.

    Parameters
    ----------
    result
        The answer that the sections stand beside.
    command
        What to type to get it again.
    pictures
        Sizes of PNGs; None for no more than the data of each figure.
    """
    files: dict[str, bytes] = {}
    figures = [figure for section in sections for figure in section.figures]
    for figure in figures if pictures is not None else ():
        made = images(figure.name, figure.draw, result, title=figure.title, sizes=pictures or ())
        files |= {f"figures/{name}": content for name, content in made.items()}
        told = about(result, title=figure.title, caption=figure.caption, command=command)
        told += [("Rows", figure.sheet.caption)] if figure.sheet else []
        files[f"data/{figure.table.name}.xlsx"] = xlsx(
            figure.sheet or figure.table, told, made=result.vintage
        )
    for table in _tables(sections):
        content = table.to_csv()
        files[f"data/{table.name}.csv"] = content
        files[f"data/{table.name}.metadata.json"] = _describe_table(table, content, result, command)
    return files, {figure.name: ways_to(figure, "./", files) for figure in figures}


def ways_to(figure: Figure, where: str, files: Container[str], lang: str = "en") -> list[Link]:
    """Links to what a folder holds of a figure: its images, its rows, what its columns mean."""
    picture, data = f"figures/{figure.name}", f"data/{figure.table.name}"
    known = {
        "SVG": f"{picture}.svg",
        **{f"PNG {size}": f"{picture}-{size}.png" for size in OFFERED},
        "XLSX": f"{data}.xlsx",
        "CSV": f"{data}.csv",
        words("columns", lang): f"{data}.metadata.json",
    }
    return [Link(label, f"{where}{name}") for label, name in known.items() if name in files]


def _kicker(result: LagResult) -> str:
    return words(
        "kicker",
        board=f"{result.board}, {result.category}",
        vintage=citing.date(result.vintage, "en"),
    )


def _tables(sections: Sequence[Section]) -> list[Table]:
    found = []
    for section in sections:
        found += [figure.table for figure in section.figures]
        found += section.tables
    return found


def _result(material: Material) -> dict[str, Any]:
    """`result.json`; what every estimand has from the same ratings is said once, by the answer."""
    answer, comparison = material.headline.to_dict(), material.comparison.to_dict()
    results = [
        {k: v for k, v in each.items() if k == "headline" or k not in answer or v != answer[k]}
        for each in comparison["results"]
    ]
    return {
        "schema": 2,
        "question": {**describe(material.question), "sources": material.headline.sources},
        "answer": answer,
        "comparison": {**comparison, "results": results},
        "beside": material.beside and material.beside.to_dict(),
        "news": None if isinstance(material.news, str) else material.news.to_dict(),
        **(material.checks.to_dict() if material.checks else {}),
        "versions": _versions(),
        "command": command(material),
    }


#: Packages whose versions decide the bytes of a report.
_PACKAGES = (
    "numpy", "scipy", "pandas", "statsmodels", "pyarrow", "matplotlib", "jinja2",
)  # fmt: skip
#: Options that a report's command says though they are at their default.
_SAID = ("category", "leader", "follower", "as_of", "vintage", "n_draws", "seed", "level")


def command(material: Material) -> str:
    """The command that makes the report again: which question, and all that is not by default."""
    asked, own = _found(material), material.question.get("board")
    words = ["elolag", "report", "--out", "report"]
    if isinstance(own, OwnBoard):
        asked["vintage"] = None
        words += ["--ratings", Path(own.file.name).name]
        words += ["--ratings-level", str(own.snapshots[0].interval_level)]
    else:
        words += ["--board", material.headline.board]
    words += command_words(asked, _SAID)
    words += [] if material.extent.full else ["--quick"]
    return shlex.join(words)


def _found(material: Material) -> dict[str, Any]:
    """The question with what its answer was found for; own tags without their folder."""
    result, asked = material.headline, material.question
    return {
        **asked, "extra_tags": describe(asked)["extra_tags"], "leader": result.leader_group,
        "follower": result.follower_group,
        **{name: getattr(result, name) for name in (
            "category", "as_of", "vintage", "n_draws", "seed", "level", "sources",
        )},
    }  # fmt: skip


def _elsewhere(material: Material) -> str:
    """Which command tells what moved the headline: a second list is not estimated for it here."""
    result, own = material.headline, isinstance(material.question.get("board"), OwnBoard)
    if result.as_of != result.vintage and not own:
        return words("still")
    session = material.question.get("session") or Session()
    board = session.board_of(cast(Question, material.question))
    lists = () if own else months(board, result.category)
    before = [m.vintage for m in lists if m.name < result.vintage[:7]]
    if not before:
        return words("unmoved")
    again = ["elolag", "news", before[-1], result.vintage, "--board", result.board]
    again += command_words(unsettled("news", _found(material)))
    return words("moved elsewhere", command=shlex.join(again))


def _reproduce(material: Material) -> str:
    """`reproduce.txt`: command, versions, snapshots with their hashes."""
    result = material.headline
    lines = ["command:", f"  {command(material)}"]
    head = log_head(result.origins)
    if head:
        lines += [
            "",
            "archive: the one whose log has this head (elolag archive verify --head); where",
        ]
        lines += ["it is not the default, name its folder with --archive:", f"  {head}"]
    lines += ["", "versions:"]
    lines += [f"  {name} {version}" for name, version in _versions().items()]
    lines += ["", "snapshots (sha256 of each manifest, which holds the hashes of its tables):"]
    lines += [f"  {digest}  {path}" for path, digest in result.snapshots]
    others = material.snapshots
    if others:
        lines += ["", "further snapshots, of what stands beside the answer:"]
        lines += [f"  {digest}  {path}" for path, digest in others]
    if material.checks and material.checks.missing:
        lines += ["", "left out:"]
        lines += [f"  {name}: {why}" for name, why in material.checks.missing.items()]
    extra = material.question.get("extra_tags")
    if extra is not None:
        extra = Path(extra)
        files = sorted(extra.glob("*.csv")) if extra.is_dir() else [extra]
        lines += ["", "own tags (sha256):"]
        lines += [f"  {hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}" for f in files]
    if material.extent.choices:
        kept = json.dumps(material.extent.choices, sort_keys=True)
        lines += ["", f"choices only Python can make: {kept}"]
    return "\n".join(lines) + "\n"


def _versions() -> dict[str, str]:
    """Versions of elolag, Python and the packages that decide the bytes."""
    from elolag.version import __version__

    found = {"elolag": __version__, "python": platform.python_version()}
    return {**found, **{name: metadata.version(name) for name in _PACKAGES}}


def _describe_table(table: Table, content: bytes, result: LagResult, command: str) -> bytes:
    """The metadata that stand beside a table: columns, units, sources, seed, command."""
    return to_json(
        {
            "schema": 1,
            "title": table.caption,
            "path": f"{table.name}.csv",
            "sha256": hashlib.sha256(content).hexdigest(),
            "encoding": "utf-8",
            "rows": len(table.rows),
            "missing": "an empty cell",
            "quoting": "an apostrophe stands before text that a spreadsheet would run",
            "columns": described(table.columns),
            "board": result.board,
            "category": result.category,
            "as_of": result.as_of,
            "vintage": result.vintage,
            "sources": result.sources,
            "snapshots": [{"path": p, "sha256": h} for p, h in table.snapshots or result.snapshots],
            "citations": _sources(result),
            "n_draws": table.n_draws or result.n_draws,
            "seed": result.seed,
            "level": result.level,
            "command": command,
            "version": result.version,
        },
        packed=True,
    )


def _sources(result: LagResult) -> list[str]:
    """Each data source as it asks to be cited."""
    said = [f"{o.citation} ({o.licence})" for o in result.origins if o.citation]
    return list(dict.fromkeys(said))
