"""Tables at the width of a terminal: no word is broken, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.cli import show

HEADER = ("board", "newest", "source", "entries")
ROWS = [
    ("arena/text_to_video_style_control", "2026-08-19", "iaps-open-source-gap", 393),
    ("epoch/eci", "2026-01-20", "a copy, made by others", 1196),
]


def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, **how: object
) -> list[str]:
    monkeypatch.setattr(show, "_PIPE_WIDTH", width)
    show.print_table(HEADER, ROWS, **how)  # type: ignore[arg-type]
    return [text.rstrip() for text in capsys.readouterr().out.splitlines()]


def test_a_table_that_fits_stands_in_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed(capsys, monkeypatch, 90)[1:] == [
        "arena/text_to_video_style_control  2026-08-19  iaps-open-source-gap        393",
        "epoch/eci                          2026-01-20  a copy, made by others     1196",
    ]


def test_cells_break_between_words_and_long_names_after_a_hyphen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed(capsys, monkeypatch, 60)[1:] == [
        "arena/text_to_   2026-08-19  iaps-open-source-gap      393",
        "video_style_",
        "control",
        "epoch/eci        2026-01-20  a copy, made by          1196",
        "                             others",
    ]


def test_rows_follow_each_other_where_there_is_no_room_for_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed(capsys, monkeypatch, 60, whole=("board",)) == [
        "arena/text_to_video_style_control",
        "  newest: 2026-08-19; source: iaps-open-source-gap; entries:",
        "    393",
        "epoch/eci",
        "  newest: 2026-01-20; source: a copy, made by others;",
        "    entries: 1196",
    ]


NAMES = st.from_regex(r"[a-z0-9]{1,6}([-_/][a-z0-9]{1,6}){0,4}", fullmatch=True)
CELLS = st.lists(NAMES, min_size=1, max_size=3).map(" ".join)


@search(200)
@given(
    st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[CELLS] * n), min_size=1, max_size=4)),
    st.integers(4, 90),
)
def test_widths_hold_every_part_and_no_more_than_there_is(
    rows: list[tuple[str, ...]], room: int
) -> None:
    columns = list(zip(*rows, strict=True))
    widths = show._widths(columns, [False] * len(columns), room)
    least = [max(len(part) for cell in column for part in show._parts(cell)) for column in columns]
    assert (widths is None) == (sum(least) > room)
    for column, width in zip(columns, widths or (), strict=bool(widths)):
        for cell in column:
            lines = show._folded(cell, width).split("\n")
            assert max(map(len, lines)) <= width
            assert "".join(lines).replace(" ", "") == cell.replace(" ", "")
    assert sum(widths or [0]) <= room
