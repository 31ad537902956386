"""The page that answers back, in a real browser: its answers are those of Python."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import asking
import numpy as np
import pytest
import site_worlds
from looks import CONTRAST
from playwright.sync_api import Browser, Page
from site_worlds import World

from elolag import tags
from elolag.estimate.session import prepare
from elolag.site import ask, travel
from elolag.site.carried import DRAWS, Asked, Carried, answer, read

pytestmark = pytest.mark.fresh

WIDTHS = {"phone": (360, 740), "desktop": (1280, 900)}
#: Most a page may hold, and what an answer may take in the script on a machine of tests, in ms.
MOST_BYTES, MOST_TIME = 600_000, 200


def _written(held: Carried, path: Path) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(ask.page(held))
    return path.as_uri()


@pytest.fixture(scope="module")
def held(world: World) -> Carried:
    study = prepare(**{**world.question, "n_draws": 200})
    return travel.carry(study, tags.load(world.question["extra_tags"]))


@pytest.fixture(scope="module")
def address(held: Carried, tmp_path_factory: pytest.TempPathFactory) -> str:
    return _written(held, tmp_path_factory.mktemp("ask") / "index.html")


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page; what it says in the console or asks for is kept on it."""
    contexts = []

    def open_page(url: str, width: str = "desktop", scheme: str = "light", **kinds: bool) -> Page:
        wide, high = WIDTHS[width]
        context = browser.new_context(
            viewport={"width": wide, "height": high}, color_scheme=scheme, **kinds
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        return page

    said: list[str] = []
    asked: list[str] = []
    yield open_page
    assert said == []
    assert [url for url in asked if not url.startswith("file:")] == []
    assert len({url.partition("#")[0] for url in asked}) == 1
    for context in contexts:
        context.close()


def _differences(page: Page, held: Carried, questions: list[str]) -> tuple[list[str], int]:
    """Where the script's answers differ from Python's, and how many both refuse."""
    found, refused = [], 0
    for question in questions:
        wanted = asking.answered(held, question)
        refused += "refused" in wanted
        got = page.evaluate("question => ask(question)", question)
        found += [f"{question}: {each}" for each in asking.differences(wanted, got)]
    return found, refused


def test_the_script_gives_the_answers_of_python(
    opened: Callable[..., Page], address: str, held: Carried
) -> None:
    rng = np.random.default_rng(19)
    questions = [asking.question(held, rng, back=400) for _ in range(80)]
    found, refused = _differences(opened(address), held, questions)
    assert found == []
    assert refused < 60


def test_and_where_each_side_led_within_the_window(
    opened: Callable[..., Page], address: str, held: Carried
) -> None:
    """Without the leader's best of some months the follower led in these."""
    gone = [[f"us-{n:02}" for n in range(first, last)] for last in (11, 13) for first in (5, 7)]
    questions = [f"without={','.join(models)}" for models in gone]
    found, refused = _differences(opened(address), held, questions)
    assert (found, refused) == ([], 0)
    said = [answer(held, read(held, question)).average.sentence() for question in questions]
    assert sum("days on which it was ahead count as minus" in each for each in said) > 1


def test_and_where_the_average_is_a_bound_or_ages_differ_in_their_unit(
    opened: Callable[..., Page], address: str, held: Carried
) -> None:
    said = {
        "moved=cn-06:2024-09-26&as_of=2026-05-08": "best estimate: at most",
        "window=9&match=not-worse&moved=cn-14:2025-01-11,us-04:2025-01-15": "at least",
        "without=us-06,us-07,us-08,us-09,us-10&as_of=2026-05-14": "six months and nine days old",
    }
    for question, words in said.items():
        assert words in answer(held, read(held, question)).average.sentence()
    assert _differences(opened(address), held, [*said]) == ([], 0)


def test_and_on_the_day_after_the_lead_changed_hands(
    opened: Callable[..., Page], address: str, held: Carried
) -> None:
    gone = "without=us-05,us-06,us-07,us-08,us-09,us-10"
    days = ("2026-05-06", "2026-04-13", "2026-04-12")
    questions = [*(f"{gone}&as_of={day}" for day in days), f"{gone},us-11&as_of=2026-06-06"]
    for question in questions:
        assert "under 0.1 months before" in answer(held, read(held, question)).current.figure()
    assert _differences(opened(address), held, questions) == ([], 0)


def test_and_where_the_leader_was_overtaken(
    opened: Callable[..., Page], world: World, tmp_path: Path
) -> None:
    study = prepare(**{**world.question, "n_draws": 200, "leader": "CN", "follower": "US"})
    held = travel.carry(study, tags.load(world.question["extra_tags"]))
    gone = "without=us-05,us-06,us-07,us-08,us-09,us-10"
    questions = [f"{gone}&as_of=2026-05-{day:02}" for day in range(6, 30, 4)]
    said = [answer(held, read(held, question)).current.interval_words() for question in questions]
    assert any(each.startswith("China ") and " to overtaken " in each for each in said)
    page = opened(_written(held, tmp_path / "index.html"))
    assert _differences(page, held, questions) == ([], 0)


def test_and_of_a_group_within_the_other(
    opened: Callable[..., Page], world: World, tmp_path: Path
) -> None:
    """Where one model is the best of both sides the gap and its interval are nothing."""
    study = prepare(**{**world.question, "n_draws": 200, "leader": "US,CN", "follower": "US"})
    held = travel.carry(study, tags.load(world.question["extra_tags"]))
    rng = np.random.default_rng(21)
    questions = ["", *(asking.question(held, rng, back=400) for _ in range(12))]
    plain = answer(held, read(held, "")).facts()
    assert any("level (95% interval of zero width, as at least" in said for _, said in plain)
    found, _ = _differences(opened(_written(held, tmp_path / "index.html")), held, questions)
    assert found == []


@pytest.mark.parametrize("sides", [("US,CN", "CN"), ("CN", "US,CN")])
def test_and_where_the_first_at_a_models_level_is_that_model(
    opened: Callable[..., Page], world: World, tmp_path: Path, sides: tuple[str, str]
) -> None:
    leader, follower = sides
    study = prepare(**{**world.question, "n_draws": 200, "leader": leader, "follower": follower})
    held = travel.carry(study, tags.load(world.question["extra_tags"]))
    question = "without=us-05,us-06,us-07,us-08,us-09,us-10&as_of=2026-05-06"
    said = " ".join(answer(held, read(held, question)).average.said())
    assert "at its level was the same one" in said
    page = opened(_written(held, tmp_path / "index.html"))
    assert _differences(page, held, [question]) == ([], 0)


@pytest.mark.parametrize(
    ("sides", "words"),
    [(("US", "CN"), "us-08 (2026-02), "), (("CN", "US"), "overtaken by the US in 2026-05")],
)
def test_and_of_releases_known_to_the_month(
    opened: Callable[..., Page], world: World, tmp_path: Path, sides: tuple[str, str], words: str
) -> None:
    """One that is moved is known to the day."""
    extra = shutil.copytree(world.question["extra_tags"], tmp_path / "tags") / "models.csv"
    extra.write_text(extra.read_text("utf-8").replace(",day,", ",month,"), "utf-8")
    changed = {"n_draws": 200, "extra_tags": extra.parent, "leader": sides[0], "follower": sides[1]}
    held = travel.carry(prepare(**{**world.question, **changed}), tags.load(extra.parent))
    gone = "without=us-05,us-06,us-07,us-08,us-09,us-10"
    questions = ["", "as_of=2026-06-01&moved=us-09:2026-03-02,us-08:2026-02-02"]
    questions += [f"{gone}&as_of=2026-05-{day:02}" for day in range(6, 30, 4)]
    assert words in str([answer(held, read(held, question)).facts() for question in questions])
    page = opened(_written(held, tmp_path / "page" / "index.html"))
    assert _differences(page, held, questions) == ([], 0)


def test_and_where_models_were_left_behind(
    opened: Callable[..., Page], held: Carried, tmp_path: Path
) -> None:
    """The oldest of one side do not travel, so that longer windows are refused."""
    left = ("cn-early-1", "cn-early-2")
    kept = [tag.model not in left for tag in held.cast.tags]
    places = np.flatnonzero(kept)
    few = replace(
        held,
        travels=places,
        codes=held.codes[:, places],
        low=held.low[places],
        step=held.step[places],
        deviations=held.deviations[np.ix_(places, places)],
    )
    rng = np.random.default_rng(20)
    questions = [asking.question(few, rng, back=200) for _ in range(60)]
    page = opened(_written(few, tmp_path / "few.html"))
    found, refused = _differences(page, few, questions)
    assert found == []
    assert 10 < refused < 55
    assert "did not travel" in str([asking.answered(few, q).get("refused") for q in questions])


#: How many points of the lines of the chart lie under a name.
CROSSED = """() => {
  const names = [...document.querySelectorAll("#chart .name")].map(name => name.getBBox());
  let crossed = 0;
  for (const path of document.querySelectorAll("#chart path:not(.bracket)"))
    for (let at = 0; at < path.getTotalLength(); at += 1) {
      const {x, y} = path.getPointAtLength(at);
      crossed += names.some(b => x > b.x && x < b.x + b.width
        && y > b.y + 2 && y < b.y + b.height - 2);
    }
  return names.length === 2 ? crossed : -1;
}"""


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_no_line_runs_through_the_name_at_its_end(
    opened: Callable[..., Page], address: str, width: str
) -> None:
    page = opened(address, width)
    page.wait_for_selector("#chart .name")
    assert page.evaluate(CROSSED) == 0


@pytest.fixture(scope="module")
def standing(browser: Browser, address: str) -> Iterator[Page]:
    """The page opened once, for links that are followed while it stands open."""
    page = browser.new_page()
    page.set_default_timeout(15_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    yield page
    assert said == []
    page.close()


@pytest.mark.parametrize(
    "fragment",
    [
        "as_of=2026-02-30", "as_of=2026-09-01", "vintage=2026-07-01", "window=0", "window=06",
        "match=nearest", "without=nobody", "without=lab:nobody", "moved=us-14", "board=x",
        "moved=us-14:2026-01-01,us-14:2026-02-01", "window=6&window=7", "window", "=&=", "a=b=c",
        "moved=us-14:20260101", "without=us-14%2Ccn-14", "without=lab%3aacme", "as_of=1999-01-01",
        "moved=us-14:2026-13-01", "without=%3Cscript%3E", "derivatives=drop&taiwan=CN",
        "without=lab:acme", "without=lab:dragon", "as_of=2025-01-10&window=1", "hong_kong=CN",
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_in_the_same_words(
    standing: Page, address: str, held: Carried, fragment: str
) -> None:
    page = standing
    page.goto(f"{address}#{fragment}")
    page.evaluate("() => new Promise(done => setTimeout(done))")  # the page has heard of the link
    found, refused = _differences(page, held, [fragment])
    assert found == []
    if refused:
        assert page.locator("#why").text_content() == asking.answered(held, fragment)["refused"]
    # Beside a refusal no number of another question stands.
    for part, there in (("refused", refused), ("answered", not refused), ("figures", not refused)):
        assert page.locator(f"#{part}").is_visible() == bool(there)
    page.locator("#reset").click()
    assert page.locator("#answered").is_visible()
    assert page.locator("#send").is_visible()


def test_a_link_that_is_refused_opens_with_the_refusal(
    opened: Callable[..., Page], address: str
) -> None:
    page = opened(f"{address}#window=0")
    assert page.locator("#refused").is_visible()
    assert not page.locator("#answered").is_visible()


def test_a_link_restores_the_question_and_what_is_moved_makes_a_link(
    opened: Callable[..., Page], address: str, held: Carried
) -> None:
    fragment = "as_of=2026-06-01&window=6&match=below&without=cn-13,lab:dragon"
    fragment = fragment.replace(",lab:dragon", "") + "&moved=us-13:2026-01-02"
    page = opened(f"{address}#{fragment}")
    assert page.locator("#as_of").input_value() == "2026-06-01"
    assert page.locator("#window-size").input_value() == "6"
    assert page.locator("#match").input_value() == "below"
    assert page.locator("#edits li").count() == 2
    wanted = answer(held, read(held, fragment))
    assert page.locator("#line-1").inner_text() == wanted.average.said()[0]
    assert page.locator("#changed").inner_text() == wanted.changed()
    page.get_by_role("button", name="Undo: without cn-13").click()
    page.locator("#match").select_option("between")
    link = page.evaluate("location.href")
    assert "match=between" in link
    assert "cn-13" not in link
    assert page.locator("#address").inner_text() == link
    before = page.locator("#line-1").inner_text()
    page.get_by_role("button", name="Back to the question").click()
    assert page.locator("#line-1").inner_text() != before
    assert page.evaluate("location.hash") == "#vintage=2026-08-19"
    page.evaluate("link => { location.href = link }", link)
    page.wait_for_function(
        "text => document.getElementById('line-1').textContent === text", arg=before
    )


def test_the_keyboard_is_enough(opened: Callable[..., Page], address: str, held: Carried) -> None:
    page = opened(address)
    page.locator("#without").focus()
    page.keyboard.type("cn-14")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "leave"
    page.keyboard.press("Enter")
    wanted = answer(held, Asked(without=("cn-14",)))
    assert page.locator("#line-1").inner_text() == wanted.average.said()[0]
    page.locator("#window").focus()
    page.keyboard.press("ArrowLeft")
    wanted = answer(held, Asked(without=("cn-14",), window=11))
    page.wait_for_function(
        "text => document.getElementById('line-1').textContent === text",
        arg=wanted.average.said()[0],
    )
    page.locator("#which").focus()
    page.keyboard.type("us-14")
    assert page.locator("#when").input_value() == "2026-08-05"
    page.locator("#when").fill("2026-08-01")
    page.locator("#move").focus()
    page.keyboard.press("Space")
    wanted = answer(held, read(held, "without=cn-14&window=11&moved=us-14:2026-08-01"))
    assert page.locator("#changed").inner_text() == wanted.changed()
    link = page.evaluate("location.hash")
    assert page.locator("#command").inner_text() == f'elolag ask --board arena/text "{link}"'
    assert page.locator("#refit").inner_text() == wanted.refit
    unnamed = page.evaluate(
        """[...document.querySelectorAll("input, select, button")].filter(
          e => !e.labels?.length && !e.ariaLabel && !e.textContent.trim()).map(e => e.id)"""
    )
    assert unnamed == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_its_window_and_can_be_read(
    opened: Callable[..., Page], address: str, width: str, scheme: str
) -> None:
    page = opened(f"{address}#without=cn-14&moved=us-13:2026-01-02", width, scheme)
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    chart = page.locator("#chart svg")
    box = chart.bounding_box()
    assert box is not None
    assert box["width"] > 250
    assert chart.locator("path.leader").count() == 1
    assert chart.locator("path.follower").count() == 1
    assert len(chart.get_attribute("aria-label") or "") > 60
    small = page.evaluate(
        """[...document.querySelectorAll("form input, form select, form button")].filter(
          e => e.getBoundingClientRect().height < 24).map(e => e.id)"""
    )
    assert small == []
    poor = page.evaluate(CONTRAST, 4.5)
    assert poor == []


def test_with_scripts_off_it_says_the_answer_and_that_asking_needs_one(
    opened: Callable[..., Page], address: str, held: Carried
) -> None:
    page = opened(address, java_script_enabled=False)
    wanted = answer(held, Asked())
    assert page.locator("#line-1").inner_text() == wanted.average.said()[0]
    assert page.locator("#line-2").inner_text() == wanted.average.said()[1]
    assert page.locator("#facts tr").count() == len(wanted.facts())
    assert "Asking needs a script" in page.locator("#still").inner_text()
    assert page.locator("#still").is_visible()
    assert not page.locator("form").is_visible()
    assert not page.locator("#send").is_visible()


def test_hostile_names_run_nothing(
    opened: Callable[..., Page], address: str, held: Carried, tmp_path: Path
) -> None:
    page = opened(f"{address}#without={site_worlds.SCRIPT}")
    assert page.locator("#refused").is_visible()
    assert page.evaluate("typeof window.owned") == "undefined"
    assert page.locator("main img, main script, main iframe").count() == 0
    assert held.panel.rated_untagged[0].entry == site_worlds.UNTAGGED
    assert (
        page.evaluate("JSON.parse(document.getElementById('draws').textContent).untagged")[0][0]
        == site_worlds.UNTAGGED
    )  # it stands there as text


# The shipped archive: once, for all that is slow.


@pytest.fixture(scope="module")
def shipped() -> Carried:
    return travel.carry(prepare(n_draws=DRAWS, vintage="2026-08-19"))


@pytest.mark.slow
def test_two_hundred_questions_of_the_shipped_archive(
    opened: Callable[..., Page], shipped: Carried, tmp_path: Path
) -> None:
    path = tmp_path / "index.html"
    page = opened(_written(shipped, path))
    assert path.stat().st_size < MOST_BYTES
    rng = np.random.default_rng(2026)
    questions = [asking.question(shipped, rng) for _ in range(200)]
    found, refused = _differences(page, shipped, questions)
    assert found == []
    assert refused < 100
    times = page.evaluate(
        """questions => questions.map(question => {
          const begun = performance.now();
          ask(question);
          return performance.now() - begun;
        })""",
        questions,
    )
    assert np.median(times) < MOST_TIME


@pytest.mark.slow
def test_any_one_lab_or_model_can_be_left_out(shipped: Carried) -> None:
    """What the page says of windows that begin on `since` or later."""
    window = int((shipped.as_of - shipped.since) / 30.436875)
    names = [f"lab:{lab}" for lab in sorted({t.lab for t in shipped.cast.tags})]
    names += [shipped.cast.tags[k].model for k in shipped.travels]
    for name in names:
        edited = shipped.edited(Asked(window=window, without=(name,)))
        edited.point(("average",))
        assert len(edited.sample(("average",)).gap) == DRAWS
