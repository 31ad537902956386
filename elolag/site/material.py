"""The answers that pages show, each asked once: of one question, and of what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from elolag import tags
from elolag.archive import Board
from elolag.claims import ClaimsReport, check_claims
from elolag.dates import DAYS_PER_MONTH, to_iso
from elolag.errors import ElolagError, EstimateError
from elolag.estimate.compare import Slices, compare
from elolag.estimate.comparison import Comparison, all_of, small_print
from elolag.estimate.lag import HEADLINE, results
from elolag.estimate.leads import WhoLed, who_led
from elolag.estimate.measures import beside, compare_measures
from elolag.estimate.model_dates import ModelDates, model_dates
from elolag.estimate.news import News, estimate_news
from elolag.estimate.over_time import LagPath, path_of
from elolag.estimate.panel import choose
from elolag.estimate.revisions import Revisions, estimate_revisions
from elolag.estimate.session import ASKED as DEFAULTS
from elolag.estimate.session import Question, Session, Study, prepare
from elolag.estimate.voters import compare_voters
from elolag.forecast.ahead import Outlook, forecast_lag
from elolag.forecast.record import Ledger, forecast_ledger
from elolag.model.estimands import WINDOWS
from elolag.own import OwnBoard
from elolag.question import DEFAULT_BOARD, SETTLED, unsettled
from elolag.results.lag import LagResult
from elolag.results.measures import Measures
from elolag.results.pages import words
from elolag.results.voters import VotersReport
from elolag.results.words import without_asides
from elolag.robustness import Grid, sensitivity
from elolag.robustness.edits import Influence, influence
from elolag.robustness.tipping_point import Flip, flip
from elolag.schema import ALL_LISTS
from elolag.tags import Tables, Tag

#: Draws of each study at most: of claims, in a report also of slices, influence and flip; and of
#: the grid.
DRAWS = 2_000
_GRID_DRAWS = 1_000
#: The groups the packaged claims are about.
_SIDES = ("US", "CN")
#: Choices that the grid makes itself. Of the windows it tries every one, and of lists the newest.
_GRID_MADE = tuple(
    name for name in (*SETTLED["sensitivity"], "policies") if name in DEFAULTS
    and name not in ("window", "vintage")
)  # fmt: skip


@dataclass(frozen=True)
class Extent:
    """How much a report holds.

    Attributes
    ----------
    checks
        Whether slices, claims, and what the headline rests on are estimated.
    full
        And the grid of specifications.
    ways
        Whether every estimand is answered, not those of the two lines alone.
    choices, jobs
        Levels of choices the grid is kept to, and its workers (they change no number).
    tell
        Called with (specifications answered, wanted) of the grid.
    """

    checks: bool = True
    full: bool = True
    ways: bool = True
    choices: Mapping[str, Sequence[str | int]] | None = None
    jobs: int = 1
    tell: Callable[[int, int], object] | None = None


@dataclass(frozen=True)
class Checks:
    """The answers, or in `missing` by name why there is none."""

    category: Slices | None = None
    openness: Slices | None = None
    influence: Influence | None = None
    flip: Flip | None = None
    grid: Grid | None = None
    claims: ClaimsReport | None = None
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def snapshots(self) -> tuple[tuple[str, str], ...]:
        """Path and hash of every snapshot one of them used, by path."""
        made = (self.category, self.openness, self.grid, self.claims)
        return tuple(sorted({pair for m in made if m for pair in m.table().snapshots}))

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object of the report; every row is in the CSV of its table."""
        slices = {"category": self.category, "openness": self.openness}
        influence, grid, claims = (
            found and {k: v for k, v in found.to_dict().items() if k not in _TABLED}
            for found in (self.influence, self.grid, self.claims)
        )
        return {
            "slices": {k: v and _headlines(v.to_dict()) for k, v in slices.items()},
            "sensitivity": {
                "influence": influence,
                "flip": self.flip and self.flip.to_dict(),
                "grid": grid,
            },
            "claims": claims,
            "left_out": dict(self.missing),
        }


#: What of influence, grid and claims is in their CSV.
_TABLED = ("cases", "rows", "answer", "claims")


