"""The form of a forecast: one round of one forecaster, as rows of a CSV in hubverse's manner.

A row is one number: for a target and a day, the value at a quantile (``quantile``; ``median`` for
one that gave no spread), the probability of an outcome (``pmf``), or that of a date by a day
(``cdf``). What each target is, and what settles it, `TARGETS` says.

The file is called ``<round_id>-<forecaster>.csv``; that is where the forecaster stands. The rows of
one answer stand together, and one forecast has one form of bytes (`encode`).
"""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import math
import re
from dataclasses import dataclass
from decimal import Decimal

from elolag.dates import between, parse, to_day, to_iso
from elolag.errors import ForecastError, UsageError
from elolag.schema import BOARD_PATTERN, DAYS_AHEAD, FORECAST_PATTERN
from elolag.tags.lookup import parse_group

#: The columns of the file, in order; every row carries whose it is, when and where it was said.
_COLUMNS = (
    "round_id", "board", "leader", "follower", "target", "horizon", "target_end_date", "level",
    "output_type", "output_type_id", "value", "said", "address",
)  # fmt: skip
#: Levels of the quantiles of our own forecasts, those of hubverse.
QUANTILES = (
    0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
    0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99,
)  # fmt: skip
#: Months ahead, counted from the list's day.
HORIZONS = (1, 3, 6, 12)
#: In a pmf: none of the groups that are named.
OTHER = "other"
#: What can be forecast, and what settles it.
TARGETS = {
    "average": "the average over twelve months to the day, in months, as first figured",
    "current": "the lag of the day, in months, as first figured",
    "gap": "the leader's best less the follower's best on the day, in points, as first figured",
    "first": "whose model stands alone at the top of the newest complete list of the day",
    "parity": "the day of the first complete list on which the follower's best stands above the "
    "leader's best",
    "reach": "the day of the first complete list on which the follower's best stands at or above a "
    "level: a rating, or where none is given the model that was the leader's best on the list of "
    "the round",
}
#: Those that are dates.
DATED = ("parity", "reach")
#: What may be said of each target.
_KINDS = {
    **dict.fromkeys(("average", "current", "gap"), ("quantile", "median")),
    "first": ("pmf",),
    **dict.fromkeys(DATED, ("cdf", "quantile", "median")),
}


@dataclass(frozen=True)
class Answer:
    """What a forecast says of one target and one day.

    Attributes
    ----------
    leader, follower
        Group expressions.
    target
        One of `TARGETS`.
    horizon
        Months from the round to `end`; None where the day was not chosen so.
    end
        ISO day the target speaks of; of a date, the last day that is looked at.
    level
        Of `reach`: a rating; None for the leader's best of the round's list.
    kind
        ``quantile``, ``median``, ``pmf`` or ``cdf``.
    at
        Levels of the quantiles ("0.5", which is also that of a median), outcomes of a pmf (group
        expressions and `OTHER`), or ISO days of a cdf.
    values
        One for each of `at`: months, points or probabilities, to four decimals; days since 1970
        for quantiles of a date.
    """

    leader: str
    follower: str
    target: str
    horizon: int | None
    end: str
    level: float | None
    kind: str
    at: tuple[str, ...]
    values: tuple[float, ...]

    @property
    def stated(self) -> tuple[float | str, ...]:
        """`values` as they are read: those that are days as ISO days."""
        dated = _is_dated(self.target, self.kind)
        return tuple(to_iso(value) if dated else value for value in self.values)


@dataclass(frozen=True)
class Forecast:
    """One round of one forecaster.

    Attributes
    ----------
    round_id
        ISO vintage of the list it used; for others the newest complete list when they said it.
    board
        E.g. ``arena/text``; one that the archive need not hold.
    forecaster
        Team and model, e.g. ``elolag-mixture``: small letters, digits and hyphens.
    said
        ISO day on which it was said.
    address
        Where it was published; empty for one's own.
    """

    round_id: str
    board: str
    forecaster: str
    said: str
    address: str
    answers: tuple[Answer, ...]

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.label}.csv"

    @property
    def label(self) -> str:
        """The round and the forecaster, by which it is known among those of its board."""
        return f"{self.round_id}-{self.forecaster}"


