"""Every phrase for people: of results, of models, of groups; `citing` has those of citations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from elolag.countries import NOUNS
from elolag.schema import OFFICIAL_LISTS

#: The names of one alternative of a group's expression, each with whether it is negated.
_Terms = list[tuple[bool, str]]
#: Rated models that a group needs at least, for an interval to be given.
FEWEST = 3
#: Names of untagged entries in one sentence; the table holds all.
MOST_NAMED = 10

#: Said of a list of votes that does not print how many there are.
NO_VOTES = (
    "the list prints no votes for these models: which ratings are provisional (under {votes} "
    "votes) cannot be told"
)

#: What errors and re-runs of the ratings say nothing of, by the board's measure.
_UNSEEN = {
    "votes": (
        "whether blind votes measure capability; which models a lab submits; how representative "
        "the voters are"
    ),
    "index": (
        "whether the chosen benchmarks measure capability; which models are tested, and with what "
        "effort"
    ),
    "time-horizon": (
        "whether the chosen tasks and their human times measure capability; which models are "
        "tested, and with what tools"
    ),
    "own": "what the ratings measure; which models are rated",
}
_LEFT_OUT = {
    "measurement": (
        "The measurement interval covers errors of the published ratings{covered}. It leaves out: "
        "{unseen}; and what another run of history would have given."
    ),
    "sampling": (
        "The sampling interval is for the mean over re-run histories with the same pace of "
        "releases, and covers errors of measurement. It leaves out: {unseen}; and that the pace "
        "may change."
    ),
}


#: What it covers beside, by the clock: a first listing is known to the day.
_COVERED = {
    "released": ", of linking retired models and of release dates known to the month",
    "first-listed": " and of linking retired models",
}


def left_out(interval: str, measure: str = "votes", clock: str = "released") -> str:
    """What an interval covers and leaves out.

    Parameters
    ----------
    interval
        ``measurement``, ``sampling`` or ``both``.
    measure
        Name of the board's measure (see `elolag.schema.Measure`).
    clock
        What dates a model: ``released`` or ``first-listed``.
    """
    kinds = tuple(_LEFT_OUT) if interval == "both" else (interval,)
    filled = {"unseen": _UNSEEN[measure], "covered": _COVERED[clock]}
    return " ".join(_LEFT_OUT[kind].format(**filled) for kind in kinds)


#: Said of every answer that rests on the publishers' own lists only.
OFFICIAL_ONLY = {
    "en": "official lists only: what others copied from the publishers is left out",
    "de": "nur Listen, die der Herausgeber selbst veröffentlicht hat",
}


#: Said of a board of one's own on which no drift is assumed.
NO_DRIFT = (
    "no drift of young entries is assumed on a board of your own (--drift arena assumes that of "
    "Arena's boards)"
)


def which_lists(sources: str, lang: str = "en") -> tuple[str, ...]:
    """What a reader must know of the lists an answer could use; nothing where it is all."""
    return (OFFICIAL_ONLY[lang],) if sources == OFFICIAL_LISTS else ()


NOT_A_FORECAST = (
    "It is how much earlier the same level was reached: no forecast, and not the time that the "
    "follower needs to catch up or to copy a model."
)

#: What each estimand asks, in one line; the window is filled in by `meaning`.
MEANING = {
    "current": (
        "how long before the as-of date the leader first reached the follower's best of that day"
    ),
    "average": (
        "how long before, the leader had first been as good as the follower's best of the day, "
        "averaged over every day of {window} (a lead counts as minus)"
    ),
    "at-release": "how late the follower's records of {window} came, each on its own day",
    "catch-up": "median time until the follower reaches a record the leader set in {window}",
    "levels": (
        "mean time between the two frontiers at the levels the follower newly reached in {window}"
    ),
    "trend": "time between two smooth curves, each fitted to its side's best models",
    "gap": "distance of the two frontiers on the as-of date, in Elo points",
}


#: What a match rule takes in place of the first model to reach a level.
MATCHED = {
    "below": "dated by the last model below the level",
    "between": "dated between the last model below the level and the first to reach it",
    "not-worse": "dated by the first model that the ratings put clearly above the level",
}
NOT_WORSE = (
    "match rule not-worse has no truth in the simulated worlds: it is shown for comparison, and "
    "whether its interval holds its level is not calibrated"
)


def lasting(window: float) -> str:
    """How long a window is: ``12 months``, ``1 month``."""
    return f"{window:g} month{'s' * (window != 1)}"


def stretch(window: float) -> str:
    """A window after an article: the ``12 months``, the ``month`` to a day."""
    return "month" if window == 1 else lasting(window)


def meaning(estimand: str, points: str = "Elo points", window: float | None = None) -> str:
    """What an estimand asks, on a board whose ratings are in `points`, over `window` months."""
    asked = "the window" if not window else f"the last {stretch(window)}"
    return MEANING[estimand].format(window=asked).replace("Elo points", points)


def over(estimand: str, window: float) -> str:
    """The estimand's name, with its window where it has one."""
    return f"{estimand} over {lasting(window)}" if "{window}" in MEANING[estimand] else estimand


