"""Arena's own routes: its dataset of every board, its catalog of 2025, its retired Space.

The dataset has every board by category with variances and votes. The catalog has boards as JSON,
2025-01 to 2025-12, without votes. Of the Space only organisations and licences of older models are
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from elolag.errors import PayloadError, UsageError
from elolag.schema import Origin, Publication
from elolag.sources import tidy
from elolag.sources.base import (
    Source,
    columns,
    csv_columns,
    json_value,
    listed,
    mapping,
    sequence,
    shown,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_PUBLISHER = "arena"
DATASET = "arena-dataset"
_CATALOG = "arena-catalog"
_SPACE = "arena-space"

#: The catalog's category names that have a twin in the official dataset. The others are kept.
_CATALOG_CATEGORIES = {
    "full": "overall",
    "hard_6": "hard_prompts",
    "hard_english_6": "hard_prompts_english",
    "if": "instruction_following",
    "long_user": "longer_query",
    "multiturn": "multi_turn",
    "no_tie": "exclude_ties",
}

#: Listed twice in every vintage of `webdev`, with figures of its own each time: two systems under
#: one name. Both are kept; see `elolag.sources.tidy`.
_DOUBLED = {"arena/webdev": frozenset({"gpt-5.3-codex (codex-harness)"})}

_SUBSET = re.compile(r"[a-z0-9_]{1,60}")


def board_id(subset: str, where: str) -> str:
    """Board id of an official subset; `agent*` and names that are no subset are refused."""
    if subset.startswith("agent"):
        raise PayloadError(
            f"{where}: agent leaderboards publish task scores near 0, not Elo ratings; not stored"
        )
    if not _SUBSET.fullmatch(subset):
        raise PayloadError(f"{where}: {shown(subset)} is not the name of an Arena leaderboard")
    return f"{_PUBLISHER}/{subset}"


def doubled(board: str) -> frozenset[str]:
    """Entries of a board that are known to be listed twice."""
    return _DOUBLED.get(board, frozenset())


# The dataset.

_HOST = "https://huggingface.co"
_REPOSITORY = "lmarena-ai/leaderboard-dataset"

#: Boards of the dataset: each is a file to be fetched. There are some twenty.
_MOST_SUBSETS = 200
#: Lists of one board; since May 2023 there were 247, and later one a day.
_MOST_VINTAGES = 5_000
_SHARD = "00000-of-00001.parquet"
_REVISION = re.compile(r"[0-9a-f]{40}")
_PATH = re.compile(r"([a-z0-9_]{1,60})/latest-(\d{5}-of-\d{5}\.parquet)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_COLUMNS = {
    "model_name": "entry",
    "organization": "organisation",
    "license": "licence",
    "rating": "rating",
    "rating_lower": "lower",
    "rating_upper": "upper",
    "variance": "variance",
    "vote_count": "votes",
    "rank": "rank",
    "category": "category",
    "leaderboard_publish_date": "date",
}
_TEXT = ("model_name", "organization", "license", "category")


def subsets(listing: bytes) -> tuple[str, dict[str, str]]:
    """Read the hub's answer at the dataset's address.

    Returns
    -------
    revision, refused
        The commit to pin for every file, and every subset with a ``latest`` file: empty, or why it
        is not stored, in one sentence.
    """
    where = f"{DATASET} listing"
    answer = mapping(json_value(listing, where), where, "the answer")
    revision = answer.get("sha")
    if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
        raise PayloadError(f"{where}: 'sha' should be a 40-digit commit, found {shown(revision)}")
    found: set[str] = set()
    for item in sequence(answer.get("siblings"), where, "'siblings'"):
        path = mapping(item, where, "an item of 'siblings'").get("rfilename")
        latest = _PATH.fullmatch(path) if isinstance(path, str) else None
        if latest and latest[2] != _SHARD:
            raise PayloadError(
                f"{where}: {shown(path)} is one of several parts; elolag reads boards published "
                "as one file and would store this one cut short"
            )
        if latest:
            found.add(latest[1])
    if len(found) > _MOST_SUBSETS:
        raise PayloadError(f"{where}: {len(found):,} boards; more than {_MOST_SUBSETS} is refused")
    if not found:
        raise PayloadError(f"{where}: no file is named <subset>/latest-{_SHARD}")
    return revision, {subset: _refusal(subset) for subset in sorted(found)}


def _refusal(subset: str) -> str:
    try:
        board_id(subset, f"{DATASET} {subset}")
    except PayloadError as error:
        return str(error)
    return ""


def dataset_address(revision: str, subset: str, file: str = "latest") -> str:
    """Address of a subset's ``latest`` or ``full`` file at a pinned revision."""
    if not _REVISION.fullmatch(revision) or not re.fullmatch(r"[a-z0-9_]+", subset):
        raise UsageError(f"not a revision and subset of {_REPOSITORY}: {revision!r}, {subset!r}")
    if file not in ("latest", "full"):
        raise UsageError(f"no file {file!r}; there are 'latest' and 'full'")
    return f"{_HOST}/datasets/{_REPOSITORY}/resolve/{revision}/{subset}/{file}-{_SHARD}"


