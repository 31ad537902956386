"""Studies of one archive that questions share: which ratings a day could have seen, and draws."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from elolag import tags
from elolag.archive import Archive
from elolag.arrays import Floats, Ints
from elolag.dates import to_day
from elolag.errors import EstimateError
from elolag.estimate.panel import LONG_BLIND_DAYS
from elolag.estimate.session import (
    ASKED,
    Asked,
    Question,
    Session,
    Study,
    asking,
    assemble,
    check_numbers,
    thought,
)
from elolag.model import draws
from elolag.model.estimands import TRENDS, Lags, Race
from elolag.model.interval import Summary, reach, summarise
from elolag.model.posterior import Posterior
from elolag.question import check_names
from elolag.tags import Lookup
from elolag.version import __version__

_STYLE = "_style_control"
#: Between what each draw is known to lie, (D,) both.
Spans = tuple[Floats, Floats]
#: What claims are asked; each brings its own groups, board, category and dates.
_ASKED = ("n_draws", "seed", "level", "archive", "sources", "policies", "extra_tags", "session")
#: Studies whose draws are kept: up to a hundred megabytes each.
_KEPT = 8


@dataclass
class Studies:
    """Studies of one archive with one set of tags, draws and seed.

    Not frozen: it remembers its studies, so that questions on the same board, vintage and groups
    share one preparation and, as long as they follow one another closely, one set of draws.
    """

    archive: Archive
    lookup: Lookup
    drawn: Question
    session: Session
    extra_tags: str | Path | None = None
    _thought: dict[tuple[str, ...], Posterior | None] = field(default_factory=dict, repr=False)
    _studies: dict[tuple[str, ...], Study] = field(default_factory=dict, repr=False)
    _drawn: dict[tuple[str, ...], Drawn] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, usual: int, question: Asked) -> Studies:
        """Open the archive and the tags; `usual` is the number of draws by default.

        Raises
        ------
        UsageError
            A name or number that cannot be answered.
        """
        check_names(question, _ASKED)
        asked: Question = {**ASKED, "n_draws": usual, **question}
        check_numbers(asked["n_draws"], asked["level"], asked["seed"])
        session = asked["session"] or Session()
        opened = session.archive(asked["archive"], asked["sources"])
        lookup = session.lookup(asked["extra_tags"], asked["policies"], archive=opened)
        drawn = Question(n_draws=asked["n_draws"], seed=asked["seed"], level=asked["level"])
        return cls(opened, lookup, drawn, session, asked["extra_tags"])

    @property
    def told(self) -> dict[str, Any]:
        """What a result says of them: numbers of the draws, version, lists and tags."""
        chosen: dict[str, Any] = asdict(self.lookup.policies)
        if self.extra_tags is not None:
            chosen["extra_tags"] = tags.digest(self.extra_tags)
        basis = {"sources": self.archive.sources, "tags": self.lookup.tables.bundle}
        return {**self.drawn, **basis, "policies": chosen, "version": __version__}

    def asked(
        self, board: str, vintage: str, category: str, leader: str, follower: str, *,
        chunks: int | None = None,
    ) -> Drawn:  # fmt: skip
        """Two groups on one panel with their draws, of which `chunks` may be enough.

        Dates are asked of it afterwards.
        """
        key: tuple[str, ...] = (board, vintage, category, leader, follower)
        if key not in self._studies:
            where = self.session.board(board, self.archive)
            panel = self.session.panel(where, category, vintage, self.extra_tags)
            # Most panels are asked for one pair of groups only.
            if key[:3] in self._thought:
                self._thought[key[:3]] = self._thought[key[:3]] or thought(panel, self.lookup)
            everybody = self._thought.setdefault(key[:3], None)
            asked = asking(self.drawn, leader=leader, follower=follower)
            self._studies[key] = assemble(panel, self.lookup, asked, everybody=everybody)
        study = self._studies[key]
        if chunks is not None:
            study = replace(study, n_draws=min(study.n_draws, chunks * draws.CHUNK))
            key = (*key, str(chunks))
        found = self._drawn.pop(key, None) or Drawn(study)
        self._drawn[key] = found
        if len(self._drawn) > _KEPT:
            self._drawn.pop(next(iter(self._drawn))).study.let_go()
        return found

    def newest(self, board: str, day: str = "") -> str:
        """The newest vintage of a board, as a question without a vintage takes it.

        Where the publisher's own lists end before `day`, the newest copy.
        """
        if board not in self.archive.boards():
            raise EstimateError(f"the archive has no board {board}")
        complete = self.archive.board(board).complete()
        official = [s for s in complete if s.official and s.vintage >= day]
        if not complete:
            raise EstimateError(f"{board} has no complete list of ratings")
        return (official or complete)[-1].vintage

    def complete(self, board: str, category: str, day: str) -> list[str]:
        """The vintages after `day` of the complete lists of a category, in order."""
        lists = self.archive.board(board).complete(category)
        return [s.vintage for s in lists if s.vintage > day]

    def in_real_time(
        self, board: str, category: str, day: str, *, complete: bool
    ) -> tuple[str, str]:
        """Board and vintage of the newest usable ratings of `day` or before.

        The board itself, or, while it has none yet, its raw twin. Lags rest on models that have
        left the board, so they need a `complete` list; a distance of one day's bests does not. A
        list older than `LONG_BLIND_DAYS` says nothing of the day.

        Raises
        ------
        EstimateError
            There are none; the message says why.
        """
        reasons = []
        for name in dict.fromkeys((board, board.removesuffix(_STYLE))):
            if name not in self.archive.boards():
                reasons.append(f"the archive has no board {name}")
                continue
            held = self.archive.board(name)
            known = [s for s in held.snapshots if s.vintage <= day]
            usable = [s for s in held.scaled if s.vintage <= day]
            shown = [s for s in usable if category in s.categories]
            fine = [s for s in shown if s.completeness == "full" or not complete]
            if not known:
                reasons.append(f"{name} had no ratings by {day}")
            elif not usable:
                reasons.append(
                    f"{name} held only online Elo by {day}, which is not on the published scale"
                )
            elif not shown:
                reasons.append(f"{name} had no category {category} by {day}")
            elif not fine:
                reasons.append(f"{name} had no complete list by {day}")
            elif to_day(day) - to_day(fine[-1].vintage) > LONG_BLIND_DAYS:
                kind = "complete list" if complete else "list"
                reasons.append(
                    f"the newest {kind} of {name} by {day} in the archive, of "
                    f"{fine[-1].vintage}, is more than {LONG_BLIND_DAYS:.0f} days older"
                )
            else:
                return name, fine[-1].vintage
        raise EstimateError("; ".join(reasons))


#: An estimand as the draws know it, and the match rule by which it is asked.
Key = tuple[str, str]
#: Lags at posterior-mean ratings and in every draw, or why there are none.
Answer = tuple[Lags, Lags] | EstimateError


@dataclass
class Drawn:
    """A study with its draws, made once for all that is asked of it.

    It remembers the races of the last day and every answer, so that claims that differ in their
    range alone cost nothing.
    """

    study: Study
    _races: dict[float, list[tuple[Ints, Race]]] = field(default_factory=dict, repr=False)
    _found: dict[tuple[Any, ...], Lags | EstimateError] = field(default_factory=dict, repr=False)

    def everyone(self) -> Iterator[tuple[Ints, draws.Draw]]:
        """Chunks of draws of every model, made anew: they take much room."""
        study = self.study
        known = study.cast.field, study.fitted, study.n_draws, study.seed
        return draws.draw(*known, everything=True)

    def answers(
        self, keys: Collection[Key], day: float, window: float | None = None,
        chunks: int | None = None,
    ) -> dict[Key, Answer]:  # fmt: skip
        """Estimands on a day; one that cannot be answered does not spoil the others.

        Parameters
        ----------
        window
            Months; None takes each estimand's default.
        chunks
            How many chunks of the draws are asked; None for all.
        """
        found: dict[Key, Answer] = {}
        smooth = [key for key in keys if key[0] in TRENDS]
        stepped = [key for key in keys if key[0] not in TRENDS]
        lags = self._lags(stepped, day, window, ("draws", chunks))
        lags |= self._lags(smooth, day, window, ("every draw", chunks))
        for key, point in self.points(keys, day, window).items():
            try:
                found[key] = draws.known(point), draws.known(lags[key])
            except EstimateError as error:
                found[key] = error
        return found

    def points(
        self, keys: Collection[Key], day: float, window: float | None = None
    ) -> dict[Key, Lags | EstimateError]:
        """The same at posterior-mean ratings only."""
        return self._lags(keys, day, window, ("point", None))

    def _lags(
        self, keys: Collection[Key], day: float, window: float | None, which: tuple[str, int | None]
    ) -> dict[Key, Lags | EstimateError]:
        """What is remembered of them; the others are found in one pass over the races.

        Of what every draw has answered, the first chunks are cut off.
        """
        for key in keys:
            every = self._found.get((key, day, window, (which[0], None)))
            if which[1] is not None and isinstance(every, Lags):
                self._found[key, day, window, which] = every.first(which[1] * draws.CHUNK)
        new = [key for key in keys if (key, day, window, which) not in self._found]
        asked = {(estimand, window, rule): (estimand, rule) for estimand, rule in new}
        made = draws.several(self._raced(day, *which), asked, self.study.rule)
        self._found |= {(asked[each], day, window, which): found for each, found in made.items()}
        return {key: self._found[key, day, window, which] for key in keys}

    def _raced(self, day: float, which: str, chunks: int | None) -> Iterator[tuple[Ints, Race]]:
        if which == "point":
            yield np.arange(len(self.study.cast.tags)), self.study.race(day)
        elif which == "every draw":
            for models, d in islice(self.everyone(), chunks):
                yield models, Race.of(d.ratings, d.lead_from, d.follow_from, day)
        else:
            if day not in self._races:
                self._races.clear()
            races = self._races.setdefault(day, [])
            for number, (models, d) in enumerate(self.study.drawn[:chunks]):
                if number == len(races):
                    races.append((models, Race.of(d.ratings, d.lead_from, d.follow_from, day)))
                yield races[number]


def judged(key: Key, answer: Answer, level: float) -> tuple[Summary, Spans]:
    """Figure and interval of an answer, and between what each of its draws lies."""
    if isinstance(answer, EstimateError):
        raise answer
    point, lags = answer
    fine = ~lags.failed
    spans = reach(lags.months[fine], lags.censored[fine])
    return summarise(key[0], point, lags, level), spans
