"""Pages as HTML files that need nothing else and run nothing, and as Markdown."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

from elolag.errors import REPORT, library
from elolag.results.pages import WORDS
from elolag.results.table import markdown as cell
from elolag.results.words import printable
from elolag.site.content import Link, Page, Section
from elolag.version import __version__

#: Figure -> ``page`` and ``phone`` -> its SVG element.
_Drawings = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Frame:
    """What stands around a page.

    Attributes
    ----------
    kicker
        Above the heading: what this is, of when.
    dated
        Before the title by which a browser or a list calls the page; empty where it is of today.
    navigation
        Ways to the pages of the site; none for a page that stands alone.
    taken
        Figure -> the files that hold it.
    notes
        Lines of the footer.
    recipe
        How to make the page again, folded away; may be empty.
    address
        Where the page is published; empty where that is not known.
    feed
        Path of the site's feed; empty for none.
    """

    kicker: str = ""
    dated: str = ""
    navigation: Sequence[Link] = ()
    taken: Mapping[str, Sequence[Link]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    recipe: str = ""
    address: str = ""
    feed: str = ""


def html(page: Page, drawings: _Drawings, frame: Frame) -> bytes:
    """The HTML of a page, every name in it harmless.

    Parameters
    ----------
    page
        Its content.
    drawings
        Of each of its figures.
    frame
        What stands around it.
    """
    markup = library("markupsafe", REPORT).Markup
    root = "../" * page.path.count("/")
    return filled(
        "page.html.j2",
        template("style.css"),
        page=page,
        about=_about(page),
        words=WORDS[page.lang],
        frame=frame,
        recipe=markup.escape(frame.recipe),
        sections=[_escaped(markup, section) for section in page.sections],
        drawings={n: {k: markup(v) for k, v in each.items()} for n, each in drawings.items()},
        **ways(root, page.lang),
        version=__version__,
    )


def _about(page: Page) -> str:
    """What a page says, in a sentence, for those who list it: the answer where it has one."""
    first = next(iter(page.sections), None)
    if first is not None and first.key == "answer":
        return first.prose[0]
    return page.standfirst or page.title


def filled(name: str, style: str, script: str = "", more: str = "", **values: Any) -> bytes:
    """A template of a page with its values, and with the policy that allows no more than it needs.

    Parameters
    ----------
    style, script
        Texts that the policy knows by their hashes; empty: no script runs at all.
    more
        What else it allows, as it is written there.
    """
    markup = library("markupsafe", REPORT).Markup
    policy = f"default-src 'none'; style-src '{_digest(style)}'; base-uri 'none'; "
    policy += "form-action 'none'" + (f"; script-src '{_digest(script)}'" if script else "")
    text: str = (
        _environment(autoescape=True, finalize=_shown)
        .get_template(name)
        .render(style=markup(style), script=markup(script), policy=f"{policy}{more}", **values)
    )
    return (text.rstrip() + "\n").encode()


def ways(root: str, lang: str) -> dict[str, Any]:
    """What a template asks of a link: where it leads from a page, and to which other language."""
    return {
        "to": lambda link: _address(link.to, root),
        "abroad": lambda link: _abroad(link.to, lang),
    }


def _address(to: str, root: str) -> str:
    """What a link says: an address, a file beside the page (``./x``), or a path in the site."""
    if to.startswith(("https://", "./", "#", "mailto:")):
        return to
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|/", to):
        raise ValueError(f"no link of a page leads to {to!r}")
    return root + to


def _abroad(to: str, lang: str) -> str:
    """The language of another page of the site, where it is not that of this one."""
    if to.startswith(("https://", "./", "#", "mailto:")):
        return ""
    its = "de" if to.startswith("de/") else "en"
    return "" if its == lang else its


def markdown(page: Page, recipe: str) -> bytes:
    """The same in Markdown, every name escaped."""
    # Not HTML: every value goes through `md` or `_fence`.
    made = _environment(autoescape=False)
    made.filters.update(md=cell, fence=_fence)
    text: str = made.get_template("page.md.j2").render(
        page=page, words=WORDS[page.lang], recipe=recipe
    )
    lines = (line.rstrip() for line in text.splitlines())
    return (re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n").encode()


def _fence(text: str) -> str:
    """A block of text as it is, in a fence longer than any within."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    lines = "\n".join(printable(line) for line in text.splitlines())
    return f"{ticks}text\n{lines}\n{ticks}"


def template(name: str) -> str:
    """A file of the folder of templates."""
    return (resources.files("elolag.site") / "templates" / name).read_text("utf-8")


@functools.cache
def _environment(**settings: Any) -> Any:
    """Jinja's, in which an unknown name is an error; one for all pages, which reads each once."""
    jinja = library("jinja2", REPORT)
    return jinja.Environment(
        loader=jinja.FunctionLoader(template), undefined=jinja.StrictUndefined, **settings
    )


def _shown(value: Any) -> Any:
    """What is not markup of ours shows itself: no control or direction characters."""
    return printable(value) if type(value) is str else value


def _escaped(markup: Any, section: Section) -> Section:
    """Text blocks keep their line breaks, which `printable` would spell out."""
    blocks = [replace(b, text=markup.escape(b.text)) for b in section.blocks]
    return replace(section, blocks=blocks)


def _digest(text: str) -> str:
    """The hash by which a policy knows a style or a script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
