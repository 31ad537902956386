"""Proposals for entries nobody has tagged: rows to review, each with its reason.

A name that reads like a known one, or takes over its place on a board, becomes an alias. Any other
becomes a new model: its lab from the organisation the board prints and from the family its name
belongs to, its date from the metadata sources, else from a stamp in the name, else first listed.
Where organisation and name leave the country open nothing is proposed.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from elolag.countries import codes
from elolag.dates import parse
from elolag.errors import UsageError
from elolag.sources.tidy import full_date
from elolag.tags import names
from elolag.tags.listings import Fact, Listed
from elolag.tags.lookup import Lookup
from elolag.tags.rows import Alias, Lab, Model, labs_of
from elolag.tags.tables import UNKNOWN, Tables, columns

#: Share of a family's models that one lab must have made for the name alone to say the lab.
_FAMILY_SHARE = 0.9
#: Models a family must have for that.
_FAMILY_SIZE = 3
#: Points and share of votes within which a new entry may be a vanished one under a new name.
_RENAME_POINTS = 6.0
_RENAME_VOTES = 0.9
#: Which source's spelling names a new model, best first; the rest follow.
_RANK = {"arena-dataset": 0, "arena-catalog": 1, "arena-web": 2}
#: A metadata date this many days before the first listing is of another model, or mistyped.
_TOO_EARLY_DAYS = 400
_CLOSED = re.compile(r"propriet|closed|api access|unreleased|^$|^-$", re.I)
#: These end a name only as an effort; other efforts can also be part of a model's name.
_SURE = frozenset({("xhigh",), ("high",), ("low",), ("minimal",), ("no", "thinking")})
#: Efforts nobody has tagged yet but somebody will.
_MAYBE = ("max", "medium", "reasoning", "non-reasoning", "thinking")
_MAX = ("max",)
#: Points by which entries of one model may differ on a board before it is worth a word.
_ODD_POINTS = 40.0


@dataclass(frozen=True)
class Suggestion:
    """Rows proposed for the entries of one model.

    Attributes
    ----------
    entries
        The untagged entries, as (source, board, entry).
    first
        ISO date on which the first of them was listed.
    aliases
        One per spelling; empty where nothing can be proposed.
    model, lab
        New rows, where the model or the lab is new.
    country
        Where the model would count; empty where nothing can be proposed.
    reason
        Why, or why nothing is proposed.
    maker, released
        Key of the lab and release date of the model, new or known; empty as for `country`.
    why
        The reason in a few words.
    gap
        Points that the best of the entries is below the best of its board; None where no rating
        is known.
    """

    entries: tuple[tuple[str, str, str], ...] = ()
    first: str = ""
    aliases: tuple[Alias, ...] = ()
    model: Model | None = None
    lab: Lab | None = None
    country: str = ""
    reason: str = ""
    maker: str = ""
    released: str = ""
    why: str = ""
    gap: float | None = None

    def cells(self) -> tuple[str, ...]:
        """For people: name (and how many more entries), lab, country, date, why."""
        others = len({entry for _, _, entry in self.entries}) - 1
        name = self.entries[0][2] + (f" (+{others})" if others else "")
        return name, self.maker or "?", self.country or "?", self.released or "?", self.why


class _Knowledge:
    """What the tagged names, the metadata and the boards say, indexed."""

    def __init__(self, tables: Tables, listings: Sequence[Listed], facts: Sequence[Fact]) -> None:
        self.tables = tables
        lookup = Lookup(tables)
        self.untagged = [e for e in listings if lookup.alias(e.source, e.entry, e.name) is None]
        self.renames = _renames(self.untagged, listings, lookup)
        self.rated = _ratings(listings, lookup)
        self.by_words: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self.families: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        self.facts: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
        self.pending: set[tuple[str, ...]] = set()
        for listed in self.untagged:
            read = names.words(listed.entry)
            self.pending |= {read, *(read[: -len(e)] for e in _SURE if read[-len(e) :] == e)}
        aliases = (*tables.aliases, *tables.overrides)
        spelled = [(model, model) for model in tables.models]
        spelled += [
            (alias.entry, alias.model)
            for alias in aliases
            if alias.source == "*" and alias.model != UNKNOWN and alias.pattern is None
        ]
        for text, model in spelled:
            self.by_words[names.words(text)].add(model)
            self.by_words[names.words(names.without_efforts(text))].add(model)
        for row in tables.models.values():
            read = names.words(row.model)
            for length in range(1, len(read) + 1):
                self.families[read[:length]][row.lab] += 1
        for fact in facts:
            for text in {fact.entry, fact.name}:
                self.facts[names.words(names.without_efforts(text))].append(fact)
        tagged = {names.words(alias.effort) for alias in aliases}
        # Some tagged variants ("pro", "preview") are words that names of models end with as well.
        known = {e for e in tagged if any(w in names.EFFORTS or w.isdigit() for w in e)}
        known |= {names.words(text) for text in _MAYBE} | _SURE
        self.efforts = tuple(sorted(known, key=len, reverse=True))
        self.shown = Counter(
            names.words(alias.entry)[0]
            for alias in aliases
            if names.EFFORTS & set(names.words(alias.effort)) and names.words(alias.entry)
        )
        maxed = [read for model in tables.models if "max" in (read := names.words(model))]
        self.products = Counter(read[0] for read in maxed)
        before = {word for read in maxed for word in read[: read.index("max")][-1:]}
        self.before_max = {w for w in before if w.isalpha()} - {read[0] for read in maxed}

    def known(self, text: str) -> str | None:
        """The one model a name reads like."""
        found = self.by_words.get(names.words(text), set())
        return next(iter(found)) if len(found) == 1 else None

    def is_product(self, stem: tuple[str, ...]) -> bool:
        """Whether ``max`` after a stem is part of a product's name, as in ``qwen3-max``.

        It is where names of the family that end so are no rarer than its efforts, or where the
        same word stands before it in a product's name (``codex-max``).
        """
        products = self.products[stem[0]]
        return stem[-1] in self.before_max or (products > 0 and products >= self.shown[stem[0]])

    def split(self, entry: str) -> tuple[str, str]:
        """A name's stem and the effort at its end, if that is what it is."""
        read = names.words(entry)
        for effort in self.efforts:
            stem = read[: -len(effort)]
            if stem and read[-len(effort) :] == effort:
                known = stem in self.by_words or stem in self.facts or stem in self.pending
                if effort == _MAX:
                    known = (known or self.shown[stem[0]] > 0) and not self.is_product(stem)
                if effort in _SURE or known:
                    return _cut(entry, len(stem))
        bare = names.without_efforts(entry)
        return (bare, entry[len(bare) :].strip(" ()_").lower()) if bare != entry else (entry, "")

    def family(self, stem: str) -> tuple[str, str]:
        """The lab whose names start like this one, and how many do: the longest start decides."""
        read = names.words(stem)
        for length in range(len(read), 0, -1):
            counts = self.families.get(read[:length])
            if counts:
                lab, most = counts.most_common(1)[0]
                if counts.total() >= _FAMILY_SIZE and most >= _FAMILY_SHARE * counts.total():
                    return lab, f"{most} of {counts.total()}"
        return "", ""

    def dated(self, stem: str, first: str) -> list[Fact]:
        """Metadata of this name with a full date that can be its release."""
        found = self.facts.get(names.words(stem), [])
        dated = [(full_date(fact.release_date), fact) for fact in found]
        since = parse(first) - dt.timedelta(_TOO_EARLY_DAYS)
        return [fact for day, fact in sorted(dated, key=str) if day and day > since]


