"""`sensitivity`: the whole grid of defensible choices, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.archive import Archive, open_archive
from elolag.errors import EstimateError, UsageError
from elolag.estimate import HEADLINE, results
from elolag.grid._answers import Answer, Batch
from elolag.grid._design import design, restrict
from elolag.grid._facts import Facts, Question, gather
from elolag.grid._parts import fingerprint, run
from elolag.grid._rules import RULES
from elolag.grid._shares import TOGETHER, variance_shares
from elolag.grid._spec import CHOICES, Spec
from elolag.interval import quantiles
from elolag.lag import AT_LEAST, AT_MOST, EXACT
from elolag.result import LagResult
from elolag.schema import ALL_LISTS
from elolag.study import DEFAULT_BOARD, prepare
from elolag.words import directed, given, noun, span, which_lists

if TYPE_CHECKING:
    import pandas as pd

#: Version of the JSON object `Grid.to_dict` returns.
JSON_SCHEMA = 1
#: The part of the estimates the sentence tells of.
MIDDLE = 0.9
#: Specifications a batch holds at most.
BATCH = 160
_BOUNDS = {None: EXACT, "at-least": AT_LEAST, "at-most": AT_MOST}


@dataclass(frozen=True)
class Grid:
    """Every specification with its estimate, the headline first.

    Attributes
    ----------
    specs, answers
        What was asked and what came of it, in the same order.
    headline
        The result of the first specification, as `estimate_lag` gives it.
    shares
        Share of the variance of the estimates by choice, largest first, and of what choices do
        together (`variance_shares`). They are shares of this grid's variance: a choice with
        few or mild levels has a small one.
    left_out
        Candidates each rule took out, by its name (`RULES`).
    """

    specs: tuple[Spec, ...]
    answers: tuple[Answer, ...]
    headline: LagResult
    shares: Mapping[str, float]
    left_out: Mapping[str, int]
    snapshots: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def sources(self) -> str:
        """Which lists could be used: ``all``, or ``official`` ones only."""
        return self.headline.sources

    @cached_property
    def estimated(self) -> tuple[int, ...]:
        """Positions of the specifications that gave an estimate."""
        return tuple(k for k, a in enumerate(self.answers) if not a.refused)

    def quantiles(self, level: float = MIDDLE) -> tuple[float | None, float | None]:
        """Between what the middle `level` of the estimates lies.

        An estimate that is only a bound is taken at its worst for each end ("at least x": x for
        the low end, without limit for the high one); an end without limit is None.
        """
        months = np.array([self.answers[k].months for k in self.estimated], float)
        codes = np.array([_BOUNDS[self.answers[k].bound] for k in self.estimated], np.int8)
        return quantiles(months, codes, level)

    def sentence(self, level: float = MIDDLE) -> str:
        """The grid in one quotable sentence."""
        low, high = self.quantiles(level)
        if low is None or high is None:
            ends = [directed(end) if end is not None else "no bound" for end in (low, high)]
            between = " and ".join(ends)
        else:
            between = span(low, high).replace(" to ", " and ")
        top = [
            f"{LABELS[name]} ({share:.0%} of the variance)"
            for name, share in self.shares.items()
            if name != TOGETHER and share > 0
        ][:3]
        moves = " and ".join(filter(None, [", ".join(top[:-1]), *top[-1:]])) or "none of them"
        sides = f"{noun(self.headline.follower_group)} against {noun(self.headline.leader_group)}"
        return (
            f"Over {len(self.estimated):,} specifications ({sides}, as of {self.headline.as_of} "
            f"or the nearest publication before) the middle {level:.0%} of estimates lie between "
            f"{between}; the choices that move it most are {moves}. The headline is "
            f"{self.headline.figure()}."
        )

    def __str__(self) -> str:
        return self.sentence()

    def notes(self) -> tuple[str, ...]:
        """How many were refused, were bounds, and were left out by which rule."""
        refused = len(self.specs) - len(self.estimated)
        bounds = sum(self.answers[k].bound is not None for k in self.estimated)
        reasons = {rule.name: rule.reason for rule in RULES}
        out = [
            f"{self.shares.get(TOGETHER, 0):.0%} of the variance is of {TOGETHER}; intervals are "
            f"{self.headline.level:.0%} measurement intervals of {self.headline.n_draws:,} draws, "
            f"and the spread over specifications is no interval of that kind"
        ]
        if refused:
            out.append(f"{refused} specifications have no answer, each with its reason")
        if bounds:
            out.append(
                f"{bounds} estimates are only bounds; each is taken at its worst for either end "
                f"of the middle, and at the bound itself for the shares"
            )
        out += [
            f"left out by rule {name}: {count:,} ({reasons[name]})"
            for name, count in self.left_out.items()
        ]
        return (*which_lists(self.sources), *out)

    def to_frame(self) -> pd.DataFrame:
        """One row a specification.

        The choices (`Spec`), then ``date, ratings_of, months, low, high, bound, failed_draws,
        refused`` (`Answer`), ``no_interval`` (why
        both ends are empty) and ``headline``. Months are positive where the follower is behind.
        """
        import pandas as pd

        frame = pd.DataFrame(self._rows())
        for column in ("months", "low", "high"):
            frame[column] = frame[column].astype(float)
        return frame.assign(headline=[k == 0 for k in range(len(frame))])

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        low, high = self.quantiles()
        return {
            "schema": JSON_SCHEMA,
            "sentence": self.sentence(),
            "specifications": len(self.specs),
            "estimated": len(self.estimated),
            "middle": {"level": MIDDLE, "low": low, "high": high},
            "shares": dict(self.shares),
            "left_out": dict(self.left_out),
            "answer": self.headline.to_dict(),
            "n_draws": self.headline.n_draws,
            "seed": self.headline.seed,
            "version": self.headline.version,
            "sources": self.sources,
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "notes": list(self.notes()),
            "rows": [row | {"headline": k == 0} for k, row in enumerate(self._rows())],
        }

    def _rows(self) -> list[dict[str, Any]]:
        return [
            asdict(s) | asdict(a) | given(a.low, a.high)
            for s, a in zip(self.specs, self.answers, strict=True)
        ]


#: The choices in words, for sentences and figures.
LABELS = {
    "board": "board",
    "category": "category",
    "estimand": "estimand",
    "curve": "frontier curve",
    "window": "window",
    "clock": "release clock",
    "derivatives": "derivatives",
    "hong_kong": "Hong Kong",
    "openness": "openness",
    "min_votes": "minimum votes",
    "selection": "selection correction",
    "as_of": "as-of date",
    "vintage": "vintage of the ratings",
    "match_rule": "match rule",
}


def sensitivity(
    *,
    board: str = DEFAULT_BOARD,
    category: str = "overall",
    leader: str = "US",
    follower: str = "CN",
    as_of: str | None = None,
    n_draws: int = 1_000,
    seed: int = 0,
    level: float = 0.95,
    archive: Archive | str | Path | None = None,
    sources: str = ALL_LISTS,
    extra_tags: str | Path | None = None,
    choices: Mapping[str, Sequence[str | int]] | None = None,
    jobs: int = 1,
    parts: str | Path | None = None,
    tell: Callable[[int, int], object] | None = None,
) -> Grid:
    """Estimate the lag under every defensible combination of choices.

    Which these are is made by rule from the archive (`elolag.grid.design`, `RULES`): a full cross
    of board, category, estimand, curve and window, every estimand and window under each match
    rule on the headline's category, and an orthogonal array over the other choices crossed with
    every estimand, curve and window.

    Parameters
    ----------
    board, category, leader, follower, as_of
        The headline's; `as_of` is the date of the newest official ratings by default.
    n_draws, seed, level
        As for `estimate_lag`; specifications of one study share their draws.
    archive, sources, extra_tags
        As for `estimate_lag`.
    choices
        Levels to keep, by choice; the headline's level is always kept.
    jobs
        Parallel workers, through joblib if more than 1. The result is the same for any number.
    parts
        Folder in which answers are kept, so that a stopped run goes on; parts of other code, data
        or another question are refused.
    tell
        Called with specifications answered and wanted.

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered, or a folder of other parts.
    EstimateError
        The headline has no answer.
    """
    if jobs < 1:
        raise UsageError(f"{jobs} jobs cannot run; take 1 or more")
    opened = open_archive(archive, sources=sources)
    question = Question(
        board,
        category,
        leader,
        follower,
        as_of,
        n_draws,
        seed,
        level,
        opened.path,
        opened.sources,
        extra_tags,
    )
    only = restrict(choices)
    # Asked first: its errors are those of the question.
    study = prepare(
        board, leader=leader, follower=follower, category=category, as_of=as_of, n_draws=n_draws,
        seed=seed, level=level, archive=opened, extra_tags=extra_tags,
    )  # fmt: skip
    headline = results(study, [HEADLINE])[0]
    boards = [board, *(str(b) for b in only["board"])] if "board" in only else None
    facts = gather(question, opened, boards and list(dict.fromkeys(boards)))
    specs, left_out = design(facts, only)
    batches = _batches(specs, facts)
    making = fingerprint(facts, specs)
    folder = None if parts is None else Path(parts)
    found = run(batches, question, jobs=jobs, parts=folder, making=making, tell=tell)
    answered = {
        spec: answer
        for batch, answers in zip(batches, found, strict=True)
        for spec, answer in zip(batch.specs, answers, strict=True)
    }
    answers = tuple(answered[spec] for spec in specs)
    if answers[0].refused:
        raise EstimateError(answers[0].refused)
    used = sorted({(s.board, a.ratings_of) for s, a in answered.items()})
    return Grid(
        specs=tuple(specs),
        answers=answers,
        headline=headline,
        shares=_shares(specs, answers),
        left_out=dict(left_out.most_common()),
        snapshots=tuple(
            (snapshot.path, snapshot.sha256)
            for name, vintage in used
            for snapshot in [opened.board(name).snapshot(vintage)]
        ),
    )


def _batches(specs: Sequence[Spec], facts: Facts) -> list[Batch]:
    """Specifications of one panel together, the largest panels first, in pieces."""
    panels: dict[tuple[str, str, str], list[Spec]] = {}
    for spec in specs:
        vintage = facts.boards[spec.board].vintage(spec)
        panels.setdefault((spec.board, spec.category, vintage), []).append(spec)
    out: list[Batch] = []
    for (board, _, vintage), members in sorted(panels.items(), key=lambda p: -len(p[1])):
        members.sort(key=lambda s: repr(s.study))
        dates = facts.boards[board].dates
        for start in range(0, len(members), BATCH):
            piece = tuple(members[start : start + BATCH])
            as_of = tuple(dates[s.as_of] for s in piece)
            out.append(Batch(len(out), piece, as_of, vintage))
    return out


def _shares(specs: Sequence[Spec], answers: Sequence[Answer]) -> dict[str, float]:
    fine = [k for k, a in enumerate(answers) if a.months is not None]
    months = np.array([answers[k].months for k in fine], float)
    return variance_shares(
        months, {name: [getattr(specs[k], name) for k in fine] for name in CHOICES}
    )
