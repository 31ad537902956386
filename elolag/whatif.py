"""What the figure would be if a model were left out, or a tag were another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elolag.draws import lag_of
from elolag.errors import EstimateError
from elolag.lag import UNBOUNDED, Lags, Race, current_at
from elolag.months import to_iso
from elolag.study import Study, prepare
from elolag.tags import Group, Tag
from elolag.words import noun

Floats = NDArray[np.float64]

#: "A month", in whole days, by which a date is moved.
MONTH_DAYS = 31.0
#: A country no model has, for "counted with neither" (ISO 3166 leaves ZZ to users).
NOWHERE = "ZZ"
_CHUNK = 256


@dataclass(frozen=True)
class Edit:
    """One change: the tags it gives to models, None where it leaves one out.

    `kind` is ``model``, ``lab``, ``country``, ``openness`` or ``date``; `words` says it in full.
    """

    kind: str
    name: str
    words: str
    tags: tuple[tuple[str, Tag | None], ...]

    @property
    def models(self) -> frozenset[str]:
        """The models it touches."""
        return frozenset(model for model, _ in self.tags)


def without_models(study: Study) -> list[Edit]:
    """Leave out each model in turn."""
    return [
        Edit("model", t.model, f"without {t.model}", ((t.model, None),)) for t in study.cast.tags
    ]


def without_labs(study: Study) -> list[Edit]:
    """Leave out each lab in turn."""
    labs: dict[str, list[str]] = {}
    for tag in study.cast.tags:
        labs.setdefault(tag.lab, []).append(tag.model)
    return [
        Edit("lab", lab, f"without every model of {lab}", tuple((m, None) for m in models))
        for lab, models in sorted(labs.items())
    ]


def moved_dates(study: Study) -> list[Edit]:
    """Move each release by a month either way; weights that came with it move too."""
    return [_moved(t, days) for t in study.cast.tags for days in (-MONTH_DAYS, MONTH_DAYS)]


def _moved(tag: Tag, days: float) -> Edit:
    released = tag.released + days
    opened = tag.opened + days if tag.opened == tag.released else max(tag.opened, released)
    other = replace(tag, released=released, opened=opened, release_date=to_iso(released))
    word = "earlier" if days < 0 else "later"
    words = f"{tag.model} released {abs(days):.0f} days {word}"
    return Edit("date", tag.model, words, ((tag.model, other),))


def other_countries(study: Study) -> list[Edit]:
    """Count each model with another country that the groups name, or with none of them."""
    named = sorted(
        {
            name
            for group in (study.cast.leader, study.cast.follower)
            for part in group.alternatives
            for _, name in part
            if len(name) == 2 and name.isupper()
        }
    )
    edits = []
    for tag in study.cast.tags if named else ():
        for country in [*named, NOWHERE]:
            if country != tag.country:
                words = "neither side" if country == NOWHERE else noun(country)
                edits.append(
                    Edit(
                        "country",
                        tag.model,
                        f"{tag.model} counted with {words}",
                        ((tag.model, replace(tag, country=country)),),
                    )
                )
    return edits


def other_openness(study: Study) -> list[Edit]:
    """Take each open model for closed, and each closed one for open since its release."""
    edits = []
    for tag in study.cast.tags:
        was_open = np.isfinite(tag.opened)
        other = replace(tag, opened=np.inf if was_open else tag.released)
        words = f"{tag.model} taken for {'closed' if was_open else 'open'}"
        edits.append(Edit("openness", tag.model, words, ((tag.model, other),)))
    return edits


def effective(study: Study, edits: Sequence[Edit]) -> list[Edit]:
    """The edits that change when or for whom a model counts, of those alike the first."""
    known = {tag.model: tag for tag in study.cast.tags}
    seen, out = set(), []
    for edit in edits:
        change = tuple((model, _since(study, tag)) for model, tag in edit.tags)
        before = tuple((model, _since(study, known[model])) for model, _ in edit.tags)
        if change != before and change not in seen:
            seen.add(change)
            out.append(edit)
    return out


def _since(study: Study, tag: Tag | None) -> tuple[float, float]:
    if tag is None:
        return np.inf, np.inf

    def one(group: Group) -> float:
        return float(group.since([tag])[0])

    return one(study.cast.leader), one(study.cast.follower)


def point_ratings(study: Study) -> Floats:
    """Posterior-mean rating of each model's best entry, (M,)."""
    starts = np.flatnonzero(np.diff(study.cast.field.model, prepend=-1))
    return np.asarray(np.maximum.reduceat(study.fitted.mean, starts))


