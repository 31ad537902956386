"""The uncertainty engine: ratings from their posterior, shared errors, dates in their precision.

Every draw takes one rating per entry from its posterior (`elolag.model.posterior`); then everything
is recomputed: which entry is its model's best, which models are records, both frontiers, the lag.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from elolag.arrays import Floats, Ints
from elolag.errors import EstimateError
from elolag.model import covariance as correlated
from elolag.model.estimands import ESTIMANDS, TRENDS, WINDOWS, Lags, Race, check_groups, current_at
from elolag.model.frontier import REACHED, MatchRule, may_rise
from elolag.model.posterior import REACH, Field, Posterior

#: Draws made at once, each chunk by a generator of its own.
CHUNK = 1000
#: Draws from which the error of a pair of models is taken: its s.d. is then known to 1.1%.
_PAIRS = 4000
#: Stretches of the unit interval from which a component is looked up; a power of two, so that
#: the product with a uniform number is exact.
_GUIDES = 1024


@dataclass(frozen=True)
class Draw:
    """A chunk of draws: ratings (D, M) and the dates, (M,) where all are known to the day."""

    ratings: Floats
    lead_from: Floats
    follow_from: Floats


def _contenders(field: Field, posterior: Posterior) -> Ints:
    """Models that can be a record in some draw; the others never touch a frontier.

    A model is out when another, counting no later in every group it counts in, stands higher in
    every possible draw. This saves time and changes nothing.
    """
    low, high = posterior.bounds()
    slack = REACH * np.sqrt(field.shared)
    low, high = field.best(low - slack), field.best(high + slack)
    keep = np.zeros(len(field.lead_from), dtype=bool)
    early = np.where(np.isnan(field.month_start), 0.0, 31.0)
    for dates in (field.lead_from, field.follow_from):
        keep |= np.isfinite(dates) & may_rise(dates - early, dates + early, low, high)
    return np.flatnonzero(keep)


def draw(
    field: Field, posterior: Posterior, n: int, seed: int, *, everything: bool = False
) -> Iterator[tuple[Ints, Draw]]:
    """Yield chunks of draws over the contending models, or all (their indices, and the draws).

    Chunk i has its own generator, seeded by (seed, i): the result depends on neither memory nor
    the number of workers.
    """
    every = np.arange(len(field.lead_from))
    keep = every if everything else _contenders(field, posterior)
    entries = np.flatnonzero(np.isin(field.model, keep))
    first = np.diff(field.model[entries], prepend=-1) > 0
    further = list(zip(np.flatnonzero(~first), (np.cumsum(first) - 1)[~first], strict=True))
    own = _own_errors(posterior, entries)
    for chunk, begin in enumerate(range(0, n, CHUNK)):
        size = min(CHUNK, n - begin)
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(chunk,)))
        # The prior has numbers of its own, so that it moves no other draw.
        of_prior = np.random.SeedSequence(seed, spawn_key=(chunk, 0))
        ratings = posterior.doubted(own(rng), entries, np.random.default_rng(of_prior))
        _add_link_errors(ratings, field, entries, rng)
        best = ratings[first]
        for entry, model in further:
            np.maximum(best[model], ratings[entry], out=best[model])
        dates = _dates(field, keep, rng)
        yield keep, Draw(best.T[:size], *(d[:size] if d.ndim == 2 else d for d in dates))


def _own_errors(posterior: Posterior, entries: Ints) -> Callable[[np.random.Generator], Floats]:
    """What draws a chunk of the entries' ratings, (len(entries), CHUNK), links left out.

    Each chunk may stand where the one before it stood.
    """
    if posterior.copula is not None:
        factor = posterior.copula[entries]
        weights, means, sd = (
            a[entries] for a in (posterior.weights, posterior.means, posterior.sd)
        )
        levels, scores = correlated.normal_scores(weights, means, sd)

        def together(rng: np.random.Generator) -> Floats:
            drawn = factor @ rng.standard_normal((factor.shape[1], CHUNK))
            for j in range(len(entries)):
                drawn[j] = np.interp(drawn[j], scores[j], levels[j])
            return np.asarray(drawn)

        return together

    # Components without weight are moved behind the others and cut off.
    dead = posterior.weights[entries] <= 0
    order = np.argsort(dead, axis=1, kind="stable")[:, : int((~dead).sum(axis=1).max(initial=1))]
    weights, means, sd = (
        np.take_along_axis(a[entries], order, 1)
        for a in (posterior.weights, posterior.means, posterior.sd)
    )
    cumulative = np.cumsum(weights, axis=1)
    cumulative /= cumulative[:, -1:]
    # Where to begin to look (Chen & Asau 1974): the component at the start of each of `_GUIDES`
    # stretches of the unit interval, as a position in the flat arrays.
    rows = np.arange(len(entries))[:, None] * _GUIDES
    passed = np.ceil(cumulative * _GUIDES).astype(np.intp)  # by the start of this stretch
    within = (passed < _GUIDES).ravel()
    ends = np.bincount((rows + passed).ravel()[within], minlength=rows.size * _GUIDES)
    guide = np.cumsum(ends.reshape(-1, _GUIDES), axis=1)
    guide += np.arange(len(entries))[:, None] * cumulative.shape[1]

    shape = len(entries), CHUNK
    uniform, ratings, taken = (np.empty(shape) for _ in range(3))
    start, component = (np.empty(shape, np.intp) for _ in range(2))

    def apart(rng: np.random.Generator) -> Floats:
        # In place: new arrays of this size take longer than what fills them.
        rng.random(out=uniform)
        rng.standard_normal(out=ratings)
        np.copyto(start, np.multiply(uniform, _GUIDES, out=taken), casting="unsafe")
        guide.take(np.add(start, rows, out=start), out=component, mode="clip")
        position, drawn = component.ravel(), uniform.ravel()
        short = np.flatnonzero(cumulative.take(component, out=taken, mode="clip") <= uniform)
        while short.size:
            position[short] += 1
            short = short[cumulative.take(position[short]) <= drawn[short]]
        np.multiply(ratings, sd.take(component, out=taken, mode="clip"), out=ratings)
        np.add(ratings, means.take(component, out=taken, mode="clip"), out=ratings)
        return ratings

    return apart


def _add_link_errors(
    ratings: Floats, field: Field, entries: Ints, rng: np.random.Generator
) -> None:
    link = field.link[entries]
    for number in np.unique(link[link >= 0]):
        shared = link == number
        roots = field.link_root[entries][shared]
        ratings[shared] += roots @ rng.standard_normal((roots.shape[1], CHUNK))


def _dates(field: Field, keep: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Dates of the kept models; a release known to the month falls on each of its days alike.

    A model that counts later for one group does so from the date of its weights, which is known:
    that date stays where it is, and the release is not after it.
    """
    lead, follow = field.lead_from[keep], field.follow_from[keep]
    vague = np.flatnonzero(~np.isnan(field.month_start[keep]))
    if not vague.size:
        return lead, follow
    start, end = field.month_start[keep][vague], field.month_end[keep][vague]
    released, later = np.minimum(lead, follow)[vague], np.maximum(lead, follow)[vague]
    end = np.where(later > released, np.minimum(end, later + 1), end)
    day = rng.integers(start.astype(int), end.astype(int), (CHUNK, len(vague))).T
    out = []
    for dates in (lead, follow):
        moved = np.repeat(dates, CHUNK).reshape(-1, CHUNK)
        is_release = dates[vague] == released
        moved[vague[is_release]] = day[is_release]
        out.append(moved.T)
    return out[0], out[1]


