"""Which combinations make no sense, each rule a predicate with a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from elolag.grid._facts import Facts
from elolag.grid._spec import Spec
from elolag.months import to_day
from elolag.tags import Policies

#: Models each group needs on a board's newest list.
FEWEST_MODELS = 20
#: How old the newest ratings of a board may be, in days before the as-of date.
STALE_DAYS = 31.0
#: Boards on which people vote about pictures and films that a model makes.
OTHER_MEDIA = ("image_edit", "image_to_video", "text_to_image", "text_to_video", "video_edit")


@dataclass(frozen=True)
class Rule:
    """A named reason to leave a combination out."""

    name: str
    reason: str
    applies: Callable[[Spec, Facts], bool]


def _other_media(spec: Spec, _: Facts) -> bool:
    return spec.board.rpartition("/")[2].removesuffix("_style_control") in OTHER_MEDIA


def _stale_board(spec: Spec, facts: Facts) -> bool:
    wanted = facts.boards[facts.question.board].dates["latest"]
    return to_day(wanted) - to_day(facts.boards[spec.board].dates["latest"]) > STALE_DAYS


def _stale_category(spec: Spec, facts: Facts) -> bool:
    return spec.category in facts.boards[spec.board].newest.stale_categories


def _few_models(spec: Spec, facts: Facts) -> bool:
    return min(facts.members(spec)) < FEWEST_MODELS


def _not_months(spec: Spec, _: Facts) -> bool:
    return spec.estimand == "gap"


def _other_curve(spec: Spec, _: Facts) -> bool:
    return (spec.estimand == "trend") == (spec.curve == "step")


def _experimental(spec: Spec, _: Facts) -> bool:
    return spec.curve == "local-linear"


def _other_window(spec: Spec, _: Facts) -> bool:
    return (spec.estimand in ("current", "trend")) != (spec.window == 0)


def _short_catch_up(spec: Spec, _: Facts) -> bool:
    return spec.estimand == "catch-up" and 0 < spec.window < 12


def _other_match(spec: Spec, _: Facts) -> bool:
    return spec.estimand == "trend" and spec.match_rule != "reached"


def _other_leader(spec: Spec, _: Facts) -> bool:
    return spec.openness == "both"


def _no_votes(spec: Spec, facts: Facts) -> bool:
    return spec.min_votes > 0 and not facts.boards[spec.board].has_votes


def _opened_twice(spec: Spec, facts: Facts) -> bool:
    texts = facts.question.leader + facts.question.follower
    return spec.openness != "any" and ("open" in texts or "closed" in texts)


def _no_derivatives(spec: Spec, facts: Facts) -> bool:
    policies = Policies(derivatives=spec.derivatives)
    return spec.derivatives != "keep" and not facts.affects(spec.board, policies)


def _no_hong_kong(spec: Spec, facts: Facts) -> bool:
    return spec.hong_kong != "CN" and not facts.affects(spec.board, Policies(hong_kong="separate"))


def _no_earlier(spec: Spec, facts: Facts) -> bool:
    return spec.as_of not in facts.boards[spec.board].dates


def _same_vintage(spec: Spec, facts: Facts) -> bool:
    board = facts.boards[spec.board]
    date = board.dates.get(spec.as_of, "")
    return spec.vintage == "at-the-time" and date in ("", board.newest.vintage)


def _not_published(spec: Spec, facts: Facts) -> bool:
    board = facts.boards[spec.board]
    return spec.vintage == "at-the-time" and board.dates.get(spec.as_of) not in board.published


#: In order; a combination is counted under the first that applies.
RULES = (
    Rule("not-months", "the gap is in Elo points, not months", _not_months),
    Rule("other-curve", "trend is defined for smooth curves, all else for steps", _other_curve),
    Rule(
        "experimental-curve",
        "the local linear trend covers badly (docs/methods.md, Frontier curves)",
        _experimental,
    ),
    Rule(
        "other-window",
        "current and trend look at one date; the others need a window",
        _other_window,
    ),
    Rule(
        "short-catch-up",
        "records of 6 months cannot show a lag of about as many",
        _short_catch_up,
    ),
    Rule("other-match", "smooth curves date no record, so they take no match rule", _other_match),
    Rule(
        "other-leader",
        "open against open weights asks who leads among those; name such groups to ask it",
        _other_leader,
    ),
    Rule(
        "other-media",
        "the board rates pictures or films: other models than the question's",
        _other_media,
    ),
    Rule("stale-board", f"its newest ratings are over {STALE_DAYS:g} days older", _stale_board),
    Rule("stale-category", "the category was not computed anew at that vintage", _stale_category),
    Rule("few-models", f"a group has under {FEWEST_MODELS} models on the list", _few_models),
    Rule("no-votes", "the board prints no votes to ask a minimum of", _no_votes),
    Rule("opened-twice", "the groups asked about already say whose weights", _opened_twice),
    Rule("no-derivatives", "the policy changes no model of the board", _no_derivatives),
    Rule("no-hong-kong", "the policy changes no model of the board", _no_hong_kong),
    Rule("no-earlier", "the board has no earlier whole official list", _no_earlier),
    Rule("same-vintage", "the ratings at the time are the newest ones", _same_vintage),
    Rule("not-published", "no whole official list was published on that date", _not_published),
)


def first_rule(spec: Spec, facts: Facts) -> str | None:
    """The name of the first rule that leaves a combination out; None if it is kept."""
    return next((rule.name for rule in RULES if rule.applies(spec, facts)), None)
