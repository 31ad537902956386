"""How far the headline moves when something else is taken: `python benchmarks/stability.py`.

The headline is `average` over twelve months on the default board, in hindsight of its newest
official list. Each row changes one thing: the seed of the draws; how far young or settled entries
drift, and for how long; an entry taken for a model of its own; each hyperparameter
(`elolag.model.scale`, where they are explained) and what the prior estimates; window; date; a top
model, a list, the other board left out; noise on the ratings. Where an estimate has an error, the
change is to its 10% and 90% point; what is chosen and not estimated is taken 0.8 and 1.2 times. The
last rows mix the draws at points drawn for all of these together: how much wider the interval is
when nothing is plugged in. Writes `stability.csv`:
figure and interval, and what they moved by from the base row, in months. The rows are `variations`;
one more is one more `Variation`. The ends are quantiles of draws: what another seed moves them by
(kind ``seed``) is in every row.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import debuts
import numpy as np
import pandas as pd
from drift import excesses
from numpy.typing import NDArray

from elolag.dates import to_day
from elolag.estimate.known import Past, read
from elolag.estimate.panel import ROOT, place
from elolag.model import draws, early_drift
from elolag.model.frontier import MATCH_RULES, REACHED, MatchRule
from elolag.model.interval import Summary, summarise
from elolag.model.posterior import Field, Prior, _thought, only
from elolag.model.scale import SHIPPED
from elolag.question import DEFAULT_BOARD

HERE = Path(__file__).parent

ESTIMAND, WINDOW, DRAWS, SEED, LEVEL = "average", 12.0, 10_000, 0, 0.95
FACTORS = (0.8, 1.2)
#: Standard normal at 90%.
POINT = 1.2816
SEEDS, WINDOWS, DAYS_BACK, BEST = 10, (3.0, 6.0, 9.0, 18.0), (7, 14, 21, 28, 35), 5
NOISE, NOISES = 2.0, 20
#: What an entry may go on moving by whatever its votes (sd, Elo); `drift_later.csv` saw the second.
LASTING = (3.0, 6.0)
RESAMPLES = 400
#: How many points everything is drawn at together; three values each, as a normal's moments to the
#: fifth want them (in standard deviations), and their weights.
POINTS, VALUES, WEIGHTS = 100, (-(3**0.5), 0.0, 3**0.5), (1 / 6, 2 / 3, 1 / 6)

Floats = NDArray[np.float64]
Edit = Callable[[pd.DataFrame], pd.DataFrame]
PriorEdit = Callable[[Field, Prior], Prior]


@dataclass(frozen=True)
class Variation:
    """The headline's question with one thing changed.

    Attributes
    ----------
    kind, value
        What is changed, and to what.
    past
        Lists, models and hyperparameters.
    edit
        From the places and errors that the past gives to others.
    prior
        From the prior that the ratings give to another.
    days_back, window, seed, estimand, rule
        As-of date before the newest list, months, seed of the draws, what is estimated, and the
        match rule.
    """

    kind: str
    value: str
    past: Past
    edit: Edit | None = None
    prior: PriorEdit | None = None
    days_back: int = 0
    window: float = WINDOW
    seed: int = SEED
    estimand: str = ESTIMAND
    rule: str = REACHED.name

    def lags(self, n: int) -> tuple[draws.Outcomes, draws.Outcomes]:
        """At posterior means, and in `n` draws."""
        table = self.past.hindsight
        state = self.past.state(table if self.edit is None else self.edit(table))
        field, fitted = state.field, state.fitted
        if self.prior is not None:
            field = whole(self.past, self.edit)
            prior = self.prior(field, _thought(field, self.past.hyper))
            fitted = prior.given(field, field.rating, field.variance)
            counted = np.isfinite(np.minimum(field.lead_from, field.follow_from))
            field, fitted, _ = only(field, fitted, np.flatnonzero(counted))
        day = to_day(self.past.vintages[-1].date) - self.days_back
        asked = day, [self.estimand], self.window
        pairs = draws.apart(field, fitted, self.seed) if self.rule == "not-worse" else None
        match = MatchRule(self.rule, pairs)
        point = draws.point(field, fitted, *asked, match)
        return point, draws.sample(field, fitted, *asked, n, self.seed, match)

    def summary(self) -> Summary:
        """Figure and interval."""
        point, sample = (found.lags[self.estimand] for found in self.lags(DRAWS))
        return summarise(self.estimand, point, sample, LEVEL)


def whole(past: Past, edit: Edit | None = None) -> Field:
    """Everybody rated, as the prior is estimated from."""
    table = past.hindsight if edit is None else edit(past.hindsight)
    return replace(past.roster.field(table, past.drift)[0], freedom=past.hyper.freedom)


def times(by: float, *columns: str) -> Edit:
    """Errors of places, less or more."""
    return lambda table: table.assign(**{name: by * table[name] for name in columns})


def raised(by: Floats) -> Edit:
    """Ratings, each moved by its own."""
    return lambda table: table.assign(rating=table["rating"] + by)


def base() -> Variation:
    """The headline as it is."""
    return Variation("base", "", read(DEFAULT_BOARD)[0])


def drifts(asked: Variation) -> Iterator[Variation]:
    """Young entries, settled ones since their last list, or both, drift less or further."""
    past, young = asked.past, asked.past.drift
    assert young is not None
    for by in FACTORS:
        sd = tuple(by * sd for sd in young.sd)
        young_ones = replace(past, drift=replace(young, sd=sd))
        for value, moved, edit in (
            ("young entries", young_ones, None),
            ("settled entries", past, times(by, "drift")),
            ("all entries", young_ones, times(by, "drift")),
        ):
            yield replace(asked, kind="drift", value=f"of {value} x {by}", past=moved, edit=edit)


def lasting(asked: Variation) -> Iterator[Variation]:
    """Entries of the newest list go on moving, as settled ones were seen to."""
    young = asked.past.drift
    assert young is not None
    for least in LASTING:
        # Beyond its last number of votes a drift falls with their square root: nobody has so many.
        sd = tuple(max(sd, least) for sd in (*young.sd, least))
        moving = replace(young, votes=(*young.votes, 1e12), sd=sd)
        past = replace(asked.past, drift=moving)
        yield replace(asked, kind="lasting drift", value=f"{least:g} Elo at least", past=past)


def once(asked: Variation) -> Iterator[Variation]:
    """Entries that left the board drift in their carry alone, not by the votes they had too."""

    def settled(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(votes=table["votes"].where(table["link"] < 0, 1e12))

    yield replace(asked, kind="drift once", value="of carried entries", edit=settled)


def ended(asked: Variation) -> Iterator[Variation]:
    """Entries of the newest list that are settled by age no longer drift, few as their votes be."""
    past = asked.past
    first: dict[object, str] = {}
    for lists in past.vintages:
        first = dict.fromkeys(lists.identities, lists.date) | first
    until = to_day(past.vintages[-1].date) - past.hyper.settled_days

    def settled(table: pd.DataFrame) -> pd.DataFrame:
        old = table["identity"].map(lambda identity: to_day(first[identity])) <= until
        return table.assign(votes=table["votes"].mask(old & (table["link"] < 0), 1e12))

    value = f"{past.hyper.settled_days:g} days after the first list"
    yield replace(asked, kind="drift ended", value=value, edit=settled)


def apart(asked: Variation) -> Iterator[Variation]:
    """An entry that the newest list dropped, of a model that it shows, is a model of its own."""
    past, newest = asked.past, asked.past.vintages[-1]
    listed, shown = set(newest.identities), set(newest.models)
    dropped = {
        identity: (model, f"{entry} of {lists.date}")
        for lists in past.vintages
        for identity, model, entry in zip(
            lists.identities, lists.models, lists.entries, strict=True
        )
        if model in shown and identity not in listed
    }
    for identity, (model, value) in dropped.items():
        own, names = f"{model} by itself", list(past.roster.models)
        at = names.index(model)
        roster = past.roster.only(np.insert(np.arange(len(names)), at, at))
        names.insert(at + 1, own)
        vintages = tuple(
            replace(lists, models=np.where(lists.identities == identity, own, lists.models))
            for lists in past.vintages
        )
        moved = replace(past, vintages=vintages, roster=replace(roster, models=tuple(names)))
        yield replace(asked, kind="dropped entry", value=value, past=moved)


def resampled_drifts() -> list[early_drift.YoungDrift]:
    """The drift of young entries from resamples of the models whose debuts it is estimated from."""
    rows, rng = excesses(), np.random.default_rng(SEED)
    of = list(rows.groupby("identity").indices.values())
    known = early_drift._packaged_drift().votes_per_information
    picks = rng.integers(0, len(of), (RESAMPLES, len(of)))
    return [
        debuts.fit(rows.iloc[np.concatenate([of[k] for k in pick])], known)[0] for pick in picks
    ]


def settled_error(past: Past, z: float) -> Edit:
    """Drift of settled entries `z` standard errors up.

    The logarithm of a t's scale, told by n entries, errs by sqrt((nu + 3) / (2 nu n)).
    """
    nu, carries = past.hyper.freedom, place(past.vintages, past.others, past.hyper).carries
    error = [((nu + 3) / (2 * nu * len(made.carry.level))) ** 0.5 for made in carries]
    factor = np.exp(z * np.array([*error, 0.0]))  # the last is that of link -1
    return lambda table: table.assign(drift=factor[table["link"]] * table["drift"])


def sides(field: Field) -> dict[str, int]:
    """Number of the country of either side."""
    both = {"US": field.lead_from, "CN": field.follow_from}
    return {name: int(field.country[np.isfinite(since)][0]) for name, since in both.items()}


def estimated(asked: Variation) -> Iterator[Variation]:
    """What is estimated and plugged in, at its 10% and 90% point."""
    past = asked.past
    newest = past.hindsight[past.hindsight["link"] < 0]
    made = resampled_drifts()
    size = [drift.variance(newest["votes"], newest["se"]).mean() for drift in made]
    countries = sides(whole(past))
    for share, z in ((0.1, -POINT), (0.9, POINT)):
        drift = made[int(np.argsort(size)[int(share * len(made))])]
        changes = {
            "drift of young entries": replace(asked, past=replace(past, drift=drift)),
            "drift of settled entries": replace(asked, edit=settled_error(past, z)),
        }
        for side, country in countries.items():
            for name, of in (("spread", spread), ("trend", trend)):
                changes[f"{name} of {side}'s prior"] = replace(asked, prior=of(country, z))
        for name, change in changes.items():
            yield replace(change, kind="estimate", value=f"{name}, {share:.0%} point")


def spread(country: int, z: float) -> PriorEdit:
    """Spread of a country's models, `z` standard errors up: in logarithms 1/sqrt(2n)."""

    def change(field: Field, prior: Prior) -> Prior:
        mine = field.country[field.model] == country
        factor = np.exp(z / np.sqrt(2 * mine.sum()))
        return replace(prior, spread=np.where(mine, factor, 1.0) * prior.spread)

    return change


