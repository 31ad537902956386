"""What can be chosen, which combinations make sense, and the design of the grid."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np

from elolag import tags
from elolag.archive import Archive, Board, Snapshot, same_scale
from elolag.dates import to_day
from elolag.errors import EstimateError, UsageError
from elolag.estimate.field import CLOCKS
from elolag.estimate.lag import ESTIMANDS, HEADLINE
from elolag.estimate.panel import choose, newest_whole, sibling
from elolag.estimate.session import ASKED, Question
from elolag.model.curves import KINDS
from elolag.model.frontier import MATCH_RULES
from elolag.tags import Lookup, Policies, Tag, is_unknown


@dataclass(frozen=True)
class Spec:
    """One way to ask the question. The fields are the choices; the defaults are the headline's.

    Attributes
    ----------
    estimand, curve
        ``trend`` goes with a smooth curve, the others with ``step``.
    window
        Months an estimand over a window looks back; 0 for those that look at one date.
    clock
        ``released`` or ``first-listed``.
    derivatives, hong_kong
        As in `elolag.tags.Policies`.
    openness
        Whose models must have open weights: ``any``, ``follower`` or ``both``.
    min_votes
        Entries with fewer are left out.
    selection
        ``corrected`` for the best of many noisy ratings, or ``as-published``.
    as_of
        ``latest``: the date asked for; ``earlier``: the board's publication before it.
    vintage
        ``newest`` ratings, or those ``at-the-time``: published on the as-of date.
    match_rule
        Which model of the other side dates a level (`elolag.model.frontier`).
    """

    board: str
    category: str
    estimand: str = HEADLINE
    curve: str = "step"
    window: int = 12
    clock: str = "released"
    derivatives: Literal["keep", "drop", "to-base"] = "keep"
    hong_kong: Literal["CN", "separate"] = "CN"
    openness: str = "any"
    min_votes: int = 0
    selection: str = "corrected"
    as_of: str = "latest"
    vintage: str = "newest"
    match_rule: str = "reached"

    @property
    def key(self) -> str:
        """The estimand as the draws know it."""
        return f"trend/{self.curve}" if self.estimand == "trend" else self.estimand

    @property
    def study(self) -> tuple[object, ...]:
        """What specifications must share to be answered by the same draws."""
        return tuple(v for n, v in zip(CHOICES, astuple(self), strict=True) if n not in _ASKED)


CHOICES = tuple(field.name for field in fields(Spec))
#: Choices that are made after the draws.
_ASKED = ("estimand", "curve", "window", "match_rule")
#: Levels of each choice but board and category, which the archive gives; the headline's first.
_LEVELS: dict[str, tuple[str | int, ...]] = {
    "estimand": ESTIMANDS,
    "curve": KINDS,
    "window": (0, 6, 12, 24),
    "clock": CLOCKS,
    "derivatives": ("keep", "drop", "to-base"),
    "hong_kong": ("CN", "separate"),
    "openness": ("any", "follower", "both"),
    "min_votes": (0, 3_000, 10_000),
    "selection": ("corrected", "as-published"),
    "as_of": ("latest", "earlier"),
    "vintage": ("newest", "at-the-time"),
    "match_rule": MATCH_RULES,
}


def groups(leader: str, follower: str, openness: str) -> tuple[str, str]:
    """The two group expressions under a choice of openness."""
    return (
        _opened(leader) if openness == "both" else leader,
        follower if openness == "any" else _opened(follower),
    )


def _opened(group: str) -> str:
    """The models with open weights of a group expression: ``US,GB`` -> ``US+open,GB+open``."""
    return ",".join(f"{part.strip()}+open" for part in group.split(","))


# Which combinations make no sense, each rule a predicate with a name.

#: Models each group needs on a board's newest list.
_FEWEST_MODELS = 20
#: How old the newest ratings of a board may be, in days before the as-of date.
_STALE_DAYS = 31.0
_SUFFIX = "_style_control"
#: Boards on which people vote about pictures and films that a model makes.
_OTHER_MEDIA = ("image_edit", "image_to_video", "text_to_image", "text_to_video", "video_edit")


@dataclass(frozen=True)
class Rule:
    """A named reason to leave a combination out."""

    name: str
    reason: str
    applies: Callable[[Spec, Facts], bool]


def _stale(wanted: str, latest: str) -> bool:
    return to_day(wanted) - to_day(latest) > _STALE_DAYS


def _stale_board(spec: Spec, facts: Facts) -> bool:
    wanted = facts.boards[facts.head.board].dates["latest"]
    return _stale(wanted, facts.boards[spec.board].dates["latest"])


def _opened_twice(spec: Spec, facts: Facts) -> bool:
    texts = facts.leader + facts.follower
    return spec.openness != "any" and ("open" in texts or "closed" in texts)


def _no_derivatives(spec: Spec, facts: Facts) -> bool:
    policies = Policies(derivatives=spec.derivatives)
    return spec.derivatives != "keep" and not facts.affects(spec.board, policies)


def _no_hong_kong(spec: Spec, facts: Facts) -> bool:
    return spec.hong_kong != "CN" and not facts.affects(spec.board, Policies(hong_kong="separate"))


def _same_vintage(spec: Spec, facts: Facts) -> bool:
    board = facts.boards[spec.board]
    date = board.dates.get(spec.as_of, "")
    return spec.vintage == "at-the-time" and date in ("", board.newest.vintage)


def _not_published(spec: Spec, facts: Facts) -> bool:
    board = facts.boards[spec.board]
    return spec.vintage == "at-the-time" and board.dates.get(spec.as_of) not in board.published


#: In order; a combination is counted under the first that applies.
RULES = (
    Rule(
        "not-months", "the gap is in Elo points, not months", lambda spec, _: spec.estimand == "gap"
    ),
    Rule(
        "other-curve", "trend is defined for smooth curves, all else for steps",
        lambda spec, _: (spec.estimand == "trend") == (spec.curve == "step"),
    ),
    Rule(
        "experimental-curve",
        "the local linear trend is experimental and not calibrated (docs/calibration.md)",
        lambda spec, _: spec.curve == "local-linear",
    ),
    Rule(
        "other-window", "current and trend look at one date; the others need a window",
        lambda spec, _: (spec.estimand in ("current", "trend")) != (spec.window == 0),
    ),
    Rule(
        "short-catch-up", "records of 6 months cannot show a lag of about as many",
        lambda spec, _: spec.estimand == "catch-up" and 0 < spec.window < 12,
    ),
    Rule(
        "other-match", "smooth curves date no record, so they take no match rule",
        lambda spec, _: spec.estimand == "trend" and spec.match_rule != "reached",
    ),
    Rule(
        "other-leader",
        "open against open weights asks who leads among those; name such groups to ask it",
        lambda spec, _: spec.openness == "both",
    ),
    Rule(
        "other-media", "the board rates pictures or films: other models than the question's",
        lambda spec, _: spec.board.rpartition("/")[2].removesuffix(_SUFFIX) in _OTHER_MEDIA,
    ),
    Rule("stale-board", f"its newest ratings are over {_STALE_DAYS:g} days older", _stale_board),
    Rule(
        "stale-category", "the category was not computed anew at that vintage",
        lambda spec, facts: spec.category in facts.boards[spec.board].newest.stale_categories,
    ),
    Rule(
        "few-models", f"a group has under {_FEWEST_MODELS} models on the list",
        lambda spec, facts: min(facts.members(spec)) < _FEWEST_MODELS,
    ),
    Rule(
        "no-votes", "the board prints no votes to ask a minimum of",
        lambda spec, facts: spec.min_votes > 0 and not facts.boards[spec.board].has_votes,
    ),
    Rule("opened-twice", "the groups asked about already say whose weights", _opened_twice),
    Rule("no-derivatives", "the policy changes no model of the board", _no_derivatives),
    Rule("no-hong-kong", "the policy changes no model of the board", _no_hong_kong),
    Rule(
        "no-earlier", "the board has no earlier whole official list",
        lambda spec, facts: spec.as_of not in facts.boards[spec.board].dates,
    ),
    Rule("same-vintage", "the ratings at the time are the newest ones", _same_vintage),
    Rule("not-published", "no whole official list was published on that date", _not_published),
)  # fmt: skip


def _first_rule(spec: Spec, facts: Facts) -> Rule | None:
    """The first rule that leaves a combination out; None if it is kept."""
    return next((rule for rule in RULES if rule.applies(spec, facts)), None)


# What the rules ask of an archive: dates of boards, categories, models of each group.


@dataclass(frozen=True)
class _BoardFacts:
    """One board: its newest usable vintage and the dates that can be asked."""

    newest: Snapshot
    #: As-of dates (ISO) by level of the choice; ``earlier`` is absent where nothing came before.
    dates: Mapping[str, str]
    #: Dates at which a whole official list was published.
    published: frozenset[str]
    #: Tags of the models on the newest list, by category.
    listed: Mapping[str, tuple[Tag, ...]]
    has_votes: bool

    def vintage(self, spec: Spec) -> str:
        """The date of the ratings a specification uses."""
        return self.newest.vintage if spec.vintage == "newest" else self.dates[spec.as_of]


@dataclass(frozen=True)
class Facts:
    """All that the rules look at; `head` is the specification of the headline."""

    head: Spec
    leader: str
    follower: str
    lookup: Lookup
    boards: Mapping[str, _BoardFacts]
    _members: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict, repr=False)

    def members(self, spec: Spec) -> tuple[int, int]:
        """Models of the leader and of the follower on the board's newest list."""
        key = (spec.board, spec.category, spec.openness)
        if key not in self._members:
            listed = self.boards[spec.board].listed.get(spec.category, ())
            texts = groups(self.leader, self.follower, spec.openness)
            known = self.lookup.labs, self.lookup.countries()
            found = [tags.parse_group(text, *known).since(listed) for text in texts]
            lead, follow = (int(np.isfinite(since).sum()) for since in found)
            self._members[key] = lead, follow
        return self._members[key]

    def affects(self, board: str, policies: Policies) -> bool:
        """Whether policies other than the default change the tag of a model on the newest list."""
        other = Lookup(self.lookup.tables, policies)
        models = {t.model: t for listed in self.boards[board].listed.values() for t in listed}
        return any(other.dropped(t) or other.tag(m) != t for m, t in models.items())


