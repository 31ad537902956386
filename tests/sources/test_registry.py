import inspect
import subprocess
import sys

import pytest

from elolag.archive import package
from elolag.errors import UsageError
from elolag.fetch import fetchable
from elolag.schema import BOARD_PATTERN
from elolag.sources import SOURCES, Source, arena_copies, get_source

NAMES = {
    "arena-dataset",
    "epoch-eci",
    "iaps-open-source-gap",
    "comparia",
    "models-dev",
    "openrouter",
    "artificial-analysis",
    "arena-catalog",
    "arena-history",
    "llm-leaderboard-csv",
    "arena-web",
    "arena-web-forks",
    "arena-web-2026-10",
    "cherry-studio-docs",
    "kevinschaul-lmarena-leaderboard-history",
    "smallai-llm-ranking",
    "arielshakaramiro-llm-leaderboard-tracker",
    "arena-space",
}
#: Sources that come straight from whoever publishes the figures.
OFFICIAL = {
    "arena-dataset",
    "arena-catalog",
    "arena-space",
    "epoch-eci",
    "comparia",
    "models-dev",
    "openrouter",
    "artificial-analysis",
}


def test_every_source_is_registered_under_its_own_name():
    assert set(SOURCES) == NAMES
    assert all(name == source.name for name, source in SOURCES.items())


def test_fetched_sources_and_private_ones():
    assert {source.name for source in fetchable(())} == {
        "arena-dataset",
        "epoch-eci",
        "models-dev",
        "openrouter",
        "artificial-analysis",
    }
    assert {n for n, s in SOURCES.items() if not s.redistributable} == {"artificial-analysis"}
    assert SOURCES["arena-dataset"].precedence == 0
    assert SOURCES["comparia"].precedence == SOURCES["epoch-eci"].precedence == 0
    assert SOURCES["arena-catalog"].precedence == 1
    assert {n for n, s in SOURCES.items() if s.precedence <= package.OFFICIAL} == OFFICIAL


def test_lists_that_come_cut_at_times_are_those_of_copies():
    whole = {"arena-history", "llm-leaderboard-csv"}
    partial = {source.name for source in arena_copies.SOURCES} - whole
    assert {n for n, s in SOURCES.items() if not s.whole} == partial


def test_a_spelling_is_that_of_another_source():
    spelled = {n: s.spelling for n, s in SOURCES.items() if s.spelling}
    assert spelled == {"iaps-open-source-gap": "epoch-eci"}
    assert all(SOURCES[other].spelling == "" for other in spelled.values())


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_terms_are_stated(source: Source):
    assert source.licence
    assert source.citation
    assert source.homepage.startswith("https://")
    assert source.licence_url == "" or source.licence_url.startswith("https://")
    assert source.parser_version >= 1
    assert list(inspect.signature(source.parse).parameters) == ["payload", "origin"]


def test_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        SOURCES["x"] = SOURCES["arena-web"]  # type: ignore[index]


def test_unknown_source_names_its_neighbours():
    with pytest.raises(UsageError, match=r"'arena-datset'.*did you mean arena-dataset"):
        get_source("arena-datset")
    with pytest.raises(UsageError, match=r"none like it.*arena-dataset"):
        get_source("zzzz")


def test_hosts_are_matched_whole():
    source = get_source("arena-dataset")
    assert source.allows("huggingface.co")
    assert source.allows("us.aws.cdn.hf.co")
    assert source.allows("HUGGINGFACE.CO.")
    for host in (
        "hf.co.evil.example",
        "evilhf.co",
        "evil-huggingface.co",
        "sub.huggingface.co",
        "",
    ):
        assert not source.allows(host), host
    assert not get_source("arena-space").allows("huggingface.co")


def test_importing_the_registry_is_light():
    code = (
        "import sys, elolag.sources as s; list(s.SOURCES.values())[0].allows('x');"
        "print([m for m in ('pandas', 'pyarrow', 'requests', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "board", ["arena/space_table", "artificial-analysis/music_with_vocals", "metr/time-horizon"]
)
def test_board_ids_fit_the_pattern(board: str):
    assert BOARD_PATTERN.fullmatch(board)
