"""Pages below the front page: groups, leads, claims, revisions, forecasts, methods, data, about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from elolag import plots
from elolag.estimate.leads import WhoLed
from elolag.estimate.revisions import Revisions
from elolag.forecast import past
from elolag.forecast.ahead import Outlook
from elolag.forecast.skill import Scores
from elolag.model.estimands import WINDOWS
from elolag.plots.figures import leads_title, revisions_title
from elolag.plots.paths import forecast_title, held_title
from elolag.plots.rows import measures_title, voters_title
from elolag.results.measures import Measures
from elolag.results.owner import Owner
from elolag.results.provenance import log_head
from elolag.results.table import Column, Result, Table, data
from elolag.results.voters import VotersReport
from elolag.results.words import (
    MATCHED,
    MEANING,
    NOT_A_FORECAST,
    left_out,
    meaning,
    noun,
    percentage,
)
from elolag.site import sections, tested
from elolag.site.cards import address, references
from elolag.site.content import Block, Figure, Link, Page, Section
from elolag.site.material import Checks, Found
from elolag.version import METHOD

#: Rows of a table that names models, as far as the page shows them; the CSV has all.
_SHOWN = 15


def pages(found: Found, owner: Owner) -> list[Page]:
    """Every page of this module."""
    made = [build(found) for build in (_leads, _claims, _revisions, _forecasts, _data)]
    return [*_groups(found), *made, _methods(found, owner), _about(found, owner)]


#: The pages of groups, each small enough to be read on a phone.
_GROUPS = (
    Link("Categories", "groups/index.html", "other prompts on the headline's board"),
    Link("Open and closed models", "groups/openness.html", "of both sides"),
    Link("Labs", "groups/labs.html", "against the leader; its own, each against the others"),
    Link("Other boards and measures", "groups/boards.html", "and boards of other tasks"),
    Link("Other voters", "groups/voters.html", "who write in other languages"),
)
_OTHERWISE = (
    "The question of the headline asked otherwise. Each is a question of its own, and no figure "
    "here is an average of others."
)


def _groups(found: Found) -> list[Page]:
    """Categories; openness; labs; other boards; other voters."""
    material = found.material
    checks = material.checks or Checks()
    parts = (
        tested.slices(replace(material, checks=replace(checks, openness=None))),
        tested.slices(replace(material, checks=replace(checks, category=None))),
        _part(found, "lab", "Labs", found.lab, tested.slices_figure),
        _part(found, "measures", "Other boards and measures", found.measures, _boards_figure),
        _part(found, "voters", "Other voters", found.voters, _voters_figure),
    )
    made = []
    for link, part in zip(_GROUPS, parts, strict=True):
        section = replace(part, title=link.label)
        ways = Section("groups", "Other groups", links=[way for way in _GROUPS if way != link])
        made.append(Page(link.to, link.label, _OTHERWISE, (section, ways)))
    return made


def _part(
    found: Found, key: str, title: str, result: Result | None, figure: Callable[..., Figure] | None
) -> Section:
    """A result as a section: sentence, figure or table, notes; or why there is none."""
    if result is None:
        return Section(key, title, (f"There is no answer: {found.missing[key]}.",))
    figures = (figure(result),) if figure else ()
    tables = () if figure else (result.table(),)
    return Section(key, title, result.said(), figures, tables, after=result.footnotes())


def _boards_figure(found: Measures) -> Figure:
    spread = "; ".join(
        f"{m.board} {m.result.short()}" for m in found.measures if m.result is not None
    )
    return Figure(
        name="measures",
        title=measures_title(found),
        alt=(
            f"Dots with intervals, a row for each measure and for each board of another task: "
            f"{spread}. All values are in the table below the chart."
        ),
        caption=(
            f"Dot: the estimate ({found.estimand}), on each board's newest whole list by "
            f"{found.as_of}. Bar: its {percentage(found.level)} measurement interval, from "
            f"{found.results[0].n_draws:,} draws. Boards of other tasks show how far tasks spread; "
            f"no number here averages them."
        ),
        draw=partial(plots.measures, found),
        table=found.table(),
    )


def _voters_figure(found: VotersReport) -> Figure:
    return Figure(
        name="voters",
        title=voters_title(found),
        alt=(
            f"Dots with intervals in {len(found.shown)} rows, one for each kind of voters by all "
            f"models ({len(found.quoted)}) and by those near the top ({len(found.tops)}): how much "
            f"higher or lower they rate the follower's models than others do. All values are in "
            f"the table below the chart."
        ),
        caption=(
            f"Dot: the shift in Elo beside models of equal rating. Bar: its "
            f"{percentage(found.level)} interval."
        ),
        draw=partial(plots.voters, found),
        table=found.table(),
    )


def _leads(found: Found) -> Page:
    """Who led when."""
    result = found.leads
    title = "Who led when"
    section = _part(found, "leads", "List by list", result, _leads_figure)
    standfirst = leads_title(result) + "." if result else title
    return Page("leads/index.html", title, standfirst, (section,))


def _leads_figure(found: WhoLed) -> Figure:
    leader, follower = noun(found.leader_group), noun(found.follower_group)
    near = found.closest
    return Figure(
        name="leads",
        title=leads_title(found),
        alt=(
            f"One mark for each of {len(found.standings)} lists from {found.standings[0].date} to "
            f"{found.standings[-1].date}: the distance between the best of {leader} and the best "
            f"of {follower}. It is smallest on {near.date}, {abs(near.gap):.1f} points. The last "
            f"list of each month is in the table below the chart."
        ),
        caption=(
            f"Above zero the best of {leader} is first, below it that of {follower}, by the "
            f"ratings each list printed on its day."
        ),
        draw=partial(plots.leads, found),
        table=found.table(),
    )


def _claims(found: Found) -> Page:
    """Every claim with its verdict, both figures, and where it is read."""
    section = tested.claims(found.material)
    report = (found.material.checks or Checks()).claims
    title, path = "What others said", "claims/index.html"
    if report is None:
        return Page(path, title, section.prose[0], (section,))
    links, points = [], []
    for item in report.assessments:
        claim, row = item.claim, item.row()
        name = f"{claim.who}, {claim.when}"
        told = (
            f"{row['claimed']}. On the day: {row['real_time']}; now: {row['hindsight']}. Verdict: "
            f"{item.verdict}"
        )
        if address(claim.where) == claim.where:
            links.append(Link(name, claim.where, told))
        else:
            points.append((f"{name}:", f"{told}. Read at {claim.where}"))
    every = Section(
        "every", "Every claim, with its source",
        ("What was claimed, our figure with the ratings of the day and with the newest, and the "
         "verdict. The name leads to where the claim is read.",),
        points=points, links=links,
    )  # fmt: skip
    return Page(path, title, report.sentence(), (section, every))


def _revisions(found: Found) -> Page:
    """Figures of the day beside what is known now."""
    result, title = found.revisions, "First figures and what became of them"
    section = _part(found, "revisions", "Month by month", result, _revisions_figure)
    standfirst = (
        "What could have been published on the day of each month's last list, and what the newest "
        "ratings say of the same day."
    )
    return Page("revisions/index.html", title, standfirst, (section,))


def _revisions_figure(found: Revisions) -> Figure:
    return Figure(
        name="revisions",
        title=revisions_title(found),
        alt=(
            f"Two lines over {len(found.rows)} months, {found.rows[0].date[:7]} to "
            f"{found.rows[-1].date[:7]}: the lag as it could be measured on the day, and as it is "
            f"measured now; below them what each revision is made of. All values are in the table "
            f"below the chart."
        ),
        caption=(
            f"Bars: {percentage(found.level)} measurement intervals, from {found.n_draws:,} draws; "
            f"estimand: {found.estimand}; ratings of {found.vintage} count as what is known now."
        ),
        draw=partial(plots.revisions, found),
        table=found.table(),
    )


def _methods(found: Found, owner: Owner) -> Page:
    """What is counted and what is not, in plain words."""
    result = found.material.headline
    points = result.measure.points
    counted = Section(
        "counted", "What is counted",
        (
            "Each side's frontier is the highest rating that any of its models had reached by a "
            f"date. The lag is the time between the two frontiers at one level. {NOT_A_FORECAST}",
            "Published figures differ mostly because they answer another of these questions:",
        ),
        points=[(f"{name}:", meaning(name, points, WINDOWS.get(name)) + ".") for name in MEANING],
    )  # fmt: skip
    match = Section(
        "match", "Which model dates a level",
        ("A level is dated by the first model that reached it (reached), where nothing else is "
         "said. Other rules can be asked for:",),
        points=[(f"{name}:", f"{words}.") for name, words in MATCHED.items()],
    )  # fmt: skip
    intervals = Section(
        "intervals", "What the intervals hold",
        ("Ratings and uncertain dates are drawn many times, and in every draw the records, both "
         "frontiers and the lag are found anew.", left_out("both", result.measure.name)),
    )  # fmt: skip
    version = Section(
        "version", "Version of the method",
        (f"These pages follow method {METHOD}; the software is elolag {result.version}. "
         f"A change of method gets a new number, and old and new are then shown side by side.",),
        links=[Link("The methods in full", owner.repository, "docs/methods.md of the source")]
        if address(owner.repository) else (),
    )  # fmt: skip
    return Page(
        "methods/index.html",
        "What is counted, and what is not",
        f"The figure to quote, {result.estimand}: "
        f"{meaning(result.estimand, points, result.window)}.",
        (counted, match, intervals, sections.limits(found.material), version),
    )


def _data(found: Found) -> Page:
    """Snapshots, licences, counts of tags, rows with one source only, and how to check a hash."""
    material = found.material
    section = sections.data(material)
    origins = material.headline.origins
    newest = origins[0]
    check = (
        f"sha256sum {newest.path}/datapackage.json\n"
        f"{newest.sha256}  {newest.path}/datapackage.json\n\n"
        f"elolag archive verify --head {log_head(origins)}"
    )
    hashes = Section(
        "check", "How to check a hash",
        ("Every snapshot is a folder of the archive. The hash of its datapackage.json stands in "
         "the table above (its beginning) and in the CSV beside it (whole); that file holds the "
         "hashes of the tables. The head of the log stands for the whole archive. In the folder "
         "of the archive:",),
        blocks=(Block("Commands", check),),
    )  # fmt: skip
    return Page(
        "data/index.html",
        "The data behind the figures",
        f"The headline rests on {len(origins)} lists of ratings, the newest of {newest.vintage}; "
        f"every one is kept as it came, hashed, and checked before it is used.",
        (_licences(found), section, _single(found), hashes),
    )


def _licences(found: Found) -> Section:
    """Whose lists they are, and on whose terms."""
    origins = found.material.headline.origins
    counts = Counter((o.publisher, o.licence or "not stated", o.source) for o in origins)
    links = {o.source: address(o.homepage) for o in origins}
    points, ways = [], []
    for (publisher, licence, source), count in counts.items():
        told = f"{count} {'list' if count == 1 else 'lists'} by {source}; licence: {licence}"
        if links[source]:
            ways.append(Link(publisher or source, links[source], told))
        else:
            points.append((f"{publisher or source}:", f"{told}."))
    return Section("licences", "Whose lists, on whose terms", points=points, links=ways)


def _single(found: Found) -> Section:
    """Models whose release rests on one reference."""
    material = found.material
    tags = [t for t in material.study.cast.tags if t.released <= material.study.as_of]
    rows = []
    for tag in sorted(tags, key=lambda t: (-t.released, t.model)):
        row = material.tables.models[tag.model]
        if len(references(row.evidence)) < 2:
            rows.append({
                "model": tag.model, "lab": material.lab(tag.model),
                "released": tag.since(tag.released), "precision": row.precision,
                "evidence": row.evidence,
            })  # fmt: skip
    prose = (
        f"The release of {len(rows)} of {len(tags)} models rests on a single reference. Who knows "
        f"another one can help most here."
    )
    if not rows:
        return Section("single", "What rests on one source", (prose,))
    columns = (
        Column("model", "Model", "as tagged"),
        Column("lab", "Lab", "who released it"),
        Column("released", "Released", "release date", "ISO date"),
        data("precision", "to what it is known: day or month"),
        Column("evidence", "The one reference", "where the date comes from", long=True),
    )
    caption = "Models whose release rests on one reference, newest first"
    if len(rows) > _SHOWN:
        caption += f" (the newest {_SHOWN}; the CSV has all)"
    shown = tuple(range(min(len(rows), _SHOWN)))
    table = Table.of("single-source", caption, columns, rows, page_rows=shown)
    return Section("single", "What rests on one source", (prose,), tables=(table,))


_UNNAMED = (
    "Nobody is named yet who answers for these pages: whoever publishes them has not filled in "
    "a contact."
)


def _about(found: Found, owner: Owner) -> Page:
    """Who answers for the pages, and how to report an error."""
    version = found.material.headline.version
    who = _UNNAMED
    if owner.contact:
        who = f"{owner.name or 'The contact below'} answers for these pages: {owner.contact}."
    links = [
        Link(label, to, words)
        for label, to, words in (
            ("Contact", owner.contact, "who answers for these pages"),
            ("Source", owner.repository, "code, tags and archive"),
            ("Site", owner.site, "where these pages are published"),
            ("DOI", f"https://doi.org/{owner.doi}" if owner.doi else "", "for citing"),
        )
        if address(to) and address(to) == to
    ]
    where = "to the contact above" if owner.contact else "to nobody yet, for lack of a contact"
    errors = (
        f"A report goes {where}. It says the address of the page, the sentence or figure that is "
        f"wrong, and what says so. A wrong date, lab or licence is mended in the tags, and a wrong "
        f"figure is corrected in the next month and listed as a correction of the month it stood "
        f"in: the page of a month that was published is never changed."
    )
    return Page(
        "about/index.html",
        "About",
        "Who answers for these pages, and how to report an error.",
        (
            Section("who", "Who answers for it", (who,), links=links),
            Section("errors", "How to report an error", (errors,),
                    links=[Link("All months", "months/index.html", "with their corrections")]),
            Section("made", "How it is made", (
                f"Every page is made by elolag {version} out of an archive of published "
                f"leaderboards and a table of who made each model, where and when. Nothing on it "
                f"is written by hand but the words around the figures.",
            ), links=[
                Link("Methods", "methods/index.html", "what is counted, and what is not"),
                Link("Data", "data/index.html", "lists, licences, hashes, tags"),
            ]),
        ),
    )  # fmt: skip


_TITLE = "What may come, and how good such forecasts were"
_STANDFIRST = (
    "Everything else here is measured; this is not. Each forecast is frozen before its day, "
    "settled by a list and scored beside the simplest one there is: no change."
)


def _forecasts(found: Found) -> Page:
    """The outlook, the record and the ledger; each says why where there is none."""
    outlook, record = found.outlook, past.scores()
    board = found.material.headline.board
    ahead = _part(found, "outlook", "The outlook", outlook, _fan)
    told = past.record(board) if outlook is None else outlook.record
    if outlook is not None:  # its record, short under the chart, begins the next section
        ahead = replace(ahead, prose=[said for said in outlook.told() if said != told["en"]])
    known = told != past.NO_RECORD and record.of_board(board).lines
    figures, after = ((_held(record, board),), record.footnotes()) if known else ((), ())
    boards = dict.fromkeys(line.board for line in record.lines) if known else ()
    others = [record.told(name) for name in boards if name != board]
    scored = Section("scores", "The record", (told["en"], *others), figures, after=after)
    ledger = _part(found, "ledger", "The ledger", found.ledger, None)
    return Page("forecasts/index.html", _TITLE, _STANDFIRST, (ahead, scored, ledger))


def _held(record: Scores, board: str) -> Figure:
    return Figure(
        name="held",
        title=held_title(record, board),
        alt=(
            f"Two marks a row, a row for each target and horizon: the share of rounds on {board} "
            f"in which the 80% interval of ours, and of no change, held what came; a line at 80%. "
            f"Ours are in the table below the chart, both in the CSV beside it."
        ),
        caption=(
            f"Rounds of {board}. Left of the line intervals were too narrow, right of it too "
            f"wide. Rounds lie days apart and overlap: many rounds are few."
        ),
        draw=partial(plots.held, record, board=board),
        table=record.of_board(board).table(),
    )


def _fan(outlook: Outlook) -> Figure:
    middle, low, high = outlook.between("average", 6)
    earlier, alone = "", "The line is"
    if outlook.past:
        earlier = f"{len(outlook.past)} earlier fans lie thin behind it. "
        alone = "The line and the earlier fans are"
    return Figure(
        name="forecast",
        title=forecast_title(outlook),
        alt=(
            f"A line: the average of the twelve months before each day, as far as "
            f"{outlook.vintage}. From there a fan: half a year later its middle is at "
            f"{middle:.1f} months and 80% of it between {low:.1f} and {high:.1f}. {earlier}Its "
            f"middles and 80% are in the table below the chart, all its edges in the CSV beside "
            f"it. {alone} in the chart only."
        ),
        caption=(
            f"Shaded: 50%, 80% and 95% of what may come, three plain models in equal parts. "
            f"{earlier}{outlook.note}"
        ),
        draw=partial(plots.forecast, outlook),
        table=outlook.table(),
    )