def _parse_dataset(payload: bytes, origin: Origin) -> list[Publication]:
    """Read a ``latest`` file: one publication, of the newest date in it.

    `latest` means latest per category: categories published earlier stay, each noted. A category
    with rows of two dates belongs to a ``full`` file (`dataset_history`) and is refused.
    """
    where, board = _named(origin)
    table, notes = _table(payload, where)
    tidy.size(table.num_rows, where)
    raw = _frame(table)
    dates = raw[["category", "date"]].drop_duplicates()
    mixed = dates["category"].duplicated()
    if mixed.any():
        raise PayloadError(
            f"{where}: category {shown(dates.loc[mixed, 'category'].iloc[0])} has rows of several "
            "dates; a latest file has one. Is this a full file? Then use `archive backfill`"
        )
    vintage = dates["date"].max()
    old = dates[dates["date"] != vintage].sort_values("category")
    notes += [f"category {shown(c)} was published {d}" for c, d in old.itertuples(index=False)]
    return [_vintage(raw, board, vintage, where, notes)]


def dataset_history(payload: bytes, origin: Origin) -> Iterator[Publication | PayloadError]:
    """Read a ``full`` file: every vintage, oldest first, one at a time.

    The figures stay in compact columns; one vintage at a time is unpacked. A refused vintage is
    yielded as its error.

    Raises
    ------
    PayloadError
        When the file as a whole is unreadable.
    """
    import pandas as pd

    where, board = _named(origin)
    table, notes = _table(payload, where)
    codes, days = pd.factorize(table.column("date").to_pandas().astype(object))
    for day, code in sorted((str(day), code) for code, day in enumerate(days)):
        result: Publication | PayloadError
        try:
            rows = _frame(table.take((codes == code).nonzero()[0]))
            result = _vintage(rows, board, day, f"{where} of {day}", notes)
        except PayloadError as error:
            result = error
        yield result


def _named(origin: Origin) -> tuple[str, str]:
    where = tidy.place(DATASET, origin, dated=False)
    return where, board_id(origin.name, where)


def _table(payload: bytes, where: str) -> tuple[pa.Table, list[str]]:
    from elolag.sources import bounded

    wanted = {name: "text" if name in _TEXT else "number" for name in _COLUMNS}
    wanted["leaderboard_publish_date"] = "date"
    table, ignored = bounded.read(payload, where, wanted)
    if not table.num_rows:
        raise PayloadError(f"{where}: the board is empty")
    table = table.rename_columns([_COLUMNS[name] for name in table.column_names])
    days = table.column("date").unique()
    tidy.vintages(len(days), _MOST_VINTAGES, where)
    for day in days.to_pylist():
        if day is None or not _DAY.fullmatch(day) or not tidy.is_date(day):
            raise PayloadError(f"{where}: leaderboard_publish_date {shown(day)} is not an ISO date")
    return table, [f"columns ignored: {listed(ignored)}"] if ignored else []


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    for name in (*(_COLUMNS[column] for column in _TEXT), "date"):
        frame[name] = frame[name].astype(object)
    return frame


