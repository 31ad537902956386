"""Measures and voters beside Arena's: Epoch AI's index, METR's time horizons, compar:IA's votes.

Three sources. `epoch-eci` is Epoch's own table. `iaps-open-source-gap` is a public repository that
fetches Epoch's and METR's tables daily: its history is their past vintages, with errors.
`comparia` is the French government's arena.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from elolag.dates import to_day, to_iso
from elolag.errors import PayloadError
from elolag.schema import MODELS, Origin, Publication
from elolag.sources._reading import columns, csv_columns, json_value, mapping, sequence, shown
from elolag.sources.base import PartialPayloadError, Source

if TYPE_CHECKING:
    import pandas as pd

EPOCH = "epoch-eci"
IAPS = "iaps-open-source-gap"
COMPARIA = "comparia"

ECI = "epoch/eci"
TIME_HORIZON = "metr/time-horizon"
COMPARIA_TEXT = "comparia/text"

EPOCH_ADDRESS = "https://epoch.ai/data/eci_scores.csv"

#: Epoch publishes 90% intervals, where Arena publishes 95% ones.
LEVEL = 0.90

_LIVE = {
    "entry": "Model",
    "name": "Display name",
    "rating": "eci",
    "lower": "eci_ci_low",
    "upper": "eci_ci_high",
    "release_date": "date",
    "organisation": "Organization",
    "country": "Country (of organization)",
    "licence": "Model accessibility",
}
_OLD = {
    "entry": "Model version",
    "name": "Model name",
    "rating": "ECI Score",
    "release_date": "Release date",
    "organisation": "Organization",
    "country": "Country",
    "licence": "Model accessibility",
}


def epoch(payload: bytes, origin: Origin) -> list[Publication]:
    """Read the live layout (one row per model) or that of 2026-01 (one row per model version).

    Rows without a score are no part of the board; they stay in the table ``models``, which holds
    Epoch's release date, organisation and country of every row. The file names no date of its
    own: the vintage is the day it was fetched.
    """
    from elolag.sources import _tidy

    where = f"{EPOCH} {shown(origin.name)[1:-1]} of {origin.date}"
    table = csv_columns(payload, where)
    old = _OLD["entry"] in table and _LIVE["entry"] not in table
    wanted = _OLD if old else _LIVE
    table = csv_columns(payload, where, tuple(wanted.values()))
    fields = {ours: table[theirs] for ours, theirs in wanted.items()}
    fields["name"] = [
        name or entry for name, entry in zip(fields["name"], fields["entry"], strict=True)
    ]
    raw = _tidy.frame({"category": ["overall"] * len(fields["entry"]), **fields})
    scored = raw[raw["rating"] != ""]
    tables = _tidy.board(scored, where)
    models, notes = _tidy.keyed(_models(fields), MODELS, where)
    unscored = len(raw) - len(scored)
    bounded = tables.ratings["lower"].notna().any()
    return [
        Publication(
            board=ECI,
            vintage=origin.date,
            basis="fetched",
            tables={**tables.as_dict(), "models": models},
            method="index",
            interval_kind="published" if bounded else "none",
            interval_level=LEVEL if bounded else None,
            notes=(
                "licence is Epoch's word on accessibility; index points, not Elo",
                *((f"{unscored} rows without a score are in table models only",) * bool(unscored)),
                *tables.notes,
                *notes,
            ),
        )
    ]


def _models(fields: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Epoch's words on weights: a model it calls open is "true", any other it describes "false"."""
    weights = [
        "" if not access else "true" if access.startswith("Open weights") else "false"
        for access in fields["licence"]
    ]
    return {
        **{column: fields[column] for column in MODELS if column in fields},
        "open_weights": weights,
    }


#: The tables of ``data.json`` that are read: ratings by one name, errors by another.
_ECI_TABLE, _HORIZON_TABLE = "eci", "metr_time_horizon"
#: An index point, an error of one, or a task's minutes (1,900 years) beyond this is damage.
_MOST = 1e9


def open_source_gap(payload: bytes, origin: Origin) -> list[Publication]:
    """Read Epoch's index and, where it is there, METR's time horizons from one ``data.json``.

    Whatever else the file holds is passed by; its tables may stand below ``benchmarks`` or at the
    top. The vintage is the day of the commit, from ``commit_date`` where the file names it.

    Raises
    ------
    PartialPayloadError
        One of the two tables is refused; the other is in it.
    """
    where = f"{IAPS} {shown(origin.name)[1:-1]} of {origin.date}"
    document = mapping(json_value(payload, where), where, "the file")
    vintage = _commit_day(document, origin, where)
    boards = mapping(document.get("benchmarks", document), where, "'benchmarks'")
    if _ECI_TABLE not in boards:
        raise PayloadError(f"{where}: no table {_ECI_TABLE!r}; its layout has changed")
    readers: dict[str, Callable[[list[Any], str, str], Publication]] = {
        _ECI_TABLE: _index,
        _HORIZON_TABLE: _time_horizon,
    }
    publications, refusals = [], []
    for key, reader in readers.items():
        if key in boards:
            try:
                table = mapping(boards[key], where, f"{key!r}")
                rows = sequence(table.get("trend_models"), where, f"'{key}.trend_models'")
                publications.append(reader(rows, vintage, f"{where}: {key}.trend_models"))
            except PayloadError as error:
                refusals.append(str(error))
    if refusals:
        raise PartialPayloadError(publications, refusals)
    return publications