def apart(field: Field, posterior: Posterior, seed: int) -> Floats:
    """Standard deviation of the difference of each two models' ratings, (M, M).

    Taken from draws of all models, so that it holds whatever the draws do: the best of a model's
    entries, errors that entries share, drift.
    """
    chunks = draw(field, posterior, _PAIRS, seed, everything=True)
    covariance = np.atleast_2d(np.cov(np.concatenate([d.ratings for _, d in chunks]).T))
    own = np.diag(covariance)
    return np.asarray(np.sqrt(np.maximum(own[:, None] + own - 2 * covariance, 0.0)))


@dataclass(frozen=True)
class Outcomes:
    """What each of D draws gave.

    Attributes
    ----------
    lags
        Per estimand.
    gap
        F_L(T) - F_F(T) in Elo, shape (D,).
    leader_best, follower_best, match
        Indices of models: each side's best at T, and the model whose release first reached the
        level (the leader's; the follower's where it leads), whatever the match rule.
    """

    lags: dict[str, Lags]
    gap: Floats
    leader_best: Ints
    follower_best: Ints
    match: Ints


def point(
    field: Field,
    fitted: Posterior,
    as_of: float,
    estimands: Sequence[str],
    window: float | None,
    match: MatchRule = REACHED,
) -> Outcomes:
    """The estimands at posterior-mean ratings: one draw."""
    ratings = field.best(fitted.mean)[None, :]
    race = Race.of(ratings, field.lead_from, field.follow_from, as_of, match)
    return outcomes(race, estimands, window, np.arange(ratings.shape[1]))