def _headlines(slices: Mapping[str, Any]) -> dict[str, Any]:
    """Slices without the whole result behind each row."""
    rows = [{k: v for k, v in row.items() if k != "result"} for row in slices["slices"]]
    return {**slices, "slices": rows}


def _check(material: Material, extent: Extent) -> Checks:
    """Ask all of them; a part without an answer says why, and the others stand."""
    study, question = material.study, material.question
    few = {**question, "n_draws": min(study.n_draws, DRAWS)}
    asked: dict[str, Callable[[], Any]] = {
        **checks(few),
        "influence": partial(influence, **few),
        "flip": partial(flip, **few),
    }
    no_grid = _no_grid(study, question, extent)
    if not no_grid:
        asked["grid"] = partial(_grid, study, question, extent)
    found = checked(material, {name: answered(ask) for name, ask in asked.items()})
    return replace(found, missing={**found.missing, **({"grid": no_grid} if no_grid else {})})


def checks(question: Mapping[str, Any]) -> dict[str, partial[Any]]:
    """What is asked of every question beside its answer, by the names of `Checks`.

    Each may be handed a ``session`` to share. Claims take `DRAWS` at most.
    """
    # A comparison by category is of all categories.
    whole = {k: v for k, v in question.items() if k != "category"}
    asked: dict[str, partial[Any]] = {
        "category": partial(compare, "category", **whole),
        "openness": partial(compare, "openness", **question),
    }
    if _no_claims(question):
        return asked
    few = {**question, "n_draws": min(question["n_draws"], DRAWS)}
    return {"claims": partial(_claims, **few), **asked}


def answered(ask: Callable[[], Any]) -> Any:
    """The answer, or the error that says why there is none."""
    try:
        return ask()
    except ElolagError as error:
        return error


def checked(material: Material, answers: Mapping[str, Any]) -> Checks:
    """Put answers and errors together, by the names of `Checks`."""
    missing = _told(material, answers)
    if no_claims := _no_claims(material.question):
        missing["claims"] = no_claims
    return Checks(**{n: f for n, f in answers.items() if n not in missing}, missing=missing)


def _told(material: Material, answers: Mapping[str, Any]) -> dict[str, str]:
    """Of the answers that are errors, what they say, without naming a folder of this machine."""
    here = str(_board(material.question).archive.path)
    return {
        name: str(found).replace(here, "the archive")
        for name, found in answers.items()
        if isinstance(found, ElolagError)
    }


def _no_claims(question: Mapping[str, Any]) -> str:
    """Why the claims are left out, empty if they are not."""
    if isinstance(question.get("board"), OwnBoard):
        return "claims are checked on the boards of the archive, and this board is your own"
    if (question.get("leader", _SIDES[0]), question.get("follower", _SIDES[1])) != _SIDES:
        return "the claims are about the US and China, and this report is about other groups"
    return ""


def _claims(**question: Any) -> ClaimsReport:
    names = ("n_draws", "seed", "level", "archive", "sources", "policies", "extra_tags", "session")
    return check_claims(**{k: question[k] for k in names if k in question})


def _no_grid(study: Study, question: Mapping[str, Any], extent: Extent) -> str:
    """Why the grid is left out, empty if it is not."""
    if not extent.full:
        return "--quick leaves it out"
    board = question.get("board", DEFAULT_BOARD)
    if isinstance(board, OwnBoard):
        return "it crosses the boards of the archive, and this board is your own"
    defaults: Mapping[str, Any] = DEFAULTS
    fixed = [k for k in _GRID_MADE if question.get(k, defaults[k]) != defaults[k]]
    if fixed:
        return f"it makes its own choice of {', '.join(fixed)}, which this question has fixed"
    if choose(_board(question), None).vintage != study.panel.vintage:
        return "it starts from the newest ratings, and this question from older ones"
    return ""


def _board(question: Mapping[str, Any]) -> Board:
    session = question.get("session") or Session()
    board, archive = question.get("board", DEFAULT_BOARD), question.get("archive")
    return session.board(board, archive, question.get("sources", ALL_LISTS))


def _grid(study: Study, question: Mapping[str, Any], extent: Extent) -> Grid:
    few = {"board": study.panel.board, "n_draws": min(study.n_draws, _GRID_DRAWS)}
    asked = {**unsettled("sensitivity", question), **few}
    return sensitivity(choices=extent.choices, jobs=extent.jobs, tell=extent.tell, **asked)