def _joined(alternatives: Iterable[_Terms]) -> str:
    """The words of an expression of several names: ``CN+open`` -> ``Chinese open-weights``."""
    return " or ".join(" ".join(_one(*term) for term in terms) for terms in alternatives)


def _one(negated: bool, name: str) -> str:
    return f"non-{adjective(name)}" if negated else adjective(name)


def _single(group: str) -> bool:
    return not ("," in group or "+" in group or group.startswith("not:"))


def adjective(group: str) -> str:
    """The group before the word "model": ``CN`` -> ``Chinese``."""
    if not _single(group):
        return _joined(_terms(part, every=True) for part in group.split(","))
    return _named(group) or NOUNS.get(group, (group, group))[0]


def noun(group: str) -> str:
    """The group as the subject of a sentence: ``US`` -> ``the US``."""
    if not _single(group):
        return f"the {adjective(group)} side"
    name = _named(group)
    if group.startswith("family:"):
        return f"the {name} family"
    return name or NOUNS.get(group, (group, group))[1]


def _named(group: str) -> str:
    """What a lab or a family of models is called; empty of other groups."""
    if group.startswith("lab:"):
        return lab_name(group[4:])
    return model_name(group[7:]) if group.startswith("family:") else ""


def lab_name(key: str, day: str = "9999") -> str:
    """What a lab calls itself on a day, without what our tables add to it; else its key."""
    from elolag.tags import ours  # not for the command line, which prints with this module

    rows = [row for row in ours().labs.get(key, ()) if row.from_ <= day]
    return without_asides(rows[-1].name) if rows else key


def without_asides(name: str) -> str:
    """A name of our tables without what they add to it: ``Moonshot AI (Kimi)``."""
    return re.sub(r"\s*[(/].*", "", name)


