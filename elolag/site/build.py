"""`write_site`: a site of static pages, in which each month is frozen once it is published."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Unpack

from elolag import tags
from elolag.archive import Board
from elolag.cite import citation
from elolag.dates import to_day, today
from elolag.errors import REPORT, EstimateError, UsageError, library
from elolag.estimate.lag import estimate_lag
from elolag.estimate.over_time import LagPath
from elolag.estimate.panel import choose, newer_copy
from elolag.estimate.session import Question, Session, asking, prepare
from elolag.own import OwnBoard
from elolag.question import DEFAULTS, refuse_settled
from elolag.results import citing
from elolag.results.lag import LagResult
from elolag.results.owner import owner
from elolag.results.pages import words
from elolag.site import ask, carried, down, folder, front, page, programs
from elolag.site import sections as parts
from elolag.site.cards import Deck
from elolag.site.content import Link, Page, Section
from elolag.site.downloads import embed
from elolag.site.front import Edition
from elolag.site.history import Row, answer, check_held, compiled, in_words, revising
from elolag.site.material import (
    Extent,
    Found,
    Material,
    asks,
    checked,
    checks,
    describe,
    gather,
    gathered,
)
from elolag.site.month import Report, command, contents, drawings, taken, ways_to
from elolag.site.months import (
    FACTS,
    LISTS,
    Frozen,
    Month,
    as_published,
    frozen,
    frozen_lists,
    months,
    next_release,
)
from elolag.site.page import Frame
from elolag.site.travel import carry
from elolag.site.workers import seldom_collected, work_through, workers
from elolag.version import METHOD, __version__


@dataclass(frozen=True)
class Site(Report):
    """A site that was written.

    Attributes
    ----------
    added
        Months that were frozen now.
    """

    added: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {**super().to_dict(), "added": list(self.added)}


def write_site(
    out: str | Path,
    *,
    base_url: str = "",
    kept: str | Path | None = None,
    published: str | None = None,
    jobs: int = 1,
    tell: Callable[[int, int], object] | None = None,
    **question: Unpack[Question],
) -> Site:
    """Write the site, or write it anew with what has come since.

    Months that are published already are carried over byte for byte; new ones are added and never
    change after.

    Parameters
    ----------
    out
        The folder; an earlier site in it is replaced whole, a folder that holds anything else is
        refused.
    base_url
        Where the site will be found, for the feed and the addresses of pages; by default the
        owner's, if there is one.
    kept
        A folder of its own that holds the published months, and gets the new ones; `out` by
        default.
    published
        ISO date of this publication; today by default. Of months that are new only the newest is
        said to be published on it; those before it are called reconstructed.
    jobs
        Workers; they change no byte.
    tell
        Called with (parts done, wanted).
    **question
        As for `elolag.estimate_lag`, without vintage and as-of date: each month has its own.

    Returns
    -------
    Site

    Raises
    ------
    UsageError
        A folder or an address that cannot be used; a board of a user's own, which has no months.
    CheckFailed
        A published file was changed.
    EstimateError
        The newest list has no answer.

    Examples
    --------
    >>> import elolag
    >>> site = elolag.write_site("site", jobs=2)  # doctest: +SKIP
    >>> "index.html" in site.files  # doctest: +SKIP
    True
    """
    refuse_settled("months", question)
    if base_url and not base_url.startswith("https://"):
        raise UsageError(f"{base_url!r} is no address of a site: it begins with https://")
    if jobs < 1:
        raise UsageError(f"jobs is how many processes work: 1 or more, not {jobs}")
    parallel = ["joblib"] if jobs != 1 else []
    for name in ("jinja2", "markupsafe", "xlsxwriter", "PIL.Image", *parallel):
        library(name, REPORT)
    place, day = Path(out).absolute(), published or str(today())
    to_day(day)
    # A session is not handed to workers: each has its own.
    asked: Question = {k: v for k, v in question.items() if k != "session"}  # type: ignore[assignment]
    session = question.get("session") or Session()
    board = session.board_of(asked)
    if isinstance(board, OwnBoard):
        raise UsageError(f"{board.name} is one list of your own and has no months: elolag report")
    # First, so that a file which does not belong to a month is told as one of it.
    held = Path(kept) if kept else place
    on_file, lists = frozen(held), frozen_lists(held)
    with (
        folder.reserved(place, force=place.exists()) as temporary,
        seldom_collected(),
        workers(jobs) as beside,
    ):
        work = _Work(
            board, asked, on_file, lists, day,
            (base_url or owner().site).rstrip("/"), beside, tell,
        )  # fmt: skip
        made = _made(work)
        files = _whole(work, made)
        if kept:
            _keep(Path(kept), made)
        folder.write(files, temporary, place, force=place.exists())
    return Site(place, (*sorted(files), folder.SUMS), made.edition.material.headline, made.added)


@dataclass(frozen=True)
class _Work:
    """What is asked of the workers."""

    board: Board
    question: Question
    held: Mapping[str, Frozen]
    lists: Mapping[str, bytes]
    day: str
    address: str
    workers: Sequence[Executor]
    tell: Callable[[int, int], object] | None

    @property
    def months(self) -> tuple[Month, ...]:
        """Those that have ended by the day, and what is published: no later list can be theirs."""
        found = as_published(months(self.board, self.category), self.held)
        return tuple(m for m in found if m.name < self.day[:7] or m.name in self.held)

    @property
    def category(self) -> str:
        return self.question.get("category", "overall")

    @property
    def stamp(self) -> str:
        """What the answers rest on: the archive's head, its tags, and tags of a user's own."""
        extra = self.question.get("extra_tags")
        own = "" if extra is None else tags.digest(extra)
        archive = self.board.archive
        return f"{archive.path} {archive.log_head} {tags.load(archive=archive).bundle} {own}"

    @property
    def others(self) -> list[str]:
        """Vintages of the lists that stand for no month and have no answer kept."""
        known = {month.vintage for month in self.months} | set(self.lists)
        every = self.board.complete(self.category)
        return [s.vintage for s in every if s.vintage not in known]

    def frame(self, kicker: str, path: str, lang: str = "en") -> Frame:
        """What stands around a page that is made anew each time."""
        root = "../" * path.count("/")
        return Frame(
            kicker=kicker,
            navigation=front.navigation(lang),
            notes=(words("made", lang, version=__version__, method=METHOD), *front.footer(lang)),
            address=f"{self.address}/{path.removesuffix('index.html')}" if self.address else "",
            feed=f"{root}feed.xml",
        )


@dataclass(frozen=True)
class _Made:
    """What the workers made: of months and lists the files, of the rest the answers."""

    edition: Edition
    found: Found
    ask: bytes | str
    frozen: Mapping[str, Frozen]
    lists: Mapping[str, bytes]
    added: tuple[str, ...]


def _made(work: _Work) -> _Made:
    """Do all that takes time, by as many workers as there are."""
    every, question = work.months, work.question
    check_held(every, work.held)
    if not every:
        raise UsageError(
            f"{work.board.name} has no month that had ended by {work.day} with a complete list: "
            f"there is nothing to publish yet"
        )
    new = [month for month in every if month.name not in work.held]
    newest = max((month.name for month in new), default="")
    earlier = dict(zip([m.name for m in every[1:]], every, strict=False))
    vintage = choose(work.board, None).vintage
    stamp = work.stamp
    # The newest month is made here: it has the list, and so the answers, of the front page.
    here = [month for month in new if month.name == newest and month.vintage == vintage]
    # Months that are sure to have a chart.
    charted = [m for m in every if m.official and (m.name in work.held or m.vintage == vintage)]
    chart = (f"../{charted[-1].name}/", charted[-1].vintage) if charted else None
    n_draws = question.get("n_draws", DEFAULTS["n_draws"])
    further = asks(question, board=work.board.name, as_of=vintage, n_draws=n_draws)
    checking = checks({**question, "n_draws": n_draws})
    tasks = {
        # First what takes longest.
        **{
            f"month {month.name}": partial(
                _month, month, earlier.get(month.name),
                work.day if month.name == newest else "", question, stamp,
            )
            for month in new if month not in here
        },
        **{name: partial(_beside, ask, stamp) for name, ask in {**checking, **further}.items()},
        **{
            f"answer {month.name}": partial(_answer, month, question, stamp)
            for month in every if month not in new
        },
        **{f"list {name}": partial(_list, name, question, stamp) for name in work.others},
    }  # fmt: skip
    base = asking(question, vintage=vintage, session=_session(stamp))
    before = max((m for m in every if m.name < vintage[:7]), default=None, key=attrgetter("name"))

    def of_the_newest() -> tuple[
        Material, dict[str, Any], LagResult | None, LagPath | None, bytes | str
    ]:
        extent = Extent(checks=False, full=False, ways=bool(here))
        material = gather(extent, before.vintage if before else "", **base)
        made = {f"month {m.name}": _folder(m, before, work.day, material) for m in here}
        newer = newer_copy(work.board, work.category, vintage)
        copied = None if newer is None else estimate_lag(**asking(base, vintage=newer.vintage))
        asked = _ask(material.headline, chart, question, stamp)
        return material, made, copied, revising(every, base), asked

    first, (material, shared, copied, path, asked) = work_through(
        tasks, work.workers, work.tell, of_the_newest
    )
    first |= shared
    held = dict(work.held)
    answers: dict[str, LagResult | str] = {}
    for month in every:
        if month not in new:
            answers[month.name] = first[f"answer {month.name}"]
            continue
        made = first[f"month {month.name}"]
        answers[month.name] = made if isinstance(made, str) else made[1]
        if not isinstance(made, str):
            whole = folder.summed(made[0])
            held[month.name] = Frozen(month.name, whole, json.loads(whole[FACTS]))
    if not held:
        raise EstimateError(f"no month has a figure: {first[f'month {every[-1].name}']}")
    record = compiled(every, held, answers, material.headline, path)
    told = checked(material, {name: first[name] for name in checking})
    material = replace(material, checks=told)
    lists = {v: data for v in work.others if (data := first[f"list {v}"])}
    return _Made(
        edition=Edition(material, tuple(m for m in every if m.name in held), record, work.day,
                        copied),
        found=gathered(material, {name: first[name] for name in further}),
        ask=asked,
        frozen=held,
        lists={**work.lists, **lists},
        added=tuple(month.name for month in new if month.name in held),
    )  # fmt: skip


#: The page that answers back.
_ASK = "ask/index.html"


@functools.lru_cache(maxsize=1)
def _session(stamp: str) -> Session:
    """The session of one worker, as long as archive and tags are those of the stamp."""
    del stamp
    return Session()


def _answer(month: Month, question: Question, stamp: str) -> LagResult | str:
    return answer(month, asking(question, session=_session(stamp)))


def _beside(ask: partial[Any], stamp: str) -> Any:
    """What stands beside the answer of the newest list."""
    return ask(session=_session(stamp))


def _ask(
    headline: LagResult, chart: tuple[str, str] | None, question: Question, stamp: str
) -> bytes | str:
    """The page that answers back, from draws of its own number; or why there is none."""
    asked = asking(question, vintage=headline.vintage, session=_session(stamp))
    study = prepare(**asking(asked, n_draws=carried.DRAWS))
    tables = _session(stamp).lookup_of(asked).tables
    try:
        own = describe(asked)["extra_tags"] or ""
        held, ways = replace(carry(study, tables), tags=own), front.navigation()
        return ask.page(
            held, navigation=ways, footer=front.footer(), chart=chart, about=headline.said()[0]
        )
    except (UsageError, EstimateError) as error:
        return str(error)


def _list(vintage: str, question: Question, stamp: str) -> bytes:
    """The answer by a list that stands for no month, as JSON; empty where there is none."""
    try:
        found = estimate_lag(**asking(question, vintage=vintage, session=_session(stamp)))
    except EstimateError:
        return b""
    return programs.to_json(found.to_dict())


def _month(
    month: Month, before: Month | None, published: str, question: Question, stamp: str
) -> tuple[dict[str, bytes], LagResult] | str:
    """The folder of a month and its figure, or why it has none."""
    asked = asking(question, vintage=month.vintage, session=_session(stamp))
    try:
        material = gather(
            Extent(checks=False, full=False), before.vintage if before else "", **asked
        )
    except EstimateError as error:
        return str(error)
    return _folder(month, before, published, material)


def _folder(
    month: Month, before: Month | None, published: str, material: Material
) -> tuple[dict[str, bytes], LagResult]:
    """The folder of a month whose answers there are."""
    headline = material.headline
    above = [] if published else [words("reconstructed", version=headline.version)]
    if not month.official:
        above.append(words("copy"))
    links = [
        Link(words("corrections"), f"corrections/{month.name}.html"),
        Link(words("months"), "months/index.html"),
        Link(words("home"), "index.html"),
        Link(FACTS, f"./{FACTS}", words("facts file")),
        Link("embed.html", "./embed.html", words("embedded")),
    ]
    if before is not None:
        links.insert(1, Link(words("before", month=before.words()), f"{before.name}/index.html"))
    frame = Frame(
        kicker=words("kicker", board=month.words(), vintage=citing.date(month.vintage, "en")),
        dated=month.words(),
        notes=(words("frozen"), words("made", version=__version__, method=METHOD), *front.footer()),
    )
    files = contents(
        material, path=f"{month.name}/index.html", frame=frame, above=above, links=links
    )
    told = programs.lag_json(
        headline, material.current or headline, month=month.name, method=METHOD,
        published=published, official=month.official, command=command(material),
    )  # fmt: skip
    frontier = parts.frontier(material)
    framed = embed(
        drawings([Section("", "", figures=(frontier,))], pointed=False)[frontier.name],
        title=frontier.title, alt=frontier.alt.removesuffix(parts.BELOW),
        credit=citation(headline).short, link=Link(words("home"), "./index.html"),
    )  # fmt: skip
    return {**files, FACTS: programs.to_json(told, packed=True), "embed.html": framed}, headline


def _whole(work: _Work, made: _Made) -> dict[str, bytes]:
    """Every file of the site."""
    edition = made.edition
    files = {f"{name}/{k}": v for name, month in made.frozen.items()
             for k, v in month.files.items()}  # fmt: skip
    lists = folder.summed({f"{vintage}.json": data for vintage, data in made.lists.items()})
    files |= {f"{LISTS}/{name}": data for name, data in lists.items() if made.lists}
    unasked = []
    if isinstance(made.ask, bytes):
        files[_ASK] = made.ask
    else:
        unasked = [Page(_ASK, words("unasked"), f"{made.ask}.", ())]
    pages: list[Page] = [
        front.front(edition), front.front(edition, "de"), front.all_months(edition),
        *(front.correction(edition, row) for row in edition.record.rows), *Deck(made.found).pages(),
        *down.pages(made.found, owner()), *unasked,
    ]  # fmt: skip
    result, typed = edition.material.headline, command(edition.material)
    # The files of the front page's charts lie with the month of the same list.
    month = edition.month
    beside = made.frozen[month.name].files if month.vintage == result.vintage else {}
    at_front = {
        each.path: {f.name: ways_to(f, f"{month.name}/", beside, each.lang)
                    for section in each.sections for f in section.figures}
        for each in pages if each.path in front.PATHS
    }  # fmt: skip
    drawn, bare = {}, []
    for each in pages:
        kicker = words("kicker", each.lang, board=f"{result.board}, {result.category}",
                       vintage=citing.date(result.vintage, each.lang))  # fmt: skip
        frame = replace(work.frame(kicker, each.path, each.lang), taken=at_front.get(each.path, {}))
        write = partial(_rendered, each, result, typed, frame)
        if any(section.figures for section in each.sections):
            drawn[f"page {each.path}"] = write
        else:
            bare.append(write)
    done, undrawn = work_through(
        drawn, work.workers, work.tell, lambda: [write() for write in bare]
    )
    for rendered in (*done.values(), *undrawn):
        files |= rendered
    return files | _for_programs(work, made, files)


def _for_programs(work: _Work, made: _Made, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Series, newest figure, feed, schemas, and the package that describes every table."""
    edition = made.edition
    record, material = edition.record, edition.material
    frozen = {row.month.name: made.frozen[row.month.name] for row in record.rows}
    rows = {
        name: programs.row_of(month.facts, month.files[FACTS], row, record.vintage)
        for (name, month), row in zip(frozen.items(), record.rows, strict=True)
    }
    table = programs.series(rows.values())
    content = table.to_csv()
    newest = edition.month.name
    latest = programs.latest_json(
        rows[newest], material.headline, frozen[newest].facts["sentence"], base_url=work.address,
        next_figure=next_release(work.day),
    )  # fmt: skip
    entries = [_entry(row, frozen[row.month.name].facts) for row in record.rows]
    entries += [_corrected(row, record.vintage) for row in record.rows if row.corrected]
    tables = [
        programs.resource("series.csv", content, programs.described(table.columns), table.caption)
    ]
    # Sorted, for months on file come in another order than those that were just made.
    for path, data in sorted(files.items()):
        if path.endswith(".metadata.json"):
            about, name = json.loads(data), f"{path.removesuffix('.metadata.json')}.csv"
            tables.append(programs.resource(name, files[name], about["columns"], about["title"]))
    package = programs.datapackage(
        tables, created=edition.material.headline.vintage,
        origins=material.headline.origins, base_url=work.address,
    )  # fmt: skip
    feed = programs.atom(
        entries, title=words("feed"), author=owner().name, updated=work.day,
        base_url=work.address,
    )  # fmt: skip
    return {
        "series.csv": content, "latest.json": programs.to_json(latest), "feed.xml": feed,
        "datapackage.json": package, **programs.schemas(),
    }  # fmt: skip


