"""Votes as they are kept: CSV and Parquet files or a table, in batches of bounded size."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from elolag.errors import EstimateError, UsageError
from elolag.model.bradleyterry import PairCounts
from elolag.sources.sheet import encoding_of, refuse_other, separator, tidy
from elolag.sources.tidy import FORBIDDEN

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: What votes may come as: files, or a table in memory (pandas or pyarrow).
Source: TypeAlias = "str | Path | Sequence[str | Path] | pd.DataFrame | pa.Table"

#: Bytes of CSV, and rows of Parquet, in memory at a time (a few of each).
_BLOCK_BYTES = 4 * 2**20
#: A row longer than a block makes blocks grow, up to this.
_MAX_BLOCK_BYTES = 256 * 2**20
_BATCH_ROWS = 131_072

#: What a table in memory is called.
_TABLE = "the table of votes"
_ROLES = ("left", "right", "winner")
#: Names of the columns of both sides and of the outcome, in the order they are looked for.
_LAYOUTS = (("model_a", "model_b", "winner"), ("left", "right", "winner"))
#: Says whether the voter knew the models, in lists of votes as Arena published them.
_ANONYMOUS = "anony"


@dataclass(frozen=True)
class _Columns:
    """Which columns hold what.

    Attributes
    ----------
    left, right, winner
        Names of columns.
    anonymous
        The column that says whether the voter saw no names; empty where there is none.
    """

    left: str
    right: str
    winner: str
    anonymous: str = ""

    @property
    def text(self) -> tuple[str, ...]:
        """The three columns every vote has, and `anonymous`."""
        asked = (self.anonymous,) if self.anonymous else ()
        return self.left, self.right, self.winner, *asked


@dataclass(frozen=True)
class _Part:
    """One file, or a table in memory.

    Attributes
    ----------
    name
        For messages.
    """

    name: str
    source: Any

    @property
    def is_parquet(self) -> bool:
        """Whether it is a Parquet file."""
        return isinstance(self.source, Path) and self.source.suffix.lower() == ".parquet"

    def header(self) -> list[str]:
        """Names of the columns."""
        if not isinstance(self.source, Path):
            return [str(c) for c in self.source.column_names]
        with _reading(self):
            if self.is_parquet:
                import pyarrow.parquet as pq

                return list(pq.read_schema(self.source).names)
            return _csv_header(self.source)[1]

    def batches(self, columns: _Columns) -> Iterator[pa.RecordBatch]:
        """The wanted columns, batch by batch; the names as dictionaries where possible."""
        wanted = list(columns.text)
        with _reading(self):
            if not isinstance(self.source, Path):
                yield from self.source.select(wanted).to_batches(_BATCH_ROWS)
            elif self.is_parquet:
                import pyarrow as pa
                import pyarrow.parquet as pq

                schema = pq.read_schema(self.source)
                names = [c for c in columns.text if not pa.types.is_nested(schema.field(c).type)]
                # Buffered ahead, all of the file's columns would be in memory at its end.
                with pq.ParquetFile(self.source, read_dictionary=names, pre_buffer=False) as file:
                    yield from file.iter_batches(_BATCH_ROWS, columns=wanted)
            else:
                yield from _csv_batches(self.source, columns)

    def sha256(self) -> str:
        """Of the file's bytes; empty for a table in memory."""
        if not isinstance(self.source, Path):
            return ""
        with _reading(self), self.source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _reading(part: _Part) -> Iterator[None]:
    """What goes wrong while a part is read, as an error that names it."""
    import pyarrow as pa

    try:
        yield
    except pa.ArrowException as error:
        mend = "is it a whole file of votes?"
        if "UTF8" in str(error):
            mend = "save the file as UTF-8; that of a spreadsheet may be in Windows-1252"
        raise UsageError(f"{part.name}: {error}; {mend}") from error
    except (OSError, UnicodeError) as error:
        raise UsageError(f"cannot read the votes {part.name}: {error}") from error


