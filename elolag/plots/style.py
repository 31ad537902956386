"""What all figures share: colours, sizes, groups, the words of titles and footers.

Nothing here touches pyplot or leaves a changed setting behind.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypedDict, TypeVar

from elolag.cite import LANGUAGES
from elolag.errors import UsageError
from elolag.results import charts
from elolag.results.answer import Speaker
from elolag.results.citing import likely, on
from elolag.results.lag import LagResult
from elolag.results.provenance import provenance
from elolag.results.verdict import Day, ModelPoint
from elolag.results.words import first_up, over, percentage, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_P = ParamSpec("_P")
_R = TypeVar("_R")


#: Leader and follower; they differ in grey print and for the colour-blind, and by marker and dash.
COLOURS = ("#12436D", "#F46A25")
#: The same as pale ground or thin line; the follower's as type, which is read on white.
PALE, FOLLOWER_TYPE = ("#a9bccd", "#fdebe0"), "#A63F0B"
MARKERS = ("o", "s")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)))
INK, MUTED, FAINT, WASH = "#222222", "#5a5a5a", "#d9d9d9", "#f3f4f6"
#: Series that are not leader and follower: four colours, then the same ones hollow.
SERIES = (*COLOURS, "#28A197", "#801650")
SHAPES = ("o", "s", "^", "D", "v", "P", "X")

FOOTER = "elolag-footer"
OWN = "elolag-own-figure"
#: Sides as a page names them, by their place in `COLOURS`.
SIDES = ("leader", "follower")


@dataclass(frozen=True)
class Size:
    """A figure's width and height in inches, and its type and lines in points."""

    width: float
    height: float
    font: float
    line: float
    dpi: int

    @property
    def small(self) -> float:
        """Type of labels on marks."""
        return 0.86 * self.font

    @property
    def tiny(self) -> float:
        """Type of the footer."""
        return 0.74 * self.font

    @property
    def title(self) -> float:
        """Type of the title."""
        return 1.25 * self.font

    @property
    def narrow(self) -> bool:
        """Whether a legend has room for one name a line only."""
        return self.width < 5.0

    @property
    def marker(self) -> float:
        """Diameter of a mark."""
        return 0.48 * self.font


SIZES = {
    "column": Size(3.5, 3.2, 7.0, 1.2, 300),
    "page": Size(7.2, 4.6, 9.0, 1.7, 200),
    "slide": Size(13.333, 7.5, 15.5, 2.8, 144),
    "phone": Size(3.7, 3.7, 9.0, 1.5, 300),
}


def of_size(size: str) -> Size:
    """The measures of ``column``, ``page``, ``slide`` or ``phone``.

    Raises
    ------
    UsageError
        Another name.
    """
    if size not in SIZES:
        raise UsageError(f"unknown size {size!r}; known: {', '.join(SIZES)}")
    return SIZES[size]


def new_figure(size: str = "page", height: float = 1.0) -> Figure:
    """A figure of its own; `height` stretches the size's height.

    Where pyplot shows figures by itself, as in a notebook, the figure is pyplot's current one, so
    that it is shown and ``plt.savefig`` saves it; elsewhere pyplot knows nothing of it.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    measures = of_size(size)
    shape, dpi = (measures.width, measures.height * height), _DOTS.get() or measures.dpi
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and mpl.is_interactive():
        figure: Figure = pyplot.figure(figsize=shape, layout=None, dpi=dpi)
    else:
        figure = Figure(figsize=shape, layout=None, dpi=dpi)
        FigureCanvasAgg(figure)
    figure.set_gid(OWN)
    return figure


#: Dots per inch of figures of our own, where they are not those of their size.
_DOTS: ContextVar[float] = ContextVar("_DOTS", default=0.0)


@contextmanager
def dots(dpi: float) -> Iterator[None]:
    """Figures of our own are meanwhile laid out for so many dots per inch.

    Type is hinted: of fewer dots it is wider for its size, and a line of words would run over the
    edge of a figure that was laid out for more.
    """
    before = _DOTS.set(dpi)
    try:
        yield
    finally:
        _DOTS.reset(before)


class Look(TypedDict, total=False):
    """What every figure can be told beside its size.

    Attributes
    ----------
    title
        In place of the finding; empty: neither title nor footer, for pages that have their own.
    label
        Number or letter of the figure, before its title.
    lang
        ``en`` or ``de``: of every word of it. Names, of models or boards, stay as they are.
    """

    title: str | None
    label: str
    lang: str


def new_axes(size: str = "page", height: float = 1.0) -> Axes:
    """Fresh axes on a figure of their own."""
    return new_figure(size, height).add_subplot()


def roles(leader: str, follower: str) -> tuple[int, int]:
    """Places of leader and follower in `COLOURS`, `MARKERS` and `DASHES`.

    The leader has the first, but the US is never drawn in China's colour, nor China in that of
    the US.
    """
    china_leads = _names("CN", leader) and not _names("CN", follower)
    us_follows = _names("US", follower) and not _names("US", leader)
    return (1, 0) if china_leads or us_follows else (0, 1)


def _names(country: str, group: str) -> bool:
    return country in group.replace("+", ",").split(",")


def visible(text: str) -> str:
    """Text as the figures' font can show it: other characters become a box, breaks a space."""
    known = _characters()
    return "".join(c if c in known else "\u25a1" for c in " ".join(text.split()))


