"""The validator: what in the tags is probably wrong, as data.

Three kinds of evidence are held against the tables: the tables themselves, the entries of an
archive, and metadata sources. A finding is fixed, or carries a written exception in
``data/exceptions.csv``; `docs/tagging.md` says what each kind means.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from types import MappingProxyType

from elolag.countries import codes
from elolag.dates import parse
from elolag.errors import TagError
from elolag.sources.tidy import full_date
from elolag.tags import names
from elolag.tags.listings import Fact, Listed
from elolag.tags.lookup import Lookup
from elolag.tags.rows import Alias, Model
from elolag.tags.tables import UNKNOWN, Tables, base_cycle

#: Models of one lab released this close together are one release under several names.
_SAME_RELEASE_DAYS = 3
#: A stamp further than this from a release belongs to another version of the name.
_SAME_VERSION_DAYS = 45
#: Here the key is shorter than the name and can mean another version than the name says.
_NAME_FIRST = ("artificial-analysis",)


class Matcher:
    """Finds the model a metadata source's row speaks of, by its name alone.

    Organisation, date and country of the row take no part, so that comparing them with ours
    afterwards means something.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._own: dict[tuple[str, str], str] = {}
        self._by_words: list[dict[tuple[str, ...], set[str]]] = [defaultdict(set) for _ in range(3)]
        for model in tables.models:
            self._add(model, model)
        for alias in (*tables.aliases, *tables.overrides):
            if alias.model == UNKNOWN or alias.pattern is not None:
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
        if fact.source in _NAME_FIRST:
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
        return abs(dated.days_from(release)) <= _SAME_VERSION_DAYS

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
        later = {"preview", "exp", "api"}
        return {
            model
            for words, models in self._by_words[0].items()
            if words[: len(read)] == read
            and all(word.isdigit() or word in later for word in words[len(read) :])
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
        if max(days) - min(days) > dt.timedelta(_SAME_RELEASE_DAYS):
            return None
        return found[0]


def _readings(words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Three ever looser readings: in order; in any order; in any order without filler words."""
    plain = tuple(sorted(word for word in words if word not in names.FILLERS))
    return words, tuple(sorted(words)), plain


#: Days a release may follow its first listing: boards list in their own time zone, and early.
_LISTED_DAYS = 3
#: Days a stamp in a name may be away from the release.
_STAMP_DAYS = 7
#: Days two sources, or two versions in the wrong order, may be apart.
_APART_DAYS = 14
#: Days the first of several siblings may be ahead of the second.
_ALONE_DAYS = 240
#: Marks an alias of a pre-release test: its listing precedes the release on purpose.
_PRE_RELEASE = "pre-release test"

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "untagged": "an entry of the archive that no alias knows",
        "released-after-listed": f"released more than {_LISTED_DAYS} days after first listed",
        "stamp": f"the stamp in the name is more than {_STAMP_DAYS} days from the release",
        "order": f"an older version released more than {_APART_DAYS} days after a newer one",
        "far-before-siblings": f"{_ALONE_DAYS} days ahead of every other of its version",
        "one-name": "one name, two models",
        "alias-unused": "an alias that no entry of the archive reads like",
        "alias-shadowed": "an alias that another row always answers for, with another model",
        "no-country": "a lab without a country on a release date",
        "base-cycle": "bases that run in a circle",
        "weights-before-release": "weights dated before the release",
        "date-disagrees": f"a metadata source is more than {_APART_DAYS} days away",
        "country-disagrees": "a metadata source names other countries",
        "source-order": "a metadata source has a re-release before what it re-releases",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is probably wrong.

    Attributes
    ----------
    kind
        One of `_KINDS`.
    subject
        The model, the alias (``source: entry``) or the source's row (``source: entry``) concerned.
    message
        What was found, with the values.
    exception
        Why it is right all the same; empty where nobody has said.
    """

    kind: str
    subject: str
    message: str
    exception: str = ""


def check(
    tables: Tables,
    listings: Sequence[Listed] = (),
    facts: Sequence[Fact] = (),
    exceptions: Mapping[tuple[str, str], str] | None = None,
) -> list[Finding]:
    """Everything the validator finds, in the order of `_KINDS`, then by subject.

    Parameters
    ----------
    tables
        The tables under test.
    listings
        Entries of an archive; without them the findings that need one are not made.
    facts
        Rows of metadata sources.
    exceptions
        (kind, subject) -> reason; by default those of the package.
    """
    reasons = _load_exceptions() if exceptions is None else exceptions
    released = [(m.model, m.model, m.release_date) for m in tables.models.values()]
    found = {
        *_own(tables),
        *_names(tables),
        *_order("order", released),
        *_siblings(tables.models.values()),
        *(_listed(tables, listings, facts) if listings else ()),
        *_sources(tables, facts),
    }
    rank = {kind: i for i, kind in enumerate(_KINDS)}
    return sorted(
        (replace(f, exception=reasons.get((f.kind, f.subject), "")) for f in found),
        key=lambda f: (rank[f.kind], f.subject, f.message),
    )


@cache
def _load_exceptions() -> Mapping[tuple[str, str], str]:
    """The package's written exceptions: (kind, subject) -> reason."""
    name = "exceptions.csv"
    text = (resources.files("elolag.tags") / "data" / name).read_text("utf-8")
    out: dict[tuple[str, str], str] = {}
    for line, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
        key = (row["kind"], row["subject"])
        if row["kind"] not in _KINDS or not row["reason"] or key in out:
            raise TagError(
                f"{name}, line {line}: {key!r} is no new exception of a known kind with a reason"
            )
        out[key] = row["reason"]
    return MappingProxyType(out)


def _own(tables: Tables) -> Iterable[Finding]:
    """What a table says against itself. `load` refuses most of it; tables can be made otherwise."""
    for model in tables.models.values():
        if not any(lab.covers(model.release_date) for lab in tables.labs.get(model.lab, ())):
            message = f"lab {model.lab!r} has no country on {model.release_date}"
            yield Finding("no-country", model.model, message)
        circle = base_cycle(tables.models, model.model)
        if circle:
            yield Finding("base-cycle", model.model, " -> ".join([*circle, circle[0]]))
        if model.weights_date and model.weights_date < model.release_date:
            message = f"weights {model.weights_date}, release {model.release_date}"
            yield Finding("weights-before-release", model.model, message)
        stamp = names.stamp(model.model)
        if stamp:
            away = stamp.days_from(parse(model.release_date))
            if abs(away) > _STAMP_DAYS:
                message = f"{stamp.text!r} in the name, released {model.release_date} ({away:+} d)"
                yield Finding("stamp", model.model, message)


def _names(tables: Tables) -> Iterable[Finding]:
    """One name, two models: keys that read alike however they write a date; aliases likewise."""
    readings: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for key in tables.models:
        readings[names.words(key)].add(key)
    for alias in (*tables.aliases, *tables.overrides):
        if alias.pattern is None:
            readings[names.words(alias.entry)].add(alias.model)
    stamped: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for model in tables.models.values():
        read = names.parse_name(model.model)
        if read.stamp:
            words = sorted((*read.family, *read.rest))
            day = (read.stamp.month, read.stamp.day)
            stamped[model.lab, *words, read.version, day, model.release_date].add(model.model)
    for models in (*readings.values(), *stamped.values()):
        if len(models) > 1:
            found = sorted(models)
            yield Finding("one-name", found[0], f"reads like {', '.join(found[1:])}")


def _order(kind: str, dated: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """Versions dated in the wrong order: v3 before v2, a re-release before the release.

    `dated` has (subject, name, ISO date) of each; one whose date is no full day is left out.
    """
    series: dict[tuple[str, ...], list[tuple[names.Parsed, str, dt.date]]] = defaultdict(list)
    for subject, name, date in dated:
        day = full_date(date)
        if day:
            read = names.parse_name(name)
            words = sorted(w for w in (*read.family, *read.rest) if w not in names.FILLERS)
            series[tuple(words)].append((read, subject, day))
    found = []
    for members in series.values():
        for newer, new, new_date in members:
            late = [
                (old_date, old)
                for older, old, old_date in members
                if _precedes(older, newer) and (old_date - new_date).days > _APART_DAYS
            ]
            if late:
                old_date, old = max(late)
                found.append(Finding(kind, new, f"{new_date}, before {old} of {old_date}"))
    return found


def _precedes(one: names.Parsed, other: names.Parsed) -> bool:
    """Whether names alone say that `one` came out before `other`."""
    if one.version != other.version:
        # A dated re-release of an old version may well follow the next version.
        known = one.version and other.version and one.stamp is None
        return bool(known) and one.version < other.version
    return one.stamp is None and other.stamp is not None


def _siblings(models: Iterable[Model]) -> list[Finding]:
    """Models dated long before every other model of the same version of the same lab."""
    groups: dict[tuple[object, ...], list[Model]] = defaultdict(list)
    for model in models:
        read = names.parse_name(model.model)
        if read.version:
            groups[model.lab, read.family[:1], read.version].append(model)
    found = []
    for members in groups.values():
        if len(members) < 3:
            continue
        first, second = sorted(members, key=lambda m: m.release_date)[:2]
        ahead = (parse(second.release_date) - parse(first.release_date)).days
        if ahead > _ALONE_DAYS:
            message = f"{first.release_date}, {ahead} days before {second.model}"
            found.append(Finding("far-before-siblings", first.model, message))
    return found


def _listed(tables: Tables, listings: Sequence[Listed], facts: Sequence[Fact]) -> Iterable[Finding]:
    """What the entries of an archive say against the tables."""
    lookup = Lookup(tables)
    rows = [(e.source, e.entry, e.name) for e in listings]
    answers = [lookup.alias(*row) for row in rows]
    first: dict[str, Listed] = {}
    for listed, alias in zip(listings, answers, strict=True):
        if alias is None:
            subject = f"{listed.source}: {listed.entry}"
            yield Finding("untagged", subject, f"on {listed.board} since {listed.first}")
        elif listed.rated and alias.model != UNKNOWN and _PRE_RELEASE not in alias.effort:
            known = first.get(alias.model)
            if known is None or listed.first < known.first:
                first[alias.model] = listed
    for name, listed in first.items():
        model = tables.models[name]
        late = (parse(model.release_date) - parse(listed.first)).days
        if late > _LISTED_DAYS:
            message = f"{model.release_date}, listed on {listed.board} {listed.first}"
            yield Finding("released-after-listed", name, message)
    # The rows of a rated index that carry no score are only in its table of facts.
    rows += [(f.source, f.entry, f.name) for f in facts]
    answers += [lookup.alias(*row) for row in rows[len(answers) :]]
    yield from _unanswered(tables, rows, answers)


def _unanswered(
    tables: Tables, rows: Sequence[tuple[str, str, str]], answers: Sequence[Alias | None]
) -> Iterable[Finding]:
    """Aliases that never answer, and whether that is because another one does."""
    answered = {alias for alias in answers if alias}
    by_text: dict[str, list[int]] = defaultdict(list)
    # One name is spelled in several ways; an alias for a spelling now out of use is no error.
    read = {names.words(text) for row in rows for text in row[1:]}
    for i, (_, entry, name) in enumerate(rows):
        for text in {entry.strip(), name.strip()}:
            by_text[text].append(i)
    for alias in (*tables.aliases, *tables.overrides):
        if alias in answered:
            continue
        if alias.pattern is not None:
            alone = Lookup(replace(tables, aliases=(alias,), overrides=()))
            fitting = [i for i, row in enumerate(rows) if alone.alias(*row)]
        else:
            fitting = [i for i in by_text[alias.entry] if alias.source in ("*", rows[i][0])]
        subject = f"{alias.source}: {alias.entry}"
        if not fitting and names.words(alias.entry) not in read:
            yield Finding("alias-unused", subject, f"no entry reads like it ({alias.model})")
        for rival in (answers[i] for i in fitting):
            if rival and rival.model != alias.model:
                message = f"{alias.model}; {rival.source}: {rival.entry} says {rival.model}"
                yield Finding("alias-shadowed", subject, message)


def _sources(tables: Tables, facts: Sequence[Fact]) -> Iterable[Finding]:
    """Where metadata sources disagree with the tables, or with themselves."""
    matcher = Matcher(tables)
    by_source: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for fact in facts:
        subject = f"{fact.source}: {fact.entry}"
        text = fact.name if fact.source in _NAME_FIRST else fact.entry
        by_source[fact.source].append((subject, text, fact.release_date))
        name = matcher.match(fact)
        if name is None:
            continue
        model = tables.models[name]
        day = full_date(fact.release_date)
        if day:
            apart = (parse(model.release_date) - day).days
            if abs(apart) > _APART_DAYS:
                message = f"{fact.release_date}; here {name} is of {model.release_date}"
                yield Finding("date-disagrees", subject, message)
        theirs = codes(fact.country)
        ours = tables.country(model)
        if theirs and ours not in theirs:
            message = f"{', '.join(theirs)}; here {name} is {ours}"
            yield Finding("country-disagrees", subject, message)
    for dated in by_source.values():
        yield from _order("source-order", dated)