def gather(question: Question, archive: Archive, names: Sequence[str] | None) -> Facts:
    """Read what the rules need.

    Parameters
    ----------
    names
        Boards to look at; None for all of the archive.

    Raises
    ------
    UsageError
        The archive has no such board, or the headline's has no usable ratings.
    """
    asked: Question = {**ASKED, **question}
    lookup = Lookup(tags.load(asked["extra_tags"], archive))
    name = str(asked["board"])
    wanted = asked["as_of"] or choose(archive.board(name), None).vintage
    found = {}
    for board in map(archive.board, names or archive.boards()):
        try:
            found[board.name] = _board(board, wanted, lookup)
        except UsageError:
            if board.name == name:
                raise  # another board without usable ratings cannot be asked about
    head = Spec(name, asked["category"])
    return Facts(head, asked["leader"], asked["follower"], lookup, found)


def _board(board: Board, wanted: str, lookup: Lookup) -> _BoardFacts:
    newest = choose(board, None)
    if _stale(wanted, newest.vintage) and board.snapshots[-1].vintage > newest.vintage:
        # Another measure, whose publisher is slow, may be known by a copy of its list.
        copy = newest_whole(board, wanted)
        newest = copy if same_scale(copy, newest) else newest
    latest = min(wanted, newest.vintage)
    published = [
        s.vintage
        for s in board.snapshots
        if s.official and s.completeness == "full" and s.method == newest.method
    ]
    before = [date for date in published if date < latest]
    dates = {"latest": latest} | ({"earlier": before[-1]} if before else {})
    table = newest.ratings()
    model: dict[str, Tag | None] = {}
    for entry in table["entry"].unique():
        alias = lookup.alias(newest.source, entry)
        model[entry] = None if alias is None or is_unknown(alias) else lookup.tag(alias.model)
    until = to_day(latest)
    listed = {}
    for category, rows in table.groupby("category"):
        tagged = {t.model: t for e in rows["entry"] if (t := model[e]) and t.released <= until}
        listed[str(category)] = tuple(tagged.values())
    votes = bool(table["votes"].notna().any())
    return _BoardFacts(newest, dates, frozenset(published), listed, votes)