#: Largest file.
MAX_BYTES = 1 << 20
_MAX_ROWS, _MAX_TEXT, _MAX_BOARD = 5_000, 300, 100
_DECIMALS = 4
#: How far the probabilities of a pmf may be from one.
_SUM = 1e-6
#: How far a horizon may be from its day, in months: the months of a calendar differ by so much.
_ODD_MONTH = 0.1
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.([0-9]+))?")
_MONTHS = re.compile(r"[1-9][0-9]{0,2}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~:/?#@!$&()*+;=%,-]*")
_LABS = re.compile(r"\blab:([a-z0-9][a-z0-9._-]*)")
_COUNTRIES = re.compile(r"\b[A-Z]{2}\b")
#: What is the same in every row of a file.
_SHARED = ("round_id", "board", "said", "address")
_OF_ANSWER = ("leader", "follower", "target", "horizon", "target_end_date", "level", "output_type")
_Row = dict[str, str]


def encode(forecast: Forecast) -> bytes:
    """The bytes of a forecast: UTF-8, lines that end in LF, numbers in their shortest form.

    Raises
    ------
    ForecastError
        If it breaks a rule of the form, or is not as `decode` would give it back: a number of more
        than four decimals, a date that is no whole day, a level such as "0.50".
    """
    shared = {name: getattr(forecast, name) for name in _SHARED}
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for answer in forecast.answers:
        dated = _is_dated(answer.target, answer.kind)
        for at, value in zip(answer.at, answer.values, strict=True):
            writer.writerow({
                **shared,
                **dict(zip(_OF_ANSWER, _key(answer), strict=True)),
                "output_type_id": "" if answer.kind == "median" else at,
                "value": _day(value) if dated else _text(value),
            })  # fmt: skip
    data = out.getvalue().encode("utf-8", "replace")
    found = decode(data, forecast.file)
    if found != forecast:
        pairs = zip(forecast.answers, found.answers, strict=False)
        wrong = next((a for a, b in pairs if a != b), None)
        raise ForecastError(f"{forecast.file}: not as it would be read back: {wrong or found}")
    return data


def decode(data: bytes, name: str) -> Forecast:
    """Read a forecast.

    Parameters
    ----------
    data
        Of the file.
    name
        Its name, ``2026-10-02-team-model.csv``, which says whose it is.

    Raises
    ------
    ForecastError
        With the file, the row (the header is row 1), the field, its value and what is wrong.
    """
    named = FORECAST_PATTERN.fullmatch(name.removesuffix(".csv"))
    if named is None or not name.endswith(".csv"):
        raise ForecastError(
            f"{ascii(name)[:_MAX_TEXT]}: a forecast is called <round_id>-<team>-<model>.csv, e.g. "
            f"2026-10-02-team-model.csv, in small letters, digits and hyphens"
        )
    rows = _rows(data, name)
    first = rows[0]
    for number, row in enumerate(rows, start=2):
        where = f"{name}, row {number}"
        for field in _SHARED:
            if row[field] != first[field]:
                raise _wrong(where, row, field, f"another than in row 2; a file has one {field}")
    where = f"{name}, row 2"
    for field in ("round_id", "said"):
        _require_day(where, first, field)
    if first["round_id"] != named[1]:
        raise _wrong(where, first, "round_id", f"not the round of the file's name, {named[1]}")
    if not BOARD_PATTERN.fullmatch(first["board"]) or len(first["board"]) > _MAX_BOARD:
        raise _wrong(where, first, "board", "not the name of a board, e.g. arena/text")
    if to_day(first["said"]) + DAYS_AHEAD < to_day(first["round_id"]):
        raise _wrong(where, first, "said", "before the list it used (round_id)")
    address = first["address"]
    if address and (len(address) > _MAX_TEXT or not _ADDRESS.fullmatch(address)):
        raise _wrong(where, first, "address", "neither empty nor an address (https://...)")
    answers: dict[tuple[str, ...], Answer] = {}
    whole = enumerate(rows, start=2)
    for _, same in itertools.groupby(whole, key=lambda each: [each[1][f] for f in _OF_ANSWER]):
        placed = [(f"{name}, row {number}", row) for number, row in same]
        answer = _answer(placed)
        key = _key(dataclasses.replace(answer, horizon=None))
        if key in answers:
            why = "answered before; the rows of one answer stand together, and there is one"
            raise _wrong(*placed[0], "target", why)
        answers[key] = answer
    whose = (first["round_id"], first["board"], named[2], first["said"], first["address"])
    return Forecast(*whose, tuple(answers.values()))


