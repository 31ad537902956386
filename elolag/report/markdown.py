"""The report as Markdown, every name escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from elolag.report.bundle import template
from elolag.report.content import Section
from elolag.report.drawing import library
from elolag.results.table import markdown
from elolag.results.words import printable


def fence(text: str) -> str:
    """A block of text as it is, in a fence longer than any within."""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=2))
    lines = "\n".join(printable(line) for line in text.splitlines())
    return f"{ticks}text\n{lines}\n{ticks}"


def render(sections: Sequence[Section], words: Mapping[str, str]) -> str:
    """The Markdown of a report; `words` as for `page.render`."""
    jinja = library("jinja2")
    # Not HTML: every value goes through `md` or `fence`.
    environment = jinja.Environment(
        loader=jinja.FunctionLoader(template), autoescape=False, undefined=jinja.StrictUndefined
    )
    environment.filters.update(md=markdown, fence=fence)
    text: str = environment.get_template("report.md.j2").render(**words, sections=sections)
    lines = (line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
