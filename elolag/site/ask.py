"""The page that answers back: draws that travel, one script, and the default answer without it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from statistics import NormalDist
from typing import Any

import numpy as np

from elolag import tags
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import REPORT, EstimateError, library
from elolag.model.estimands import UNBOUNDED, Lags, Race, check_groups, window_start
from elolag.model.interval import summarise
from elolag.results import citing
from elolag.results.pages import WORDS
from elolag.results.verdict import SETTLED_VOTES
from elolag.results.words import MEANING, lab_name, model_name, noun
from elolag.site.ask_words import phrases
from elolag.site.carried import CHOICES, PLAIN, USUAL, WINDOWS, Answer, Asked, Carried, answer
from elolag.site.content import Link
from elolag.site.page import filled, template, ways
from elolag.tags import Policies

#: Days that no answer is about.
_DAY, _FIRST = "1999-06-05", "1999-03-04"
#: What the choices are called in the page's form.
_LABELS = {
    "match": ("A level is dated by the leader's model that", {
        "reached": "first reached it", "below": "was the last below it",
        "between": "lies between the two, linearly", "not-worse": "the ratings can tell from it",
    }),
    "hong_kong": ("Labs of Hong Kong", {"CN": "count with China", "separate": "count apart"}),
    "taiwan": ("Labs of Taiwan", {"separate": "count apart", "CN": "count with China"}),
    "derivatives": ("Models built on another lab's", {
        "keep": "count with the lab that released them", "drop": "are left out",
        "to-base": "count with the lab of their base",
    }),
}  # fmt: skip
#: What is not moved but estimated anew, and what answers it.
_REFITS = (
    ("another board or category", "elolag lag --board BOARD --category CATEGORY"),
    ("ratings of another day", "elolag lag --vintage DATE"),
    ("a minimum of votes", "elolag lag --min-votes N"),
    ("ratings of your own", "elolag lag --ratings FILE"),
    ("no correction for the best of many reading too high", "elolag lag --no-selection-correction"),
    ("other groups", "elolag lag --leader GROUP --follower GROUP"),
)


def page(
    carried: Carried,
    *,
    navigation: Sequence[Link] = (),
    footer: Sequence[str] = (),
    chart: tuple[str, str] | None = None,
    about: str = "",
) -> bytes:
    """The page, as one HTML file that needs nothing else.

    Parameters
    ----------
    carried
        The headline question, by the plain rules, with the draws that travel.
    navigation
        Ways to the pages of the site, in whose folder this page's folder lies.
    footer
        Lines that stand under every page of the site.
    chart
        Where no script runs: the folder of a month, seen from this page, whose chart is shown
        instead, and the vintage of its list.
    about
        What the page is listed with: the answer as it is published, from more draws than travel.

    Raises
    ------
    EstimateError
        There is no answer.
    """
    markup = library("markupsafe", REPORT).Markup
    headline = answer(carried, Asked())
    data = json.dumps(_packed(carried, headline), ensure_ascii=True, separators=(",", ":"))
    names = [carried.cast.tags[k].model for k in carried.travels[::-1]]
    return filled(
        "ask.html.j2",
        template("style.css") + template("ask.css"),
        template("ask.js"),
        "; img-src 'self'" if chart else "",
        title=f"Ask: {noun(carried.cast.follower.text)} and {noun(carried.cast.leader.text)}",
        about=about or headline.average.said()[0],
        lines=headline.average.said(),
        facts=headline.facts(),
        changed=headline.changed(),
        meanings=[(e, MEANING[e].format(window="the window")) for e in ("average", "current")],
        labels=_LABELS,
        choices=CHOICES,
        windows=(min(WINDOWS), max(WINDOWS)),
        usual=WINDOWS[0],
        models=names,
        labs=[(lab, lab_name(lab)) for lab in sorted({tag.lab for tag in carried.cast.tags})],
        refits=_REFITS,
        vintage=carried.panel.vintage,
        since=to_iso(carried.since),
        where=citing.board(carried.panel.board, carried.panel.category, "en"),
        n_draws=f"{carried.n_draws:,}",
        seed=carried.seed,
        travels=len(carried.travels),
        all_models=len(carried.cast.tags),
        off=f"{float(carried.step.max()) / 2:.2f}",
        navigation=navigation,
        words=WORDS["en"],
        **ways("../", "en"),
        footer=footer,
        chart=chart,
        data=markup(data.replace("<", "\\u003c")),
    )


def _packed(carried: Carried, headline: Answer) -> dict[str, Any]:
    """What travels, as the JSON object that the page's script reads."""
    cast, travels = carried.cast, carried.travels
    field, left = cast.field, carried.left
    labs = sorted({tag.lab for kind in carried.kinds.values() for tag in kind if tag})
    place = {lab: k for k, lab in enumerate(labs)}
    plain = _counts(carried, PLAIN, place)
    kinds = {}
    for rule in carried.kinds:
        rows = zip(_counts(carried, rule, place), plain, strict=True)
        kinds["/".join(asdict(rule).values())] = [
            [k, *row] for k, (row, usual) in enumerate(rows) if row != usual
        ]
    best = cast.best_entries(carried.fitted)
    votes = carried.panel.entry_votes
    doubt = NormalDist().inv_cdf((1 + carried.level) / 2) * cast.spread(carried.fitted)[best]
    (means,) = carried.means
    own = carried.panel.measure.name == "own"
    arena = carried.panel.board.startswith("arena/")
    early = np.where(np.isnan(field.month_start), 0.0, field.released - field.month_start)
    known = tags.load().labs
    upper = np.triu_indices(len(travels), 1)
    return {
        "vintage": carried.panel.vintage,
        "as_of": int(carried.as_of),
        "draws": carried.n_draws,
        "seed": carried.seed,
        "level": carried.level,
        "days_per_month": DAYS_PER_MONTH,
        "groups": [cast.leader.text, cast.follower.text],
        "usual": USUAL,
        "lag": carried.lag,
        "own": carried.own,
        "nouns": [noun(cast.leader.text), noun(cast.follower.text)],
        "choices": CHOICES,
        "windows": WINDOWS,
        "models": [tag.model for tag in cast.tags],
        "released": [int(tag.released) for tag in cast.tags],
        "labs": labs,
        "counts": plain,
        "kinds": kinds,
        "lab_names": [
            [[row.from_, lab_name(lab, row.from_ or "0000")] for row in known.get(lab, ())]
            or [["", lab]]
            for lab in labs
        ],
        "travels": travels.tolist(),
        "names": [t.model if own else model_name(t.model) for t in (cast.tags[k] for k in travels)],
        "month": [int(t.precision == "month") for t in (cast.tags[k] for k in travels)],
        "few": [
            int(arena and votes.get(cast.entries[best[k]], SETTLED_VOTES) < SETTLED_VOTES)
            for k in travels
        ],
        "means": means[travels].tolist(),
        "least": (means - doubt)[travels].tolist(),
        "low": carried.low.tolist(),
        "step": carried.step.tolist(),
        "codes": _bytes(carried.codes.T),
        "vague": carried.vague.tolist(),
        "days": _bytes((carried.days - field.month_start[travels[carried.vague]]).T),
        "starts": field.month_start[travels[carried.vague]].astype(int).tolist(),
        "left": left.tolist(),
        "highest": carried.highest[left].round(1).tolist(),
        "early": early[left].astype(int).tolist(),
        "unit": carried.unit,
        "apart": _pairs(carried.deviations[upper]),
        "untagged": [
            [each.entry, each.rating, each.absent] for each in carried.panel.rated_untagged
        ],
        "settled": SETTLED_VOTES,
        "words": phrases(headline, _errors()),
    }


