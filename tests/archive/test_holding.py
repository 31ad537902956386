"""What is held until a person accepts it, and what is refused because something is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from handmade import Row, changed, copied, ladder, payload, rounded
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.archive import Decision, open_archive, take_payloads, verify

DATE = "2026-08-19"
NAME = f"arena/text/{DATE}"
ROWS = ladder(150, step=2.37)
moved = st.integers(0, len(ROWS) - 1)


def shifted(rows: list[Row], by: dict[int, float], all_by: float = 0.0) -> list[Row]:
    return changed(rows, lambda i, r: (r[0], round(r[1] + by.get(i, 0.0) + all_by, 2), *r[2:]))


def take(root: Path, rows: Any, *, accept: tuple[str, ...] = (), **facts: Any) -> Decision:
    (outcome,) = take_payloads(root, [payload(rows, **facts)], accept=accept)
    return outcome


def old(root: Path, rows: Any = ROWS, **facts: Any) -> None:
    """A board that has listed its entries for months."""
    for day in ("2026-03-01", DATE):
        assert take(root, rows, vintage=day, **facts).outcome == "new"
        rows = shifted(rows, {}, 0.5)


def days(count: int) -> list[str]:
    first = dt.date(2026, 3, 1)
    return [(first + dt.timedelta(days=14 * i)).isoformat() for i in range(count)]


@search(12)
@given(st.lists(st.floats(-4, 4), min_size=150, max_size=150), st.floats(-60, 60))
def test_an_honest_recomputation_of_a_stored_date_is_told(noise: list[float], shift: float) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        old(root)
        outcome = take(root, shifted(ROWS, dict(enumerate(noise)), shift + 0.51))
        assert outcome.outcome == "revision"
        assert "common shift" in outcome.message
        written = open_archive(root).board("arena/text").snapshot(DATE).facts["checks"]
        (check,) = [c for c in written if c["name"] == "revision-agrees"]
        assert check["note"] in outcome.message
        assert check["passed"]


@search(12)
@given(moved, st.sampled_from([-60.0, -10.9, 10.9, 60.0]))
def test_a_record_that_moves_by_itself_is_held_until_it_is_accepted(at: int, by: float) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        old(root)
        rows = shifted(ROWS, {at % 20: by}, 0.5)
        held = take(root, rows)
        assert (held.outcome, held.label) == ("held", "")
        assert f"largest {by:+.1f} (model-{at % 20:03})" in held.message
        assert f"--accept {NAME}" in held.message
        assert open_archive(root).board("arena/text").labels == ("2026-03-01", DATE)
        assert "held" in (root / "log.csv").read_text().splitlines()[-1]
        assert take(root, rows, accept=("arena/text/2026-08-18",)).outcome == "held"
        assert take(root, rows, accept=(NAME,)).label == f"{DATE}.r2"
        ratings = open_archive(root).board("arena/text").snapshot(DATE).ratings()
        assert dict(zip(ratings["entry"], ratings["rating"], strict=True)) == {
            row[0]: row[1] for row in rows
        }
        assert verify(open_archive(root)) == []
        assert take(root, rows).outcome == "unchanged"


def test_one_settled_entry_that_is_no_record_is_told_and_two_of_150_are_held(
    tmp_path: Path,
) -> None:
    old(tmp_path)
    one = take(tmp_path, shifted(ROWS, {100: 30.0}, 0.5))
    assert one.outcome == "revision"
    assert "1 entry moved, largest +30.0 (model-100)" in one.message
    two = take(tmp_path, shifted(ROWS, {101: 30.0, 111: -30.0, 100: 30.0}, 0.5))
    assert two.outcome == "held"
    assert "2 of 150 settled entries moved by more than 10" in two.message


def test_a_young_entry_may_move(tmp_path: Path) -> None:
    rows = [*ROWS, *[(f"new-{i}", 1100.0 - i, 900) for i in range(3)]]
    assert take(tmp_path, ROWS, vintage="2026-03-01").outcome == "new"
    assert take(tmp_path, shifted(rows, {}, 0.5)).outcome == "new"
    by = {len(ROWS) + i: 20.0 + i for i in range(3)}
    assert take(tmp_path, shifted(rows, by, 0.5)).outcome == "revision"
    assert take(tmp_path, shifted(rows, {i - 120: d for i, d in by.items()}, 0.5)).outcome == "held"


def test_the_best_of_a_lab_is_a_record_far_down_the_list(tmp_path: Path) -> None:
    old(tmp_path, organisation="")
    assert take(tmp_path, shifted(ROWS, {100: 30.0}, 0.5), organisation="").outcome == "held"


def test_a_record_that_is_gone_holds_a_revision(tmp_path: Path) -> None:
    old(tmp_path)
    outcome = take(tmp_path, shifted(ROWS[1:], {}, 0.6))
    assert outcome.outcome == "held"
    assert "record model-000 is gone" in outcome.message


def test_one_category_is_enough(tmp_path: Path) -> None:
    take(tmp_path, {"overall": ROWS, "coding": ROWS}, vintage="2026-03-01")
    take(tmp_path, {"overall": shifted(ROWS, {}, 1), "coding": shifted(ROWS, {}, 1)})
    outcome = take(tmp_path, {"overall": shifted(ROWS, {}, 1), "coding": shifted(ROWS, {2: 61}, 1)})
    assert outcome.outcome == "held"
    assert "coding: record model-002 +61.0" in outcome.message


def test_a_more_precise_form_that_says_otherwise_of_one_row_is_held(tmp_path: Path) -> None:
    """Two rows of a hundred may differ between twins; not by so much."""
    copies = rounded(ROWS)
    take(tmp_path, copies, by="arena-web", basis="fetched")
    honest = take(tmp_path / "honest", copies, by="arena-web", basis="fetched")
    assert honest.outcome == "new"
    assert take(tmp_path / "honest", ROWS).outcome == "revision"
    assert take(tmp_path, shifted(ROWS, {3: 60.0})).outcome == "held"


def test_the_twins_of_what_is_held_are_held_with_it(tmp_path: Path) -> None:
    old(tmp_path)
    rows = shifted(ROWS, {0: 60.0}, 20.5)
    batch = [payload(rows), copied(rounded(rows), "2026-08-20")]
    assert [o.outcome for o in take_payloads(tmp_path, batch)] == ["held", "held"]
    assert [o.outcome for o in take_payloads(tmp_path, batch, accept=("all",))] == [
        "revision",
        "twin",
    ]


def test_a_record_that_jumps_in_a_new_list_is_told(tmp_path: Path) -> None:
    old(tmp_path)
    outcome = take(tmp_path, shifted(ROWS, {4: 60.0}, 0.7), vintage="2026-09-01")
    assert outcome.outcome == "new"
    (check,) = [c for c in outcome.checks if c.name == "top-entries-stay"]
    assert not check.passed
    assert check.note == "against the common shift since 2026-08-19: model-004 +60.0"


def test_a_uniform_shift_is_a_gauge(tmp_path: Path) -> None:
    old(tmp_path)
    outcome = take(tmp_path, shifted(ROWS, {}, 60.0), vintage="2026-09-01")
    assert outcome.outcome == "new"
    assert [c.name for c in outcome.checks if not c.passed] == ["scale-shift"]


def lists(rows: list[Row]) -> dict[str, list[Row]]:
    return dict.fromkeys(("overall", "coding", "math", "chinese", "creative"), rows)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda b: {c: r for c, r in b.items() if c != "overall"}, "overall-kept"),
        (lambda b: {"overall": b["overall"]}, "categories-kept"),
        (lambda b: b | {"math": [(r[0], 1200.0, r[2]) for r in b["math"]]}, "ratings-differ"),
        (
            lambda b: b | {"math": [(r[0], 2400.0 - r[1], r[2]) for r in b["math"]]},
            "order-kept",
        ),
        (  # in no order that has to do with the one before
            lambda b: b | {"math": [(r[0], b["math"][37 * k % len(b["math"])][1], r[2])
                                    for k, r in enumerate(b["math"])]},
            "order-kept",
        ),
    ],
)  # fmt: skip
def test_what_is_lost_is_refused(tmp_path: Path, change: Callable[[Any], Any], name: str) -> None:
    # Of an index, whose entries need not keep their places as those of a board of votes.
    facts = {"board": "lab/index", "method": "index"}
    take(tmp_path, lists(ROWS), vintage="2026-07-01", **facts)
    later = lists(shifted(ROWS, {}, 0.3))
    outcome = take(tmp_path, change(later), **facts)
    assert outcome.outcome == "refused"
    assert f"check {name}: " in outcome.message
    assert take(tmp_path, change(later), accept=("all",), **facts).outcome == "refused"
    assert take(tmp_path, later, **facts).outcome == "new"


@pytest.mark.parametrize("interval", [None, 0.0, 0.01])
def test_lost_intervals_are_refused(tmp_path: Path, interval: float | None) -> None:
    take(tmp_path, ROWS, vintage="2026-07-01", interval=5.0)
    outcome = take(tmp_path, shifted(ROWS, {}, 0.3), interval=interval)
    assert outcome.outcome == "refused"
    assert "errors-kept: lost since 2026-07-01: interval of overall (100% of rows, now 0%)" in (
        outcome.message
    )


def test_a_mirrored_category_is_found_behind_a_copy_without_it(tmp_path: Path) -> None:
    facts = {"board": "lab/index", "method": "index"}
    take(tmp_path, lists(ROWS), vintage="2026-07-01", **facts)
    copy = shifted(ROWS, {}, 0.2)
    by = {"by": "arena-web", "basis": "fetched"}
    assert take(tmp_path, copy, vintage="2026-08-01", **by, **facts).outcome == "new"
    math = [(r[0], 2400.0 - r[1], r[2]) for r in ROWS]
    outcome = take(tmp_path, lists(shifted(ROWS, {}, 0.3)) | {"math": math}, **facts)
    assert outcome.message == (
        "check order-kept: rank correlation: math -1.00 over 150 entries since 2026-07-01"
    )


def test_a_copy_may_hold_any_part_of_a_board(tmp_path: Path) -> None:
    by = {"by": "arena-web", "basis": "fetched"}
    take(tmp_path, lists(ROWS), vintage="2026-07-01", **by)
    assert take(tmp_path, {"coding": shifted(ROWS, {}, 0.3)}, **by).outcome == "new"


def variance(half: float = 5.0, level: float = 0.95) -> dict[str, Any]:
    return {"interval": half, "interval_kind": "variance", "interval_level": level}


def test_another_level_of_the_intervals_is_another_method(tmp_path: Path) -> None:
    take(tmp_path, ROWS, vintage="2026-07-01", **variance())
    rows = shifted(ROWS, {}, 0.3)
    held = take(tmp_path, rows, **variance(4.0, 0.9))
    assert held.outcome == "held"
    assert held.message == (
        "the method has changed: level of the intervals: 0.95 before, now 0.9. "
        f"To take it all the same: --accept {NAME}"
    )
    assert take(tmp_path, rows, accept=(NAME,), **variance(4.0, 0.9)).outcome == "new"
    board = open_archive(tmp_path).board("arena/text")
    assert board.snapshot(DATE).facts["regime"] == {
        "since": DATE,
        "what": "level of the intervals: 0.95 before, now 0.9",
    }
    # The new rule is the board's from now on.
    later = take(tmp_path, shifted(rows, {}, 0.3), vintage="2026-09-01", **variance(4.0, 0.9))
    assert later.outcome == "new"
    assert "regime" not in open_archive(tmp_path).board("arena/text").snapshot("2026-09-01").facts


@pytest.mark.parametrize(
    ("change", "facts", "what"),
    [
        (lambda r: r, {"method": "online-elo"}, "method: bradley-terry before, now online-elo"),
        (lambda r: r, {"style_control": True}, "style control: False before, now True"),
        (
            lambda r: [(n, round(1200 + (x - 1200) * 1.15, 2), v) for n, x, v in r],
            {"board": "arena/text"},
            "scale: a point before is 1.15 points now",
        ),
    ],
)
def test_another_method_or_scale_is_held(
    tmp_path: Path, change: Callable[[Any], Any], facts: dict[str, Any], what: str
) -> None:
    rows = ladder(60)
    take(tmp_path, rows, vintage="2026-07-01")
    outcome = take(tmp_path, change(shifted(rows, {}, 0.3)), **facts)
    assert outcome.outcome == "held"
    assert what in outcome.message


def test_another_anchor_is_held(tmp_path: Path) -> None:
    def listed(step: int, anchor: float) -> list[Row]:
        return changed(
            ladder(40), lambda i, r: (r[0], anchor if i == 30 else r[1] + 0.37 * step, r[2])
        )

    *dates, last = days(5)
    for step, day in enumerate(dates):
        assert take(tmp_path, listed(step, 1114.0), vintage=day).outcome == "new"
    held = take(tmp_path, shifted(listed(4, 1114.0), {}, -60.0), vintage=last)
    assert held.outcome == "held"
    assert "anchor: model-030 stood at 1114.00 in the last 4 lists, now at 1054.00" in held.message
    assert take(tmp_path, listed(4, 1114.0), vintage=last).outcome == "new"


def test_a_copy_by_another_rule_is_no_regime(tmp_path: Path) -> None:
    by = {"by": "arena-web", "basis": "fetched"}
    take(tmp_path, ROWS, vintage="2026-07-01", **by, **variance())
    assert take(tmp_path, shifted(ROWS, {}, 0.3), **by, **variance(4.0, 0.9)).outcome == "new"