def many(count: int, one: str, more: str = "") -> str:
    """So many of something: ``1 list``, ``12 lists``; `more` where the plural takes no mere s."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def months(value: float) -> str:
    """A number of months, to one decimal."""
    return f"{value:.1f} months"


def span(low: float, high: float) -> str:
    """Both ends of an interval with their direction."""
    if low >= 0 or high <= 0:
        near, far = sorted((abs(low), abs(high)))
        if f"{near:.1f}" == f"{far:.1f}":
            return f"{directed(low or high)} at both ends"
        return f"{near:.1f} to {months(far)} {'behind' if low >= 0 else 'ahead'}"
    return f"{directed(low)} to {directed(high)}"


#: Said in place of an interval, in a cell of a table: nearly all draws give one number.
NO_WIDTH = "none: of zero width, draws agree"
#: The same, of a group with fewer than `FEWEST` rated models.
TOO_FEW = "none: too few models"


def given(low: float | str | None, high: float | str | None) -> dict[str, Any]:
    """An interval as JSON objects and tables hold it: both ends null, and why, where it is none."""
    if low is not None and low == high:
        return {"low": None, "high": None, "no_interval": NO_WIDTH}
    return {"low": low, "high": high, "no_interval": None}


def few(sides: Sequence[tuple[str, int]]) -> str:
    """Why there is no interval: these groups have fewer than `FEWEST` rated models."""
    named = " and ".join(f"{many(count, 'rated model')} of {noun(group)}" for group, count in sides)
    return f"only {named}, and at least {FEWEST} are needed"


def reasons(refused: Iterable[tuple[str, str]]) -> str:
    """Why none of several (name, reason) has an answer, each reason once after those it is of."""
    names: dict[str, list[str]] = {}
    for name, why in refused:
        names.setdefault(why, []).append(name)
    if len(names) == 1:
        return next(iter(names))
    return "; ".join(f"{', '.join(those)}: {why}" for why, those in names.items())


def nought(value: float) -> bool:
    """Whether a figure reads as nothing, to one decimal."""
    return f"{abs(value):.1f}" == "0.0"


def directed(value: float) -> str:
    """A lag with its direction in words; one that reads as nought has none."""
    if nought(value):
        return "level"
    return f"{months(abs(value))} {'behind' if value > 0 else 'ahead'}"


def open_ended(low: float | None, high: float | None) -> str:
    """An interval of which one end, or none, is known: from `low` on, or as far as `high`."""
    if low is not None:
        return "level or behind" if low == 0 else f"{bound(low, 'at-least')} {directed(low)}"
    if high is not None:
        return "level or ahead" if high == 0 else f"{bound(high, 'at-most')} {directed(high)}"
    return "unbounded"


def reads_ahead(value: float, censored: str | None) -> bool:
    """Whether a lag reads as a lead; a bound of nothing, in the way it is open."""
    return value < 0 or (value == 0 and censored == "at-most")


def bound(value: float, censored: str | None) -> str:
    """``at least`` or ``at most`` before the size of a bounded lag, empty where it is exact.

    A bound turns round with the side it is told from: a lag of at most -5 is a lead of at least 5.
    """
    if not censored:
        return ""
    return "at least" if reads_ahead(value, censored) == (censored == "at-most") else "at most"


def bounded(value: float, censored: str | None) -> str:
    """A lag with its direction, and whether it is only a bound."""
    if not censored:
        return directed(value)
    side = "ahead" if reads_ahead(value, censored) else "behind"
    return f"{bound(value, censored)} {months(abs(value))} {side}"


#: In place of a probability that nothing tells.
NO_CHANCE = "not known"


def share(probability: float) -> str:
    """A percentage; what is not certain never reads 100%, nor what is possible 0%."""
    if 0.995 <= probability < 1:
        return "over 99%"
    if 0 < probability < 0.005:
        return "under 1%"
    return f"{probability:.0%}"


def percentage(level: float) -> str:
    """A level as it was asked for: ``95%``, ``99.9%``."""
    return f"{100 * level:.10g}%"


def estimated(probability: float) -> str:
    """A percentage out of draws, or of a law of errors: neither none nor all of them is proof."""
    return share(min(max(probability, 1e-6), 1 - 1e-6))


def compact(low: float | None, high: float | None) -> str:
    """An interval in few words: ``6.4 to 9.0 behind``, ``0.5 ahead to 9.0 behind``."""
    if low is None and high is None:
        return "unbounded"
    if low is None or high is None:
        end, censored = (low, "at-least") if high is None else (high, "at-most")
        return f"{bound(float(end or 0), censored)} {sized(float(end or 0))}"
    if low == high:
        return NO_WIDTH
    if low >= 0 or high <= 0:
        near, far = sorted((abs(low), abs(high)))
        return f"{near:.1f} to {far:.1f} {'behind' if low >= 0 else 'ahead'}"
    return f"{sized(low)} to {sized(high)}"


def sized(value: float) -> str:
    """A lag in a cell of months: ``6.4 behind``."""
    return f"{abs(value):.1f} {'behind' if value >= 0 else 'ahead'}"


def points(value: float) -> str:
    """A rating to a tenth, whole ones without it."""
    return f"{value:.1f}".removesuffix(".0")


def rated(names: Sequence[tuple[str, float]], last: str = "and", decimal: str = ".") -> str:
    """Entries with their ratings: ``a (1525), b (1504.5) and c (1500)``; long lists are cut."""
    parts = [f"{printable(n)} ({points(r).replace('.', decimal)})" for n, r in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        parts.append(f"{len(names) - MOST_NAMED} {'weitere' if last == 'und' else 'more'}")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def whose_best(entries: Sequence[Collection[str]]) -> str:
    """What untagged entries could be, each given as the groups whose best it could be."""
    groups = {group for each in entries for group in each}
    if len(groups) == 1:
        best = noun(next(iter(groups)))
    else:
        best = "either side" if all(len(each) > 1 for each in entries) else "a side"
    return f"{'which' if len(entries) == 1 else 'each of which'} could be the best of {best}"


def printable(name: str) -> str:
    """A name from upstream as text: whatever does not show itself is escaped."""
    return "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
        for c in name
    )


def first_up(text: str) -> str:
    """A sentence's beginning; the rest, names included, stays as it is."""
    return text[:1].upper() + text[1:]


