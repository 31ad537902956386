"""The whole history in one file: every vintage once, going on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import hand_made as made
import pytest
from command import Command
from snapshot_runs import tree
from upstream_server import Reply, Upstream

from elolag.archive import open_archive, verify
from elolag.archive.package import sha256
from elolag.archive.publish import _WORK, Filled, backfill
from elolag.errors import ArchiveError, UsageError
from elolag.fetch.client import Client
from elolag.sources import get_source

DATES = ("2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01", "2026-08-19")
OFFICIAL = get_source("arena-dataset")


def full(dates: tuple[str, ...] = DATES, bad: str = "") -> bytes:
    """Vintages of two categories, interleaved, so that no vintage is one run of rows."""
    rows = [
        row | {"category": category}
        for category in ("overall", "coding")
        for i, date in enumerate(dates)
        for row in made.board_rows(30 + i, date=date, shift=float(i))
    ]
    for row in rows:
        if row["leaderboard_publish_date"] == bad:
            row["rating"] = None
    return made.parquet(rows)


@pytest.fixture
def client(upstream: Upstream, waits: list[float]) -> Iterator[Client]:
    with Client(base_urls={OFFICIAL.name: upstream.url}, pause=waits.append) as made_:
        yield made_


def fill(client: Client, into: Path, *subsets: str) -> list[Filled]:
    return list(backfill(OFFICIAL, into, client, subsets=subsets))


@pytest.fixture
def served(upstream: Upstream) -> Upstream:
    made.healthy(upstream)
    made.serve_subset(upstream, "text", full(), file="full")
    made.serve_subset(upstream, "webdev", full(DATES[:2]), file="full")
    return upstream


def test_every_vintage_is_stored(served: Upstream, client: Client, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    done = list(
        backfill(OFFICIAL, tmp_path / "a", client, progress=lambda *facts: told.append(facts))
    )
    assert [(f.subset, len(f.outcomes), f.held, f.failed) for f in done] == [
        ("text", 5, 0, False),
        ("webdev", 2, 0, False),
    ]
    archive = open_archive(tmp_path / "a")
    assert tuple(archive.vintages("arena/text")) == DATES
    assert verify(archive) == []
    newest = archive.board("arena/text").snapshot()
    assert newest.categories == {"coding": 34, "overall": 34}
    assert newest.facts["urls"] == [f"https://huggingface.co{made.resolve('text', file='full')}"]
    assert newest.facts["raw"][0]["bytes"] == len(full())
    assert newest.facts["raw"][0]["verified"] is False  # no hash was named
    assert told[:5] == [("text", i) for i in range(1, 6)]


def test_the_newest_vintage_is_that_of_the_latest_file(
    served: Upstream, client: Client, tmp_path: Path
) -> None:
    fill(client, tmp_path / "a", "text")
    full_one = open_archive(tmp_path / "a").board("arena/text").snapshot()
    latest = made.parquet(
        [
            row | {"category": category}
            for category in ("overall", "coding")
            for row in made.board_rows(34, shift=4.0)
        ]
    )
    from elolag.schema import Origin

    (publication,) = OFFICIAL.parse(latest, Origin("text", "2026-08-21"))
    assert full_one.ratings().equals(
        publication.tables["ratings"].astype(full_one.ratings().dtypes)
    )


def test_a_second_run_has_nothing_to_do(served: Upstream, client: Client, tmp_path: Path) -> None:
    fill(client, tmp_path / "a", "text")
    before = tree(tmp_path / "a")
    served.seen.clear()
    (again,) = fill(client, tmp_path / "a", "text")
    assert (again.outcomes, again.held) == ((), None)
    assert tree(tmp_path / "a") == before
    assert served.paths() == [made.LISTING]


def test_the_hash_of_the_file_is_checked(served: Upstream, client: Client, tmp_path: Path) -> None:
    served.routes[made.resolve("text", file="full")] = Reply(
        status=302,
        headers={
            "Location": f"/storage/{made.REVISION}/text/full",
            "X-Linked-Etag": f'"{sha256(full())}"',
        },
    )
    fill(client, tmp_path / "a", "text")
    newest = open_archive(tmp_path / "a").board("arena/text").snapshot()
    assert newest.facts["raw"][0]["verified"] is True
    made.serve_subset(served, "webdev", full(DATES[:1]), file="full")
    served.routes[made.resolve("webdev", file="full")] = Reply(
        full(DATES[:1]), headers={"X-Linked-Etag": "0" * 64}
    )
    (webdev,) = fill(client, tmp_path / "a", "webdev")
    assert f"and not {'0' * 64}, which its publisher names; not taken" in webdev.failure


def test_a_stopped_run_goes_on_where_it_was(
    served: Upstream, client: Client, tmp_path: Path
) -> None:
    class Stopped(Exception):  # noqa: N818
        pass

    def stop(subset: str, done: int) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        list(backfill(OFFICIAL, tmp_path / "a", client, subsets=("text",), progress=stop))
    archive = open_archive(tmp_path / "a")
    assert len(archive.vintages("arena/text")) >= 2
    assert verify(archive) == []
    before = tree(tmp_path / "a")
    served.seen.clear()
    (done,) = fill(client, tmp_path / "a", "text")
    assert not done.failed
    assert (done.held or 0) + len(done.outcomes) == len(DATES)
    assert done.held
    after = tree(tmp_path / "a")
    assert {k: v for k, v in after.items() if k in before} == {
        k: v for k, v in before.items() if k in after
    }
    assert set(before) - set(after) == {f"{_WORK}/{made.REVISION}-text.parquet"}
    assert tuple(open_archive(tmp_path / "a").vintages("arena/text")) == DATES
    assert served.paths() == [made.LISTING]  # the download was kept


def test_a_download_that_broke_off_goes_on(
    served: Upstream, client: Client, tmp_path: Path
) -> None:
    data = full()
    storage = f"/storage/{made.REVISION}/text/full"
    served.routes[storage] = Reply(data, cut=len(data) // 2)
    (broken,) = fill(client, tmp_path / "a", "text")
    assert "text/full" in broken.failure
    part = tmp_path / "a" / _WORK / f"{made.REVISION}-text.parquet.part"
    assert part.read_bytes() == data[: part.stat().st_size]
    size = part.stat().st_size
    assert size > 0
    where = f"bytes {size}-{len(data) - 1}/{len(data)}"
    served.routes[storage] = Reply(data[size:], 206, {"Content-Range": where})
    (done,) = fill(client, tmp_path / "a", "text")
    assert len(done.outcomes) == len(DATES)
    assert not done.failed
    assert served.seen[-1].headers["range"] == f"bytes={size}-"


def test_one_bad_vintage_is_refused_and_the_others_stored(
    served: Upstream, client: Client, tmp_path: Path
) -> None:
    made.serve_subset(served, "text", full(bad="2026-07-01"), file="full")
    (done,) = fill(client, tmp_path / "a", "text")
    assert done.failed
    (refused,) = [o for o in done.outcomes if o.outcome == "refused"]
    assert "2026-07-01" in refused.message
    assert len(open_archive(tmp_path / "a").vintages("arena/text")) == 4


def test_one_bad_file_leaves_the_other_subsets(
    served: Upstream, client: Client, tmp_path: Path
) -> None:
    made.serve_subset(served, "text", b"<html>", file="full")
    text, webdev = fill(client, tmp_path / "a")
    assert "web page" in text.failure
    assert not webdev.failed
    assert open_archive(tmp_path / "a").boards() == ["arena/webdev"]


def test_a_bad_file_is_not_kept(served: Upstream, client: Client, tmp_path: Path) -> None:
    made.serve_subset(served, "text", b"<html>", file="full")
    fill(client, tmp_path / "a", "text")
    made.serve_subset(served, "text", full(), file="full")
    (done,) = fill(client, tmp_path / "a", "text")
    assert not done.failed


def test_the_command(served: Upstream, elolag: Command, tmp_path: Path) -> None:
    base = f"--base-url=arena-dataset={served.url}"
    done = elolag("archive", "backfill", "arena-dataset", "--into", tmp_path / "a", base)
    assert done.code == 0
    assert done.err == ""
    assert done.out.splitlines()[0].split() == ["subset", "new", "unchanged", "failed", "rows"]
    assert done.out.splitlines()[1].split() == ["text", "5", "0", "0", "320"]
    again = elolag(
        "archive", "backfill", "arena-dataset", "--into", tmp_path / "a", base, "--json",
        "--subset", "text",
    )  # fmt: skip
    assert json.loads(again.out)["subsets"][0]["unchanged"] == "all"


def test_the_default_folder_is_the_users(
    served: Upstream, elolag: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    base = f"--base-url=arena-dataset={served.url}"
    done = elolag("archive", "backfill", "arena-dataset", "--subset", "webdev", base)
    assert done.code == 0
    assert (tmp_path / "data/elolag/archive/arena/webdev").is_dir()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["epoch-eci"], "has no history"),
        (["arena-dataset", "--subset", "agent"], "no subset 'agent'"),
        (["arena-dataset", "--into", "CHECKOUT"], "inside the checkout"),
        (["arena-dataset", "--into", "CHECKOUT/snapshots"], "inside the checkout"),
        (["arena-dataset", "--into", "CHECKOUT/../CHECKOUT_NAME/x"], "inside the checkout"),
    ],
)
def test_usage_errors(
    served: Upstream, elolag: Command, tmp_path: Path, arguments: list[str], said: str
) -> None:
    checkout = Path(__file__).resolve().parents[2]
    filled = [
        a.replace("CHECKOUT_NAME", checkout.name).replace("CHECKOUT", str(checkout))
        for a in arguments
    ]
    if "--into" not in filled:
        filled += ["--into", str(tmp_path / "a")]
    base = f"--base-url=arena-dataset={served.url}"
    done = elolag("archive", "backfill", *filled, base)
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "a").exists()


def test_a_locked_archive(served: Upstream, client: Client, tmp_path: Path) -> None:
    from elolag.archive import Writer

    with Writer(tmp_path / "a", "another"), pytest.raises(ArchiveError, match="another"):
        fill(client, tmp_path / "a", "text")


def test_nothing_is_downloaded_through_a_link(
    served: Upstream, client: Client, tmp_path: Path
) -> None:
    into, elsewhere = tmp_path / "a", tmp_path / "elsewhere"
    into.mkdir()
    elsewhere.mkdir()
    (into / _WORK).symlink_to(elsewhere)
    with pytest.raises(ArchiveError, match=rf"{_WORK}: a symbolic link"):
        fill(client, into, "text")
    assert list(elsewhere.iterdir()) == []


def test_only_the_official_dataset(client: Client, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        next(backfill(get_source("epoch-eci"), tmp_path / "a", client))
