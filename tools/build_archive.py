"""Build the shipped archive from a folder of payloads, or replay them day by day.

The figures in ``snapshots/`` come from here; the payloads themselves are not redistributed.

    python tools/build_archive.py PAYLOADS                  add what is missing to snapshots/
    python tools/build_archive.py PAYLOADS --into DIR --replay [--verdicts FILE]

The first keeps the archive small: ``overall`` of every list, and a publisher's other categories
once a month. Running it again changes nothing but ``log.csv``. The second takes every payload
whole into an empty archive, in the order of its day as a daily run would have, and writes what
became of each. The layout of the folder is one sub-folder per source, see `payloads`.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import functools
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fill import filled

from elolag.archive import Decision, Payload, take_payloads
from elolag.errors import ElolagError, UsageError
from elolag.schema import Origin, Publication
from elolag.sources import Source, arena, arena_copies, get_source, indices

_GITHUB = "https://raw.githubusercontent.com"
_DATASET = "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset/resolve/main"
_SPACE = "https://huggingface.co/spaces/lmarena-ai/chatbot-arena-leaderboard/resolve/main"
_CATALOG = f"{_GITHUB}/lmarena/arena-catalog/main/data"
_COPIES = f"{_GITHUB}/fboulnois/llm-leaderboard-csv"
_WEB = f"{_GITHUB}/oolong-tea-2026/arena-ai-leaderboards/main/data"
_FORK = f"{_GITHUB}/aabao325/arena-ai-leaderboards/main/data"
_SMALLAI = f"{_GITHUB}/SmallAi-API/LLM-Ranking/main/data"
_CHERRY = f"{_GITHUB}/CherryHQ/cherry-studio-docs"
_KEVIN = f"{_GITHUB}/kevinschaul/lmarena-leaderboard-history/main/history.csv"
_IAPS = f"{_GITHUB}/IAPS-AI/Open-Source-Gap"
_HISTORY = f"{_GITHUB}/jasontrigg0/chatbot-arena-history/main/alltime.csv"

_HISTORY_DAY = "2025-03-26"
_CATALOG_TABLE_DAY = "2025-12-11"
_MODELS_DEV_MONTH = "2026-07"
#: Days of the catalog that were stored with all categories before the archive was kept small.
_WHOLE_DAYS = frozenset(
    {
        "2025-03-07",
        "2025-04-04",
        "2025-04-24",
        "2025-05-13",
        "2025-05-24",
        "2025-11-06",
        "2025-12-11",
    }
)
#: Sources that serve many categories, daily.
_THINNED = ("arena-catalog", "smallai-llm-ranking")

#: History is what it is: nothing of it is held, revisions and changes of method are told.
_ACCEPT = ("all",)

VERDICTS = ("day", "source", "board", "vintage", "label", "verdict", "why")


def build(upstream: Path, into: Path) -> list[Decision]:
    """Import every payload below `upstream` that may be redistributed, categories thinned.

    Parameters
    ----------
    upstream
        Folder of payloads.
    into
        The archive; made if absent.

    Returns
    -------
    list of Decision
        See `elolag.archive.take_payloads`.

    Raises
    ------
    UsageError
        If `upstream` holds no payload at all.
    """
    found = [item for item in thinned(payloads(upstream)) if not _is_no_board(item)]
    return take_payloads(
        into, found, accept=_ACCEPT, complete=filled, command="build of the shipped archive"
    )


def replay(upstream: Path, into: Path) -> Iterator[dict[str, str]]:
    """Take every payload whole, day by day, and say what became of each.

    Yields
    ------
    dict
        A row of the table of verdicts, columns `VERDICTS`. A verdict is ``new``, ``top-N`` (new,
        and known to be cut on that day), ``twin``, ``unchanged``, ``revision`` or ``refused``.
    """
    found = sorted(payloads(upstream), key=lambda item: item.retrieved_at)
    for day, items in itertools.groupby(found, key=lambda item: item.retrieved_at):
        for outcome in take_payloads(
            into, list(items), accept=_ACCEPT, complete=filled, command="replay"
        ):
            yield {
                "day": day,
                "source": outcome.source,
                "board": outcome.board,
                "vintage": outcome.vintage,
                "label": outcome.label,
                "verdict": _verdict(outcome),
                "why": outcome.message,
            }


def _verdict(outcome: Decision) -> str:
    complete = next((check for check in outcome.checks if check.name == "complete"), None)
    if outcome.outcome in ("new", "revision") and complete is not None and not complete.passed:
        return f"{outcome.outcome}, {complete.note.partition(' ')[0]}"
    return outcome.outcome


def thinned(items: Sequence[Payload]) -> Iterator[Payload]:
    """Payloads, those with many categories cut to `overall` but for the first of each month.

    A month of which the official dataset is among the payloads needs no copy's categories, and one
    that has a day of `_WHOLE_DAYS` no other day's.
    """
    kept = {(board, day[:7]) for day in _WHOLE_DAYS for board in arena._CATALOG_BOARDS.values()}
    kept |= {
        (item.origin.name, item.origin.date[:7])
        for item in items
        if item.source.name == "arena-dataset"
    }
    for item in items:
        if item.source.name not in _THINNED or item.origin.name == arena._MODELS_FILE:
            yield item
            continue
        day = item.origin.date
        month = (arena._catalog_subset(item.origin.name, day), day[:7])
        if month in kept and not (item.source.name == _THINNED[0] and day in _WHOLE_DAYS):
            parse = functools.partial(_overall, item.source)
            yield dataclasses.replace(item, source=dataclasses.replace(item.source, parse=parse))
        else:
            kept.add(month)
            yield item


def _overall(source: Source, payload: bytes, origin: Origin) -> list[Publication]:
    """Read a payload and keep its category `overall` alone; the publication says what went."""
    return [
        publication.without(
            set(publication.tables["ratings"]["category"]) - {"overall"},
            "of a month's lists the archive keeps the other categories of one",
        )
        for publication in source.parse(payload, origin)
    ]


def payloads(upstream: Path) -> list[Payload]:
    """Every payload below `upstream`, the most official source first, oldest first within it.

    ``huggingface/leaderboard-dataset/<day>/<subset>/latest-00000-of-00001.parquet``,
    ``arena-catalog/<day>/leaderboard-*.json``, ``arena-catalog/scatterplot-data.json``,
    ``arena-space/*.csv``, ``chatbot-arena-history/alltime.csv``,
    ``llm-leaderboard-csv/<yyyy.mm.dd>/*.csv``, ``arena-web/<day>/<board>.json``,
    ``arena-web-forks/aabao325/<day>/<board>.json``,
    ``arielshakaramiro-llm-leaderboard-tracker/with-votes/text-raw-<day>.csv`` and
    ``.../arena-catalog-layout/<day>/leaderboard-text.json``,
    ``kevinschaul-lmarena-leaderboard-history/arena-web-layout/<day>/text.json``,
    ``arena-web-2026-10/<day>/text.json``, ``cherry-studio-docs/arena-web-layout/<day>/text.json``,
    ``smallai-llm-ranking/arena-catalog-layout/<day>/leaderboard-*.json``,
    ``comparia/<day>-<commit>.json``, ``epoch/eci_scores-<day>.csv``,
    ``iaps-open-source-gap/<day>.json``, ``models-dev/models-<month>.csv``,
    ``models-dev/api-<day>.json``.

    Raises
    ------
    UsageError
        If there is none.
    """
    found = [*_official(upstream), *_copies(upstream), *_pages(upstream), *_others(upstream)]
    if not found:
        raise UsageError(f"{upstream}: no payloads there; expected folders such as arena-catalog/")
    return found


def _official(upstream: Path) -> Iterator[Payload]:
    for path in sorted(upstream.glob("huggingface/leaderboard-dataset/*/*/latest-*.parquet")):
        subset, day = path.parent.name, path.parents[1].name
        yield _payload("arena-dataset", subset, day, f"{_DATASET}/{subset}/{path.name}", path)
    for path in sorted(upstream.glob("arena-catalog/*/leaderboard-*.json")):
        day = path.parent.name
        yield _payload("arena-catalog", path.name, day, f"{_CATALOG}/{path.name}", path)
    for path in sorted(upstream.glob("arena-catalog/scatterplot-data.json")):
        url = f"{_CATALOG}/{path.name}"
        yield _payload("arena-catalog", path.name, _CATALOG_TABLE_DAY, url, path)
    for path in sorted(upstream.glob("arena-space/leaderboard_table_*.csv")):
        digits = path.stem.rpartition("_")[2]
        day = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
        yield _payload("arena-space", path.name, day, f"{_SPACE}/{path.name}", path)