# What models are called by people: ``claude-opus-4-6`` is Claude Opus 4.6.

#: Words that are not simply capitalised.
_SPELLED = {
    "ai21": "AI21", "chatglm": "ChatGLM", "chatgpt": "ChatGPT", "deepseek": "DeepSeek",
    "ernie": "ERNIE", "exp": "Experimental", "glm": "GLM", "gpt": "GPT", "gpt2": "GPT-2",
    "happyhorse": "HappyHorse", "hidream": "HiDream", "internvl2": "InternVL2", "llava": "LLaVA",
    "llm": "LLM", "mai": "MAI", "mimo": "MiMo", "minimax": "MiniMax", "mpt": "MPT",
    "openchat": "OpenChat", "pixverse": "PixVerse", "qvq": "QVQ", "qwq": "QwQ", "rwkv": "RWKV",
    "turbos": "TurboS", "vl": "VL", "wizardlm": "WizardLM",
}  # fmt: skip
#: Names whose version follows a hyphen, and those with hyphens throughout.
_HYPHENATED = ("ChatGPT", "GPT", "Phi")
_JOINED = re.compile(r"(Baichuan|ChatGLM|DeepSeek|GLM|Hunyuan|MiniMax|QVQ|QwQ|Qwen|RWKV|Yi)[\d.]*")
#: Names that are written as keys are: OpenAI's o series and its open models.
_SMALL = re.compile(r"o\d|gpt-oss")
_PLAIN = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
#: A whole date at the end, which its release date repeats.
_DATED = re.compile(r"-(?:20\d{6}|20\d\d-\d\d-\d\d)$")
#: Versions whose point became a hyphen (``4-6``), and days or months (``05-06``, ``09-2025``).
_VERSION = re.compile(r"(?<![a-z0-9.])([1-9]\d?)-(\d)(?![a-z0-9.])")
_DAY = re.compile(r"(?<![a-z0-9.])(0\d|1[0-2])-(\d\d|20\d\d)(?![a-z0-9.])")


def model_name(key: str) -> str:
    """A model's name as its makers write it, as far as its key tells.

    Keys of other than small letters, digits, points and hyphens stay as they are. A date that ends
    a key is left out: the release date, which is always told with the name, says it.

    Examples
    --------
    >>> model_name("claude-opus-4-1-20250805"), model_name("gpt-5.2"), model_name("kimi-k3")
    ('Claude Opus 4.1', 'GPT-5.2', 'Kimi K3')
    """
    if not _PLAIN.fullmatch(key):
        return key
    text = _DATED.sub("", key).replace("dall-e", "DALL·E")
    if _SMALL.match(text):
        return text
    text = _VERSION.sub(r"\1.\2", re.sub(r"^llama-(?=\d+b)", "LLaMA-", text))
    words = _DAY.sub(r"\1~\2", text).split("-")
    told = [_spelled(word) for word in words]
    if told[0] in _HYPHENATED and len(told) > 1 and told[1][:1].isdigit():
        small = [word.lower() if word in ("Mini", "Nano") else word for word in told[2:]]
        told = [f"{told[0]}-{told[1]}", *small]
    between = "-" if _JOINED.fullmatch(told[0]) else " "
    return between.join(told).replace("~", "-").replace("DALL·E", "DALL-E")


def _spelled(word: str) -> str:
    if word in _SPELLED:
        return _SPELLED[word]
    if re.fullmatch(r"[\d.]+[bv]|[a-z]\d+(?:\.\d+)?[a-z]*|t2[iv]", word):  # 72b, v3, a22b, k2.5
        return word.upper()
    word = re.sub(r"(?<=\dx)(\d+)b$", r"\1B", word)  # 8x7B
    return first_up(word)


# Groups of models as phrases with the right grammar, in English and German.