# Which specifications are estimated: a designed part of the whole product, made by rule.
#
# The whole product of all choices has millions of cells. Estimated are
#
# - *cross*: every board x category x estimand x curve x window, all else as in the headline;
# - *match rules*: on the headline's category of every board, every estimand x window under each;
# - *array*: on the headline's category, the headline's board and its sibling (with or without style
#   control), every estimand x curve x window crossed with an orthogonal array of strength two over
#   the other choices: any two levels of any two of these occur together, equally often (Rao 1947).
#
# From both the rules of `elolag.robustness.RULES` take what makes no sense.

_Levels = Mapping[str, Sequence[str | int]]


def restrict(choices: Mapping[str, Sequence[str | int]] | None) -> dict[str, list[str | int]]:
    """Check a user's restriction of choices to some levels.

    Raises
    ------
    UsageError
        An unknown choice or level.
    """
    out: dict[str, list[str | int]] = {}
    for name, wanted in (choices or {}).items():
        if name not in CHOICES:
            raise UsageError(f"unknown choice {name!r}; known: {', '.join(CHOICES)}")
        known = {str(level): level for level in _LEVELS.get(name, ())}
        for level in wanted:
            if known and str(level) not in known:
                raise UsageError(f"{name} has no level {level!r}; known: {', '.join(known)}")
        out[name] = [known.get(str(level), level) for level in wanted]
    return out