def sample(
    field: Field,
    fitted: Posterior,
    as_of: float,
    estimands: Sequence[str],
    window: float | None,
    n: int,
    seed: int,
    match: MatchRule = REACHED,
) -> Outcomes:
    """The estimands in `n` draws, all from the same draws.

    Parameters
    ----------
    window
        Months; None takes each estimand's default.
    """
    check_groups(field.lead_from, field.follow_from, as_of)
    parts = []
    smooth = any(e in TRENDS for e in estimands)  # they need every model
    for keep, d in draw(field, fitted, n, seed, everything=smooth):
        race = Race.of(d.ratings, d.lead_from, d.follow_from, as_of, match.of(keep))
        parts.append(outcomes(race, estimands, window, keep))
    return join(parts)


def join(parts: Sequence[Outcomes]) -> Outcomes:
    """Chunks of draws, one after another."""
    names = [f.name for f in fields(Outcomes) if f.name != "lags"]
    return Outcomes(
        lags={e: _joined_lags([p.lags[e] for p in parts]) for e in parts[0].lags},
        **{name: np.concatenate([getattr(p, name) for p in parts]) for name in names},
    )


def _joined_lags(parts: Sequence[Lags]) -> Lags:
    """The lags of chunks of draws, one after another."""
    return Lags(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Lags)))


#: An estimand as the draws know it (``trend/spline``), its window in months (None: its default) and
#: the name of the match rule.
Asked = tuple[str, float | None, str]


def several(
    races: Iterable[tuple[Ints, Race]],
    asked: Collection[Asked],
    rule: Callable[[str], MatchRule],
) -> dict[Asked, Lags | EstimateError]:
    """Lags of one pass over chunks of draws; one without an answer does not spoil the others.

    Parameters
    ----------
    races
        Each with the numbers of its columns in the field; none is made where nothing is asked.
    rule
        A match rule by its name.
    """
    parts: dict[Asked, list[Lags]] = {each: [] for each in asked}
    refused: dict[Asked, EstimateError] = {}
    try:
        for models, race in races if parts else ():
            for each in parts.keys() - refused.keys():
                estimand, window, name = each
                try:
                    by = replace(race, match=rule(name).of(models))
                    parts[each].append(lag_of(by, estimand, window))
                except EstimateError as error:
                    refused[each] = error
    except EstimateError as error:  # nobody races on that day
        refused = dict.fromkeys(parts, error)
    return {each: refused.get(each) or _joined_lags(found) for each, found in parts.items()}


def known(found: Lags | EstimateError) -> Lags:
    """The lags; raised, where there are none, is why."""
    if isinstance(found, EstimateError):
        raise found
    return found


def outcomes(race: Race, estimands: Sequence[str], window: float | None, models: Ints) -> Outcomes:
    """The estimands of one race; `models` numbers its columns in the field."""
    today = current_at(race, np.array([race.as_of]))
    gap = today.gap[:, 0]
    followed = race.follower.model_at(today.follow_at[:, 0])
    led = race.leader.model_at(today.lead_at[:, 0])
    return Outcomes(
        lags={e: lag_of(race, e, window) for e in estimands},
        gap=gap,
        leader_best=models[race.leader.best_model()],
        follower_best=models[race.follower.best_model()],
        match=models[np.where(gap < 0, followed, led)],
    )


def lag_of(race: Race, estimand: str, window: float | None) -> Lags:
    """One estimand of a race by its name; `window` in months, None for its default."""
    if estimand in TRENDS:
        return TRENDS[estimand](race, 0.0)
    return ESTIMANDS[estimand](race, WINDOWS[estimand] if window is None else window)
