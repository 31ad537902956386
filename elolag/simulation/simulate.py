"""Simulated votes: who meets whom, who wins, and the ratings of all votes so far."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from elolag.arrays import Flags, Floats, Ints
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.field import Roster, month_of
from elolag.estimate.panel import Vintage
from elolag.model.bradleyterry import ELO, PairCounts, Ratings, rate
from elolag.model.draws import lag_of
from elolag.model.estimands import ESTIMANDS, Lags, Race
from elolag.simulation.worlds import WORLDS, World

#: Elo over which the sampling of pairs falls off by e.
_CLOSENESS = 250.0


class _Ballots:
    """All votes so far, per pair of entries."""

    def __init__(self, entries: int) -> None:
        self.first, self.second = np.triu_indices(entries, 1)
        self.votes = np.zeros(len(self.first))
        self.score = np.zeros(len(self.first))
        self.ties = np.zeros(len(self.first))
        self.entries = entries

    def vote(
        self,
        world: World,
        strength: Floats,
        weight: Floats,
        months: float,
        rng: np.random.Generator,
    ) -> None:
        """Add a period's votes: pairs by both weights and their closeness, scores by strength."""
        able = np.flatnonzero((weight[self.first] > 0) & (weight[self.second] > 0))
        if not able.size:
            return
        i, j = self.first[able], self.second[able]
        gap = strength[i] - strength[j]
        share = weight[i] * weight[j] * np.exp(-np.abs(gap) / _CLOSENESS)
        counts = rng.multinomial(round(world.votes_per_month * months), share / share.sum())
        met = np.flatnonzero(counts)
        able, counts, gap = able[met], counts[met], gap[met]
        # Ties take from both sides alike, so the expected score stays Bradley-Terry's.
        expected = 1 / (1 + np.exp(-gap / ELO))
        tie = 2 * world.tie_rate * np.minimum(expected, 1 - expected)
        ties = rng.binomial(counts, tie)
        wins = rng.binomial(counts - ties, (expected - tie / 2) / (1 - tie))
        self.votes[able] += counts
        self.ties[able] += ties
        self.score[able] += wins + ties / 2

    def rate(
        self, identity: NDArray[np.str_], able: Flags, before: Ratings | None
    ) -> tuple[Ratings, Ints]:
        """Ratings of the able entries that have votes, and which those are."""
        met = np.flatnonzero((self.votes > 0) & able[self.first] & able[self.second])
        seen = np.zeros(self.entries, dtype=bool)
        seen[self.first[met]] = seen[self.second[met]] = True
        rated = np.flatnonzero(seen)
        place = np.cumsum(seen) - 1
        pairs = PairCounts(
            tuple(identity[rated].tolist()),
            place[self.first[met]],
            place[self.second[met]],
            self.votes[met],
            self.score[met],
            self.ties[met],
        )
        start = None
        if before is not None:
            known = dict(zip(before.items, before.rating, strict=True))
            start = np.array([known.get(name, np.nan) for name in pairs.items])
            start = np.where(np.isnan(start), np.nanmax(start), start)
        return rate(pairs, start=start), rated


# Histories in which the true lag is known: from releases to the vintages a board publishes.
#
# A `World` (see `elolag.simulation.worlds`) is a law; `simulate` draws one history from it. Models
# of two groups are released, listed, voted on in pairs and retired; every vintage rates all votes
# so far by Bradley-Terry, so that vintages share votes, and publishes those then listed on a scale
# of its own. What comes out is what `elolag.estimate.panel` takes, and the answer nobody has on a
# real board: each estimand at the true strengths and the true dates.
#
# The truth counts the models that were on the board on the day of some vintage. Models that no
# vintage ever showed are outside any result, here as on real boards.

#: The day all worlds are looked at from.
_AS_OF = to_day("2026-08-19")

#: Months before the as-of date at which a world's follower takes over at one stroke.
_OVERTAKEN_BEFORE = 0.7

#: Where the scale of a vintage sits: the rating of the leader's trend today.
_LEVEL = 1450.0