def parts(source: Source) -> list[_Part]:
    """What is to be counted: one part a file, or the table."""
    import pyarrow as pa

    if isinstance(source, pa.Table):
        return [_Part(_TABLE, source)]
    if hasattr(source, "columns"):
        try:
            return [_Part(_TABLE, pa.Table.from_pandas(source, preserve_index=False))]
        except pa.ArrowException as error:
            raise UsageError(f"{_TABLE}: {error}") from error
    named = [source] if isinstance(source, str | Path) else list(source)
    if not named:
        raise UsageError("no file of votes is named")
    files = [Path(name) for name in named]
    for file in files:
        if not file.is_file():
            why = "a folder; name the files in it" if file.is_dir() else "no such file"
            raise UsageError(f"cannot read the votes {file}: {why}")
    found = [_Part(str(file), file) for file in files]
    for part in found:
        with _reading(part), part.source.open("rb") as stream:
            head = stream.read(64)
        if not (part.is_parquet and head.startswith(b"PAR1")):
            refuse_other(head, part.name)
    _refuse_twice(found)
    return found


def _refuse_twice(found: Sequence[_Part]) -> None:
    """Refuse one file under two names, or two of the same bytes: its votes would count twice."""
    by_size: dict[int, list[_Part]] = {}
    for part in found:
        by_size.setdefault(part.source.stat().st_size, []).append(part)
    first: dict[str, _Part] = {}
    for part in (p for alike in by_size.values() if len(alike) > 1 for p in alike):
        same = first.setdefault(part.sha256(), part)
        if same is not part:
            raise UsageError(
                f"a file of votes is named twice; its votes would count twice: {same.name} and "
                f"{part.name} hold the same bytes"
            )


def find_columns(header: Sequence[str], name: str, mapping: Mapping[str, str] | None) -> _Columns:
    """Which columns hold the votes.

    Parameters
    ----------
    mapping
        From ``left``, ``right``, ``winner`` to names of columns, where they are not usual ones.
    """
    given = dict(mapping or {})
    unknown = sorted(set(given) - set(_ROLES))
    if unknown:
        raise UsageError(f"{unknown[0]!r} is none of the columns {', '.join(_ROLES)}")
    present = set(header)
    for layout in _LAYOUTS:
        chosen = {**dict(zip(_ROLES, layout, strict=True)), **given}
        if set(chosen.values()) <= present:
            break
    else:
        wrong = [c for c in given.values() if c not in present]
        usual = " or ".join(", ".join(layout) for layout in _LAYOUTS)
        raise UsageError(
            f"{name}: {f'no column {wrong[0]!r}' if wrong else f'not the columns {usual}'} among "
            f"{', '.join(header)[:300]!r}; name them, e.g. --columns left=a,right=b,winner=vote"
        )
    columns = _Columns(**chosen, anonymous=_ANONYMOUS if _ANONYMOUS in present else "")
    for column in columns.text:
        if list(header).count(column) > 1:
            raise UsageError(f"{name}: two columns are named {column!r}")
    return columns


def _csv_header(path: Path) -> tuple[str, list[str], str, int]:
    """How a CSV file is written: its delimiter, columns, encoding, and lines above the header."""
    with path.open("rb") as file:
        head = file.read(2**16)
    encoding = encoding_of(head[:4096])
    # The end of the first 64 kB may cut a character in two.
    text = head.decode(encoding, "ignore")
    named = separator(text)
    above = 1 if named else 0
    line = next(iter(text.splitlines()[above:]), "")
    if not line.strip():
        raise UsageError(f"{path}: no table; its first line must name the columns")

    def split(delimiter: str) -> list[str]:
        return next(csv.reader(io.StringIO(line), delimiter=delimiter), [])

    delimiter = named or max(",;\t", key=lambda d: len(split(d)))
    return delimiter, split(delimiter), encoding, above


def _csv_batches(path: Path, columns: _Columns) -> Iterator[pa.RecordBatch]:
    """The wanted columns; where a row does not fit a block, on with larger blocks."""
    import pyarrow as pa

    done, size = 0, _BLOCK_BYTES
    while True:
        passed = 0
        try:
            for batch in _csv_blocks(path, columns, size):
                known = min(max(done - passed, 0), batch.num_rows)
                passed += batch.num_rows
                if known < batch.num_rows:
                    done += batch.num_rows - known
                    yield batch.slice(known)
            return
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error) or size >= _MAX_BLOCK_BYTES:
                raise
            size *= 8


def _csv_blocks(path: Path, columns: _Columns, size: int) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    from pyarrow import csv as arrow

    delimiter, _, encoding, above = _csv_header(path)
    names = pa.dictionary(pa.int32(), pa.string())
    kinds: dict[str, Any] = dict.fromkeys(columns.text, names)
    encoding = "utf8" if encoding == "utf-8-sig" else encoding
    yield from arrow.open_csv(
        path,
        arrow.ReadOptions(block_size=size, encoding=encoding, skip_rows=above),
        arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        arrow.ConvertOptions(column_types=kinds, include_columns=list(kinds)),
    )


