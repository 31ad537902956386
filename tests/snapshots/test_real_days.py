"""Four real days of the official dataset, served as the hub serves them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import hand_made as made
from snapshot_runs import take, tree
from upstream_server import Upstream

from elolag.archive import open_archive, verify
from elolag.estimate.diff import compare
from elolag.tags import Lookup

SUBSETS = ("search", "webdev", "video_edit", "text")
DAYS = ("2026-07-14", "2026-07-22", "2026-08-03", "2026-08-21")


def test_four_days(upstream: Upstream, served: Path, tmp_path: Path, lookup: Lookup) -> None:
    archive = tmp_path / "archive"
    outcomes: dict[tuple[str, str], str] = {}
    messages: dict[str, str] = {}
    for day in DAYS:
        folder = served / "huggingface/leaderboard-dataset" / day
        boards = {
            subset: (folder / subset / "latest-00000-of-00001.parquet").read_bytes()
            for subset in SUBSETS
            if (folder / subset).is_dir()
        }
        before = tree(archive) if archive.is_dir() else {}
        made.healthy(upstream, boards)
        (report,) = take(upstream, archive, lookup, ("arena-dataset",), day=day)
        after = tree(archive)
        assert {name: after[name] for name in before} == before
        for outcome in report.outcomes:
            outcomes[day, outcome.board] = outcome.outcome
            messages[outcome.board] = outcome.message or messages.get(outcome.board, "")
        if day == "2026-07-22":  # that day the publisher's listing had no text
            assert "arena/text: no longer listed by its publisher as text" in report.warnings
    opened = open_archive(archive)
    assert verify(opened) == []
    assert outcomes["2026-07-22", "search"] == "refused"
    assert "listed more than once with different figures" in messages["search"]
    assert outcomes["2026-08-03", "arena/search"] == "new"
    assert opened.vintages("arena/search")[-1] == "2026-07-21"
    assert outcomes["2026-08-21", "arena/search"] == "unchanged"
    doubled = opened.board("arena/webdev").snapshot().ratings("overall")["entry"]
    assert {"gpt-5.3-codex (codex-harness)", "gpt-5.3-codex (codex-harness) #2"} <= set(doubled)

    found = {}
    for name in ("arena/text", "arena/webdev"):
        for old, new in pairwise(opened.board(name).snapshots):
            for rename in compare(old, new, lookup).renames:
                found.setdefault(rename.old, set()).add(rename.new)
                assert abs(rename.rating - rename.expected) < 15
    assert found["kimi-k3"] == {"kimi-k3-max"}
    assert found["glm-5.2 (max)"] == {"glm-5.2-max"}
    assert found["claude-opus-4-6-thinking"] == {"claude-opus-4-6-high"}
