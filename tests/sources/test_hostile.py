"""Any bytes give publications or a `PayloadError`, nothing else, and publications keep their form.

``ELOLAG_MUTATIONS`` sets how many mutated payloads are tried per source (the gate tries few).
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from search import search
from source_payloads import OFFICIAL, parquet

from elolag.errors import PayloadError
from elolag.schema import (
    BOARD_PATTERN,
    ENTRIES,
    MODELS,
    RATINGS,
    VINTAGE_PATTERN,
    Origin,
    Publication,
)
from elolag.sources import PartialPayloadError, arena, get_source, indices

MUTATIONS = int(os.environ.get("ELOLAG_MUTATIONS", "150"))
DAY = "2026-08-21"

#: Every kind of payload: source, name, and a real file's pattern below the upstream folder.
KINDS = [
    ("arena-dataset", "text", "huggingface/leaderboard-dataset/2026-08-21/document/latest*"),
    ("arena-dataset", "webdev", "huggingface/leaderboard-dataset/2026-08-21/webdev/latest*"),
    ("arena-catalog", "leaderboard-text.json", "arena-catalog/2025-12-11/leaderboard-image.json"),
    ("arena-catalog", "scatterplot-data.json", "arena-catalog/scatterplot-data.json"),
    ("arena-history", "alltime.csv", None),
    ("llm-leaderboard-csv", "lmsys.csv", "llm-leaderboard-csv/2025.03.01/lmsys.csv"),
    ("arena-web", "text.json", "arena-web/2026-06-30/search.json"),
    ("arena-web", "code-webdev.json", "arena-web/2026-08-22/code-webdev.json"),
    (
        "arena-web-forks",
        "text.json",
        "arena-web-forks/aabao325/2026-08-13/code-webdev.json",
    ),
    (
        "cherry-studio-docs",
        "text.json",
        "cherry-studio-docs/arena-web-layout/2026-07-25/text.json",
    ),
    (
        "kevinschaul-lmarena-leaderboard-history",
        "text.json",
        "kevinschaul-lmarena-leaderboard-history/arena-web-layout/2025-06-16/text.json",
    ),
    ("arena-web-2026-10", "text.json", "arena-web-2026-10/2026-10-02/text.json"),
    (
        "smallai-llm-ranking",
        "leaderboard-image.json",
        "smallai-llm-ranking/arena-catalog-layout/2026-03-20/leaderboard-image.json",
    ),
    (
        "arielshakaramiro-llm-leaderboard-tracker",
        "leaderboard-text.json",
        "arielshakaramiro-*/arena-catalog-layout/2025-10-16/leaderboard-text.json",
    ),
    (
        "arielshakaramiro-llm-leaderboard-tracker",
        "text-raw-2025-10-16.csv",
        "arielshakaramiro-*/with-votes/text-raw-2025-10-16.csv",
    ),
    ("arena-space", "leaderboard_table_20240602.csv", "arena-space/*20240602.csv"),
    ("epoch-eci", "eci_scores.csv", "epoch/eci_scores-2026-01-20.csv"),
    ("iaps-open-source-gap", "data.json", "iaps-open-source-gap/2026-08-20.json"),
    ("comparia", "list.json", "comparia/2025-08-25-18e14e88.json"),
    ("comparia", "stamped.json", "comparia/2026-02-11-2e8b40bd.json"),
    ("models-dev", "api.json", None),
    ("models-dev", "models.csv", "models-dev/models-2026-07.csv"),
    ("openrouter", "models", None),
    ("artificial-analysis", "llms", None),
    ("artificial-analysis", "text-to-image", None),
]
IDS = [f"{source}-{name}" for source, name, _ in KINDS]


def small(source: str, name: str) -> bytes:
    """A payload that its parser accepts, in its publisher's shape."""
    web = {"rank": 1, "model": "m", "vendor": "V", "license": "open", "score": 1500, "votes": 9}
    aa = {"slug": "m", "name": "M", "model_creator": {"name": "L"}, "release_date": "2026-01-02"}
    gap = {"model": "M", "display_name": "", "organization": "L", "date": "2026-01-02T00:00:00"}
    fr = {"model_name": "m", "median": 1100.5, "p2.5": 1090, "p97.5": 1111.25, "n_match": 42}
    rated = {"rating": 1400, "rating_q975": 1410, "rating_q025": 1390}
    daily = {
        "meta": {"fetched_at": f"{DAY}T05:00:00Z", "last_updated": None, "model_count": 2},
        "models": [
            web | {"ci_low": 7, "ci_high": 8, "preliminary": True},
            web | {"model": "n", "score": None, "ci_low": None, "ci_high": None},
        ],
    }
    voteless = {
        "meta": {"fetched_at": None, "last_updated": "Oct 2, 2026", "model_count": 1},
        "models": [web | {"ci_low": 9, "ci_high": 9, "votes": None, "license": None}],
    }
    text: dict[tuple[str, str], object] = {
        ("arena-web-forks", "text.json"): daily,
        ("cherry-studio-docs", "text.json"): daily,
        ("kevinschaul-lmarena-leaderboard-history", "text.json"): daily,
        ("arena-web-2026-10", "text.json"): voteless,
        ("smallai-llm-ranking", "leaderboard-image.json"): {
            "full": {"m": rated, "n": rated},
            "not_preset_generation": {"m": rated},
        },
        ("arielshakaramiro-llm-leaderboard-tracker", "leaderboard-text.json"): {
            "full": {"m": rated}
        },
        ("arielshakaramiro-llm-leaderboard-tracker", "text-raw-2025-10-16.csv"): (
            "entry,rating,rating_lower,rating_upper,votes\nm,1468.1,1463.1,1473.0,31991\n"
        ),
        ("arena-catalog", "leaderboard-text.json"): {
            "full": {"m": {"rating": 1400.5, "rating_q975": 1410.0, "rating_q025": 1390.0}},
            "if": {"m": {"rating": 1300.5, "rating_q975": None, "rating_q025": None}},
        },
        ("arena-catalog", "scatterplot-data.json"): [
            {"model_api_name": "m", "name": "M", "organization": "L", "license": "MIT"}
        ],
        ("arena-history", "alltime.csv"): (
            "key,Model,rating,License,Organization,date\n"
            'm,"M, 1",1100.25,MIT,Lab,20240327\nn,N,900,,,20240327\nm,M,1000,MIT,Lab,20230508\n'
        ),
        ("llm-leaderboard-csv", "lmsys.csv"): (
            "rank,model,arena_score,95_pct_ci,votes,organization,license\n"
            "1,M,1287,+4/-3,55826,OpenAI,Proprietary\n2,N,1280,+4/-4,100,,\n"
        ),
        ("arena-web", "text.json"): {
            "meta": {"fetched_at": DAY, "last_updated": "Aug 19, 2026", "model_count": 1},
            "models": [web | {"ci": 9}],
        },
        ("arena-web", "code-webdev.json"): {
            "meta": {"fetched_at": DAY, "last_updated": None, "model_count": 1},
            "models": [web | {"ci_low": 7, "ci_high": 8, "preliminary": False}],
        },
        ("arena-space", "leaderboard_table_20240602.csv"): (
            "key,Model,License,Organization\nm,M,MIT,Lab\n"
        ),
        ("epoch-eci", "eci_scores.csv"): (
            "Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization,"
            "Country (of organization),Model accessibility\n"
            'M,,150.5,140,160,2026-01-02,"A,B",China,Open weights (restricted use)\n'
        ),
        ("iaps-open-source-gap", "data.json"): {
            "last_updated": "2026-08-20T00:57:16.244615",
            "benchmarks": {
                "eci": {"trend_models": [gap | {"eci": 150.0, "eci_std": 1.25, "is_open": True}]},
                "metr_time_horizon": {
                    "trend_models": [
                        gap | {"score": 64.0, "p50_ci_low": 32.0, "p50_ci_high": 128.0}
                    ]
                },
            },
        },
        ("comparia", "list.json"): [fr | {"name": "M 1", "organization": "L", "license": "MIT"}],
        ("comparia", "stamped.json"): {"timestamp": 1770784106.0, "models": [fr | {"rank": 1}]},
        ("models-dev", "api.json"): {
            "lab": {"models": {"m": {"name": "M", "release_date": DAY, "open_weights": True}}}
        },
        ("models-dev", "models.csv"): (
            "lab,model,name,release_date,open_weights\nlab,m,M,2025-07,True\n"
        ),
        ("openrouter", "models"): {"data": [{"id": "l/m", "name": "M", "created": 1780000000}]},
        ("artificial-analysis", "llms"): {"data": [aa]},
        ("artificial-analysis", "text-to-image"): {"data": [aa | {"elo": 1000.5, "ci95": "-8/+8"}]},
    }
    if source == "arena-dataset":
        rows = [OFFICIAL | {"model_name": f"m{i}", "rating": 1000.0 + i} for i in range(30)]
        return parquet(pd.DataFrame(rows))
    value = text[source, name]
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def attempt(source: str, name: str, payload: bytes) -> list[Publication]:
    """Parse; a refusal is fine, any other exception fails the test."""
    publications: list[Publication] = []
    refusals: tuple[str, ...] = ()
    try:
        publications = get_source(source).parse(payload, Origin(name, DAY))
    except PartialPayloadError as error:
        publications, refusals = list(error.publications), error.refusals
    except PayloadError as error:
        refusals = (str(error),)
    assert publications or refusals
    for refusal in refusals:
        assert refusal.startswith(f"{source} ")
        assert len(refusal) < 2_000
        assert refusal.isprintable()
    for publication in publications:
        check_form(publication)
    return publications