# Batches of votes to counts per pair of models: the only pass plain ratings need.

_Ints = NDArray[np.int64]

#: The table of counts is dense; more names than this are rather a wrong column.
_MAX_MODELS = 3000

_OUTCOMES = ("left", "right", "tie", "both_bad")
BOTH_BAD = ("tie", "drop")
_SPELLINGS = {
    **dict.fromkeys(("left", "model_a", "a"), 0),
    **dict.fromkeys(("right", "model_b", "b"), 1),
    **dict.fromkeys(("tie", "draw"), 2),
    **dict.fromkeys(("both_bad", "both bad", "bothbad", "tie (bothbad)", "tie (both bad)"), 3),
}


@dataclass(frozen=True)
class _Tally:
    """All votes, summed.

    ``counts`` are by left model, right model and outcome (`_OUTCOMES`), (n, n, 4); ``winners``, how
    those are spelt, in lower case; ``spellings``, (name, as written) where that is another; and
    ``known``, the votes whose voter knew the models.
    """

    models: tuple[str, ...]
    counts: _Ints
    winners: frozenset[str] = frozenset()
    spellings: frozenset[tuple[str, str]] = frozenset()
    known: int = 0

    @property
    def outcomes(self) -> dict[str, int]:
        """Votes by outcome, those of a model against itself left out."""
        return dict(zip(_OUTCOMES, (int(c) for c in self._between().sum(axis=(0, 1))), strict=True))

    @property
    def itself(self) -> int:
        """Votes of a model against itself, which say nothing of ratings."""
        return int(self.counts.sum() - self._between().sum())

    def _between(self) -> _Ints:
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
                f"{_OUTCOMES[_SPELLINGS[both[0].lower()]]} side; write model_a, model_b, tie or "
                f"both_bad as winners, or rename the model"
            )


def tally(found: Iterable[_Part], columns: _Columns) -> _Tally:
    """Count the votes of all parts, in memory that does not grow with their rows."""
    numbers: dict[str, int] = {}
    room = 64
    counts = np.zeros(room * room * 4, dtype=np.int64)
    winners: set[str] = set()
    spellings: set[tuple[str, str]] = set()
    known = 0
    sides = _numbering(numbers, spellings)
    for part in found:
        done = 0
        for batch in part.batches(columns):
            with _reading(part):
                left = _codes(batch, columns.left, sides, part.name, done)
                right = _codes(batch, columns.right, sides, part.name, done)
                outcome = _codes(batch, columns.winner, _outcome(winners), part.name, done)
                if columns.anonymous:
                    named = _codes(batch, columns.anonymous, _not_anonymous, part.name, done)
                    known += int(named.sum())
            done += len(left)
            if len(numbers) > room:
                larger = 2 * max(room, len(numbers))
                grown = np.zeros((larger, larger, 4), dtype=np.int64)
                grown[:room, :room] = counts.reshape(room, room, 4)
                counts, room = grown.reshape(-1), larger
            key = (left * room + right) * 4 + outcome
            if counts.size <= 8 * len(key):
                counts += np.bincount(key, minlength=counts.size)
            else:
                cells, times = np.unique(key, return_counts=True)
                counts[cells] += times
        if not done:
            raise EstimateError(f"{part.name}: no vote below its header")
    names = sorted(numbers)
    order = np.array([numbers[name] for name in names], dtype=np.intp)
    table = counts.reshape(room, room, 4)[np.ix_(order, order)]
    return _Tally(tuple(names), table, frozenset(winners), frozenset(spellings), known)


def _numbering(numbers: dict[str, int], spellings: set[tuple[str, str]]) -> Callable[[str], int]:
    def number(text: str) -> int:
        name = tidy(text)
        if not name:
            raise ValueError("no model is named")
        if FORBIDDEN.search(name):
            raise ValueError(f"{name!r:.200} holds a control character and is no name")
        if name != text:
            spellings.add((name, text))
        if name not in numbers:
            if len(numbers) >= _MAX_MODELS:
                raise UsageError(
                    f"{len(numbers) + 1} names of models; at most {_MAX_MODELS} are rated. Is it "
                    f"the right column?"
                )
            numbers[name] = len(numbers)
        return numbers[name]

    return number


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
) -> _Ints:
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
