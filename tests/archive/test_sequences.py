"""Whatever is imported in whatever order, what was written stays, and all of it verifies."""

from __future__ import annotations

import tempfile
from pathlib import Path

from handmade import Row, copied, displayed, ladder, payload
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.archive import Archive, Payload, take_payloads, verify

FIGURES: list[list[Row]] = [ladder(14), ladder(14, top=1506.0), ladder(16, top=1512.0)]


POOL: list[Payload] = [
    item
    for number, rows in enumerate(FIGURES)
    for item in (
        payload(rows, vintage=f"2026-08-{10 + number}", interval=2.0),
        payload(
            [row[:2] for row in rows[:13]],
            by="arena-catalog",
            basis="commit",
            vintage=f"2026-08-{12 + number}",
            interval=2.0,
        ),
        copied(displayed(rows), f"2026-08-{11 + number}"),
        payload(rows[:9], vintage="2026-08-10"),
    )
]


def folders(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.glob("*/*/*/*")
        if path.is_file()
    }


@search(15)
@given(st.lists(st.lists(st.sampled_from(POOL), min_size=1, max_size=4), min_size=1, max_size=3))
def test_any_sequence_of_imports(runs: list[list[Payload]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        refused = []
        for run in runs:
            before = folders(root)
            said = take_payloads(root, run, dry_run=True)
            assert folders(root) == before
            done = take_payloads(root, run)
            assert [(o.outcome, o.label) for o in done] == [(o.outcome, o.label) for o in said]
            assert len(done) == len(run)
            after = folders(root)
            assert {key: after[key] for key in before} == before
            assert verify(Archive(root)) == []
            refused.append(sum(outcome.outcome in ("held", "refused") for outcome in done))
        # Again, all is unchanged, but for what was held, or refused while another held its date.
        for run, count in zip(runs, refused, strict=True):
            again = [outcome.outcome for outcome in take_payloads(root, run, dry_run=True)]
            assert len(again) - again.count("unchanged") <= count
        for board in Archive(root).boards():
            listed = Archive(root).board(board).snapshots
            assert listed
            assert len({snapshot.vintage for snapshot in listed}) == len(listed)