def design(facts: Facts, only: _Levels) -> tuple[list[Spec], Counter[str]]:
    """The specifications, the headline first, and how many candidates each rule left out.

    Parameters
    ----------
    only
        Levels to keep, by choice; the headline's own level is always kept.

    Raises
    ------
    UsageError
        No board has one of the categories to keep.
    EstimateError
        A rule leaves out the headline itself.
    """
    held = {category for board in facts.boards.values() for category in board.listed}
    for category in only.get("category", ()):
        if category not in held:
            raise UsageError(f"no board has a category {category!r}; known: {', '.join(held)}")
    kept: list[Spec] = []
    left_out: Counter[str] = Counter()
    for candidate in dict.fromkeys(_candidates(facts, only)):
        rule = _first_rule(candidate, facts)
        if rule is None:
            kept.append(candidate)
        elif candidate == facts.head:
            raise EstimateError(
                f"no grid stands about this headline, for rule {rule.name} leaves it out: "
                f"{rule.reason} (elolag sensitivity --no-grid has the rest)"
            )
        else:
            left_out[rule.name] += 1
    return kept, left_out


def _levels(name: str, facts: Facts, only: _Levels) -> list[Any]:
    """The levels of a choice, the headline's first."""
    head = getattr(facts.head, name)
    everything: Sequence[str | int] = _LEVELS.get(name, ())
    if name == "board":
        everything = tuple(facts.boards)
    wanted = [level for level in everything if level in only.get(name, everything)]
    return [head, *(level for level in wanted if level != head)]


