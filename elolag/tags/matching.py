"""Which of our models a metadata source's row speaks of, judged by the name alone.

The organisation, the date and the country of the row take no part, so that comparing them with
ours afterwards means something.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from elolag.months import parse
from elolag.tags import names
from elolag.tags.listings import Fact
from elolag.tags.lookup import GLOB
from elolag.tags.tables import UNKNOWN, Tables

#: Models of one lab released this close together are one release under several names.
SAME_RELEASE_DAYS = 3
#: A stamp further than this from a release belongs to another version of the name.
SAME_VERSION_DAYS = 45
#: Here the key is shorter than the name and can mean another version than the name says.
NAME_FIRST = ("artificial-analysis",)


class Matcher:
    """Finds models by name under one set of tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._own: dict[tuple[str, str], str] = {}
        self._by_words: list[dict[tuple[str, ...], set[str]]] = [defaultdict(set) for _ in range(3)]
        for model in tables.models:
            self._add(model, model)
        for alias in (*tables.aliases, *tables.overrides):
            if alias.model == UNKNOWN or alias.entry.startswith(GLOB):
                continue
            if alias.source == "*":
                self._add(alias.entry, alias.model)
            else:
                self._own[alias.source, alias.entry] = alias.model

    def _add(self, text: str, model: str) -> None:
        read = names.words(names.without_efforts(text))
        for table, words in zip(self._by_words, _readings(read), strict=True):
            table[words].add(model)

    def match(self, fact: Fact) -> str | None:
        """The model a row speaks of; None where no name fits, or several do equally."""
        texts = [fact.entry.strip(), fact.name.strip()]
        if fact.source in NAME_FIRST:
            texts.reverse()
        dated = names.stamp(fact.entry)
        for text in texts:
            found = self._own.get((fact.source, text)) or self._candidate(text)
            if found and (dated is None or self._fits(found, dated)):
                return found
            if names.month_hint(text):
                return None
        return None

    def _fits(self, model: str, dated: names.Stamp) -> bool:
        """Whether a model is the version a stamp speaks of, not another of the same name."""
        release = parse(self._tables.models[model].release_date)
        return abs(dated.days_from(release)) <= SAME_VERSION_DAYS

    def _candidate(self, text: str) -> str | None:
        hint = names.month_hint(text)
        read = names.words(names.without_efforts(names.without_hint(text)))
        if not read:
            return None
        if hint:
            return self._one(self._in_month(read, hint))
        for table, words in zip(self._by_words, _readings(read), strict=True):
            if words in table:
                return self._one(table[words])
        return None

    def _in_month(self, read: tuple[str, ...], hint: str) -> set[str]:
        """Models released in a month whose name starts with the same words."""
        return {
            model
            for words, models in self._by_words[0].items()
            if words[: len(read)] == read and _only_stamp(words[len(read) :])
            for model in models
            if self._tables.models[model].release_date.startswith(hint)
        }

    def _one(self, models: Iterable[str]) -> str | None:
        """The one candidate, or the first of several that are one release."""
        found = sorted(models, key=lambda m: (len(m), m))
        rows = [self._tables.models[m] for m in found]
        if not rows or len({row.lab for row in rows}) > 1:
            return None
        days = [parse(row.release_date) for row in rows]
        if max(days) - min(days) > dt.timedelta(SAME_RELEASE_DAYS):
            return None
        return found[0]


def _readings(words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Three ever looser readings: in order; in any order; in any order without filler words."""
    plain = tuple(sorted(word for word in words if word not in names.FILLERS))
    return words, tuple(sorted(words)), plain


def _only_stamp(words: tuple[str, ...]) -> bool:
    return all(word.isdigit() or word in {"preview", "exp", "api"} for word in words)
