"""Regenerates every number of the README and the docs from the shipped archive.

``python docs/generate.py`` rewrites the blocks between ``<!-- generated: NAME -->`` and
``<!-- end -->``, and the README's chart. A test fails when a block is stale.
"""

from __future__ import annotations

import csv
import functools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import elolag
from elolag import estimate, tags, young
from elolag.linking import find_anchors
from elolag.panel import build, vintages
from elolag.result import MEANING

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/methods.md")


@functools.cache
def everything() -> estimate.Comparison:
    """All estimands with both intervals."""
    return estimate.estimate_all()


def lag() -> str:
    """What `make lag` prints."""
    command = [sys.executable, "-c", "from elolag.cli import main; main()", "lag"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    lines = "\n".join(line.rstrip() for line in printed.stdout.strip().splitlines())
    return f"```text\n{lines}\n```"


def estimands() -> str:
    """Every estimand with both intervals."""
    rows = [
        "| estimand | asks | answer | 95% measurement | 95% sampling |",
        "|---|---|---|---|---|",
    ]
    for result in everything().results:
        sampled = dict(result.rows())["95% sampling interval"]
        cells = (MEANING[result.estimand], result.figure(), result.interval_words(), sampled)
        rows.append(f"| `{result.estimand}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def change() -> str:
    """Is it shrinking, in one sentence."""
    from elolag.change import estimate_change

    return f"> {estimate_change('2025-08-19')}"


def retired() -> str:
    """What the retired records do."""
    return f"> {everything().retired}"


def young_drift() -> str:
    """The young-entry drift, as estimated."""
    record = young.packaged_record()
    rows = ["| votes | drift still ahead (sd, Elo) | entries |", "|---|---|---|"]
    for votes, sd, pairs in zip(record["votes"], record["sd"], record["pairs"], strict=True):
        rows.append(f"| {votes:,} | {sd:.1f} | {pairs} |")
    return "\n".join(rows)


def links() -> str:
    """The link report of the headline board."""
    lookup = tags.Lookup(tags.load())
    panel = build(elolag.open_archive().board(estimate.DEFAULT_BOARD), "overall", None, lookup)
    head = "from | common | gone | shift | shift of the top 30 | slope | scatter | expected scatter"
    rows = [f"| {head} |", "|" + "---|" * 8]
    for made in panel.linked.links:
        cells = (
            made.source, made.common, len(made.gone), f"{made.shift_overall:+.1f}",
            f"{made.shift_top:+.1f}", f"{made.slope:+.3f}", f"{made.residual_sd:.1f}",
            f"{made.expected_sd:.1f}",
        )  # fmt: skip
        rows.append("| " + " | ".join(str(c) for c in cells) + " |")
    return "\n".join(rows)


def anchors() -> str:
    """Which entries the raw board pins, and what happened to the others meanwhile."""
    lookup = tags.Lookup(tags.load())
    found = find_anchors(vintages(elolag.open_archive().board("arena/text"), "overall", lookup))
    return "Pinned on `arena/text`: " + (", ".join(f"`{name}`" for name in found) or "none") + "."


def calibration() -> str:
    """The calibration table, one line per world and estimand."""
    with (ROOT / "benchmarks" / "calibration.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    names = ("world", "estimand", "interval", "replications", "coverage", "mass", "bias", "rmse")
    rows = [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]
    for row in table:
        cells = [f"{float(row[n]):.3f}" if n in names[4:] and row[n] else row[n] for n in names]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


BLOCKS: dict[str, Callable[[], str]] = {
    "lag": lag,
    "estimands": estimands,
    "change": change,
    "retired": retired,
    "young": young_drift,
    "links": links,
    "anchors": anchors,
    "calibration": calibration,
}


def filled(text: str) -> str:
    """A page with every generated block made anew."""

    def block(found: re.Match[str]) -> str:
        return f"{found[1]}{BLOCKS[found[2]]()}\n{found[3]}"

    pattern = r"(<!-- generated: ([a-z]+) -->\n).*?(<!-- end -->)"
    return re.sub(pattern, block, text, flags=re.S)


def main() -> None:
    """Rewrite the pages and the chart."""
    for page in PAGES:
        path = ROOT / page
        path.write_text(filled(path.read_text("utf-8")), "utf-8")
    from elolag import plots

    result = elolag.estimate_lag()
    plots.save(plots.frontier(result), str(ROOT / "docs" / "frontier.png"), result)


if __name__ == "__main__":
    main()