def _commit_day(document: dict[str, Any], origin: Origin, where: str) -> str:
    from elolag.sources._tidy import is_date

    day = document.get("commit_date", origin.date)
    if not isinstance(day, str) or len(day) != len("2026-08-20") or not is_date(day):
        raise PayloadError(f"{where}: commit_date is no ISO day: {shown(day)}")
    return day


def _index(rows: list[Any], vintage: str, where: str) -> Publication:
    """Epoch's index: the copy gives a standard deviation and no interval.

    It is the copy's: the width of Epoch's 90% interval over 2 x 1.645. The two models that fix
    the scale have none where Epoch gives them no interval.
    """
    from elolag.sources import _tidy

    wanted = {"rating": "eci", "sd": "eci_std"}
    raw, figures = _figures(rows, wanted, where)
    _within(figures["sd"], raw["entry"], where, "eci_std", 0.0)
    raw["variance"] = figures.pop("sd") ** 2
    tables = _tidy.board(raw.assign(**figures).drop(columns="sd"), where)
    known = tables.ratings["se"].notna().any()
    return Publication(
        board=ECI,
        vintage=vintage,
        basis="commit",
        tables=tables.as_dict(),
        method="index",
        interval_kind="variance" if known else "none",
        notes=(
            "se as copied: a standard deviation taken from the width of Epoch's 90% interval",
            "index points, not Elo",
            *tables.notes,
        ),
    )


def _time_horizon(rows: list[Any], vintage: str, where: str) -> Publication:
    """METR's 50% time horizons as doublings of a minute, on which scale their trend is straight."""
    import numpy as np

    from elolag.sources import _tidy

    wanted = {"rating": "score", "lower": "p50_ci_low", "upper": "p50_ci_high"}
    raw, figures = _figures(rows, wanted, where)
    for ours, theirs in wanted.items():
        _within(figures[ours], raw["entry"], where, theirs, math.ulp(0.0))
        raw[ours] = np.log2(figures[ours])
    tables = _tidy.board(raw, where)
    bounded = tables.ratings["lower"].notna().any()
    return Publication(
        board=TIME_HORIZON,
        vintage=vintage,
        basis="commit",
        tables=tables.as_dict(),
        method="index",
        interval_kind="bootstrap" if bounded else "none",
        interval_level=0.95 if bounded else None,
        notes=("rating, lower and upper are log2 of minutes (50% time horizon)", *tables.notes),
    )


