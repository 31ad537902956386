"""Every figure at every size: nothing clipped or covered, nothing global, given axes kept."""

from __future__ import annotations

import copy
import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from search import search

import elolag
from elolag import plots
from elolag.errors import EstimateError, UsageError
from elolag.estimate.catch_up import TimeToMatch
from elolag.estimate.comparison import estimate_all
from elolag.estimate.lag import ESTIMANDS, estimate_lag, lag_key, results
from elolag.estimate.over_time import LagPath
from elolag.estimate.session import prepare
from elolag.forecast import past
from elolag.model import estimands
from elolag.plots import style
from elolag.plots.dots import Dot, dotted
from elolag.plots.markup import _hoist, _join, _path_data
from elolag.plots.paths import _sides, _turns
from elolag.plots.pen import Pen
from elolag.plots.style import COLOURS, FOOTER, SIZES, new_figure, roles, visible
from elolag.results.lag import LagResult
from elolag.results.verdict import Gap
from elolag.site.page import template

Draw = Callable[..., Any]


@pytest.fixture(scope="session")
def figures(headline: LagResult, path: LagPath, curve: TimeToMatch) -> dict[str, Draw]:
    compared = estimate_all(n_draws=200)
    dated, led = elolag.model_dates(n_draws=200), elolag.who_led(n_draws=200)
    moved = elolag.estimate_news("2026-06-25", "2026-08-19", n_draws=100)
    measured = elolag.compare_measures(tasks=True, n_draws=200)
    voted = elolag.compare_voters(n_draws=100)
    ahead = elolag.forecast_lag(n_draws=200)
    return {
        "frontier": lambda **how: plots.frontier(headline, **how),
        "lag_path": lambda **how: plots.lag_path(path, **how),
        "time_to_match": lambda **how: plots.time_to_match(curve, **how),
        "comparison": lambda **how: plots.comparison(compared, **how),
        "dates": lambda **how: plots.dates(dated, **how),
        "leads": lambda **how: plots.leads(led, **how),
        "news": lambda **how: plots.news(moved, **how),
        "measures": lambda **how: plots.measures(measured, **how),
        "voters": lambda **how: plots.voters(voted, **how),
        "forecast": lambda **how: plots.forecast(ahead, **how),
        "held": lambda **how: plots.held(past.scores(), **how),
    }


NAMES = (
    "frontier", "lag_path", "time_to_match", "comparison", "dates", "leads", "news", "measures",
    "voters", "forecast", "held",
)  # fmt: skip


def boxes(axes: Any) -> list[Any]:
    """Extents of all words on the axes, footer apart."""
    texts = [t for t in axes.texts if t.get_text() and t.get_gid() != FOOTER]
    return [t.get_window_extent() for t in texts]


@pytest.mark.fresh
@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_all_is_inside_and_no_label_covers_another(
    figures: dict[str, Draw], name: str, size: str, lang: str
) -> None:
    axes = figures[name](size=size, lang=lang)
    figure = axes.get_figure()
    assert figure.get_figwidth() == SIZES[size].width
    frame, inked = figure.bbox, figure.get_tightbbox()
    dpi = figure.dpi
    assert inked.x0 * dpi >= frame.x0 - 1
    assert inked.y0 * dpi >= frame.y0 - 1
    assert inked.x1 * dpi <= frame.x1 + 1
    assert inked.y1 * dpi <= frame.y1 + 1
    assert inked.width > 0.93 * figure.get_figwidth()
    assert axes.get_window_extent().width > (0.6 if lang == "en" else 0.59) * frame.width
    for one, other in itertools.combinations(boxes(axes), 2):
        assert not one.overlaps(other)
    words = [axes.get_title(loc="left"), *(t.get_text() for t in figure.texts)]
    assert all(words)
    foot = next(t for t in figure.texts if t.get_gid() == FOOTER)
    assert not foot.get_window_extent().overlaps(axes.get_tightbbox())
    assert len(words[0].split()) <= (11 if lang == "en" else 16)


