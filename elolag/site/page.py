"""The report as one HTML file that needs nothing else and runs nothing, and as Markdown."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Any

from elolag.errors import REPORT, library
from elolag.results.table import markdown as cell
from elolag.results.words import printable
from elolag.site.content import Section


def html(
    sections: Sequence[Section],
    drawings: Mapping[str, Mapping[str, str]],
    words: Mapping[str, str],
) -> str:
    """The HTML of a report.

    Parameters
    ----------
    sections
        In their order.
    drawings
        Figure name -> ``page`` and ``phone`` -> its SVG element.
    words
        title, interval, sentence, board, as_of, version, reproduce.
    """
    markup = library("markupsafe", REPORT).Markup
    style = _template("style.css")
    environment = _environment(autoescape=True, finalize=_printable)
    page: str = environment.get_template("report.html.j2").render(
        **{**words, "reproduce": markup.escape(words["reproduce"])},
        sections=[_escaped(markup, section) for section in sections],
        drawings={n: {k: markup(v) for k, v in each.items()} for n, each in drawings.items()},
        style=markup(style),
        policy=_policy(style),
    )
    return page.rstrip() + "\n"


def markdown(sections: Sequence[Section], words: Mapping[str, str]) -> str:
    """The Markdown of a report, every name escaped; `words` as for `html`."""
    # Not HTML: every value goes through `md` or `_fence`.
    environment = _environment(autoescape=False)
    environment.filters.update(md=cell, fence=_fence)
    text: str = environment.get_template("report.md.j2").render(**words, sections=sections)
    lines = (line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _fence(text: str) -> str:
    """A block of text as it is, in a fence longer than any within."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    lines = "\n".join(printable(line) for line in text.splitlines())
    return f"{ticks}text\n{lines}\n{ticks}"


def _template(name: str) -> str:
    return (resources.files("elolag.site") / "templates" / name).read_text("utf-8")


def _environment(**settings: Any) -> Any:
    jinja = library("jinja2", REPORT)
    return jinja.Environment(
        loader=jinja.FunctionLoader(_template), undefined=jinja.StrictUndefined, **settings
    )


def _printable(value: Any) -> Any:
    """What is not markup of ours shows itself: no control or direction characters."""
    return printable(value) if type(value) is str else value


def _escaped(markup: Any, section: Section) -> Section:
    """Text blocks keep their line breaks, which `printable` would spell out."""
    blocks = [replace(b, text=markup.escape(b.text)) for b in section.blocks]
    return replace(section, blocks=blocks)


def _policy(style: str) -> str:
    """Content-Security-Policy: nothing from anywhere, only this style, and no script at all."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
