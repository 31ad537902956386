"""Figures and their files do not follow the user's matplotlib settings, and are written whole."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

import matplotlib as mpl
import pytest
from PIL import Image

from elolag import plots
from elolag.errors import UsageError
from elolag.results.lag import LagResult

USERS = [
    {
        "savefig.facecolor": "black", "figure.dpi": 30, "savefig.dpi": 30, "font.size": 30,
        "axes.grid": False, "lines.linewidth": 12, "axes.titlesize": 60, "figure.autolayout": True,
    },
    {"text.usetex": True, "axes.formatter.use_locale": True, "timezone": "Asia/Tokyo"},
    {
        "font.family": "monospace", "axes.prop_cycle": mpl.cycler(color=["r"]),
        "path.sketch": (1, 9, 2),
    },
]  # fmt: skip


def _drawn(headline: LagResult, path: Path) -> bytes:
    return plots.save(plots.frontier(headline, size="column"), path).read_bytes()


@pytest.mark.parametrize("user", USERS, ids=["leak", "usetex", "fonts"])
def test_a_figure_does_not_depend_on_the_users_settings(
    headline: LagResult, tmp_path: Path, user: dict[str, object]
):
    plain = _drawn(headline, tmp_path / "plain.png")
    with mpl.rc_context(user):
        before = dict(mpl.rcParams)
        drawn = plots.save(
            plots.frontier(headline, size="column"), tmp_path / "user.png"
        ).read_bytes()
        assert dict(mpl.rcParams) == before
    assert drawn == plain


def test_axes_handed_in_keep_their_style(headline: LagResult):
    from matplotlib.figure import Figure

    with mpl.rc_context({"lines.linewidth": 12}):
        axes = Figure().add_subplot()
        assert plots.frontier(headline, axes) is axes
        assert mpl.rcParams["lines.linewidth"] == 12


def test_a_write_that_fails_leaves_the_old_figure(
    headline: LagResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = plots.save(plots.frontier(headline, size="slide"), tmp_path / "x.svg")
    old = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"x\.svg: cannot be written \(No space left on device\)"):
        plots.save(plots.frontier(headline, size="column"), path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_a_notebook_shows_the_figure_and_pyplot_saves_it(
    headline: LagResult, tmp_path: Path
) -> None:
    from matplotlib import pyplot

    with pyplot.ion():
        axes = plots.frontier(headline, size="column")
        assert pyplot.gcf() is axes.get_figure()
        pyplot.savefig(tmp_path / "shown.png", dpi="figure")
        pyplot.close("all")
    with Image.open(tmp_path / "shown.png") as shown:
        assert shown.size == (1050, 960)
    plots.frontier(headline, size="column")
    assert pyplot.get_fignums() == []


def test_every_figure_documents_what_all_can_be_told() -> None:
    drawing = [getattr(plots, name) for name in plots.__all__ if name.islower()]
    figures = [draw for draw in drawing if "ax" in inspect.signature(draw).parameters]
    assert len(figures) == 17
    for draw in figures:
        own, _, _ = (draw.__doc__ or "").partition("\n    Raises\n")
        assert own.count("\n    ax\n") == own.count("\n    size\n") == 1, draw.__name__