def _vintage(
    raw: pd.DataFrame, board: str, vintage: str, where: str, notes: list[str]
) -> Publication:
    # Published on every board but a few categories: rating -/+ 1.96 sqrt(variance).
    tables = tidy.board(raw, where, doubled=doubled(board))
    return tidy.rated(board, vintage, tables, basis="published", interval=None, notes=notes)


_DATASET_SOURCE = Source(
    name=DATASET,
    publisher="Arena (arena.ai)",
    title="Arena leaderboard dataset",
    homepage=f"{_HOST}/datasets/{_REPOSITORY}",
    licence="CC-BY-4.0",
    citation="Arena (arena.ai). Leaderboard dataset, lmarena-ai/leaderboard-dataset. CC-BY-4.0.",
    # Files are served, after a redirect, from storage hosts below hf.co that change over time.
    hosts=("huggingface.co", ".hf.co"),
    precedence=0,
    parse=_parse_dataset,
    address=f"{_HOST}/api/datasets/{_REPOSITORY}/revision/main",
)


# The catalog.

#: Organisations and licences, without ratings.
_MODELS_FILE = "scatterplot-data.json"

_FIGURES = {"rating": "rating", "lower": "rating_q025", "upper": "rating_q975"}
#: ``leaderboard-image.json`` rates text-to-image models (dall-e-3 is its anchor at 978); until
#: 2025-03 the text board was called ``data``, and see `_CONTROLLED_UNTIL`.
_CATALOG_BOARDS = {
    "leaderboard-text.json": "text",
    "leaderboard-text-style-control.json": "text_style_control",
    "leaderboard-data.json": "text",
    "leaderboard-data-style-control.json": "text_style_control",
    "leaderboard-vision.json": "vision",
    "leaderboard-vision-style-control.json": "vision_style_control",
    "leaderboard-image.json": "text_to_image",
}

#: The first two ``leaderboard-data.json``, of 2025-01-28 and 02-05, hold style-controlled ratings:
#: they lie on the style-controlled list of 2025-02-28 (slope 1.000, spread 0.8 Elo) and not on the
#: raw one (slope 0.82, spread 14). From 2025-02-06 on the file is the raw board.
_CONTROLLED_UNTIL = "2025-02-05"


def _parse_catalog(payload: bytes, origin: Origin) -> list[Publication]:
    """Read ``leaderboard-*.json`` or ``scatterplot-data.json``; the vintage is the commit's day.

    Intervals are the published 2.5% and 97.5% points: bootstrap until 2025-05, from a variance
    (symmetric to the last digit) from 2025-11; told apart by their symmetry.
    """
    where = tidy.place(_CATALOG, origin)
    if origin.name == _MODELS_FILE:
        return [_models(payload, origin, where)]
    board, tables, notes = read_catalog(payload, origin, where)
    return [tidy.rated(board, origin.date, tables, basis="commit", interval=None, notes=notes)]


def _catalog_subset(file: str, day: str) -> str:
    """The board that a file of the catalog holds, by its name and the day of its commit."""
    if file == "leaderboard-data.json" and day <= _CONTROLLED_UNTIL:
        return _CATALOG_BOARDS["leaderboard-data-style-control.json"]
    return _CATALOG_BOARDS[file]