@dataclass(frozen=True)
class Releases:
    """One run of the release processes: what is true before anyone votes.

    Arrays over M models, ordered by tagged date and name: ``follows`` (the follower's, else the
    leader's), ``strength`` (Elo, in the long run), ``released``, ``tagged`` (the 15th where only
    the month is known), ``vague``, ``lab``, ``listed``, ``retired`` (days).
    """

    models: tuple[str, ...]
    follows: Flags
    strength: Floats
    released: Floats
    tagged: Floats
    vague: Flags
    lab: tuple[str, ...]
    listed: Floats
    retired: Floats
    days: Floats  # of the vintages

    def shown(self, day: float) -> Flags:
        """Which models the board lists on a day."""
        return np.asarray((self.listed <= day) & (day < self.retired))

    @property
    def ever_shown(self) -> Flags:
        """Which models some vintage lists."""
        return np.asarray(np.any([self.shown(day) for day in self.days], axis=0), dtype=bool)

    def race(self, as_of: float | None = None) -> Race:
        """Both frontiers at true strengths and dates: one draw, as far as the newest vintage's day.

        Raises
        ------
        EstimateError
            A group has no model by then.
        """
        seen = self.ever_shown
        released, follows = self.released[seen], self.follows[seen]
        return Race.of(
            self.strength[None, seen],
            np.where(follows, np.inf, released),
            np.where(follows, released, np.inf),
            float(self.days[-1]) if as_of is None else as_of,
        )

    def truth(
        self, estimands: Iterable[str] = tuple(ESTIMANDS), as_of: float | None = None
    ) -> dict[str, Lags]:
        """Each estimand at true strengths and dates: one draw; absent where it is not defined."""
        found: dict[str, Lags] = {}
        for name in estimands:
            try:
                lags = lag_of(self.race(as_of), name, None)
            except EstimateError:
                continue
            if not lags.failed[0]:
                found[name] = lags
        return found

    def roster(self) -> Roster:
        """The models as their tags have them."""
        months = np.array([month_of(day) for day in self.tagged]).reshape(-1, 2)
        start, end = np.where(self.vague, months.T, np.nan)
        lead = np.where(self.follows, np.inf, self.tagged)
        follow = np.where(self.follows, self.tagged, np.inf)
        side = self.follows.astype(np.intp)
        return Roster(self.models, self.tagged, side, lead, follow, start, end)


