"""How a figure is written: SVG, PNG and PDF, where it comes from, and what the pointer is told."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from elolag.archive.export import replacing
from elolag.errors import ArchiveError, UsageError
from elolag.plots.markup import HALO, LINE, SAID, UNSEEN, element, file_of, pack, told
from elolag.plots.style import FOOTER, OWN, our_settings
from elolag.results.provenance import provenance
from elolag.results.words import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from elolag.results.provenance import Provenance

Pixels = NDArray[np.uint8]


def hover(artist: Any, words: str, side: str = "") -> None:
    """Words the pointer is told over an artist in an SVG, and the side it may be hidden with."""
    # An attribute of XML keeps no line breaks; `printable` leaves no other separator of lines.
    lines = LINE.join(printable(line) for line in words.split("\n"))
    artist.set_gid(f"{SAID}{side}:{lines}")


def target(axes: Axes, make: Callable[[], Any], words: str, side: str = "") -> None:
    """Words the pointer is told over an artist that nobody sees.

    It is made for an SVG, and gone after: no other drawing pays for it.
    """
    _TARGETS.setdefault(axes.figure.figure, []).append((axes, make, words, side))


#: Of a figure, what is laid over its marks for the pointer.
_TARGETS: WeakKeyDictionary[Any, list[tuple[Axes, Callable[[], Any], str, str]]]
_TARGETS = WeakKeyDictionary()


@contextmanager
def _pointed(figure: Any) -> Iterator[None]:
    """Its targets upon a figure."""
    laid = []
    for axes, make, words, side in _TARGETS.get(figure, ()):
        artist = make()
        artist.set(alpha=UNSEEN, zorder=6)
        hover(artist, words, side)
        laid.append(axes.add_artist(artist))  # moves no limit of the axes
    try:
        yield
    finally:
        for artist in laid:
            artist.remove()


def svg(axes: Axes, prefix: str, *, pointed: bool = True) -> str:
    """The figure as an SVG element for a page, as small as it can be, with plain attributes only.

    Type stays type, in the page's own face. Style attributes become presentation attributes, so
    that a page that allows no inline styles may hold it and recolour it; words of `hover` become
    titles, which a browser shows under the pointer without any script; identifiers begin with
    `prefix`, which parts several drawings. Where nothing points, as on a phone, `pointed` leaves
    those words out, and what only takes the pointer.
    """
    content = _written(axes, "svg", {"Date": None}, prefix, pointed=pointed)
    return element(told(content), prefix, pointed=pointed)


def rendered(axes: Axes, kind: str, result: Any = None, *, pointed: bool = True) -> bytes:
    """A figure as the bytes of a file, as `save` writes them.

    An SVG that is not `pointed` has nothing that only takes the pointer: of use in a page, and a
    quarter of the file.
    """
    content = _written(axes, kind, _told(axes, kind, result), "elolag", pointed=pointed)
    if kind != "svg":
        return content
    root = told(content)
    if axes.figure.figure.get_gid() == OWN:
        pack(root)
    return file_of(root)


def painted(axes: Axes, result: Any = None) -> tuple[Pixels, dict[str, str]]:
    """A figure of our own as pixels (height, width, 4), and what its PNG says of itself."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(axes.figure.figure)
    with our_settings():
        canvas.draw()
    return np.asarray(canvas.buffer_rgba()), _told(axes, "png", result)


def _told(axes: Axes, kind: str, result: Any) -> dict[str, Any]:
    """What a file of this kind says of itself."""
    figure: Any = axes.figure.figure
    title = axes.get_title(loc="left") or axes.get_title()
    source = provenance(result, title=" ".join(title.split()))
    marks = [*figure.texts, *(text for a in figure.axes for text in a.texts)]
    shown = [" ".join(t.get_text().split()) for t in marks if t.get_gid() == FOOTER]
    return _metadata(kind, source, " ".join(shown) or source.footer())


def _written(
    axes: Axes, kind: str, fields: Mapping[str, Any], salt: str, *, pointed: bool
) -> bytes:
    import matplotlib as mpl

    figure: Any = axes.figure.figure
    own = figure.get_gid() == OWN
    held = io.BytesIO()
    vector = kind == "svg"
    # Random identifiers would make every SVG another file; the setting ends with the block.
    with (
        our_settings() if own else nullcontext(),
        mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none", "pdf.fonttype": 42}),
        _haloed(figure) if vector else nullcontext(),
        _pointed(figure) if vector and pointed else nullcontext(),
    ):
        figure.savefig(
            held, format=kind, dpi=figure.dpi if own else 200,
            bbox_inches=None if own else "tight", metadata=dict(fields),
        )  # fmt: skip
    return held.getvalue()


@contextmanager
def _haloed(figure: Any) -> Iterator[None]:
    """White around type is named for `markup.told`; matplotlib would draw outlines in its place."""
    from matplotlib.text import Text

    worn = [(t, t.get_path_effects(), t.get_gid()) for t in figure.findobj(Text)]
    worn = [(text, effects, gid) for text, effects, gid in worn if effects]
    for text, _, _ in worn:
        text.set_path_effects([])
        text.set_gid(f"{HALO}{0.25 * text.get_size():.3g}")
    try:
        yield
    finally:
        for text, effects, gid in worn:
            text.set_path_effects(effects)
            text.set_gid(gid)


def save(axes: Axes, path: str | Path, result: Any = None) -> Path:
    """Write the figure (PNG, SVG or PDF by its ending), with where it comes from in its metadata.

    The same axes give the same bytes. `elolag cite FILE` reads the metadata back.

    Parameters
    ----------
    result
        What was drawn; None where there is nothing to cite but the software.

    Raises
    ------
    UsageError
        Another ending, or a folder that does not exist or cannot be written.
    """
    target = Path(path)
    content = rendered(axes, target.suffix.lower().removeprefix("."), result)
    try:
        with replacing(target) as stream:
            stream.write(content)
    except ArchiveError as error:
        why = getattr(error.__cause__, "strerror", None) or error
        raise UsageError(f"{target}: cannot be written ({why})") from error
    return target


#: Per kind of file: the fields of title, footer and JSON, and those that would hold a clock.
_FIELDS: dict[str, tuple[str, str, str, dict[str, None]]] = {
    "png": ("Title", "Description", "elolag", {}),
    "svg": ("Title", "Description", "Source", {"Date": None}),
    "pdf": ("Title", "Subject", "Keywords", {"CreationDate": None}),
}


def _metadata(kind: str, source: Provenance, footer: str) -> dict[str, Any]:
    """The metadata matplotlib's `savefig` takes for a file of this kind.

    Raises
    ------
    UsageError
        Not ``png``, ``svg`` or ``pdf``.
    """
    if kind not in _FIELDS:
        raise UsageError(f"a figure cannot be written as {kind!r}; take .png, .svg or .pdf")
    title, words, data, clock = _FIELDS[kind]
    # ASCII: the same bytes whatever the format takes text for.
    packed = json.dumps(source.to_dict(), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return {title: source.title, words: footer, data: packed, **clock}
