"""The whole site, as it is built with its charts: every page, link and download."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import checks
import month_worlds
import pytest
import site_worlds
from month_worlds import ADDRESS, MONTHS, NEW, Later, files

from elolag.results import citing
from elolag.site import Site
from elolag.site.folder import SUMS

pytestmark = pytest.mark.fresh

PAGES = (
    "index.html", "de/index.html", "months/index.html", "models/index.html",
    "de/models/index.html", "groups/index.html", "leads/index.html", "claims/index.html",
    "revisions/index.html", "methods/index.html", "data/index.html", "about/index.html",
    "ask/index.html",
)  # fmt: skip
PROGRAMS = ("latest.json", "series.csv", "datapackage.json", "feed.xml", "schemas/lag-1.json",
            "schemas/latest-1.json", SUMS)  # fmt: skip
IN_A_MONTH = (
    "index.html",
    "page.md",
    "lag.json",
    "result.json",
    "embed.html",
    "citation.bib",
    SUMS,
)


def pages(path: Path) -> list[Path]:
    return sorted(path.rglob("*.html"))


def test_has_what_it_promises(built: Site) -> None:
    found = files(built.path)
    assert sorted(found) == sorted(built.files)
    assert {*PAGES, *PROGRAMS} <= set(found)
    assert {f"{month}/{name}" for month in MONTHS for name in IN_A_MONTH} <= set(found)
    assert {f"corrections/{month}.html" for month in MONTHS} <= set(found)
    assert built.added == MONTHS
    assert "lists/2026-08-26.json" in found
    # One file a list, and none of a list that is a month's own.
    assert [n for n in found if n.startswith("lists/")] != []
    assert not {f"lists/{v}.json" for v, _ in month_worlds.LISTS[:3]} & set(found)
    listed = dict(line.split("  ")[::-1] for line in found[SUMS].decode().splitlines())
    assert listed == {n: hashlib.sha256(data).hexdigest() for n, data in found.items() if n != SUMS}


def test_every_link_leads_somewhere_and_none_loads_anything(built: Site, later: Later) -> None:
    # Out lead, at a click, the sources of claims and evidence of tags that is an address.
    assert checks.links(built.path, allowed=("https://",)) == []
    assert checks.links(later.path, allowed=("https://",)) == []
    evidence = f'href="{month_worlds.EVIDENCE}us-15"'.encode()
    assert evidence in (later.path / "models" / "us-15.html").read_bytes()


def test_the_front_page_leads_to_the_files_of_its_charts(built: Site) -> None:
    """They lie with the month of the same list; where that has not ended there are none."""
    for path, root in (("index.html", ""), ("de/index.html", "../")):
        links = [
            attrs["href"] for attrs, _ in checks.Page((built.path / path).read_bytes()).of("a")
        ]
        for chart, table in (("frontier", "frontier"), ("average-path", "average-path")):
            month = f"{root}2026-08"
            named = [f"{month}/figures/{chart}{end}" for end in (
                ".svg", "-page.png", "-slide.png", "-phone.png")]  # fmt: skip
            named += [f"{month}/data/{table}.{end}" for end in ("xlsx", "csv", "metadata.json")]
            at = links.index(named[0])
            assert links[at : at + len(named)] == named, path


def test_how_to_cite_is_headed_in_the_language_of_the_page(built: Site) -> None:
    for path, own, other in (
        ("index.html", "Sentence", "In German"), ("de/index.html", "Satz", "Auf Englisch"),
    ):  # fmt: skip
        text = (built.path / path).read_text("utf-8")
        assert re.findall(r"<h3>([^<]+)</h3>\s*<pre", text) == [own, other], path
        other_lang = {"Satz": "en", "Sentence": "de"}[own]
        assert re.findall(r'<pre[^>]* lang="(\w+)"', text) == [other_lang], path
        (footnote,) = re.findall(r"<pre[^>]*>(elolag [^<]*)</pre>", text)
        assert ("Datenstände: " in footnote) == (own == "Satz"), path
        assert "@software{" in footnote


def test_a_page_with_an_answer_is_listed_with_it(built: Site) -> None:
    for path in ("index.html", "de/index.html", f"{MONTHS[-1]}/index.html"):
        page = checks.Page((built.path / path).read_bytes())
        (about,) = [a["content"] for a, _ in page.of("meta") if a.get("name") == "description"]
        (answer,) = [text for a, text in page.of("p") if a.get("class") == "answer"]
        assert about == answer, path


def test_the_page_that_answers_is_listed_with_what_is_published(built: Site) -> None:
    """Its own ends are of the draws that travel, and differ."""
    listed = []
    for path in ("index.html", "ask/index.html"):
        page = checks.Page((built.path / path).read_bytes())
        listed += [a["content"] for a, _ in page.of("meta") if a.get("name") == "description"]
    published, asking = listed
    (own,) = [text for a, text in page.of("p") if a.get("id") == "line-1"]
    assert asking == published != own


def test_a_month_is_called_by_its_month(built: Site) -> None:
    """What it says of that day is said in the present, and another month may say the same."""
    for name in MONTHS:
        page = checks.Page((built.path / name / "index.html").read_bytes())
        (title,) = [text for _, text in page.of("title") if text.endswith(" – elolag")]
        (heading,) = [text for _, text in page.of("h1")]
        month = citing.month_of(name, "en")
        assert title == f"{month}: {heading} – elolag"


def test_a_chart_alone_points_to_no_table(built: Site) -> None:
    alone, whole = (
        (built.path / MONTHS[-1] / name).read_text("utf-8") for name in ("embed.html", "index.html")
    )
    assert "in the table below the chart" in whole
    assert "below the chart" not in alone


def test_tables_on_a_german_page_say_that_they_are_english(built: Site) -> None:
    page = checks.Page((built.path / "de" / "index.html").read_bytes())
    parts = [attrs.get("lang") for attrs, _ in page.of("thead", "tbody")]
    assert parts
    assert set(parts) == {"en"}


def test_the_feed_says_of_no_reconstruction_when_it_was_published(built: Site) -> None:
    feed = checks.xml((built.path / "feed.xml").read_bytes())
    for entry in feed.findall(f"{checks.ATOM}entry"):
        title = entry.findtext(f"{checks.ATOM}title") or ""
        if "Corrected" not in title and "become" not in title:
            published = entry.find(f"{checks.ATOM}published") is not None
            assert published == ("(reconstructed)" not in title)


def test_every_page_is_sound_and_strict(built: Site) -> None:
    assert len(pages(built.path)) > len(PAGES) + 2 * len(MONTHS)
    for path in pages(built.path):
        content = path.read_bytes()
        assert checks.html(content) == [], path
        assert checks.csp(content) == [], path
        page = checks.Page(content)
        tags = [tag for tag, _ in page.elements]
        (whole,) = page.of("html")
        german = path.relative_to(built.path).parts[0] == "de"
        assert whole[0]["lang"] == ("de" if german else "en"), path
        if path.name != "embed.html":
            assert {"header", "footer"} <= set(tags), path
        if path.parent.name not in MONTHS:
            assert "nav" in tags, path


def test_a_german_page_says_which_links_lead_to_english_pages(built: Site) -> None:
    for path in ("de/index.html", "de/models/index.html"):
        text = (built.path / path).read_text("utf-8")
        links = re.findall(r'<li><a href="(\.\./[^"]*)"( hreflang="en")?>([^<]*)</a>', text)
        assert {"Monate (englisch)", "Über diese Seiten (englisch)", "English"} <= {
            name for *_, name in links
        }
        for to, marked, name in links:
            german = to.removeprefix("../").removeprefix("../").startswith("de/")
            assert bool(marked) is not german, to
            assert name.endswith(" (englisch)") is not (german or name == "English"), to
    english = (built.path / "index.html").read_text("utf-8")
    assert '<a href="de/index.html" hreflang="de">Deutsch</a>' in english
    assert 'hreflang="en"' not in english


def test_pages_conform(built: Site) -> None:
    if isinstance(command := checks.nu(), str):
        pytest.skip(command)
    assert checks.conforms(pages(built.path)) == []


def test_every_file_is_opened_by_a_program_that_reads_it(built: Site) -> None:
    kinds = set()
    for path in sorted(built.path.rglob("*")):
        if path.is_file() and path.name != SUMS:
            checks.opens(path)
            kinds.add(path.suffix)
    assert {".html", ".csv", ".xlsx", ".svg", ".png", ".json", ".xml", ".bib"} <= kinds


def test_names_that_wish_us_ill_do_nothing_anywhere(built: Site) -> None:
    found = files(built.path)
    for name, content in found.items():
        if not name.endswith((".html", ".svg")):
            continue
        text = content.decode()
        for attack in (site_worlds.SCRIPT, site_worlds.IMAGE, "<svg/onload"):
            assert attack not in text, name
        assert "\u202e" not in text, name
        assert 'href="javascript' not in text, name
        assert 'href="http:' not in text, name
    seen = [name for name in found if name.startswith("models/") and b"window.owned" in found[name]]
    assert seen, "no page shows the names that were put to the test"
    for name, content in found.items():
        if name.endswith(".csv"):
            cells = [c for row in csv.reader(io.StringIO(content.decode())) for c in row]
            assert not [c for c in cells if c.startswith(("=", "+", "@"))], name


def test_the_package_has_every_table_with_its_hash(built: Site) -> None:
    found = files(built.path)
    package = json.loads(found["datapackage.json"])
    listed = {resource["path"]: resource for resource in package["resources"]}
    tables = {name for name in found if name.endswith(".csv")}
    assert set(listed) == tables
    for name, resource in listed.items():
        assert resource["hash"] == f"sha256:{hashlib.sha256(found[name]).hexdigest()}", name
        assert resource["bytes"] == len(found[name]), name
        (header, *_) = csv.reader(io.StringIO(found[name].decode()))
        assert [field["name"] for field in resource["schema"]["fields"]] == header, name


def test_the_record_says_of_what_type_its_columns_are(built: Site) -> None:
    package = json.loads((built.path / "datapackage.json").read_bytes())
    (table,) = (r for r in package["resources"] if r["path"] == "months/data/record.csv")
    types = {field["name"]: field["type"] for field in table["schema"]["fields"]}
    named = ("month", "vintage", "method", "first", "published")
    assert [types[name] for name in named] == ["yearmonth", "date", "string", "number", "date"]


def test_says_nothing_of_this_machine(built: Site, months: dict[str, Any]) -> None:
    here = (str(months["archive"]), str(Path(months["extra_tags"]).parent), str(Path.cwd()))
    for name, content in files(built.path).items():
        assert [place for place in here if place.encode() in content] == [], name


def test_workers_and_another_folder_change_no_byte(built: Site, plain: Site) -> None:
    """But for the charts, which the site by one worker lacks; theirs are held elsewhere."""
    first, again = files(built.path), files(plain.path)
    assert sorted(first) == sorted(again)
    for name in first:
        if name.endswith((".svg", ".png", SUMS)):
            continue
        assert undrawn(name, first[name]) == undrawn(name, again[name]), name


def undrawn(name: str, content: bytes) -> bytes:
    """A file without the charts that are part of it."""
    drawn = re.compile(rb"<svg.*?</svg>", re.DOTALL)
    return drawn.sub(b"", content) if name.endswith(".html") else content


def test_programs_agree_with_the_page(built: Site, later: Later) -> None:
    for path, newest in ((built.path, MONTHS[-1]), (later.path, NEW)):
        latest = json.loads((path / "latest.json").read_text())
        facts = json.loads((path / newest / "lag.json").read_text())
        assert latest["month"] == newest
        assert latest["average"]["months"] == facts["answer"]["headline"]["months"]
        assert latest["sentence"]["en"] in facts["sentence"]["en"]
        assert (
            latest["sha256"]
            == hashlib.sha256((path / newest / "lag.json").read_bytes()).hexdigest()
        )
        assert latest["links"]["page"] == f"{ADDRESS}/{newest}/index.html"
        rows = list(csv.DictReader(io.StringIO((path / "series.csv").read_text("utf-8"))))
        assert [row["month"] for row in rows] == sorted(row["month"] for row in rows)
        assert rows[-1]["month"] == newest
        assert float(rows[-1]["average_months"]) == pytest.approx(latest["average"]["months"])
