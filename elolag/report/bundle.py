"""The one script of the page: Vega with its expression interpreter, and the page's own few lines.

vl-convert carries Vega, and Vega-Embed with the interpreter in it; both are bundled here when a
report is made. Nothing of it is kept in this repository.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from elolag.errors import ElolagError
from elolag.report.drawing import library


def template(name: str) -> str:
    """A file of the templates, as text."""
    return (resources.files("elolag.report") / "templates" / name).read_text("utf-8")


@cache
def script() -> str:
    """The bundle, safe to stand inside a ``<script>`` element."""
    text: str = library("vl_convert").javascript_bundle(template("page.js"))
    lowered = text.lower()
    if "</script" in lowered or "<!--" in lowered:
        raise ElolagError(
            "the installed vl-convert bundles a script that cannot stand in a page (it holds "
            "'</script' or '<!--'); install another version of vl-convert-python"
        )
    return text
