"""The draws that travel with a page, the questions a reader may ask of them, and the answers.

What is moved is moved in the arrays of a study and goes through the same engine as every estimate.
The ratings stay as they were thought of with everybody in. Of the models that do not travel the
highest of their draws does: a question that one of them could decide is refused.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats, Ints
from elolag.dates import DAYS_PER_MONTH, parse, to_day
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import results
from elolag.estimate.session import Study
from elolag.model import draws
from elolag.model.estimands import Race, check_groups, window_start
from elolag.model.frontier import MATCH_RULES, MatchRule
from elolag.question import DEFAULT_BOARD, DEFAULTS, POLICIES, Policies, command_words
from elolag.results import citing
from elolag.results.lag import LagResult
from elolag.results.provenance import basis_notes
from elolag.results.words import MATCHED, lab_name
from elolag.tags import Tag

#: Draws that a page carries.
DRAWS = 2_000
#: Months a window may have; the first is what is taken where nothing is said.
WINDOWS = (12, *range(1, 12), *range(13, 37))
#: What stands where the address says nothing; the first of each is the default.
CHOICES: dict[str, tuple[str, ...]] = {
    "match": MATCH_RULES,
    **{
        name: (usual := getattr(Policies, name), *(value for value in known if value != usual))
        for name, known in POLICIES.items()
    },
}
#: The sides where nothing is said.
USUAL = (DEFAULTS["leader"], DEFAULTS["follower"])
#: The rules where the address says nothing.
PLAIN = Policies()
#: Why a question is refused, filled in by `str.format`; the page's script has the same.
REFUSALS = {
    "unread": "the address says {part}, which is not understood; known: {known}",
    "twice": "the address says {part} twice; say it once",
    "choice": "{name} {value} is not known; known: {known}",
    "vintage": (
        "the address asks the ratings of {asked}, and these are of {vintage}; elolag ask with the "
        "same address answers from an archive that holds them"
    ),
    "day": "not an ISO date: {value}; write it as YYYY-MM-DD, e.g. 2026-08-19",
    "late": (
        "as-of date {value} is later than the vintage {vintage}: the ratings know nothing of it; "
        "take a date up to {vintage}"
    ),
    "window": "a window of {value} months: take a whole number from 1 to 36",
    "model": "no model or lab is called {name} here",
    "unmovable": "the draws of {name} did not travel, so that its date cannot be moved here",
    "left": (
        "these draws cannot say: {name} did not travel with them and could decide the answer; "
        "where the ratings are, ask: {command}"
    ),
    "untagged": (
        "nobody has tagged {name}, which could be the best of a side on that day: until somebody "
        "does, these draws cannot say who is how far ahead"
    ),
}
#: What was moved, in words; filled in likewise.
CHANGES = {
    "none": (
        f"Nothing is moved: the answer of the {DRAWS:,} draws that travel. Ends of its intervals "
        f"can differ by 0.2 months, those of the gap by 1 Elo, from those of "
        f"{DEFAULTS['n_draws']:,} draws."
    ),
    "some": "Moved: {changes}.",
    "as_of": "as of {day}",
    "window": "{over}",
    "match": "{rule}",
    "hong_kong=separate": "Hong Kong not counted with China",
    "taiwan=CN": "Taiwan counted with China",
    "derivatives=drop": "without models built on those of another lab",
    "derivatives=to-base": "models built on those of another lab counted with that lab",
    "lab": "without every model of {name}",
    "model": "without {name}",
    "moved": "{name} released on {day}",
}
#: How the rows of a result call the matches of its day.
_MATCH_ROWS = ("match", "match of the day", "or")
#: Steps of a rating between the lowest and the highest draw of its model: one byte.
STEPS = 255
#: Steps of the standard deviation of a pair: twelve bits.
APART_STEPS = 4095
_DAY = re.compile(r"20\d\d-\d\d-\d\d")


@dataclass(frozen=True)
class Asked:
    """What a reader moves.

    Attributes
    ----------
    as_of
        ISO date; empty for that of the study.
    window
        Whole months of `average`.
    match
        Match rule.
    policies
        Country rules and derivatives.
    without
        Models left out, and labs as ``lab:KEY``.
    moved
        (model, ISO date) of releases thought to have been another day.
    """

    as_of: str = ""
    window: int = WINDOWS[0]
    match: str = MATCH_RULES[0]
    policies: Policies = PLAIN
    without: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()

    def fragment(self, vintage: str = "") -> str:
        """The question as the fragment of an address, without its ``#``."""
        chosen = {"match": self.match, **asdict(self.policies)}
        parts = [f"vintage={vintage}"] if vintage else []
        parts += [f"as_of={self.as_of}"] if self.as_of else []
        parts += [f"window={self.window}"] if self.window != WINDOWS[0] else []
        parts += [f"{name}={chosen[name]}" for name in CHOICES if chosen[name] != CHOICES[name][0]]
        parts += [f"without={','.join(self.without)}"] if self.without else []
        if self.moved:
            parts.append(f"moved={','.join(f'{model}:{day}' for model, day in self.moved)}")
        return "&".join(parts)


