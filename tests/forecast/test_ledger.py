"""The ledger: what was added is read back as it was said, and what cannot be settled is refused."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import made_archive
import made_forecast as made
import pytest

from elolag.archive import Archive, Log, Writer, verify
from elolag.errors import ArchiveError, ForecastError, UsageError
from elolag.forecast import ledger
from elolag.forecast.form import Forecast, encode

NEXT = "2026-11-02"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    lists = [
        made_archive.publication([("gpt-4o-2024-05-13", 1300.0, 8.0), (f"x{n}", 1200.0, 8.0)], day)
        for n, day in enumerate((made.ROUND, NEXT))
    ]
    return made_archive.archive(tmp_path / "archive", *lists)


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}


def test_what_was_added_is_read_back(mine: Path) -> None:
    ours = made.forecast(made.lag(), made.first(CN=0.25, other=0.75))
    theirs = made.forecast(
        made.reach(), board="epoch/eci", forecaster="iaps", round_id="2026-08-19",
        said="2026-08-22", address="https://example.org/tracker",
    )  # fmt: skip
    assert ledger.read(mine) == ()
    added = ledger.add(mine, [ours, theirs], run_at="2026-11-27", note="entered later")
    assert ledger.read(mine) == added
    assert [entry.forecast for entry in added] == [ours, theirs]
    one, other = added
    assert (one.run_at, one.note) == ("2026-11-27", "entered later")
    assert other.path == "forecasts/epoch/eci/2026-08-19-iaps.csv"
    assert (mine / other.path).read_bytes() == encode(theirs)
    assert other.sha256 == hashlib.sha256(encode(theirs)).hexdigest()
    line = Log.read(mine).rows[-1]
    assert (line["board"], line["vintage"], line["rows"]) == ("epoch/eci", "2026-08-19", "2")
    assert other.to_dict()["answers"][0]["values"] == ["2026-10-16", "2026-12-29"]
    assert one.to_dict()["answers"][0]["values"] == [4.25, 5.5, 7.0]
    assert verify(Archive(mine)) == []


def test_the_moment_it_was_added_is_kept_by_default(mine: Path) -> None:
    (entry,) = ledger.add(mine, [made.forecast(said=made.ROUND)])
    assert len(entry.run_at) == len("2026-11-27T09:00:00Z")
    assert entry.run_at.endswith("Z")


def test_all_are_added_or_none(mine: Path) -> None:
    ledger.add(mine, [made.forecast()])
    before = tree(mine)
    good = made.forecast(forecaster="other")
    for bad in (made.forecast(), good, made.forecast(round_id="2026-10-03")):
        with pytest.raises((ArchiveError, ForecastError), match=f"{bad.label}.csv"):
            ledger.add(mine, [good, bad])
        assert tree(mine) == before
    # Another answer is another forecast only of another list, or by another name.
    with pytest.raises(ArchiveError, match="2026-10-02-team-model.csv: exists already"):
        ledger.add(mine, [made.forecast(made.by_day())])
    later = made.forecast(made.lag(end="2027-02-01"), round_id=NEXT, said=NEXT)
    assert len(ledger.add(mine, [good, later])) == 2


@pytest.mark.parametrize(
    ("forecast", "why"),
    [
        (made.forecast(round_id="2026-10-03", said="2026-10-03"), "round_id: no vintage '2026-1"),
        (made.forecast(said="2026-11-30"), "said is '2026-11-30', after it was added, 2026-11-27"),
        (
            made.forecast(said="2026-11-09"),
            "round_id is '2026-10-02', and said '2026-11-09': by then the list of 2026-11-02 was",
        ),
        (
            made.forecast(dataclasses.replace(made.lag(), follower="lab:opena")),
            "follower: unknown lab in group 'lab:opena'",
        ),
        (
            made.forecast(dataclasses.replace(made.lag(), leader="QQ")),
            "leader: group 'QQ': no model has the country 'QQ'",
        ),
        (
            made.forecast(made.first(**{"lab:opena": 0.5, "other": 0.5})),
            "output_type_id lab:opena: unknown lab",
        ),
    ],
)
def test_what_cannot_be_settled_is_refused(mine: Path, forecast: Forecast, why: str) -> None:
    before = tree(mine)
    with pytest.raises(ForecastError, match=why) as error:
        ledger.add(mine, [forecast], run_at="2026-11-27")
    assert str(error.value).startswith(f"{forecast.file}: ")
    assert tree(mine) == before


def test_a_list_of_the_last_days_need_not_have_been_seen(mine: Path) -> None:
    assert len(ledger.add(mine, [made.forecast(said="2026-11-08")], run_at="2026-11-27")) == 1


def test_a_board_without_a_whole_list_is_refused(tmp_path: Path) -> None:
    old = made_archive.publication([("gpt-4o-2024-05-13", 1300.0, 8.0)], made.ROUND)
    mine = made_archive.archive(
        tmp_path / "archive", dataclasses.replace(old, method="online-elo", interval_kind="none")
    )
    why = r"team-model\.csv: round_id: arena/text holds no ratings elolag can use"
    with pytest.raises(ForecastError, match=why):
        ledger.add(mine, [made.forecast(said="2026-11-08")], run_at="2026-11-27")


def test_a_day_of_a_board_that_is_not_held_may_be_any(mine: Path) -> None:
    forecast = made.forecast(
        made.lag(end="2026-12-27", kind="median", at=("0.5",), values=(1.0,)),
        board="artificial-analysis/index",
        round_id="2026-09-26",
        said="2026-09-26",
    )
    assert len(ledger.add(mine, [forecast], run_at="2026-11-27")) == 1


def test_a_file_in_the_wrong_place_is_told(mine: Path) -> None:
    forecast = made.forecast()
    line = {"run_at": "2026-11-27", "source": "forecast", "vintage": made.ROUND, "rows": "3"}
    with Writer(mine, "test") as writer:
        writer.add_forecast("arena/webdev", forecast.label, encode(forecast), line)
    with pytest.raises(ForecastError, match="board is 'arena/text', not that of its folder"):
        ledger.read(mine)


def test_a_file_is_read_within_bounds(tmp_path: Path) -> None:
    forecast = made.forecast()
    path = tmp_path / forecast.file
    with pytest.raises(UsageError, match="cannot read the forecast .*: No such file"):
        ledger.read_file(path)
    path.write_bytes(encode(forecast))
    assert ledger.read_file(path) == forecast
    path.write_bytes(b"x" * (2 << 20))
    with pytest.raises(ForecastError, match="larger than 1 MB"):
        ledger.read_file(path)