#: Months the lag is drawn back over; fewer where a group has no model that early.
_PATH_MONTHS = 30.0
#: A release known to the month may fall this many days later than it is written.
_SLACK_DAYS = 31.0


@dataclass(frozen=True)
class Material:
    """One question with all its answers.

    Attributes
    ----------
    question
        As given to `estimate_lag`.
    study
        Panel, cast, posterior.
    tables
        The authored tags.
    headline
        The average over twelve months, both intervals; ``current`` where there are not so many.
    current
        The day's distance; None where it has no answer.
    comparison
        Every estimand, or those of the two lines.
    path
        The average over time, or the lag where there is none; None where no day before the as-of
        date can be answered.
    beside
        The headline on another measure, where that has an answer on the same day.
    news
        What moved the headline since the month before, or why that is not told.
    checks
        Slices, claims, and on what the headline rests; None where not asked for.
    extent
        What was asked for.
    """

    question: Mapping[str, Any]
    study: Study
    tables: Tables
    headline: LagResult
    current: LagResult | None
    comparison: Comparison
    path: LagPath | None
    beside: LagResult | None
    news: News | str
    checks: Checks | None
    extent: Extent

    def tag(self, model: str) -> Tag | None:
        """The tag of a model of this study."""
        return self._tags.get(model)

    def lab(self, model: str) -> str:
        """What the lab that released a model called itself then, empty where unknown."""
        row = self.tables.models.get(model)
        return without_asides(self.tables.lab(row).name) if row else ""

    @property
    def snapshots(self) -> tuple[tuple[str, str], ...]:
        """Path and hash of every snapshot that anything but the headline used."""
        used = set(self.checks.snapshots if self.checks else ())
        for other in (self.beside, self.news):
            used |= set(other.snapshots if other and not isinstance(other, str) else ())
        return tuple(sorted(used - set(self.headline.snapshots)))

    @property
    def _tags(self) -> dict[str, Tag]:
        return {tag.model: tag for tag in self.study.cast.tags}


def gather(extent: Extent, before: str = "", **question: Unpack[Question]) -> Material:
    """Answer one question in every way the report shows.

    Parameters
    ----------
    extent
        How much of it.
    before
        Vintage of the month before, whose figure the headline is held against; empty for none.
    **question
        As for `elolag.estimate_lag`, without estimand, frontier and interval.

    Raises
    ------
    EstimateError
        The headline itself has no answer.
    """
    question.setdefault("session", Session())
    study = prepare(**question)
    comparison = all_of(study, question) if extent.ways else _both_lines(study)
    answers = {r.estimand: r for r in comparison.results}
    headline = answers.get(HEADLINE) or answers.get("current")
    if headline is None:
        raise EstimateError(comparison.refused["current"])
    path = _path(study, HEADLINE) if HEADLINE in answers else None
    material = Material(
        question=question,
        study=study,
        tables=(question["session"] or Session()).lookup_of(question).tables,
        headline=headline,
        current=answers.get("current"),
        comparison=comparison,
        path=path or _path(study, "current"),
        beside=beside(headline, **question),
        news=_news(study, headline, before, question),
        checks=None,
        extent=extent,
    )
    return replace(material, checks=_check(material, extent)) if extent.checks else material


def _both_lines(study: Study) -> Comparison:
    """What a comparison has of the two lines alone, the same to the last digit."""
    try:
        both = results(study, ["current", HEADLINE], "both")
    except EstimateError as error:
        refused = {HEADLINE: str(error)}
        return Comparison(tuple(results(study, ["current"], "both")), refused, "", ())
    return Comparison(tuple(both), {}, "", (), small_print(study))


def _path(study: Study, estimand: str) -> LagPath | None:
    field = study.cast.field
    both = max(float(np.min(dates)) for dates in (field.lead_from, field.follow_from))
    if estimand == HEADLINE:
        window = WINDOWS[HEADLINE] if study.window is None else study.window
        # The average goes on being a bound until its window has left the first models behind.
        both += window * DAYS_PER_MONTH + 2 * _SLACK_DAYS
    start = max(study.as_of - _PATH_MONTHS * DAYS_PER_MONTH, both + _SLACK_DAYS)
    if start >= study.as_of:
        return None
    return path_of(study, to_iso(start), estimand)