def _candidates(facts: Facts, only: _Levels) -> Iterator[Spec]:
    head = facts.head
    crossed = [name for name in _ASKED if name != "match_rule"]
    asked = list(itertools.product(*(_levels(name, facts, only) for name in crossed)))

    def variants(spec: Spec) -> Iterator[Spec]:
        for estimand, curve, window in asked:
            yield replace(spec, estimand=estimand, curve=curve, window=window)

    yield head
    for board in _levels("board", facts, only):
        wanted = only.get("category", list(facts.boards[board].listed))
        for category in dict.fromkeys([head.category, *wanted]):
            if category in facts.boards[board].listed:
                yield from variants(Spec(board, str(category)))
        rules = _levels("match_rule", facts, only)[1:]
        others = (variants(Spec(board, head.category, match_rule=rule)) for rule in rules)
        yield from itertools.chain.from_iterable(others)
    factors = []
    for names in (
        ("board",), ("clock",), ("derivatives",), ("hong_kong",), ("openness",), ("min_votes",),
        ("selection",), ("as_of", "vintage"),
    ):  # fmt: skip
        allowed = []
        for levels in itertools.product(*(_levels(n, facts, only) for n in names)):
            if names == ("board",) and levels[0] not in (head.board, sibling(head.board)):
                continue
            # Alone, each departure from the headline is a candidate, and counted if left out.
            alone = replace(head, **dict(zip(names, levels, strict=True)))
            yield from variants(alone)
            if _first_rule(alone, facts) is None:
                allowed.append(dict(zip(names, levels, strict=True)))
        if not allowed:
            return  # the headline itself is on a board that the rules leave out: it stands alone
        # Choices that do not constrain each other are factors of their own.
        apart = {n: _levels(n, facts, only) for n in names}
        if len(allowed) == math.prod(len(levels) for levels in apart.values()):
            factors += [[{n: level} for level in levels] for n, levels in apart.items()]
        else:
            factors.append(allowed)
    for row in orthogonal_array([len(f) for f in factors]):
        chosen: dict[str, Any] = {}
        for factor, level in zip(factors, row, strict=True):
            chosen |= factor[level]
        yield from variants(replace(head, **chosen))


def orthogonal_array(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Runs over factors of 1, 2 or 3 levels in which all pairs of levels occur equally often.

    The product of two linear arrays of strength two, one over GF(2) and one over GF(3), each the
    smallest with enough columns (Rao 1947; Hedayat, Sloane & Stufken 1999, chapter 3). Where that
    saves runs, and makes none twice, factors of two levels take columns of three, their first
    level twice as often; all pairs then still occur, each as often as its two levels ask. The
    first run is all zeros.

    Raises
    ------
    UsageError
        A factor of more than three levels.
    """
    if any(size > 3 or size < 1 for size in sizes):
        raise UsageError(f"an array holds factors of 1 to 3 levels, not of {max(sizes)}")
    twos = sum(size == 2 for size in sizes)
    found = [_array(sizes, moved) for moved in range(twos + 1)]
    return min((runs for runs in found if len(set(runs)) == len(runs)), key=len)


def _array(sizes: Sequence[int], moved: int) -> list[tuple[int, ...]]:
    """The product array with the last `moved` factors of two levels in columns of three."""
    twos, threes = (sum(s == size for s in sizes) for size in (2, 3))
    runs = []
    for two, three in itertools.product(_linear(2, twos - moved), _linear(3, threes + moved)):
        columns = {
            1: itertools.repeat(0),
            2: iter([*two, *(level % 2 for level in three[threes:])]),
            3: iter(three[:threes]),
        }
        runs.append(tuple(next(columns[size]) for size in sizes))
    return runs


def _rank(levels: int, columns: int) -> int:
    """Runs of the linear array with so many columns, as a power of its levels."""
    rank = 0 if columns == 0 else 2 if columns > 1 else 1
    while rank and (levels**rank - 1) // (levels - 1) < columns:
        rank += 1
    return rank


def _linear(levels: int, columns: int) -> list[tuple[int, ...]]:
    """A linear orthogonal array of strength two with so many columns over a prime field."""
    vectors = list(itertools.product(range(levels), repeat=_rank(levels, columns)))
    # One functional per line through the origin: the first coefficient that is not 0 is 1.
    lines = [v for v in vectors if next((c for c in v if c), 0) == 1][:columns]
    return [
        tuple(sum(a * b for a, b in zip(line, run, strict=True)) % levels for line in lines)
        for run in vectors
    ]
