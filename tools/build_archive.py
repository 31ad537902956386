"""The shipped archive, built from a folder of payloads as their publishers served them.

The figures in ``snapshots/`` come from here; the payloads themselves are not redistributed. The
expected layout of the folder is one sub-folder per source, see `payloads`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from elolag.archive.candidates import Payload
from elolag.archive.outcomes import Outcome
from elolag.archive.take import take_payloads
from elolag.errors import UsageError
from elolag.schema import Origin
from elolag.sources import arena_history as history
from elolag.sources import get_source, indices, models_dev

_GITHUB = "https://raw.githubusercontent.com"
_DATASET = "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset/resolve/main"
_SPACE = "https://huggingface.co/spaces/lmarena-ai/chatbot-arena-leaderboard/resolve/main"
_CATALOG = f"{_GITHUB}/lmarena/arena-catalog/main/data"
_COPIES = f"{_GITHUB}/fboulnois/llm-leaderboard-csv"
_WEB = f"{_GITHUB}/oolong-tea-2026/arena-ai-leaderboards/main/data"

#: Not leaderboards on an Elo scale, or no leaderboards at all.
_WEB_LEFT_OUT = ("_index", "agent")
_HISTORY_DAY = "2025-03-26"
_CATALOG_TABLE_DAY = "2025-12-11"
_ECI_DAY = "2026-01-20"
_MODELS_DEV_MONTH = "2026-07"


def build_shipped(upstream: Path, into: Path) -> list[Outcome]:
    """Import every payload below `upstream` that may be redistributed.

    Running it again changes nothing but ``log.csv``.

    Parameters
    ----------
    upstream
        Folder of payloads.
    into
        The archive; made if absent.

    Returns
    -------
    list of Outcome
        See `elolag.archive.take_payloads`.

    Raises
    ------
    UsageError
        If `upstream` holds no payload at all.
    """
    found = list(payloads(upstream))
    if not found:
        raise UsageError(f"{upstream}: no payloads there; expected folders such as arena-catalog/")
    return take_payloads(into, found, command="build of the shipped archive")


def payloads(upstream: Path) -> Iterator[Payload]:
    """Every payload below `upstream`, the most official source first, oldest first within it.

    ``huggingface/leaderboard-dataset/<day>/<subset>/latest-00000-of-00001.parquet``,
    ``arena-catalog/<day>/leaderboard-*.json``, ``arena-catalog/scatterplot-data.json``,
    ``arena-space/*.csv``, ``chatbot-arena-history/alltime.csv``,
    ``llm-leaderboard-csv/<yyyy.mm.dd>/*.csv``, ``arena-web/<day>/<board>.json``,
    ``epoch/eci_scores-<day>.csv``, ``models-dev/models-<month>.csv``.
    """
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
    for path in sorted(upstream.glob("chatbot-arena-history/alltime.csv")):
        yield _payload(history.NAME, path.name, _HISTORY_DAY, history.ADDRESS, path)
    for path in sorted(upstream.glob("llm-leaderboard-csv/*/*.csv")):
        tag = path.parent.name
        url = f"{_COPIES}/{tag}/csv/{path.name}"
        yield _payload("llm-leaderboard-csv", path.name, tag.replace(".", "-"), url, path)
    for path in sorted(upstream.glob("arena-web/*/*.json")):
        if path.stem not in _WEB_LEFT_OUT:
            day = path.parent.name
            yield _payload("arena-web", path.name, day, f"{_WEB}/{day}/{path.name}", path)
    for path in sorted(upstream.glob(f"epoch/eci_scores-{_ECI_DAY}.csv")):
        yield _payload("epoch-eci", "eci_scores.csv", _ECI_DAY, indices.EPOCH_ADDRESS, path)
    for path in sorted(upstream.glob(f"models-dev/models-{_MODELS_DEV_MONTH}.csv")):
        # The day of the month is not known; its last cannot be too early.
        day = f"{_MODELS_DEV_MONTH}-31"
        yield _payload("models-dev", path.name, day, models_dev.ADDRESS, path)


def _payload(source: str, name: str, day: str, url: str, path: Path) -> Payload:
    return Payload(
        source=get_source(source),
        origin=Origin(name=name, date=day, urls=(url,)),
        data=path.read_bytes(),
        retrieved_at=day,
    )
