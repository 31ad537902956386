"""Rated votes: the ratings with their covariance, in memory and on disk."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import numpy as np

from elolag.archive.export import fill, replacing, swap
from elolag.arrays import Floats
from elolag.dates import to_day, to_iso
from elolag.errors import ArchiveError, UsageError
from elolag.model import bradleyterry
from elolag.model.bradleyterry import ELO, Ratings
from elolag.sources.sheet import MAX_POINTS, tidy
from elolag.version import __version__
from elolag.votes import counting
from elolag.votes.counting import Source, find_columns, parts

if TYPE_CHECKING:
    import pandas as pd


RATINGS_FILE = "ratings.csv"
#: What a covariance's file is called beside its ratings: ``ratings.covariance.csv``.
COVARIANCE_SUFFIX = ".covariance.csv"
_FACTS_FILE = "rate.json"
_JSON_SCHEMA = 1
#: A model of fewer votes is not called the highest where another has as many.
_FEW_VOTES = 10
#: Ratings that differ by less are equal; so near the fit comes to its top.
_LEVEL = 1e-5
_AMONG = f" (of those with at least {_FEW_VOTES} votes)"


@dataclass(frozen=True)
class RatedVotes:
    """Ratings from votes, with everything needed to check them.

    Attributes
    ----------
    ratings
        With the full sandwich covariance, models sorted by name.
    level
        Where the anchor, or the mean of all models, is held.
    interval_level
        Of the intervals in tables.
    both_bad
        ``tie`` or ``drop``.
    outcomes
        Votes by outcome: left, right, tie, both_bad.
    itself
        Votes of a model against itself; they say nothing and are left out.
    sources
        (name, sha256) of each file of votes.
    date
        ISO date of the ratings, or empty.
    unrated
        Models without a vote that counts.
    spellings
        (name, as written) where the votes write a name with other blanks or in another normal form.
    known
        Votes whose voter knew the models; they count.
    """

    ratings: Ratings
    level: float
    interval_level: float
    both_bad: str
    outcomes: Mapping[str, int]
    itself: int
    sources: tuple[tuple[str, str], ...]
    date: str
    version: str
    unrated: tuple[str, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()
    known: int = 0

    @property
    def votes(self) -> int:
        """Votes that count."""
        total = sum(self.outcomes.values())
        return total - (self.outcomes["both_bad"] if self.both_bad == "drop" else 0)

    def to_frame(self) -> pd.DataFrame:
        """Columns ``entry, rating, lower, upper, se, votes``, highest rating first."""
        return self.ratings.to_frame(self.interval_level).rename(columns={"item": "entry"})

    def sentence(self) -> str:
        """The result in one quotable sentence."""
        frame = self.to_frame()
        known = frame[frame["votes"] >= _FEW_VOTES]
        known = frame if known.empty else known
        best = known.iloc[0]
        among = "" if best["entry"] == frame.iloc[0]["entry"] else _AMONG
        alike = known[(known["rating"] - best["rating"]).abs() < _LEVEL]["entry"].tolist()[1:]
        level = f" (level with {', '.join(alike)})" if alike else ""
        held = f"{self.ratings.anchor} held at" if self.ratings.anchor else "mean"
        return (
            f"Of {len(self.ratings.items)} models rated from {self.votes:,} votes, "
            f"{best['entry']}{level} stands highest{among} at {best['rating']:.1f} Elo "
            f"({100 * self.interval_level:.10g}% interval {best['lower']:.1f} to "
            f"{best['upper']:.1f}; {held} {self.level:g})."
        )

    def rows(self) -> list[tuple[str, str]]:
        """What the ratings rest on, in words."""
        bad = "counted as ties" if self.both_bad == "tie" else "left out"
        rows = [
            ("votes", ", ".join(f"{n:,} {k}" for k, n in self.outcomes.items())),
            ("both bad", bad),
        ]
        if self.itself:
            rows.append(("left out", f"{_votes(self.itself)} of a model against itself"))
        if self.unrated:
            rows.append(("left out", f"without a vote that counts: {', '.join(self.unrated)}"))
        if self.spellings:
            # One that only Unicode's form tells apart is shown by its code points.
            alike = "; ".join(
                f"{(ascii if normalize('NFC', written) == name else repr)(written)} as {name!r}"
                for name, written in self.spellings
            )
            rows.append(("names read alike", alike))
        if self.known:
            rows.append(("not anonymous", f"{_votes(self.known)}, counted like the others"))
        if self.date:
            rows.append(("date", self.date))
        return rows + [("file", f"sha256 {digest[:16]}") for _, digest in self.sources if digest]

    def to_dict(self) -> dict[str, Any]:
        """Everything but the covariance, unrounded."""
        frame = self.to_frame()
        odd = {
            "left_out_unrated": list(self.unrated),
            "names_read_alike": [{"name": n, "written": w} for n, w in self.spellings],
            "not_anonymous": self.known,
        }
        return {
            "schema": _JSON_SCHEMA,
            "models": frame.to_dict(orient="records"),
            "scale": "elo",
            "anchor": self.ratings.anchor,
            **{name: getattr(self, name) for name in ("level", "interval_level", "votes")},
            "outcomes": dict(self.outcomes),
            "both_bad": self.both_bad,
            "left_out_against_itself": self.itself,
            "date": self.date or None,
            "sources": [{"sha256": digest or None} for _, digest in self.sources],
            "version": self.version,
            **{key: value for key, value in odd.items() if value},
        }

    def files(self) -> dict[str, bytes]:
        """What `write` puts into a folder: name to bytes."""
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        dated = ["date"] if self.date else []
        writer.writerow(["entry", "rating", "lower", "upper", "se", "votes", *dated])
        for row in self.to_frame().itertuples(index=False):
            values = [repr(float(value)) for value in row[1:5]]
            writer.writerow([row[0], *values, int(row[5]), *([self.date] if self.date else [])])
        matrix = io.StringIO()
        writer = csv.writer(matrix, lineterminator="\n")
        writer.writerow(["entry", *self.ratings.items])
        for name, line in zip(self.ratings.items, self.ratings.covariance.tolist(), strict=True):
            writer.writerow([name, *map(repr, line)])
        files = {
            RATINGS_FILE: table.getvalue().encode(),
            RATINGS_FILE.removesuffix(".csv") + COVARIANCE_SUFFIX: matrix.getvalue().encode(),
        }
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        facts = {key: value for key, value in self.to_dict().items() if key != "models"}
        text = json.dumps({**facts, "files": hashes}, indent=2, ensure_ascii=False)
        return {**files, _FACTS_FILE: f"{text}\n".encode()}

    def write(self, out: str | Path, *, force: bool = False) -> None:
        """Write the ratings and their covariance, as `elolag.own_board` reads them.

        Parameters
        ----------
        out
            A path ending in ``.csv``: the ratings, with the covariance beside it. Else a folder,
            which also gets ``rate.json``.
        force
            Replace what is there, in one step.

        Raises
        ------
        UsageError
            Something is there already.
        ArchiveError
            The disk refuses.
        """
        out = Path(out)
        files = self.files()
        if out.suffix.lower() != ".csv":
            _write_folder(out, files, force)
            return
        ratings, covariance = list(files)[:2]
        beside = out.with_name(out.stem + COVARIANCE_SUFFIX)
        for path in (out, beside):
            _refuse_existing(path, force)
        # The ratings last: until they are there, what was there before refuses a new covariance.
        for path, name in ((beside, covariance), (out, ratings)):
            with replacing(path) as stream:
                stream.write(files[name])

    def __str__(self) -> str:
        return self.sentence()


def _votes(count: int) -> str:
    return f"{count:,} {'vote' if count == 1 else 'votes'}"


def _refuse_existing(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; choose another name, or replace it (--force)")


def _write_folder(out: Path, files: Mapping[str, bytes], force: bool) -> None:
    _refuse_existing(out, force)
    if out.exists() and not (out / _FACTS_FILE).is_file():
        raise UsageError(f"{out} is not a folder elolag rate wrote; it is left as it is")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(
            prefix=f".{out.name}.", dir=out.parent, ignore_cleanup_errors=True
        ) as held:
            fill(Path(held) / "new", files)
            swap(Path(held) / "new", Path(held) / "old", out)
    except OSError as error:
        raise ArchiveError(f"{out}: could not be written: {error.strerror or error}") from error


def read_covariance(path: Path) -> tuple[tuple[str, ...], Floats, str]:
    """Read a covariance.

    Returns
    -------
    entries, covariance, sha256
        Names (n,), matrix (n, n), and the hash of the file's bytes.

    Raises
    ------
    UsageError
        The file is no covariance of ratings.
    """
    try:
        data = path.read_bytes()
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"cannot read the covariance {path}: {error}") from error
    names = tuple(map(tidy, rows[0][1:])) if rows else ()
    if not names or tuple(tidy(row[0]) for row in rows[1:] if row) != names:
        raise UsageError(f"{path}: not a covariance: its rows and columns name other entries")
    matrix = np.array(
        [_numbers(row, len(names), f"{path}, line {k}") for k, row in enumerate(rows[1:], 2)]
    )
    if not np.allclose(matrix, matrix.T, rtol=1e-6, atol=1e-9 * float(np.abs(matrix).max())):
        raise UsageError(f"{path}: not a covariance: it is not symmetric")
    lowest = float(np.linalg.eigvalsh(matrix)[0])
    if lowest < -1e-6 * float(np.trace(matrix)):
        raise UsageError(f"{path}: not a covariance: it has a negative eigenvalue, {lowest:g}")
    return names, matrix, hashlib.sha256(data).hexdigest()


def _numbers(row: Sequence[str], wanted: int, where: str) -> list[float]:
    try:
        values = [float(cell) for cell in row[1:]]
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error
    if len(values) != wanted or not np.isfinite(values).all():
        raise UsageError(f"{where}: {wanted} finite numbers belong here; the file is damaged")
    return values


# `rate`: the one way from votes to ratings.


def rate(
    votes: Source,
    *,
    anchor: str | None = None,
    level: float = 1000.0,
    both_bad: str = "tie",
    columns: Mapping[str, str] | None = None,
    date: str | dt.date | None = None,
    interval_level: float = 0.95,
) -> RatedVotes:
    """Bradley-Terry ratings on the Elo scale from votes between pairs of models.

    Parameters
    ----------
    votes
        A CSV or Parquet file of any length, several of them (parts of one set of votes), or a
        table in memory (pandas or pyarrow). One row is one vote: the two models, and who won
        (``model_a``, ``left``, ``model_b``, ``right``, ``tie``, ``both_bad`` and their usual
        spellings).
    anchor
        A model to hold at `level`; by default the mean of all models is held there.
    level
        In Elo points.
    both_bad
        What a vote "both are bad" counts as: ``tie``, as on the public arena, or ``drop``.
    columns
        Names of the columns ``left``, ``right`` and ``winner`` where they are not the usual ones.
    date
        Of the ratings, kept with them: an ISO date, or a `datetime.date`.
    interval_level
        Of the intervals written.

    Returns
    -------
    RatedVotes

    Raises
    ------
    UsageError
        A file cannot be read, a vote names no model or no outcome; the message says which.
    EstimateError
        The votes leave a rating unknown: parts that never met (named), clean sweeps.

    Examples
    --------
    >>> import elolag, pandas
    >>> votes = pandas.DataFrame({
    ...     "model_a": ["a", "a", "b", "b"], "model_b": ["b", "b", "a", "a"],
    ...     "winner": ["model_a", "model_b", "model_a", "tie"],
    ... })
    >>> rated = elolag.rate(votes, date="2026-08-19")
    >>> rated.ratings.items
    ('a', 'b')
    """
    _check(level, both_bad, date, interval_level)
    found = parts(votes)
    chosen = [find_columns(p.header(), p.name, columns) for p in found]
    if not all(c.anonymous for c in chosen):
        chosen = [replace(c, anonymous="") for c in chosen]
    if len(set(chosen)) > 1:
        raise UsageError(f"{found[0].name} and the other files do not have the same columns")
    tally = counting.tally(found, chosen[0])
    tally.check_winners(found[0].name if len(found) == 1 else "the votes")
    pairs = tally.pairs(both_bad)
    anchor = None if anchor is None else tidy(anchor)
    if anchor is not None and anchor not in pairs.items:
        raise UsageError(
            f"the anchor {anchor!r} is not among the {len(pairs.items)} models voted on"
        )
    fitted = bradleyterry.rate(pairs, scale=ELO, anchor=anchor, level=level)
    return RatedVotes(
        ratings=fitted,
        level=level,
        interval_level=interval_level,
        both_bad=both_bad,
        outcomes=tally.outcomes,
        itself=tally.itself,
        sources=tuple(dict.fromkeys((p.name, p.sha256()) for p in found)),
        date="" if date is None else to_iso(to_day(date)),
        version=__version__,
        unrated=tuple(m for m in tally.models if m not in set(pairs.items)),
        spellings=tuple(sorted(tally.spellings)),
        known=tally.known,
    )


def _check(level: float, both_bad: str, date: str | dt.date | None, interval_level: float) -> None:
    if both_bad not in counting.BOTH_BAD:
        raise UsageError(f"both_bad {both_bad!r} is none of {', '.join(counting.BOTH_BAD)}")
    if not 0 < interval_level < 1:
        raise UsageError(f"level {interval_level} is not between 0 and 1; for 95% write 0.95")
    if not abs(level) <= MAX_POINTS:
        raise UsageError(f"ratings cannot be held at {level}; at most {MAX_POINTS:,} either way")
    if date is not None:
        to_day(date)
