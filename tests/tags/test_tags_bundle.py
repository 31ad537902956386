"""Other tags in an archive of one's own: one file, known by its hash, checked, said by results."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_archive
import pytest
from command import Command, runner
from hypothesis import given
from hypothesis import strategies as st

import elolag as package
from elolag.archive import Archive, Log, Writer, open_archive, verify
from elolag.archive.package import sha256
from elolag.errors import ArchiveError, TagError, UsageError
from elolag.results.provenance import provenance
from elolag.tags import check_bundle, load, ours, packaged
from elolag.tags import tables as bundle

#: A model that both sides' tags know, and a day on which it was not released.
MODEL, OTHER_DAY = "gpt-4o-2024-05-13", "2024-05-01"


@pytest.fixture
def elolag(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.delenv("ELOLAG_ARCHIVE", raising=False)
    return runner(monkeypatch, capsys)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    rows = [
        (MODEL, 1300.0, 8.0), ("claude-3-5-sonnet-20240620", 1310.0, 8.0),
        ("qwen2.5-72b-instruct", 1290.0, 8.0), ("deepseek-v3", 1320.0, 8.0),
        ("gpt-4.5-preview-2025-02-27", 1360.0, 8.0), ("deepseek-r1", 1350.0, 8.0),
    ]  # fmt: skip
    return made_archive.archive(tmp_path / "mine", made_archive.publication(rows, "2025-06-01"))


def changed(**of: str) -> bytes:
    """The packaged tables with the release of one model moved."""
    texts = bundle._decode(packaged(), "ours")
    day = load().models[MODEL].release_date
    (line,) = re.findall(rf"^{re.escape(MODEL)},.*$", texts["models"], re.MULTILINE)
    moved = line.replace(f",{day},", f",{of.get('day', OTHER_DAY)},", 1)
    return bundle._encode({**texts, "models": texts["models"].replace(line, moved)})


def written(path: Path, data: bytes) -> tuple[Path, str]:
    path.write_bytes(data)
    return path, hashlib.sha256(data).hexdigest()


def ask(archive: Path) -> dict[str, Any]:
    found = package.estimate_lag(
        board="arena/text", archive=archive, estimand="current", n_draws=60
    )
    return {"result": found, **found.to_dict()}


def test_the_packaged_tables_are_a_bundle_that_reads_back() -> None:
    texts = bundle._decode(packaged(), "ours")
    folder = Path(package.__file__).parent / "tags" / "data"
    assert list(texts) == ["labs", "models", "aliases"]
    for name, text in texts.items():
        assert text == (folder / f"{name}.csv").read_text("utf-8")
    again = check_bundle(packaged(), "ours")
    assert again == load()
    assert again.packaged
    assert again.bundle == hashlib.sha256(packaged()).hexdigest()


LINES = st.lists(
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), min_size=1
)


@given(st.fixed_dictionaries(dict.fromkeys(bundle._TABLES, LINES)))
def test_any_lines_come_back_as_they_were(lines: dict[str, list[str]]) -> None:
    texts = {name: "".join(f"{line}\n" for line in of) for name, of in lines.items()}
    data = bundle._encode(texts)
    assert bundle._decode(data, "x") == texts
    # The slow, obvious twin: what the JSON says, line by line.
    assert {n: v for n, v in json.loads(data).items() if n in bundle._TABLES} == lines


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(TagError, match=r"^x: .*elolag tags export FILE"):
        bundle._decode(data, "x")


def _with(**changes: Any) -> bytes:
    return json.dumps({**json.loads(packaged()), **changes}).encode()


HOSTILE = {
    "no bundle": (b"{}", "not a bundle of tags this version reads"),
    "a list": (b"[]", "not a bundle of tags this version reads"),
    "deep": (b"[" * 200_000, "not a bundle of tags"),
    "twice": (packaged().replace(b'"labs"', b'"models"', 1), "a name stands twice"),
    "zip": (b"PK\x03\x04" + bytes(60), "not a bundle of tags"),
    "another schema": (_with(schema=2), "this version reads"),
    "a path as a table": (_with(**{"../../x": ["a"]}), r"'\.\./\.\./x' is no part"),
    "no aliases": (
        json.dumps({k: v for k, v in json.loads(packaged()).items() if k != "aliases"}).encode(),
        "'aliases' is missing",
    ),
    "no lines": (_with(labs="lab"), "labs: not a list of lines"),
    "two lines in one": (_with(labs=["a\nb"]), "labs, line 1: .* is not one line"),
    "other columns": (_with(labs=["lab,name"]), "labs, line 1"),
    "a bad row": (changed(day="2024-13-40"), r"models, line \d+: .*2024-13-40"),
    "a lab gone": (
        _with(labs=[row for row in json.loads(packaged())["labs"] if row[:7] != "openai,"]),
        r"models, line \d+: lab 'openai'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_sound_bundle_is_refused_before_anything_is_written(
    name: str, mine: Path, tmp_path: Path, elolag: Command
) -> None:
    data, message = HOSTILE[name]
    file, digest = written(tmp_path / "b.json", data)
    before = (mine / "log.csv").read_bytes()
    done = elolag("tags", "update", file, "--sha256", digest, "--archive", mine)
    assert done.code in (1, 2)
    assert re.search(message, done.err), done.err
    assert (mine / "log.csv").read_bytes() == before
    assert not (mine / "tags").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.json", "mine"]


def test_a_lab_that_publishers_print_must_be_there() -> None:
    table = json.loads(packaged())
    lab = "nexusflow"
    assert any(row.startswith(f"{lab},") for row in table["labs"])
    models = [row for row in table["models"] if row.split(",")[1] != lab]
    gone = {row.split(",")[0] for row in table["models"]} - {row.split(",")[0] for row in models}
    data = _with(
        labs=[row for row in table["labs"] if not row.startswith(f"{lab},")],
        models=models,
        aliases=[row for row in table["aliases"] if row.split(",")[2] not in gone],
    )
    with pytest.raises(TagError, match=f"there is no '{lab}', which this version"):
        check_bundle(data, "b.json")


def test_the_hash_is_asked_for_and_held_to(mine: Path, tmp_path: Path, elolag: Command) -> None:
    file, digest = written(tmp_path / "b.json", changed())
    without = elolag("tags", "update", file, "--archive", mine)
    assert without.code == 2
    assert "--sha256 HASH" in without.err
    wrong = elolag("tags", "update", file, "--sha256", "0" * 64, "--archive", mine)
    assert wrong.code == 2
    assert digest in wrong.err
    assert not (mine / "tags").exists()
    assert elolag("tags", "update", "--archive", mine).code == 2
    assert elolag("tags", "update", file, "--remove", "--archive", mine).code == 2


def test_too_large_a_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "_MAX_BYTES", 1 << 20)
    file, digest = written(tmp_path / "b.json", bytes(2 << 20))
    with pytest.raises(UsageError, match="larger than 1 MB"):
        bundle.read_bundle(file, digest)


def test_only_in_an_archive_that_was_named(tmp_path: Path, elolag: Command) -> None:
    file, digest = written(tmp_path / "b.json", changed())
    done = elolag("tags", "update", file, "--sha256", digest)
    assert done.code == 2
    assert "elolag archive init DIR" in done.err


def test_installed_tags_answer_and_every_result_says_so(
    mine: Path, tmp_path: Path, elolag: Command
) -> None:
    before = ask(mine)
    assert before["policies"]["tags"] == hashlib.sha256(packaged()).hexdigest()
    assert not any("tags" in note for note in before["notes"])
    file, digest = written(tmp_path / "b.json", changed())
    head = Log.read(mine).head
    assert elolag("tags", "update", file, "--sha256", digest.upper(), "--archive", mine).code == 0
    # As data: the log's chain goes on, and the bundle is named by its hash.
    assert verify(Archive(mine), head=head) == []
    assert [p.name for p in (mine / "tags").iterdir()] == [f"{digest}.json"]
    assert Log.read(mine).tags == [digest]
    after = ask(mine)
    assert after["policies"]["tags"] == digest
    assert any(digest[:16] in note for note in after["notes"])
    assert provenance(after["result"]).to_dict()["tags"] == digest
    assert load(None, mine).models[MODEL].release_date == OTHER_DAY
    assert load().models[MODEL].release_date != OTHER_DAY
    shown = elolag("tags", "show", MODEL, "--archive", mine)
    assert f"released: {OTHER_DAY}" in shown.out
    said = json.loads(elolag("tags", "which", "--json", "--archive", mine).out)
    assert (said["sha256"], said["packaged"]) == (digest, False)
    # A user's own tags still win, over these.
    own = tmp_path / "own.csv"
    own.write_text(f"entry,model,release_date\n{MODEL},{MODEL},2024-04-01\n", "utf-8")
    over = load(own, mine)
    assert (over.models[MODEL].release_date, over.bundle) == ("2024-04-01", digest)
    # What is exported is what was installed.
    assert elolag("tags", "export", tmp_path / "again.json", "--archive", mine).code == 0
    assert (tmp_path / "again.json").read_bytes() == changed()
    assert elolag("tags", "export", tmp_path / "again.json", "--archive", mine).code == 2
    assert elolag("tags", "update", "--remove", "--archive", mine).code == 0
    assert Log.read(mine).tags == [digest, ""]
    assert ask(mine)["policies"] == before["policies"]
    assert verify(Archive(mine), head=head) == []


@pytest.mark.parametrize("harm", ["changed", "gone", "link", "stray", "folder"])
def test_what_was_installed_is_checked_on_every_load(
    harm: str, mine: Path, tmp_path: Path, elolag: Command
) -> None:
    file, digest = written(tmp_path / "b.json", changed())
    assert elolag("tags", "update", file, "--sha256", digest, "--archive", mine).code == 0
    held = mine / "tags" / f"{digest}.json"
    match harm:
        case "changed":
            held.write_bytes(packaged())
        case "gone":
            held.unlink()
        case "link":
            held.unlink()
            held.symlink_to(file)
        case "stray":
            (mine / "tags" / "notes.txt").write_bytes(b"x")
        case "folder":
            held.unlink()
            held.mkdir()
    (problem,) = verify(Archive(mine))
    assert problem.path.startswith("tags/")
    if harm == "stray":
        assert load(None, mine).bundle == digest
    else:
        with pytest.raises(ArchiveError, match=digest):
            ask(mine)
        # The other archive's answers are not touched, and there is a way back.
        assert load().packaged
        assert elolag("tags", "update", "--remove", "--archive", mine).code == 0
        assert load(None, mine).packaged


def test_a_run_that_was_stopped_before_it_could_log_leaves_what_answered(
    mine: Path, tmp_path: Path, elolag: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elolag.archive.store import Writer

    file, digest = written(tmp_path / "b.json", changed())
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "log", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert elolag("tags", "update", file, "--sha256", digest, "--archive", mine).code != 0
    assert (mine / "tags" / f"{digest}.json").is_file()
    assert load(None, mine).packaged
    assert verify(Archive(mine)) == []
    assert elolag("tags", "update", file, "--sha256", digest, "--archive", mine).code == 0
    assert load(None, mine).bundle == digest


def test_a_board_of_ones_own_is_asked_with_the_tags_of_the_archive_named(
    mine: Path, tmp_path: Path, elolag: Command
) -> None:
    file, digest = written(tmp_path / "b.json", changed())
    assert elolag("tags", "update", file, "--sha256", digest, "--archive", mine).code == 0
    ratings = open_archive(mine).board("arena/text").snapshot().ratings()
    ratings[["entry", "rating", "lower", "upper"]].to_csv(tmp_path / "r.csv", index=False)
    board = package.own_board(tmp_path / "r.csv")
    asked = {"board": board, "as_of": "2025-06-01", "estimand": "current", "n_draws": 60}
    assert package.estimate_lag(**asked, archive=mine).policies["tags"] == digest
    assert package.estimate_lag(**asked).policies["tags"] != digest


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """A question of an archive with other tags: of two lists, by models of both sides."""
    folder = tmp_path_factory.mktemp("updated")
    tables = ours()
    days = sorted((m.release_date, key) for key, m in tables.models.items())
    rows: dict[str, list[made_archive.Row]] = {"2025-11-01": [], "2026-06-01": []}
    for vintage, listed in rows.items():
        for side, least in (("US", 1200.0), ("CN", 1150.0)):
            known = [key for day, key in days
                     if "2024-01-01" <= day < vintage and not tables.models[key].base
                     and tables.country(tables.models[key]) == side]  # fmt: skip
            listed += [(key, least + 4.0 * n, 8.0) for n, key in enumerate(known[::4])]
    lists = [made_archive.publication(found, day) for day, found in rows.items()]
    mine = made_archive.archive(folder / "mine", *lists, accept=["all"])
    data = changed()
    with Writer(mine, "test") as writer:
        told = {"run_at": "2026-11-27T00:00:00Z", "source": "tags", "board": ""}
        writer.install_tags(data, told)
    asked = {"board": "arena/text", "archive": mine, "n_draws": 60}
    return asked, sha256(data)


KINDS: dict[str, Callable[..., Any]] = {
    "lag": package.estimate_lag,
    "all": package.estimate_all,
    "over time": lambda **q: package.lag_path("2026-03-01", **q),
    "change": lambda **q: package.estimate_change("2026-03-01", **q),
    "match": package.time_to_match,
    "slices": lambda **q: package.compare(by="openness", **q),
    "revisions": package.estimate_revisions,
    "leads": package.who_led,
    "dates": package.model_dates,
    "level": lambda **q: package.level_dates(1250.0, **q),
    "news": lambda **q: package.estimate_news("2025-11-01", "2026-06-01", **q),
    "measures": package.compare_measures,
    "forecast": package.forecast_lag,
    "claims": lambda **q: package.check_claims(
        keys=["schmidt-2024"], archive=q["archive"], n_draws=60
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_results_of_every_kind_name_the_tags_and_say_that_they_are_others(
    kind: str, updated: tuple[dict[str, Any], str]
) -> None:
    asked, digest = updated
    found = KINDS[kind](**asked)
    assert digest in json.dumps(found.to_dict(), default=str)
    (said,) = [note for note in found.footnotes() if digest[:16] in note]
    assert "not those that came with elolag" in said
    assert digest[:16] in found.to_markdown()
    if kind != "claims":  # they rest on several boards, which no figure of theirs names
        assert found.provenance.to_dict()["tags"] == digest
        assert digest[:16] in found.provenance.footer()


def test_every_way_of_asking_takes_the_tags_of_its_archive(
    mine: Path, tmp_path: Path, elolag: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them reads the tags without saying whose: that would be the shipped archive's."""
    file, digest = written(tmp_path / "b.json", changed())
    assert elolag("tags", "update", file, "--sha256", digest, "--archive", mine).code == 0
    empty = tmp_path / "none"
    monkeypatch.setenv("ELOLAG_ARCHIVE", str(empty))
    asked = {"board": "arena/text", "archive": mine, "n_draws": 40}
    from elolag.tags import tables

    used: list[str] = []
    real = tables._load

    def watched(*args: Any) -> Any:
        found = real(*args)
        used.append(found.bundle)
        return found

    monkeypatch.setattr(tables, "_load", watched)
    package.who_led(**asked)
    package.model_dates(**asked)
    package.estimate_all(**asked)
    for command in ("tags list", "lag --board arena/text --draws 40 --estimand current --explain"):
        assert elolag(*command.split(), "--archive", mine).code == 0
    assert len(used) >= 5
    assert set(used) == {digest}