def check_form(publication: Publication) -> None:
    assert BOARD_PATTERN.fullmatch(publication.board)
    assert VINTAGE_PATTERN.fullmatch(publication.vintage)
    schemas = {"ratings": RATINGS, "entries": ENTRIES, "models": MODELS}
    for name, table in publication.tables.items():
        assert list(table.columns) == list(schemas[name])
        assert len(table)
        for column, kind in schemas[name].items():
            if kind == "string":
                for value in table[column]:
                    assert isinstance(value, str)
                    assert not set(value) & {"\x00", "\n", "\r"}
                    value.encode()
        key = ["category", "entry"] if name == "ratings" else ["entry"]
        assert not table.duplicated(key).any()
    if "ratings" in publication.tables:
        ratings = publication.tables["ratings"]
        assert np.isfinite(ratings["rating"]).all()
        for column in ("rating", "lower", "upper", "se"):
            assert str(ratings[column].dtype) == "float64"
            assert not np.isinf(ratings[column]).any()
        assert {str(ratings[c].dtype) for c in ("votes", "rank")} == {"Int64"}
        order = ratings.sort_values(["category", "rating", "entry"], ascending=[True, False, True])
        assert order.index.equals(ratings.index)
        assert set(ratings["entry"]) == set(publication.tables["entries"]["entry"])


