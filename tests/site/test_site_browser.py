"""The page, which has no script, in a real browser: phone and desktop, light and dark."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import site_worlds
from looks import CONTRAST
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from site_worlds import World

from elolag.site import Site

pytestmark = pytest.mark.fresh

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
TABLET = (820, 1180)
PAGES = {"index": site_worlds.ANSWER, "checks": site_worlds.CHECKS}


@dataclass
class Seen:
    """An open page, and everything it said or asked for."""

    page: Page
    width: str
    figures: tuple[str, ...]
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def chart(self, name: str) -> str:
        return f"#chart-{name}-{'phone' if self.width == 'phone' else 'page'}"


@pytest.fixture(scope="module")
def opened(browser: Browser, world: World) -> Iterator[Callable[..., Seen]]:
    """Open each page once for each size and scheme; the tests share it."""
    known: dict[tuple[str, str, str], Seen] = {}

    def open_page(width: str, scheme: str = "light", name: str = "index") -> Seen:
        key = (width, scheme, name)
        if key in known:
            return known[key]
        wide, high = {**SIZES, "tablet": TABLET}[width]
        context = browser.new_context(
            viewport={"width": wide, "height": high},
            color_scheme=scheme,
        )
        context.set_default_timeout(15_000)
        seen = known[key] = Seen(context.new_page(), width, PAGES[name])
        seen.page.on("console", lambda message: seen.said.append(message.text))
        seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
        seen.page.on("request", lambda request: seen.asked.append(request.url))
        seen.page.goto(world.page.with_stem(name).as_uri())
        return seen

    yield open_page
    for seen in known.values():
        seen.page.context.close()


@pytest.fixture(
    params=[(w, s, n) for w in SIZES for s in ("light", "dark") for n in PAGES], ids="-".join
)
def seen(request: pytest.FixtureRequest, opened: Callable[..., Seen]) -> Seen:
    return opened(*request.param)


def test_says_nothing_and_asks_nobody(seen: Seen, world: World) -> None:
    assert seen.said == []
    assert seen.asked in [[world.page.with_stem(name).as_uri()] for name in PAGES]


def test_hostile_names_run_nothing_and_stand_as_text(seen: Seen) -> None:
    assert seen.page.evaluate("typeof window.owned") == "undefined"
    assert seen.page.locator("main img, main script, main iframe").count() == 0
    text = seen.page.locator("main").text_content() or ""
    if "estimands" in seen.figures:
        assert site_worlds.NAMES["cn-14"] in text
        assert "\\u202e" in text
    assert "\u202e" not in text


def test_every_chart_stands(seen: Seen) -> None:
    for name in seen.figures:
        assert seen.page.locator(f"#figure-{name} svg:visible").count() == 1
        drawing = seen.page.locator(f"{seen.chart(name)} svg")
        box = drawing.bounding_box()
        assert box is not None
        assert box["width"] > 250
        assert box["height"] > 60
        assert drawing.locator("use").count() > 5


def test_the_pointer_is_told_model_entry_date_rating_and_interval(
    opened: Callable[..., Seen],
) -> None:
    """What a browser shows for a mark is the title nearest above it."""
    seen = opened("desktop")
    seen.page.locator(f"{seen.chart('frontier')} svg").scroll_into_view_if_needed()
    words = seen.page.evaluate(
        """chart => {
          const said = e => [...e.children].find(c => c.tagName === "title");
          const mark = [...document.querySelectorAll(`${chart} g`)].findLast(said);
          const box = mark.getBoundingClientRect();
          let at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          while (at && !said(at)) at = at.parentElement;
          return at ? said(at).textContent : "";
        }""",
        seen.chart("frontier"),
    )
    for part in ("released 2026-08-12", "entry ", "rating ", "95% interval"):
        assert part in words


def test_every_chart_says_something_under_the_pointer(seen: Seen) -> None:
    if seen.width == "phone":  # nothing points there: what takes the pointer is left out
        assert seen.page.locator(".chart.phone svg title").count() == 0
        return
    for name in seen.figures:
        told = seen.page.locator(f"{seen.chart(name)} svg title").all_text_contents()
        assert told
        assert all(words.strip() for words in told)


@pytest.mark.parametrize("width", SIZES)
def test_series_are_hidden_and_shown_by_their_keys(opened: Callable[..., Seen], width: str) -> None:
    seen = opened(width)
    key = seen.page.get_by_role("checkbox", name="China")
    svg = f"{seen.chart('frontier')} svg"

    def shown(side: str) -> int:
        code = "e => e.filter(x => getComputedStyle(x).display !== 'none').length"
        return int(seen.page.locator(f"{svg} .{side}").evaluate_all(code))

    before = shown("follower")
    assert before >= 5
    key.uncheck()
    assert shown("follower") == 0
    assert shown("leader") >= 5
    key.press("Space")
    assert key.is_checked()
    assert shown("follower") == before


@pytest.mark.parametrize("width", SIZES)
def test_the_table_of_a_chart_opens_and_closes(opened: Callable[..., Seen], width: str) -> None:
    seen = opened(width)
    summary = seen.page.locator("#figure-frontier ~ details summary >> nth=0")
    table = seen.page.locator("#figure-frontier ~ details table >> nth=0")
    assert not table.is_visible()
    summary.click()
    assert table.is_visible()
    assert table.locator("tbody tr").count() == 40
    summary.click()
    assert not table.is_visible()


def test_no_text_is_cut_off(seen: Seen) -> None:
    assert seen.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    cut = seen.page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth, found = [];
          const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (words.nextNode()) {
            const node = words.currentNode, at = node.parentElement;
            if (!node.data.trim() || at.closest("style, .skip, .scroll, legend, title"))
              continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            for (const box of range.getClientRects())
              if (box.width && (box.left < -0.5 || box.right > wide + 0.5)) found.push(node.data);
            const style = getComputedStyle(at);
            if (style.overflow !== "visible" && at.scrollWidth > at.clientWidth + 1)
              found.push(node.data);
          }
          return found;
        }"""
    )
    assert cut == []


