"""The ledger: every forecast that was added to an archive, as it was said.

A forecast lies at ``forecasts/<board>/<round_id>-<forecaster>.csv`` and is written once; its hash
stands in the chain of ``log.csv``, so that nothing is changed or put in between afterwards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elolag.archive import Archive, Writer, open_archive
from elolag.archive.log import forecast_path
from elolag.archive.package import sha256
from elolag.dates import to_day, to_iso, utc_now
from elolag.errors import ArchiveError, EstimateError, ForecastError, UsageError
from elolag.estimate.panel import newest_whole
from elolag.forecast.form import MAX_BYTES, OTHER, Forecast, decode, encode
from elolag.schema import DAYS_AHEAD
from elolag.sources.sheet import read_upto
from elolag.tags import Lookup, load
from elolag.tags.lookup import parse_group

#: Days for which a list may have been out without being known.
_UNSEEN = 7


@dataclass(frozen=True)
class _Entry:
    """One forecast of the ledger.

    Attributes
    ----------
    forecast
        What was said.
    run_at
        ISO day, or time that begins with one, at which it was added.
    sha256
        Of the file.
    path
        Of the file, in the archive, with ``/``.
    note
        What the log says of it; empty for most.
    """

    forecast: Forecast
    run_at: str
    sha256: str
    path: str
    note: str = ""

    @property
    def added(self) -> str:
        """ISO day on which it was added."""
        return self.run_at[: len("2026-10-02")]

    @property
    def vouched(self) -> Forecast:
        """The forecast, as said when it was added where no address shows that it was before."""
        if self.forecast.address or self.added <= self.forecast.said:
            return self.forecast
        return dataclasses.replace(self.forecast, said=self.added)

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it; dates are ISO days."""
        said = dataclasses.asdict(self.forecast)
        said["answers"] = [
            {**dataclasses.asdict(answer), "values": list(answer.stated)}
            for answer in self.forecast.answers
        ]
        kept = {"run_at": self.run_at, "note": self.note, "path": self.path, "sha256": self.sha256}
        return {**said, **kept}


def read(archive: Archive | str | Path | None = None) -> tuple[_Entry, ...]:
    """Every forecast of an archive, in the order in which they were added.

    Raises
    ------
    ArchiveError
        If a file is missing or differs from what was added.
    ForecastError
        If a file is no forecast that this version reads.
    """
    opened = open_archive(archive, allow_empty=True)
    found = []
    for path, data, line in opened.forecasts():
        forecast = decode(data, path.name)
        if forecast.board != line["board"]:
            raise ForecastError(f"{path}: board is {forecast.board!r}, not that of its folder")
        place = path.relative_to(opened.path).as_posix()
        found.append(_Entry(forecast, line["run_at"], line["raw_sha256"], place, line["note"]))
    return tuple(found)


def read_file(path: Path) -> Forecast:
    """A forecast that somebody hands in, from its file.

    Raises
    ------
    UsageError
        If the file cannot be read.
    ForecastError
        If it is no forecast.
    """
    return decode(read_upto(path, "the forecast", MAX_BYTES), path.name)


def add(
    archive: Archive | str | Path,
    forecasts: Iterable[Forecast],
    *,
    run_at: str | None = None,
    note: str = "",
) -> tuple[_Entry, ...]:
    """Add forecasts to an archive, each once and for good; nothing is written if one is refused.

    Parameters
    ----------
    archive
        One's own, with or without lists.
    run_at
        ISO day or time; now by default.
    note
        What the log is to say of them.

    Raises
    ------
    ForecastError
        If one breaks a rule of the form, was said after `run_at`, is of a board that is held and a
        day that is not, of a list that was not the newest complete one any more when it was said,
        or of a group that the archive's tags do not know.
    ArchiveError
        If there is one of that board, round and forecaster already, or the archive cannot be
        written.
    """
    opened = open_archive(archive, allow_empty=True)
    stamp = run_at or utc_now().strftime("%Y-%m-%dT%H:%M:%SZ")
    lookup = Lookup(load(None, opened))
    countries = lookup.countries()
    files: dict[Path, tuple[_Entry, bytes]] = {}
    for forecast in forecasts:
        data = encode(forecast)
        _check(opened, forecast, stamp, lookup.labs, countries)
        path = forecast_path(opened.path, forecast.board, forecast.label)
        if path in files or path.exists():
            raise ArchiveError(
                f"{path}: exists already; a forecast is written once: make the next one of the "
                f"next list, or under another name"
            )
        place = path.relative_to(opened.path).as_posix()
        files[path] = _Entry(forecast, stamp, sha256(data), place, note), data
    with Writer(opened.path, "elolag ledger add") as writer:
        for entry, data in files.values():
            said = entry.forecast
            line = {
                "run_at": stamp,
                "source": "forecast",
                "vintage": said.round_id,
                "rows": str(sum(len(answer.at) for answer in said.answers)),
                "note": note,
            }
            writer.add_forecast(said.board, said.label, data, line)
    return tuple(entry for entry, _ in files.values())


def _check(
    archive: Archive, forecast: Forecast, stamp: str, labs: set[str], countries: set[str]
) -> None:
    """Refuse what this archive shows to be wrong, or could never settle."""
    name = forecast.file
    if to_day(forecast.said) > to_day(stamp[:10]) + DAYS_AHEAD:
        raise ForecastError(f"{name}: said is {forecast.said!r}, after it was added, {stamp[:10]}")
    if forecast.board in archive.boards():
        try:
            board = archive.board(forecast.board)
            vintage = board.snapshot(forecast.round_id).vintage
            seen = to_iso(to_day(forecast.said) - _UNSEEN)
            newer = newest_whole(board, seen).vintage if vintage < seen else vintage
        except (EstimateError, UsageError) as error:
            raise ForecastError(f"{name}: round_id: {error}") from error
        if vintage != forecast.round_id:
            raise ForecastError(
                f"{name}: round_id is {forecast.round_id!r}, the day of a copy of the list of "
                f"{vintage}; name that"
            )
        if newer > vintage:
            raise ForecastError(
                f"{name}: round_id is {forecast.round_id!r}, and said {forecast.said!r}: by then "
                f"the list of {newer} was out; name the newest complete list that could be known"
            )
    for answer in forecast.answers:
        named = {"leader": answer.leader, "follower": answer.follower}
        if answer.kind == "pmf":
            named |= {f"output_type_id {at}": at for at in answer.at if at != OTHER}
        for field, group in named.items():
            try:
                parse_group(group, labs, countries)
            except UsageError as error:
                raise ForecastError(f"{name}: {field}: {error}") from error