@pytest.mark.parametrize("name", NAMES)
def test_drawn_on_the_axes_given_and_on_nothing_else(figures: dict[str, Draw], name: str) -> None:
    before = dict(mpl.rcParams)
    figure = Figure(figsize=(10, 5))
    FigureCanvasAgg(figure)
    mine, other = figure.subplots(1, 2)
    place = mine.get_position().bounds
    assert figures[name](ax=mine) is mine
    assert mine.has_data()
    assert not other.has_data()
    assert other.get_title(loc="left") == ""
    assert mine.get_position().bounds == place
    assert len(figure.axes) == 2
    assert dict(mpl.rcParams) == before
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_size_is_refused(figures: dict[str, Draw], name: str) -> None:
    with pytest.raises(UsageError, match="known: column, page, slide, phone"):
        figures[name](size="poster")


@pytest.fixture(scope="session")
def answers() -> dict[str, LagResult]:
    keys = [lag_key(estimand, None) for estimand in ESTIMANDS]
    return dict(zip(ESTIMANDS, results(prepare(n_draws=400), keys), strict=True))


@pytest.mark.parametrize("estimand", ESTIMANDS)
def test_the_frontier_of_every_estimand_names_its_finding(
    answers: dict[str, LagResult], estimand: str
) -> None:
    result = answers[estimand]
    title = plots.frontier(result, size="column").get_title(loc="left").replace("\n", " ")
    if estimand == "gap":
        assert title == f"The US is {result.gap.elo:.1f} Elo points above China"
    else:
        kind = {"current": "", "average": " on average"}.get(estimand, f" ({estimand})")
        assert title == f"China trails the US by {result.months:.1f} months{kind}"


def texts(axes: Any) -> list[str]:
    return [t.get_text() for t in axes.texts]


def test_bounds_leads_and_ties_are_said(answers: dict[str, LagResult]) -> None:
    headline = answers["current"]
    bound = replace(headline, months=11.0, high=None, censored="at-least")
    assert "at least 11.0 months" in texts(plots.frontier(bound))
    tie = replace(headline, gap=Gap(0.0, -3.0, 3.0, 0.0, 0.0), months=0.0, low=-1.0, high=2.0)
    axes = plots.frontier(tie)
    assert axes.get_title(loc="left") == "The US and China are level"
    assert not any("months" in text for text in texts(axes))
    open_ = plots.frontier(replace(headline, low=-1.0))
    assert open_.get_title(loc="left") == "Neither China nor the US has a clear lead"
    ahead = estimate_lag(leader="CN", follower="US", estimand="current", n_draws=1000)
    assert plots.frontier(ahead).get_title(loc="left").startswith("The US is ahead of China by")


@pytest.mark.parametrize(("lang", "said"), [("en", "99.9%"), ("de", "99,9 %")])
def test_no_level_of_a_chart_is_100_percent(
    headline: LagResult, path: LagPath, lang: str, said: str
) -> None:
    for axes in (
        plots.frontier(replace(headline, level=0.999), lang=lang),
        plots.lag_path(replace(path, level=0.999), lang=lang),
    ):
        told = plots.svg(axes, "x") + "".join(t.get_text() for t in axes.get_figure().texts)
        assert said in told
        assert not re.search(r"\b100 ?%", told)


def test_the_interval_stands_on_the_leaders_end() -> None:
    headline = estimate_lag(estimand="current")
    axes = plots.frontier(headline)
    assert headline.low is not None
    assert headline.high is not None
    days = [estimands.to_iso(float(d)) for line in axes.lines if line.get_alpha() == 0.28
            for d in line.get_xdata()]  # fmt: skip
    assert days == sorted(m.release_date for m in headline.matches
                          if m.months in (headline.low, headline.high))  # fmt: skip


def test_countries_keep_their_colours_whoever_leads() -> None:
    assert roles("US", "CN") == (0, 1)
    assert roles("CN", "US") == (1, 0)
    assert roles("CN+open", "lab:openai") == (1, 0)
    assert roles("closed", "open") == (0, 1)
    assert roles("US+closed", "US+open") == (0, 1)
    assert COLOURS == ("#12436D", "#F46A25")


def test_every_colour_of_the_charts_has_its_twin_on_a_dark_page() -> None:
    sheet = template("style.css")
    drawn = (*COLOURS, *style.PALE, style.FOLLOWER_TYPE, style.INK, style.MUTED, style.FAINT)
    assert [c for c in (*drawn, style.WASH) if f'="{c.lower()}"]' not in sheet] == []


def test_hostile_names_are_shown_as_they_are(headline: LagResult) -> None:
    models = tuple(replace(m, model=f"$\\frac{{{m.model}\n\u4e2d") for m in headline.models)
    axes = plots.frontier(replace(headline, models=models))
    assert any(text.startswith("$\\frac{") and text.endswith("\u25a1") for text in texts(axes))
    assert visible("a\x01b  c") == "a\u25a1b c"