@functools.cache
def _characters() -> frozenset[str]:
    """What the font that ships with matplotlib can show."""
    from matplotlib import font_manager

    path = font_manager.findfont("DejaVu Sans")
    return frozenset(map(chr, font_manager.get_font(path).get_charmap()))


def footer(result: Any, note: str = "", lang: str = "en") -> str:
    """Source, licence, vintage, hash, one caveat, and what the figure's marks are (`note`)."""
    return provenance(result).footer(note, lang)


@contextmanager
def our_settings() -> Iterator[None]:
    """Matplotlib as it ships, whatever the user's style or matplotlibrc; theirs comes back."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams["timezone"] = "UTC"
        yield


#: What every figure can be told, for its docstring.
_TOLD = """
    ax
        Axes to draw on; new ones of their own by default, as high as rows need.
    size
        ``column``, ``page``, ``slide`` or ``phone``.
    title, label, lang
        As in `elolag.plots.style.Look`.
"""


def ours(draw: Callable[_P, _R]) -> Callable[_P, _R]:
    """A figure of our own is drawn alike everywhere; axes that are handed in keep their style.

    Its docstring names its own parameters; those that every figure has are added here.
    """
    form = inspect.signature(draw)

    @functools.wraps(draw)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        told = form.bind_partial(*args, **kwargs).arguments
        lang = told.get("look", {}).get("lang", "en")
        if lang not in LANGUAGES:
            raise UsageError(f"no chart in {lang!r}; known: {', '.join(LANGUAGES)}")
        if told.get("ax") is not None:
            return draw(*args, **kwargs)
        with our_settings():
            return draw(*args, **kwargs)

    if draw.__doc__ and "\n    ax\n" not in draw.__doc__:
        own, raises, rest = draw.__doc__.rstrip().partition("\n\n    Raises")
        drawn.__doc__ = f"{own}{_TOLD}{raises[1:]}{rest}"
    return drawn


def finding(result: LagResult, lang: str = "en") -> str:
    """The title: who, by how much, in ten words; by the result's own verdict."""
    sides = result.leader_group, result.follower_group
    kind = "" if result.estimand in ("current", "gap") else f" ({result.estimand})"
    kind = charts.said("on average", lang) if result.estimand == "average" else kind
    verdict, size = result.verdict, Speaker(result, lang).size()
    if verdict == "withheld":
        return charts.of_sides("withheld", lang, *sides)
    if verdict in ("level", "no-clear-lead"):
        key = "level" if verdict == "level" else "neither"
        said = charts.of_sides(key, lang, *sides, kind=kind)
    elif verdict == "overtaken" and result.match is not None:
        first, second = sides if result.leads else sides[::-1]
        said = overtaken(first, second, result.match.counts_from, result.matched, lang)
    elif result.months is None:
        first, second = sides[::-1] if result.leads else sides
        said = charts.said(
            "above", lang, first=charts.who(first, lang), size=size,
            to_second=charts.to_whom(second, lang),
        )  # fmt: skip
    else:
        key = "leads" if result.ahead else "trails"
        said = charts.of_sides(key, lang, *sides, size=size, kind=kind)
    said = first_up(said)
    return charts.said("provisionally", lang, said=said) if result.provisional else said


def overtaken(first: str, second: str, day: str, probability: float = 1.0, lang: str = "en") -> str:
    """The title where the side that is behind was the first at its level, as likely as that is."""
    return charts.said(
        "overtaken", lang, first=charts.who(first, lang), doubt=likely(probability, lang),
        to_second=charts.to_whom(second, lang), day=on(day, lang),
    )  # fmt: skip


def note(result: LagResult) -> str:
    """What bracket and bar are, for the footer; and why the answer is provisional."""
    provision = (f"{result.provision()}.",) if result.provisional else ()
    return " ".join(filter(None, (_marks(result), *provision)))


def bracket(day: Day) -> tuple[ModelPoint, ModelPoint] | None:
    """The two records between which the best of the side that is behind stood, if it did."""
    if day.above is None or day.below is None or day.state not in ("between", "leads"):
        return None
    return day.above, day.below


def _marks(result: LagResult) -> str:
    if result.estimand == "gap" and result.provisional:
        return ""
    if result.estimand == "gap":
        return f"Bracket: gap, {percentage(result.level)} interval {result.interval_words()}."
    kind = "sampling" if result.interval == "sampling" else "measurement"
    if result.no_interval():
        asked = over(result.estimand, result.window)
        mark = "Bracket" if result.estimand == "current" else "Title"
        return (
            f"{mark}: {asked}; {percentage(result.level)} {kind} interval {result.no_interval()}."
        )
    if result.estimand != "current":
        asked = over(result.estimand, result.window)
        told = f"Title: {asked}, {result.interval_words()} ({percentage(result.level)} interval)."
        day = result.day
        if result.estimand == "average" and bracket(day):
            held = share(day.probability)
            told += f" Bracket: the records that the day's best stood between ({held} of draws)."
        return told
    return (
        f"Bracket: current lag; grey: its {percentage(result.level)} {kind} interval, "
        f"{result.interval_words()}."
    )
