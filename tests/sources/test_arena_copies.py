"""Copies of Arena's lists: what is read, when it is of, whether it is whole."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from search import search

from elolag.archive import Archive, Payload, take_payloads
from elolag.errors import PayloadError
from elolag.schema import NOT_STATED, Origin, Publication
from elolag.sources import PartialPayloadError, arena, arena_copies, get_source

ARIEL = "arielshakaramiro-llm-leaderboard-tracker"
KEVIN = "kevinschaul-lmarena-leaderboard-history"
#: Sources of page copies that are dated by the day of fetching.
FETCHED = ["arena-web-forks", "cherry-studio-docs", KEVIN, "arena-web-2026-10"]
PAGES = ["arena-web", *FETCHED]
LICENCES = {
    "arena-web": "MIT",
    "arena-web-forks": "MIT",
    "cherry-studio-docs": NOT_STATED,
    KEVIN: NOT_STATED,
    "arena-web-2026-10": NOT_STATED,
    "smallai-llm-ranking": NOT_STATED,
    ARIEL: "CC-BY-4.0",
}


def old(n: int = 5, **extra: object) -> list[dict[str, object]]:
    base = {"vendor": "Lab", "license": "open", "ci": 9, "votes": 100}
    return [base | {"rank": i + 1, "model": f"m{i}", "score": 1500 - i} | extra for i in range(n)]


def new(n: int = 5, **extra: object) -> list[dict[str, object]]:
    rows = old(n, ci_low=7, ci_high=8, rank_spread=[1, 5], preliminary=False, signals=None)
    for row in rows:
        del row["ci"]
        row.update(extra)
    return rows


def payload(models: object, **meta: object) -> bytes:
    base = {
        "fetched_at": "2026-07-20T05:09:38+00:00",
        "last_updated": None,
        "model_count": len(models) if isinstance(models, list) else 0,
    }
    return json.dumps({"meta": base | meta, "models": models}).encode()


def parse(
    content: bytes, name: str = "text.json", source: str = "arena-web", day: str = "2026-07-21"
) -> Publication:
    (publication,) = get_source(source).parse(content, Origin(name, day))
    return publication


def catalog(rating: float = 1400, **categories: dict[str, Any]) -> bytes:
    figures = {"rating": rating, "rating_q025": rating - 5, "rating_q975": rating + 5}
    return json.dumps(categories or {"full": {"a": figures, "b": figures}}).encode()


CUT = b"entry,rating,rating_lower,rating_upper,votes\na,1468.1,1463.1,1473.0,31991\nb,1436,,,3999\n"


def good(source: str) -> tuple[str, bytes]:
    """Name and content of a payload that the source's parser accepts."""
    if source == ARIEL:
        return "text-raw-2026-07-20.csv", CUT
    if source == "smallai-llm-ranking":
        return "leaderboard-text.json", catalog()
    return "text.json", payload(new(12))


# -- pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("source", PAGES)
def test_both_layouts(source: str):
    ratings = parse(payload(old()), source=source).tables["ratings"]
    assert ratings.iloc[0].tolist()[:5] == ["overall", "m0", 1500.0, 1491.0, 1509.0]
    publication = parse(payload(new()), source=source)
    assert "rounded to whole points" in publication.notes
    assert publication.tables["ratings"].iloc[0].tolist()[3:5] == [1493.0, 1508.0]
    assert (publication.interval_kind, publication.interval_level) == ("published", 0.95)
    assert publication.tables["entries"].iloc[0].tolist() == ["m0", "", "Lab", "open"]


@pytest.mark.parametrize(
    ("name", "board", "category", "controlled"),
    [
        ("text", "arena/text_style_control", "overall", True),
        ("vision", "arena/vision_style_control", "overall", True),
        ("code", "arena/webdev", "overall", None),
        ("code-webdev", "arena/webdev", "overall", None),
        ("code-image-to-webdev", "arena/webdev", "image_to_webdev", None),
        ("search", "arena/search", "overall", False),
        ("document", "arena/document", "overall", False),
        ("text-to-image", "arena/text_to_image", "overall", None),
        ("video-edit", "arena/video_edit", "overall", None),
    ],
)
@pytest.mark.parametrize("source", PAGES)
def test_pages_and_boards(
    source: str, name: str, board: str, category: str, controlled: bool | None
):
    publication = parse(payload(new()), f"{name}.json", source)
    assert (publication.board, publication.style_control) == (board, controlled)
    assert set(publication.tables["ratings"]["category"]) == {category}


@pytest.mark.parametrize("source", PAGES)
def test_agent_and_other_files_are_refused_by_name(source: str):
    with pytest.raises(PayloadError, match=rf"{source} agent\.json of 2026-07-21: agent leaderb"):
        parse(payload(new(score=None)), "agent.json", source)
    for name in (
        "_index.json",
        "../text.json",
        "text.csv",
        "text",
        "",
        ".json",
        "text.json.json",
        "TEXT.json",
        "index.csv",
        "text-style-control.json",
        "leaderboard-text.json",
    ):
        with pytest.raises(PayloadError, match=rf"{source} .*not a board of its pages"):
            parse(payload(new()), name, source)
    for name in ("agent", "agentic"):
        with pytest.raises(PayloadError, match="not a board of its pages"):
            parse(payload(new()), name, source)