def _copies(upstream: Path) -> Iterator[Payload]:
    for path in sorted(upstream.glob("chatbot-arena-history/alltime.csv")):
        yield _payload(arena_copies.HISTORY, path.name, _HISTORY_DAY, _HISTORY, path)
    for path in sorted(upstream.glob("llm-leaderboard-csv/*/*.csv")):
        tag = path.parent.name
        url = f"{_COPIES}/{tag}/csv/{path.name}"
        yield _payload("llm-leaderboard-csv", path.name, tag.replace(".", "-"), url, path)
    cut = "arielshakaramiro-llm-leaderboard-tracker"
    for path in sorted(upstream.glob(f"{cut}/with-votes/text-raw-*.csv")):
        day = path.stem.removeprefix("text-raw-")
        yield _payload(cut, path.name, day, get_source(cut).homepage, path)
    for path in sorted(upstream.glob(f"{cut}/arena-catalog-layout/*/*.json")):
        yield _payload(cut, path.name, path.parent.name, get_source(cut).homepage, path)
    smallai = "smallai-llm-ranking"
    for path in sorted(upstream.glob(f"{smallai}/arena-catalog-layout/*/*.json")):
        yield _payload(smallai, path.name, path.parent.name, f"{_SMALLAI}/{path.name}", path)


