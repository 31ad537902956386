"""Which specifications are estimated: a designed part of the whole product, made by rule.

The whole product of all choices has millions of cells. Estimated are

- *cross*: every board x category x estimand x curve x window, all else as in the headline;
- *match rules*: on the headline's category of every board, every estimand x window under each;
- *array*: on the headline's category, the headline's board and its sibling (with or without style
  control), every estimand x curve x window crossed with an orthogonal array of strength two over
  the other choices: any two levels of any two of these occur together, equally often (Rao 1947).

From both the rules of `elolag.grid.RULES` take what makes no sense.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from elolag.errors import UsageError
from elolag.grid._facts import Facts
from elolag.grid._rules import first_rule
from elolag.grid._spec import ASKED, CHOICES, LEVELS, Spec

Levels = Mapping[str, Sequence[str | int]]
SUFFIX = "_style_control"


def restrict(choices: Mapping[str, Sequence[str | int]] | None) -> dict[str, list[str | int]]:
    """Check a user's restriction of choices to some levels.

    Raises
    ------
    UsageError
        An unknown choice or level.
    """
    out: dict[str, list[str | int]] = {}
    for name, wanted in (choices or {}).items():
        if name not in CHOICES:
            raise UsageError(f"unknown choice {name!r}; known: {', '.join(CHOICES)}")
        known = {str(level): level for level in LEVELS.get(name, ())}
        for level in wanted:
            if known and str(level) not in known:
                raise UsageError(f"{name} has no level {level!r}; known: {', '.join(known)}")
        out[name] = [known.get(str(level), level) for level in wanted]
    return out


def design(facts: Facts, only: Levels) -> tuple[list[Spec], Counter[str]]:
    """The specifications, the headline first, and how many candidates each rule left out.

    Parameters
    ----------
    only
        Levels to keep, by choice; the headline's own level is always kept.

    Raises
    ------
    UsageError
        No board has one of the categories to keep.
    """
    held = {category for board in facts.boards.values() for category in board.listed}
    for category in only.get("category", ()):
        if category not in held:
            raise UsageError(f"no board has a category {category!r}; known: {', '.join(held)}")
    kept: dict[Spec, None] = {}
    left_out: Counter[str] = Counter()
    seen: set[Spec] = set()
    for candidate in _candidates(facts, only):
        if candidate in seen:
            continue
        seen.add(candidate)
        rule = first_rule(candidate, facts)
        if rule is None:
            kept[candidate] = None
        else:
            left_out[rule] += 1
    return list(kept), left_out


def _levels(name: str, facts: Facts, only: Levels) -> list[Any]:
    """The levels of a choice, the headline's first."""
    head = getattr(facts.question.headline, name)
    everything: Sequence[str | int] = LEVELS.get(name, ())
    if name == "board":
        everything = tuple(facts.boards)
    wanted = [level for level in everything if level in only.get(name, everything)]
    return [head, *(level for level in wanted if level != head)]


def _candidates(facts: Facts, only: Levels) -> Iterator[Spec]:
    head = facts.question.headline
    crossed = [name for name in ASKED if name != "match_rule"]
    asked = list(itertools.product(*(_levels(name, facts, only) for name in crossed)))

    def variants(spec: Spec) -> Iterator[Spec]:
        for estimand, curve, window in asked:
            yield replace(spec, estimand=estimand, curve=curve, window=window)

    yield head
    for board in _levels("board", facts, only):
        wanted = only.get("category", list(facts.boards[board].listed))
        for category in dict.fromkeys([head.category, *wanted]):
            if category in facts.boards[board].listed:
                yield from variants(Spec(board, str(category)))
        rules = _levels("match_rule", facts, only)[1:]
        others = (variants(Spec(board, head.category, match_rule=rule)) for rule in rules)
        yield from itertools.chain.from_iterable(others)
    factors = []
    for names in (
        ("board",), ("clock",), ("derivatives",), ("hong_kong",), ("openness",), ("min_votes",),
        ("selection",), ("as_of", "vintage"),
    ):  # fmt: skip
        allowed = []
        for levels in itertools.product(*(_levels(n, facts, only) for n in names)):
            if names == ("board",) and levels[0] not in _siblings(head.board):
                continue
            # Alone, each departure from the headline is a candidate, and counted if left out.
            alone = replace(head, **dict(zip(names, levels, strict=True)))
            yield from variants(alone)
            if first_rule(alone, facts) is None:
                allowed.append(dict(zip(names, levels, strict=True)))
        if not allowed:
            return  # the headline itself is on a board that the rules leave out: it stands alone
        # Choices that do not constrain each other are factors of their own.
        apart = {n: _levels(n, facts, only) for n in names}
        if len(allowed) == math.prod(len(levels) for levels in apart.values()):
            factors += [[{n: level} for level in levels] for n, levels in apart.items()]
        else:
            factors.append(allowed)
    for row in orthogonal_array([len(f) for f in factors]):
        chosen: dict[str, Any] = {}
        for factor, level in zip(factors, row, strict=True):
            chosen |= factor[level]
        yield from variants(replace(head, **chosen))


def _siblings(board: str) -> tuple[str, str]:
    other = board.removesuffix(SUFFIX) if board.endswith(SUFFIX) else board + SUFFIX
    return board, other


def orthogonal_array(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Runs over factors of 1, 2 or 3 levels in which all pairs of levels occur equally often.

    The product of two linear arrays of strength two, one over GF(2) and one over GF(3), each the
    smallest with enough columns (Rao 1947; Hedayat, Sloane & Stufken 1999, chapter 3). Where that
    saves runs, and makes none twice, factors of two levels take columns of three, their first
    level twice as often; all pairs then still occur, each as often as its two levels ask. The
    first run is all zeros.

    Raises
    ------
    UsageError
        A factor of more than three levels.
    """
    if any(size > 3 or size < 1 for size in sizes):
        raise UsageError(f"an array holds factors of 1 to 3 levels, not of {max(sizes)}")
    twos = sum(size == 2 for size in sizes)
    found = [_array(sizes, moved) for moved in range(twos + 1)]
    return min((runs for runs in found if len(set(runs)) == len(runs)), key=len)


def _array(sizes: Sequence[int], moved: int) -> list[tuple[int, ...]]:
    """The product array with the last `moved` factors of two levels in columns of three."""
    twos, threes = (sum(s == size for s in sizes) for size in (2, 3))
    runs = []
    for two, three in itertools.product(_linear(2, twos - moved), _linear(3, threes + moved)):
        columns = {
            1: itertools.repeat(0),
            2: iter([*two, *(level % 2 for level in three[threes:])]),
            3: iter(three[:threes]),
        }
        runs.append(tuple(next(columns[size]) for size in sizes))
    return runs


def _rank(levels: int, columns: int) -> int:
    """Runs of the linear array with so many columns, as a power of its levels."""
    rank = 0 if columns == 0 else 2 if columns > 1 else 1
    while rank and (levels**rank - 1) // (levels - 1) < columns:
        rank += 1
    return rank


def _linear(levels: int, columns: int) -> list[tuple[int, ...]]:
    """A linear orthogonal array of strength two with so many columns over a prime field."""
    vectors = list(itertools.product(range(levels), repeat=_rank(levels, columns)))
    # One functional per line through the origin: the first coefficient that is not 0 is 1.
    lines = [v for v in vectors if next((c for c in v if c), 0) == 1][:columns]
    return [
        tuple(sum(a * b for a, b in zip(line, run, strict=True)) % levels for line in lines)
        for run in vectors
    ]
