"""Batches of votes to counts per pair of models: the only pass plain ratings need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from elolag.bradleyterry import PairCounts
from elolag.errors import EstimateError, UsageError
from elolag.votes.reading import Columns, Part, reading

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T")

#: The table of counts is dense; more names than this are rather a wrong column.
MAX_MODELS = 3000

OUTCOMES = ("left", "right", "tie", "both_bad")
BOTH_BAD = ("tie", "drop")
_SPELLINGS = {
    **dict.fromkeys(("left", "model_a", "a"), 0),
    **dict.fromkeys(("right", "model_b", "b"), 1),
    **dict.fromkeys(("tie", "draw"), 2),
    **dict.fromkeys(("both_bad", "both bad", "bothbad", "tie (bothbad)", "tie (both bad)"), 3),
}


@dataclass(frozen=True)
class Tally:
    """All votes, summed.

    Attributes
    ----------
    models
        Names, sorted.
    counts
        Votes by left model, right model and outcome (`OUTCOMES`), shape (n, n, 4).
    squares
        Per style covariate the sum of its squared differences.
    """

    models: tuple[str, ...]
    counts: Ints
    squares: Floats

    @property
    def outcomes(self) -> dict[str, int]:
        """Votes by outcome, those of a model against itself left out."""
        return dict(zip(OUTCOMES, (int(c) for c in self._between().sum(axis=(0, 1))), strict=True))

    @property
    def itself(self) -> int:
        """Votes of a model against itself, which say nothing of ratings."""
        return int(self.counts.sum() - self._between().sum())

    def _between(self) -> Ints:
        out = self.counts.copy()
        own = np.arange(len(self.models))
        out[own, own] = 0
        return out

    def pairs(self, both_bad: str) -> PairCounts:
        """The counts Bradley-Terry needs; a tie is half a win for each."""
        left, right, tie, bad = np.moveaxis(self._between(), 2, 0)
        if both_bad == "tie":
            tie = tie + bad
        votes = left + right + tie
        first, second = np.nonzero(votes)
        met = first, second
        return PairCounts.of(
            self.models, first, second, votes[met], left[met] + tie[met] / 2, tie[met]
        )


def add(tallies: Iterable[Tally]) -> Tally:
    """The votes of all parts together, whatever their order; one part is held at a time."""
    return reduce(_together, tallies)


def _together(one: Tally, other: Tally) -> Tally:
    models = sorted({*one.models, *other.models})
    if len(models) > MAX_MODELS:
        raise UsageError(_too_many(len(models)))
    place = {name: k for k, name in enumerate(models)}
    counts = np.zeros((len(models), len(models), len(OUTCOMES)), dtype=np.int64)
    for part in (one, other):
        rows = np.array([place[name] for name in part.models], dtype=np.intp)
        counts[rows[:, None], rows] += part.counts
    return Tally(tuple(models), counts, one.squares + other.squares)


def tally(part: Part, columns: Columns) -> Tally:
    """Count one part, in memory that does not grow with its rows."""
    numbers: dict[str, int] = {}
    room = 64
    counts = np.zeros(room * room * 4, dtype=np.int64)
    squares = np.zeros(len(columns.style))
    for batch in coded(part, columns, numbers):
        if len(numbers) > room:
            larger = 2 * max(room, len(numbers))
            grown = np.zeros((larger, larger, 4), dtype=np.int64)
            grown[:room, :room] = counts.reshape(room, room, 4)
            counts, room = grown.reshape(-1), larger
        key = (batch.left * room + batch.right) * 4 + batch.outcome
        if counts.size <= 8 * len(key):
            counts += np.bincount(key, minlength=counts.size)
        else:
            cells, times = np.unique(key, return_counts=True)
            counts[cells] += times
        squares += (batch.style**2).sum(axis=0)
    names = sorted(numbers)
    order = np.array([numbers[name] for name in names], dtype=np.intp)
    table = counts.reshape(room, room, 4)[np.ix_(order, order)]
    return Tally(tuple(names), table, squares)


@dataclass(frozen=True)
class Coded:
    """A batch of votes as numbers: model numbers, outcomes (N,), style differences (N, k)."""

    left: Ints
    right: Ints
    outcome: Ints
    style: Floats


def coded(part: Part, columns: Columns, numbers: dict[str, int]) -> Iterator[Coded]:
    """The batches of a part; names not yet in `numbers` are added to it."""
    done = 0
    for batch in part.batches(columns):
        with reading(part):
            left, right = (
                _codes(batch, column, _numbering(numbers), part.name, done)
                for column in (columns.left, columns.right)
            )
            outcome = _codes(batch, columns.winner, _outcome, part.name, done)
            style = _style(batch, columns, part.name, done)
        yield Coded(left, right, outcome, style)
        done += len(left)
    if not done:
        raise EstimateError(f"{part.name}: no vote below its header")


def _numbering(numbers: dict[str, int]) -> Callable[[str], int]:
    def number(name: str) -> int:
        if not name:
            raise ValueError("no model is named")
        if name not in numbers:
            if len(numbers) >= MAX_MODELS:
                raise UsageError(_too_many(len(numbers) + 1))
            numbers[name] = len(numbers)
        return numbers[name]

    return number


def _too_many(models: int) -> str:
    return f"{models} names of models; at most {MAX_MODELS} are rated. Is it the right column?"


def _outcome(text: str) -> int:
    try:
        return _SPELLINGS[text.strip().lower()]
    except KeyError:
        raise ValueError(
            f"the winner {text!r} is none of model_a, model_b, left, right, tie, both_bad"
        ) from None


def _codes(
    batch: pa.RecordBatch, column: str, code: Callable[[str], int], name: str, done: int
) -> Ints:
    """A column of names as numbers; each distinct name is looked at once."""
    import pyarrow as pa

    values = batch.column(column)
    if values.null_count:
        row = int(np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))[0])
        raise UsageError(f"{name}, vote {done + row + 1}: {column} is empty")
    if not pa.types.is_dictionary(values.type):
        values = values.cast(pa.string()).dictionary_encode()
    indices = values.indices.to_numpy()
    words = values.dictionary.to_pylist()
    table = np.zeros(max(len(words), 1), dtype=np.int64)
    for k in np.unique(indices).tolist():
        try:
            table[k] = code(str(words[k]))
        except ValueError as error:
            if isinstance(error, UsageError):
                raise UsageError(f"{name}, column {column}: {error}") from None
            row = int(np.flatnonzero(indices == k)[0])
            raise UsageError(f"{name}, vote {done + row + 1}: {error}") from None
    return np.asarray(table[indices])


def _style(batch: pa.RecordBatch, columns: Columns, name: str, done: int) -> Floats:
    """Style differences, left minus right, shape (N, k)."""
    out = np.empty((batch.num_rows, len(columns.style)))
    for k, sides in enumerate(columns.style):
        found = [_numbers(batch, side, name, done) for side in sides]
        if len(sides) == 1:
            out[:, k] = found[0]
            continue
        for side, values in zip(sides, found, strict=True):
            if (values < 0).any():
                row = int(np.flatnonzero(values < 0)[0])
                raise UsageError(
                    f"{name}, vote {done + row + 1}: {side} {values[row]:g} is below 0; of such "
                    f"columns give the difference yourself, as one column"
                )
        total = found[0] + found[1]
        out[:, k] = (found[0] - found[1]) / np.where(total > 0, total, 1.0)
    return out


def _numbers(batch: pa.RecordBatch, column: str, name: str, done: int) -> Floats:
    import pyarrow as pa

    values = batch.column(column).cast(pa.float64()).to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise UsageError(
            f"{name}, vote {done + int(wrong[0]) + 1}: {column} is {values[wrong[0]]}, no finite "
            f"number"
        )
    return np.asarray(values, dtype=float)


def over(
    work: Callable[..., T], found: Sequence[Part], arguments: Mapping[str, Any], jobs: int
) -> Iterator[T]:
    """Do the work for each part, in their order; through joblib if more than one job is asked."""
    if jobs == 1 or len(found) == 1:
        return (work(part, **arguments) for part in found)
    try:
        from joblib import Parallel, delayed
    except ImportError:
        raise UsageError(
            "more than one job needs joblib: pip install 'elolag[calibrate]', or take one job"
        ) from None
    calls = (delayed(work)(part, **arguments) for part in found)
    results: Iterator[T] = Parallel(n_jobs=jobs, return_as="generator")(calls)
    return results