def suggest(
    tables: Tables, listings: Sequence[Listed], facts: Sequence[Fact] = ()
) -> list[Suggestion]:
    """Proposals for every untagged entry, those of one model together, the highest rated first.

    Highest is nearest to the best of its board; what no board rates comes last, by first listing.

    Parameters
    ----------
    listings
        Entries of an archive; with ratings and votes renames are found too.
    facts
        Rows of its metadata sources.
    """
    knowledge = _Knowledge(tables, listings, facts)
    groups: dict[tuple[str, ...], list[Listed]] = defaultdict(list)
    for listed in knowledge.untagged:
        groups[names.words(knowledge.split(listed.entry)[0])].append(listed)
    out = [_propose(group, knowledge) for group in groups.values()]
    return sorted(out, key=lambda s: (math.inf if s.gap is None else s.gap, s.first, s.entries))


def _cut(text: str, count: int) -> tuple[str, str]:
    """A text before and after its first `count` words, separators trimmed."""
    ends = [found.end() for found in re.finditer(r"[A-Za-z]+|\d+", text)]
    offset = len(ends) - len(names.words(text))
    at = ends[offset + count - 1]
    return text[:at], re.sub(r"[-_ ()]+", " ", text[at:]).strip().lower()


def _propose(group: list[Listed], knowledge: _Knowledge) -> Suggestion:
    group = sorted(group, key=lambda e: (_RANK.get(e.source, len(_RANK)), e.first, e.entry))
    first = min(e.first for e in group if e.rated or not any(other.rated for other in group))
    return replace(
        _decide(group, first, knowledge),
        entries=tuple((e.source, e.board, e.entry) for e in group),
        first=first,
        gap=min((e.gap for e in group if not math.isnan(e.gap)), default=None),
    )


