"""The options of a question, declared once: for Python and for the command line."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict, get_args, get_type_hints

from elolag.errors import UsageError, refuse_gone

DEFAULT_BOARD = "arena/text_style_control"
#: All draws of a question are held in memory, each in some ten kilobytes.
MOST_DRAWS = 200_000


@dataclass(frozen=True)
class Option:
    """How an option is asked for on the command line.

    Attributes
    ----------
    help
        What it does, for people.
    flags
        What it is written as; by default two dashes and its name in Python.
    metavar
        What stands for its value in the help.
    least
        The smallest number it takes.
    """

    help: str
    flags: str = ""
    metavar: str = ""
    least: int | None = None


@dataclass(frozen=True)
class Policies:
    """Tagging choices on which reasonable people differ. The defaults are those of the docs.

    Attributes
    ----------
    hong_kong, taiwan
        ``CN`` counts the territory's labs with China, ``separate`` leaves them on their own.
    derivatives
        What to do with a model built on another lab's: ``keep`` it with the lab that released it,
        ``drop`` it, or give it the lab and country of its base (``to-base``).

    Examples
    --------
    >>> import elolag
    >>> dropped = elolag.Policies(derivatives="drop")
    >>> found = elolag.estimate_lag(policies=dropped, vintage="2026-08-19", n_draws=300)
    >>> found.policies["derivatives"]
    'drop'
    """

    hong_kong: Literal["CN", "separate"] = "CN"
    taiwan: Literal["CN", "separate"] = "separate"
    derivatives: Literal["keep", "drop", "to-base"] = "keep"

    def country(self, code: str) -> str:
        """The country a headquarters counts with."""
        if (code == "HK" and self.hong_kong == "CN") or (code == "TW" and self.taiwan == "CN"):
            return "CN"
        return code


#: What each rule of `Policies` can be, as it is declared there.
POLICIES: dict[str, tuple[str, ...]] = {
    name: get_args(kind) for name, kind in get_type_hints(Policies).items()
}
#: What each rule is for, as `Option.help` has it.
RULES = {
    "hong_kong": "Whether Hong Kong counts with China.",
    "taiwan": "Whether Taiwan counts with China.",
    "derivatives": "Models built on another lab's: keep with the lab that released them, drop, or "
    "give to their base's.",
}


class Options(TypedDict, total=False):
    """What can be asked of every estimate; `DEFAULTS` says what stands where nothing is said."""

    leader: Annotated[str, Option("Group that leads: US, US+open, lab:openai, family:sonnet.")]
    follower: Annotated[str, Option("Group that follows: CN, not:US, CN+open.")]
    category: Annotated[str, Option("Slice of the board, e.g. coding.")]
    as_of: Annotated[str | None, Option("ISO date; the vintage's date by default.")]
    vintage: Annotated[
        str | None,
        Option(
            "Ratings of this date and older; newest official by default (forecasts: newest "
            "complete)."
        ),
    ]
    window: Annotated[float | None, Option("Months that estimands over a window look back.")]
    n_draws: Annotated[int, Option(f"Number of draws, at most {MOST_DRAWS:,}.", "--draws")]
    seed: Annotated[int, Option("Seed of the draws.", least=0)]
    level: Annotated[float, Option("Level of the interval.")]
    correct_selection: Annotated[
        bool,
        Option(
            "Correct for the best of many noisy ratings reading too high.",
            "--selection-correction/--no-selection-correction",
        ),
    ]
    drift: Annotated[
        str | None,
        Option(
            "What entries with few votes still move by: as on Arena's boards (there the "
            "default), or nothing.",
            metavar="[arena|none]",
        ),
    ]
    clock: Annotated[
        str, Option("Models count from the day they were released, or first-listed here.")
    ]
    min_votes: Annotated[int, Option("Leave out entries with fewer votes.", least=0)]
    match_rule: Annotated[
        str, Option("What dates a level: model that reached it, below, between, not-worse.")
    ]
    exclude: Annotated[
        Collection[str],
        Option("Leave this model out, as if never rated; may be repeated.", metavar="MODEL"),
    ]
    sources: Annotated[
        str,
        Option(
            "official: only lists that came from their publisher, no copies by others.",
            metavar="[all|official]",
        ),
    ]
    extra_tags: Annotated[
        str | Path | None, Option("CSV of your own tags; they win over ours.", "--tags")
    ]


DEFAULTS = Options(
    leader="US",
    follower="CN",
    category="overall",
    as_of=None,
    vintage=None,
    window=None,
    n_draws=10_000,
    seed=0,
    level=0.95,
    correct_selection=True,
    drift=None,
    clock="released",
    min_votes=0,
    match_rule="reached",
    exclude=(),
    sources="all",
    extra_tags=None,
)


#: Every option by its name in Python, as it is asked for: those of `Options`, and each rule.
DECLARED: dict[str, Option] = {
    name: hint.__metadata__[0]
    for name, hint in get_type_hints(Options, include_extras=True).items()
} | {name: Option(RULES[name], metavar=f"[{'|'.join(known)}]") for name, known in POLICIES.items()}


def flag(name: str) -> str:
    """What an option is written as; a switch as ``--on/--off``."""
    declared = DECLARED[name].flags if name in DECLARED else ""
    return declared or f"--{name.replace('_', '-')}"


def command_words(question: Mapping[str, Any], always: Collection[str] = ()) -> list[str]:
    """The words of the command line for every option that is not at its default.

    Parameters
    ----------
    question
        As Python takes it.
    always
        Options that are said though they are at their default.

    Examples
    --------
    >>> command_words({"min_votes": 300, "policies": Policies(taiwan="CN"), "seed": 0}, ["seed"])
    ['--seed', '0', '--min-votes', '300', '--taiwan', 'CN']
    """
    usual = {**DEFAULTS, **asdict(Policies())}
    asked = {**usual, **question, **asdict(question.get("policies") or Policies())}
    words: list[str] = []
    for name in DECLARED:
        value = asked[name]
        if value is None or (value == usual[name] and name not in always):
            continue
        if isinstance(value, bool):
            yes, _, no = flag(name).partition("/")
            words.append(yes if value else no)
            continue
        one = isinstance(value, str) or not isinstance(value, Collection)
        for each in [value] if one else sorted(value):
            words += [flag(name), str(each)]
    return words


_DAYS = "each figure is as of the day of its own vintage"
_MONTHS = "each month has a list and a day of its own"
_ONE_LIST = "a table of your own is one list and has no"
_PATH = "a path dates levels by the first model to reach them"
_VARIED = "the grid varies it; of its levels some can be kept (--choice, in Python choices)"
_CROSSED = "the grid crosses the boards and vintages of the archive"

#: Options that an estimate settles itself, each with the reason: who asks for them is refused.
#: ``ratings`` are those of one's own, which are a board in Python.
SETTLED: Mapping[str, Mapping[str, str]] = {
    "curve": {"window": "a curve has no window", "match_rule": "a curve has no match"},
    "dates": {"window": "a date has no window"},
    "forecast": {
        "as_of": "a forecast counts from the day of the list; take another vintage",
        "window": "a forecast is of the average over twelve months",
        "match_rule": "a forecast dates levels by the first model to reach them",
        "level": "a forecast gives quantiles",
        "ratings": "a table of your own is one list, and a forecast is settled by later ones",
    },
    "leads": {
        "as_of": "the order is told for the day of every list",
        "window": "an order has no window",
        "match_rule": "an order has no match",
        "level": "it gives probabilities and no interval",
        "ratings": f"{_ONE_LIST} past",
    },
    "months": {
        "vintage": _MONTHS, "as_of": _MONTHS, "match_rule": _PATH,
        "ratings": f"{_ONE_LIST} months",
    },
    "news": {
        "as_of": _DAYS,
        "vintage": "the two vintages are named before the options",
        "level": "it splits two figures and has no interval",
        "ratings": f"{_ONE_LIST} past",
    },
    "report": {"match_rule": _PATH},
    "revisions": {"as_of": _DAYS, "ratings": f"{_ONE_LIST} past"},
    "sensitivity": {
        **dict.fromkeys(
            ("window", "correct_selection", "clock", "min_votes", "match_rule", "hong_kong",
             "derivatives"), _VARIED,
        ),
        **dict.fromkeys(("vintage", "ratings"), _CROSSED),
        "taiwan": "the grid leaves Taiwan out of China, as is the default",
    },
    "voters": {
        "category": "the categories by language are what is compared",
        "ratings": f"{_ONE_LIST} categories by language",
    },
}  # fmt: skip


def refuse_settled(estimate: str, question: Mapping[str, Any]) -> None:
    """Refuse what an estimate settles itself, where it was asked for other than by default.

    Raises
    ------
    UsageError
        An option of `SETTLED`.
    """
    policies, usual = question.get("policies"), {**DEFAULTS, **asdict(Policies())}
    asked = {**question, **(asdict(policies) if policies else {})}
    for name, why in SETTLED[estimate].items():
        if asked.get(name) not in (None, usual.get(name)):
            raise UsageError(f"{name} has no place here: {why}")


def unsettled(estimate: str, question: Mapping[str, Any]) -> dict[str, Any]:
    """What of a question an estimate takes."""
    return {name: value for name, value in question.items() if name not in SETTLED[estimate]}


def check_names(given: Iterable[str], known: Collection[str]) -> None:
    """Refuse an option that there is not, naming the nearest that there is.

    Raises
    ------
    UsageError
        It is none of `known`, or was one once.
    """
    for name in given:
        if name not in known:
            refuse_gone([name])
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
            raise UsageError(f"there is no option {name!r}; {hint}")
