"""What cut-off lists show, on lists short enough to read."""

from __future__ import annotations

from types import SimpleNamespace

import cut_off
import pandas as pd
import pytest
from exact import listed

MODELS = ("a", "b", "x", "gone-lead", "gone-follow")
FOLLOWS = (False, False, True, False, True)


def history(*cut: dict[str, float]) -> SimpleNamespace:
    """Complete lists know a, b and x; between them stand the given cut-off ones."""
    tables = [{"a": 10.0, "b": 9.0, "x": 5.0}, *cut, {"a": 10.0, "b": 9.0, "x": 5.0}]
    vintages = [listed("2026-01-01", t, dict.fromkeys(t, 1.0)) for t in tables]
    return SimpleNamespace(
        vintages=vintages,
        complete=[True, *[False] * len(cut), True],
        linkable=lambda: [vintages[0], vintages[-1]],
        releases=SimpleNamespace(models=MODELS, follows=FOLLOWS),
    )


@pytest.mark.parametrize(
    ("cut", "shown"),
    [
        ([], "none"),
        ([{"a": 10, "x": 5}], "none"),
        ([{"a": 10, "gone-lead": 9.5}], "not the best of a group"),
        ([{"gone-lead": 10.5, "a": 10}], "the best of a group"),
        # Far below the leader, and yet the best the follower had.
        ([{"a": 10, "gone-follow": 6, "x": 5}], "the best of a group"),
        ([{"gone-lead": 10.5}, {"a": 10}], "the best of a group"),
    ],
)
def test_a_list_shows_what_no_complete_one_has(cut: list[dict[str, float]], shown: str) -> None:
    assert cut_off.shown(history(*cut)) == shown


def test_replications_are_counted_where_they_belong() -> None:
    rows = pd.DataFrame(
        {
            "estimand": ["current"] * 4,
            "replication": [0, 1, 2, 3],
            "state": ["measured", "measured", "measured", "refused"],
            "covered": [1, 0, 1, None],
            "mass": [0.9, 1.0, 0.8, None],
        }
    )
    none, _, best = cut_off.SHOWN
    table = cut_off.split(rows, pd.Series([none, best, none, best])).set_index("shown")
    assert table.loc[none, ["replications", "coverage"]].tolist() == [2, 1.0]
    assert table.loc[none, "mass"] == pytest.approx(0.85)
    assert table.loc[best, ["replications", "coverage"]].tolist() == [1, 0.0]
