"""Small payloads in the publishers' shapes, and the addresses they are served at."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from upstream_server import Reply, Upstream

REVISION = "a" * 40
LATER_REVISION = "b" * 40
DATASET = "lmarena-ai/leaderboard-dataset"
LISTING = f"/api/datasets/{DATASET}/revision/main"
ECI = "/data/eci_scores.csv"
MODELS_DEV = "/api.json"
OPENROUTER = "/api/v1/models"
AA = "/api/v2/language/models/free?page=1"

FETCHED = ("arena-dataset", "epoch-eci", "models-dev", "openrouter")


def resolve(subset: str, revision: str = REVISION, file: str = "latest") -> str:
    return f"/datasets/{DATASET}/resolve/{revision}/{subset}/{file}-00000-of-00001.parquet"


def row(entry: str, rating: float, **changes: Any) -> dict[str, Any]:
    """A row of the official dataset."""
    return {
        "model_name": entry,
        "organization": "lab",
        "license": "Proprietary",
        "rating": rating,
        "rating_lower": rating - 9.8,
        "rating_upper": rating + 9.8,
        "variance": 25.0,
        "vote_count": 1000.0,
        "rank": 1,
        "category": "overall",
        "leaderboard_publish_date": "2026-08-19",
    } | changes


def board_rows(
    count: int = 40, date: str = "2026-08-19", shift: float = 0.0, **changes: Any
) -> list[dict[str, Any]]:
    """A board of `count` entries, model-00 the best."""
    return [
        row(
            f"model-{i:02d}",
            1500.0 - 5 * i + shift,
            vote_count=1000.0 + i,
            rank=i + 1,
            leaderboard_publish_date=date,
            **changes,
        )
        for i in range(count)
    ]


def parquet(rows: Iterable[Mapping[str, Any]], **types: pa.DataType) -> bytes:
    table = pa.Table.from_pylist([dict(r) for r in rows])
    for name, kind in types.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(kind))
    return written(table)


def written(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def listing(subsets: Iterable[str], revision: str = REVISION) -> bytes:
    names = [f"{s}/{f}-00000-of-00001.parquet" for s in subsets for f in ("latest", "full")]
    siblings = [{"rfilename": name} for name in ["README.md", ".gitattributes", *names]]
    return json.dumps({"id": DATASET, "sha": revision, "siblings": siblings}).encode()


def eci(rows: int = 12, shift: float = 0.0) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    header = "Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization,"
    header += "Country (of organization),Model accessibility,Accessibility group,model_versions"
    writer.writerow(header.split(","))
    for i in range(rows):
        score = 140.0 - i + shift
        writer.writerow(
            [f"m{i}", f"M {i}", score, score - 2, score + 2, "2026-01-02", "Lab", "Country",
             "API access", "Closed", f"m{i}_v1"]
        )  # fmt: skip
    return out.getvalue().encode()


def models_dev() -> bytes:
    models = {f"m{i}": {"name": f"M {i}", "release_date": "2026-01-02", "open_weights": i % 2 == 0}
              for i in range(5)}  # fmt: skip
    return json.dumps({"lab": {"id": "lab", "models": models}}).encode()


def openrouter() -> bytes:
    rows = [{"id": f"lab/m{i}", "name": f"M {i}", "created": 1_760_000_000 + i} for i in range(5)]
    return json.dumps({"data": rows}).encode()


def aa_page(page: int = 1, pages: int = 1, **row_changes: Any) -> bytes:
    rows = [
        {
            "id": f"id-{page}-{i}",
            "name": f"M {page}-{i}",
            "slug": f"m-{page}-{i}",
            "model_creator": {"id": "c", "name": "Lab", "slug": "lab"} if i else None,
            "release_date": "2026-01-02",
            "evaluations": {},
        }
        | row_changes
        for i in range(3)
    ]
    turn = {"page": page, "total_pages": pages, "has_more": page < pages}
    return json.dumps({"data": rows, "pagination": turn}).encode()


def healthy(upstream: Upstream, boards: Mapping[str, bytes] | None = None) -> None:
    """Everything every publisher serves on a good day; files come from storage, by redirect."""
    boards = boards or {"text": parquet(board_rows()), "webdev": parquet(board_rows(25))}
    upstream.routes[LISTING] = listing([*boards, "agent"])
    for subset, data in boards.items():
        serve_subset(upstream, subset, data)
    upstream.routes[ECI] = Reply(eci(), headers={"ETag": '"eci-1"'})
    upstream.routes[MODELS_DEV] = models_dev()
    upstream.routes[OPENROUTER] = openrouter()


def serve_subset(
    upstream: Upstream, subset: str, data: bytes, revision: str = REVISION, file: str = "latest"
) -> None:
    storage = f"/storage/{revision}/{subset}/{file}"
    upstream.routes[resolve(subset, revision, file)] = Reply(
        status=302, headers={"Location": storage, "X-Repo-Commit": revision}
    )
    upstream.routes[storage] = Reply(data, headers={"ETag": f'"{subset}-{len(data)}"'})


def empty_board() -> bytes:
    """A file with the right columns and no row."""
    return written(pa.Table.from_pylist(board_rows(1)).slice(0, 0))