class _Place(NamedTuple):
    """A country in German: the stem that takes endings, its name alone, and in two cases.

    A group without a stem is put after the noun, and where a model is from that is not from there:
    "von außerhalb Chinas".
    """

    stem: str
    name: str
    genitive: str
    dative: str


_GERMAN = {
    "AE": _Place("emiratisch", "Emirate", "der Emirate", "den Emiraten"),
    "AU": _Place("australisch", "Australien", "Australiens", "Australien"),
    "CA": _Place("kanadisch", "Kanada", "Kanadas", "Kanada"),
    "CN": _Place("chinesisch", "China", "Chinas", "China"),
    "DE": _Place("deutsch", "Deutschland", "Deutschlands", "Deutschland"),
    "EU": _Place("europäisch", "EU", "der EU", "der EU"),
    "FR": _Place("französisch", "Frankreich", "Frankreichs", "Frankreich"),
    "GB": _Place("britisch", "Großbritannien", "Großbritanniens", "Großbritannien"),
    "HK": _Place("", "Hongkong", "Hongkongs", "Hongkong"),
    "IL": _Place("israelisch", "Israel", "Israels", "Israel"),
    "JP": _Place("japanisch", "Japan", "Japans", "Japan"),
    "KR": _Place("südkoreanisch", "Südkorea", "Südkoreas", "Südkorea"),
    "RU": _Place("russisch", "Russland", "Russlands", "Russland"),
    "SG": _Place("singapurisch", "Singapur", "Singapurs", "Singapur"),
    "TW": _Place("taiwanisch", "Taiwan", "Taiwans", "Taiwan"),
    "US": _Place("", "USA", "der USA", "den USA"),
}


def _stem(group: str) -> str:
    if group == "ALL":
        return "bewertet"
    return _GERMAN[group].stem if group in _GERMAN else ""


def country(code: str, lang: str) -> str:
    """The plain name of a country, without an article; a code without a name stays."""
    if lang == "en":
        return NOUNS.get(code, ("", code))[1].removeprefix("the ")
    return _GERMAN[code].name if code in _GERMAN else code


@dataclass(frozen=True)
class Phrase:
    """A group as a sentence needs it: its best model, its models in three cases, and one of them.

    English has no cases: `models`, `to_models` (dative) and `of_models` (genitive, after an
    article) are alike.
    """

    best: str
    models: str
    to_models: str
    of_models: str
    one: str

    def counted(self, count: int) -> str:
        """So many models of the group."""
        return f"{count} {self.one if count == 1 else self.models}"


def phrase(group: str, lang: str) -> Phrase:
    """The group's expression (``CN+open``) in words of a language, ``en`` or ``de``."""
    alternatives = [_terms(part) for part in group.split(",")]
    if lang == "de":
        return _german(alternatives)
    words = _joined(alternatives)
    models = f"{words} models"
    return Phrase(f"the best {words} model", models, models, models, f"{words} model")


def _terms(part: str, *, every: bool = False) -> _Terms:
    """Names with their negation, countries first; ``ALL`` says nothing beside others (`every`)."""
    names = [raw.strip() for raw in part.split("+")]
    found = [(name.startswith("not:"), name.removeprefix("not:")) for name in names]
    if len(found) > 1 and not every:
        found = [(n, name) for n, name in found if n or name != "ALL"]
    # "not open" is "closed" (docs/tagging.md), and the other way round.
    turned = {"open": "closed", "closed": "open"}
    found = [(False, turned[name]) if n and name in turned else (n, name) for n, name in found]
    return sorted(found, key=lambda term: term[1] in turned)


def _german(alternatives: Sequence[_Terms]) -> Phrase:
    nominative, dative, genitive = (
        " und ".join(_german_noun(terms, *ends) for terms in alternatives)
        for ends in (("e", "Modelle"), ("en", "Modellen"), ("en", "Modelle"))
    )
    stems = ["" if len(terms) > 1 or terms[0][0] else _stem(terms[0][1]) for terms in alternatives]
    if len(alternatives) > 1 and all(stems):

        def either(ending: str) -> str:
            return " oder ".join(f"{stem}{ending}" for stem in stems)

        return Phrase(
            f"das beste {either('e')} Modell", f"{either('e')} Modelle", f"{either('en')} Modellen",
            f"{either('en')} Modelle", f"{either('es')} Modell",
        )  # fmt: skip
    if len(alternatives) == 1:
        best = f"das beste {_german_noun(alternatives[0], 'e', 'Modell')}"
        one = _german_noun(alternatives[0], "es", "Modell")
    else:
        best, one = f"das beste Modell unter {dative}", f"Modell unter {dative}"
    return Phrase(best, nominative, dative, genitive, one)