TOKENS = [
    *(b"null", b"true", b"NaN", b"Infinity", b"1e999", b"-1", b"1e7", b"[]", b"{}", b'""', b"0"),
    *(b'"\\ud800"', b'"\\u0000"', b"\n", b"\x00", b"\xff", b'"', b",", b"+", b"9" * 5000),
    *("\u202e".encode(), b"=1+1", b"../..", b"x" * 600, b"20240230", b"[" * 3000),
]


def mutations(payload: bytes, seed: int, count: int) -> Iterator[bytes]:
    """Flip, cut, repeat and splice; at random, but the same at every run."""
    chance = random.Random(seed)  # noqa: S311
    for _ in range(count):
        out = bytearray(payload)
        for _ in range(chance.choice([1, 1, 2, 4, 16])):
            at = chance.randrange(len(out) + 1)
            match chance.randrange(5):
                case 0 if out:
                    out[at % len(out)] ^= 1 << chance.randrange(8)
                case 1:
                    end = min(len(out), at + chance.randrange(1, 40))
                    del out[at:end]
                case 2:
                    out[at:at] = out[at : at + chance.randrange(1, 200)]
                case 3:
                    end = min(len(out), at + chance.randrange(0, 8))
                    out[at:end] = chance.choice(TOKENS)
                case _ if chance.random() < 0.2:
                    del out[at:]
        yield bytes(out)


@pytest.mark.parametrize(("source", "name", "_pattern"), KINDS, ids=IDS)
def test_the_small_payloads_are_accepted(source: str, name: str, _pattern: str | None):
    assert attempt(source, name, small(source, name))


