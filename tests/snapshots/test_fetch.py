"""What each source is asked for, and what becomes of answers that do not come."""

from __future__ import annotations

from collections.abc import Iterator

import hand_made as made
import pytest
from upstream_server import Reply, Upstream, in_turn

from elolag.errors import UsageError
from elolag.fetch import Fetch, fetch, fetchable
from elolag.fetch.client import Client
from elolag.sources import get_source


@pytest.fixture
def client(upstream: Upstream, waits: list[float]) -> Iterator[Client]:
    bases = {source.name: upstream.url for source in fetchable(())}
    with Client(base_urls=bases, pause=waits.append) as client:
        yield client


def fetched(client: Client, name: str, *, key: str = "", **etags: str) -> Fetch:
    environ = {"ARTIFICIAL_ANALYSIS_API_KEY": key} if key else {}
    return fetch(get_source(name), client, etags=etags, environ=environ)


def test_what_is_fetched_by_default() -> None:
    names = [source.name for source in fetchable(())]
    assert names == [*made.FETCHED, "artificial-analysis"]
    assert [source.name for source in fetchable(("epoch-eci", "arena-dataset"))] == [
        "arena-dataset",
        "epoch-eci",
    ]


def test_other_sources_are_not_fetched() -> None:
    with pytest.raises(UsageError, match="elolag archive import arena-catalog PATH"):
        fetchable(("arena-catalog",))
    with pytest.raises(UsageError, match="did you mean"):
        fetchable(("arena-datset",))


def test_the_listing_comes_first_and_every_file_is_of_its_revision(
    upstream: Upstream, client: Client
) -> None:
    made.healthy(upstream)
    result = fetched(client, "arena-dataset")
    assert upstream.paths()[0] == made.LISTING
    asked = [path for path in upstream.paths() if "/resolve/" in path]
    assert asked == [made.resolve("text"), made.resolve("webdev")]
    assert [item.origin.name for item in result.payloads] == ["text", "webdev"]
    assert {item.revision for item in result.payloads} == {made.REVISION}
    assert result.payloads[0].origin.urls == (f"https://huggingface.co{made.resolve('text')}",)
    assert result.failures == ()


def test_agent_boards_are_refused_by_name_and_that_is_no_failure(
    upstream: Upstream, client: Client
) -> None:
    made.healthy(upstream)
    upstream.routes[made.LISTING] = made.listing(["text", "agent", "agent_swe"])
    result = fetched(client, "arena-dataset")
    assert result.failures == ()
    assert len(result.notes) == 2
    assert all("agent leaderboards" in note for note in result.notes)
    assert not any("agent" in path for path in upstream.paths())


def test_one_subset_that_is_not_there_leaves_the_others(upstream: Upstream, client: Client) -> None:
    made.healthy(upstream)
    del upstream.routes[made.resolve("text")]
    result = fetched(client, "arena-dataset")
    assert [item.origin.name for item in result.payloads] == ["webdev"]
    assert len(result.failures) == 1
    assert "/text/latest" in result.failures[0]
    assert "404" in result.failures[0]


def test_a_revision_that_moves_on_does_not_matter_while_the_old_one_is_served(
    upstream: Upstream, client: Client
) -> None:
    made.healthy(upstream)
    upstream.routes[made.LISTING] = in_turn(
        Reply(made.listing(["text", "webdev"])),
        Reply(made.listing(["text", "webdev"], made.LATER_REVISION)),
    )
    result = fetched(client, "arena-dataset")
    assert len(result.payloads) == 2
    assert {item.revision for item in result.payloads} == {made.REVISION}


