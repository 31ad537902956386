"""Who travels with a page: all who may be records under any question that it may be asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from elolag import tags
from elolag.arrays import Floats, Ints
from elolag.dates import DAYS_PER_MONTH
from elolag.errors import UsageError
from elolag.estimate.field import Cast
from elolag.estimate.session import Study
from elolag.model import draws
from elolag.model.early_drift import drift_of
from elolag.model.frontier import MATCH_RULES
from elolag.model.posterior import only, posterior
from elolag.question import POLICIES
from elolag.site.carried import APART_STEPS, CHOICES, PLAIN, STEPS, Carried
from elolag.tags import Lookup, Policies, Tag

#: Models that travel, at most; more would not fit the page.
_MOST = 156
#: Draws by which it is judged who may be asked for, and months back that are tried for it.
_JUDGED, _BACK = 250, (30, 27, 24, 22, 20, 18, 16, 14, 12)


def carry(study: Study, tables: tags.Tables | None = None) -> Carried:
    """What of a study travels with a page.

    Parameters
    ----------
    study
        Of the headline question; its groups are of countries and labs.
    tables
        The tags it was made with; the packaged ones by default.

    Raises
    ------
    UsageError
        The study asks more than a page can carry.
    """
    _check_plain(study)
    tables = tables or tags.load()
    combinations = itertools.product(*(CHOICES[name] for name in POLICIES))
    lookups = [Lookup(tables, Policies(*chosen)) for chosen in combinations]  # type: ignore[arg-type]
    leader, follower = study.cast.leader, study.cast.follower
    young = drift_of(None, study.panel.board, study.panel.measure)
    cast = Cast.of(study.panel, lookups[0], leader, follower, young)
    kinds = {
        lookup.policies: tuple(
            None if lookup.dropped(tag) else tag
            for tag in (lookup.tag(usual.model) for usual in cast.tags)
        )
        for lookup in lookups
    }
    counted = [
        np.isfinite(
            np.minimum(*(g.since([tag for tag in kind if tag]) for g in (leader, follower)))
        )
        for kind in kinds.values()
    ]
    names = {
        tag.model
        for kind, counts in zip(kinds.values(), counted, strict=True)
        for tag, counts_here in zip(filter(None, kind), counts, strict=True)
        if counts_here
    }
    models = np.flatnonzero([tag.model in names for tag in cast.tags])
    field, fitted, entries = only(cast.field, posterior(cast.field), models)
    cast = Cast(
        field, tuple(cast.entries[k] for k in entries), tuple(cast.tags[k] for k in models),
        leader, follower,
    )  # fmt: skip
    kinds = {rule: tuple(kind[k] for k in models) for rule, kind in kinds.items()}
    chunks = [d for _, d in draws.draw(field, fitted, study.n_draws, study.seed, everything=True)]
    ratings = np.concatenate([d.ratings for d in chunks])
    means = field.best(fitted.mean)
    highest = np.ceil(10 * np.maximum(ratings.max(axis=0), means)) / 10
    travels, since = _travelling(study, cast, kinds, np.vstack([means, ratings]), highest)
    mine = ratings[:, travels]
    low = mine.min(axis=0)
    step = np.maximum(mine.max(axis=0) - low, 1e-9) / STEPS
    vague = np.flatnonzero(~np.isnan(field.month_start[travels]))
    days = np.zeros((study.n_draws, 0))
    if vague.size:
        dates = [np.minimum(d.lead_from, d.follow_from)[:, travels[vague]] for d in chunks]
        days = np.concatenate(dates)
    apart = draws.apart(field, fitted, study.seed)[np.ix_(travels, travels)]
    unit = float(apart.max(initial=1e-9)) / APART_STEPS
    return Carried(
        **{name: getattr(study, name) for name in Study.__dataclass_fields__ if name != "cast"}
        | {"cast": cast, "fitted": fitted},
        kinds=kinds,
        travels=travels,
        codes=np.rint((mine - low) / step).astype(np.uint8),
        low=low,
        step=step,
        vague=vague,
        days=days,
        highest=highest,
        deviations=np.rint(apart / unit).astype(np.uint16),
        unit=unit,
        since=since,
    )


def _check_plain(study: Study) -> None:
    """Refuse a study of which the page could not say how it differs from the headline."""
    usual = {
        **asdict(PLAIN), "correct_selection": True, "excluded": [], "clock": "released",
        "min_votes": 0, "match_rule": MATCH_RULES[0],
    }  # fmt: skip
    for name, value in usual.items():
        if study.choices[name] != value:
            raise UsageError(
                f"the page that answers is made of the plain question, and this one has "
                f"{name.replace('_', ' ')} {study.choices[name]!r}; take {value!r}"
            )
    usual_drift = drift_of(None, study.panel.board, study.panel.measure)
    if (study.choices["drift"] is None) != (usual_drift is None):
        raise UsageError(
            "the page that answers takes the drift of its board, and this question another; leave "
            "the drift out"
        )
    for group in (study.cast.leader, study.cast.follower):
        if {"open", "closed"} & {name for part in group.alternatives for _, name in part}:
            raise UsageError(
                f"the page that answers moves dates of release, and members of {group.text!r} "
                f"count from that of their weights; take groups of countries or labs"
            )


def _travelling(
    study: Study,
    cast: Cast,
    kinds: Mapping[Policies, tuple[Tag | None, ...]],
    ratings: Floats,
    highest: Floats,
) -> tuple[Ints, float]:
    """The models that travel, and the first day of a window that they answer for.

    It is the earliest for which all fit that may be records under any of the rules, with any one
    lab or model left out.
    """
    month = cast.field.month_end - 1 - np.stack([cast.field.released, cast.field.month_start])
    later, early = np.where(np.isnan(month), 0.0, month)
    rules = [rule for rule in kinds if sum(a != b for a, b in _pairs(rule)) < 2]
    sides = []
    for rule in rules:
        told = [tag or usual for tag, usual in zip(kinds[rule], cast.tags, strict=True)]
        gone = np.array([tag is None for tag in kinds[rule]])
        counted = (group.since(told) for group in (cast.leader, cast.follower))
        sides.append([np.where(gone, np.inf, since + later) for since in counted])
    labs = np.array([tag.lab for tag in cast.tags])
    some: list[int] = []
    for back in _BACK:
        start = study.as_of - back * DAYS_PER_MONTH
        wider, some = some, []
        # A part of the draws tells whether they may fit; then all of them who they are.
        for judges in (ratings[:_JUDGED], ratings):
            some = _single(judges, highest, sides, early, labs, start)
            if len(some) > _MOST:
                break
        else:
            break
    # What room is left goes to those that still earlier windows ask for.
    found = list(dict.fromkeys([*some, *wider]))[:_MOST]
    return np.sort(np.array(found, dtype=np.intp)), start


def _single(
    ratings: Floats,
    highest: Floats,
    sides: Sequence[Sequence[Floats]],
    early: Floats,
    labs: NDArray[np.str_],
    start: float,
) -> list[int]:
    """Models that may be records under some rule, or with any one lab or model left out."""
    some: dict[int, None] = {}
    for pair in sides:
        some.update(dict.fromkeys(_may_be_records(ratings, highest, pair, early, start)))
    alone = [labs == lab for lab in sorted(set(labs[list(some)]))]
    alone += [np.arange(len(labs)) == model for model in some]
    for gone in alone:
        pair = [np.where(gone, np.inf, dates) for dates in sides[0]]
        some.update(dict.fromkeys(_may_be_records(ratings, highest, pair, early, start)))
    return list(some)


def _pairs(rule: Policies) -> Iterable[tuple[str, str]]:
    return zip(asdict(rule).values(), asdict(PLAIN).values(), strict=True)


def _may_be_records(
    ratings: Floats, highest: Floats, sides: Sequence[Floats], early: Floats, start: float
) -> list[int]:
    """Models that may be records above the last below every level from `start` on.

    `sides` have the latest day on which each may begin to count, which may be `early` days sooner.
    """
    hulls = []
    for dates in sides:
        order = np.argsort(dates, kind="stable")[: int(np.isfinite(dates).sum())]
        hulls.append((dates[order], order, np.maximum.accumulate(ratings[:, order], axis=1)))
    passed = [int(np.searchsorted(days, start, side="right")) for days, _, _ in hulls]
    if not all(passed):
        return [int(k) for _, order, _ in hulls for k in order]
    lowest = np.minimum(*(r[:, n - 1] for (_, _, r), n in zip(hulls, passed, strict=True)))[:, None]
    found: list[int] = []
    for days, order, running in hulls:
        first = np.searchsorted(days, days - early[order])
        first = np.where(early[order] > 0, first, np.arange(len(order)))
        before = np.where(first > 0, running[:, np.maximum(first - 1, 0)], -np.inf)
        below = np.where(running < lowest, running, -np.inf).max(axis=1, keepdims=True)
        high = highest[order]
        found += order[((before < high) & (below <= high)).any(axis=0)].tolist()
    return found
