"""The front page in both languages, the list of the months, and what has become of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from elolag.estimate.lag import HEADLINE
from elolag.plots.style import finding
from elolag.results import citing
from elolag.results.lag import LagResult
from elolag.results.owner import owner
from elolag.results.pages import WAYS, words
from elolag.results.words import phrase
from elolag.site import sections as parts
from elolag.site.content import Figure, Link, Page, Section
from elolag.site.history import Record, Row, in_words
from elolag.site.material import Material
from elolag.site.months import Month, next_release

#: Of the front page, in English and in German.
PATHS = ("index.html", "de/index.html")


@dataclass(frozen=True)
class Edition:
    """What one publication of the site speaks of.

    Attributes
    ----------
    material
        The answers by the newest official list.
    months
        All months, the oldest first.
    record
        First and revised figures of each.
    day
        ISO date of the publication.
    newer
        The answer by a newer copy of the list; None for none.
    """

    material: Material
    months: tuple[Month, ...]
    record: Record
    day: str
    newer: LagResult | None = None

    @property
    def month(self) -> Month:
        """That of the front page's list; until it has ended, the newest with an official list."""
        name = self.material.headline.vintage[:7]
        own = [m for m in self.months if m.name == name]
        return (own or [m for m in self.months if m.official] or list(self.months))[-1]


def front(edition: Edition, lang: str = "en") -> Page:
    """The front page: the answer, the chart, the average over time, and the way down."""
    material = edition.material
    answer, day = parts.answer(material, lang), parts.day(material, lang)
    time = replace(parts.over_time(material), prose=())
    after = [words("next", lang, date=citing.date(next_release(edition.day), lang))]
    if edition.newer is not None:
        vintage = citing.date(edition.newer.vintage, lang)
        said = words("newer", lang, vintage=vintage, brief=_brief(edition.newer, lang))
        after.insert(0, said)
    day = replace(day, tables=(), after=after)
    sections = [answer, day, time, parts.moved(material), parts.other(material, lang),
                parts.citing(material, lang)]  # fmt: skip
    if lang == "de":
        sections = [_in_german(section, material) for section in sections if section.key != "moved"]
    month = edition.month
    same = material.headline.vintage == month.vintage
    here = Link(
        month.words(lang), f"{month.name}/index.html",
        words("monthly" if same else "last month", lang),
    )  # fmt: skip
    ways = [Link(label, path, what) for path, (label, what) in WAYS[lang].items()]
    sections.append(Section("down", words("down", lang), links=(here, *ways)))
    return Page(
        PATHS[lang == "de"], _headline(material, lang), "", sections, lang, PATHS[lang == "en"]
    )


def _brief(result: LagResult, lang: str) -> str:
    """Figure and interval in few words."""
    size = citing.lag(result.months or 0.0, result.censored, lang)
    ends = citing.between(*result.ends_given, lang)
    return words("brief", lang, size=size, level=citing.percent(result.level, lang), ends=ends)


def _headline(material: Material, lang: str) -> str:
    """The title of the front page."""
    result = material.headline
    return finding(result, lang)


def _in_german(section: Section, material: Material) -> Section:
    """A section whose charts are introduced in German."""
    return replace(
        section,
        title={"time": words("time", "de")}.get(section.key, section.title),
        figures=tuple(_german(figure, material) for figure in section.figures),
    )


def _german(figure: Figure, material: Material) -> Figure:
    result = material.headline
    told = {
        "leader": phrase(result.leader_group, "de").models,
        "follower": phrase(result.follower_group, "de").models,
        "level": citing.percent(result.level, "de"),
        "sure": citing.plain_number(round(100 * result.level, 6), "de"),
        "marks": parts.marks(result, "de"),
        "bracket": parts.bracket(result, "de"),
        "window": citing.months_to(result.window, "de"),
        "vintage": citing.date(result.vintage, "de"),
    }
    draw = partial(figure.draw, lang="de")
    title = _headline(material, "de")
    if material.path is not None and figure.name != "frontier":
        title = parts.path_finding(material.path, "de")
    caption = words(f"{figure.name} caption", "de", **told)
    return replace(
        figure,
        title=title,
        alt=f"{title}. {caption}",
        caption=caption,
        draw=draw,
        table=replace(figure.table, caption=words("rows", "de")),
        toggles=dict(zip(figure.toggles, (told["leader"], told["follower"]), strict=False)),
    )


def all_months(edition: Edition) -> Page:
    """Every month with its first and its revised figure."""
    record = edition.record
    told = {row.month.name: row for row in record.rows}
    links = [
        Link(
            month.words(),
            f"{month.name}/index.html",
            _line(told[month.name]) if month.name in told else record.refused[month.name],
        )
        for month in edition.months[::-1]
        if month.name in told
    ]  # fmt: skip
    sections = [
        Section("list", words("record"), (record.sentence(),), tables=(record.table(),),
                after=record.footnotes()),
        Section("each", words("each"), links=links),
    ]  # fmt: skip
    when = words("next", date=citing.date(next_release(edition.day), "en"))
    return Page("months/index.html", words("months"), when, sections)


def _line(row: Row) -> str:
    return f"{_first(row)}{'' if row.published else '; ' + words('short')}"


def _first(row: Row) -> str:
    """The first figure, which of an early month is one of the day."""
    return in_words(row.first) + ("" if row.estimand == HEADLINE else f", {words('early')}")


def correction(edition: Edition, row: Row) -> Page:
    """What has become of the figure of one month."""
    record, month = edition.record, row.month
    day = citing.date(record.vintage, "en")
    points = [
        (words("first"), f"{_first(row)}, {words('by', method=row.method)}"
         f"{'' if row.published else '; ' + words('short')}."),
        (words("again"), f"{in_words(row.again)}, {words('by', method=record.method)}."),
        (words("revised"), f"{in_words(row.revised)}." if row.revised
         else words("unrevised" if row.estimand == HEADLINE else "unaveraged", vintage=day)),
    ]  # fmt: skip
    state = "corrected" if row.corrected else "uncorrected"
    links = (
        Link(month.words(), f"{month.name}/index.html"),
        Link(words("months"), "months/index.html"),
    )
    text = words("became", month=month.words(), vintage=day)
    section = Section("list", "", (words(state),), points=points, links=links)
    title = words("corrections title", month=month.words())
    return Page(f"corrections/{month.name}.html", title, text, (section,))


#: Of the pages one level down, those that every page leads to; the front page leads to all.
_SHORT = ("months/index.html", "models/index.html", "de/models/index.html", "ask/index.html",
          "about/index.html")  # fmt: skip


def navigation(lang: str = "en") -> list[Link]:
    """Ways from every page of the site that is made anew."""
    home = Link(words("home", lang), "index.html" if lang == "en" else "de/index.html")
    other = Link(words("other", lang), "de/index.html" if lang == "en" else "index.html")
    short = [Link(label, path) for path, (label, _) in WAYS[lang].items() if path in _SHORT]
    return [home, *short, other]


def footer(lang: str = "en") -> Sequence[str]:
    """Who publishes this."""
    known = owner()
    return tuple(filter(None, (known.name, known.home)))