def test_a_file_of_another_revision_is_refused(upstream: Upstream, client: Client) -> None:
    made.healthy(upstream)
    upstream.routes[made.resolve("webdev")] = Reply(
        made.parquet(made.board_rows(25)), headers={"X-Repo-Commit": made.LATER_REVISION}
    )
    result = fetched(client, "arena-dataset")
    assert [item.origin.name for item in result.payloads] == ["text"]
    assert "changed between two files" in result.failures[0]


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (b"<html>Sorry</html>", "web page"),
        (b"{}", "40-digit commit"),
        (made.listing(["text"], "main"), "40-digit commit"),
        (made.listing(["text"], "../" * 13 + "x"), "40-digit commit"),
        (made.listing([]), "no file is named"),
        (b'{"sha": "' + b"a" * 40 + b'", "siblings": [{"rfilename": "../latest-00000-of-'
         b'00001.parquet"}]}', "no file is named"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_listing_that_is_none(
    upstream: Upstream, client: Client, listing: bytes, said: str
) -> None:
    upstream.routes[made.LISTING] = listing
    result = fetched(client, "arena-dataset")
    assert result.payloads == ()
    assert said in result.failures[0]
    assert len(upstream.seen) == 1


def test_an_etag_is_sent_and_304_is_no_payload(upstream: Upstream, client: Client) -> None:
    made.healthy(upstream)
    upstream.routes[made.ECI] = lambda seen: Reply(
        status=304 if seen.headers.get("if-none-match") == '"eci-1"' else 200
    )
    result = fetched(client, "epoch-eci", **{"eci_scores.csv": '"eci-1"'})
    (item,) = result.payloads
    assert (item.http_status, item.data) == (304, b"")


@pytest.mark.parametrize("name", ["epoch-eci", "models-dev", "openrouter"])
def test_single_files(upstream: Upstream, client: Client, name: str) -> None:
    made.healthy(upstream)
    (item,) = fetched(client, name).payloads
    publications = get_source(name).parse(item.data or b"", item.origin)
    assert len(publications) == 1
    assert item.origin.date == item.retrieved_at[:10]
    assert item.retrieved_at.endswith("Z")


def test_artificial_analysis_is_skipped_without_a_key(upstream: Upstream, client: Client) -> None:
    for key in ("", "  "):
        result = fetched(client, "artificial-analysis", key=key)
        assert result.skipped == "no key in the environment variable ARTIFICIAL_ANALYSIS_API_KEY"
    assert upstream.seen == []


def test_artificial_analysis_is_read_page_by_page(upstream: Upstream, client: Client) -> None:
    for page in (1, 2, 3):
        path = f"/api/v2/language/models/free?page={page}"
        upstream.routes[path] = made.aa_page(page, 3)
    upstream.routes["/api/v2/media/text-to-image/models/free"] = made.aa_page(
        elo=1200.5, ci95="-8/+8", appearances=100
    )
    result = fetched(client, "artificial-analysis", key="secret-key")
    models, images = result.payloads
    assert models.origin.name == "llms"
    assert len(models.origin.urls) == 3
    source = get_source("artificial-analysis")
    assert len(source.parse(models.data or b"", models.origin)[0].tables["models"]) == 9
    assert images.origin.name == "text-to-image"
    assert len(result.failures) == 8
    assert all("404" in failure for failure in result.failures)
    assert {seen.headers["x-api-key"] for seen in upstream.seen} == {"secret-key"}
    assert "secret-key" not in repr(result)


def test_pages_without_an_end_are_stopped(
    upstream: Upstream, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elolag.fetch._MOST_PAGES", 4)
    upstream.routes["/api/v2/language/models/free"] = made.aa_page(1, 99)
    result = fetched(client, "artificial-analysis", key="key-of-tests")
    assert "4 pages and no end" in result.failures[0]


def test_a_page_that_comes_twice_is_refused(upstream: Upstream, client: Client) -> None:
    upstream.routes["/api/v2/language/models/free?page=1"] = made.aa_page(1, 2)
    upstream.routes["/api/v2/language/models/free?page=2"] = made.aa_page(1, 1)
    result = fetched(client, "artificial-analysis", key="key-of-tests")
    assert "changed while it was read" in result.failures[0]


def test_a_key_with_a_newline_is_not_sent(upstream: Upstream, client: Client) -> None:
    result = fetched(client, "artificial-analysis", key="k\r\nx-evil: 1")
    assert "no key has" in result.failures[0]
    assert upstream.seen == []


def test_all_files_of_a_source_are_bounded_together(
    upstream: Upstream, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.healthy(upstream)
    whole = fetched(client, "arena-dataset")
    first, second = (len(item.data or b"") for item in whole.payloads)
    monkeypatch.setattr("elolag.fetch.MAX_BYTES", first + second - 1)
    result = fetched(client, "arena-dataset")
    assert [item.origin.name for item in result.payloads] == ["text"]
    (failure,) = result.failures
    assert failure.startswith("arena-dataset webdev: with it the source sends more than")