def test_frontier_refuses_what_it_cannot_draw(headline: LagResult) -> None:
    with pytest.raises(EstimateError, match="no models"):
        plots.frontier(replace(headline, models=()))
    with pytest.raises(UsageError, match="would begin"):
        plots.frontier(headline, since="2026-08-19")
    early = plots.frontier(headline, since="2023-03-01", labels=0)
    key = {headline.follower.model, headline.leader_best.model}
    key |= {m.model for m in (headline.day.above, headline.match) if m is not None}
    assert {m.model for m in headline.models} & set(texts(early)) <= key


def test_a_censored_stretch_is_hatched_and_nothing_finite_is_cut(path: LagPath) -> None:
    n = len(path.days)
    bounded = np.arange(n) < n // 4
    cut = replace(
        path,
        months=path.months - 6,
        high=np.where(bounded, np.nan, path.high),
        band_high=np.where(bounded, np.nan, path.band_high),
        censored=bounded.astype(np.int8),
    )
    axes = plots.lag_path(cut)
    hatched = [c for c in axes.collections if c.get_hatch()]
    assert len(hatched) == 1
    arrows = [t for t in axes.texts if t.arrow_patch is not None]
    assert len(arrows) == 1
    assert {"China behind", "China ahead"} <= set(texts(axes))
    low, high = axes.get_ylim()
    for name in ("months", "low", "high", "band_low", "band_high"):
        values = getattr(cut, name)
        assert low <= np.nanmin(values) <= np.nanmax(values) < high
    labels = [axes.yaxis.get_major_formatter()(v) for v in (-3.0, 3.0)]
    assert labels == ["3", "3"]
    plain = plots.lag_path(path)
    assert not any(c.get_hatch() for c in plain.collections)


@pytest.mark.parametrize(("step", "aligned"), [(0.05, "left"), (-0.05, "right")])
def test_a_side_is_named_where_the_bands_leave_room(
    path: LagPath, step: float, aligned: str
) -> None:
    far = 9 + step * np.arange(len(path.days))
    named = {"band_high": far, "high": far, "inner_high": far, "inner_band_high": far}
    (label,) = (
        text for text in plots.lag_path(replace(path, **named)).texts
        if text.get_text() == "China behind"
    )  # fmt: skip
    assert label.get_ha() == aligned


def test_the_inner_bands_lie_inside_the_outer_ones(path: LagPath) -> None:
    assert (path.low <= path.inner_low).all()
    assert (path.inner_high <= path.high).all()
    assert (path.band_low <= path.inner_band_low).all()
    assert (path.inner_band_high <= path.band_high).all()
    assert (path.inner_band_low <= path.inner_low).all()
    table = path.to_dict()["days"]
    assert len(table) == len(path.days)
    assert table[-1]["months"] == pytest.approx(path.months[-1], abs=5e-5)
    assert "behind on 2026-08-19" in path.sentence()


def test_time_to_match_says_which_records_are_open(curve: TimeToMatch) -> None:
    axes = plots.time_to_match(curve)
    shown = texts(axes)
    open_ = [f.model for f in curve.follow_ups if not f.matched]
    assert open_
    assert {f"{name} (open)" for name in open_} <= set(shown)
    assert f"mean of the medians {curve.result.months:.1f}" in shown
    assert curve.half == next(t for t, s in zip(curve.times, curve.share, strict=True) if s <= 0.5)
    assert f"within {curve.half:.1f} months" in " ".join(axes.get_title(loc="left").split())


def test_a_median_not_reached_is_no_number(curve: TimeToMatch) -> None:
    never = replace(curve.result, censored="at-least", high=None)
    axes = plots.time_to_match(replace(curve, result=never))
    assert not any("medians" in text for text in texts(axes))
    assert "not yet matched half" in axes.get_title(loc="left")


def test_figures_of_a_size_have_its_width() -> None:
    assert new_figure("slide").get_size_inches()[0] == 13.333


@pytest.mark.parametrize("size", SIZES)
def test_the_models_of_the_answer_are_always_named(headline: LagResult, size: str) -> None:
    for labels in (None, 0, 1):
        shown = set(texts(plots.frontier(headline, size=size, labels=labels)))
        day = headline.day
        for point in (headline.follower, headline.leader_best, day.above):
            assert point is not None
            assert point.model in shown


