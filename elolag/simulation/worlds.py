"""Worlds in which the true lag is known: the parameters of one generator (`simulation.simulate`).

`base` is made like the style-controlled text board of August 2026. Within 100 Elo of their group's
frontier that board lists some 40 models a year of the US and of China, rising by 95 to 110 Elo a
year, with residuals of sd 28 to 34 about a trend, votes of 4,000 to 60,000 and published errors of
1.7 to 5 (10% to 90%). `base` has about half as many models (variants of one model are left out),
and its schedule of vintages is that board's. Every other world changes what its line says and
nothing else. The parameters were set before any interval was tried on them, but for those that
`docs/calibration.md` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class World:
    """Parameters of one world. Times are months before the as-of date, strengths in Elo.

    Attributes
    ----------
    leader_rate, follower_rate
        Releases a year.
    history
        When the first models are released.
    slope
        Elo a year by which the leader's typical new model improves.
    lag
        (months before, lag in months): the follower's typical new model is what the leader's was
        `lag` months earlier; linear between the points, constant outside.
    jump, jump_at, drought
        A sudden gain of the leader's trend, when, and for how many months it stands still after.
    stairs
        Months between jumps of both trends, which stand still in between; the follower's come half
        way between the leader's. 0: both rise steadily.
    overtake
        Elo by which a further model of the follower, released and listed three weeks ago, stands
        above the leader's best. 0: there is none.
    spread, follower_spread, below
        Standard deviation of a model about its group's trend (the follower's where it has its
        own); `below` makes the trend a ceiling (half-normal, downwards).
    lab_sd, leader_labs, follower_labs
        Standard deviation of what a lab's models share, and how many labs there are.
    month_share
        Share of models whose release is known to the month only.
    listing_days, late_share, late_days
        Mean delay from release to listing, and the share of models for which it is the longer one.
    head_start
        Days of voting before a model is listed (then with some 3,000 votes in `base`).
    retire_rate, preview_share
        Share of models leaving the board per month; share that leave within 2 to 7 months.
    effort_share
        Share of models with a second, weaker entry.
    votes_per_month, boost, boost_months
        Votes; how much more a new model is sampled, and over what age that fades.
    tie_rate
        Share of ties between equals.
    debut_sd, debut_days, debut_fall, debut_fall_share
        Standard deviation of a model's passing advantage at its debut, and how it fades; mean of
        an exponential further advantage of a share of the models.
    settled_drift
        Scale of a t with four degrees of freedom, Elo after a year of listing, by which the votes
        go on moving each model, growing with the root of time.
    lab_share
        Share of the variance of `debut_sd` and `settled_drift` that a lab's models have in common.
    error_factor
        Published errors are so many times the true ones.
    vintages
        Months before the as-of date, oldest first; the last is 0.
    shift_sd, jump_shift, stretch_sd
        How the published scale moves: from vintage to vintage, once in between, and in its unit.
    gauge_fall, gauge_until
        Elo a month by which the votes lower one leader's record, at which the scale is held: the
        publisher adds to all ratings what makes it read a constant, from the first vintage to the
        last one at or before `gauge_until`, which is its last.
    whole_share, cut_share
        Share of older vintages that are copies rounded to whole points, and that are cut off after
        the top 20 to 71.
    whole_newest
        Whether the newest vintage is rounded too.
    own
        Whether the board is a user's own: nothing is assumed of its young entries.
    """

    name: str
    summary: str
    leader_rate: float = 25.0
    follower_rate: float = 20.0
    history: float = 38.0
    slope: float = 120.0
    lag: tuple[tuple[float, float], ...] = ((0.0, 7.5),)
    jump: float = 0.0
    jump_at: float = 0.0
    drought: float = 0.0
    stairs: float = 0.0
    overtake: float = 0.0
    spread: float = 33.0
    follower_spread: float | None = None
    below: bool = False
    lab_sd: float = 0.0
    leader_labs: int = 8
    follower_labs: int = 10
    month_share: float = 0.04
    listing_days: float = 8.0
    late_share: float = 0.15
    late_days: float = 75.0
    head_start: float = 15.0
    retire_rate: float = 0.012
    preview_share: float = 0.08
    effort_share: float = 0.1
    votes_per_month: int = 45_000
    boost: float = 8.0
    boost_months: float = 1.5
    tie_rate: float = 0.35
    debut_sd: float = 0.0
    debut_days: float = 30.0
    debut_fall: float = 0.0
    debut_fall_share: float = 0.0
    settled_drift: float = 0.0
    lab_share: float = 0.0
    error_factor: float = 1.0
    vintages: tuple[float, ...] = (17.4, 16.5, 15.9, 14.9, 9.4, 8.3, 1.8, 0.0)
    shift_sd: float = 8.0
    jump_shift: float = 60.0
    stretch_sd: float = 0.005
    gauge_fall: float = 0.0
    gauge_until: float = 14.9
    whole_share: float = 0.3
    cut_share: float = 0.0
    whole_newest: bool = False
    own: bool = False


_ALL = (
    World("base", "the follower's new models are the leader's of 7.5 months earlier, in law"),
    World(
        "noisy-newcomers",
        "a quarter of the votes, and models listed after ten days of them, with some 500 votes",
        votes_per_month=11_000,
        head_start=10.0,
    ),
    World(
        "unequal-groups",
        "the leader releases five models for each of the follower's",
        leader_rate=40.0,
        follower_rate=8.0,
    ),
    World(
        "shrinking",
        "the lag falls from 14 to 4 months over the last two years",
        lag=((24.0, 14.0), (0.0, 4.0)),
    ),
    World(
        "widening",
        "the lag grows from 4 to 11 months over the last two years",
        lag=((24.0, 4.0), (0.0, 11.0)),
    ),
    World(
        "takeover",
        "from 8 months behind to 4 months ahead over the last two years",
        lag=((24.0, 8.0), (0.0, -4.0)),
    ),
    World(
        "jump-then-drought",
        "the leader gained 80 Elo at once ten months ago and has stood still since",
        jump=80.0,
        jump_at=10.0,
        drought=10.0,
    ),
    World("month-precision", "six releases in ten are known to the month only", month_share=0.6),
    World(
        "post-debut-drift",
        "a model's first votes favour or disfavour it by 12 Elo (sd), which fades over a month",
        debut_sd=12.0,
    ),
    World("lab-effects", "models of one lab share an advantage of 25 Elo (sd)", lab_sd=25.0),
    World(
        "gauge-anchor",
        "the votes lower a leader's record by 6 Elo a month, and the scale is held at it",
        gauge_fall=6.0,
        # In these months the raw board, whose anchor this is, was copied almost weekly.
        vintages=(17.4, 17.0, 16.5, 16.2, 15.9, 15.4, 14.9, 9.4, 8.3, 1.8, 0.0),
    ),
    World(
        "unequal-spread",
        "the leader's models spread by 64 Elo about their trend, the follower's by 35",
        spread=64.0,
        follower_spread=35.0,
    ),
    World(
        "skewed-debuts",
        "first votes favour a model by 5 Elo (sd), and one in seven by 20 more on average",
        debut_sd=5.0,
        debut_fall=20.0,
        debut_fall_share=0.15,
    ),
    World(
        "settled-drift",
        "settled models go on moving, by a t of scale 4 Elo a year",
        settled_drift=4.0,
    ),
    World(
        "shared-by-lab",
        "debuts and settled drift as above, a quarter of the variance common to a lab's models",
        # The two worlds whose errors these are, together; only the sharing is new.
        debut_sd=12.0,
        settled_drift=4.0,
        lab_share=0.25,
    ),
    World(
        "leapfrog",
        "each side gains 80 Elo at once every eight months, in turn, and passes the other",
        # Two thirds of a year of the trend a jump: half of it, 40 Elo, is what the side that
        # jumped last is ahead by, which is more than the spread of 33.
        lag=((0.0, 0.0),),
        stairs=8.0,
    ),
    World(
        "stagnant-leader",
        "the leader's new models have stopped improving nine months ago",
        # 1.5 months longer than the lag, so that the follower has come up to the halt.
        jump_at=9.0,
        drought=9.0,
    ),
    World(
        "takeover-last-month",
        "the follower has led for three weeks, by one new model, 15 Elo above the leader's best",
        # Three published errors of a newcomer (nearly all are under 5): real, not beyond doubt.
        overtake=15.0,
    ),
    World("small-errors", "published errors are 1.4 times too small", error_factor=1 / 1.4),
    World(
        "dense-vintages",
        "a complete list every twelve days of the last ten months, as the archive has now",
        vintages=(17.4, 16.5, 15.9, 14.9, *(round(0.4 * k, 1) for k in range(25, -1, -1))),
    ),
    World(
        "truncated-boards",
        "six older vintages in ten are cut off after the top 20 to 71, in whole points",
        cut_share=0.6,
    ),
    World(
        "heavy-ties",
        "models crowd under a ceiling, seven votes in ten tie there, ratings are whole points",
        below=True,
        tie_rate=0.7,
        whole_share=1.0,
        whole_newest=True,
    ),
    World("few-models", "the follower releases three models a year", follower_rate=3.0),
    World(
        "private",
        "a board of one's own: some 36 models and 24, errors of 10 to 20 Elo, one list, none gone",
        # 36 months at 12 and 8 releases a year; listed at once, with the votes of 20 months within
        # a week. That many votes give errors of 10 to 18 (10% to 90%), 25 for the newest.
        own=True,
        history=36.0,
        leader_rate=12.0,
        follower_rate=8.0,
        listing_days=0.0,
        late_share=0.0,
        retire_rate=0.0,
        preview_share=0.0,
        votes_per_month=560,
        boost=81.0,
        boost_months=0.25,
        vintages=(0.0,),
    ),
)

#: Every named world.
WORLDS: Mapping[str, World] = MappingProxyType({w.name: w for w in _ALL})
