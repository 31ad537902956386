"""One chart alone, for a frame in somebody else's page."""

from __future__ import annotations

from collections.abc import Mapping

from elolag.errors import REPORT, library
from elolag.site.content import Link
from elolag.site.page import environment, policy, shown, template

#: What a frame needs beside the page's own style: no margins, and a title of the size of text.
_FRAME = """
body { max-width: none; padding: .5rem .75rem; }
h1 { font-size: 1.05rem; margin: 0 0 .5rem; letter-spacing: 0; }
figure { margin: 0; }
figcaption { margin: .4rem 0 0; max-width: none; }
"""


def embed(
    drawings: Mapping[str, str],
    *,
    title: str,
    alt: str,
    credit: tuple[str, str],
    link: Link,
    lang: str = "en",
) -> bytes:
    """The page of one chart: title, drawing, two lines of credit and one link; nothing runs.

    Parameters
    ----------
    drawings
        ``page`` and ``phone`` -> the SVG element, from `elolag.plots.style.svg`.
    alt
        What the chart shows, for those who do not see it.
    credit
        Two lines of plain text: whose figures and of when; what the interval is.
    link
        To the page that says more.
    """
    markup = library("markupsafe", REPORT).Markup
    style = f"{template('style.css')}{_FRAME}"
    made = environment(autoescape=True, finalize=shown).get_template("embed.html.j2")
    text: str = made.render(
        drawings={size: markup(drawing) for size, drawing in drawings.items()}, title=title,
        alt=alt, credit=credit, link=link, lang=lang, style=markup(style), policy=policy(style),
    )  # fmt: skip
    return f"{text.rstrip()}\n".encode()