@search(200)
@given(name=st.text(max_size=30).map(lambda s: f"{s}.json") | st.text(max_size=30))
@pytest.mark.parametrize("source", ["cherry-studio-docs", "smallai-llm-ranking", ARIEL])
def test_an_unknown_name_is_never_a_board(source: str, name: str):
    known = {f"{page}.json" for page in arena_copies._PAGES} | set(arena._CATALOG_BOARDS)
    assume(name not in known)
    content = CUT if source == ARIEL else good(source)[1]
    with pytest.raises(PayloadError):
        parse(content, name, source)


@pytest.mark.parametrize(
    ("models", "completeness"),
    [
        (old(19), "full"),
        (old(20), "top-20"),
        (old(71), "top-71"),
        (new(20), "full"),
        (new(9), "full"),
    ],
)
def test_completeness(models: list[dict[str, object]], completeness: str):
    assert parse(payload(models)).completeness == completeness


@pytest.mark.parametrize("source", PAGES)
@pytest.mark.parametrize(("count", "said"), [(376, "376"), (4, "4"), (None, "None"), ("5", "'5'")])
def test_a_list_not_as_long_as_announced_is_refused(source: str, count: object, said: str):
    with pytest.raises(PayloadError, match=f"holds 5 models and says it has {said}"):
        parse(payload(new(5), model_count=count), source=source)


@pytest.mark.parametrize(
    ("said", "vintage", "basis"),
    [
        ("Jul 16, 2026", "2026-07-16", "published"),
        ("July 5, 2026", "2026-07-05", "published"),
        ("Jul 21, 2026", "2026-07-21", "published"),
        (None, "2026-07-20", "fetched"),
        ("13 days ago", "2026-07-20", "fetched"),
        ("Feb 30, 2026", "2026-07-20", "fetched"),
        (5, "2026-07-20", "fetched"),
    ],
)
def test_vintage(said: object, vintage: str, basis: str):
    publication = parse(payload(new(), last_updated=said))
    assert (publication.vintage, publication.basis) == (vintage, basis)
    unreadable = basis == "fetched" and said is not None
    assert any("last_updated is no date" in n for n in publication.notes) == unreadable


def test_the_origin_gives_the_day_when_the_page_does_not():
    assert parse(payload(new(), fetched_at=None)).vintage == "2026-07-21"


def test_updated_after_it_was_fetched_is_refused():
    with pytest.raises(PayloadError, match="last updated 2026-08-01, after it was fetched"):
        parse(payload(new(), last_updated="Aug 1, 2026"))