def _news(
    study: Study, headline: LagResult, before: str, question: Mapping[str, Any]
) -> News | str:
    """What moved the headline since a vintage, or why that is not told."""
    vintage = study.panel.vintage
    if not before:
        return words("unmoved")
    if headline.as_of != vintage:
        return words("still")
    # With the headline's own draws: the two say the same figure.
    try:
        return estimate_news(before, vintage, **unsettled("news", question))
    except EstimateError as error:
        return str(error)


#: Of a question, what only this machine knows: the answers name the archive by its log's head.
_OF_HERE = ("archive", "session")


def describe(question: Mapping[str, Any]) -> dict[str, Any]:
    """The question with every default, as plain values, for JSON and for the command line.

    It names no folder of this machine: the archive is left out, own tags go by their last name.
    """
    extra = question.get("extra_tags")
    named = {**question, "extra_tags": None if extra is None else Path(extra).resolve().name}

    def plain(value: Any) -> Any:
        if isinstance(value, Board):
            return value.name
        if isinstance(value, tags.Policies):
            return {name: getattr(value, name) for name in value.__dataclass_fields__}
        return sorted(value) if isinstance(value, set | frozenset) else value

    return {
        key: plain(value)
        for key, value in sorted({**DEFAULTS, **named}.items())
        if key not in _OF_HERE
    }


#: Of a question, what a forecast from the newest list takes.
_AHEAD = ("board", "archive", "leader", "follower", "policies", "sources", "extra_tags", "seed")


@dataclass(frozen=True)
class Found:
    """The answers, or in `missing` by name why there is none.

    Attributes
    ----------
    material
        The month's answer, with its categories, openness and claims.
    dates
        Every rated model's date.
    leads, revisions, lab, measures, voters, outlook, ledger
        Who led when; figures of the day and now; lab by lab; other measures and boards of other
        tasks; other voters; what may come after the newest list; every forecast that is held. None
        where `missing` says why.
    """

    material: Material
    dates: ModelDates
    leads: WhoLed | None = None
    revisions: Revisions | None = None
    lab: Slices | None = None
    measures: Measures | None = None
    voters: VotersReport | None = None
    outlook: Outlook | None = None
    ledger: Ledger | None = None
    missing: Mapping[str, str] = field(default_factory=dict)


def asks(
    question: Mapping[str, Any], *, board: str, as_of: str, n_draws: int
) -> dict[str, partial[Any]]:
    """What has to be asked beside a material, by the names of `Found`; in any order.

    Each may be handed a ``session`` to share.

    Parameters
    ----------
    question
        That of the material.
    board, as_of, n_draws
        As the material's answer has them.
    """
    question = dict(question)
    # They tell figures that other pages have too: from the same draws.
    full = {**question, "n_draws": n_draws}
    # Labs are each compared with the leader, and voters and measures bring their own categories.
    labs = {k: v for k, v in full.items() if k != "follower"}
    return {
        "dates": partial(model_dates, **unsettled("dates", question)),
        "leads": partial(_leads, as_of, **unsettled("leads", full)),
        "revisions": partial(
            estimate_revisions, **{"board": board, **unsettled("revisions", full)}
        ),
        "lab": partial(compare, "lab", **labs),
        "measures": partial(compare_measures, tasks=True, **full),
        "voters": partial(compare_voters, **full),
        "outlook": partial(forecast_lag, **{k: v for k, v in question.items() if k in _AHEAD}),
        "ledger": partial(forecast_ledger, question.get("archive")),
    }


def _leads(as_of: str, **question: Any) -> WhoLed:
    return who_led(**question).until(as_of)


def gathered(material: Material, answers: Mapping[str, Any]) -> Found:
    """Put answers and errors together, by the names of `asks`.

    Raises
    ------
    ElolagError
        There are no dates of models.
    """
    if isinstance(answers["dates"], ElolagError):
        raise answers["dates"]
    missing = _told(material, answers)
    kept = {name: found for name, found in answers.items() if name not in missing}
    return Found(material=material, missing=missing, **kept)
