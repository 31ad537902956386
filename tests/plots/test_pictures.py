"""The pictures of the pages alone."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from elolag import plots
from elolag.errors import UsageError
from elolag.estimate.lag import ESTIMANDS

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs" / "pictures.py")
assert _spec is not None
assert _spec.loader is not None
pictures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(pictures)


def every_title() -> Iterator[tuple[str, str]]:
    for name in pictures._DRAW:
        yield name, pictures.estimand(name).get_title(loc="left")


def test_estimand_pictures_show_what_elolag_computes() -> None:
    titles = dict(every_title())
    # By hand, from the toy's steps.
    assert titles["current"] == "current: 5.0 months"
    assert titles["at-release"] == "at-release: 2.5 months"
    assert titles["catch-up"] == "catch-up: median 7.0 months"
    assert titles["gap"] == "gap: 8 Elo"
    assert set(titles) == set(ESTIMANDS)
    with pytest.raises(UsageError, match="known: current"):
        pictures.estimand("forward")


def test_the_grid_of_estimands_is_one_picture(tmp_path: Path) -> None:
    figure = pictures.estimands(tmp_path / "all.png")
    assert len(figure.axes) == 8
    assert (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("size", ["column", "page", "slide"])
def test_calibration_is_drawn_in_every_size(size: str) -> None:
    table = pd.read_csv(ROOT / "benchmarks" / "calibration.csv")
    axes = pictures.calibration(table[~table["estimand"].str.startswith("trend")], size=size)
    figure = axes.get_figure()
    assert figure.get_figwidth() == plots.SIZES[size].width
    assert axes.has_data()
