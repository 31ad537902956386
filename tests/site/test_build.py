"""The whole site, as it is built: every page, link and download, the same every time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import checks
import joblib
import month_worlds
import pytest
import site_worlds
from month_worlds import ADDRESS, DAY, MONTHS, NEW, Later, files

from elolag import tags
from elolag.archive import open_archive
from elolag.errors import UsageError
from elolag.own import own_board
from elolag.site import Site, build
from elolag.site.folder import SUMS
from elolag.site.workers import work_through, workers

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
        assert {"Monate (englisch)", "Über (englisch)", "English"} <= {name for *_, name in links}
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
    # An attribute of SVG 2 that the checker does not know yet.
    found = checks.conforms(pages(built.path))
    assert [fault for fault in found if "paint-order" not in fault] == []


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


def test_without_news_the_site_stays_as_it_is(
    plain: Site, months: dict[str, Any], tmp_path: Path
) -> None:
    before = files(plain.path)
    with month_worlds.plain():
        made = month_worlds.write(plain.path, months)
    assert made.added == ()
    again = files(plain.path)
    assert sorted(before) == sorted(again)
    assert [name for name in before if before[name] != again[name]] == []


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


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"base_url": "http://pages.example"}, "https://"),
        ({"base_url": "pages.example"}, "https://"),
        ({"vintage": "2026-08-19"}, "leave vintage out"),
        ({"as_of": "2026-08-19"}, "leave as_of out"),
        ({"published": "the third"}, "the third"),
        ({"board": "arena/none"}, "arena/none"),
    ],
)
def test_what_no_site_can_be_made_of(
    months: dict[str, Any], tmp_path: Path, other: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        month_worlds.write(tmp_path / "site", months, **other)
    assert list(tmp_path.iterdir()) == []


def _work(question: dict[str, Any]) -> build._Work:
    board = open_archive(question["archive"]).board(question["board"])
    asked: Any = question
    return build._Work(board, asked, {}, {}, DAY, "", (), None)


def test_the_newest_month_is_the_same_by_a_worker_and_with_the_front_page(
    months: dict[str, Any], plain: Site
) -> None:
    work = _work(months)
    *_, before, month = work.months
    asked: Any = months
    with month_worlds.plain():
        made = build._month(month, before, DAY, asked, "by itself")
    assert not isinstance(made, str)
    for name, content in made[0].items():
        assert (plain.path / month.name / name).read_bytes() == content, name


def test_a_worker_reads_anew_whatever_an_answer_rests_on(
    months: dict[str, Any], tmp_path: Path
) -> None:
    """Sessions are kept by worker under this stamp, and hold lists and tags."""
    first = _work(months).stamp
    assert _work(months).stamp == first
    own = Path(shutil.copytree(months["extra_tags"], tmp_path / "tags"))
    archive = Path(shutil.copytree(months["archive"], tmp_path / "archive"))
    seen = {first, _work({**months, "archive": str(archive)}).stamp}
    month_worlds.take(archive, [month_worlds.NEXT])
    seen.add(_work({**months, "archive": str(archive)}).stamp)
    month_worlds.retag(own, *month_worlds.MOVED)
    seen.add(_work({**months, "extra_tags": own}).stamp)
    assert len(seen) == 4
    with pytest.MonkeyPatch.context() as patch:
        others = replace(tags.load(), bundle="of others")
        patch.setattr(tags, "load", lambda **_: others)
        assert _work(months).stamp not in seen


def test_a_table_of_ones_own_has_no_months(months: dict[str, Any], tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("entry,rating,lower,upper\na,1300,1290,1310\n", encoding="utf-8")
    with pytest.raises(UsageError, match="one list of your own"):
        month_worlds.write(tmp_path / "site", months, board=own_board(table, date="2026-08-19"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.csv"]


def test_a_folder_that_holds_anything_else_is_left_alone(
    plain: Site, months: dict[str, Any], tmp_path: Path
) -> None:
    mine = tmp_path / "site"
    mine.mkdir()
    (mine / "diary.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(UsageError, match=r"diary\.txt"):
        month_worlds.write(mine, months)
    assert [p.name for p in mine.iterdir()] == ["diary.txt"]
    assert DAY in (plain.path / "feed.xml").read_text("utf-8")


def test_a_month_is_published_when_it_has_ended(months: dict[str, Any], tmp_path: Path) -> None:
    """Until then a later list may come, which is the month's; the front page has the newest."""
    with pytest.raises(UsageError, match="no month that had ended by 2025-12-31"):
        month_worlds.write(tmp_path / "early", months, published="2025-12-31")
    assert not (tmp_path / "early").exists()
    with month_worlds.plain():
        made = month_worlds.write(tmp_path / "site", months, published="2026-08-31")
    assert made.added == ("2025-12", "2026-07")
    assert made.headline.vintage == "2026-08-19"
    page = (made.path / "index.html").read_text("utf-8")
    assert 'href="2025-12/index.html"' in page
    assert "the last month that has ended" in page
    assert json.loads((made.path / "latest.json").read_bytes())["month"] == "2025-12"
    assert "2025-12/figures" not in page


