"""Reading provenance back out of files that may be anything, and the command around it."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from search import search
from typer.testing import CliRunner

import elolag
from elolag import cite, plots
from elolag.archive import open_archive
from elolag.cite import figure
from elolag.cli import app
from elolag.errors import UsageError
from elolag.results import provenance
from elolag.results.owner import owner

ROOT = Path(__file__).resolve().parents[2]
GOOD = json.dumps({"schema": 1, "software": "elolag", "version": "0", "sources": []})


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("drawn")
    axes = Figure().subplots()
    return {
        kind: plots.save(axes, folder / f"toy.{kind}").read_bytes()
        for kind in ("png", "svg", "pdf")
    }


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    out = b"\x89PNG\r\n\x1a\n"
    for kind, body in chunks:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        out += struct.pack(">I", len(body)) + kind + body + crc
    return out


def read(tmp_path: Path, data: bytes) -> dict[str, object]:
    target = tmp_path / "figure"
    target.write_bytes(data)
    return cite.read_figure(target)


def svg(source: str, head: str = "") -> bytes:
    return (
        f"<?xml version='1.0'?>{head}<svg xmlns='http://www.w3.org/2000/svg' xmlns:cc='c' "
        f"xmlns:dc='d'><metadata><cc:Work><dc:source>{source}</dc:source></cc:Work></metadata>"
        f"</svg>"
    ).encode()


@pytest.mark.parametrize(
    "data",
    [
        png((b"tEXt", b"elolag\0" + GOOD.encode())),
        png((b"IHDR", b"x"), (b"iTXt", b"elolag\0\0\0\0\0" + GOOD.encode())),
        png((b"zTXt", b"elolag\0\0" + zlib.compress(GOOD.encode()))),
        png((b"iTXt", b"elolag\0\1\0en\0\0" + zlib.compress(GOOD.encode()))),
        svg(GOOD.replace('"', "&quot;")),
        b"%PDF-1.4\n<< /Keywords (" + GOOD.encode() + b") >>",
        b"%PDF-1.4\n<< /Keywords (" + GOOD.replace("{", "\\173").encode() + b") >>",
    ],
)
def test_hand_made_files_are_read(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data)["software"] == "elolag"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "neither PNG nor SVG nor PDF"),
        (b"GIF89a", "neither PNG nor SVG nor PDF"),
        (png((b"IHDR", b"x"), (b"IEND", b"")), "holds no provenance"),
        (png((b"zTXt", b"elolag\0\0" + zlib.compress(b"0" * 10_000_000))), "holds no provenance"),
        (b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXtelolag\0{}", "holds no provenance"),
        (png((b"tEXt", b"elolag\0" + b"[" * 200_000)), "holds no provenance"),
        (png((b"tEXt", b'elolag\0{"software":"other"}')), "holds no provenance"),
        (
            png((b"tEXt", b'elolag\0{"software":"elolag","schema":1,"sources":[1]}')),
            "no provenance",
        ),
        (
            png((b"tEXt", b'elolag\0{"software":"elolag","schema":1,"sources":[{"a":{}}]}')),
            "no pro",
        ),
        (png((b"tEXt", b'elolag\0{"software":"elolag","schema":9,"version":"7"}')), "schema 9"),
        (png((b"tEXt", b"elolag\0" + b" " * (2**20 + 1))), "holds no provenance"),
        (png((b"zTXt", b"elolag\0\0" + zlib.compress(b" " * 2**26))), "holds no provenance"),
        (png((b"zTXt", b"elolag\0\0nothing deflated")), "holds no provenance"),
        (png((b"iTXt", b"elolag\0\1\0")), "holds no provenance"),
        (png(*[(b"tEXt", b"a\0b")] * 10_001), "holds no provenance"),
        (svg("&a;", '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "holds no prov"),
        (svg("&a;", '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "holds no prov"),
        (b"<svg><unclosed>", "holds no provenance"),
        (b"%PDF-1.4 no keywords", "holds no provenance"),
        (b"%PDF-1.4 /Keywords (" + b"\\" * 100_001, "holds no provenance"),
        (b"%PDF-1.4 /Keywords (" + b"(" * 100_000 + b")", "holds no provenance"),
    ],
)
def test_hostile_files_are_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(tmp_path, data)


def test_large_and_missing_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        cite.read_figure(tmp_path / "none.png")
    with pytest.raises(UsageError, match="cannot be read"):
        cite.read_figure(tmp_path)
    monkeypatch.setattr(figure, "LARGEST", 100)
    with pytest.raises(UsageError, match="larger than"):
        read(tmp_path, b"\x89PNG\r\n\x1a\n" + b"0" * 200)


@search(150)
@given(
    kind=st.sampled_from(["png", "svg", "pdf"]),
    cuts=st.lists(st.tuples(st.integers(0, 40_000), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_a_damaged_file_gives_facts_or_a_typed_error(
    drawn: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    cuts: list[tuple[int, bytes]],
) -> None:
    data = drawn[kind]
    for at, patch in cuts:
        data = data[: at % len(data)] + patch + data[at % len(data) + len(patch) // 2 :]
    target = tmp_path_factory.getbasetemp() / f"damaged.{kind}"
    target.write_bytes(data)
    try:
        found, said = cite.read_figure(target), ""
    except UsageError as error:
        found, said = {"software": "elolag"}, str(error)
    assert found["software"] == "elolag"
    assert not said or said.startswith(str(target))


def run(*words: str) -> str:
    found = CliRunner().invoke(app, ["cite", *words])
    if found.exception is not None:
        raise found.exception
    return found.stdout


def test_the_command_prints_all_parts() -> None:
    text = run("--draws", "300", "--lang", "de", "--full")
    assert text.startswith("Satz\n\nIn den zwölf Monaten bis zum 19. August 2026 lag das jeweils ")
    assert (
        "\nAm 19. August 2026 stand das beste chinesische Modell (wahrscheinlich Kimi K3) " in text
    )
    assert "\n@software{elolag-" in text
    items = json.loads(text[text.index("\n[") :])
    assert items[0]["type"] == "software"
    headings = ("Satz", "Fußnote", "Fußnote mit allen Hashwerten", "BibTeX", "CSL-JSON")
    at = [text.index(f"{heading}\n\n") for heading in headings]
    assert at == sorted(at)
    assert text.count("\n@") == len(items) > 10
    assert "Sentence\n\n" in run("--draws", "300", "--full", "--board", "epoch/eci")


def test_the_command_is_short_unless_asked() -> None:
    said, _, bibtex = run("--draws", "300").partition("\n\n@software{")
    assert bibtex.count("@") == 1
    assert "@misc{arena-text-style-control-2026-08-19," in bibtex
    sentence, _, footnote = said.partition("\n\n")
    assert sentence.startswith("Over the twelve months to 19 August 2026, ")
    assert footnote.startswith("Arena (arena.ai), 19 August 2026, CC-BY-4.0; ")
    found = CliRunner().invoke(app, ["cite", "--draws", "300", "--json"])
    unset = owner().unset()
    assert found.stderr == (f"elolag: {unset}\n" if unset else "")
    assert json.loads(found.stdout)["short_footnote"] == " ".join(footnote.split()).replace(
        ". elolag", ".\nelolag"
    ).split("\n")


def test_the_command_prints_one_part_alone() -> None:
    asked = json.loads(run("--draws", "100", "--json", "--board", "arena/text"))
    assert asked["sentence"].startswith("Over the twelve months to ")
    assert asked["wording"] == "behind"
    assert asked["csl"][1]["title"].startswith("arena/text, ratings of ")
    assert asked["log_head"] == open_archive().log_head
    assert len(asked["log_head"]) == 64


def test_the_command_reads_figures(drawn: dict[str, bytes], tmp_path: Path) -> None:
    chart = str(ROOT / "docs" / "frontier.png")
    assert "China trails the US" in run(chart)
    assert json.loads(run(chart, "--json"))["board"] == "arena/text_style_control"
    assert run(chart, "--bibtex").startswith("@software{elolag-")
    assert json.loads(run(chart, "--csl"))[1]["type"] == "dataset"
    other = {"schema": 1, "software": "elolag", "version": "0.0.9", "released": "2025-02-03"}
    dated = cite.figure_references({**other, "sources": []})[0]
    assert dated.csl()["issued"] == {"date-parts": [[2025, 2, 3]]}
    assert "year = {2025}" in dated.bibtex()
    evil = {"schema": 1, "software": "elolag", "title": "\x1b[2J", "released": "2026}, x = {1",
            "sources": [{"path": "\x1b]0;", "vintage": "2026-x"}]}  # fmt: skip
    target = tmp_path / "evil.png"
    target.write_bytes(png((b"tEXt", b"elolag\0" + json.dumps(evil).encode())))
    assert "\x1b" not in run(str(target))
    assert "\x1b" not in run(str(target), "--bibtex")
    assert "year" not in run(str(target), "--bibtex")
    assert "issued" not in run(str(target), "--csl")


SOURCE = st.fixed_dictionaries(
    {"path": st.text(max_size=3), "licence": st.sampled_from("ab"), "publisher": st.just("x")}
)


@search(100)
@given(st.lists(SOURCE, max_size=6))
def test_sources_are_whole_again_whatever_they_share(sources: list[dict[str, str]]) -> None:
    packed = provenance._packed(sources)
    assert provenance.unpacked(packed) == sources
    assert sum(map(len, packed)) <= sum(map(len, sources))


def test_files_of_the_first_schema_are_read_as_they_were_meant(tmp_path: Path) -> None:
    told = [{"path": "a/2026-01-01", "licence": "MIT"}, {"path": "a/2025-01-01"}]
    for schema, licence in ((1, {}), (2, {"licence": "MIT"})):
        facts = {**json.loads(GOOD), "schema": schema, "sources": told}
        found = read(tmp_path, png((b"tEXt", b"elolag\0" + json.dumps(facts).encode())))
        assert found["sources"] == [told[0], {**told[1], **licence}]


def test_few_words_for_many_sources_are_refused(tmp_path: Path) -> None:
    facts = {**json.loads(GOOD), "schema": 2, "sources": [{"path": "x" * 10_000}, *[{}] * 1_000]}
    with pytest.raises(UsageError, match="holds no provenance"):
        read(tmp_path, png((b"tEXt", b"elolag\0" + json.dumps(facts).encode())))


@pytest.mark.parametrize(
    "words", [("--lang", "fr"), ("--bibtex", "--csl"), ("--full", "--json"), ("nothing.png",)]
)
def test_the_command_refuses(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run(*words)


def test_citation_file_is_valid_and_of_this_version() -> None:
    """By what version 1.2.0 of the format asks of the fields that stand in it."""
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    texts = {"cff-version", "message", "title", "abstract", "type", "version", "license"}
    addresses = {"repository-code", "url", "doi"}  # those of owner.toml: tests/test_release.py
    wanted = texts | {"authors", "keywords", "references", "date-released"}
    assert set(found) - addresses == wanted
    assert {key: type(found[key]) for key in texts} == dict.fromkeys(texts, str)
    assert (found["cff-version"], found["type"]) == ("1.2.0", "software")
    assert len(set(found["keywords"])) == len(found["keywords"]) > 0
    for whole in (found, *found["references"]):
        assert whole["title"]
        assert [set(author) for author in whole["authors"]] == [{"name"}]
    for reference in found["references"]:
        assert set(reference) == {"type", "title", "authors", "license", "url"}
        assert reference["type"] == "data"
        assert urlsplit(reference["url"]).scheme == "https"
    assert found["version"] == elolag.__version__
    assert found["license"] == "Apache-2.0"
    assert {r["license"] for r in found["references"]} == {"CC-BY-4.0"}
