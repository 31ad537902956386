"""The page: one HTML file that needs nothing else, and runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from elolag.report import drawing
from elolag.report.bundle import script, template
from elolag.report.content import Figure, Section
from elolag.results.words import printable

_ESCAPES = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def inline_json(data: Any) -> str:
    """JSON that cannot end the ``<script>`` it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return "".join(_ESCAPES.get(c, c) for c in text)


def render(
    sections: Sequence[Section],
    compiled: Mapping[str, Mapping[str, dict[str, Any]]],
    words: Mapping[str, str],
) -> str:
    """The HTML of a report.

    Parameters
    ----------
    sections
        In their order.
    compiled
        Figure name -> ``wide`` and ``narrow`` -> Vega specification.
    words
        title, interval, sentence, board, as_of, version, reproduce.
    """
    markup = drawing.library("markupsafe").Markup
    jinja = drawing.library("jinja2")
    environment = jinja.Environment(
        loader=jinja.FunctionLoader(template), autoescape=True, undefined=jinja.StrictUndefined,
        finalize=_printable,
    )  # fmt: skip
    style, code = template("style.css"), script()
    drawings = {
        name: {
            width: markup(drawing.inline_svg(spec, f"{name}-{width}"))
            for width, spec in both.items()
        }
        for name, both in compiled.items()
    }
    html: str = environment.get_template("report.html.j2").render(
        **{**words, "reproduce": markup.escape(words["reproduce"])},
        sections=[_escaped(markup, section) for section in sections],
        drawings=drawings,
        charts=markup(inline_json(compiled)),
        script=markup(code),
        style=markup(style),
        policy=_policy(style, code),
    )
    return html.rstrip() + "\n"


def figures(sections: Sequence[Section]) -> list[Figure]:
    """Every figure, in order."""
    return [figure for section in sections for figure in section.figures]


def _printable(value: Any) -> Any:
    """What is not markup of ours shows itself: no control or direction characters."""
    return printable(value) if type(value) is str else value


def _escaped(markup: Any, section: Section) -> Section:
    """Text blocks keep their line breaks, which `printable` would spell out."""
    from dataclasses import replace

    blocks = [replace(b, text=markup.escape(b.text)) for b in section.blocks]
    return replace(section, blocks=blocks)


def _policy(style: str, code: str) -> str:
    """Content-Security-Policy: nothing from anywhere, only this style and this script, no eval."""

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    return (
        f"default-src 'none'; script-src 'sha256-{digest(code)}'; "
        f"style-src 'sha256-{digest(style)}'; base-uri 'none'; form-action 'none'"
    )