def _decide(group: list[Listed], first: str, knowledge: _Knowledge) -> Suggestion:
    """What is proposed for one model, its entries left open."""
    stem, effort = knowledge.split(group[0].entry)
    tables = knowledge.tables
    known = knowledge.known(stem) or knowledge.known(group[0].entry)
    reason, why = "reads like a name of it", f"effort {effort}" if effort else "another spelling"
    if known is None:
        found = (knowledge.renames.get((e.source, e.board, e.entry)) for e in group)
        known = next((model for model in found if model), None)
        reason = "takes the place of its vanished entry: same lab, rating and votes"
        why = f"new name of {known}"
    printed = Counter(lab for e in group for lab in labs_of(e.organisation) if lab in tables.labs)
    if known and (not printed or tables.models[known].lab in printed):
        odd = _odd(group, known, knowledge.rated)
        row = tables.models[known]
        return Suggestion(
            aliases=_aliases(group, known, reason + odd, knowledge),
            country=tables.country(row),
            maker=row.lab,
            released=row.release_date,
            reason=f"{known}: {reason}{odd}",
            why=f"{why}?" if odd else why,
        )
    key = _key(stem)
    if key in tables.models:
        return Suggestion(
            reason=f"reads like {key}, but its board prints another organisation; tag it by hand",
            why=f"by hand: {key} of another lab?",
        )
    facts = knowledge.dated(stem, first)
    lab, new_lab, text = _lab(group, printed, facts, knowledge.family(stem))
    if lab is None:
        return Suggestion(reason=text, why="by hand: no lab known")
    model, dated, basis = _model(key, lab, group, first, facts, text)
    rows = (new_lab,) if new_lab else tables.labs[lab]
    return Suggestion(
        aliases=_aliases(group, key, "proposed with the model", knowledge),
        model=model,
        lab=new_lab,
        country=next((row.country for row in rows if row.covers(model.release_date)), ""),
        maker=lab,
        released=model.release_date,
        reason=f"{text}; {dated}",
        why=f"new lab; {basis}" if new_lab else basis,
    )


def _lab(
    group: list[Listed], printed: Counter[str], facts: Sequence[Fact], like: tuple[str, str]
) -> tuple[str | None, Lab | None, str]:
    """The lab's key, a new row if it is new, and the reason; `like` is the name's family."""
    family, share = like
    organisation = next((e.organisation for e in group if e.organisation), "")
    if len(printed) == 1:
        lab = next(iter(printed))
        said = f"{lab}: the board prints {organisation!r}"
        if family == lab:
            return lab, None, f"{said}, and {share} names that start so are its own"
        if family:
            said += f"; the name is of the family of {family}: if built on it, fill in the base"
        return lab, None, said
    if printed:
        return None, None, f"several labs are printed ({', '.join(sorted(printed))}): tag by hand"
    if organisation:
        countries = {code for fact in facts for code in codes(fact.country)}
        if len(countries) != 1:
            return None, None, f"{organisation!r} is no known lab: add it with its country"
        row = Lab(
            lab=_key(organisation),
            name=organisation,
            parent="",
            country=countries.pop(),
            from_="",
            until="",
            other_sites="",
            evidence=_evidence(facts),
            note="proposed from a metadata source; check the headquarters",
        )
        return row.lab, row, f"{row.lab}: new, country from {row.evidence}"
    if family:
        return family, None, f"{family}: {share} names that start so are its own"
    return None, None, "no organisation is printed and the name is of no known family: tag by hand"


def _model(
    key: str, lab: str, group: list[Listed], first: str, facts: Sequence[Fact], said: str
) -> tuple[Model, str, str]:
    """The new row, how it was dated, and that in a word or two."""
    stamp = names.stamp(group[0].entry)
    if facts:
        date, basis, evidence = facts[0].release_date, "announcement", _evidence(facts)
        if facts[0].source == "openrouter":
            basis = "api"
        dated, word = f"dated by {evidence}", facts[0].source
        if date > first:
            dated += f", after it was first listed ({first}): a test before release?"
    elif stamp:
        date = min(stamp.iso(parse(first)), first)
        basis, evidence = "name stamp", f"name stamp {stamp.text} in entry {group[0].entry}"
        dated, word = f"dated by the stamp {stamp.text}", f"stamp {stamp.text}"
    else:
        date, basis = first, "first listed"
        evidence = f"first listed {group[0].board} {first}"
        dated, word = "no date but the first listing was found", "first listed"
    licences = {e.licence for e in group if e.licence}
    is_open = any(f.open_weights == "true" for f in facts) or any(
        not _CLOSED.search(licence) for licence in licences
    )
    if is_open:
        dated += "; weights taken to come with the release: check"
    model = Model(
        model=key,
        lab=lab,
        release_date=date,
        precision="month" if basis == "name stamp" and stamp and not stamp.day else "day",
        date_basis=basis,
        weights_date=date if is_open else "",
        base="",
        evidence=evidence,
        note=f"Proposed, to be reviewed. {said}; {dated}",
    )
    return model, dated, word