@pytest.mark.parametrize("name", NAMES)
def test_a_title_can_be_given_or_left_to_the_page(figures: dict[str, Draw], name: str) -> None:
    axes = figures[name](title="Another finding", label="Figure 2.")
    assert axes.get_title(loc="left") == "Figure 2. Another finding"
    bare = figures[name](title="")
    assert bare.get_title(loc="left") == ""
    assert not any(t.get_text() for t in bare.get_figure().texts)
    assert bare.get_window_extent().height > axes.get_window_extent().height


def test_the_svg_of_a_page_has_no_styles_and_says_words(headline: LagResult) -> None:
    bad = 'a"><script>x</script>\u202e\x01'
    models = tuple(replace(m, model=bad) if m.model == "kimi-k3" else m for m in headline.models)
    text = plots.svg(plots.frontier(replace(headline, models=models), title=""), "one")
    assert text == plots.svg(plots.frontier(replace(headline, models=models), title=""), "one")
    root = ElementTree.fromstring(text)  # noqa: S314 -- our own
    parts = list(root.iter())
    assert not [p for p in parts if "style" in p.attrib or p.tag.endswith(("style", "metadata"))]
    names = [p.attrib["id"] for p in parts if "id" in p.attrib]
    assert len(set(names)) == len(names)
    assert all(name.startswith("one-") for name in names)
    links = [v[1:] for p in parts for k, v in p.attrib.items() if k.endswith("href")]
    assert links
    assert set(links) <= set(names)
    told = [p.text or "" for p in parts if p.tag.endswith("title")]
    assert any(words.startswith('a"><script>x</script>\\u202e\\u0001\nentry ') for words in told)
    assert "<script" not in text
    assert {p.get("class") for p in parts} == {None, "leader", "follower", "halo"}


def test_plots_are_there_after_importing_elolag() -> None:
    code = "import elolag; print(elolag.plots.frontier.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "frontier\n"


def test_what_marks_of_a_group_share_stands_with_the_group() -> None:
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg"><g><title>a b</title><g fill="red" stroke="blue">'
        '<use x="1" fill="red" stroke="blue" /><use x="2" fill="red" stroke="blue" /></g>'
        '<g><use x="3" fill="red" /><path d="M 0 0" fill="red" stroke="green" /></g></g></svg>'
    )
    root = ElementTree.fromstring(text)  # noqa: S314 -- our own

    def drawn() -> list[tuple[str, str | None, str | None]]:
        """Each mark with the colours it is seen in: its own, or those of the nearest group."""
        found = []

        def walk(part: ElementTree.Element, fill: str | None, stroke: str | None) -> None:
            fill, stroke = part.get("fill", fill), part.get("stroke", stroke)
            if not len(part) and not part.tag.endswith("title"):
                found.append((part.get("x", "path"), fill, stroke))
            for child in part:
                walk(child, fill, stroke)

        walk(root, None, None)
        return found

    before = drawn()
    _hoist(root)
    assert drawn() == before
    assert [part.attrib for part in root.iter() if part.tag.endswith("use")] == [
        {"x": "1", "fill": "red", "stroke": "blue"}, {"x": "2", "fill": "red", "stroke": "blue"},
        {"x": "3"},
    ]  # fmt: skip


PAIR = st.tuples(st.floats(-50, 700), st.floats(-50, 700))


def points(path: str) -> list[tuple[str, list[float]]]:
    """Every command of a path with its coordinates, one stretch each, slowly and in the open."""
    words = re.findall(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)", path)
    needs = {"M": 2, "L": 2, "Q": 4, "C": 6, "H": 1, "V": 1, "Z": 0}
    found: list[tuple[str, list[float]]] = []
    at, first, name = (0.0, 0.0), (0.0, 0.0), ""
    while words:
        if words[0].isalpha():
            name = words.pop(0)
        size = needs[name.upper()]
        numbers = [float(words.pop(0)) for _ in range(size)]
        if name in ("h", "v"):
            numbers = [numbers[0], 0.0] if name == "h" else [0.0, numbers[0]]
        if name.islower():
            numbers = [n + at[k % 2] for k, n in enumerate(numbers)]
        kind = {"H": "L", "V": "L"}.get(name.upper(), name.upper())
        at = first if kind == "Z" else (numbers[-2], numbers[-1])
        first = at if kind == "M" else first
        found.append((kind, numbers))
    return found