def trend(country: int, z: float) -> PriorEdit:
    """A country's trend at its newest model, `z` standard errors up, the rest going with it."""

    def change(field: Field, prior: Prior) -> Prior:
        mine = np.flatnonzero(field.country[field.model] == country)
        released = field.released[field.model][mine]
        design = np.vander((released - released.max()) / 365.2425, 3)
        residual = (field.rating - prior.centre)[mine]
        covariance = np.linalg.inv(design.T @ design) * residual.var(ddof=3)
        step = covariance[:, -1] / np.sqrt(covariance[-1, -1])
        centre = prior.centre.copy()
        centre[mine] += z * (design @ step)
        return replace(prior, centre=centre)

    return change


def scaled(name: str, by: float) -> Any:
    """A hyperparameter less or more; a count stays one, and all of several go together."""
    value = getattr(SHIPPED, name)
    if isinstance(value, tuple):
        return tuple(one * by for one in value)
    return round(value * by) if isinstance(value, int) else value * by


def chosen(asked: Variation) -> Iterator[Variation]:
    """Each hyperparameter, and the errors that lists print, less or more."""
    for name in (field.name for field in fields(SHIPPED)):
        for by in FACTORS:
            yield replace(
                asked,
                kind="hyperparameter",
                value=f"{name} x {by:g}",
                past=replace(asked.past, hyper=replace(SHIPPED, **{name: scaled(name, by)})),
            )
    for by in FACTORS:
        for value, columns in (("printed", ("se",)), ("shared by a list", ROOT)):
            edit = times(by, *columns)
            yield replace(asked, kind="errors", value=f"{value} x {by}", edit=edit)


