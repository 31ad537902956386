"""A run: what is new, unchanged, kept raw, kept private, and what a person is told."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import hand_made as made
import pytest
from snapshot_runs import tree
from upstream_server import Reply, Seen, Upstream

from elolag.archive import Writer, open_archive, verify
from elolag.archive.collect import Report
from elolag.errors import ArchiveError, UsageError
from elolag.sources import SOURCES

TakeSnapshot = Callable[..., list[Report]]


@pytest.fixture
def archive(upstream: Upstream, last_month: Path, tmp_path: Path) -> Path:
    made.healthy(upstream)
    return shutil.copytree(last_month, tmp_path / "archive")


def log(archive: Path) -> list[dict[str, str]]:
    with (archive / "log.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_first_snapshot_makes_the_archive(
    upstream: Upstream, snapshot: TakeSnapshot, tmp_path: Path
) -> None:
    made.healthy(upstream)
    reports = snapshot(*made.FETCHED)
    archive = open_archive(tmp_path / "archive")
    assert archive.boards() == [
        "arena/text",
        "arena/webdev",
        "epoch/eci",
        "models-dev/models",
        "openrouter/models",
    ]
    assert verify(archive) == []
    assert [report.count("new") for report in reports] == [2, 1, 1, 1]
    assert reports[0].notes[0].startswith("arena-dataset agent: agent leaderboards")


def test_the_manifest_says_where_the_bytes_came_from(
    upstream: Upstream, snapshot: TakeSnapshot, tmp_path: Path
) -> None:
    made.healthy(upstream)
    snapshot()
    facts = open_archive(tmp_path / "archive").board("arena/text").snapshot().facts
    assert facts["urls"] == [f"https://huggingface.co{made.resolve('text')}"]
    assert facts["revision"] == made.REVISION
    assert facts["http_status"] == 200
    assert facts["retrieved_at"] == "2026-08-21T05:43:00Z"
    assert facts["etag"].startswith('"text-')
    assert facts["basis"] == "published"
    assert facts["raw"][0]["verified"] is False  # no hash was named


def test_the_manifest_says_that_the_hubs_hash_was_checked(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    data = made.parquet(made.board_rows())
    digest = hashlib.sha256(data).hexdigest()
    for subset, named in (("text", digest), ("webdev", "0" * 64)):
        upstream.routes[made.resolve(subset)] = Reply(
            data, headers={"X-Repo-Commit": made.REVISION, "X-Linked-Etag": f'"{named}"'}
        )
    (report,) = snapshot("arena-dataset")
    (failure,) = report.failures
    assert f"/webdev/latest-00000-of-00001.parquet: has SHA-256 {digest} and not 000" in failure
    assert [(o.board, o.outcome) for o in report.outcomes] == [("arena/text", "new")]
    (raw,) = open_archive(archive).board("arena/text").snapshot().facts["raw"]
    assert raw == {"name": "text", "bytes": len(data), "sha256": digest, "verified": True}
    (again,) = snapshot("arena-dataset")
    assert [(o.board, o.outcome) for o in again.outcomes] == [("arena/text", "unchanged")]


def test_new_and_dropped_models_are_counted(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    rows = [*made.board_rows()[1:], made.row("model-new", 1510.0)]
    made.serve_subset(upstream, "text", made.parquet(rows))
    official = snapshot()[0]
    text = next(o for o in official.outcomes if o.board == "arena/text")
    assert text.new_entries == ("model-new",)
    assert text.dropped_entries == ("model-00",)
    assert any("models-lost: 1 since 2026-07-21: model-00" in w for w in official.warnings)


def test_a_board_of_strangers_is_a_warning(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    rows = [row | {"model_name": f"stranger-{i}"} for i, row in enumerate(made.board_rows())]
    made.serve_subset(upstream, "text", made.parquet(rows))
    (warning,) = [w for w in snapshot()[0].warnings if w.startswith("arena/text")]
    assert "too few entries in common with any earlier vintage" in warning


def test_a_metadata_table_that_shrinks_is_a_warning(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    upstream.routes[made.OPENROUTER] = (
        b'{"data": [{"id": "lab/m0", "name": "M 0", "created": 1760000000}]}'
    )
    (report,) = snapshot("openrouter")
    assert not report.failed
    assert report.warnings == (
        "openrouter/models/2026-08-21: 4 of 5 entries of the vintage before are gone",
    )


def test_the_same_bytes_again_change_nothing_and_are_logged(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    for server in ("200", "304"):
        snapshot()
        before, lines = tree(archive), len(log(archive))
        if server == "304":
            for path, route in list(upstream.routes.items()):
                if isinstance(route, Reply) and route.headers.get("ETag"):
                    upstream.routes[path] = conditional(route)
        upstream.seen.clear()
        reports = snapshot(day="2026-09-21")
        assert tree(archive) == before
        assert [o.outcome for r in reports for o in r.outcomes] == ["unchanged"] * 3
        assert sorted(o.rows for r in reports for o in r.outcomes) == [12, 25, 40]
        new = log(archive)[lines:]
        assert [line["outcome"] for line in new] == ["unchanged"] * 3
        assert {line["run_at"] for line in new} == {"2026-09-21T05:43:00Z"}
        assert all(len(line["raw_sha256"]) == 64 for line in new)
        assert all("if-none-match" in s.headers for s in upstream.seen if "storage" in s.path)


def conditional(reply: Reply) -> Callable[[Seen], Reply]:
    etag = reply.headers["ETag"]
    return lambda seen: Reply(status=304) if seen.headers.get("if-none-match") == etag else reply


def test_a_damaged_copy_is_not_relied_on(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    snapshot("epoch-eci")
    (path,) = archive.glob("epoch/eci/*/entries.csv")
    path.write_bytes(path.read_bytes().replace(b"M 1", b"M 9", 1))
    upstream.seen.clear()
    snapshot("epoch-eci", day="2026-09-21")
    assert "if-none-match" not in upstream.seen[0].headers


def test_another_parser_version_asks_anew(
    upstream: Upstream,
    snapshot: TakeSnapshot,
    archive: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    snapshot("epoch-eci")
    newer = dataclasses.replace(SOURCES["epoch-eci"], parser_version=99)
    monkeypatch.setattr("elolag.sources.SOURCES", {**SOURCES, "epoch-eci": newer})
    monkeypatch.setattr("elolag.fetch.SOURCES", {**SOURCES, "epoch-eci": newer})
    upstream.seen.clear()
    snapshot("epoch-eci", day="2026-09-21")
    assert "if-none-match" not in upstream.seen[0].headers


def test_a_dry_run_says_the_same_and_writes_nothing(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    dry = snapshot(*made.FETCHED, dry_run=True)
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before
    wet = snapshot(*made.FETCHED)
    assert [[o.outcome for o in r.outcomes] for r in dry] == [
        [o.outcome for o in r.outcomes] for r in wet
    ]


def test_a_dry_run_makes_no_folder(
    upstream: Upstream, snapshot: TakeSnapshot, tmp_path: Path
) -> None:
    made.healthy(upstream)
    snapshot(dry_run=True)
    assert list(tmp_path.iterdir()) == []


def test_what_may_not_be_redistributed_goes_to_a_private_archive(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    before = tree(archive)
    upstream.routes["/api/v2/language/models/free?page=1"] = made.aa_page()
    (report,) = snapshot("artificial-analysis", ARTIFICIAL_ANALYSIS_API_KEY="key-of-tests")
    private = archive.parent / "private"
    assert report.archive == str(private)
    assert tree(archive) == before
    assert (private / ".gitignore").read_text() == "*\n"
    opened = open_archive(private)
    assert verify(opened) == []
    snapshot_ = opened.board("artificial-analysis/llms").snapshot()
    assert snapshot_.facts["redistributable"] is False
    assert "redistribution forbidden" in json.dumps(snapshot_.manifest)
    assert "no redistribution" in snapshot_.manifest["licenses"][0]["title"]
    assert report.failed  # the media arenas answered 404


def test_a_source_without_its_key_is_skipped_in_one_line(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    (report,) = snapshot("artificial-analysis")
    assert report.skipped
    assert not report.failed
    assert not (archive.parent / "private").exists()


def test_a_second_run_says_who_holds_the_archive(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    with (
        Writer(archive, "the first run"),
        pytest.raises(ArchiveError, match=r"another run is writing .*pid \d+ .*: the first run"),
    ):
        snapshot()
    assert upstream.seen == []


def test_the_packaged_archive_is_not_written_to(
    upstream: Upstream, lookup: object, tmp_path: Path
) -> None:
    from elolag.archive.store import check_writable

    with pytest.raises(UsageError, match="--archive DIR"):
        check_writable(tmp_path / "_snapshots")


def test_new_entries_without_a_tag_are_listed(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    rows = [*made.board_rows(), made.row("gpt-4-0314", 1100.0)]
    made.serve_subset(upstream, "text", made.parquet(rows))
    official = snapshot()[0]
    assert "model-07" in official.untagged
    assert "gpt-4-0314" not in official.untagged
    assert len(official.untagged) == 40
    assert snapshot(day="2026-09-21")[0].untagged == ()


def test_failures_are_logged_too(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    upstream.routes[made.ECI] = Reply(status=404)
    snapshot("epoch-eci")
    last = log(archive)[-1]
    assert (last["source"], last["outcome"], last["run_at"]) == (
        "epoch-eci",
        "failed",
        "2026-08-21T05:43:00Z",
    )
    assert "404" in last["note"]


def test_a_damaged_board_stops_its_source_and_no_other(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    path = archive / "arena/text/2026-07-21/ratings.csv"
    path.write_bytes(path.read_bytes().replace(b"1500", b"1501", 1))
    before = tree(archive)
    official, epoch = snapshot()
    assert any("ratings.csv" in failure for failure in official.failures)
    assert not epoch.failed
    assert {k: v for k, v in tree(archive).items() if k in before} == before