def _aliases(
    group: list[Listed], model: str, reason: str, knowledge: _Knowledge
) -> tuple[Alias, ...]:
    texts = dict.fromkeys(e.entry for e in group)
    return tuple(
        Alias("*", text, model, knowledge.split(text)[1], f"Proposed: {reason}") for text in texts
    )


def _renames(
    untagged: Sequence[Listed], listings: Sequence[Listed], lookup: Lookup
) -> dict[tuple[str, str, str], str]:
    """New entries that follow a vanished one on their board: the model it showed."""
    found: dict[tuple[str, str, str], str] = {}
    boards: dict[tuple[str, str], list[Listed]] = defaultdict(list)
    for listed in listings:
        boards[listed.source, listed.board].append(listed)
    for new in untagged:
        words = set(names.words(new.entry))
        for old in boards[new.source, new.board]:
            alias = lookup.alias(old.source, old.entry, old.name)
            if alias is None or alias.model == UNKNOWN or old.last >= new.first:
                continue
            shared = set(names.words(old.entry))
            close = abs(new.rating[0] - old.rating[1]) <= _RENAME_POINTS
            grown = new.votes[0] >= _RENAME_VOTES * old.votes[1]
            if (words <= shared or shared <= words) and close and grown:
                found[new.source, new.board, new.entry] = alias.model
    return found


def _ratings(listings: Sequence[Listed], lookup: Lookup) -> dict[tuple[str, str], list[float]]:
    """Last ratings of the tagged entries, by board and model."""
    rated: dict[tuple[str, str], list[float]] = defaultdict(list)
    for listed in listings:
        alias = lookup.alias(listed.source, listed.entry, listed.name)
        if alias and listed.rating[1] == listed.rating[1]:
            rated[listed.board, alias.model].append(listed.rating[1])
    return rated


def _odd(group: list[Listed], model: str, rated: Mapping[tuple[str, str], list[float]]) -> str:
    """A warning when an entry rates far from every other of its model on its board."""
    for listed in group:
        others = rated.get((listed.board, model), [])
        apart = min((abs(listed.rating[0] - rating) for rating in others), default=0.0)
        if apart > _ODD_POINTS:
            return f"; but {apart:.0f} points from its others on {listed.board}: a new version?"
    return ""


def _evidence(facts: Sequence[Fact]) -> str:
    return " ; ".join(f"{f.source} {f.vintage} {f.entry} {f.release_date}" for f in facts[:3])


def _key(text: str) -> str:
    """A model key out of a published name."""
    plain = re.sub(r"[^a-z0-9.+_]+", "-", text.lower()).strip("-._+")
    return plain or "unnamed"


def write_folder(suggestions: Sequence[Suggestion], folder: Path) -> list[Path]:
    """The proposed rows alone, as CSVs that ``--tags FOLDER`` reads; the files written.

    Without a proposal there is nothing to write, and no folder is made.

    Raises
    ------
    UsageError
        The folder exists, or cannot be written: nothing is ever overwritten.
    """
    labs = dict.fromkeys(s.lab for s in suggestions if s.lab)
    models = (s.model for s in suggestions if s.model)
    aliases = (alias for s in suggestions for alias in s.aliases)
    tables: dict[str, list[Lab] | list[Model] | list[Alias]] = {
        "labs": sorted(labs, key=lambda row: (row.lab, row.from_)),
        "models": sorted(models, key=lambda row: row.model),
        "aliases": sorted(aliases, key=lambda row: (row.entry, row.source)),
    }
    tables = {name: rows for name, rows in tables.items() if rows}
    if not tables:
        return []
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise UsageError(f"{folder} exists; name a new folder") from error
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror or error}") from error
    paths = [folder / f"{name}.csv" for name in tables]
    try:
        for path, rows in zip(paths, tables.values(), strict=True):
            with path.open("x", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns(type(rows[0])))
                writer.writerows(astuple(row) for row in rows)
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror or error}") from error
    return paths