def left_out(asked: Variation) -> Iterator[Variation]:
    """The best models of either side, each list that a place rests on, the other board."""
    past, state = asked.past, asked.past.last
    names = np.array(past.roster.models)
    rated = names[np.isin(names, past.hindsight["model"])]
    field = whole(past)
    mine = rated[np.isfinite(np.minimum(field.lead_from, field.follow_from))]
    best = np.full(len(mine), -np.inf)
    np.maximum.at(best, state.field.model, state.fitted.mean)
    day = to_day(past.vintages[-1].date)
    for since in (state.field.lead_from, state.field.follow_from):
        order = np.argsort(np.where(since <= day, best, -np.inf))[::-1]
        for model in mine[order[:BEST]].tolist():
            less = replace(past, roster=past.roster.only(np.flatnonzero(names != model)))
            yield replace(asked, kind="without model", value=model, past=less)
    placed = place(past.vintages, past.others)
    for date in sorted({placed.newest, *placed.table["vintage"]}):
        lists = tuple(v for v in past.vintages if v.date != date)
        yield replace(
            asked, kind="without list", value=f"of {date}", past=replace(past, vintages=lists)
        )
    for date in sorted({date for carried in placed.carries for date in carried.bridge}):
        lists = tuple(v for v in past.others if v.date != date)
        yield replace(
            asked,
            kind="without list",
            value=f"of {date}, other board",
            past=replace(past, others=lists),
        )
    yield replace(asked, kind="without board", value="arena/text", past=replace(past, others=()))


