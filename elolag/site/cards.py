"""A card for every model that is or was a record of either side, in English and German."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from statistics import NormalDist
from urllib.parse import urlsplit

from elolag import plots
from elolag.estimate.model_dates import ModelDate
from elolag.plots.rows import dates_title
from elolag.results import citing
from elolag.results.cards import behind, event, lags, said
from elolag.results.pages import words
from elolag.results.verdict import SETTLED_VOTES
from elolag.results.words import country, first_up, model_name, noun, phrase, without_asides
from elolag.site.content import Figure, Link, Page, Section
from elolag.site.material import Found

#: Longest name of a page, without its ending.
_LONGEST = 80
_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
#: Names that are pages of their own here, or that some file systems keep for themselves.
_TAKEN = {"index", "con", "prn", "aux", "nul"}
_TAKEN |= {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}


def _slugs(keys: Collection[str]) -> dict[str, str]:
    """A file name for each key, of small letters, digits, points and hyphens; no two alike.

    A key that is such a name is its own. Any other is written with what it shares with one and the
    beginning of its hash, so that no address depends on which other models there are.
    """
    found = {key: key for key in keys if _sound(key)}
    used = set(found)
    for key in sorted(set(keys) - set(found)):
        plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "model"
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        names = (f"{stem[: _LONGEST - 9]}-{digest[:n]}".lstrip("-") for n in range(8, 65))
        found[key] = next(name for name in names if name not in used)
        used.add(found[key])
    return found


def _sound(key: str) -> bool:
    known = key.partition(".")[0] in _TAKEN
    return bool(_NAME.fullmatch(key)) and len(key) <= _LONGEST and not known


_ADDRESS = re.compile(r"https://[^\s<>\"'`|\\^{}]+", re.ASCII)


def address(text: str) -> str:
    """The first https address in a text, as it may be followed; empty where there is none."""
    for found in _ADDRESS.findall(text):
        whole = found.rstrip(".,;:]")
        while whole.endswith(")") and whole.count("(") < whole.count(")"):
            whole = whole[:-1].rstrip(".,;:]")
        try:
            parts = urlsplit(whole)
            host = parts.hostname or ""
        except ValueError:
            continue
        plain = whole.isascii() and whole.isprintable() and "@" not in parts.netloc
        if plain and re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
            return str(whole)
    return ""


def references(evidence: str) -> list[str]:
    """The references of a piece of evidence, one by one."""
    return [each.strip() for each in evidence.split(" ; ") if each.strip()]


@dataclass(frozen=True)
class Deck:
    """Every model that gets a card, the newest first, and what is printed for it."""

    found: Found

    @cached_property
    def models(self) -> tuple[ModelDate, ...]:
        """The records of either side: by the ratings in use, or the best of a list of its day."""
        leads = self.found.leads
        tops = {m for s in leads.standings for m in (s.leader, s.follower)} if leads else set()
        return tuple(m for m in self.found.dates.models if m.record or m.best or m.model in tops)

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """Path of each card in English; the German one lies under ``de/``."""
        return {k: f"models/{s}.html" for k, s in _slugs([m.model for m in self.models]).items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What people call each rated model; where two are called alike, with the month."""
        released = {m.model: m.released for m in self.found.dates.models}
        names = {key: model_name(key) for key in released}
        often = Counter(names.values())
        return {k: f"{n} ({released[k][:7]})" if often[n] > 1 else n for k, n in names.items()}

    def named(self, key: str) -> str:
        """What people call a model."""
        return self.names.get(key) or model_name(key)

    def lab(self, model: ModelDate) -> str:
        """The name of who released it."""
        return self.found.material.lab(model.model)

    def path(self, model: str, lang: str) -> str:
        """Where its card is; empty where it has none."""
        path = self.paths.get(model, "")
        return f"de/{path}" if path and lang == "de" else path

    def pages(self) -> list[Page]:
        """Both lists of cards, and every card in both languages."""
        made = [self.index(lang) for lang in ("en", "de")]
        return made + [self.card(m, lang) for m in self.models for lang in ("en", "de")]

    def index(self, lang: str) -> Page:
        """The list of all cards, the newest first."""
        dates = self.found.dates
        leader, follower = (
            phrase(group, lang).to_models if lang == "de" else noun(group)
            for group in (dates.leader_group, dates.follower_group)
        )
        what = said(
            "what", lang, leader=leader, follower=follower, count=len(self.models),
            board=citing.board(dates.board, dates.category, lang),
            vintage=citing.date(dates.vintage, lang),
        )  # fmt: skip
        links = [
            Link(
                self.named(m.model),
                self.path(m.model, lang),
                said(
                    "line", lang, lab=self.lab(m), day=citing.date(m.released, lang),
                    lag=citing.lag(m.months, m.censored, lang), event=m.event(lang),
                ),
            )
            for m in self.models
        ]  # fmt: skip
        best = next(m for m in dates.models if m.best and m.group == dates.follower_group)
        told = best.sentence(lang, self.named, self.lab(best))
        section = Section("cards", said("index", lang), (what,), (self._figure(lang),), links=links)
        here = "models/index.html"
        paths = (here, f"de/{here}") if lang == "en" else (f"de/{here}", here)
        return Page(paths[0], said("cards", lang), told, (section,), lang, paths[1])

    def _figure(self, lang: str) -> Figure:
        dates = self.found.dates
        table, dated = dates.table(), event(dates.clock, lang)
        return Figure(
            name="dates",
            title=dates_title(dates, lang),
            alt=said("alt", lang, event=dated),
            caption=said(
                "caption", lang, level=citing.percent(dates.level, lang),
                draws=citing.whole(dates.n_draws, lang), event=dated,
            ),
            draw=partial(plots.dates, dates, lang=lang),
            table=table if lang == "en" else replace(table, caption=words("rows", lang)),
        )  # fmt: skip

    def card(self, model: ModelDate, lang: str) -> Page:
        """All that is said of one model."""
        return Page(
            path=self.path(model.model, lang),
            title=self.named(model.model),
            standfirst=model.sentence(lang, self.named, self.lab(model)),
            sections=(
                self._standing(model, lang), self._known(model, lang), self._evidence(model, lang),
                self._onward(model, lang),
            ),
            lang=lang,
            twin=self.path(model.model, "en" if lang == "de" else "de"),
        )  # fmt: skip

    def _standing(self, model: ModelDate, lang: str) -> Section:
        dates, reach = self.found.dates, model.reach
        thin, level = bool(dates.thin), citing.percent(dates.level, lang)
        lag = said(
            "lag", lang, lag=citing.lag(model.months, model.censored, lang), level=level,
            interval=said("few", lang) if thin else lags(model.low, model.high, lang),
        )  # fmt: skip
        who, models = noun(reach.group), phrase(reach.group, lang).models
        other = said("other", lang, who=who, models=models)
        points = [
            (first_up(other), reach.words(lang, self.named)),
            (said("day", lang, level=level), reach.interval(thin, lang)),
        ]
        if 0 < reach.never < 1:
            share = citing.chance(reach.never, lang)
            points.append((said("unreached", lang), said("draws", lang, share=share)))
        points += [
            (said("release", lang, event=model.event(lang)), lag),
            (said("record", lang), self._record(model, lang)),
        ]
        if self.found.leads is not None:
            points.append((said("lists", lang), self._lists(model, lang)))
        points.append((said("now", lang), self._rank(model, lang)))
        passed = self._passed(model, lang)
        if passed:
            points.append((said("passed", lang), passed))
        rests = said(
            "rests", lang, board=citing.board(dates.board, dates.category, lang),
            vintage=citing.date(dates.vintage, lang), draws=citing.whole(dates.n_draws, lang),
            seed=dates.seed,
        )  # fmt: skip
        ended = tuple((lead, _ended(text)) for lead, text in points)
        return Section("standing", said("standing", lang), points=ended, after=(rests,))

    def _record(self, model: ModelDate, lang: str) -> str:
        dates = self.found.dates
        released = citing.dative(model.released, lang)
        if not model.record:
            return said("record-never", lang, day=citing.date(dates.vintage, lang))
        later = [
            m for m in dates.models
            if m.record and m.group == model.group and m.rating > model.rating
        ]  # fmt: skip
        if not later:
            day = citing.date(dates.as_of, lang)
            return said("record-now", lang, released=released, day=day)
        after = min(later, key=lambda m: (m.released, m.rating))
        return said(
            "record-until", lang, released=released, name=self.named(after.model),
            on=citing.on(after.released, lang),
        )  # fmt: skip

    def _lists(self, model: ModelDate, lang: str) -> str:
        leads = self.found.leads
        if leads is None:
            return ""
        side, sign = ("leader", -1) if model.group == leads.leader_group else ("follower", 1)
        tops = [s for s in leads.standings if getattr(s, side) == model.model]
        counted = _counted(len(leads.standings), ("list", "Liste"), ("lists", "Listen"), lang)
        if not tops:
            return said("top-never", lang, lists=counted)
        first, last = (citing.date(s.date, lang) for s in (tops[0], tops[-1]))
        key = "top" if len(tops) > 1 else "top-once"
        told = said(key, lang, count=len(tops), lists=counted, first=first, last=last)
        ahead = sum(s.order == sign for s in tops)
        if ahead == len(tops):
            return told + said("ahead-all" if ahead > 1 else "ahead-there", lang)
        times = ("never-ahead", "ahead-once", "ahead")
        return told + said(times[min(ahead, 2)], lang, count=ahead)

    def _rank(self, model: ModelDate, lang: str) -> str:
        models = self.found.dates.models
        own = [m for m in models if m.group == model.group]
        others = [m for m in models if m.group != model.group]
        above = [sum(m.rating > model.rating for m in side) for side in (own, others)]
        return said(
            "rank", lang, place=above[0] + 1, above=above[1],
            own=f"{len(own)} {phrase(model.group, lang).to_models}",
            others=f"{len(others)} {phrase(model.reach.group, lang).to_models}",
        )  # fmt: skip

    def _passed(self, model: ModelDate, lang: str) -> str:
        """Who of the other side came to its level after it; empty where they were there before."""
        reach = model.reach
        if reach.state == "not-yet":
            day = citing.date(reach.until, lang)
            return said("unpassed", lang, one=phrase(reach.group, lang).one, day=day)
        if reach.above is None or reach.above[1] <= model.released:
            return ""
        name, day = reach.above
        day, sure = citing.date(day, lang), reach.sure(lang)
        return said("passed-by", lang, name=self.named(name), day=day, sure=sure)

    def _known(self, model: ModelDate, lang: str) -> Section:
        material, dates = self.found.material, self.found.dates
        row = material.tables.models[model.model]
        basis = said(row.date_basis, lang)
        dated = {
            "day": citing.date(str(row.release_date), lang),
            "month": citing.date(row.release_date, lang), "basis": basis,
        }  # fmt: skip
        points = [
            (said("key", lang), model.entry),
            (said("lab", lang), self._home(model, lang)),
            (said("released", lang), said(f"to-{row.precision}", lang, **dated)),
        ]
        if model.released != row.release_date:
            points.append((said("since", lang), citing.date(model.released, lang)))
        opened = row.weights_date
        weights = citing.dated("opened", opened, lang) if opened else said("closed-weights", lang)
        points.append((said("openness", lang), weights))
        if row.base:
            points.append((said("base", lang), self.named(row.base)))
        half = NormalDist().inv_cdf((1 + dates.level) / 2) * model.sd
        rated = said(
            "rated", lang, level=citing.percent(dates.level, lang),
            rating=citing.number(model.rating, lang), low=citing.number(model.rating - half, lang),
            high=citing.number(model.rating + half, lang), day=citing.date(dates.vintage, lang),
        )  # fmt: skip
        points.append((said("rating", lang), rated))
        points.append((said("votes", lang), self._votes(model, lang)))
        ended = tuple((lead, _ended(text)) for lead, text in points)
        return Section("known", said("known", lang), points=ended)

    def _home(self, model: ModelDate, lang: str) -> str:
        material = self.found.material
        lab = material.tables.lab(material.tables.models[model.model])
        where = country(lab.country, lang)
        told = f"{lab.name}, {where}"
        if lab.parent not in ("", lab.name, without_asides(lab.name)):
            parent = behind(lab.parent, lang)
            told = said("parent", lang, lab=lab.name, country=where, parent=parent)
        tag = material.tag(model.model)
        if tag is not None and tag.country != lab.country:
            told = said("counted", lang, told=told, country=country(tag.country, lang))
        return told

    def _votes(self, model: ModelDate, lang: str) -> str:
        if model.votes is None:
            return said("no-votes", lang)
        votes = citing.whole(model.votes, lang)
        if model.votes >= SETTLED_VOTES or not self.found.dates.board.startswith("arena/"):
            return votes
        return said("provisional", lang, votes=votes, settled=citing.whole(SETTLED_VOTES, lang))

    def _evidence(self, model: ModelDate, lang: str) -> Section:
        tables = self.found.material.tables
        row = tables.models[model.model]
        lab = tables.lab(row)
        dated = references(row.evidence)
        prose = [said("single" if len(dated) == 1 else "sources", lang, count=len(dated))]
        if any("unverified" in note.lower() for note in (row.note, lab.note)):
            prose.append(said("unverified", lang))
        points, links = [], []
        for key, texts in (("dated-by", dated), ("placed-by", references(lab.evidence))):
            lead = said(key, lang)
            for text in texts:
                to = address(text)
                if to:
                    links.append(Link(text, to, lead))
                else:
                    points.append((f"{first_up(lead)}:", text))
        title = said("evidence", lang)
        return Section("evidence", title, (" ".join(prose),), points=points, links=links)

    def _onward(self, model: ModelDate, lang: str) -> Section:
        """The cards of the models between which the other side stood, and the lists."""
        near = [pair[0] for pair in (model.reach.below, model.reach.above) if pair]
        links = [
            Link(self.named(key), self.path(key, lang))
            for key in dict.fromkeys(near)
            if key in self.paths
        ]
        before = "de/" if lang == "de" else ""
        links.append(Link(said("index", lang), f"{before}models/index.html"))
        links.append(Link(said("leads", lang), "leads/index.html"))
        return Section("onward", said("onward", lang), links=links)


def _counted(count: int, one: tuple[str, str], many: tuple[str, str], lang: str) -> str:
    return f"{count} {(one if count == 1 else many)[lang == 'de']}"


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
