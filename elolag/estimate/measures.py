"""The same question on several measures: arena votes, Epoch's index, METR's time horizons."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Unpack

import numpy as np

from elolag.archive import Board
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import HEADLINE, lag_key, results
from elolag.estimate.panel import choose, newest_whole, sibling
from elolag.estimate.session import ASKED, Question, Session, Study, asking, prepare
from elolag.estimate.voters import PUBLIC
from elolag.model.interval import ends, reach, summarise
from elolag.own import OwnBoard
from elolag.question import DEFAULT_BOARD
from elolag.results.lag import LagResult
from elolag.results.measures import STALE_MONTHS, Difference, Measured, Measures
from elolag.results.words import few, reasons

#: The boards of different measures, the headline's first; claims are judged on them too.
BOARDS = (DEFAULT_BOARD, "epoch/eci", "metr/time-horizon")
_STYLE = "_style_control"
#: Pairs of draws of which a difference is taken.
_PAIRED = 100_000


def compare_measures(
    *, estimand: str = HEADLINE, tasks: bool = False, **question: Unpack[Question]
) -> Measures:
    """The lag by the same estimand on arena votes, Epoch's index and METR's time horizons.

    Each measure is read from its newest whole list by the date of the first's, and as of the date
    asked for, or of that list where it is older.

    Parameters
    ----------
    estimand
        As for `estimate_lag`, in months.
    tasks
        Whether to add the archive's boards of other tasks (vision, search, video, ...).
    **question
        As for `estimate_lag`; `board` comes first, in the place of the default one where both rate
        the same votes.

    Returns
    -------
    Measures

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered.
    EstimateError
        No measure has an answer.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.compare_measures(vintage="2026-08-19", n_draws=300)
    >>> [(m.board, m.result.vintage) for m in found.measures][:2]
    [('arena/text_style_control', '2026-08-19'), ('epoch/eci', '2026-08-19')]
    >>> found.differences[0].boards
    ('arena/text_style_control', 'epoch/eci')
    """
    key = lag_key(estimand, None)
    if key == "gap":
        raise UsageError("the gap is in each measure's own points; compare months")
    question["session"] = session = question.get("session") or Session()
    first = session.board_of(question)
    until = question.get("vintage")
    if not isinstance(first, OwnBoard):
        until = choose(first, until).vintage
    # With or without style control the votes are the same: no measure of its own.
    twin = sibling(first.name)
    asked: list[tuple[str, Board | None, bool]] = [(first.name, first, False)]
    asked += [(name, None, False) for name in BOARDS if name not in (first.name, twin)]
    if tasks:
        asked += [(name, None, True) for name in _tasks(question, first.name)]
    as_of = question.get("as_of") or until
    found: list[Measured] = []
    studies: dict[str, Study] = {}
    for name, board, task in asked:
        try:
            study = prepare(**(question if board else _of(name, question, session, until, as_of)))
            (result,) = results(study, [key])
        except (EstimateError, UsageError) as error:
            if board and isinstance(error, UsageError):
                raise  # what is asked makes no sense anywhere
            found.append(Measured(name, task, None, refused=str(error)))
            continue
        if board:
            until, as_of = study.panel.vintage, to_iso(study.as_of)
        studies[name] = study
        found.append(_measured(name, task, study, result, as_of or result.as_of))
    if not studies:
        why = reasons((m.board, m.refused) for m in found)
        raise EstimateError(f"no measure has an answer ({why})")
    differences, without = _differences(found, studies, key)
    origins = {o.path: o for study in studies.values() for o in study.origins}
    level = next(iter(studies.values())).level
    return Measures(
        tuple(found), tuple(differences), without, estimand, as_of or "", level,
        tuple(origins.values()),
    )  # fmt: skip


def beside(result: LagResult, **question: Unpack[Question]) -> LagResult | None:
    """The headline's estimand on Epoch's benchmarks, on the same day.

    Parameters
    ----------
    result
        The answer to the question, of its own board.
    **question
        As for `estimate_lag`.

    Returns
    -------
    LagResult or None
        None where the board is not the default one, or either has no answer in months of that day.
    """
    if result.board != DEFAULT_BOARD or result.months is None or result.provisional:
        return None
    session = question.get("session") or Session()
    key = lag_key(result.estimand, result.frontier if result.estimand == "trend" else None)
    try:
        study = prepare(**_of(BOARDS[1], question, session, result.vintage, result.as_of))
        (found,) = results(study, [key])
    except (EstimateError, UsageError):
        return None  # the line says what both measures say, or is not there
    return found if found.as_of == result.as_of else None


def _of(
    name: str, question: Question, session: Session, until: str | None, as_of: str | None
) -> Question:
    """The question put to another board, on the newest list that was there by a date."""
    newest = newest_whole(session.board_of(question, name), until)
    day = min(as_of or newest.vintage, newest.vintage)
    return asking(question, board=name, vintage=newest.vintage, as_of=day, session=session)


def _tasks(question: Question, asked: str) -> Iterator[str]:
    """Boards of other tasks; of two that rate the same votes the style-controlled one."""
    session = question.get("session") or Session()
    opened = session.archive(question.get("archive"), question.get("sources", ASKED["sources"]))
    names = opened.boards()
    text = {DEFAULT_BOARD.removesuffix(_STYLE), asked.removesuffix(_STYLE), PUBLIC, *BOARDS, asked}
    for name in names:
        if name in text or name.removesuffix(_STYLE) in text or name + _STYLE in names:
            continue
        if any(s.method == "bradley-terry" for s in opened.board(name).snapshots):
            yield name


def _measured(name: str, task: bool, study: Study, result: LagResult, as_of: str) -> Measured:
    since = study.cast.field.follow_from
    newest = float(since[since <= study.as_of].max())
    stale = to_day(as_of) - newest > STALE_MONTHS * DAYS_PER_MONTH
    return Measured(name, task, result, to_iso(newest), stale)


def _differences(
    found: Iterable[Measured], studies: dict[str, Study], key: str
) -> tuple[list[Difference], dict[str, str]]:
    """Of every two measures, on the earlier of their dates; and why some have none."""
    names = [m.board for m in found if m.result and not m.task]
    made, without = [], {}
    for one, other in itertools.combinations(names, 2):
        pair = studies[one], studies[other]
        day = min(study.as_of for study in pair)
        try:
            made.append(_difference((one, other), pair, key, day))
        except EstimateError as error:
            without[f"{one} and {other}"] = str(error)
    return made, without


def _difference(
    boards: tuple[str, str], studies: tuple[Study, Study], key: str, day: float
) -> Difference:
    """Draws of two studies in pairs at random: their errors are independent."""
    for board, study in zip(boards, studies, strict=True):
        if sides := study.too_few(day):
            raise EstimateError(f"{board} has {few(sides)}")
    figures, draws = [], []
    rng = np.random.default_rng(np.random.SeedSequence(studies[0].seed, spawn_key=(0, 2)))
    for study in studies:
        point, sample = (ask([key], day).lags[key] for ask in (study.point, study.sample))
        figures.append(summarise(key, point, sample, study.level))
        low, high = reach(sample.months[~sample.failed], sample.censored[~sample.failed])
        chosen = rng.integers(0, len(low), _PAIRED)
        draws.append((low[chosen], high[chosen]))
    (first, second), ((low, high), (other_low, other_high)) = figures, draws
    ways = [_way(first.censored), -_way(second.censored)]
    if sum(map(abs, ways)) == 2 and sum(ways) == 0:
        raise EstimateError("both are bounds of one kind, whose difference may be anything")
    bounds = {1: "at-least", -1: "at-most"}
    lower, upper = ends(low - other_high, high - other_low, studies[0].level)
    way = next(filter(None, ways), 0)
    return Difference(
        boards, to_iso(day), first.months - second.months,
        None if way < 0 else lower, None if way > 0 else upper, bounds.get(way),
        (first.months, second.months),
    )  # fmt: skip


def _way(censored: str | None) -> int:
    return {"at-least": 1, "at-most": -1}.get(censored or "", 0)
