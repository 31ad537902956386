"""Groups of models as phrases with the right grammar, in English and German."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from elolag.words import adjective, noun

#: German stems, which take endings; a group without one is put after the noun.
_GERMAN = {
    "AE": "emiratisch",
    "AU": "australisch",
    "CA": "kanadisch",
    "CN": "chinesisch",
    "DE": "deutsch",
    "EU": "europäisch",
    "FR": "französisch",
    "GB": "britisch",
    "IL": "israelisch",
    "JP": "japanisch",
    "KR": "südkoreanisch",
    "RU": "russisch",
    "SG": "singapurisch",
    "TW": "taiwanisch",
    "ALL": "bewertet",
}


#: Where a model is from that is not from there: "von außerhalb Chinas".
_GENITIVE = {
    "AE": "der Emirate",
    "AU": "Australiens",
    "CA": "Kanadas",
    "CN": "Chinas",
    "DE": "Deutschlands",
    "EU": "der EU",
    "FR": "Frankreichs",
    "GB": "Großbritanniens",
    "HK": "Hongkongs",
    "IL": "Israels",
    "JP": "Japans",
    "KR": "Südkoreas",
    "RU": "Russlands",
    "SG": "Singapurs",
    "TW": "Taiwans",
    "US": "der USA",
}


@dataclass(frozen=True)
class Phrase:
    """A group as a sentence needs it: its best model, its models in two cases, and one of them.

    English has no cases: `models` and `to_models` are alike.
    """

    best: str
    models: str
    to_models: str
    one: str

    def counted(self, count: int) -> str:
        """So many models of the group."""
        return f"{count} {self.one if count == 1 else self.models}"


def phrase(group: str, lang: str, lab_name: Callable[[str], str] = str) -> Phrase:
    """The group's expression (``CN+open``) in words of a language, ``en`` or ``de``.

    `lab_name` gives what the lab of a key calls itself.
    """
    alternatives = [
        [(n, f"lab:{lab_name(name[4:])}" if name.startswith("lab:") else name) for n, name in terms]
        for terms in (_terms(part) for part in group.split(","))
    ]
    return (_german if lang == "de" else _english)(alternatives)


def _terms(part: str) -> list[tuple[bool, str]]:
    """Names with their negation, countries first; ``ALL`` says nothing beside others."""
    found = []
    for raw in part.split("+"):
        name = raw.strip()
        found.append((name.startswith("not:"), name.removeprefix("not:")))
    found = [(n, name) for n, name in found if n or name != "ALL" or len(found) == 1]
    # "not open" is "closed" (docs/tagging.md), and the other way round.
    turned = {"open": "closed", "closed": "open"}
    found = [(False, turned[name]) if n and name in turned else (n, name) for n, name in found]
    return sorted(found, key=lambda term: term[1] in turned)


def _english(alternatives: list[list[tuple[bool, str]]]) -> Phrase:
    words = " or ".join(" ".join(_one(*term) for term in terms) for terms in alternatives)
    return Phrase(f"the best {words} model", f"{words} models", f"{words} models", f"{words} model")


def _one(negated: bool, name: str) -> str:
    word = name.removeprefix("lab:") if name.startswith("lab:") else adjective(name)
    return f"non-{word}" if negated else word


def _german(alternatives: list[list[tuple[bool, str]]]) -> Phrase:
    nominative, dative = (
        " und ".join(_german_noun(terms, *ends) for terms in alternatives)
        for ends in (("e", "Modelle"), ("en", "Modellen"))
    )
    stems = [
        None if len(terms) > 1 or terms[0][0] else _GERMAN.get(terms[0][1])
        for terms in alternatives
    ]
    if len(alternatives) > 1 and all(stems):

        def either(ending: str) -> str:
            return " oder ".join(f"{stem}{ending}" for stem in stems)

        return Phrase(
            f"das beste {either('e')} Modell", f"{either('e')} Modelle", f"{either('en')} Modellen",
            f"{either('es')} Modell",
        )  # fmt: skip
    if len(alternatives) == 1:
        best = f"das beste {_german_noun(alternatives[0], 'e', 'Modell')}"
        one = _german_noun(alternatives[0], "es", "Modell")
    else:
        best, one = f"das beste Modell unter {dative}", f"Modell unter {dative}"
    return Phrase(best, nominative, dative, one)


def _german_noun(terms: list[tuple[bool, str]], ending: str, noun: str) -> str:
    """``chinesische Modelle mit offenen Gewichten``: adjectives before, the rest after the noun."""
    before, after = [], []
    outside = [_GENITIVE[name] for negated, name in terms if negated and name in _GENITIVE]
    if outside:
        after.append(f"von außerhalb {' und '.join(outside)}")
    for negated, name in terms:
        if negated and name in _GENITIVE:
            continue
        if name in _GERMAN:
            before.append(f"{_GERMAN[name]}{ending}")
        elif name == "HK":
            after.append("aus Hongkong")
        elif name == "US":
            noun = f"US-{noun}"
        elif name in ("open", "closed"):
            after.append(f"mit {'offenen' if name == 'open' else 'geschlossenen'} Gewichten")
        elif name.startswith("lab:"):
            after.append(f"{'nicht ' if negated else ''}von {name.removeprefix('lab:')}")
        else:
            after.append(f"{'nicht ' if negated else ''}aus {name}")
    return " ".join([", ".join(before), noun, *after]).strip()


#: Groups that own their best model in English: "China's best".
_OWNERS = re.compile(r"[A-Z]{2}")


def best_of_day(group: str, lang: str, found: Phrase) -> str:
    """The best model of every day of a period: ``China's best AI model of the day``."""
    if lang == "de":
        return found.best.replace("beste", "jeweils beste", 1).replace(" Modell", " KI-Modell", 1)
    return f"{_owned(group, found)} AI model of the day"


def best_of(group: str, lang: str, found: Phrase) -> str:
    """The best model of one day, before its name: ``China's best``."""
    owns = lang == "en" and _OWNERS.fullmatch(group)
    return f"{noun(group)}'s best" if owns else found.best


def _owned(group: str, found: Phrase) -> str:
    if _OWNERS.fullmatch(group):
        return f"{noun(group)}'s best"
    return found.best.removesuffix(" model")


def beside(group: str, lang: str, found: Phrase) -> str:
    """The group one is behind or ahead of: ``the US``, ``den USA``."""
    if group == "ALL":
        return f"{'allen' if lang == 'de' else 'all'} {found.to_models}"
    if lang == "en":
        return noun(group) if _OWNERS.fullmatch(group) else found.models
    special = {"US": "den USA", "AE": "den Emiraten"}
    own = _GENITIVE.get(group)
    return special.get(group) or (own.removesuffix("s") if own else found.to_models)


def one_of(lang: str, found: Phrase) -> str:
    """One model of a group: ``a US model``, ``ein chinesisches Modell``."""
    if lang == "de":
        return "ein Modell der anderen Seite" if " unter " in found.one else f"ein {found.one}"
    return f"{'an' if re.match(r'[AEIOaeio]', found.one) else 'a'} {found.one}"