@pytest.mark.parametrize(("source", "name", "_pattern"), KINDS, ids=IDS)
def test_mutated_small_payloads(source: str, name: str, _pattern: str | None):
    for payload in mutations(small(source, name), len(name), MUTATIONS):
        attempt(source, name, payload)


@pytest.mark.parametrize(
    ("source", "name", "pattern"),
    [kind for kind in KINDS if kind[2]],
    ids=[i for i, kind in zip(IDS, KINDS, strict=True) if kind[2]],
)
def test_mutated_real_payloads(served: Path, source: str, name: str, pattern: str):
    (file,) = served.glob(pattern)
    for payload in mutations(file.read_bytes(), 7, MUTATIONS // 5):
        attempt(source, name, payload)


@pytest.mark.parametrize(("source", "name", "_pattern"), KINDS, ids=IDS)
@search(25)
@given(payload=st.binary(max_size=300))
def test_any_bytes(source: str, name: str, _pattern: str | None, payload: bytes):
    attempt(source, name, payload)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)


def reshaped(value: object, draw: st.DataObject) -> object:
    """Copy a JSON value, with some of its parts replaced by others of any shape."""
    anything = (
        scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(), scalars, max_size=2)
    )
    if draw.draw(st.integers(0, 9)) == 0:
        return draw.draw(anything)
    if isinstance(value, dict):
        kept = {k: reshaped(v, draw) for k, v in value.items() if draw.draw(st.integers(0, 19))}
        extra = draw.draw(st.dictionaries(st.text(max_size=5), anything, max_size=1))
        return kept | extra
    if isinstance(value, list):
        return [reshaped(v, draw) for v in value] * draw.draw(st.integers(0, 2))
    return value


@pytest.mark.parametrize(
    ("source", "name"),
    [(s, n) for s, n, _ in KINDS if s not in ("arena-dataset",) and "csv" not in n],
)
@search(30, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data())
def test_json_of_other_shapes(source: str, name: str, draw: st.DataObject):
    value = reshaped(json.loads(small(source, name)), draw)
    attempt(source, name, json.dumps(value).encode())


@pytest.mark.parametrize(("source", "name"), [(s, n) for s, n, _ in KINDS if "csv" in n])
@search(60)
@given(cells=st.lists(st.lists(st.text(max_size=12), min_size=7, max_size=7), max_size=4))
def test_csv_with_any_cells(source: str, name: str, cells: list[list[str]]):
    header = small(source, name).decode().splitlines()[0]
    width = len(header.split(","))
    lines = [
        ",".join('"' + cell.replace('"', '""') + '"' for cell in (row * 2)[:width]) for row in cells
    ]
    attempt(source, name, "\n".join([header, *lines]).encode("utf-8", "surrogatepass"))


figures = st.floats(width=64) | st.none()


@search(60)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "model_name": st.sampled_from(["a", "b", "c\u202e", "", "\n"])
                | st.text(max_size=9),
                "category": st.sampled_from(["overall", "math"]),
                "rating": figures,
                "rating_lower": figures,
                "rating_upper": figures,
                "variance": figures,
                "vote_count": figures,
                "rank": figures,
                "license": st.none() | st.text(max_size=9),
            }
        ),
        max_size=5,
    )
)
def test_parquet_with_any_values(rows: list[dict[str, object]]):
    frame = pd.DataFrame([OFFICIAL | row for row in rows], columns=list(OFFICIAL))
    for column in ("rating", "rating_lower", "rating_upper", "variance", "vote_count", "rank"):
        frame[column] = frame[column].astype("float64")
    try:
        payload = parquet(frame)
    except UnicodeEncodeError:  # half a surrogate pair cannot be written to Parquet
        return
    attempt("arena-dataset", "text", payload)
    try:
        results = list(arena.dataset_history(payload, Origin("text", DAY)))
    except PayloadError:
        return
    for result in results:
        if isinstance(result, Publication):
            check_form(result)


@search(100)
@given(payload=st.binary(max_size=200))
def test_any_bytes_as_listing_or_page(payload: bytes):
    for read in (
        arena.subsets,
        indices.has_more,
        lambda p: indices.join_pages([p, p]),
    ):
        try:
            read(payload)
        except PayloadError:
            continue