def _pages(upstream: Path) -> Iterator[Payload]:
    for path in sorted(upstream.glob("arena-web/*/*.json")):
        day = path.parent.name
        if path.stem != "_index":
            yield _payload("arena-web", path.name, day, f"{_WEB}/{day}/{path.name}", path)
    for path in sorted(upstream.glob("arena-web-forks/aabao325/*/*.json")):
        day = path.parent.name
        yield _payload("arena-web-forks", path.name, day, f"{_FORK}/{day}/{path.name}", path)
    kevin = "kevinschaul-lmarena-leaderboard-history"
    for path in sorted(upstream.glob(f"{kevin}/arena-web-layout/*/*.json")):
        yield _payload(kevin, path.name, path.parent.name, _KEVIN, path)
    for path in sorted(upstream.glob("arena-web-2026-10/*/*.json")):
        url = get_source("arena-web-2026-10").homepage
        yield _payload("arena-web-2026-10", path.name, path.parent.name, url, path)
    for path in sorted(upstream.glob("cherry-studio-docs/arena-web-layout/*/*.json")):
        commit = json.loads(path.read_bytes())["meta"]["copied_from"].split("/")[6]
        url = f"{_CHERRY}/{commit}/other/model_rank/lmarena.md"
        yield _payload("cherry-studio-docs", path.name, path.parent.name, url, path)


def _others(upstream: Path) -> Iterator[Payload]:
    # Two states of one day are told apart by a commit's hash alone; the roster grows.
    states = upstream.glob("comparia/*-*-*-*.json")
    for path in sorted(states, key=lambda path: (path.stem[:10], path.stat().st_size, path.stem)):
        url = get_source(indices._COMPARIA).homepage
        yield _payload(indices._COMPARIA, path.name, path.stem[:10], url, path)
    for path in sorted(upstream.glob("epoch/eci_scores-*.csv")):
        day = path.stem.removeprefix("eci_scores-")
        url = get_source("epoch-eci").address
        yield _payload("epoch-eci", "eci_scores.csv", day, url, path)
    for path in sorted(upstream.glob("iaps-open-source-gap/*.json")):
        commit = json.loads(path.read_bytes())["commit"]
        url = f"{_IAPS}/{commit}/data.json"
        yield _payload(indices._IAPS, "data.json", path.stem, url, path)
    for path in sorted(upstream.glob(f"models-dev/models-{_MODELS_DEV_MONTH}.csv")):
        # The day of the month is not known; its last cannot be too early.
        day = f"{_MODELS_DEV_MONTH}-31"
        yield _payload("models-dev", path.name, day, get_source("models-dev").address, path)
    for path in sorted(upstream.glob("models-dev/api-*.json")):
        day = path.stem.removeprefix("api-")
        yield _payload("models-dev", "api.json", day, get_source("models-dev").address, path)


def _is_no_board(item: Payload) -> bool:
    return item.source.name.startswith("arena-web") and item.origin.name == "agent.json"


def _payload(source: str, name: str, day: str, url: str, path: Path) -> Payload:
    return Payload(
        source=get_source(source),
        origin=Origin(name=name, date=day, urls=(url,)),
        data=path.read_bytes(),
        retrieved_at=day,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    shipped = Path(__file__).resolve().parents[1] / "snapshots"
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("payloads", type=Path, help="folder of payloads")
    parser.add_argument("--into", type=Path, default=shipped, help="archive; snapshots/ by default")
    parser.add_argument("--replay", action="store_true", help="whole, day by day")
    parser.add_argument("--verdicts", type=Path, help="write the table of a replay here, as CSV")
    given = parser.parse_args(arguments)
    if given.replay:
        rows = list(replay(given.payloads, given.into))
        with given.verdicts.open("w", newline="") if given.verdicts else sys.stdout as stream:
            writer = csv.DictWriter(stream, VERDICTS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return 0
    for outcome in build(given.payloads, given.into):
        if outcome.outcome != "unchanged":
            where = f"{outcome.board} {outcome.vintage} ({outcome.source})"
            line = f"{where}: {outcome.outcome} {outcome.label} {outcome.message}"
            sys.stdout.write(line.rstrip() + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ElolagError as error:
        sys.exit(f"{error}")