@search(200)
@given(st.lists(st.tuples(st.sampled_from("MLLLLQCz"), st.lists(PAIR, min_size=3, max_size=3))))
def test_a_short_path_is_the_long_one_to_a_hundredth(
    parts: list[tuple[str, list[tuple[float, float]]]],
) -> None:
    size = {"M": 1, "L": 1, "Q": 2, "C": 3, "z": 0}
    stretches = [("M", [(0.0, 0.0)] * 3), *parts]
    whole = "\n".join(
        " ".join([kind, *(f"{n:.6f}" for pair in pairs[: size[kind]] for n in pair)])
        for kind, pairs in stretches
    )
    short = _path_data(whole)
    assert len(short) <= len(whole)
    told, meant = points(short), points(whole)
    assert [kind for kind, _ in told] == [kind for kind, _ in meant]
    for (_, near), (_, exact) in zip(told, meant, strict=True):
        assert near == pytest.approx(exact, abs=0.0051)


def test_a_path_with_another_command_is_refused() -> None:
    with pytest.raises(ValueError, match="command 'A', which is not known"):
        _path_data("M 0 0 A 1 1 0 0 0 2 2")


ATTRIBUTES = st.dictionaries(
    st.sampled_from(["fill", "stroke", "class", "clip-path", "transform"]),
    st.sampled_from("ab"), max_size=3,
)  # fmt: skip


def svg_part(tag: str, attributes: dict[str, str], *inner: Any) -> ElementTree.Element:
    part = ElementTree.Element(f"{{http://www.w3.org/2000/svg}}{tag}", attributes)
    part.extend(inner)
    return part


TREES = st.recursive(
    st.builds(lambda a: svg_part("use", a), ATTRIBUTES),
    lambda inner: st.builds(
        lambda attributes, parts, title: svg_part(
            "g", attributes, *([svg_part("title", {})] * title), *parts
        ),
        ATTRIBUTES, st.lists(inner, min_size=1, max_size=4), st.booleans(),
    ),
    max_leaves=12,
)  # fmt: skip


@search(200)
@given(st.lists(TREES, max_size=4))
def test_fewer_groups_draw_the_same(trees: list[ElementTree.Element]) -> None:
    """Of every mark what it inherits, how it is cut and moved, its sides, and who speaks for it."""
    root = svg_part("svg", {}, *(copy.deepcopy(tree) for tree in trees))
    for number, mark in enumerate(part for part in root.iter() if part.tag.endswith("use")):
        mark.set("x", str(number))
    for number, title in enumerate(part for part in root.iter() if part.tag.endswith("title")):
        title.text = str(number)

    def drawn() -> list[Any]:
        found = []

        def walk(part: ElementTree.Element, said: Any) -> None:
            fill, stroke, sides, cuts, words = said
            fill, stroke = part.get("fill", fill), part.get("stroke", stroke)
            sides = sides | {part.get("class")} - {None}
            moved = [("moved", part.get("transform"))] if "transform" in part.attrib else []
            cut = [("cut", part.get("clip-path"))] if "clip-path" in part.attrib else []
            # A part is moved, and then cut where it stands; to be cut twice alike is to be cut.
            cuts = [*cuts, *moved, *(each for each in cut if each not in (*cuts, *moved)[-1:])]
            words = next((t.text for t in part if t.tag.endswith("title")), words)
            if part.tag.endswith("use"):
                found.append((part.get("x"), fill, stroke, sides, tuple(cuts), words))
            for child in part:
                walk(child, (fill, stroke, sides, cuts, words))

        walk(root, (None, None, frozenset(), [], None))
        return found

    before, groups = drawn(), sum(part.tag.endswith("}g") for part in root.iter())
    _hoist(root)
    _join(root)
    assert drawn() == before
    worded = sum(part.tag.endswith("title") for part in root.iter())
    assert sum(part.tag.endswith("}g") for part in root.iter()) <= groups + worded


