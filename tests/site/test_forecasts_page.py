"""The page of forecasts: never a fan without its record, and a reason for what is missing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import elolag
from elolag.forecast import past
from elolag.forecast.ahead import Outlook
from elolag.site.down import _forecasts


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    return elolag.forecast_lag(n_draws=200)


def found(outlook: Outlook | None, board: str = "arena/text_style_control", **more: Any) -> Any:
    material = SimpleNamespace(headline=SimpleNamespace(board=board))
    return SimpleNamespace(material=material, outlook=outlook, ledger=None, **more)


def test_the_fan_stands_with_its_record(outlook: Outlook) -> None:
    page = _forecasts(found(outlook, missing={"ledger": "the disk is gone"}))
    ahead, record, ledger = page.sections
    own, other = (past.record(f"arena/text{more}")["en"] for more in ("_style_control", ""))
    assert [*ahead.prose, own] == list(outlook.told())
    (fan,) = ahead.figures
    assert fan.caption.endswith(past.note("arena/text_style_control"))
    assert fan.table.to_csv() == outlook.table().to_csv()
    assert list(record.prose) == [own, other]
    assert [f.name for f in record.figures] == ["held"]
    assert {row[0] for row in record.figures[0].table.to_frame().to_numpy()} == {
        "arena/text_style_control"
    }
    assert ledger.prose == ("There is no answer: the disk is gone.",)


def test_a_board_without_a_record_says_so() -> None:
    page = _forecasts(
        found(None, "arena/webdev", missing={"outlook": "too young", "ledger": "none"})
    )
    assert page.sections[0].prose == ("There is no answer: too young.",)
    assert list(page.sections[1].prose) == [past.NO_RECORD["en"]]
    assert not page.sections[1].figures


def test_the_ledger_stands_as_a_table(outlook: Outlook) -> None:
    held = elolag.forecast_ledger(board="epoch/eci")
    asked = found(outlook, missing={})
    asked.ledger = held
    (table,) = _forecasts(asked).sections[2].tables
    assert [row[2] for row in table.cells()] == ["iaps"]