def _refused(why: str, **words: object) -> UsageError:
    """The error of a question that cannot be read."""
    return UsageError(REFUSALS[why].format(**words))


@dataclass(frozen=True, kw_only=True)
class Carried(Study):
    """A study of everybody who may count under some rule, with the draws that travel.

    Attributes
    ----------
    kinds
        Under each rule the tag of every model, None where the rule drops it.
    travels
        Which of the models travel, increasing (K,).
    codes, low, step
        A draw's rating is ``low + step * code``: (D, K), (K,), (K,).
    vague, days
        Which of those that travel have a release known to the month, (V,), and its day in every
        draw, (D, V).
    highest
        The highest that any draw or the posterior mean puts each model, (M,).
    deviations, unit
        Of the difference of each two that travel: ``unit * deviation`` Elo, (K, K).
    since
        First day that a window may begin on with any one lab or model left out.
    command
        What answers the question with everything estimated anew.
    archive, tags
        What else the commands name: a folder of snapshots, and a user's own tags.
    """

    kinds: Mapping[Policies, tuple[Tag | None, ...]]
    travels: Ints
    codes: NDArray[np.uint8]
    low: Floats
    step: Floats
    vague: Ints
    days: Floats
    highest: Floats
    deviations: NDArray[np.uint16]
    unit: float
    since: float
    command: str = ""
    archive: str = ""
    tags: str = ""

    @property
    def ratings(self) -> Floats:
        """The draws as they travel, (D, K)."""
        return np.asarray(self.low + self.step * self.codes)

    @property
    def left(self) -> Ints:
        """The models that do not travel."""
        return np.setdiff1d(np.arange(len(self.cast.tags)), self.travels)

    def rule(self, name: str) -> MatchRule:
        """Any match rule for the models that travel."""
        if name != "not-worse":
            return MatchRule(name)
        return MatchRule(name, np.asarray(self.unit * self.deviations, dtype=np.float64))

    def point(self, estimands: Sequence[str], as_of: float | None = None) -> draws.Outcomes:
        """The estimands at posterior-mean ratings, of those that travel alone."""
        date = self.as_of if as_of is None else as_of
        lead, follow = self.cast.field.lead_from, self.cast.field.follow_from
        check_groups(lead, follow, date)
        everybody = Race.of(np.zeros((1, len(lead))), lead, follow, date)
        window_start(everybody, self._months)
        lead, follow = lead[self.travels], follow[self.travels]
        race = self._race(self.means[:, self.travels], lead, follow, date)
        self._undecided(race)
        return draws.outcomes(race, estimands, self.window, self.travels)

    def sample(self, estimands: Sequence[str], as_of: float | None = None) -> draws.Outcomes:
        """The estimands in every draw that travels."""
        date = self.as_of if as_of is None else as_of
        race = self._race(self.ratings, *self._drawn_dates(), date)
        self._undecided(race)
        return draws.outcomes(race, estimands, self.window, self.travels)

    def _race(self, ratings: Floats, lead: Floats, follow: Floats, date: float) -> Race:
        """The race of those that travel; refused where somebody else may have been the first."""
        field, start = self.cast.field, date - self._months * DAYS_PER_MONTH
        for since, mine in ((field.lead_from, lead), (field.follow_from, follow)):
            if mine.min(axis=-1, initial=np.inf).max() > start:
                raise self._left(int(since.argmin()))
        return Race.of(ratings, lead, follow, date, self.match)

    @property
    def _months(self) -> float:
        return float(self.window or WINDOWS[0])

    def _left(self, model: int) -> EstimateError:
        name = self.cast.tags[model].model
        return EstimateError(REFUSALS["left"].format(name=name, command=self.command))

    def _drawn_dates(self) -> tuple[Floats, Floats]:
        """Dates of those that travel, (D, K) where some are known to the month, else (K,)."""
        out = []
        for since in (self.cast.field.lead_from, self.cast.field.follow_from):
            mine = since[self.travels]
            if self.vague.size:
                mine = np.tile(mine, (len(self.codes), 1))
                known = np.isnan(self.cast.field.month_start[self.travels[self.vague]])
                is_release = (
                    mine[0, self.vague] == self.cast.field.released[self.travels[self.vague]]
                )
                moved = np.flatnonzero(is_release & ~known)
                mine[:, self.vague[moved]] = self.days[:, moved]
            out.append(mine)
        return out[0], out[1]

    def _undecided(self, race: Race) -> None:
        """Refuse an answer that a model which did not travel could change.

        It could where it may be a record above the last one that lies below every level asked for:
        lower records date nothing. Its rating is taken at its highest, its date at its earliest.
        """
        field, left = self.cast.field, self.left
        start = np.array([race.as_of - self._months * DAYS_PER_MONTH])
        lowest = np.minimum(race.leader.at(start), race.follower.at(start))
        early = np.where(np.isnan(field.month_start), 0.0, field.released - field.month_start)
        undecided = np.zeros(len(left), dtype=bool)
        for side, since in ((race.leader, field.lead_from), (race.follower, field.follow_from)):
            at = side.first_reaching(lowest)
            below = np.where(
                at > 0, np.take_along_axis(side.running, np.maximum(at - 1, 0), 1), -np.inf
            )
            counts = np.flatnonzero((since - early)[left] <= race.as_of)
            days = (since - early)[left[counts]]
            high = self.highest[left[counts]]
            undecided[counts] |= ((side.at(days) < high) & (below <= high)).any(axis=0)
        if undecided.any():
            raise self._left(int(left[undecided.argmax()]))

    def edited(self, asked: Asked) -> Carried:
        """The study with what a reader moved."""
        known = self.kinds[asked.policies]
        dropped = np.array([tag is None for tag in known])
        moved = dict(asked.moved)
        told = [
            _moved(tag or usual, moved.get(usual.model, ""))
            for tag, usual in zip(known, self.cast.tags, strict=True)
        ]
        gone = dropped | [t.model in asked.without or f"lab:{t.lab}" in asked.without for t in told]
        lead, follow = (
            np.where(gone, np.inf, group.since(told))
            for group in (self.cast.leader, self.cast.follower)
        )
        exact = np.array([t.model in moved for t in told])
        field = replace(
            self.cast.field,
            lead_from=lead,
            follow_from=follow,
            released=np.array([t.released for t in told]),
            month_start=np.where(exact, np.nan, self.cast.field.month_start),
        )
        return replace(
            self,
            cast=replace(self.cast, field=field, tags=tuple(told)),
            as_of=to_day(asked.as_of) if asked.as_of else self.as_of,
            window=float(asked.window),
            match_rule=asked.match,
            choices={
                **self.choices,
                **asdict(asked.policies),
                "window": asked.window,
                "match_rule": asked.match,
                "excluded": sorted(asked.without),
            },
            command=self.refit(asked),
        )

    @property
    def lag(self) -> str:
        """The command of the plain question."""
        panel, words = self.panel, ["elolag lag"]
        words += [f"--board {panel.board}"] if panel.board != DEFAULT_BOARD else []
        words += command_words({"category": panel.category, "sources": panel.sources})
        words += [f"--archive {shlex.quote(self.archive)}"] if self.archive else []
        return " ".join(words)

    @property
    def own(self) -> str:
        """What names a user's own tags on the command line, empty where there are none."""
        return f"--tags {shlex.quote(self.tags)}" if self.tags else ""

    def refit(self, asked: Asked) -> str:
        """The command that answers the question with everything estimated anew."""
        labs = [name for name in asked.without if name.startswith("lab:")]
        sides = [
            ",".join("+".join([part, *(f"not:{lab}" for lab in labs)]) for part in text.split(","))
            for text in (self.cast.leader.text, self.cast.follower.text)
        ]
        chosen = {"match": asked.match, **asdict(asked.policies)}
        words = [self.lag]
        if labs or tuple(sides) != USUAL:
            words.append(f"--leader {sides[0]} --follower {sides[1]}")
        words.append(f"--vintage {self.panel.vintage}")
        words += [f"--as-of {asked.as_of}"] if asked.as_of else []
        words += [f"--window {asked.window}"] if asked.window != WINDOWS[0] else []
        for name, values in CHOICES.items():
            flag = "match-rule" if name == "match" else name.replace("_", "-")
            words += [f"--{flag} {chosen[name]}"] if chosen[name] != values[0] else []
        words += [f"--exclude {name}" for name in asked.without if name not in labs]
        # The file has the days that were moved, and own tags where there are any.
        words.append("--tags FILE" if asked.moved else self.own)
        return " ".join(filter(None, words))


