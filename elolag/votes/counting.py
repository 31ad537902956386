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
from elolag.extras import JOBS, library
from elolag.sheets import tidy
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
    winners
        How winners are spelt, in lower case.
    spellings
        (name, as written) where names are written with other blanks or in another normal form.
    known
        Votes whose voter knew the models.
    """

    models: tuple[str, ...]
    counts: Ints
    squares: Floats
    winners: frozenset[str] = frozenset()
    spellings: frozenset[tuple[str, str]] = frozenset()
    known: int = 0

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
        """The counts Bradley-Terry needs; a tie is half a win for each.

        Models without a vote that counts are left out.
        """
        left, right, tie, bad = np.moveaxis(self._between(), 2, 0)
        if both_bad == "tie":
            tie = tie + bad
        votes = left + right + tie
        rated = np.flatnonzero(votes.any(axis=0) | votes.any(axis=1))
        votes, left, tie = (table[np.ix_(rated, rated)] for table in (votes, left, tie))
        first, second = np.nonzero(votes)
        met = first, second
        return PairCounts.of(
            [self.models[k] for k in rated.tolist()],
            first, second, votes[met], left[met] + tie[met] / 2, tie[met],
        )  # fmt: skip

    def check_winners(self, name: str) -> None:
        """Refuse winners that may be a side or a model: ``A`` where a model is called A.

        Raises
        ------
        UsageError
            The message says how to tell.
        """
        both = sorted(m for m in self.models if m.lower() in self.winners)
        if both:
            raise UsageError(
                f"{name}: the winner {both[0]!r} may mean the model of that name or the "
                f"{OUTCOMES[_SPELLINGS[both[0].lower()]]} side; write model_a, model_b, tie or "
                f"both_bad as winners, or rename the model"
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
    return Tally(
        tuple(models), counts, one.squares + other.squares, one.winners | other.winners,
        one.spellings | other.spellings, one.known + other.known,
    )  # fmt: skip


def tally(part: Part, columns: Columns) -> Tally:
    """Count one part, in memory that does not grow with its rows."""
    numbers: dict[str, int] = {}
    room = 64
    counts = np.zeros(room * room * 4, dtype=np.int64)
    squares = np.zeros(len(columns.style))
    winners: set[str] = set()
    spellings: set[tuple[str, str]] = set()
    known = 0
    for batch in coded(part, columns, numbers, winners, spellings):
        known += batch.known
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
    return Tally(tuple(names), table, squares, frozenset(winners), frozenset(spellings), known)


@dataclass(frozen=True)
class Coded:
    """A batch of votes as numbers: model numbers, outcomes (N,), style differences (N, k).

    `known` is how many of the voters knew the models.
    """

    left: Ints
    right: Ints
    outcome: Ints
    style: Floats
    known: int


def coded(
    part: Part,
    columns: Columns,
    numbers: dict[str, int],
    winners: set[str] | None = None,
    spellings: set[tuple[str, str]] | None = None,
) -> Iterator[Coded]:
    """The batches of a part; names not yet in `numbers` are added to it.

    `winners` and `spellings` are added to as well where given (see `Tally`).
    """
    winners = set() if winners is None else winners
    spellings = set() if spellings is None else spellings
    done = 0
    for batch in part.batches(columns):
        with reading(part):
            left, right = (
                _codes(batch, column, _numbering(numbers, spellings), part.name, done)
                for column in (columns.left, columns.right)
            )
            outcome = _codes(batch, columns.winner, _outcome(winners), part.name, done)
            style = _style(batch, columns, part.name, done)
            known = 0
            if columns.anonymous:
                known = int(_codes(batch, columns.anonymous, _not_anonymous, part.name, done).sum())
        yield Coded(left, right, outcome, style, known)
        done += len(left)
    if not done:
        raise EstimateError(f"{part.name}: no vote below its header")


def _numbering(numbers: dict[str, int], spellings: set[tuple[str, str]]) -> Callable[[str], int]:
    def number(text: str) -> int:
        name = tidy(text)
        if not name:
            raise ValueError("no model is named")
        if "\0" in name:
            raise ValueError(f"{name!r} holds a zero byte and is no name")
        if name != text:
            spellings.add((name, text))
        if name not in numbers:
            if len(numbers) >= MAX_MODELS:
                raise UsageError(_too_many(len(numbers) + 1))
            numbers[name] = len(numbers)
        return numbers[name]

    return number


def _too_many(models: int) -> str:
    return f"{models} names of models; at most {MAX_MODELS} are rated. Is it the right column?"


def _outcome(winners: set[str]) -> Callable[[str], int]:
    def outcome(text: str) -> int:
        word = tidy(text).lower()
        if word not in _SPELLINGS:
            raise ValueError(
                f"the winner {text!r} is none of model_a, model_b, left, right, tie, both_bad"
            )
        winners.add(word)
        return _SPELLINGS[word]

    return outcome


def _not_anonymous(text: str) -> int:
    return int(text.strip().lower() in ("false", "0", "no"))


def _codes(
    batch: pa.RecordBatch, column: str, code: Callable[[str], int], name: str, done: int
) -> Ints:
    """A column of names as numbers; each distinct name is looked at once."""
    import pyarrow as pa

    values = batch.column(column)
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_nested(kind):
        raise UsageError(f"{name}: the column {column} holds {kind}; one name a vote belongs there")
    if values.null_count:
        row = int(np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))[0])
        raise UsageError(f"{name}, vote {done + row + 1}: {column} is empty")
    if not pa.types.is_dictionary(values.type):
        if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
            values = values.cast(pa.string())
        values = values.dictionary_encode()
    indices = values.indices.to_numpy()
    words = values.dictionary.to_pylist()
    table = np.zeros(max(len(words), 1), dtype=np.int64)
    for k in np.unique(indices).tolist():
        try:
            table[k] = code(_text(words[k], column))
        except ValueError as error:
            if isinstance(error, UsageError):
                raise UsageError(f"{name}, column {column}: {error}") from None
            row = int(np.flatnonzero(indices == k)[0])
            raise UsageError(f"{name}, vote {done + row + 1}: {error}") from None
    return np.asarray(table[indices])


def _text(word: object, column: str) -> str:
    """A cell as text: bytes are UTF-8, and nothing is no name."""
    if word is None:
        raise ValueError(f"{column} is empty")
    if not isinstance(word, bytes):
        return str(word)
    try:
        return word.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{column} holds bytes that are no UTF-8 text: {word!r}") from None


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
    joblib = library("joblib", JOBS)
    calls = (joblib.delayed(work)(part, **arguments) for part in found)
    results: Iterator[T] = joblib.Parallel(n_jobs=jobs, return_as="generator")(calls)
    return results