def test_preliminary_ratings_are_noted():
    assert "5 ratings marked preliminary" in parse(payload(new(preliminary=True))).notes


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "the file should be a JSON object"),
        (b"{}", "'meta' should be a JSON object, found null"),
        (payload([]), "the board is empty"),
        (payload({}), "'models' should be a JSON array"),
        (payload(["x"]), "row 1 should be a JSON object"),
        (payload(old(score=None)), "rating in row 1 .* is missing"),
        (payload(old(ci="9")) + b"x", "not JSON"),
        (payload([*new(), *old()]), "row 6 has no 'ci_low'"),
        (payload(old(votes=True)), "votes in row 1 .* is not a finite number: True"),
        (payload(old(model="a\nb")), "control character"),
        (payload(old(model="same")), "the board is refused"),
    ],
)
def test_refusals(content: bytes, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(content)


# -- dates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("source", FETCHED)
@pytest.mark.parametrize(
    "said", [None, "Jul 16, 2026", "Aug 12, 2026", "2025-06-16", "13 days ago", 5]
)
def test_daily_copies_are_dated_by_the_day_of_fetching(source: str, said: object):
    """Whatever the page says of its last update, even a day after it was fetched."""
    publication = parse(payload(new(), last_updated=said), source=source)
    assert (publication.vintage, publication.basis) == ("2026-07-20", "fetched")
    assert not any("last_updated" in note for note in publication.notes)
    unsaid = parse(payload(new(), last_updated=said, fetched_at=None), source=source)
    assert (unsaid.vintage, unsaid.basis) == ("2026-07-21", "fetched")


@pytest.mark.parametrize("source", FETCHED)
@pytest.mark.parametrize("at", [5, "", "20 July 2026", "2026-02-30T00:00:00Z", "2026-7-20", [], {}])
def test_a_day_of_fetching_that_is_none_is_refused(source: str, at: object):
    with pytest.raises(PayloadError, match="fetched_at .* does not begin with an ISO date"):
        parse(payload(new(), fetched_at=at), source=source)


@given(day=st.dates(), clock=st.times())
def test_any_time_of_fetching_gives_its_day(day: Any, clock: Any):
    at = f"{day.isoformat()}T{clock.isoformat()}+00:00"
    assert parse(payload(new(), fetched_at=at), source="arena-web-forks").vintage == str(day)


@pytest.mark.parametrize("at", ["9999-12-31", "0001-01-01", "2031-01-01"])
@pytest.mark.parametrize("said", [None, "Aug 1, 2026", "Dec 31, 9999"])
@pytest.mark.parametrize("source", PAGES)
def test_an_absurd_day_of_fetching_stops_no_other_file(
    tmp_path: Path, source: str, said: str | None, at: str
):
    files = [
        (Origin("text.json", "2026-08-02"), payload(old(), fetched_at=at, last_updated=said)),
        (Origin("text.json", "2026-07-20"), payload(old())),
    ]
    taken = [Payload(get_source(source), *file, "2026-08-02") for file in files]
    outcomes = take_payloads(tmp_path, taken)
    assert sorted(o.outcome for o in outcomes) == ["new", "refused"]


# -- models without a rating ---------------------------------------------------------------


def unrated(size: int, gone: int) -> list[dict[str, object]]:
    """A list of which `gone` models in the middle have no rating."""
    rows = new(size)
    for row in rows[size // 3 : size // 3 + gone]:
        row.update(score=None, ci_low=None, ci_high=None)
    return rows


@pytest.mark.parametrize("source", PAGES)
@pytest.mark.parametrize(("size", "gone"), [(2, 1), (5, 1), (60, 1), (100, 2), (394, 7)])
def test_a_few_unrated_models_are_left_out(source: str, size: int, gone: int):
    publication = parse(payload(unrated(size, gone)), source=source)
    entries = set(publication.tables["ratings"]["entry"])
    absent = {f"m{i}" for i in range(size // 3, size // 3 + gone)}
    assert entries == {f"m{i}" for i in range(size)} - absent
    assert set(publication.tables["entries"]["entry"]) == entries
    said = {note for note in publication.notes if note.endswith("without a rating and left out")}
    assert said == {f"'{name}' is listed without a rating and left out" for name in absent}


@pytest.mark.parametrize("source", PAGES)
@pytest.mark.parametrize(("size", "gone"), [(5, 2), (60, 2), (100, 3), (394, 8), (5, 5)])
def test_many_unrated_models_refuse_the_list(source: str, size: int, gone: int):
    first = 1 if gone == size else size // 3 + 1
    rows = new(size, score=None) if gone == size else unrated(size, gone)
    with pytest.raises(PayloadError, match=rf"rating in row {first} \('m{first - 1}'.* is missing"):
        parse(payload(rows), source=source)


def test_nothing_but_one_unrated_model_is_an_empty_board():
    with pytest.raises(PayloadError, match="the board is empty"):
        parse(payload(new(1, score=None)), source="arena-web-forks")


def test_a_row_without_the_key_is_damage_and_no_unrated_model():
    rows = new(60)
    del rows[7]["score"]
    with pytest.raises(PayloadError, match="row 8 has no 'score'"):
        parse(payload(rows), source="arena-web-forks")


@given(size=st.integers(1, 120), data=st.data())
def test_unrated_models_are_left_out_or_refuse_the_list(size: int, data: st.DataObject):
    gone = data.draw(st.sets(st.integers(0, size - 1), max_size=min(size, 5)))
    rows = new(size)
    for i in gone:
        rows[i]["score"] = None
    if len(gone) > max(1, 0.02 * size) or len(gone) == size:
        with pytest.raises(PayloadError, match="missing|empty"):
            parse(payload(rows), source="cherry-studio-docs")
        return
    publication = parse(payload(rows), source="cherry-studio-docs")
    kept = publication.tables["ratings"].set_index("entry")["rating"].to_dict()
    assert kept == {f"m{i}": 1500.0 - i for i in range(size) if i not in gone}


# -- any rows ------------------------------------------------------------------------------

cells = st.fixed_dictionaries(
    {
        "score": st.integers(-3000, 3000),
        "ci_low": st.none() | st.integers(0, 300),
        "ci_high": st.none() | st.integers(0, 300),
        "votes": st.none() | st.integers(0, 10**7),
        "rank": st.none() | st.integers(1, 500),
        "vendor": st.none() | st.sampled_from(["OpenAI", "DeepSeek", ""]),
        "license": st.none() | st.sampled_from(["MIT", "Proprietary"]),
        "preliminary": st.booleans() | st.none(),
    }
)


@given(rows=st.lists(cells, min_size=1, max_size=30), source=st.sampled_from(PAGES))
def test_rows_of_the_newer_layout_come_out_as_they_are(rows: list[dict[str, Any]], source: str):
    named = [row | {"model": f"m{i}"} for i, row in enumerate(rows)]
    publication = parse(payload(named), source=source)
    ratings = publication.tables["ratings"].set_index("entry")
    entries = publication.tables["entries"].set_index("entry")
    assert len(ratings) == len(entries) == len(rows)
    assert ratings["rating"].is_monotonic_decreasing
    assert publication.completeness == "full"
    for row in named:
        ours, about = ratings.loc[row["model"]], entries.loc[row["model"]]
        assert ours["rating"] == row["score"]
        for bound, side, sign in (("lower", "ci_low", -1), ("upper", "ci_high", 1)):
            known = row[side] is not None
            assert ours.notna()[bound] == known
            assert not known or ours[bound] == row["score"] + sign * row[side]
        for key in ("votes", "rank"):
            assert ours.notna()[key] == (row[key] is not None)
            assert row[key] is None or ours[key] == row[key]
        assert about["organisation"] == (row["vendor"] or "")
        assert about["licence"] == (row["license"] or "")
    kind = "published" if any(row["ci_low"] is not None for row in rows) else "none"
    assert publication.interval_kind == kind
    early = sum(row["preliminary"] is True for row in rows)
    assert (f"{early} ratings marked preliminary" in publication.notes) == bool(early)


@given(size=st.integers(1, 120), width=st.integers(0, 200))
def test_rows_of_the_older_layout(size: int, width: int):
    publication = parse(payload(old(size, ci=width)), source="arena-web-forks")
    ratings = publication.tables["ratings"]
    assert (ratings["upper"] - ratings["rating"]).eq(width).all()
    assert (ratings["rating"] - ratings["lower"]).eq(width).all()
    cut = size >= arena_copies._SHORTEST_CUT
    assert publication.completeness == (f"top-{size}" if cut else "full")


IN_ORDER = new(12)


@cache
def parsed_in_order() -> Mapping[str, pd.DataFrame]:
    return parse(payload(IN_ORDER)).tables


@given(order=st.permutations(range(12)))
def test_the_order_of_rows_does_not_matter(order: list[int]):
    mixed = parse(payload([IN_ORDER[i] for i in order])).tables
    for name, table in parsed_in_order().items():
        assert mixed[name].equals(table)


def test_votes_that_a_page_does_not_show_are_absent_and_not_zero():
    publication = parse(payload(new(votes=None)), source="arena-web-2026-10")
    assert publication.tables["ratings"]["votes"].isna().all()
    assert str(publication.tables["ratings"]["votes"].dtype) == "Int64"


# -- whole points in the catalog's layout, and the cut dataset ------------------------------


@pytest.mark.parametrize(("name", "subset"), arena._CATALOG_BOARDS.items())
def test_catalog_copies(name: str, subset: str):
    publication = parse(catalog(), name, "smallai-llm-ranking", "2026-04-15")
    assert publication.board == f"arena/{subset}"
    assert (publication.vintage, publication.basis) == ("2026-04-15", "commit")
    assert (publication.interval_kind, publication.interval_level) == ("published", 0.95)
    assert publication.completeness == "full"
    assert publication.notes[0] == "rounded to whole points"
    ratings = publication.tables["ratings"]
    assert ratings.iloc[0].tolist()[:5] == ["overall", "a", 1400.0, 1395.0, 1405.0]
    assert ratings[["votes", "rank", "se"]].isna().all(axis=None)


@given(
    figures=st.dictionaries(
        st.sampled_from([*(f"m{i}" for i in range(9))]),
        st.tuples(st.integers(0, 3000), st.none() | st.integers(0, 99)),
        min_size=1,
    )
)
def test_catalog_copies_with_any_rows(figures: dict[str, tuple[int, int | None]]):
    rows = {
        entry: {
            "rating": rating,
            "rating_q025": None if half is None else rating - half,
            "rating_q975": None if half is None else rating + half,
        }
        for entry, (rating, half) in figures.items()
    }
    publication = parse(
        catalog(full=rows, coding=rows), "leaderboard-vision.json", "smallai-llm-ranking"
    )
    for category in ("overall", "coding"):
        ratings = publication.tables["ratings"]
        ratings = ratings[ratings["category"] == category].set_index("entry")
        assert ratings["rating"].to_dict() == {e: float(r) for e, (r, _) in figures.items()}
        halves = (ratings["upper"] - ratings["rating"]).dropna().to_dict()
        assert halves == {e: float(h) for e, (_, h) in figures.items() if h is not None}


@pytest.mark.parametrize("name", ["text.json", "scatterplot-data.json", "leaderboard.json", ""])
def test_catalog_copies_refuse_other_files(name: str):
    with pytest.raises(PayloadError, match="smallai-llm-ranking .*not a file of the catalog"):
        parse(catalog(), name, "smallai-llm-ranking")


@pytest.mark.parametrize("size", [1, 2, 16, 150, 400])
def test_the_cut_dataset_is_top_n_in_both_forms(size: int):
    """Whatever its length: no list of this source is ever the whole board."""
    figures = {
        f"m{i}": {"rating": 1500.1 - i, "rating_q025": 1490.1 - i, "rating_q975": 1510.1 - i}
        for i in range(size)
    }
    lines = [
        f"{entry},{f['rating']:.1f},{f['rating_q025']:.1f},{f['rating_q975']:.1f},{100 + i}"
        for i, (entry, f) in enumerate(figures.items())
    ]
    table = "\n".join(["entry,rating,rating_lower,rating_upper,votes", *lines]).encode()
    bare = parse(catalog(full=figures), "leaderboard-text.json", ARIEL, "2026-02-16")
    voted = parse(table, "text-raw-2026-02-16.csv", ARIEL, "2026-02-16")
    columns = ["category", "entry", "rating", "lower", "upper"]
    assert bare.tables["ratings"][columns].equals(voted.tables["ratings"][columns])
    assert bare.tables["ratings"]["votes"].isna().all()
    assert voted.tables["ratings"]["votes"].tolist() == list(range(100, 100 + size))
    for publication in (bare, voted):
        assert publication.completeness == f"top-{size}"
        assert (publication.board, publication.style_control) == ("arena/text", False)
        assert (publication.vintage, publication.basis) == ("2026-02-16", "commit")
        assert not any("whole points" in note for note in publication.notes)


def test_cut_lists_may_lack_an_interval():
    ratings = parse(CUT, "text-raw-2026-07-20.csv", ARIEL).tables["ratings"].set_index("entry")
    assert ratings.loc["a", ["rating", "lower", "upper"]].tolist() == [1468.1, 1463.1, 1473.0]
    assert ratings.loc["b", ["lower", "upper"]].isna().all()


@pytest.mark.parametrize(
    "name",
    [
        "text.json",
        "leaderboard-text-style-control.json",
        "leaderboard-vision.json",
        "text-raw.csv",
        "text-raw-2026-07-20.csv.bak",
        "x-text-raw-2026-07-20.csv",
        "text-raw-20260720.csv",
        "text-raw-top24-2026-10-02.csv",
    ],
)
def test_the_cut_dataset_refuses_other_files(name: str):
    with pytest.raises(PayloadError, match=f"{ARIEL} .*not one of its lists"):
        parse(CUT, name, ARIEL)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"entry,rating\na,1\n", "rating_lower"),
        (CUT.splitlines()[0], "the board is empty"),
        (CUT + b"c,1,2\n", "line 4|row"),
        (CUT + b"c,,,,5\n", r"rating in row 3 \('c'.* is missing"),
        (CUT + b"c,nan,,,5\n", "not a finite number: 'nan'"),
        (CUT + b"c,1400,,,5.5\n", "not a count"),
        (CUT + b",1400,,,5\n", "entry in row 3"),
    ],
)
def test_cut_lists_that_are_refused(content: bytes, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(content, "text-raw-2026-07-20.csv", ARIEL)


# -- terms ---------------------------------------------------------------------------------


#: Those whose lists may be cut; what comes whole is before them.
PARTIAL = arena_copies.SOURCES[2:]


def test_every_copy_is_a_source_of_its_own():
    assert [source.name for source in PARTIAL] == list(
        dict.fromkeys(["arena-web", *FETCHED, "smallai-llm-ranking", ARIEL])
    )
    addresses = {source.homepage for source in PARTIAL}
    assert len(addresses) == len(PARTIAL)


@pytest.mark.parametrize("source", PARTIAL, ids=lambda source: source.name)
def test_copies_say_whose_figures_they_are_and_are_nobodys_own(source: Any):
    assert source.licence == LICENCES[source.name]
    assert source.publisher.startswith("Arena (arena.ai); ")
    assert source.citation.startswith("Arena (arena.ai), ")
    assert source.precedence > 1
    assert source.whole is False
    assert source.redistributable is True


def test_what_people_copied_daily_comes_after_the_copy_held_from_the_start():
    first = get_source("arena-web").precedence
    assert all(source.precedence > first for source in PARTIAL if source.name != "arena-web")


@pytest.mark.parametrize("name", LICENCES)
def test_a_manifest_credits_the_copy_and_calls_it_unofficial(name: str, tmp_path: Path):
    file, content = good(name)
    origin = Origin(file, "2026-07-21")
    outcomes = take_payloads(tmp_path, [Payload(get_source(name), origin, content, "2026-07-21")])
    assert [outcome.outcome for outcome in outcomes] == ["new"], outcomes
    archive = Archive(tmp_path)
    (board,) = archive.boards()
    (snapshot,) = archive.board(board).all_snapshots
    assert snapshot.official is False
    assert snapshot.facts["source"] == name
    (licence,) = snapshot.manifest["licenses"]
    assert LICENCES[name] in licence.values()
    assert Archive(tmp_path).only("official").boards() == []


# -- the real files ------------------------------------------------------------------------


@cache
def real(served: Path, source: str, every: int = 1) -> dict[tuple[str, str], Publication]:
    """Read every file of a source, or every so many-th; the names of its folders give the day."""
    files = []
    for file in sorted((served / source).rglob("*")):
        day = re.search(r"\d{4}-\d{2}-\d{2}", str(file.relative_to(served)))
        other = file.name in ("_index.json", "index.csv", "agent.json") or "top24" in file.name
        if file.is_file() and day and not other:
            files.append((day[0], file))
    found = {}
    for day, file in files[::every]:
        (publication,) = get_source(source).parse(file.read_bytes(), Origin(file.name, day))
        found[day, file.name] = publication
    return found


@pytest.mark.parametrize(
    ("source", "files", "layout"),
    [
        ("arena-web", 72, "arena-web/*/*.json"),
        ("arena-web-forks", 95, "arena-web-forks/aabao325/*/*.json"),
        ("cherry-studio-docs", 101, "cherry-studio-docs/arena-web-layout/*/*.json"),
        (KEVIN, 9, f"{KEVIN}/arena-web-layout/*/*.json"),
        ("arena-web-2026-10", 1, "arena-web-2026-10/*/*.json"),
    ],
)
def test_real_pages_all_parse(served: Path, source: str, files: int, layout: str):
    found = real(served, source)
    assert len(found) == files
    for path in served.glob(layout):
        if path.name == "_index.json":
            continue
        if path.name == "agent.json":
            with pytest.raises(PayloadError, match="agent leaderboards publish task scores"):
                get_source(source).parse(path.read_bytes(), Origin(path.name, path.parent.name))
            continue
        publication = found[path.parent.name, path.name]
        rows = json.loads(path.read_bytes())["models"]
        left_out = [note for note in publication.notes if note.endswith("left out")]
        twice = [note for note in publication.notes if "listed twice; the row" in note]
        ratings = publication.tables["ratings"]
        assert len(ratings) == len(rows) - len(left_out) - sum(n not in left_out for n in twice)
        shown = any(row["votes"] is not None for row in rows)
        assert ratings["votes"].notna().all() if shown else ratings["votes"].isna().all()
        assert publication.interval_kind == "published"
        if source != "arena-web":
            assert (publication.vintage, publication.basis) == (path.parent.name, "fetched")
            assert publication.completeness == "full"


def test_real_days_of_the_pages_that_were_cut(served: Path):
    found = real(served, "arena-web")
    assert len({day for day, _ in found}) == 7
    assert all(publication.vintage <= day for (day, _), publication in found.items())
    for day in ("2026-07-20", "2026-08-22"):
        assert {p.completeness for (at, _), p in found.items() if at == day} == {"full"}
    assert {day: p.completeness for (day, name), p in found.items() if name == "text.json"} == {
        "2026-03-19": "top-30",
        "2026-03-31": "top-71",
        "2026-04-19": "top-50",
        "2026-05-31": "top-20",
        "2026-06-30": "top-20",
        "2026-07-20": "full",
        "2026-08-22": "full",
    }
    video = {p.completeness for (_, name), p in found.items() if name == "video-edit.json"}
    assert video == {"full"}


def test_real_page_of_october_has_no_votes(served: Path):
    (publication,) = real(served, "arena-web-2026-10").values()
    ratings = publication.tables["ratings"]
    assert (len(ratings), publication.vintage) == (413, "2026-10-02")
    assert ratings["votes"].isna().all()
    assert ratings.iloc[0][["entry", "rating"]].tolist() == ["gemini-4-argon-high", 1525.0]


def test_real_forks_print_one_date_over_lists_that_differ(served: Path):
    """Why what a page says of its last update dates no daily copy."""
    printed: dict[str, list[str]] = {}
    for file in sorted((served / "arena-web-forks").glob("*/*/text.json")):
        said = json.loads(file.read_bytes())["meta"]["last_updated"]
        printed.setdefault(said, []).append(file.parent.name)
    days = printed["Aug 12, 2026"]
    found = real(served, "arena-web-forks")
    lists = {
        frozenset(found[day, "text.json"].tables["ratings"].set_index("entry")["rating"].items())
        for day in days
    }
    assert (len(days), len(lists)) == (3, 3)


def test_real_forks_leave_out_the_models_without_a_rating(served: Path):
    said = {
        (day, name): note.split("'")[1]
        for (day, name), publication in real(served, "arena-web-forks").items()
        for note in publication.notes
        if note.endswith("is listed without a rating and left out")
    }
    inkling, deepseek = "inkling-small Thinky", "deepseek-v4-pro-max-20260813"
    text = {day: model for (day, name), model in said.items() if name == "text.json"}
    assert text == dict.fromkeys(
        ["2026-08-01", "2026-08-03", "2026-08-07", "2026-08-11", "2026-08-12"], inkling
    ) | dict.fromkeys(["2026-08-15", "2026-08-18", "2026-08-19"], deepseek)
    assert said["2026-08-13", "code-webdev.json"] == deepseek
    assert len(said) == 9


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_real_catalog_copies_all_parse(served: Path, every: int):
    """Whole points but in the categories that have stood still since December 2025."""
    frozen = {"no_refusal", "no_short", "is_preset_generation", "not_preset_generation"}
    found = real(served, "smallai-llm-ranking", every)
    assert len(found) == -(-151 // every)
    for (day, name), publication in found.items():
        ratings = publication.tables["ratings"]
        assert (publication.vintage, publication.basis) == (day, "commit")
        assert publication.board == f"arena/{arena._CATALOG_BOARDS[name]}"
        figures = ratings[~ratings["category"].isin(frozen)]
        assert figures["rating"].eq(figures["rating"].round()).all()
        assert ratings["votes"].isna().all()
    per_board = Counter(name for _, name in found)
    boards = {
        "leaderboard-text.json": 41,
        "leaderboard-text-style-control.json": 41,
        "leaderboard-vision.json": 23,
        "leaderboard-vision-style-control.json": 23,
        "leaderboard-image.json": 23,
    }
    assert per_board == boards if every == 1 else set(per_board) == set(boards)


def test_real_cut_lists_are_the_same_in_both_forms(served: Path):
    found = real(served, ARIEL)
    sizes = {}
    for day in sorted({day for day, _ in found}):
        bare, voted = found[day, "leaderboard-text.json"], found[day, f"text-raw-{day}.csv"]
        columns = ["category", "entry", "rating", "lower", "upper"]
        ours, theirs = (p.tables["ratings"].sort_values("entry") for p in (bare, voted))
        assert ours[columns].reset_index(drop=True).equals(theirs[columns].reset_index(drop=True))
        assert theirs["votes"].notna().all()
        assert bare.completeness == voted.completeness
        sizes[day] = bare.completeness
    assert len(found) == 10
    assert sizes == {
        "2025-08-21": "top-150",
        "2025-10-07": "top-150",
        "2025-10-16": "top-100",
        "2025-12-23": "top-150",
        "2026-02-16": "top-150",
    }


def test_real_page_is_the_official_list_rounded(served: Path):
    """The page of 26 June 2026 is the official list of the day before, to half a point."""
    ours = real(served, "cherry-studio-docs")["2026-06-26", "text.json"].tables["ratings"]
    shipped = Archive(Path(__file__).resolve().parents[2] / "snapshots").only("official")
    snapshots = shipped.board("arena/text_style_control").snapshots
    (held,) = [snapshot for snapshot in snapshots if snapshot.vintage == "2026-06-25"]
    theirs = held.ratings("overall").set_index("entry")["rating"]
    ours = ours.set_index("entry")["rating"]
    assert set(ours.index) == set(theirs.index)
    assert (ours - theirs).abs().max() <= 0.5


# history


HEADER = "key,Model,rating,License,Organization,date\n"
ORIGIN = Origin("alltime.csv", "2025-03-27")


def parse_history(*rows: str):
    return arena_copies._parse_history((HEADER + "".join(f"{r}\n" for r in rows)).encode(), ORIGIN)


def test_one_publication_per_date_oldest_first():
    rows = ["b,B,1100.126,MIT,Lab,20240327", "a,A,900,,,20240326", "a,A,901,,,20240327"]
    before, since = parse_history(*rows)
    assert (before.vintage, before.method) == ("2024-03-26", "online-elo")
    assert (since.vintage, since.method) == ("2024-03-27", "bradley-terry")
    for publication in (before, since):
        assert publication.board == "arena/text"
        assert (publication.basis, publication.style_control) == ("published", False)
        assert (publication.interval_kind, publication.interval_level) == ("none", None)
    ratings = since.tables["ratings"]
    assert ratings["entry"].tolist() == ["b", "a"]
    assert ratings["rating"].tolist() == [1100.13, 901.0]
    assert set(ratings["category"]) == {"overall"}
    assert ratings[["lower", "upper", "se", "votes", "rank"]].isna().all(axis=None)
    assert since.tables["entries"].iloc[1].tolist() == ["b", "B", "Lab", "MIT"]


def test_a_bad_date_does_not_take_the_others_with_it():
    with pytest.raises(
        PartialPayloadError, match=r"alltime\.csv of 2024-03-28: rating in row 1"
    ) as e:
        parse_history("a,A,900,,,20240327", "a,A,nan,,,20240328", "a,A,1e9,,,20240329")
    assert [p.vintage for p in e.value.publications] == ["2024-03-27"]
    assert len(e.value.refusals) == 2
    assert isinstance(e.value, PayloadError)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a,A,900,,,2024-03-27", "date in row 1 is not YYYYMMDD: '2024-03-27'"),
        ("a,A,900,,,20240230", "not YYYYMMDD"),
        ("a,A,900,,,", "not YYYYMMDD"),
        ("a,A,900,,", "line 2 has 5 fields"),
    ],
)
def test_refusals_history(row: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse_history(row)


def test_no_rows_and_another_layout():
    with pytest.raises(PayloadError, match="no rows below the header"):
        parse_history()
    with pytest.raises(PayloadError, match="no column 'key', 'Model'"):
        arena_copies._parse_history(b"rank,model\n1,a\n", ORIGIN)


@pytest.fixture(scope="module")
def history(served: Path):
    payload = (served / "chatbot-arena-history/alltime.csv").read_bytes()
    return {p.vintage: p for p in arena_copies._parse_history(payload, ORIGIN)}


def test_real_vintages(history):
    assert len(history) == 105
    assert (min(history), max(history)) == ("2023-05-08", "2025-03-26")
    assert sum(p.method == "online-elo" for p in history.values()) == 21
    # yi-34b-chat is listed twice, with the same figures, from 2023-12-06 on.
    assert (
        sum("1 repeated rows (same figures) collapsed" in p.notes for p in history.values()) == 96
    )
    assert sum(len(p.tables["ratings"]) for p in history.values()) == 13_434 - 96


def test_real_gap_as_the_ai_index_printed_it(history):
    """Top US and Chinese models on 2025-02-14: 23.18 points, 1.70% of the Chinese score."""
    tables = history["2025-02-14"].tables
    best = tables["ratings"].merge(tables["entries"], on="entry").set_index("entry")
    us, cn = best.loc["gemini-2.0-flash-thinking-exp-01-21"], best.loc["deepseek-r1"]
    assert us["rating"] == best["rating"].max()
    assert (us["organisation"], cn["organisation"]) == ("Google", "DeepSeek")
    assert us["rating"] - cn["rating"] == pytest.approx(23.18, abs=0.005)
    assert 100 * (us["rating"] - cn["rating"]) / cn["rating"] == pytest.approx(1.70, abs=0.005)


# days


OLD = "rank,model,arena_score,95_pct_ci,votes,organization,license,knowledge_cutoff,url\n"
NEW = OLD.replace("rank,", "rank,rank_stylectrl,", 1)


def parse_days(text: str, name: str = "lmsys.csv", day: str = "2024-07-07"):
    (publication,) = arena_copies._parse_days(text.encode(), Origin(name, day))
    return publication


def test_both_layouts_days():
    row = "GPT-4o-2024-05-13,1287,+4/-3,55826,OpenAI,Proprietary,2023/10,https://example.org\n"
    for text in (OLD + "1," + row, NEW + "1,2," + row):
        publication = parse_days(text)
        assert publication.board == "arena/text"
        assert (publication.vintage, publication.basis) == ("2024-07-07", "commit")
        assert (publication.style_control, publication.interval_kind) == (False, "bootstrap")
        assert publication.interval_level == 0.95
        (figures,) = publication.tables["ratings"].itertuples(index=False)
        assert figures[:5] == ("overall", "GPT-4o-2024-05-13", 1287.0, 1284.0, 1291.0)
        assert figures[6:] == (55826, 1)
        assert publication.tables["entries"].iloc[0].tolist()[2:] == ["OpenAI", "Proprietary"]


def test_even_whole_point_intervals_tell_nothing_of_their_kind():
    assert parse_days(OLD + "1,A,1287,+4/-4,5,,,,\n").interval_kind == "published"


@pytest.mark.parametrize(
    ("name", "board"),
    [
        ("lmarena_text.csv", "arena/text"),
        ("lmarena_vision.csv", "arena/vision"),
        ("lmarena_image.csv", "arena/text_to_image"),
    ],
)
def test_files_and_boards(name: str, board: str):
    assert parse_days(OLD + "1,A,1,+4/-4,5,,,,\n", name).board == board


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1,A,1287,4,5,,,,", "95_pct_ci in row 1 is not .a/-b: '4'"),
        ("1,A,1287,+9999999/-1,5,,,,", "not .a/-b"),
        ("1,A,x,+4/-4,5,,,,", r"arena_score in row 1 \('A'\) is not a finite number: 'x'"),
        ("1,A,,+4/-4,5,,,,", "rating in row 1 .* is missing"),
        ("1,A,1287,+4/-4,many,,,,", "votes in row 1"),
    ],
)
def test_refusals_days(row: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse_days(OLD + row + "\n")


def test_empty_and_unknown_files():
    with pytest.raises(PayloadError, match="the board is empty"):
        parse_days(OLD)
    with pytest.raises(PayloadError, match=r"not one of its boards, which are lmsys\.csv"):
        parse_days(OLD, "lmarena_audio.csv")


def test_real_text_boards(served: Path):
    files = sorted((served / "llm-leaderboard-csv").glob("*/lmsys.csv"))
    files += sorted((served / "llm-leaderboard-csv").glob("*/lmarena_text.csv"))
    vintages = []
    for file in files:
        day = file.parent.name.replace(".", "-")
        publication = parse_days(file.read_text(encoding="utf-8"), file.name, day)
        later = publication.vintage >= "2025-07-27"
        assert publication.interval_kind == ("published" if later else "bootstrap")
        assert any("repeated rows" in n for n in publication.notes) == later
        vintages.append(publication.vintage)
    assert len(set(vintages)) == len(vintages) == 91


@pytest.mark.parametrize("day", ["2025.07.27", "2025.07.28", "2025.08.01", "2025.08.04"])
def test_real_image_boards(served: Path, day: str):
    """Until it was renamed, a second model bore one name: 1 of 19, more than the rule allows."""
    text = (served / "llm-leaderboard-csv" / day / "lmarena_image.csv").read_text("utf-8")
    if day == "2025.08.04":
        assert len(parse_days(text, "lmarena_image.csv").tables["ratings"]) == 19
        return
    with pytest.raises(PayloadError, match="1 of 19 entries are listed more than once"):
        parse_days(text, "lmarena_image.csv")
