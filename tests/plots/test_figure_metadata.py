"""What a file says of itself: the same bytes every time, and the same facts in every format."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from elolag import cite, plots
from elolag.errors import UsageError
from elolag.estimate.catch_up import TimeToMatch
from elolag.results.lag import LagResult
from elolag.results.provenance import _CAVEATS, Origin, provenance

KINDS = ("png", "svg", "pdf")


def test_the_same_figure_gives_the_same_bytes(headline: LagResult, tmp_path: Path) -> None:
    first, second = (plots.frontier(headline, size="column") for _ in range(2))
    for kind in KINDS:
        once = plots.save(first, tmp_path / f"once.{kind}", headline).read_bytes()
        assert plots.save(second, tmp_path / f"again.{kind}", headline).read_bytes() == once


def test_every_format_gives_the_same_facts_back(headline: LagResult, tmp_path: Path) -> None:
    axes = plots.frontier(headline, size="column")
    found = []
    for kind in KINDS:
        target = plots.save(axes, tmp_path / f"figure.{kind}", headline)
        found.append(cite.read_figure(target))
    assert found[0] == found[1] == found[2]
    facts = found[0]
    assert facts["sentence"] == headline.sentence()
    assert facts["title"] == axes.get_title(loc="left").replace("\n", " ")
    assert facts["months"] == headline.months
    assert [(s["path"], s["sha256"]) for s in facts["sources"]] == list(headline.snapshots)
    assert facts["sources"][0]["licence"] == "CC-BY-4.0"
    assert facts["board"] == headline.board


def test_the_footer_under_the_figure_is_the_one_in_the_file(
    headline: LagResult, tmp_path: Path
) -> None:
    axes = plots.frontier(headline)
    target = plots.save(axes, tmp_path / "figure.png", headline)
    with Image.open(target) as image:
        words = image.info["Description"]
    (shown,) = [t.get_text() for t in axes.get_figure().texts]
    assert words == " ".join(shown.split())
    assert words.startswith(plots.footer(headline))
    for part in (
        "Arena (arena.ai)",
        "CC-BY-4.0",
        headline.vintage,
        headline.origins[0].log_head[:16],
    ):
        assert part in words
    assert _CAVEATS["bradley-terry"][0] in words


def test_the_publisher_is_the_boards_own(headline: LagResult) -> None:
    epoch = Origin(
        "epoch/eci/2026-01-20", "e" * 64, "2026-01-20", "epoch-eci", "Epoch AI",
        licence="CC-BY-4.0",
        method="index",
    )  # fmt: skip
    words = plots.footer(replace(headline, board="epoch/eci", origins=(epoch,), policies={}))
    assert words.startswith("Source: Epoch AI, epoch/eci (overall)")
    assert "Arena" not in words
    assert _CAVEATS["index"][0] in words
    mine = Origin("mine/board/2026-01-20", "a" * 64, "2026-01-20")
    own = plots.footer(replace(headline, board="mine/board", origins=(mine,)))
    assert own.startswith("Source: own ratings, mine/board")
    assert _CAVEATS["own"][0] in own


def test_a_licence_of_older_snapshots_is_told_where_the_footer_says(
    headline: LagResult, tmp_path: Path
) -> None:
    assert {o.licence for o in headline.origins} != {"CC-BY-4.0"}
    footer = plots.footer(headline)
    assert f"; {len(headline.origins) - 1} older lists, " in footer
    assert "; all licences: elolag cite FILE; " in footer
    path = plots.save(plots.frontier(headline, size="column"), tmp_path / "one.png", headline)
    told = [source["licence"] for source in cite.read_figure(path)["sources"]]
    assert told == [origin.licence for origin in headline.origins]
    copies = sum(o.copied for o in headline.origins)
    bare = [o for o in headline.origins if not o.licensed]
    held = sum(o.copied for o in bare)
    assert (
        f", {copies} of them copies made by others, {len(bare)} with no licence stated "
        f"({held} copies)" in footer
    )
    assert footer.startswith("Source: Arena (arena.ai), arena/text_style_control")


def test_results_that_hold_others_speak_for_them(curve: TimeToMatch, headline: LagResult) -> None:
    found = provenance(curve)
    assert found.facts["board"] == curve.result.board
    assert found.sentence == curve.sentence()
    assert [o.path for o in found.origins] == [p for p, _ in curve.result.snapshots]
    bare = provenance(replace(headline, origins=()))
    assert [o.vintage for o in bare.origins] == [p[-10:] for p, _ in headline.snapshots]


def test_without_a_result_a_file_still_names_the_software(
    headline: LagResult, tmp_path: Path
) -> None:
    target = plots.save(plots.frontier(headline, size="column"), tmp_path / "toy.svg")
    facts = cite.read_figure(target)
    assert facts["software"] == "elolag"
    assert facts["sources"] == []


def test_bad_targets_are_refused(headline: LagResult, tmp_path: Path) -> None:
    axes = plots.frontier(headline, size="column")
    with pytest.raises(UsageError, match="take .png, .svg or .pdf"):
        plots.save(axes, tmp_path / "figure.gif", headline)
    with pytest.raises(UsageError, match="cannot be written"):
        plots.save(axes, tmp_path / "nowhere" / "figure.png", headline)


def test_metadata_is_json_without_nan(headline: LagResult) -> None:
    facts = provenance(replace(headline, low=None, high=None, months=None)).to_dict()
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert "months" not in facts
