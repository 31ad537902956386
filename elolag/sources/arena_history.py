"""A community copy of `arena/text` ratings, 2023-05 to 2025-03, retired models included."""

from __future__ import annotations

import re

from elolag.errors import PayloadError
from elolag.schema import Method, Origin, Publication
from elolag.sources._reading import csv_columns, shown
from elolag.sources.base import PartialPayloadError, Source

NAME = "arena-history"
BOARD = "arena/text"
ADDRESS = "https://raw.githubusercontent.com/jasontrigg0/chatbot-arena-history/main/alltime.csv"

#: From this date on the ratings are Bradley-Terry on one steady scale; before, online Elo.
BRADLEY_TERRY_SINCE = "2024-03-27"

_COLUMNS = ("key", "Model", "rating", "License", "Organization", "date")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read ``alltime.csv``: one publication per date, oldest first.

    Raises
    ------
    PartialPayloadError
        When some dates are refused and others are not.
    """
    from elolag.sources import _tidy

    where = f"{NAME} {shown(origin.name)[1:-1]}"
    table = csv_columns(payload, where, _COLUMNS)
    days = [_day(text, row, where) for row, text in enumerate(table["date"], start=1)]
    if not days:
        raise PayloadError(f"{where}: no rows below the header")
    raw = _tidy.frame(
        {
            "category": ["overall"] * len(days),
            "entry": table["key"],
            "name": table["Model"],
            "organisation": table["Organization"],
            "licence": table["License"],
            "rating": table["rating"],
            "date": days,
        }
    )
    publications: list[Publication] = []
    refusals: list[str] = []
    for day, rows in raw.groupby("date", sort=True):
        try:
            tables = _tidy.board(rows, f"{where} of {day}")
        except PayloadError as error:
            refusals.append(str(error))
            continue
        method: Method = "online-elo" if str(day) < BRADLEY_TERRY_SINCE else "bradley-terry"
        publications.append(
            Publication(
                board=BOARD,
                vintage=str(day),
                basis="published",
                tables=tables.as_dict(),
                method=method,
                style_control=False,
                notes=tables.notes,
            )
        )
    if refusals:
        raise PartialPayloadError(publications, refusals)
    return publications


def _day(text: str, row: int, where: str) -> str:
    from elolag.sources._tidy import is_date

    found = _DAY.fullmatch(text)
    iso = "-".join(found.groups()) if found else ""
    if not is_date(iso):
        raise PayloadError(f"{where}: date in row {row} is not YYYYMMDD: {shown(text)}")
    return iso


SOURCE = Source(
    name=NAME,
    publisher="Arena (arena.ai); copied by Jason Trigg",
    title="Chatbot Arena rating history",
    homepage="https://github.com/jasontrigg0/chatbot-arena-history",
    licence="no licence file known; figures published by Arena",
    licence_url="https://github.com/jasontrigg0/chatbot-arena-history",
    citation="Arena (arena.ai), ratings 2023-05-08 to 2025-03-26 as collected in "
    "github.com/jasontrigg0/chatbot-arena-history.",
    hosts=("raw.githubusercontent.com",),
    fetched=False,
    redistributable=True,
    precedence=2,
    parser_version=1,
    parse=parse,
)