def test_type_on_a_page_is_type(headline: LagResult) -> None:
    """Words can be read and found, in the page's face; only the white around them is drawn."""
    for size in ("page", "phone"):
        root = ElementTree.fromstring(  # noqa: S314 -- our own
            plots.svg(plots.frontier(headline, size=size), "one", pointed=size == "page")
        )
        words = [part.text for part in root.iter() if part.tag.endswith("}text")]
        assert "China" in words
        assert any("claude-opus-4-6" in (text or "") for text in words)
        assert not any(part.get("font-family") or part.get("style") for part in root.iter())
        titles = [part for part in root.iter() if part.tag.endswith("}title")]
        assert bool(titles) == (size == "page")
        used = {part.get("href", "")[1:] for part in root.iter() if part.tag.endswith("}use")}
        assert used <= {part.get("id") for part in root.iter()}


@pytest.mark.parametrize("estimand", ["current", "average"])
def test_the_days_that_are_drawn_say_what_all_days_say(estimand: str) -> None:
    """Between the points of a line it is straight, to a fiftieth of a month."""
    path = elolag.lag_path("2025-03-01", n_draws=300, estimand=estimand)
    at = _turns(path)
    for line in (path.months, path.low, path.high, path.band_low, path.band_high):
        sound = np.isfinite(line)
        kept = at & sound
        drawn = np.interp(path.days[sound], path.days[kept], line[kept])
        assert np.abs(drawn - line[sound]).max() < 0.02


def test_a_path_without_any_band_has_no_key_to_bands(path: LagPath) -> None:
    """And the word for its side stands beside the line, not on it."""
    bare = replace(path, too_few=np.ones(len(path.days), bool))
    axes = plots.lag_path(bare, size="phone")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["lag"]
    assert len(plots.lag_path(path).get_legend().get_texts()) == 5


def test_a_path_within_a_month_is_not_compared_with_that_month() -> None:
    path = elolag.lag_path("2026-08-17", "2026-08-18", n_draws=60)
    assert plots.lag_path(path).get_title(loc="left") == "China trails the US by 6.4 months"


def test_what_stays_on_one_side_of_zero_names_that_side_only() -> None:
    pen = Pen.on(None, "page")
    pen.line([20_000, 20_060], [12.0, 18.0], 1)
    _sides(pen, "FR")
    assert [text.get_text() for text in pen.axes.texts] == ["France behind"]


def test_labels_and_key_of_revisions_fit_on_a_phone() -> None:
    found = elolag.estimate_revisions(
        "arena/webdev", leader="lab:openai", follower="lab:anthropic", n_draws=50
    )
    for lang in ("en", "de"):
        axes = plots.revisions(found, size="phone", lang=lang)
        axes.figure.draw_without_rendering()
        upper, lower = axes.figure.axes
        for panel in (upper, lower):
            label = panel.yaxis.label.get_window_extent()
            assert label.height <= panel.get_window_extent().height
        dates = [text.get_window_extent() for text in lower.get_xticklabels() if text.get_text()]
        key = lower.get_legend().get_texts()[0].get_window_extent()
        assert not any(key.overlaps(date) for date in dates)


_LONG = "chatgpt-4o-latest-20250326 released 31 days"


def test_on_a_phone_a_long_name_breaks_and_one_too_long_says_so() -> None:
    """What was cut at forty letters: two rows that differ at their ends read alike."""
    names = [
        f"{_LONG} earlier",
        f"{_LONG} later",
        f"{_LONG} earlier or later",
        " ".join([_LONG] * 3),
    ]
    rows = [Dot(name, "6.4 behind", 6.4, 5.0, 9.0, words=f"{name}: so") for name in names]
    axes = dotted(rows, "China ", "Rows", "Source", None, "phone", {})
    texts = [t for t in axes.texts if t.get_text().startswith("chatgpt")]
    told = [t.get_text().replace("\n", " ") for t in texts]
    assert told[:3] == names[:3]
    assert told[3].endswith("\u2026")
    assert names[3].startswith(told[3].removesuffix("\u2026"))
    assert [t.get_text().count("\n") for t in texts][2:] == [1, 1]
    others = [t.get_window_extent() for t in axes.texts if t not in texts]
    dots = [axes.transData.transform((6.4, n + 0.25)) for n in range(len(rows))]
    for text in texts:
        box = text.get_window_extent()
        assert not any(box.overlaps(other) for other in others)
        assert not any(box.contains(*dot) for dot in dots)
        assert box.x1 < axes.get_window_extent().x1
    assert all(not a.get_window_extent().overlaps(b.get_window_extent())
               for a, b in itertools.combinations(texts, 2))  # fmt: skip
    page = plots.files.rendered(axes, "svg").decode()
    assert all(f"<title>{name}: so</title>" in page for name in names)