def _moved(tag: Tag, day: str) -> Tag:
    """The tag with another day of release, where one is given."""
    return replace(tag.moved(to_day(day)), precision="day") if day else tag


@dataclass(frozen=True)
class Answer:
    """What the draws say to a question: the average over its window, and its day."""

    asked: Asked
    average: LagResult
    current: LagResult
    refit: str

    def changed(self) -> str:
        """What was moved, as a sentence."""
        asked, found = self.asked, []
        if asked.as_of:
            found.append(CHANGES["as_of"].format(day=citing.date(asked.as_of, "en")))
        if asked.window != WINDOWS[0]:
            found.append(CHANGES["window"].format(over=citing.over_months(asked.window, "en")))
        if asked.match in MATCHED:
            found.append(CHANGES["match"].format(rule=MATCHED[asked.match]))
        for name in POLICIES:
            value = getattr(asked.policies, name)
            if value != CHOICES[name][0]:
                found.append(CHANGES[f"{name}={value}"])
        for name in asked.without:
            lab = name.removeprefix("lab:")
            kind, told = ("model", name) if lab == name else ("lab", lab_name(lab))
            found.append(CHANGES[kind].format(name=told))
        for name, day in asked.moved:
            found.append(CHANGES["moved"].format(name=name, day=citing.date(day, "en")))
        if not found:
            return CHANGES["none"]
        return CHANGES["some"].format(changes="; ".join(found))

    def sentence(self) -> str:
        """The two lines of the average."""
        return self.average.sentence()

    def facts(self) -> list[tuple[str, str]]:
        """Both figures with their intervals, the gap, and the matches of the day."""
        told = [
            (what, words) for what, words in self.current.rows() if what in ("gap", *_MATCH_ROWS)
        ]
        return [("average", self.average.brief()), ("current", self.current.brief()), *told]

    def footnotes(self) -> tuple[str, ...]:
        """What the numbers rest on, and what answers with everything estimated anew."""
        said = self.average
        return (
            f"{said.n_draws:,} draws, seed {said.seed}, ratings of {said.vintage} on "
            f"{said.board} ({said.category}), unchanged by what is moved.",
            *basis_notes(said),
            f"Everything estimated anew: {self.refit}",
        )

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "asked": self.asked.fragment(self.average.vintage),
            "refit": self.refit,
            "changed": self.changed(),
            "average": self.average.to_dict(),
            "current": self.current.to_dict(),
        }