def read_catalog(
    payload: bytes, origin: Origin, where: str
) -> tuple[str, tidy.Tables, tuple[str, ...]]:
    """Read a file in the catalog's layout: its board, its tables, and what was renamed.

    Raises
    ------
    PayloadError
        A file name that is none of the catalog's, or anything but its layout.
    """
    if origin.name not in _CATALOG_BOARDS:
        raise PayloadError(
            f"{where}: not a file of the catalog that holds ratings; "
            f"those are {', '.join(_CATALOG_BOARDS)}; and {_MODELS_FILE} has the models"
        )
    subset = _catalog_subset(origin.name, origin.date)
    notes: tuple[str, ...] = ()
    if subset != _CATALOG_BOARDS[origin.name]:
        notes = ("the file's name says raw, its ratings are style-controlled",)
    board = board_id(subset, where)
    answer = mapping(json_value(payload, where), where, "the file")
    names: dict[str, str] = {}
    figures: dict[str, list[Any]] = {key: [] for key in ("category", "entry", *_FIGURES)}
    for theirs, entries in answer.items():
        category = _CATALOG_CATEGORIES.get(theirs, theirs)
        if category in names:
            raise PayloadError(
                f"{where}: categories {shown(names[category])} and {shown(theirs)} are one"
            )
        names[category] = theirs
        rated = mapping(entries, where, f"category {shown(theirs)}")
        picked = columns(list(rated.values()), _FIGURES, where, what=f"{shown(theirs)} entry")
        figures["category"] += [category] * len(rated)
        figures["entry"] += list(rated)
        for key, values in picked.items():
            figures[key] += values
    tables = tidy.board(tidy.frame(figures), where)
    renamed = [f"{theirs} is {ours}" for ours, theirs in sorted(names.items()) if ours != theirs]
    if renamed:
        notes += (f"categories renamed as in the official dataset: {', '.join(renamed)}",)
    return board, tables, notes


def _models(payload: bytes, origin: Origin, where: str) -> Publication:
    rows = sequence(json_value(payload, where), where, "the file")
    wanted = {
        "entry": "model_api_name",
        "name": "name",
        "organisation": "organization",
        "licence": "license",
    }
    return tidy.described(
        f"{_PUBLISHER}/catalog_table", origin.date, columns(rows, wanted, where), where,
        basis="commit", table="entries",
    )  # fmt: skip


_CATALOG_SOURCE = Source(
    name=_CATALOG,
    publisher="Arena (arena.ai)",
    title="Arena catalog",
    homepage="https://github.com/lmarena/arena-catalog",
    licence="no licence file known; figures published by Arena",
    citation="Arena (arena.ai). Arena catalog, github.com/lmarena/arena-catalog.",
    hosts=("raw.githubusercontent.com",),
    precedence=1,
    parse=_parse_catalog,
)


# The Space.

_FILE = re.compile(r"leaderboard_table_(\d{4})(\d{2})(\d{2})\.csv", re.ASCII)


def _parse_space(payload: bytes, origin: Origin) -> list[Publication]:
    """Read ``leaderboard_table_YYYYMMDD.csv``: entries only, its ratings are elsewhere.

    Layouts of 2023 have no key (the display name is the entry) and no organisation.
    """
    where = tidy.place(_SPACE, origin, dated=False)
    found = _FILE.fullmatch(origin.name)
    vintage = "-".join(found.groups()) if found else ""
    if not tidy.is_date(vintage):
        raise PayloadError(f"{where}: the file should be named leaderboard_table_YYYYMMDD.csv")
    table = csv_columns(payload, where, ("Model", "License"))
    blank = [""] * len(table["Model"])
    rows = {
        "entry": table.get("key", table["Model"]),
        "name": table["Model"],
        "organisation": table.get("Organization", blank),
        "licence": table["License"],
    }
    board = f"{_PUBLISHER}/space_table"
    return [tidy.described(board, vintage, rows, where, basis="published", table="entries")]


_SPACE_SOURCE = Source(
    name=_SPACE,
    publisher="Arena (arena.ai)",
    title="Chatbot Arena Space, leaderboard tables",
    homepage="https://huggingface.co/spaces/lmarena-ai/chatbot-arena-leaderboard",
    licence="Apache-2.0",
    citation="Arena (arena.ai). Chatbot Arena leaderboard Space, tables of 2023-06 to 2024-10.",
    hosts=(),
    precedence=1,
    parse=_parse_space,
)

SOURCES = (_DATASET_SOURCE, _CATALOG_SOURCE, _SPACE_SOURCE)