def test_a_question_the_page_cannot_carry_is_told_there(
    months: dict[str, Any], tmp_path: Path
) -> None:
    with month_worlds.plain():
        made = month_worlds.write(tmp_path / "site", months, min_votes=5)
    page = (made.path / "ask" / "index.html").read_text("utf-8")
    assert "No page that answers back" in page
    assert "<script" not in page
    assert checks.links(made.path, ["https://"]) == []


def test_who_waits_takes_what_no_worker_has_begun_and_workers_keep_what_they_hold() -> None:
    told: list[tuple[int, int]] = []
    tasks = {f"{n}": partial(_slowly_where, n) for n in range(12)}
    with workers(2) as beside:
        found, _ = work_through(tasks, beside, lambda *counted: told.append(counted), lambda: None)
    assert sorted(found, key=int) == list(tasks)
    assert told == [(n, 12) for n in range(1, 13)]
    places = [found[name] for name in tasks]
    assert set(places[:1]).isdisjoint({os.getpid()})
    assert places[-1] == os.getpid()
    assert len(set(places)) == 2


def test_a_worker_is_handed_one_task_and_the_others_can_still_be_taken() -> None:
    """The worker ends when all others are done: what it had fetched ahead would wait for ever."""
    handed: list[Future[int]] = []

    class Worker(Executor):
        def submit(self, *_: object, **__: object) -> Any:
            handed.append(Future())
            return handed[-1]

    def last() -> int:
        handed[0].set_result(0)
        return 1

    tasks = {"first": int, "last": last, **{f"{n}": partial(int, f"{n}") for n in range(2, 6)}}
    found, _ = work_through(tasks, [Worker()], None, lambda: _until(lambda: bool(handed)))
    assert found == {"first": 0, "last": 1, **{f"{n}": n for n in range(2, 6)}}
    assert len(handed) == 1


def _until(true: Callable[[], bool]) -> None:
    while not true():
        threading.Event().wait(0.001)


def _slowly_where(number: int) -> int:
    """Which process does it; the second leaves as much memory behind as a leak would."""
    if number == 1:
        _HELD.append(b"x" * 350_000_000)
    time.sleep(0.4)
    return os.getpid()


#: What a worker holds for its next tasks.
_HELD: list[bytes] = []


def test_an_error_that_is_the_sites_own_ends_the_work() -> None:
    tasks = {"claims": partial(_refuse, "told in its place"), "month x": partial(_refuse, "raised")}
    with workers(2) as beside:
        with pytest.raises(UsageError, match="raised"):
            work_through(tasks, beside, None, lambda: None)
        found, _ = work_through({"claims": tasks["claims"]}, beside, None, lambda: None)
    assert str(found["claims"]) == "told in its place"


def test_workers_of_a_site_are_not_those_of_others_in_the_process() -> None:
    with workers(2) as beside:
        assert beside[0].submit(int, "1").result() == 1
        calls = (joblib.delayed(int)(n) for n in "12")
        assert joblib.Parallel(n_jobs=2)(calls) == [1, 2]
    with pytest.raises(UsageError, match="1 or more, not 0"):
        build.write_site("nowhere", jobs=0)


def _refuse(why: str) -> None:
    raise UsageError(why)


def test_a_worker_that_is_replaced_ends_no_thread() -> None:
    """Raised in the thread that reads the answers, its warning would leave all waiting."""
    with workers(2) as beside:
        found, made = work_through({"one": partial(int, "1")}, beside, None, lambda: "here")
    assert (found, made) == ({"one": 1}, "here")
    said = "A worker stopped while some jobs were given to the executor."
    warnings.warn(said, UserWarning, stacklevel=1)  # elsewhere in the tests an error