def read(carried: Carried, address: str) -> Asked:
    """The question of an address or of its fragment.

    Raises
    ------
    UsageError
        It says what is not known here.
    """
    return checked(carried, *written(address))


def written(address: str) -> tuple[str, Asked]:
    """What an address says by itself: the day of the ratings, empty if none; and its question.

    Raises
    ------
    UsageError
        It says what no page could be asked.
    """
    said: dict[str, str] = {}
    known = ("vintage", "as_of", "window", *CHOICES, "without", "moved")
    text = address.rpartition("#")[2]
    for code, mark in (("%2C", ","), ("%3A", ":"), ("%2B", "+")):
        text = text.replace(code, mark).replace(code.lower(), mark)
    for part in filter(None, text.split("&")):
        name, _, value = part.partition("=")
        if name not in known or not value:
            raise _refused("unread", part=part, known=", ".join(known))
        if name in said:
            raise _refused("twice", part=name)
        said[name] = value
    without = tuple(filter(None, said.get("without", "").split(",")))
    parts = [part.partition(":") for part in filter(None, said.get("moved", "").split(","))]
    moved = tuple((name, day) for name, _, day in parts)
    for day in (*([said["as_of"]] if "as_of" in said else []), *(day for _, day in moved)):
        _check_day(day)
    window = said.get("window", str(WINDOWS[0]))
    if window not in map(str, WINDOWS):
        raise _refused("window", value=window)
    chosen = {name: said.get(name, values[0]) for name, values in CHOICES.items()}
    for name, value in chosen.items():
        if value not in CHOICES[name]:
            raise _refused("choice", name=name, value=value, known=", ".join(CHOICES[name]))
    match, policies = chosen.pop("match"), Policies(**chosen)  # type: ignore[arg-type]
    asked = Asked(said.get("as_of", ""), int(window), match, policies, without, moved)
    return said.get("vintage", ""), asked


