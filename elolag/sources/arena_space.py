"""Tables of Arena's retired official Space: organisations and licences of older models."""

from __future__ import annotations

import re

from elolag.errors import PayloadError
from elolag.schema import ENTRIES, Origin, Publication
from elolag.sources._arena import PUBLISHER
from elolag.sources._reading import csv_columns, shown
from elolag.sources.base import Source

NAME = "arena-space"
BOARD = f"{PUBLISHER}/space_table"

_FILE = re.compile(r"leaderboard_table_(\d{4})(\d{2})(\d{2})\.csv", re.ASCII)


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read ``leaderboard_table_YYYYMMDD.csv``: entries only, its ratings are elsewhere.

    Layouts of 2023 have no key (the display name is the entry) and no organisation.
    """
    from elolag.sources import _tidy

    where = f"{NAME} {shown(origin.name)[1:-1]}"
    found = _FILE.fullmatch(origin.name)
    vintage = "-".join(found.groups()) if found else ""
    if not _tidy.is_date(vintage):
        raise PayloadError(f"{where}: the file should be named leaderboard_table_YYYYMMDD.csv")
    table = csv_columns(payload, where, ("Model", "License"))
    blank = [""] * len(table["Model"])
    rows = {
        "entry": table.get("key", table["Model"]),
        "name": table["Model"],
        "organisation": table.get("Organization", blank),
        "licence": table["License"],
    }
    entries, notes = _tidy.keyed(rows, ENTRIES, where)
    return [
        Publication(
            board=BOARD,
            vintage=vintage,
            basis="published",
            tables={"entries": entries},
            method="metadata",
            notes=notes,
        )
    ]


SOURCE = Source(
    name=NAME,
    publisher="Arena (arena.ai)",
    title="Chatbot Arena Space, leaderboard tables",
    homepage="https://huggingface.co/spaces/lmarena-ai/chatbot-arena-leaderboard",
    licence="Apache-2.0",
    licence_url="https://huggingface.co/spaces/lmarena-ai/chatbot-arena-leaderboard",
    citation="Arena (arena.ai). Chatbot Arena leaderboard Space, tables of 2023-06 to 2024-10.",
    hosts=(),
    fetched=False,
    redistributable=True,
    precedence=1,
    parser_version=1,
    parse=parse,
)