def _german_noun(terms: _Terms, ending: str, noun: str) -> str:
    """``chinesische Modelle mit offenen Gewichten``: adjectives before, the rest after the noun."""
    before, after = [], []
    outside = [_GERMAN[name].genitive for negated, name in terms if negated and name in _GERMAN]
    if outside:
        after.append(f"von außerhalb {' und '.join(outside)}")
    one = noun == "Modell"
    for kind, others in (
        ("lab:", "eines anderen Labors als" if one else "anderer Labore als"),
        ("family:", "einer anderen Familie als" if one else "anderer Familien als"),
    ):
        not_of = [name.removeprefix(kind) for no, name in terms if no and name.startswith(kind)]
        if not_of:
            after.append(f"{others} {' und '.join(_named(f'{kind}{name}') for name in not_of)}")
    for negated, name in terms:
        if negated and (name in _GERMAN or name.startswith(("lab:", "family:"))):
            continue
        if _stem(name):
            before.append(f"{_stem(name)}{ending}")
        elif name == "HK":
            after.append("aus Hongkong")
        elif name == "US":
            noun = f"US-{noun}"
        elif name in ("open", "closed"):
            after.append(f"mit {'offenen' if name == 'open' else 'geschlossenen'} Gewichten")
        elif name.startswith("lab:"):
            after.append(f"von {_named(name)}")
        elif name.startswith("family:"):
            after.append(f"der Familie {_named(name)}")
        else:
            after.append(f"{'nicht ' * negated}aus {name}")
    return " ".join([", ".join(before), noun, *after]).strip()


#: Groups that own their best model in English: "China's best".
_OWNERS = re.compile(r"[A-Z]{2}")


def best_of_day(group: str, lang: str, found: Phrase) -> str:
    """The best model of every day of a period: ``China's best AI model of the day``."""
    if lang == "de":
        return found.best.replace("beste", "jeweils beste", 1).replace(" Modell", " KI-Modell", 1)
    best = best_of(group, lang, found).removesuffix(" model").removesuffix(" AI")
    return f"{best} AI model of the day"


def best_of(group: str, lang: str, found: Phrase) -> str:
    """The best model of one day, before its name: ``China's best``."""
    owns = lang == "en" and _OWNERS.fullmatch(group)
    return f"{noun(group)}'s best" if owns else found.best


def beside(group: str, lang: str, found: Phrase) -> str:
    """The group one is behind or ahead of: ``the US``, ``den USA``."""
    if group == "ALL":
        return f"{'allen' if lang == 'de' else 'all'} {found.to_models}"
    if lang == "en":
        return noun(group) if _OWNERS.fullmatch(group) else found.models
    return _GERMAN[group].dative if group in _GERMAN else found.to_models


def german_name(group: str) -> str:
    """The group at the end of its line in a German chart: ``USA``, ``China, offen``."""
    if not _single(group):
        return " oder ".join(
            ", ".join(f"{'nicht ' * negated}{german_name(name)}" for negated, name in _terms(part))
            for part in group.split(",")
        )
    if group in _GERMAN:
        return _GERMAN[group].name
    other = {"open": "offen", "closed": "geschlossen", "ALL": "alle"}
    return other.get(group) or adjective(group)


#: What begins with a vowel to the ear: ``an Upstage``, ``an NVIDIA``, ``an xAI``; but ``a US``.
_VOWEL = re.compile(r"[AIOaio]|[Ee](?!uro)|U(?![A-Z]|ni)|[FHLMNRSX](?:[A-Z]+(?![a-z])|\d)|x[A-Z]")


def one_of(lang: str, found: Phrase) -> str:
    """One model of a group: ``a US model``, ``ein chinesisches Modell``."""
    if lang == "de":
        return "ein Modell der anderen Seite" if " unter " in found.one else f"ein {found.one}"
    return f"{'an' if _VOWEL.match(found.one) else 'a'} {found.one}"
