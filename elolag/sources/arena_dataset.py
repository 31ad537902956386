"""Arena's official leaderboard dataset: every board, by category, with variances and votes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from elolag.errors import PayloadError, UsageError
from elolag.schema import Origin, Publication
from elolag.sources import _arena
from elolag.sources._reading import json_value, listed, mapping, sequence, shown
from elolag.sources.base import Source

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NAME = "arena-dataset"
HOST = "https://huggingface.co"
DATASET = "lmarena-ai/leaderboard-dataset"
LISTING_URL = f"{HOST}/api/datasets/{DATASET}/revision/main"

#: Published on every board but a few categories: rating -/+ 1.96 sqrt(variance).
_LEVEL = 0.95
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
    """Read the hub's answer at `LISTING_URL`.

    Returns
    -------
    revision, paths
        The commit to pin for every file, and ``{subset: path of its latest file}``, `agent*`
        subsets included (`refusal` says why they are not stored).
    """
    where = f"{NAME} listing"
    answer = mapping(json_value(listing, where), where, "the answer")
    revision = answer.get("sha")
    if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
        raise PayloadError(f"{where}: 'sha' should be a 40-digit commit, found {shown(revision)}")
    paths: dict[str, str] = {}
    for item in sequence(answer.get("siblings"), where, "'siblings'"):
        path = mapping(item, where, "an item of 'siblings'").get("rfilename")
        found = _PATH.fullmatch(path) if isinstance(path, str) else None
        if found and found[2] != _SHARD:
            raise PayloadError(
                f"{where}: {shown(path)} is one of several parts; elolag reads boards published "
                "as one file and would store this one cut short"
            )
        if found:
            paths[found[1]] = found[0]
    if not paths:
        raise PayloadError(f"{where}: no file is named <subset>/latest-{_SHARD}")
    return revision, dict(sorted(paths.items()))


def refusal(subset: str) -> str | None:
    """Why a subset is not stored, in one sentence; None when it is."""
    try:
        _arena.board(subset, f"{NAME} {subset}")
    except PayloadError as error:
        return str(error)
    return None


def address(revision: str, subset: str, file: str = "latest") -> str:
    """Address of a subset's ``latest`` or ``full`` file at a pinned revision."""
    if not _REVISION.fullmatch(revision) or not re.fullmatch(r"[a-z0-9_]+", subset):
        raise UsageError(f"not a revision and subset of {DATASET}: {revision!r}, {subset!r}")
    if file not in ("latest", "full"):
        raise UsageError(f"no file {file!r}; there are 'latest' and 'full'")
    return f"{HOST}/datasets/{DATASET}/resolve/{revision}/{subset}/{file}-{_SHARD}"


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read a ``latest`` file: one publication, of the newest date in it.

    `latest` means latest per category: categories published earlier stay, each noted. A category
    with rows of two dates belongs to a ``full`` file (`history`) and is refused.
    """
    from elolag.sources import _tidy

    where, board = _named(origin)
    table, notes = _table(payload, where)
    _tidy.size(table.num_rows, where)
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
    return [_publication(raw, board, vintage, where, notes)]


def history(payload: bytes, origin: Origin) -> Iterator[Publication | PayloadError]:
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
            result = _publication(rows, board, day, f"{where} of {day}", notes)
        except PayloadError as error:
            result = error
        yield result


def _named(origin: Origin) -> tuple[str, str]:
    where = f"{NAME} {shown(origin.name)[1:-1]}"
    return where, _arena.board(origin.name, where)


def _table(payload: bytes, where: str) -> tuple[pa.Table, list[str]]:
    from elolag.sources import _parquet

    wanted: dict[str, _parquet.Kind] = {
        name: "text" if name in _TEXT else "number" for name in _COLUMNS
    }
    wanted["leaderboard_publish_date"] = "date"
    table, ignored = _parquet.read(payload, where, wanted)
    if not table.num_rows:
        raise PayloadError(f"{where}: the board is empty")
    table = table.rename_columns([_COLUMNS[name] for name in table.column_names])
    for day in table.column("date").unique().to_pylist():
        if day is None or not _is_day(day):
            raise PayloadError(f"{where}: leaderboard_publish_date {shown(day)} is not an ISO date")
    return table, [f"columns ignored: {listed(ignored)}"] if ignored else []


def _is_day(day: str) -> bool:
    from elolag.sources._tidy import is_date

    return bool(_DAY.fullmatch(day)) and is_date(day)


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    for name in (*(_COLUMNS[column] for column in _TEXT), "date"):
        frame[name] = frame[name].astype(object)
    return frame


def _publication(
    raw: pd.DataFrame, board: str, vintage: str, where: str, notes: list[str]
) -> Publication:
    from elolag.sources import _tidy

    tables = _tidy.board(raw, where, doubled=_arena.doubled(board))
    kind, kinds = _tidy.interval_kinds(tables.ratings)
    return Publication(
        board=board,
        vintage=vintage,
        basis="published",
        tables=tables.as_dict(),
        method="bradley-terry",
        style_control=_arena.style_control(board),
        interval_kind=kind,
        interval_level=None if kind == "none" else _LEVEL,
        notes=(*notes, *tables.notes, *kinds),
    )


SOURCE = Source(
    name=NAME,
    publisher="Arena (arena.ai)",
    title="Arena leaderboard dataset",
    homepage=f"{HOST}/datasets/{DATASET}",
    licence="CC-BY-4.0",
    licence_url=f"{HOST}/datasets/{DATASET}",
    citation="Arena (arena.ai). Leaderboard dataset, lmarena-ai/leaderboard-dataset. CC-BY-4.0.",
    # Files are served, after a redirect, from storage hosts below hf.co that change over time.
    hosts=("huggingface.co", ".hf.co"),
    fetched=True,
    redistributable=True,
    precedence=0,
    parser_version=1,
    parse=parse,
)