def _figures(
    rows: list[Any], wanted: dict[str, str], where: str
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """The rows as `_tidy.board` takes them, and their figures, which must be JSON numbers."""
    from elolag.sources import _tidy

    texts = {"entry": "model", "name": "display_name", "organisation": "organization"}
    found = columns(rows, {**texts, **wanted}, where)
    _tidy.size(len(rows), where)
    raw = _tidy.frame({"category": ["overall"] * len(rows), **found})
    _tidy.names(raw["entry"], f"{where}: model")
    for ours, theirs in wanted.items():
        _only_numbers(found[ours], raw["entry"].tolist(), where, theirs)
    return raw, {
        ours: _tidy.numbers(raw[ours], where, theirs, raw["entry"])
        for ours, theirs in wanted.items()
    }


def _only_numbers(values: Sequence[Any], entries: Sequence[str], where: str, column: str) -> None:
    """Refuse what is neither a JSON number nor null: text that reads as a number is damage too."""
    for row, (value, entry) in enumerate(zip(values, entries, strict=True), start=1):
        if value is not None and not _is_number(value):
            raise PayloadError(
                f"{where}: {column} in row {row} ({shown(entry)}) is not a number: {shown(value)}"
            )


def _is_number(value: Any) -> TypeGuard[int | float]:
    if isinstance(value, float):
        return not math.isnan(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _within(values: pd.Series, entries: pd.Series, where: str, column: str, least: float) -> None:
    """Refuse a figure outside `least` to `_MOST`; a missing one passes."""
    bad = values.notna() & ~values.between(least, _MOST)
    if bad.any():
        at = int(bad.to_numpy().argmax())
        raise PayloadError(
            f"{where}: {column} in row {at + 1} ({shown(entries.iloc[at])}) is out of range: "
            f"{values.iloc[at]:g}"
        )


#: compar:IA opened to the public in 2024; no ranking of it is older.
_COMPARIA_BEGINS = dt.date(2024, 1, 1)
_DAY_SECONDS = 86_400


def comparia(payload: bytes, origin: Origin) -> list[Publication]:
    """Read compar:IA's ranking: a list of models or, since October 2025, one with its timestamp.

    The vintage is the day of the timestamp, else that of the commit. A commit that leaves the
    figures as they are publishes nothing new: the archive finds it unchanged.
    """
    from elolag.sources import _tidy

    where = f"{COMPARIA} {shown(origin.name)[1:-1]} of {origin.date}"
    # Shares of nothing are written as NaN; they are not read.
    value = json_value(payload, where, nan=True)
    stamped = isinstance(value, dict)
    vintage = _stamped_day(value, origin, where) if stamped else origin.date
    rows = sequence(value.get("models") if stamped else value, where, "the list of models")
    _tidy.size(len(rows), where)
    wanted = {
        "entry": "model_name",
        "rating": "median",
        "lower": "p2.5",
        "upper": "p97.5",
        "votes": "n_match",
    }
    found = columns(rows, wanted, where)
    optional = {
        "rank": "rank",
        "name": "name",
        "organisation": "organization",
        "licence": "license",
    }
    found |= {ours: [row.get(theirs) for row in rows] for ours, theirs in optional.items()}
    raw = _tidy.frame({"category": ["overall"] * len(rows), **found})
    _tidy.names(raw["entry"], f"{where}: model_name")
    for ours, theirs in {**wanted, "rank": "rank"}.items():
        if ours != "entry":
            _only_numbers(found[ours], found["entry"], where, theirs)
    tables = _tidy.board(raw, where)
    bounded = tables.ratings["lower"].notna().any()
    return [
        Publication(
            board=COMPARIA_TEXT,
            vintage=vintage,
            basis="published" if stamped else "commit",
            tables=tables.as_dict(),
            method="bradley-terry",
            interval_kind="bootstrap" if bounded else "none",
            interval_level=0.95 if bounded else None,
            notes=(
                "rating is the bootstrap median, votes the matches of a model; most voters write "
                "French, and the roster leaves out many of the models Arena lists",
                *tables.notes,
            ),
        )
    ]


def _stamped_day(value: dict[str, Any], origin: Origin, where: str) -> str:
    """Day (UTC) of the ranking's timestamp, in seconds since 1970."""
    said = value.get("timestamp")
    # A commit's day is in its author's time zone, so that of the timestamp may be one later.
    last = min(to_day(origin.date) + 1, to_day(dt.date.max))
    first, end = to_day(_COMPARIA_BEGINS) * _DAY_SECONDS, (last + 1) * _DAY_SECONDS
    if not _is_number(said) or not first <= said < end:
        raise PayloadError(
            f"{where}: timestamp {shown(said)} is no time from {_COMPARIA_BEGINS} to {to_iso(last)}"
        )
    return dt.datetime.fromtimestamp(said, dt.UTC).date().isoformat()


SOURCES: tuple[Source, ...] = (
    Source(
        name=EPOCH,
        publisher="Epoch AI",
        title="Epoch Capabilities Index",
        homepage="https://epoch.ai/eci",
        licence="CC-BY-4.0",
        licence_url="https://epoch.ai/data/eci-documentation",
        citation="Epoch AI, 'Epoch Capabilities Index'. Published online at epoch.ai. "
        "Retrieved from https://epoch.ai/eci. CC-BY-4.0.",
        hosts=("epoch.ai",),
        fetched=True,
        redistributable=True,
        precedence=0,
        parser_version=1,
        parse=epoch,
    ),
    Source(
        name=IAPS,
        publisher="Epoch AI and METR; copied daily by the Institute for AI Policy and Strategy",
        title="Open-Source-Gap, data.json",
        homepage="https://github.com/IAPS-AI/Open-Source-Gap",
        licence="figures: Epoch AI, CC-BY-4.0; METR; licence of the copy not stated",
        licence_url="https://github.com/IAPS-AI/Open-Source-Gap",
        citation="Epoch AI, 'Epoch Capabilities Index' (CC-BY-4.0), and METR, time horizons, as "
        "collected in github.com/IAPS-AI/Open-Source-Gap.",
        hosts=("raw.githubusercontent.com",),
        fetched=False,
        redistributable=True,
        precedence=3,
        parser_version=1,
        parse=open_source_gap,
        spelling=EPOCH,
    ),
    Source(
        name=COMPARIA,
        publisher="compar:IA, French Ministry of Culture and DINUM",
        title="compar:IA, ranking of models by the votes of its users",
        homepage="https://github.com/betagouv/ComparIA",
        licence="etalab-2.0",
        licence_url="https://huggingface.co/datasets/ministere-culture/comparia-votes",
        citation="compar:IA (French Ministry of Culture, DINUM), comparia-votes and the ranking "
        "made from them, https://comparia.beta.gouv.fr. Licence Ouverte / Etalab 2.0.",
        hosts=("raw.githubusercontent.com",),
        fetched=False,
        redistributable=True,
        precedence=0,
        parser_version=1,
        parse=comparia,
    ),
)
