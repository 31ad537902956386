"""What the sections compute by themselves, against slow and obvious twins."""

from __future__ import annotations

import csv
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
import site_worlds
from site_worlds import World

import elolag
from elolag.estimate.measures import beside
from elolag.estimate.session import prepare
from elolag.results.measures import under_headline
from elolag.site import material as checks
from elolag.site.material import Checks, Extent, Material
from elolag.site.sections import answer
from elolag.site.tested import claims, sensitivity, slices
from elolag.tags import Policies


def test_the_grid_is_left_out_where_it_would_answer_another_question(world: World) -> None:
    study = prepare(**world.question)

    def why(extent: Extent = Extent(), **changed: Any) -> str:  # noqa: B008 -- frozen
        return checks._no_grid(study, {**world.question, **changed}, extent)

    assert why() == ""
    assert why(vintage=site_worlds.VINTAGE, as_of=site_worlds.VINTAGE, window=24) == ""
    assert why(Extent(full=False)) == "--quick leaves it out"
    assert "drift" in why(drift="none")
    assert "policies" in why(policies=Policies(hong_kong="separate"))


def test_claims_are_left_out_for_other_groups_and_boards_of_ones_own() -> None:
    assert checks._no_claims({}) == ""
    assert "other groups" in checks._no_claims({"leader": "closed", "follower": "open"})


@pytest.mark.parametrize(
    ("section", "names"),
    [
        (slices, ("category", "openness")),
        (sensitivity, ("influence", "flip", "grid")),
        (claims, ("claims",)),
    ],
)
def test_a_part_without_an_answer_says_why(section: Any, names: tuple[str, ...]) -> None:
    missing = {name: f"no {name} <here>" for name in names}
    made = section(cast("Material", SimpleNamespace(checks=Checks(missing=missing))))
    words = " ".join([*made.prose, *made.after])
    assert all(why in words for why in missing.values())
    assert not made.figures
    assert not made.tables


def test_the_tables_of_the_checks_hold_every_row(world: World) -> None:
    """What the JSON of the report says, row by row."""
    told = json.loads((world.report.path / "result.json").read_text("utf-8"))

    def rows(name: str) -> list[dict[str, str]]:
        with (world.report.path / "data" / f"{name}.csv").open(encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    for kind, said in told["slices"].items():
        assert [(r["slice"], float(r["months"])) for r in rows(f"slices-{kind}")] == [
            (s["slice"], s["months"]) for s in said["slices"]
        ]
    rests = told["sensitivity"]["influence"]["cases"]
    assert [r["words"] for r in rows("influence")] == [c["words"] for c in rests]
    flips = told["sensitivity"]["flip"]["rows"]
    assert [(r["target"], r["words"]) for r in rows("flip")] == [
        (f["target"], f["words"]) for f in flips
    ]
    grid = rows("specifications")
    assert len(grid) == told["sensitivity"]["grid"]["specifications"]
    months = [float(r["months"]) for r in grid if r["months"]]
    assert len(months) == told["sensitivity"]["grid"]["estimated"]
    assert months == sorted(months)
    (head,) = [r for r in grid if r["headline"] == "true"]
    assert float(head["months"]) == world.report.headline.months
    said = {c["key"]: c for c in told["claims"]["claims"]}
    for row in rows("claims"):
        claim = said.pop(row["key"])
        assert row["verdict"] == claim["verdict"]
        value = claim["hindsight"]["value"]
        assert row["hindsight_value"] == ("" if value is None else str(value))
    assert not said


def test_the_same_on_another_measure_stands_under_the_answer() -> None:
    headline = elolag.estimate_lag(vintage="2026-08-19", n_draws=200)
    other = beside(headline, vintage="2026-08-19", n_draws=200)
    assert other is not None
    small = SimpleNamespace(small_print=())
    checks = Checks(beside=other)
    material = SimpleNamespace(headline=headline, checks=checks, comparison=small)
    made = answer(cast("Material", material))
    assert made.prose == (*headline.said(), under_headline(headline, other))
    assert set(other.snapshots) <= set(checks.snapshots)
    assert checks.to_dict()["beside"]["board"] == "epoch/eci"
    alone = SimpleNamespace(headline=headline, checks=Checks(), comparison=small)
    assert answer(cast("Material", alone)).prose == headline.said()
