"""What stands on a page of one question: answer, frontiers, paths, estimands, data, citation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from statistics import NormalDist
from typing import Any

from elolag import plots
from elolag.cite import citation
from elolag.dates import DAYS_PER_MONTH, known, precision, to_day, to_iso
from elolag.estimate.over_time import INNER, LagPath
from elolag.plots.rows import comparison_title
from elolag.plots.style import SIDES, finding, overtaken, roles
from elolag.results import charts
from elolag.results import citing as language
from elolag.results.answer import day_first, lines
from elolag.results.lag import LagResult
from elolag.results.measures import under_headline
from elolag.results.pages import words
from elolag.results.provenance import Origin
from elolag.results.table import Cell, Column, Table, decimals
from elolag.results.verdict import SETTLED_VOTES
from elolag.results.words import directed, first_up, many, meaning, noun, percentage, stretch
from elolag.site.content import Block, Figure, Section
from elolag.site.material import Material
from elolag.tags import Tag


def answer(material: Material, lang: str = "en") -> Section:
    """The first line of the answer, and the frontiers it is read off."""
    said = _lines(material.headline, lang)
    return Section("answer", "", said[:1], figures=(frontier(material),))


def day(material: Material, lang: str = "en") -> Section:
    """The second line of the answer, be it of the day or the average; facts; what is left out."""
    result = material.headline
    mean = result.estimand == "average" and day_first(result)
    title = words("mean", lang) if mean else words("day", lang)
    said = _lines(result, lang)[1:]
    notes = (*material.comparison.small_print, result.left_out("both")) if lang == "en" else ()
    return Section("facts", title, said, tables=(result.table(),), after=notes)


def _lines(result: LagResult, lang: str) -> tuple[str, ...]:
    """What `LagResult.said` says, in either language."""
    if lang == "en":
        return result.said()
    return (
        lines(result, lang) if result.estimand == "average" else (citation(result, lang).sentence,)
    )


#: Months shown.
_SHOWN_MONTHS = 24.0


def frontier(material: Material) -> Figure:
    """The frontier chart with its table."""
    result = material.headline
    start = to_day(result.as_of) - _SHOWN_MONTHS * DAYS_PER_MONTH
    rows = _rows(material, to_iso(start))
    leader, follower = noun(result.leader_group), noun(result.follower_group)
    sides = roles(result.leader_group, result.follower_group)
    return Figure(
        name="frontier",
        title=finding(result),
        alt=_alt(result, rows),
        caption=(
            f"Lines: the best rating reached by each side so far; each step is a record. Bars: "
            f"{percentage(result.level)} interval of a record's rating. Faint marks: the other "
            f"models. {marks(result)} {bracket(result)} The "
            f"lag is read along the horizontal; the distance in height is the gap."
        ),
        draw=partial(plots.frontier, result),
        table=_frontier_table(result, rows),
        toggles=dict(zip((SIDES[role] for role in sides), (leader, follower), strict=True)),
    )


def marks(result: LagResult, lang: str = "en") -> str:
    """Which records of the chart rest on few votes, or why that cannot be told."""
    votes = language.whole(SETTLED_VOTES, lang)
    return words("no open marks" if result.voteless else "open marks", lang, votes=votes)


def bracket(result: LagResult, lang: str = "en") -> str:
    """What the bracket of the chart is."""
    if result.estimand == "average":
        return words("bracket average", lang)
    return words("bracket", lang, level=language.percent(result.level, lang))


#: Ends the description of a chart whose table has its records only.
BELOW = " Its records are in the table below the chart, all points in the CSV beside it."


def _alt(result: LagResult, rows: list[dict[str, Any]]) -> str:
    since = known(min(r["counts_from"] for r in rows))
    return (
        f"Line chart of the best rating reached so far by {noun(result.leader_group)} and by "
        f"{noun(result.follower_group)}, {since} to {result.as_of}. "
        f"{first_up(noun(result.leader_group))} stands at {result.leader_best.rating:.0f}, "
        f"{noun(result.follower_group)} at {result.follower.rating:.0f}. {finding(result)}.{BELOW}"
    )


def _rows(material: Material, since: str) -> list[dict[str, Any]]:
    """Every model shown, one row for each side it counts for, the newest first."""
    result = material.headline
    z = NormalDist().inv_cdf((1 + result.level) / 2)
    rows = []
    for side, group in enumerate((result.leader_group, result.follower_group)):
        records = {m.model for m in result.records(group)}
        for m in result.models:
            if m.group != group or not since <= m.counts_from <= result.as_of:
                continue
            rows.append(
                {
                    "side": side, "group": noun(group), "model": m.model, "entry": m.entry,
                    "lab": material.lab(m.model), "released": m.release_date,
                    "precision": precision(m.release_date),
                    "counts_from": m.counts_from, "rating": round(m.rating, 4),
                    "low": round(m.rating - z * m.sd, 4), "high": round(m.rating + z * m.sd, 4),
                    "record": m.model in records,
                    "provisional": None if m.votes is None else result.provisional_rating(m),
                }
            )  # fmt: skip
    return sorted(rows, key=lambda r: (r["counts_from"], r["side"], r["model"]), reverse=True)


def _frontier_table(result: LagResult, rows: list[dict[str, Any]]) -> Table:
    rating, points = decimals(1), result.measure.points
    columns = (
        Column("group", "Group", "the group the model counts for"),
        Column("model", "Model", "the model, as tagged"),
        Column("entry", "Entry", "its highest-rated entry on the board"),
        Column("lab", "Lab", "who released it"),
        Column("released", "Released", "release date", "ISO date"),
        Column("precision", "Precision", "to what it is known: day or month", in_page=False),
        Column("counts_from", "Counts from", "date from which it counts for the group",
               "ISO date", in_page=False),
        Column("rating", "Rating", "posterior mean", points, rating, figures=True),
        Column("low", "Low", f"lower end of the {percentage(result.level)} interval", points,
               rating, figures=True),
        Column("high", "High", f"upper end of the {percentage(result.level)} interval", points,
               rating, figures=True),
        Column("record", "Record", "whether it raised its group's frontier", "true or false"),
        Column("provisional", "Provisional", f"whether it has under {SETTLED_VOTES:,} votes yet; "
               "empty where the list prints none for it", "true or false"),
    )  # fmt: skip
    caption = "Records of the chart, newest first (the CSV has every model)"
    shown = tuple(k for k, r in enumerate(rows) if r["record"])
    return Table.of("frontier", caption, columns, rows, page_rows=shown)


def over_time(material: Material) -> Section:
    """The average on every day of the past with hindsight, or else the lag of the day."""
    path = material.path
    if path is None:
        why = "The two groups have too short a common history for a lag over time."
        return Section("time", words("time"), (why,))
    prose = (
        "The same question asked on every day of the past, with the newest ratings. The bands say "
        "how well each day's figure is measured, not whether its movement is more than chance: "
        "the command “elolag change” answers that.",
    )
    return Section("time", words("time"), prose, (_path_figure(path),))


#: Which days a workbook has, which is for reading.
_WEEKLY = "Every seventh day, back from the last; the CSV has every day"


def _path_figure(path: LagPath) -> Figure:
    follower, leader = noun(path.follower_group), noun(path.leader_group)
    first, last = to_iso(path.days[0]), to_iso(path.days[-1])
    table = path.table()
    line = "the lag at posterior-mean ratings; it grows by one day a day and falls when {who} sets "
    line = line.format(who=follower) + "a record"
    if path.estimand == "average":
        line = f"the mean of the day's lag over the {stretch(path.window)} before each day"
    return Figure(
        name=table.name,
        title=path_finding(path),
        alt=(
            f"Line chart of the lag of {follower} behind {leader}, every day from {first} to "
            f"{last}. It begins at {directed(path.months[0])} and ends at "
            f"{directed(path.months[-1])}; lowest {directed(float(path.months.min()))}, highest "
            f"{directed(float(path.months.max()))}. All days are in the CSV beside it."
        ),
        caption=(
            f"Line: {line}. Bands, from dark to light: {percentage(INNER)} and "
            f"{percentage(path.level)} measurement interval of each day; thin lines: what holds "
            f"the whole path with {percentage(INNER)} (dotted) and with {percentage(path.level)} "
            f"probability. Where a band runs to the edge of the chart its end is only a bound. "
            f"Ratings are those of {path.vintage}, with hindsight."
        ),
        draw=partial(plots.lag_path, path),
        table=table,
        sheet=replace(table, caption=_WEEKLY, rows=table.rows[::-1][::7][::-1]),
    )


def moved(material: Material) -> Section:
    """What moved the headline since the month before."""
    news = material.news
    if isinstance(news, str):
        return Section("moved", words("moved"), (news,))
    return Section(
        "moved", words("moved"), (news.sentence(),), tables=(news.table(),),
        after=news.footnotes()[:1],
    )  # fmt: skip


def other(material: Material, lang: str = "en") -> Section:
    """The same question on another measure."""
    said = words("unbeside", lang)
    if material.beside is not None:
        said = under_headline(material.headline, material.beside, lang)
    return Section("beside", words("beside", lang), (said,))


def path_finding(path: LagPath, lang: str = "en") -> str:
    """The title over the lag on every day."""
    if (found := path.overtaken[1]) is not None:
        return first_up(overtaken(*found, lang=lang))
    since = to_iso(path.days[0])[: len("2026-08")]
    since = language.month_of(since, lang) if lang == "de" else since
    ends = charts.spread(float(path.months.min()), float(path.months.max()), lang)
    key = "since average" if path.estimand == "average" else "since lag"
    return charts.said(key, lang, since=since, ends=ends)


def estimands(material: Material) -> Section:
    """The estimands as dots with both intervals, and in a table."""
    found = material.comparison
    timed = [r for r in found.results if r.months is not None]
    first = found.results[0]
    table = found.table()
    notes = [f"{name} has no answer here: {reason}." for name, reason in found.refused.items()]
    if found.retired:
        notes.append(found.retired)
    if found.unrated:
        names = ", ".join(found.unrated)
        notes.append(f"Records of the sibling board that this board never rated: {names}.")
    figure = Figure(
        name="estimands",
        title=comparison_title(found),
        alt=(
            "Dots with two intervals each, one row per estimand: "
            + "; ".join(f"{r.estimand} {r.figure()}" for r in timed)
            + ". All values are in the table below the chart."
        ),
        caption=(
            f"Dot: the estimate. Thick: {percentage(first.level)} measurement interval, how well "
            f"the realised lag is measured. Thin: {percentage(first.level)} sampling interval, "
            f"what another run of history would have given. Each estimand is a different question, "
            f"so they need not agree."
        ),
        draw=partial(plots.comparison, found),
        table=table,
    )
    prose = (
        "Published figures differ mostly because people ask different questions without saying so. "
        "These are the questions elolag can answer, all from the same ratings and the same draws. "
        f"The headline is {material.headline.estimand}.",
    )
    points = [
        (f"{r.estimand}:", meaning(r.estimand, r.measure.points, r.window) + ".")
        for r in found.results
    ]
    return Section("estimands", words("ways"), prose, (figure,), points=points, after=notes)


#: What a tag's note holds where a fact could not be confirmed.
_UNVERIFIED = "unverified"


def data(material: Material) -> Section:
    """Snapshots, tag counts, and the evidence behind the records of the answer."""
    panel, result = material.study.panel, material.headline
    older = panel.snapshots[1:]
    others = Counter(s.board for s in older if s.board != panel.board)
    of = "".join(f", {count} of them of {board}," for board, count in others.items())
    links = f", linked to {many(len(older), 'older list')}{of} for models that have left the board"
    points = [
        ("Ratings:", f"{result.board}, category {result.category}, of {result.vintage}"
         f"{links if older else '; no older list'}."),
        ("Models:", _models(material)),
        ("Dates:", _dates(material.study.cast.tags)),
        ("Unverified facts:", _unverified(material)),
        ("Not counted:", f"{many(len(panel.untagged), 'entry', 'entries')} without a tag and "
         f"{len(panel.unknown)} that cannot be attributed to a lab."),
    ]  # fmt: skip
    prose = (
        "Country is the headquarters of the controlling parent on the release date; openness is "
        "dated. Every tag is a row with its evidence; every snapshot is hashed and checked before "
        "it is kept.",
    )
    notes = [f"{first_up(note)}." for note in result.notes]
    return Section(
        "data", "Data, tags and their quality", prose,
        tables=(_snapshots(material), _evidence(material)), points=points, after=notes,
    )  # fmt: skip


def _models(material: Material) -> str:
    result = material.headline
    parts = []
    for group in (result.leader_group, result.follower_group):
        models = {m.model for m in result.models if m.group == group}
        counted = [material.tag(m) for m in models]
        labs = {tag.lab for tag in counted if tag is not None}
        parts.append(f"{len(models)} of {noun(group)} from {len(labs)} labs")
    return " and ".join(parts) + "."


def _dates(tags: tuple[Tag, ...]) -> str:
    to_day = sum(tag.precision == "day" for tag in tags)
    basis = Counter(tag.date_basis for tag in tags)
    named = ", ".join(f"{name} {count}" for name, count in basis.most_common())
    return (
        f"{to_day} of {len(tags)} releases are known to the day, the others to the month; by "
        f"{named}."
    )


def _unverified(material: Material) -> str:
    marked = [
        tag.model
        for tag in material.study.cast.tags
        if _UNVERIFIED in material.tables.models[tag.model].note.lower()
    ]
    labs = {tag.lab for tag in material.study.cast.tags}
    where = sorted(
        lab
        for lab in labs
        if any(_UNVERIFIED in row.note.lower() for row in material.tables.labs.get(lab, ()))
    )
    return (
        f"{len(marked)} models and {len(where)} labs of this estimate carry the mark "
        f"“unverified” in their tags."
    )


def _snapshots(material: Material) -> Table:
    columns = (
        Column("vintage", "Vintage", "date of publication", "ISO date", in_page=False),
        Column("path", "Snapshot", "board and vintage in the archive"),
        Column("source", "Source", "route by which the board came"),
        Column("licence", "Licence", "as the source states it"),
        Column("completeness", "List", "full, or the first so many rows",
               in_page=False),
        Column("entries", "Entries", "rows that stand on the scale from it; 0: it shows how others "
               "changed", "entries", figures=True),
        Column("checks", "Checks", "passed of those made", figures=True),
        Column("failed", "Not passed", "optional checks that did not pass"),
        Column("sha256", "SHA-256", "of the snapshot's manifest", "", lambda v: str(v)[:16]),
    )  # fmt: skip
    panel = material.study.panel
    placed = Counter(panel.placed.table["vintage"])
    rows: list[tuple[Cell, ...]] = []
    for snapshot in panel.snapshots:
        # Lists of the publisher's other board place nobody.
        entries = placed[snapshot.vintage] if snapshot.board == panel.board else 0
        checks = snapshot.facts.get("checks", [])
        failed = [str(check["name"]) for check in checks if not check["passed"]]
        passed = f"{len(checks) - len(failed)} of {len(checks)}"
        rows.append(
            (snapshot.vintage, snapshot.path, snapshot.source, Origin.of(snapshot).licence,
             snapshot.completeness, entries, passed,
             ", ".join(failed) or "none", snapshot.sha256)
        )  # fmt: skip
    return Table("snapshots", "Snapshots the ratings come from, newest first", columns, tuple(rows))


def _first(evidence: Cell) -> str:
    """The first of several references, and how many follow."""
    found = str(evidence).split(" ; ")
    return found[0] + (f" (and {len(found) - 1} more in the CSV)" if len(found) > 1 else "")


def _evidence(material: Material) -> Table:
    """The tags of both sides' best models and of every likely match."""
    result = material.headline
    named = [result.follower.model, result.leader_best.model]
    named += [match.model for match in result.likely_matches()]
    columns = (
        Column("model", "Model", "as tagged"),
        Column("lab", "Lab", "who released it"),
        Column("country", "Country", "ISO 3166, of the controlling parent at release"),
        Column("released", "Released", "release date", "ISO date"),
        Column("basis", "Known by", "what the date rests on"),
        Column("weights", "Weights", "date of open weights", "ISO date", in_page=False),
        Column(
            "evidence",
            "Evidence",
            "where the tag comes from, parted by semicolons",
            "",
            _first,
            long=True,
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for model in dict.fromkeys(named):
        tag, row = material.tag(model), material.tables.models[model]
        rows.append(
            (model, material.lab(model), tag.country if tag else None, row.release_date,
             f"{row.date_basis}, to the {row.precision}", row.weights_date or None, row.evidence)
        )  # fmt: skip
    return Table("evidence", "Tags of the models the answer names", columns, tuple(rows))


_VOTES = (
    ("Preference, not capability:",
     "an arena counts which of two answers people like better. It says little of long tasks, of "
     "tools, of safety, or of what a model could do for an expert."),
    ("Voters:",
     "they are who comes to the site, with the questions they bring; other languages and trades "
     "may see another order."),
)  # fmt: skip
_INDEX = (
    ("Tests, not use:",
     "an index weighs the results of chosen benchmarks. It says little of tasks nobody tests, of "
     "safety, or of what people prefer."),
)  # fmt: skip
_ALWAYS = (
    ("Private testing:",
     "labs may try several variants unseen and publish the best one, and choose when to submit. "
     "Those who test more look better, and no published error shows it."),
    ("Distillation:",
     "a model trained on another's answers counts as its maker's own. A short lag may say how fast "
     "results spread, not how fast they are found."),
    ("Coverage:",
     "only released and submitted models are rated. What labs keep to themselves is missing on "
     "both sides, and so is whoever does not take part."),
    ("Resources and use:",
     "months say nothing of compute, cost, adoption or what a country can do with its models."),
)  # fmt: skip


def limits(material: Material) -> Section:
    """The limits, the same for every question asked of one kind of board."""
    first = _INDEX if material.study.panel.snapshots[0].method == "index" else _VOTES
    prose = (
        f"The lag is a distance in time between ratings on {material.headline.board}. It leaves "
        f"out, at least:",
    )
    return Section("limits", "What this does not measure", prose, points=(*first, *_ALWAYS))


def citing(material: Material, lang: str = "en") -> Section:
    """The sentence with its short footnote, in both languages; all else folded away."""
    english, german = (citation(material.headline, each) for each in ("en", "de"))
    first, second, other = (english, german, "de") if lang == "en" else (german, english, "en")
    everything = f"{first.footnote}\n\n{english.bibtex().rstrip()}"
    return Section(
        "cite", words("cite", lang),
        blocks=(Block(words("quote", lang), first.brief()),
                Block(words("otherwise", lang), second.brief(), lang=other),
                Block(words("full", lang), everything, folded=True)),
    )  # fmt: skip
