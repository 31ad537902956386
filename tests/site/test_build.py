"""The whole site: what it is made of, by which workers, and what no site can be made of."""

from __future__ import annotations

import json
import os
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
from month_worlds import DAY, files

from elolag import tags
from elolag.archive import open_archive
from elolag.errors import UsageError
from elolag.own import own_board
from elolag.site import Site, build
from elolag.site.workers import work_through, workers


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


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"base_url": "http://pages.example"}, "https://"),
        ({"base_url": "pages.example"}, "https://"),
        ({"vintage": "2026-08-19"}, "vintage has no place here: each month"),
        ({"as_of": "2026-08-19"}, "as_of has no place here: each month"),
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