def questions(asked: Variation) -> Iterator[Variation]:
    """The window, the match rule and the date."""
    for window in WINDOWS:
        yield replace(asked, kind="window", value=f"{window:g} months", window=window)
    for rule in MATCH_RULES:
        if rule != asked.rule:
            yield replace(asked, kind="match rule", value=rule, rule=rule)
    for days in DAYS_BACK:
        yield replace(asked, kind="as of", value=f"{days} days before", days_back=days)


def chance(asked: Variation) -> Iterator[Variation]:
    """Other draws, and noise on every rating."""
    for seed in range(1, SEEDS):
        yield replace(asked, kind="seed", value=str(seed), seed=seed)
    size = len(asked.past.hindsight)
    for seed in range(NOISES):
        off = np.random.default_rng([SEED, seed]).normal(0, NOISE, size)
        yield replace(
            asked,
            kind="noise",
            value=f"N(0, {NOISE:g}), {seed}",
            edit=raised(off),
        )


VARIATIONS = (drifts, lasting, once, ended, apart, estimated, chosen, questions, left_out, chance)


def variations(asked: Variation) -> Iterator[Variation]:
    """Everything that is changed, one thing at a time."""
    for some in VARIATIONS:
        yield from some(asked)


def drawn(asked: Variation, *, everything: bool) -> Summary:
    """The headline with what is estimated drawn and not plugged in; or with what is chosen too.

    0.8 and 1.2 times what is chosen stand for its 10% and 90% point.
    """
    rng, made, parts = np.random.default_rng(SEED), resampled_drifts(), []
    countries = sides(whole(asked.past)).values()

    def z() -> float:
        return float(rng.choice(VALUES, p=WEIGHTS))

    for seed in range(POINTS):
        hyper = asked.past.hyper
        if everything:
            hyper = replace(
                hyper, **{f.name: scaled(f.name, 1.2 ** (z() / POINT)) for f in fields(hyper)}
            )
        past = replace(asked.past, drift=made[rng.integers(len(made))], hyper=hyper)
        priors = [of(country, z()) for country in countries for of in (spread, trend)]

        def prior(field: Field, given: Prior, priors: list[PriorEdit] = priors) -> Prior:
            for change in priors:
                given = change(field, given)
            return given

        edit = settled_error(past, z())
        parts.append(replace(asked, past=past, edit=edit, prior=prior, seed=seed))
    sample = draws.join([part.lags(DRAWS // POINTS)[1] for part in parts])
    point = asked.lags(DRAWS // POINTS)[0]
    return summarise(ESTIMAND, point.lags[ESTIMAND], sample.lags[ESTIMAND], LEVEL)


def row(kind: str, value: str, found: Summary) -> dict[str, object]:
    """One row of the table."""
    return {
        "kind": kind, "value": value, "months": found.months, "low": found.low, "high": found.high,
    }  # fmt: skip


def table(asked: Iterable[Variation]) -> pd.DataFrame:
    """One row per variation."""
    return pd.DataFrame([row(one.kind, one.value, one.summary()) for one in asked])


def changed(out: pd.DataFrame) -> pd.DataFrame:
    """With what each row moves from the first."""
    out = out.copy()
    for name in ("months", "low", "high"):
        out[f"{name}_change"] = out[name] - out[name].iloc[0]
    return out


def summed(found: pd.DataFrame) -> pd.DataFrame:
    """Per kind, how many rows there are and the largest move of figure and ends; sd of noise."""
    changes = ["months_change", "low_change", "high_change"]
    moved = found[found["kind"] != "base"]
    grouped = moved.groupby("kind", sort=False)
    largest = moved[changes].abs().groupby(moved["kind"], sort=False).max()
    sd = grouped[changes].std()
    return pd.concat([grouped.size().rename("rows"), largest, sd.add_suffix("_sd")], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description="How far the headline moves.")
    parser.add_argument("--table", type=Path, default=HERE / "stability.csv")
    options = parser.parse_args()
    start = time.process_time()
    first = base()
    found = table([first, *variations(first)])
    for everything, value in ((False, "estimates"), (True, "estimates and hyperparameters")):
        last = row("drawn", value, drawn(first, everything=everything))
        found = pd.concat([found, pd.DataFrame([last])], ignore_index=True)
    found = changed(found)
    found.round(3).to_csv(options.table, index=False, lineterminator="\n")
    print(found.round(2).to_string(index=False))
    print(summed(found).round(2).to_string())
    print(f"{time.process_time() - start:.0f} s of CPU")


if __name__ == "__main__":
    main()