def _entry(row: Row, facts: Mapping[str, Any]) -> programs.Entry:
    month = row.month
    day = row.published or month.vintage
    what = "" if row.published else f" ({words('short')})"
    return programs.Entry(
        f"months/{month.name}", f"{month.words()}{what}: {in_words(row.first)}",
        facts["sentence"]["en"], f"{month.name}/index.html", day, published=bool(row.published),
    )  # fmt: skip


def _corrected(row: Row, day: str) -> programs.Entry:
    month = row.month
    return programs.Entry(
        f"corrections/{month.name}/{day}", words("corrections title", month=month.words()),
        f"{words('first')} {in_words(row.first)}. {words('again')} {in_words(row.again)}.",
        f"corrections/{month.name}.html", day,
    )  # fmt: skip


def _rendered(each: Page, result: LagResult, command: str, frame: Frame) -> dict[str, bytes]:
    """A page with the files of its charts, beside it."""
    files: dict[str, bytes] = {}
    where = each.path.rpartition("/")[0]
    if each.lang == "en" and where:
        made, links = taken(each.sections, result, command)
        files = {f"{where}/{name}": data for name, data in made.items()}
        frame = replace(frame, taken=links)
    return {**files, each.path: page.html(each, drawings(each.sections), frame)}


def _keep(kept: Path, made: _Made) -> None:
    """Add what is new to the folder of published months."""
    for name in made.added:
        with folder.reserved(kept / name, force=False) as temporary:
            files = {k: v for k, v in made.frozen[name].files.items() if k != folder.SUMS}
            folder.write(files, temporary, kept / name, force=False)
    if made.lists:
        lists = {f"{vintage}.json": data for vintage, data in made.lists.items()}
        with folder.reserved(kept / LISTS, force=True) as temporary:
            folder.write(lists, temporary, kept / LISTS, force=True)
