"""A user's own ratings as a board for every estimate."""

from elolag.own.board import NAME, SOURCE, OwnBoard, OwnSnapshot, own_board
from elolag.own.table import COLUMNS, OwnTable, read_table

__all__ = [
    "COLUMNS",
    "NAME",
    "SOURCE",
    "OwnBoard",
    "OwnSnapshot",
    "OwnTable",
    "own_board",
    "read_table",
]