def _wrong(where: str, row: _Row, field: str, why: str) -> ForecastError:
    return ForecastError(f"{where}: {field} is {row[field][:_MAX_TEXT]!a}: {why}")


def _rows(data: bytes, name: str) -> list[_Row]:
    if len(data) > MAX_BYTES:
        raise ForecastError(f"{name}: larger than {MAX_BYTES >> 20} MB, so no forecast")
    try:
        text = data.decode("utf-8")
        header, *rows = [*csv.reader(io.StringIO(text, newline=""), strict=True)] or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ForecastError(f"{name}: not CSV in UTF-8: {error}") from error
    if tuple(header) != _COLUMNS:
        raise ForecastError(
            f"{name}, row 1: its columns are {ascii(header)[:_MAX_TEXT]}, not {','.join(_COLUMNS)}"
        )
    if not 0 < len(rows) <= _MAX_ROWS:
        raise ForecastError(f"{name}: {len(rows):,} rows; a forecast has 1 to {_MAX_ROWS:,}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(_COLUMNS):
            raise ForecastError(
                f"{name}, row {number}: {len(row)} fields, not the {len(_COLUMNS)} of the header"
            )
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def _answer(rows: list[tuple[str, _Row]]) -> Answer:
    """One answer from its rows, each with where it stands."""
    where, row = rows[0]
    for field in ("leader", "follower"):
        _require_group(where, row, field)
    target, kind, end = row["target"], row["output_type"], row["target_end_date"]
    if row["leader"] == row["follower"]:
        raise _wrong(where, row, "follower", "the leader as well; name two groups")
    if target not in TARGETS:
        raise _wrong(where, row, "target", f"unknown; known: {', '.join(TARGETS)}")
    if kind not in _KINDS[target]:
        raise _wrong(where, row, "output_type", f"of {target} take: {', '.join(_KINDS[target])}")
    _require_day(where, row, "target_end_date")
    if end <= row["round_id"]:
        raise _wrong(where, row, "target_end_date", f"not after the round, {row['round_id']}")
    horizon = None
    if row["horizon"]:
        if not _MONTHS.fullmatch(row["horizon"]):
            raise _wrong(where, row, "horizon", "neither empty nor a whole number of months")
        horizon = int(row["horizon"])
        ahead = float(between(to_day(row["round_id"]), to_day(end)))
        if abs(ahead - horizon) >= _ODD_MONTH:
            raise _wrong(where, row, "horizon", f"but {end} is {ahead:.1f} months after the round")
    level = None
    if row["level"]:
        if target != "reach":
            raise _wrong(where, row, "level", f"{target} has none; leave it empty")
        level = _number(where, row, "level")
    found: dict[str, float] = {}
    for place, each in rows:
        key = _at(place, each, kind)
        if key in found:
            raise _wrong(place, each, "output_type_id", "said before")
        found[key] = _value(place, each)
        _require_order(place, each, kind, list(found.items()))
    _require_whole(*rows[-1], kind, found)
    return Answer(
        row["leader"], row["follower"], target, horizon, end, level, kind,
        tuple(found), tuple(found.values()),
    )  # fmt: skip


def _at(where: str, row: _Row, kind: str) -> str:
    """What a row speaks of: a level, an outcome or a day."""
    field, text = "output_type_id", row["output_type_id"]
    if kind == "median":
        if text:
            raise _wrong(where, row, field, "a median has none; leave it empty")
        return "0.5"
    if kind == "pmf":
        if text != OTHER:
            _require_group(where, row, field)
        return text
    if kind == "cdf":
        _require_day(where, row, field)
        if not row["round_id"] < text <= row["target_end_date"]:
            raise _wrong(where, row, field, "not after the round and by target_end_date")
        return text
    level = _number(where, row, field)
    if not 0 < level < 1:
        raise _wrong(where, row, field, "the level of a quantile lies between 0 and 1")
    return _text(level)


def _value(where: str, row: _Row) -> float:
    if _is_dated(row["target"], row["output_type"]):
        _require_day(where, row, "value")
        return to_day(row["value"])  # a published range may begin before its round
    value = _number(where, row, "value")
    if row["output_type"] in ("pmf", "cdf") and not 0 <= value <= 1:
        raise _wrong(where, row, "value", "a probability lies between 0 and 1")
    return value


def _require_order(where: str, row: _Row, kind: str, said: list[tuple[str, float]]) -> None:
    """Levels or days, and the values at them, go up."""
    if kind not in ("quantile", "cdf") or len(said) < 2:
        return
    (before, less), (at, value) = said[-2:]
    if (at <= before) if kind == "cdf" else (float(at) <= float(before)):
        raise _wrong(where, row, "output_type_id", f"not above {before} of the row before")
    if value < less:
        what = "quantiles that cross" if kind == "quantile" else "a probability by a day that falls"
        raise _wrong(where, row, "value", f"below that of the row before: {what}")


def _require_whole(where: str, row: _Row, kind: str, said: dict[str, float]) -> None:
    """A pmf names everything that can be, and sums to one; a cdf speaks of the last day too."""
    if kind == "cdf" and row["output_type_id"] != row["target_end_date"]:
        raise _wrong(
            where, row, "output_type_id", f"the last day of a cdf is target_end_date, "
            f"{row['target_end_date']}: what comes after it has no probability"
        )  # fmt: skip
    if kind != "pmf":
        return
    total = math.fsum(said.values())
    if abs(total - 1) > _SUM:
        raise _wrong(where, row, "value", f"the probabilities sum to {total:.6g}, not to 1")
    one, *others = said
    parted = others in ([f"not:{one}"], [one.removeprefix("not:")]) and not set(one) & set("+,")
    if OTHER not in said and not parted:
        raise _wrong(
            where, row, "output_type_id", f"what is none of the groups named is missing; add a row "
            f"for {OTHER}, with 0 if it cannot be"
        )  # fmt: skip


def _require_day(where: str, row: _Row, field: str) -> None:
    try:
        parse(row[field])
    except UsageError:
        raise _wrong(where, row, field, "not an ISO date, e.g. 2026-10-02") from None


def _require_group(where: str, row: _Row, field: str) -> None:
    """A group expression by its form: labs and countries may be any."""
    text = row[field][:_MAX_TEXT]
    try:
        found = parse_group(text, _LABS.findall(text), _COUNTRIES.findall(text)).text
    except UsageError:
        raise _wrong(where, row, field, "not a group, e.g. US, CN+open or lab:openai") from None
    if found != row[field]:
        raise _wrong(where, row, field, f"write it as {found}")


def _number(where: str, row: _Row, field: str) -> float:
    found = _NUMBER.fullmatch(row[field])
    if found is None:
        raise _wrong(where, row, field, "not a number, e.g. 7.5")
    if len((found[1] or "").rstrip("0")) > _DECIMALS:
        raise _wrong(where, row, field, f"more than {_DECIMALS} decimals; round it")
    return float(row[field]) + 0.0  # -0 is 0


def _text(value: float | None) -> str:
    """A number in full, without noughts at its end; empty for none."""
    if value is None:
        return ""
    text = format(Decimal(repr(float(value) + 0.0)), "f")  # -0 is 0
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(value: float) -> str:
    try:
        return to_iso(value) if value == int(value) else _text(value)
    except (ValueError, OverflowError):  # no day there is
        return _text(value)


def _is_dated(target: str, kind: str) -> bool:
    """Whether the values are days."""
    return target in DATED and kind != "cdf"


def _key(answer: Answer) -> tuple[str, ...]:
    """Fields of `_OF_ANSWER`."""
    ahead = "" if answer.horizon is None else str(answer.horizon)
    asked = (answer.leader, answer.follower, answer.target, ahead)
    return (*asked, answer.end, _text(answer.level), answer.kind)