@pytest.mark.parametrize("name", PAGES)
def test_a_tablet_has_room_for_everything(opened: Callable[..., Seen], name: str) -> None:
    seen = opened("tablet", name=name)
    assert seen.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    for figure in seen.figures:
        box = seen.page.locator(f"{seen.chart(figure)} svg").bounding_box()
        assert box is not None
        assert box["width"] > 500


def test_tables_that_are_wider_scroll_alone(seen: Seen) -> None:
    regions = seen.page.locator(".scroll:visible")
    for number in range(regions.count()):
        assert regions.nth(number).get_attribute("tabindex") == "0"
        assert regions.nth(number).get_attribute("aria-label")


def test_contrast_is_enough(seen: Seen) -> None:
    """WCAG 2.2 AA: 4.5 for text, 3 for large text, in the page and in the charts."""
    poor = seen.page.evaluate(CONTRAST, 3)
    assert poor == []


def test_structure_is_there_for_those_who_do_not_see_it(opened: Callable[..., Seen]) -> None:
    page = opened("desktop").page
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    assert page.get_attribute("html", "lang") == "en"
    for landmark in ("header", "main", "footer"):
        assert page.locator(f"body {landmark}").count() == 1
    charts = page.locator("[role=img]")
    assert charts.count() == 2 * len(site_worlds.ANSWER)
    for number in range(charts.count()):
        assert len(charts.nth(number).get_attribute("aria-label") or "") > 60
    assert page.locator(".chart svg:not([aria-hidden=true])").count() == 0
    tables = page.locator("main table").count()
    assert tables >= len(site_worlds.ANSWER)
    assert page.locator("table > caption").count() == tables
    assert page.locator("thead th:not([scope=col])").count() == 0
    assert page.locator("tbody th:not([scope=row])").count() == 0
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size") == (
        page.locator("[id]").count()
    )


def test_prints(opened: Callable[..., Seen], world: World) -> None:
    printed = opened("desktop", "dark").page.pdf(prefer_css_page_size=True)
    reader = PdfReader(io.BytesIO(printed))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert 4 <= len(reader.pages) <= 24
    assert "on average about 6 months behind the US" in " ".join(text.split())
    for heading in ("What this does not measure", "How to cite"):
        assert heading in text
    width, height = (float(x) for x in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)


def test_a_phone_is_done_after_twelve_screens(opened: Callable[..., Seen]) -> None:
    page = opened("phone").page
    assert page.evaluate("document.documentElement.scrollHeight") <= 12 * SIZES["phone"][1]
    chart = page.locator("#chart-frontier-phone svg").bounding_box()
    assert chart is not None
    assert chart["y"] + page.evaluate("window.scrollY") + chart["height"] / 2 < SIZES["phone"][1]


@pytest.mark.parametrize("name", PAGES)
def test_no_script_and_a_small_page(world: World, name: str) -> None:
    html = world.page.with_stem(name).read_text("utf-8")
    assert len(html.encode()) < 450_000
    assert "<script" not in html
    assert " style=" not in html
    policy = html[html.index("Content-Security-Policy") :].split(">", 1)[0]
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "default-src &#39;none&#39;" in policy


@pytest.mark.parametrize(
    ("width", "shown"), [("desktop", "frontier.svg"), ("phone", "frontier-phone.png")]
)
def test_where_no_script_runs_the_page_that_asks_shows_the_chart_of_the_month(
    browser: Browser, built: Site, width: str, shown: str
) -> None:
    wide, high = SIZES[width]
    context = browser.new_context(
        viewport={"width": wide, "height": high}, java_script_enabled=False
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((built.path / "ask" / "index.html").as_uri())
    image = page.locator("noscript img")
    assert image.is_visible()
    assert (image.get_attribute("alt") or "").startswith("Both frontiers over time by the list of")
    source, drawn = image.evaluate("e => [e.currentSrc, e.naturalWidth]")
    assert source == (built.path / "2026-08" / "figures" / shown).as_uri()
    assert drawn > 300
    assert (image.bounding_box() or {"width": 0})["width"] > 300
    assert said == []
    context.close()
