"""The grid: an answer to every defensible specification, and what each choice matters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from math import factorial
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from elolag.arrays import Floats, Ints
from elolag.dates import to_iso
from elolag.errors import JOBS, EstimateError, UsageError, library
from elolag.estimate.lag import HEADLINE, results
from elolag.estimate.session import Question, Session, Study, asking, of_lists, prepare
from elolag.model import draws
from elolag.model.estimands import AT_LEAST, AT_MOST, EXACT, TRENDS, Lags, Race
from elolag.model.interval import quantiles, summarise
from elolag.question import SETTLED, refuse_settled
from elolag.results.charts import Both
from elolag.results.lag import LagResult
from elolag.results.provenance import Origin
from elolag.results.table import Cell, Column, Result, Table
from elolag.results.words import directed, given, noun, percentage, span, which_lists
from elolag.robustness.specifications import (
    CHOICES,
    RULES,
    Facts,
    Spec,
    design,
    gather,
    groups,
    restrict,
)
from elolag.tags import Policies


@dataclass(frozen=True)
class Answer:
    """What one specification gave.

    Attributes
    ----------
    date, ratings_of
        As-of date and date of the ratings, ISO.
    months, low, high
        The estimate and its measurement interval; `months` is a bound where `bound` says
        ``at-least`` or ``at-most``, and an end of the interval that has no bound is None.
    failed_draws
        Draws in which the estimand is not defined.
    refused
        Why there is no estimate; empty where there is one.
    """

    date: str
    ratings_of: str
    months: float | None = None
    low: float | None = None
    high: float | None = None
    bound: str | None = None
    failed_draws: int = 0
    refused: str = ""


@dataclass(frozen=True)
class _Batch:
    """Specifications on one panel, those of one study side by side."""

    specs: tuple[Spec, ...]
    vintage: str
    #: As-of dates (ISO) by level of the choice.
    dates: Mapping[str, str]


def _answer_batch(batch: _Batch, question: Question) -> dict[Spec, Answer]:
    """Answer every specification of a batch."""
    spec, vintage, session = batch.specs[0], batch.vintage, Session()
    board = session.board_of(question, spec.board)
    try:
        session.panel(board, spec.category, vintage, question["extra_tags"])
    except (EstimateError, UsageError) as error:
        return {s: Answer(batch.dates[s.as_of], vintage, refused=str(error)) for s in batch.specs}
    where = asking(question, session=session, board=board, vintage=vintage)
    found: dict[Spec, Answer] = {}
    known: dict[Any, list[Answer]] = {}
    for _, members in itertools.groupby(batch.specs, lambda spec: spec.study):
        specs = list(members)
        answers = _study(specs, where, batch.dates[specs[0].as_of], known)
        found.update(zip(specs, answers, strict=True))
    return found


def _study(
    specs: list[Spec], question: Question, date: str, known: dict[Any, list[Answer]]
) -> list[Answer]:
    """Specifications of one study."""
    spec, vintage = specs[0], str(question["vintage"])
    leader, follower = groups(question["leader"], question["follower"], spec.openness)
    policies = Policies(derivatives=spec.derivatives, hong_kong=spec.hong_kong)
    chosen = asking(
        question, leader=leader, follower=follower, category=spec.category, as_of=date,
        policies=policies, correct_selection=spec.selection == "corrected", clock=spec.clock,
        min_votes=spec.min_votes,
    )  # fmt: skip
    try:
        study = prepare(**chosen)
    except (EstimateError, UsageError) as error:
        return [Answer(date, vintage, refused=str(error)) for _ in specs]
    asked = [(s.key, float(s.window) or None, s.match_rule) for s in specs]
    # A choice that changes no number of this study needs no draws of its own.
    field = study.cast.field
    numbers = [np.asarray(getattr(field, f.name)).tobytes() for f in fields(field)]
    same = (*numbers, study.fitted.means.tobytes(), date, tuple(asked))
    if same not in known:
        known[same] = answer(study, asked)
    return known[same]


def answer(study: Study, asked: Sequence[draws.Asked]) -> list[Answer]:
    """Several estimands and windows from the same draws, as `estimate_lag` would answer each.

    Parameters
    ----------
    asked
        Estimand as the draws know it (``trend/spline``), window in months or None, match rule.
    """
    date, vintage = to_iso(study.as_of), study.panel.vintage
    everybody = np.arange(len(study.cast.tags))
    point = draws.several([(everybody, study.race(study.as_of))], asked, study.rule)
    sampled: dict[draws.Asked, Lags | EstimateError] = {}
    # `estimate_lag` draws every model for smooth curves, and only possible records for steps.
    for smooth in (False, True):
        mine = [each for each in asked if (each[0] in TRENDS) == smooth]
        sampled |= draws.several(_races(study, smooth=smooth), mine, study.rule)
    out = []
    for each in asked:
        try:
            known = draws.known(point[each]), draws.known(sampled[each])
            found = summarise(each[0], *known, study.level)
        except EstimateError as error:
            out.append(Answer(date, vintage, refused=str(error)))
        else:
            ends = found.low, found.high
            out.append(Answer(date, vintage, found.months, *ends, found.censored, found.failed))
    return out


def _races(study: Study, *, smooth: bool) -> Iterator[tuple[Ints, Race]]:
    """The draws as races, chunk by chunk: all of every model at once would take much room."""
    known = study.cast.field, study.fitted, study.n_draws, study.seed
    for models, drawn in draws.draw(*known, everything=smooth):
        yield models, Race.of(drawn.ratings, drawn.lead_from, drawn.follow_from, study.as_of)


# How much of the variance over specifications each choice accounts for.

#: The name of what no choice accounts for alone.
TOGETHER = "choices acting together"
_TINY = 1e-9


def variance_shares(values: Floats, choices: Mapping[str, Sequence[object]]) -> dict[str, float]:
    """Share of the variance of `values` by choice, largest first, and what is left.

    The additive model, one effect per level of each choice, is fitted by least squares; its R^2 is
    shared out as the mean, over all orders in which choices can enter, of what a choice adds when
    it enters (Lindeman, Merenda & Gold 1980; Groemping 2007, "LMG"; this is the Shapley value of
    R^2). Choices that go together in the design, such as an estimand and its window, split what
    they share. What the additive model leaves is `TOGETHER`: choices whose effect depends on
    one another.

    Parameters
    ----------
    values
        Shape (N,), months.
    choices
        Levels by choice, each of length N.

    Returns
    -------
    dict
        Shares that sum to 1; all 0 where the values do not vary. A choice of one level is left
        out.
    """
    codes = {name: pd.factorize(np.array(levels, object))[0] for name, levels in choices.items()}
    names = [name for name, code in codes.items() if code.max(initial=0) > 0]
    centred = values - values.mean()
    total = float(centred @ centred)
    if total < _TINY * max(len(values), 1):
        return dict.fromkeys([*names, TOGETHER], 0.0)
    blocks = [_dummies(codes[name]) for name in names]
    # Orthogonal reduction: the same inner products in as many rows as there are columns.
    whole = np.column_stack([*blocks, centred / np.sqrt(total)])
    reduced: Floats = np.linalg.qr(whole, mode="reduced").R
    edges = np.cumsum([0, *(block.shape[1] for block in blocks)]).tolist()
    parts = [reduced[:, a:b] for a, b in itertools.pairwise(edges)]
    explained = np.zeros(2 ** len(names))
    _explain(parts, reduced[:, -1], 0, 0, 0.0, explained)
    found = dict(zip(names, _shapley(explained, len(names)), strict=True))
    found = dict(sorted(found.items(), key=lambda item: -item[1]))
    return found | {TOGETHER: max(float(1 - explained[-1]), 0.0)}


def _dummies(code: NDArray[np.intp]) -> Floats:
    """One centred column per level but the first."""
    columns = (code[:, None] == np.arange(1, code.max() + 1)).astype(float)
    return np.asarray(columns - columns.mean(axis=0))


def _explain(
    parts: list[Floats], rest: Floats, at: int, chosen: int, gained: float, explained: Floats
) -> None:
    """Fill in R^2 of every set of choices: each in turn is left out, or projected away."""
    if at == len(parts):
        explained[chosen] = gained
        return
    _explain(parts, rest, at + 1, chosen, gained, explained)
    left, size, _ = np.linalg.svd(parts[at], full_matrices=False)
    basis = left[:, size > _TINY * max(1.0, float(size.max(initial=0.0)))]
    along = basis.T @ rest
    later = [part - basis @ (basis.T @ part) for part in parts[at + 1 :]]
    _explain(
        [*parts[: at + 1], *later],
        rest - basis @ along,
        at + 1,
        chosen | 1 << at,
        gained + float(along @ along),
        explained,
    )


def _shapley(worth: Floats, n: int) -> list[float]:
    """The Shapley value of each of n players, from the worth of every set (by bit mask)."""
    sets = np.arange(len(worth))
    size = np.array([int(s).bit_count() for s in sets])
    weight = np.array([factorial(k) * factorial(n - k - 1) / factorial(n) for k in range(n)])
    values = []
    for player in range(n):
        without = sets[(sets >> player) & 1 == 0]
        gain = worth[without | 1 << player] - worth[without]
        values.append(float(weight[size[without]] @ gain))
    return values


def _run(
    batches: Sequence[_Batch],
    question: Question,
    jobs: int,
    tell: Callable[[int, int], object] | None,
) -> dict[Spec, Answer]:
    """Answer every batch, in whatever order, in parallel if asked; `tell`: answered and wanted."""
    found: dict[Spec, Answer] = {}
    total = sum(len(b.specs) for b in batches)
    if tell:
        tell(0, total)
    made: Iterable[dict[Spec, Answer]] = (_answer_batch(b, question) for b in batches)
    if jobs > 1 and len(batches) > 1:
        joblib = library("joblib", JOBS)
        calls = (joblib.delayed(_answer_batch)(b, question) for b in batches)
        made = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(calls)
    for answers in made:
        found |= answers
        if tell:
            tell(len(found), total)
    return found


# `sensitivity`: the whole grid of defensible choices, and what it says.

#: Version of the JSON object `Grid.to_dict` returns.
_JSON_SCHEMA = 1
#: The part of the estimates the sentence tells of.
_MIDDLE = 0.9
#: Draws of a specification by default.
_DRAWS = 1_000
#: Specifications a batch holds at most.
_BATCH = 160
_BOUNDS = {None: EXACT, "at-least": AT_LEAST, "at-most": AT_MOST}


@dataclass(frozen=True)
class Grid(Result):
    """Every specification with its estimate, the headline first.

    Attributes
    ----------
    specs, answers
        What was asked and what came of it, in the same order.
    headline
        The result of the first specification, as `estimate_lag` gives it.
    shares
        Share of the variance of the estimates by choice, largest first, and of what choices do
        together (`variance_shares`). They are shares of this grid's variance: a choice with
        few or mild levels has a small one.
    left_out
        Candidates each rule took out, by its name (`RULES`).
    snapshots
        The newest list of each specification.
    origins
        Those of the headline, then of the others, with publisher and licence.
    """

    specs: tuple[Spec, ...]
    answers: tuple[Answer, ...]
    headline: LagResult
    shares: Mapping[str, float]
    left_out: Mapping[str, int]
    snapshots: tuple[tuple[str, str], ...] = field(repr=False)
    origins: tuple[Origin, ...] = field(default=(), repr=False)

    @property
    def sources(self) -> str:
        """Which lists could be used: ``all``, or ``official`` ones only."""
        return self.headline.sources

    @cached_property
    def estimated(self) -> tuple[int, ...]:
        """Positions of the specifications that gave an estimate."""
        return tuple(k for k, a in enumerate(self.answers) if not a.refused)

    def quantiles(self, level: float = _MIDDLE) -> tuple[float | None, float | None]:
        """Between what the middle `level` of the estimates lies.

        An estimate that is only a bound is taken at its worst for each end ("at least x": x for
        the low end, without limit for the high one); an end without limit is None.
        """
        months = np.array([self.answers[k].months for k in self.estimated], float)
        codes = np.array([_BOUNDS[self.answers[k].bound] for k in self.estimated], np.int8)
        return quantiles(months, codes, level)

    def sentence(self, level: float = _MIDDLE) -> str:
        """The grid in one quotable sentence."""
        low, high = self.quantiles(level)
        if low is None or high is None:
            ends = [directed(end) if end is not None else "no bound" for end in (low, high)]
            between = " and ".join(ends)
        else:
            between = span(low, high).replace(" to ", " and ")
        top = [
            f"{LABELS[name]} ({share:.0%} of the variance)"
            for name, share in self.shares.items()
            if name != TOGETHER and share > 0
        ][:3]
        moves = " and ".join(filter(None, [", ".join(top[:-1]), *top[-1:]])) or "none of them"
        sides = f"{noun(self.headline.follower_group)} against {noun(self.headline.leader_group)}"
        return (
            f"Over {len(self.estimated):,} specifications ({sides}, as of {self.headline.as_of} "
            f"or the nearest publication before) the middle {percentage(level)} of estimates lie "
            f"between {between}; the choices that move it most are {moves}. The headline is "
            f"{self.headline.figure()}."
        )

    def table(self) -> Table:
        """Share of the variance of the estimates by choice."""
        columns = (
            Column("choice", "Choice", "what is chosen"),
            Column("share", "Share of the variance",
                   "mean over the orders in which choices can enter", "share from 0 to 1", _percent,
                   figures=True),
            Column("levels", "Levels", "how many of them the grid has", figures=True),
        )  # fmt: skip
        counts = {name: len({getattr(spec, name) for spec in self.specs}) for name in CHOICES}
        rows = [
            {"choice": LABELS.get(name, name), "share": float(value), "levels": counts.get(name)}
            for name, value in self.shares.items()
        ]
        return Table.of(
            "choices", "What each choice contributes to the spread of the specifications", columns,
            rows, n_draws=self.headline.n_draws, snapshots=self.snapshots,
        )  # fmt: skip

    def footnotes(self) -> tuple[str, ...]:
        """What `notes` says, each as a sentence."""
        return tuple(f"Note: {note}." for note in self.notes())

    def notes(self) -> tuple[str, ...]:
        """How many were refused, were bounds, and were left out by which rule."""
        refused = len(self.specs) - len(self.estimated)
        bounds = sum(self.answers[k].bound is not None for k in self.estimated)
        reasons = {rule.name: rule.reason for rule in RULES}
        out = [
            f"{self.shares.get(TOGETHER, 0):.0%} of the variance is of {TOGETHER}; intervals are "
            f"{percentage(self.headline.level)} measurement intervals of {self.headline.n_draws:,} "
            f"draws, and the spread over specifications is no interval of that kind"
        ]
        if refused:
            out.append(f"{refused} specifications have no answer, each with its reason")
        if bounds:
            out.append(
                f"{bounds} estimates are only bounds; each is taken at its worst for either end "
                f"of the middle, and at the bound itself for the shares"
            )
        out += [
            f"left out by rule {name}: {count:,} ({reasons[name]})"
            for name, count in self.left_out.items()
        ]
        return (*which_lists(self.sources), *out)

    def to_frame(self) -> pd.DataFrame:
        """One row a specification.

        The choices (`Spec`), then ``date, ratings_of, months, low, high, bound, failed_draws,
        refused`` (`Answer`), ``no_interval`` (why
        both ends are empty) and ``headline``. Months are positive where the follower is behind.
        """
        frame = pd.DataFrame(self._rows())
        for column in ("months", "low", "high"):
            frame[column] = frame[column].astype(float)
        return frame.assign(headline=[k == 0 for k in range(len(frame))])

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        low, high = self.quantiles()
        return {
            "schema": _JSON_SCHEMA,
            "sentence": self.sentence(),
            "specifications": len(self.specs),
            "estimated": len(self.estimated),
            "middle": {"level": _MIDDLE, "low": low, "high": high},
            "shares": dict(self.shares),
            "left_out": dict(self.left_out),
            "answer": self.headline.to_dict(),
            "n_draws": self.headline.n_draws,
            "seed": self.headline.seed,
            "version": self.headline.version,
            "sources": self.sources,
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "notes": list(self.notes()),
            "rows": [row | {"headline": k == 0} for k, row in enumerate(self._rows())],
        }

    def _rows(self) -> list[dict[str, Any]]:
        return [
            asdict(s) | asdict(a) | given(a.low, a.high)
            for s, a in zip(self.specs, self.answers, strict=True)
        ]


def _percent(value: Cell) -> str:
    return f"{value:.1%}" if isinstance(value, float) else "–"


#: The choices in words, for sentences and figures.
LABELS = {
    "board": Both("board", "Rangliste"),
    "category": Both("category", "Kategorie"),
    "estimand": Both("estimand", "Schätzgröße"),
    "curve": Both("frontier curve", "Kurve der Spitze"),
    "window": Both("window", "Zeitfenster"),
    "clock": Both("release clock", "gezählt ab"),
    "derivatives": Both("derivatives", "Abgeleitete"),
    "hong_kong": Both("Hong Kong", "Hongkong"),
    "openness": Both("openness", "Offenheit"),
    "min_votes": Both("minimum votes", "Mindeststimmen"),
    "selection": Both("selection correction", "Auswahlkorrektur"),
    "as_of": Both("as-of date", "Stichtag"),
    "vintage": Both("vintage of the ratings", "Stand der Wertungen"),
    "match_rule": Both("match rule", "Niveau datiert"),
}


def sensitivity(
    *,
    choices: Mapping[str, Sequence[str | int]] | None = None,
    jobs: int = 1,
    tell: Callable[[int, int], object] | None = None,
    **question: Unpack[Question],
) -> Grid:
    """Estimate the lag under every defensible combination of choices.

    Which these are is made by rule from the archive (`elolag.robustness.design`, `RULES`): a full
    cross of board, category, estimand, curve and window, every estimand and window under each match
    rule on the headline's category, and an orthogonal array over the other choices crossed with
    every estimand, curve and window.

    Parameters
    ----------
    choices
        Levels to keep, by choice; the headline's level is always kept.
    jobs
        Parallel workers, through joblib if more than 1. The result is the same for any number.
    tell
        Called with specifications answered and wanted.
    **question
        As for `estimate_lag`, without what the grid varies or crosses: that of the headline. By
        default `n_draws` is 1,000 (specifications of one study share them), and `as_of` the date of
        the newest official ratings.

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered.
    EstimateError
        The headline has no answer.

    Examples
    --------
    >>> import elolag
    >>> few = {"category": ["overall"], "board": ["arena/text_style_control"], "curve": ["step"],
    ...        "window": [12], "clock": ["released"], "min_votes": [0], "openness": ["any"],
    ...        "as_of": ["latest"], "vintage": ["newest"], "selection": ["corrected"],
    ...        "match_rule": ["reached"], "derivatives": ["keep"], "hong_kong": ["CN"]}
    >>> grid = elolag.sensitivity(n_draws=50, choices=few)
    >>> len(grid.specs) == len(grid.answers)
    True
    """
    if jobs < 1:
        raise UsageError(f"{jobs} jobs cannot run; take 1 or more")
    refuse_settled("sensitivity", question)
    given: Question = {"n_draws": _DRAWS, **question}
    asked, session, board = of_lists(given, SETTLED["sensitivity"]["ratings"])
    opened = board.archive
    # Workers are handed it: each opens the archive and has a session of its own.
    asked = asking(
        asked, board=board.name, archive=opened.path, sources=opened.sources,
        exclude=tuple(sorted(asked["exclude"])), session=None,
    )  # fmt: skip
    only = restrict(choices)
    # Asked first: its errors are those of the question.
    headline = results(prepare(**asking(asked, archive=opened, session=session)), [HEADLINE])[0]
    boards = [board.name, *(str(b) for b in only["board"])] if "board" in only else None
    facts = gather(asked, opened, boards and list(dict.fromkeys(boards)))
    specs, left_out = design(facts, only)
    answered = _run(_batches(specs, facts), asked, jobs, tell)
    answers = tuple(answered[spec] for spec in specs)
    if answers[0].refused:
        raise EstimateError(answers[0].refused)
    fine = [k for k, a in enumerate(answers) if a.months is not None]
    used = sorted({(s.board, a.ratings_of) for s, a in answered.items()})
    newest = [opened.board(name).snapshot(vintage) for name, vintage in used]
    known = {origin.path: origin for origin in (*headline.origins, *map(Origin.of, newest))}
    return Grid(
        specs=tuple(specs),
        answers=answers,
        headline=headline,
        shares=variance_shares(
            np.array([answers[k].months for k in fine], float),
            {name: [getattr(specs[k], name) for k in fine] for name in CHOICES},
        ),
        left_out=dict(left_out.most_common()),
        snapshots=tuple((snapshot.path, snapshot.sha256) for snapshot in newest),
        origins=tuple(known.values()),
    )


def _batches(specs: Sequence[Spec], facts: Facts) -> list[_Batch]:
    """Specifications of one panel together, the largest panels first, in pieces."""
    panels: dict[tuple[str, str, str], list[Spec]] = {}
    for spec in specs:
        vintage = facts.boards[spec.board].vintage(spec)
        panels.setdefault((spec.board, spec.category, vintage), []).append(spec)
    out: list[_Batch] = []
    for (board, _, vintage), members in sorted(panels.items(), key=lambda p: -len(p[1])):
        members.sort(key=lambda s: repr(s.study))
        for start in range(0, len(members), _BATCH):
            piece = tuple(members[start : start + _BATCH])
            out.append(_Batch(piece, vintage, facts.boards[board].dates))
    return out