@dataclass(frozen=True)
class History:
    """One history of a world, as an analyst meets it, and the truth.

    Attributes
    ----------
    vintages
        Oldest first, ready for `panel.place`.
    complete
        Whether each vintage is the full list; one that is not is never linked.
    roster
        Names, groups and dates as tagged.
    as_of
        In days; the newest vintage's date.
    truth
        Per estimand the realised lag (one draw); absent where the estimand is not defined.
    """

    world: World
    seed: int
    vintages: tuple[Vintage, ...]
    complete: tuple[bool, ...]
    roster: Roster
    as_of: float
    truth: Mapping[str, Lags]
    releases: Releases

    def linkable(self) -> list[Vintage]:
        """The vintages a panel would use: the newest, and the full ones before it."""
        *older, newest = zip(self.vintages, self.complete, strict=True)
        return [*(v for v, full in older if full), newest[0]]

    def own(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The newest list and its tags as a user's own tables: leader US, follower CN.

        The first is one for `elolag.own_board`, the second one for ``extra_tags`` as a CSV.
        """
        run, date = self.releases, self.vintages[-1].date
        rated = self.vintages[-1].table.reset_index(drop=True)
        facts = pd.DataFrame(
            {
                "model": run.models,
                "lab": run.lab,
                "country": np.where(run.follows, "CN", "US"),
                "release_date": [
                    to_iso(day)[: 7 if vague else 10]
                    for day, vague in zip(run.tagged, run.vague, strict=True)
                ],
                "openness": "closed",
            }
        )
        tags = rated[["entry", "model"]].merge(facts, on="model", validate="many_to_one")
        return rated[["entry", "rating", "se", "votes"]].assign(date=date), tags


def simulate(world: World | str, seed: int) -> History:
    """Draw one history. The same world and seed give the same history.

    Raises
    ------
    UsageError
        No world has this name.
    """
    world = _find_world(world)
    run = release(world, seed)
    rng = _generator(world, seed, 1)
    vintages, complete = _publish(world, run, rng)
    return History(
        world, seed, vintages, complete, run.roster(), float(run.days[-1]), run.truth(), run
    )


def _find_world(world: World | str) -> World:
    """A world by its name."""
    if isinstance(world, World):
        return world
    if world not in WORLDS:
        raise UsageError(f"unknown world {world!r}; known: {', '.join(WORLDS)}")
    return WORLDS[world]


def expected(world: World | str, estimands: Iterable[str], runs: int) -> dict[str, float]:
    """Mean of each estimand over re-run histories of a world, where it is no bound.

    The target of a sampling interval. No history of `simulate` with a seed below 10^9 is among
    the re-runs.
    """
    names = list(estimands)
    truths = [release(world, 10**9 + k).truth(names) for k in range(runs)]
    found = {}
    for name in names:
        exact = [t[name].months[0] for t in truths if name in t and not t[name].censored[0]]
        found[name] = float(np.mean(exact)) if exact else np.nan
    return found


def release(world: World | str, seed: int) -> Releases:
    """The releases of `simulate` alone, without votes: another run of history in no time."""
    world = _find_world(world)
    rng = _generator(world, seed, 0)
    sides = [_side(world, follows, rng) for follows in (False, True)]
    if world.overtake:
        # Of the follower, and last, one model more: of its first lab.
        further = _OVERTAKEN_BEFORE, float(sides[0][1].max()) + world.overtake, 0
        before, strength, lab = (np.append(*each) for each in zip(sides[1], further, strict=True))
        sides[1] = before, strength, lab
    follows = np.concatenate(
        [np.full(len(s[0]), f) for s, f in zip(sides, (False, True), strict=True)]
    )
    before, strength, lab = (np.concatenate(part) for part in zip(*sides, strict=True))
    n = len(before)
    released = np.floor(_AS_OF - before * DAYS_PER_MONTH)
    vague = rng.random(n) < world.month_share
    tagged = np.where(vague, [month_of(d)[0] + 14 for d in released], released)
    late = rng.random(n) < world.late_share
    delay = rng.exponential(np.where(late, world.late_days, world.listing_days))
    if world.overtake:
        delay[-1] = 0.0
    listed = released + np.floor(delay)
    stay = rng.exponential(1 / world.retire_rate, n) if world.retire_rate else np.full(n, np.inf)
    brief = rng.random(n) < world.preview_share
    stay = np.where(brief, rng.uniform(2, 7, n), stay)
    retired = listed + np.floor(np.maximum(stay, 1.0) * DAYS_PER_MONTH)
    names = [f"{'F' if f else 'L'}{k:03d}" for k, f in enumerate(follows)]
    order = np.array(sorted(range(n), key=lambda k: (tagged[k], names[k])), dtype=np.intp)
    days = np.round(_AS_OF - np.array(world.vintages) * DAYS_PER_MONTH)
    return Releases(
        tuple(names[k] for k in order),
        follows[order],
        strength[order],
        released[order],
        tagged[order],
        vague[order],
        tuple(f"{'F' if follows[k] else 'L'}lab{lab[k]}" for k in order),
        listed[order],
        retired[order],
        days,
    )


def _side(world: World, follows: bool, rng: np.random.Generator) -> tuple[Floats, Floats, Ints]:
    """Months before the as-of date, strength and lab of one group's models."""
    per_year = world.follower_rate if follows else world.leader_rate
    n = rng.poisson(per_year * world.history / 12)
    before = rng.uniform(0, world.history, n)
    noise = rng.standard_normal(n)
    off = -np.abs(noise) if world.below else noise
    labs = world.follower_labs if follows else world.leader_labs
    share = 1 / np.arange(1, labs + 1)
    lab = rng.choice(labs, n, p=share / share.sum())
    advantage = world.lab_sd * rng.standard_normal(labs)
    shifted = before + _lag(world, before) if follows else before
    if world.stairs:
        # A jump is up to the steady trend, and a model is what its side's last jump made it.
        phase = world.stairs * (0.75 if follows else 0.25)
        shifted = phase + world.stairs * np.ceil((shifted - phase) / world.stairs)
    spread = world.spread
    if follows and world.follower_spread is not None:
        spread = world.follower_spread
    return before, _trend(world, shifted) + spread * off + advantage[lab], lab


def _trend(world: World, before: Floats) -> Floats:
    """The leader's typical new model, Elo, 0 being an uninterrupted trend's level today."""
    since = world.jump_at - before
    idle = np.clip(since, 0, world.drought) if world.jump_at else np.zeros_like(before)
    return np.asarray(
        -world.slope / 12 * (before + idle) + world.jump * ((since >= 0) & (world.jump_at > 0))
    )


def _lag(world: World, before: Floats) -> Floats:
    points = np.array(sorted(world.lag))
    return np.asarray(np.interp(before, points[:, 0], points[:, 1]))


def _publish(
    world: World, run: Releases, rng: np.random.Generator
) -> tuple[tuple[Vintage, ...], tuple[bool, ...]]:
    """Vote from vintage to vintage, rate and publish each."""
    model, strength = _entries(world, run, rng)
    names = np.array(run.models, object)[model]
    double = np.r_[False, model[1:] == model[:-1]]
    identity = np.where(double, names + "|low", names)
    lab = np.unique(run.lab, return_inverse=True)[1][model]
    debut = world.debut_sd * _shared(world.lab_share, lab, rng.standard_normal)
    if world.debut_fall:
        falls = rng.random(len(model)) < world.debut_fall_share
        debut = debut + falls * rng.exponential(world.debut_fall, len(model))
    drift = _Drift(world, run.listed[model], lab, rng)
    shift, stretch = _scales(world, run.days, rng)
    gauge, constant = _gauge(world, run), None
    retired = run.retired
    if gauge is not None:
        retired = retired.copy()
        retired[gauge] = _last_gauge(world, run.days) + 1
    box = _Ballots(len(model))
    fitted: Ratings | None = None
    vintages, complete = [], []
    begin = _AS_OF - world.history * DAYS_PER_MONTH
    for number, end in enumerate(run.days.tolist()):
        weight, bias = _turnout(world, run, retired, begin, end)
        box.vote(
            world,
            strength + debut * bias[model] + drift.until(end),
            weight[model],
            (end - begin) / DAYS_PER_MONTH,
            rng,
        )
        begin = end
        # Rated are those listed by now: earlier votes on the others count once they are.
        fitted, rated = box.rate(identity, (run.listed <= end)[model], fitted)
        shown = (run.listed <= end) & (end < retired)
        listed = np.flatnonzero(shown[model[rated]])
        at = rated[listed]
        # The scale is steady but for what the world does to it.
        steady = fitted.rating[listed] + strength[rated].mean()
        rating = _LEVEL + shift[number] + (1 + stretch[number]) * steady
        se = world.error_factor * (1 + stretch[number]) * fitted.se[listed]
        held = np.flatnonzero((model[at] == (-1 if gauge is None else gauge)) & ~double[at])
        if held.size:
            # What the votes say of it stands above its last place by what it has yet to lose.
            left = (_last_gauge(world, run.days) - end) / DAYS_PER_MONTH
            rating[held] += world.gauge_fall * left
            constant = np.round(rating[held[0]]) if constant is None else constant
            rating = rating + constant - rating[held[0]]
        newest = number == len(run.days) - 1
        cut = int(rng.integers(20, 72)) if rng.random() < world.cut_share and not newest else 0
        whole = rng.random() < world.whole_share
        if (world.whole_newest if newest else whole) or cut:
            # As a panel reads a rounded copy: the interval's half width, and the rounding itself.
            half = (np.round(rating + 1.96 * se) - np.round(rating - 1.96 * se)) / 2
            rating, se = np.round(rating), np.sqrt((half / 1.96) ** 2 + 1 / 12)
        first = np.argsort(-rating, kind="stable")[: cut or None]
        shown, figures = at[first], (rating, se, fitted.votes[listed])
        vintages.append(
            Vintage(
                to_iso(end),
                identity[shown],
                identity[shown],
                names[shown],
                *(figure[first] for figure in figures),
            )
        )
        complete.append(not cut)
    return tuple(vintages), tuple(complete)


def _entries(world: World, run: Releases, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Model of each entry (non-decreasing) and its strength; second entries are weaker."""
    second = rng.random(len(run.models)) < world.effort_share
    model = np.repeat(np.arange(len(run.models)), 1 + second)
    weaker = np.r_[False, model[1:] == model[:-1]]
    return model, run.strength[model] - weaker * rng.uniform(2, 30, len(model))


def _scales(world: World, days: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Shift and stretch of each vintage's published scale."""
    n = len(days)
    shift = np.cumsum(rng.normal(0, world.shift_sd, n))
    if n > 1:
        shift[rng.integers(1, n) :] += world.jump_shift * rng.choice([-1.0, 1.0])
    if world.gauge_fall:
        shift = np.zeros(n)
    return shift, rng.normal(0, world.stretch_sd, n)


def _shared(share: float, lab: Ints, draw: Callable[[int], Floats]) -> Floats:
    """A draw for each entry, of whose variance the entries of a lab have a share in common."""
    own = draw(len(lab))
    if not share:
        return own
    common = draw(int(lab.max()) + 1)
    return np.asarray(np.sqrt(1 - share) * own + np.sqrt(share) * common[lab])


class _Drift:
    """How far the votes have moved each entry since its listing."""

    def __init__(self, world: World, listed: Floats, lab: Ints, rng: np.random.Generator) -> None:
        self._scale, self._share = world.settled_drift, world.lab_share
        self._lab = lab
        self._listed = listed
        self._rng = rng
        self._day = listed
        self._moved = np.zeros(len(listed))

    def until(self, day: float) -> Floats:
        """Elo at the end of a period; each step is a t of four degrees of freedom."""
        if self._scale:
            years = np.maximum(day - np.maximum(self._day, self._listed), 0.0) / 365.2425
            step = _shared(self._share, self._lab, lambda n: self._rng.standard_t(4, n))
            self._moved = self._moved + self._scale * np.sqrt(years) * step
            self._day = np.maximum(self._day, day)
        return self._moved


def _last_gauge(world: World, days: Floats) -> float:
    """Day of the last vintage that shows the model at which the scale is held."""
    seen = days[np.array(world.vintages) >= world.gauge_until]
    return float(seen.max()) if seen.size else -np.inf


def _gauge(world: World, run: Releases) -> int | None:
    """The leader's best of the first vintage, where the world holds its scale at one."""
    if not world.gauge_fall:
        return None
    able = np.flatnonzero(run.shown(run.days[0]) & ~run.follows)
    return int(able[np.argmax(run.strength[able])]) if able.size else None


def _turnout(
    world: World, run: Releases, retired: Floats, begin: float, end: float
) -> tuple[Floats, Floats]:
    """Each model's weight in the votes of a period, and the part of its debut's bias in them."""
    start = run.listed - world.head_start
    young = np.maximum(begin - start, 0.0)
    old = np.clip(np.minimum(end, retired) - start, young, None)
    age = world.boost_months * DAYS_PER_MONTH
    extra = (world.boost - 1) * age * (np.exp(-young / age) - np.exp(-old / age))
    weight = old - young + extra
    faded = world.debut_days * (np.exp(-young / world.debut_days) - np.exp(-old / world.debut_days))
    return weight, faded / np.maximum(old - young, 1.0)


def _generator(world: World, seed: int, stream: int) -> np.random.Generator:
    key = zlib.crc32(world.name.encode())
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key, stream)))


#: Tables of the calibration that a wheel has too.
_KEPT = ("calibration", "errors")


def benchmark(name: str) -> pd.DataFrame:
    """What the calibration found: ``calibration`` (what intervals cover) or ``errors``.

    The tables are those of ``benchmarks/``, made by the scripts there.

    Raises
    ------
    UsageError
        There is no such table.

    Examples
    --------
    >>> from elolag.simulation import benchmark
    >>> list(benchmark("errors").columns[:3])
    ['world', 'estimand', 'figure']
    """
    if name not in _KEPT:
        raise UsageError(f"no table {name!r} of the calibration; there are: {', '.join(_KEPT)}")
    package = Path(__file__).resolve().parents[1]
    # A wheel has them within; a checkout where they are made.
    folders = (package / "data", package.parent / "benchmarks")
    return pd.read_csv(next(f for f in folders if (f / f"{name}.csv").is_file()) / f"{name}.csv")