def races(study: Study, sets: Sequence[Sequence[Edit]]) -> Iterator[tuple[list[int], Race]]:
    """Races at posterior-mean ratings, the posterior as it is, one row per set of edits.

    Yields which sets a race holds, in pieces; sets that leave a group without a model by the
    as-of date are in none.
    """
    field = study.cast.field
    place = {tag.model: k for k, tag in enumerate(study.cast.tags)}
    ratings = point_ratings(study)
    for start in range(0, len(sets), _CHUNK):
        piece = sets[start : start + _CHUNK]
        lead = np.tile(field.lead_from, (len(piece), 1))
        follow = np.tile(field.follow_from, (len(piece), 1))
        for row, edits in enumerate(piece):
            for edit in edits:
                for model, tag in edit.tags:
                    lead[row, place[model]], follow[row, place[model]] = _since(study, tag)
        both = (lead.min(axis=1) <= study.as_of) & (follow.min(axis=1) <= study.as_of)
        rows = np.flatnonzero(both)
        if rows.size:
            race = Race.of(
                np.tile(ratings, (len(rows), 1)), lead[rows], follow[rows], study.as_of, study.match
            )
            yield [start + int(r) for r in rows], race


def point_lags(study: Study, sets: Sequence[Sequence[Edit]], key: str) -> Lags:
    """An estimand after each set of edits, at posterior means; failed where it has no answer."""
    out = Lags(
        np.full(len(sets), np.nan), np.full(len(sets), UNBOUNDED, np.int8), np.ones(len(sets), bool)
    )
    for rows, race in races(study, sets):
        try:
            _put(out, rows, lag_of(race, key, study.window))
        except EstimateError:
            # One row refuses for all of a race; each is asked alone.
            for row in rows:
                for _, alone in races(study, [sets[row]]):
                    try:
                        _put(out, [row], lag_of(alone, key, study.window))
                    except EstimateError:
                        continue
    return out


def _put(out: Lags, rows: list[int], found: Lags) -> None:
    out.months[rows], out.censored[rows] = found.months, found.censored
    out.failed[rows] = found.failed


def current_states(
    study: Study, sets: Sequence[Sequence[Edit]]
) -> tuple[Lags, list[tuple[float, ...]]]:
    """`current` after each set of edits, and what decides it.

    That is: each side's best model at the as-of date, and on each side the model that first
    reached the lower of the two bests, with its date. Empty where a group has no model.
    """
    lags = Lags(
        np.full(len(sets), np.nan), np.full(len(sets), UNBOUNDED, np.int8), np.ones(len(sets), bool)
    )
    states: list[tuple[float, ...]] = [()] * len(sets)
    for rows, race in races(study, sets):
        found = current_at(race, np.array([study.as_of]))
        codes = found.censored[:, 0]
        _put(lags, rows, Lags(found.months[:, 0], codes, np.zeros(len(rows), bool)))
        columns: list[Any] = [race.leader.best_model(), race.follower.best_model()]
        for side, at in ((race.leader, found.lead_at), (race.follower, found.follow_at)):
            reached = at[:, 0] < side.size
            columns.append(
                np.where(reached, side.model_at(np.minimum(at[:, 0], side.size - 1)), -1)
            )
            columns.append(side.date_of(at)[:, 0])
        for row, state in zip(rows, zip(*(c.tolist() for c in columns), strict=True), strict=True):
            states[row] = state
    return lags, states


def redo(study: Study, question: Mapping[str, Any], edits: Sequence[Edit]) -> Study:
    """The study with the edits made, everything estimated anew.

    Parameters
    ----------
    question
        What `study` was prepared from.

    Raises
    ------
    EstimateError, UsageError
        Without the models the question has no answer.
    """
    tags = dict(tag for edit in edits for tag in edit.tags)
    gone = {model for model, tag in tags.items() if tag is None}
    return prepare(
        **{
            **question,
            "panel": study.panel,
            "exclude": {*question.get("exclude", ()), *gone},
            "retagged": {model: tag for model, tag in tags.items() if tag is not None},
        }
    )