def _counts(carried: Carried, rule: Policies, place: Mapping[str, int]) -> list[list[int]]:
    """From which days every model counts for each side under a rule, -1 never; and its lab."""
    told = carried.kinds[rule]
    tags_ = [tag or usual for tag, usual in zip(told, carried.cast.tags, strict=True)]
    sides = [
        [-1 if tag is None or not np.isfinite(day) else int(day)
         for tag, day in zip(told, group.since(tags_), strict=True)]
        for group in (carried.cast.leader, carried.cast.follower)
    ]  # fmt: skip
    return [[*days, place[tag.lab]] for *days, tag in zip(*sides, tags_, strict=True)]


def _bytes(numbers: Any) -> str:
    """Numbers of one byte, row by row."""
    return base64.b64encode(np.ascontiguousarray(numbers, dtype=np.uint8).tobytes()).decode()


def _pairs(numbers: Any) -> str:
    """Numbers of twelve bits, two in three bytes."""
    even = np.append(numbers, [0] * (len(numbers) % 2)).astype(np.uint32).reshape(-1, 2)
    both = even[:, 0] << 12 | even[:, 1]
    return _bytes(np.stack([both >> 16, both >> 8 & 255, both & 255], axis=1))


def _errors() -> dict[str, str]:
    """What the engine says where there is no answer, with slots for what it names."""
    first, day = to_day(_FIRST), to_day(_DAY)
    never, then, after = (np.array([d]) for d in (np.inf, first, day))
    slots = {"leader": "{side}", _FIRST: "{first}", _DAY: "{day}"}
    span = f"{np.floor(10 * (day - first) / DAYS_PER_MONTH) / 10:g} months"
    window = {f"{WINDOWS[-1]} months": "{window} months", span: "{most} months"}
    race = Race.of(np.zeros((1, 2)), np.array([first, np.inf]), np.array([np.inf, first]), day)
    unbounded = Lags(np.zeros(1), np.array([UNBOUNDED], np.int8), np.zeros(1, bool))
    return {
        "none": _said(lambda: check_groups(never, then, day), slots),
        "later": _said(
            lambda: check_groups(after, then, first), {**slots, _FIRST: "{day}", _DAY: "{first}"}
        ),
        "window": _said(lambda: window_start(race, float(WINDOWS[-1])), slots | window),
        "unbounded": _said(lambda: summarise("current", unbounded, unbounded, 0.95), {}),
    }


def _said(fails: Callable[[], object], slots: Mapping[str, str]) -> str:
    """The words of an error, with slots."""
    try:
        fails()
    except EstimateError as error:
        text = str(error)
        for value, slot in slots.items():
            text = text.replace(value, slot)
        return text
    raise AssertionError("an error that the page words did not come")