def checked(carried: Carried, vintage: str, asked: Asked) -> Asked:
    """What `written` found, if these draws can be asked it.

    Raises
    ------
    UsageError
        It asks other ratings, a later day, or of models that are not here.
    """
    held = carried.panel.vintage
    if vintage not in ("", held):
        raise _refused("vintage", asked=vintage, vintage=held)
    if asked.as_of > held:
        raise _refused("late", value=asked.as_of, vintage=held)
    models = {tag.model for tag in carried.cast.tags}
    check_names(asked, models, {tag.lab for kind in carried.kinds.values() for tag in kind if tag})
    travels = {carried.cast.tags[k].model for k in carried.travels}
    moved = [name for name, _ in asked.moved]
    for number, name in enumerate(moved):
        if name not in travels:
            raise _refused("unmovable", name=name)
        if name in moved[:number]:
            raise _refused("twice", part=name)
    return replace(asked, as_of="") if asked.as_of == held else asked


def check_names(asked: Asked, models: Container[str], labs: Container[str]) -> None:
    """Refuse a question that names a model or a lab that there is not."""
    for name in asked.without:
        if name not in models and not (name[:4] == "lab:" and name[4:] in labs):
            raise _refused("model", name=name)
    for name, _ in asked.moved:
        if name not in models:
            raise _refused("model", name=name)


def _check_day(text: str) -> None:
    try:
        if _DAY.fullmatch(text):
            parse(text)
            return
    except UsageError:
        pass
    raise _refused("day", value=text)


def answer(carried: Carried, asked: Asked) -> Answer:
    """What the draws that travel say to a question.

    Raises
    ------
    EstimateError
        The data hold no answer, or a model that did not travel could decide it.
    """
    edited = carried.edited(asked)
    average, current = results(edited, ("average", "current"))
    if average.provisional:
        name = average.provisional[0].entry
        raise EstimateError(REFUSALS["untagged"].format(name=name))
    return Answer(asked, average, current, edited.command)
