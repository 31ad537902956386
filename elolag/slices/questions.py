"""Which questions a comparison asks, and which groups race in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from elolag.archive import find_board, open_archive
from elolag.errors import UsageError
from elolag.months import DAYS_PER_MONTH
from elolag.schema import ALL_LISTS
from elolag.study import DEFAULT_BOARD, Study, prepare
from elolag.words import FEWEST, adjective, noun

#: Months since its last release within which a lab or country is a slice.
ACTIVE_MONTHS = 12.0


@dataclass(frozen=True)
class Question:
    """A slice to be asked about: what differs from the question of the whole."""

    name: str
    changed: Mapping[str, Any]
    heading: str = ""
    whole: bool = False
    refused: str = ""


def _categories(question: Mapping[str, Any]) -> list[Question]:
    board = find_board(
        question.get("board", DEFAULT_BOARD),
        question.get("archive"),
        question.get("sources", ALL_LISTS),
    )
    study = prepare(**{**question, "category": "overall", "board": board})
    newest = board.snapshot(study.panel.vintage)
    stale = set(newest.stale_categories)
    why = f"it was not computed anew for the vintage {newest.vintage}"
    return [
        Question(name, {"category": name, "board": board}, whole=name == "overall",
                  refused=why if name in stale else "")
        for name in newest.categories
    ]  # fmt: skip


def _boards(question: Mapping[str, Any]) -> list[Question]:
    opened = open_archive(question.get("archive"), sources=question.get("sources", ALL_LISTS))
    boards = [opened.board(name) for name in opened.boards()]
    return [
        Question(board.name, {"board": board})
        for board in boards
        if any(s.method in ("bradley-terry", "index") for s in board.snapshots)
    ]


def _openness(question: Mapping[str, Any]) -> list[Question]:
    leader, follower = question.get("leader", "US"), question.get("follower", "CN")
    sides = {name: noun(name).removeprefix("the ") for name in (leader, follower)}
    asked = [_pair(leader, follower, f"{sides[follower]} against {sides[leader]}", "", True)]
    for mine in ("open", "closed"):
        for theirs in ("open", "closed"):
            name = f"{sides[follower]} {mine} against {sides[leader]} {theirs}"
            asked.append(_pair(_and(leader, theirs), _and(follower, mine), name, "two by two"))
    for group, text in sides.items():
        name = f"{text} open against {text} closed"
        asked.append(_pair(_and(group, "closed"), _and(group, "open"), name, "open against closed"))
    asked.append(_pair("closed", "open", "all open against all closed", "open against closed"))
    return asked


def _labs(question: Mapping[str, Any]) -> list[Question]:
    leader = question.get("leader", "US")
    study = _everyone(question)
    own = np.isfinite(study.cast.leader.since(study.cast.tags))
    home = {t.lab: bool(mine) for t, mine in zip(study.cast.tags, own, strict=True)}
    asked = []
    for lab, why in _active(study, "lab").items():
        rival = _and(leader, f"not:lab:{lab}") if home[lab] else leader
        own_kind = f"{adjective(leader)} labs, each against the others"
        heading = own_kind if home[lab] else f"other labs, against {noun(leader)}"
        item = _pair(rival, f"lab:{lab}", lab, heading)
        asked.append(replace(item, refused=why))
    return sorted(asked, key=lambda q: not q.heading.startswith("other labs"))


def _countries(question: Mapping[str, Any]) -> list[Question]:
    leader = question.get("leader", "US")
    study = _everyone(question)
    own = np.isfinite(study.cast.leader.since(study.cast.tags))
    home = {t.country for t, mine in zip(study.cast.tags, own, strict=True) if mine}
    asked = [
        replace(_pair(leader, country, _capital(noun(country)), ""), refused=why)
        for country, why in _active(study, "country").items()
        if country not in home
    ]
    if leader in home:
        rest = f"{_capital(noun(leader))} against all others"
        asked.append(_pair(f"not:{leader}", leader, rest, ""))
    return asked


def _everyone(question: Mapping[str, Any]) -> Study:
    """The whole board, the leader's models and all the others."""
    leader = question.get("leader", "US")
    if question.get("follower") not in (None, "CN"):
        raise UsageError("labs and countries are each compared with the leader; leave follower out")
    return prepare(**{**question, "leader": leader, "follower": "ALL"})


def _active(study: Study, kind: str) -> dict[str, str]:
    """Every lab or country of a study, with why it is no slice (empty if it is one)."""
    released = [t for t in study.cast.tags if t.released <= study.as_of]
    models = Counter(getattr(t, kind) for t in released)
    last = {getattr(t, kind): t.released for t in sorted(released, key=lambda t: t.released)}
    reasons = {}
    for name in sorted(models, key=lambda name: (-models[name], name)):
        months = (study.as_of - last[name]) / DAYS_PER_MONTH
        reasons[name] = ""
        if models[name] < FEWEST:
            reasons[name] = (
                f"{models[name]} rated model{'s' * (models[name] > 1)}, and at least {FEWEST} are "
                f"needed"
            )
        elif months > ACTIVE_MONTHS:
            reasons[name] = f"no release rated here in the last {ACTIVE_MONTHS:.0f} months"
    return reasons


def _pair(leader: str, follower: str, name: str, heading: str, whole: bool = False) -> Question:
    return Question(name, {"leader": leader, "follower": follower}, heading, whole)


def _and(group: str, term: str) -> str:
    """The group with one more condition on each of its alternatives."""
    return ",".join(f"{part}+{term}" for part in group.split(","))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


QUESTIONS: Mapping[str, Callable[[Mapping[str, Any]], Sequence[Question]]] = {
    "category": _categories,
    "board": _boards,
    "openness": _openness,
    "lab": _labs,
    "country": _countries,
}

BY = tuple(QUESTIONS)
