"""First and revised figures: what was said, what the same list says today, what the newest says."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import checks
import month_worlds
import pytest
from hypothesis import given
from hypothesis import strategies as st
from month_worlds import DAY, LATER, MONTHS, NEW, Later, files

from elolag.errors import UsageError
from elolag.estimate.lag import HEADLINE, estimate_lag
from elolag.estimate.session import Session, asking
from elolag.own import own_board
from elolag.results import citing
from elolag.results.pages import words
from elolag.site import Site, record
from elolag.site.history import Figure, Record, answer, compiled, revising
from elolag.site.months import FACTS, Frozen, Month, frozen, next_release
from elolag.site.months import months as months_of
from tests.command import Command, runner

Made = Callable[[dict[str, Frozen]], Record]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="module")
def reconstructed(months: dict[str, Any]) -> Record:
    return record(**months)


@pytest.fixture(scope="module")
def mended(later: Later) -> Record:
    return record(later.path, **later.question)


@pytest.fixture(scope="module")
def made(months: dict[str, Any]) -> Made:
    """The record of the same archive and tags, with any months published."""
    asked = asking(months, session=Session())
    every = board_months(asked)
    answers = {month.name: answer(month, asked) for month in every}
    newest, path = estimate_lag(**asked), revising(every, asked)
    return lambda held: compiled(every, held, answers, newest, path)


def board_months(question: Any) -> tuple[Month, ...]:
    board = question["session"].board(question["board"], question["archive"], "all")
    return months_of(board, "overall")


def facts(path: Path, month: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / month / FACTS).read_text("utf-8"))
    return found


def text(path: Path) -> str:
    return " ".join(" ".join(checks.Page(path.read_bytes()).texts).split())


def test_each_month_has_its_list(months: dict[str, Any]) -> None:
    asked = asking(months, session=Session())
    board = asked["session"].board(asked["board"], asked["archive"], "all")  # type: ignore[union-attr]
    found = months_of(board, "overall")
    assert [(m.name, m.vintage, m.official) for m in found] == [
        ("2025-12", "2025-12-15", True),
        ("2026-07", "2026-07-15", False),
        ("2026-08", "2026-08-19", True),
    ]
    assert months_of(board, "coding") == ()
    # The slow twin: of every month its last own list, else its last.
    lists = board.complete("overall")
    for month in found:
        of = sorted((s.official, s.vintage) for s in lists if s.vintage.startswith(month.name))
        assert of[-1] == (month.official, month.vintage)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_the_next_figure_comes_in_the_month_after(day: dt.date) -> None:
    said = next_release(day.isoformat())
    assert said > day.isoformat()
    assert said.endswith("-03")
    year, month = int(said[:4]), int(said[5:7])
    assert 12 * year + month == 12 * day.year + day.month + 1


def test_only_the_newest_new_month_is_published(plain: Site, later: Later) -> None:
    said = words("reconstructed", version=plain.headline.version)
    for month in MONTHS:
        found = facts(plain.path, month)
        first = month == MONTHS[-1]
        assert found["published"] == (DAY if first else None)
        assert found["reconstructed"] is not first
        assert (said in text(plain.path / month / "index.html")) is not first
        copy = words("copy") in text(plain.path / month / "index.html")
        assert copy is (month == "2026-07") is not found["official"]
    assert facts(later.path, NEW)["published"] == LATER
    assert "Reconstructed" not in text(later.path / NEW / "index.html")
    # What was published stays so, under the method of its day.
    assert [row["published"] for row in table(later.path)] == [LATER, DAY, "", ""]
    assert table(later.path)[0]["method"] == "2031.01"
    assert facts(later.path, MONTHS[-1])["method"] == facts(plain.path, MONTHS[0])["method"]


def table(site: Path) -> list[dict[str, str]]:
    content = (site / "months" / "data" / "record.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(content)))


def test_an_early_month_has_a_figure_of_the_day(
    plain: Site, reconstructed: Record, months: dict[str, Any]
) -> None:
    early, *others = reconstructed.rows
    assert early.estimand == "current"
    assert early.revised is None
    assert all(row.estimand == HEADLINE and row.revised for row in others)
    found = facts(plain.path, MONTHS[0])
    assert found["answer"]["headline"]["estimand"] == "current"
    assert early.first.months == found["answer"]["headline"]["months"]
    rows = list(csv.DictReader(io.StringIO((plain.path / "series.csv").read_text("utf-8"))))
    assert rows[0]["average_months"] == ""
    assert rows[0]["average_bound"] == "withheld"
    assert float(rows[0]["current_months"]) == pytest.approx(found["current"]["headline"]["months"])
    assert words("early") in text(plain.path / "corrections" / f"{MONTHS[0]}.html")
    assert any(MONTHS[0] in note for note in reconstructed.footnotes())


def test_revised_is_the_newest_list_on_the_day(
    reconstructed: Record, months: dict[str, Any]
) -> None:
    """The slow twin asks each day by itself."""
    for row in reconstructed.rows:
        if row.revised is None:
            continue
        asked = estimate_lag(**months, as_of=row.month.vintage, estimand=HEADLINE)
        assert row.revised.months == pytest.approx(asked.months, abs=0.15)
        own = estimate_lag(**months, vintage=row.month.vintage)
        assert row.again.months == own.months


def test_a_mended_tag_shows_beside_the_frozen_figure(
    plain: Site, later: Later, mended: Record
) -> None:
    rows = {row.month.name: row for row in mended.rows}
    assert tuple(rows) == (*MONTHS, NEW)
    moved = [name for name in MONTHS if rows[name].corrected]
    assert MONTHS[-1] in moved
    assert not rows[NEW].corrected
    for name in MONTHS:
        row, told = rows[name], facts(plain.path, name)["answer"]["headline"]
        assert row.first.months == told["months"]
        page = text(later.path / "corrections" / f"{name}.html")
        assert words("corrected" if row.corrected else "uncorrected") in page
    feed = checks.opens(later.path / "feed.xml")
    told = [entry.id for entry in feed.entries if "corrections/" in entry.id]
    assert sorted(told) == sorted(
        f"{month_worlds.ADDRESS}/corrections/{name}/{month_worlds.NEXT[0]}" for name in moved
    )
    listed = {row["month"]: row for row in table(later.path)}
    for name in moved:
        assert listed[name]["first"] != listed[name]["again"]
    assert "corrections/" not in (plain.path / "feed.xml").read_text("utf-8")


def test_a_list_that_comes_after_its_month_was_published(
    plain: Site, later: Later, months: dict[str, Any], tmp_path: Path
) -> None:
    """The month keeps its list and its figure; the front page goes by the newest official list."""
    archive = Path(shutil.copytree(months["archive"], tmp_path / "archive"))
    month_worlds.take(archive, [("2026-08-30", month_worlds.OFFICIAL)])
    question = month_worlds.asked(archive, later.question["extra_tags"])
    out = Path(shutil.copytree(plain.path, tmp_path / "site"))
    with month_worlds.plain():
        made = month_worlds.write(out, question)
    assert made.added == ()
    assert made.headline.vintage == "2026-08-30"
    assert files(out / MONTHS[-1]) == files(plain.path / MONTHS[-1])
    assert (out / "lists" / "2026-08-30.json").is_file()
    assert citing.date("2026-08-30", "en") in text(out / "index.html")
    assert table(out)[0]["vintage"] == "2026-08-19"
    (row,) = record(out, **question).rows[-1:]
    asked = estimate_lag(**question, vintage="2026-08-19")
    assert row.again.months == asked.months
    assert row.corrected
    # What programs read agrees with itself: all of it is the published figure.
    latest, told = json.loads((out / "latest.json").read_text("utf-8")), facts(out, MONTHS[-1])
    assert latest["vintage"] == "2026-08-19"
    assert latest["average"]["months"] == told["answer"]["headline"]["months"]
    assert latest["sentence"] == told["sentence"]
    assert checks.links(out, allowed=("https://",)) == []


def test_a_published_month_that_has_no_answer_today_keeps_its_own(
    plain: Site, made: Made, months: dict[str, Any]
) -> None:
    """Its page leads to what has become of it, which must be there."""
    asked = asking(months, session=Session())
    every, held = board_months(asked), frozen(plain.path)
    answers: dict[str, Any] = {m.name: answer(m, asked) for m in every} | {MONTHS[-1]: "too few"}
    found = compiled(every, held, answers, plain.headline, None)
    (row,) = [row for row in found.rows if row.month.name == MONTHS[-1]]
    before = {r.month.name: r for r in made(held).rows}[MONTHS[-1]]
    assert row.first == before.first
    assert row.again.months is None
    assert row.corrected
    assert f"{MONTHS[-1]} has no figure today: too few." in found.footnotes()
    # One that was never published has nothing to keep.
    without = compiled(every, {}, answers, plain.headline, None)
    assert [r.month.name for r in without.rows] == list(MONTHS[:-1])


@given(kept=st.sets(st.sampled_from(MONTHS)))
def test_the_record_needs_no_folder_where_nothing_changed(
    made: Made, plain: Site, kept: set[str]
) -> None:
    held = {name: month for name, month in frozen(plain.path).items() if name in kept}
    with_them, without = made(held), made({})
    assert [replace(row, published="") for row in with_them.rows] == list(without.rows)
    assert with_them.refused == without.refused
    assert not any(row.corrected for row in with_them.rows)
    published = {row.month.name for row in with_them.rows if row.published}
    assert published == kept & {MONTHS[-1]}


def test_record_reads_the_folder(plain: Site, made: Made, months: dict[str, Any]) -> None:
    assert record(plain.path, **months).rows == made(frozen(plain.path)).rows


def test_the_sentence_gives_the_figures_of_the_table(reconstructed: Record) -> None:
    """Of 6.42 and 7.16 the difference rounds to 0.7, and the table shows 6.4 and 7.2."""
    rows = [
        replace(row, published=day, first=Figure(then, 5.0, 8.0), revised=Figure(now, 5.0, 8.0))
        for row, day, then, now in zip(
            reconstructed.rows, ("", "", DAY), (6.42, 6.0, 6.0), (7.16, 6.1, 6.0), strict=True
        )
    ]
    told = replace(reconstructed, rows=tuple(rows)).sentence()
    assert "(1 published when new, 2 reconstructed)" in told
    assert "December 2025 (first 6.4 months behind, now 7.2 months behind)" in told
    assert "their figures read 0.3 months otherwise on average" in told
    few = (rows[0], replace(rows[1], revised=None), rows[2])
    told = replace(reconstructed, rows=few).sentence()
    assert "the figures of 2 of them read 0.4 months otherwise on average" in told
    told = replace(reconstructed, rows=(few[1], rows[2])).sentence()
    assert told.endswith("the figure of one of them reads the same.")
    same = replace(reconstructed, rows=(rows[2],)).sentence()
    assert same.startswith("1 month of ")
    assert same.endswith("figures read the same.")
    assert "(published when new)" in same


def test_record_says_what_it_was_asked(reconstructed: Record, months: dict[str, Any]) -> None:
    told = reconstructed.to_dict()
    assert [month["month"] for month in told["months"]] == list(MONTHS)
    assert told["refused"] == {}
    assert reconstructed.sentence().startswith(
        f"3 months of China against the US on {month_worlds.BOARD}"
    )
    for name in ("vintage", "as_of"):
        with pytest.raises(UsageError, match=f"{name} has no place here: each month"):
            record(**months, **{name: "2026-08-19"})


def test_record_of_a_table_of_ones_own_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("entry,rating,lower,upper\na,1300,1290,1310\n", encoding="utf-8")
    with pytest.raises(UsageError, match="one list of your own"):
        record(board=own_board(table, date="2026-08-19"))


def options(question: dict[str, Any]) -> list[Any]:
    return ["--board", question["board"], "--archive", question["archive"],
            "--tags", question["extra_tags"], "--draws", question["n_draws"]]  # fmt: skip


def test_site_on_the_command_line(
    run: Command, plain: Site, months: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "site"
    with month_worlds.plain():
        done = run("site", "--out", out, "--base-url", month_worlds.ADDRESS, "--published", DAY,
                   "--months", tmp_path / "kept", *options(months))  # fmt: skip
    assert done.code == 0, done.err
    said = " ".join(done.out.split())
    assert f"new months: {', '.join(MONTHS)}" in said
    assert "open" in said
    assert files(out) == files(plain.path)
    # Spoiled: the code of a failed check, and the file's name.
    (tmp_path / "kept" / MONTHS[0] / "page.md").write_text("", encoding="utf-8")
    done = run("site", "--out", out, "--months", tmp_path / "kept", *options(months))
    assert done.code == 1
    assert "page.md is not what was published" in " ".join(done.err.split())
    done = run("record", "--months", tmp_path / "kept", *options(months))
    assert done.code == 1
    assert "page.md is not what was published" in " ".join(done.err.split())


def test_what_the_commands_refuse(run: Command, months: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "site"
    for wrong in (
        ["--base-url", "http://pages.example"], ["--published", "soon"],
        ["--vintage", "2026-08-19"], ["--as-of", "2026-08-19"], ["--ratings", "mine.csv"],
        ["--jobs", "0"],
    ):  # fmt: skip
        done = run("site", "--out", out, *options(months), *wrong)
        assert done.code == 2, wrong
        assert done.err, wrong
    path = "--match-rule has no place here: a path dates levels by the first model"
    assert path in run("site", "--out", out, "--match-rule", "below").err.replace("\n", " ")
    for wrong in (
        ["--vintage", "2026-08-19"], ["--ratings", "mine.csv"], ["--match-rule", "below"],
        ["--months", tmp_path / "nowhere"],
    ):  # fmt: skip
        done = run("record", *options(months), *wrong)
        assert (done.code, done.out) == (2, ""), wrong
    assert "nowhere: there is no such folder of published months" in " ".join(done.err.split())
    out.mkdir()
    (out / "diary.txt").write_text("dear", encoding="utf-8")
    done = run("site", "--out", out, *options(months))
    assert done.code == 2
    assert "diary.txt" in done.err
    assert [p.name for p in out.iterdir()] == ["diary.txt"]


def test_a_folder_without_months_publishes_none(
    run: Command, months: dict[str, Any], tmp_path: Path
) -> None:
    done = run("record", "--months", tmp_path, *options(months))
    assert done.code == 0, done.err
    assert "(all reconstructed)" in " ".join(done.out.split())


def test_record_on_the_command_line(run: Command, plain: Site, months: dict[str, Any]) -> None:
    done = run("record", "--months", plain.path, *options(months))
    assert done.code == 0, done.err
    assert citing.month_of(MONTHS[-1], "en") in done.out or MONTHS[-1] in done.out
    told = json.loads(run("record", "--months", plain.path, "--json", *options(months)).out)
    assert [month["published"] for month in told["months"]] == [None, None, DAY]
