"""What is said of one model: when the other side was at its level, what is known of it."""

from __future__ import annotations

from elolag.results import citing
from elolag.results.words import NO_WIDTH, TOO_FEW, noun, phrase

#: Each phrase in English and in German; braces are filled in by `said`.
_SAID = {
    # When a group reached the model's level.
    "not-yet": (
        "{who} had {sure}not been there by {day}",
        "{models} hatten sein Niveau bis zum {day} {sure}nicht erreicht",
    ),
    "before-first": (
        "{who} was {sure}there by {day}, with {name}, the first rated here",
        "{models} hatten sein Niveau {sure}spätestens {on} erreicht, mit {name}, dem ersten "
        "hier bewerteten von ihnen",
    ),
    "on": (
        "{who} was {sure}there {on}, with {name}",
        "{models} erreichten sein Niveau {sure}{on} mit {name}",
    ),
    "between": (
        "{who} was {sure}there between {before} ({lower}, below it) and {day} ({name}, at or above "
        "it)",
        "{models} erreichten sein Niveau {sure}zwischen {before} ({lower}, noch darunter) und "
        "{day} ({name}, mindestens gleichauf)",
    ),
    "sentence": (
        "{model} ({lab}, {released}): {reach}; at its {event} it was {lag}.",
        "{model} ({lab}, {released}): {reach}; bei {event} lag es {lag}.",
    ),
    # What dates a model: the clock of the question, or its weights where they came later.
    "released event": ("release", "seinem Erscheinen"),
    "first-listed event": ("first listing", "seiner ersten Listung"),
    "opened event": ("release as open weights", "der Freigabe seiner Gewichte"),
    "best": ("The best of {who} on {day}: {sentence}", "{best} am {day}: {sentence}"),
    # Intervals, of days and of months.
    "few": (TOO_FEW, "keines (zu wenige Modelle)"),
    "one": (NO_WIDTH, "keines (ohne Breite, da die Ziehungen übereinstimmen)"),
    "open": ("unbounded", "unbegrenzt"),
    "yet": ("not yet", "noch nicht"),
    "until": ("{high} or before", "{high} oder früher"),
    "from": ("{low} or later, or not yet", "{low} oder später, oder noch nicht"),
    "to": ("{low} to {high}", "{low} bis {high}"),
    # The card: where the model stood, and where it stands.
    "standing": ("Where it stood, and where it stands", "Wo es stand und wo es heute steht"),
    "other": ("{who} at its level:", "{models} auf seinem Niveau:"),
    "day": ("{level}measurement interval of that day:", "{level}Messintervall dieses Tages:"),
    "release": ("At its {event}:", "Bei {event}:"),
    "lag": (
        "{lag}; {level}measurement interval: {interval}",
        "{lag}; {level}Messintervall: {interval}",
    ),
    "unreached": ("Not reached yet:", "Noch nicht erreicht:"),
    "draws": ("in {share} of the draws", "in {share} der Ziehungen"),
    "record": ("Record of its side:", "Rekord seiner Seite:"),
    "record-now": (
        "from {released} on; by {day} none of its side is rated higher",
        "seit {released}; bis zum {day} ist kein Modell seiner Seite höher bewertet",
    ),
    "record-until": (
        "from {released} until {name} came {on}",
        "ab {released}, bis {name} {on} kam",
    ),
    "record-never": (
        "none by the ratings of {day}, by which a model of its side was rated as high before",
        "keiner; nach den Wertungen vom {day} war schon zuvor ein Modell seiner Seite so hoch "
        "bewertet",
    ),
    "lists": ("On the lists:", "Auf den Listen:"),
    "top": (
        "the best of its side on {count} of {lists}, from {first} to {last}",
        "das beste seiner Seite auf {count} von {lists}, vom {first} bis zum {last}",
    ),
    "top-once": (
        "the best of its side on one of {lists}, that of {first}",
        "das beste seiner Seite auf einer von {lists}, der vom {first}",
    ),
    "top-never": (
        "the best of its side on none of {lists}",
        "das beste seiner Seite auf keiner von {lists}",
    ),
    "never-ahead": (", never ahead of the other side", ", nie vor der anderen Seite"),
    "ahead": ("; ahead of the other side on {count}", "; auf {count} davon vor der anderen Seite"),
    "ahead-once": (
        "; ahead of the other side on one of them",
        "; auf einer davon vor der anderen Seite",
    ),
    "ahead-all": (
        "; ahead of the other side on all of them",
        "; auf allen davon vor der anderen Seite",
    ),
    "ahead-there": ("; there ahead of the other side", "; auf ihr auch vor der anderen Seite"),
    "now": ("Now:", "Heute:"),
    "rank": (
        "place {place} of {own}, by mean ratings; rated higher among {others}: {above}",
        "nach mittleren Wertungen Platz {place} von {own}; höher bewertet unter {others}: {above}",
    ),
    "passed": ("Matched or passed:", "Eingeholt oder überholt:"),
    "passed-by": ("{sure}by {name} of {day}", "{sure}von {name} ({day})"),
    "unpassed": ("by no {one} up to {day}", "bis zum {day} von keinem Modell der anderen Seite"),
    # The card: what is known of it.
    "known": ("What is known of it", "Was über das Modell bekannt ist"),
    "key": ("Listed as:", "Aufgeführt als:"),
    "lab": ("Lab:", "Labor:"),
    "parent": (
        "{lab}, {country}; controlling parent: {parent}",
        "{lab}, {country}; maßgeblich getragen von: {parent}",
    ),
    "counted": ("{told}; counted with {country}", "{told}; gezählt zu: {country}"),
    "released": ("Released:", "Erschienen:"),
    "to-day": ("{day}, known to the day by {basis}", "{day}, auf den Tag bekannt durch {basis}"),
    "to-month": (
        "{month}, by {basis}; the day is not known, and {day} is taken for it",
        "{month}, durch {basis}; der Tag ist nicht bekannt, gerechnet wird mit dem {day}",
    ),
    "announcement": ("its announcement", "die Ankündigung"),
    "weights": ("the release of its weights", "die Veröffentlichung der Gewichte"),
    "api": ("its appearance in an API", "das Erscheinen in einer API"),
    "name stamp": ("the date in its name", "das Datum im Namen"),
    "first listed": ("its first listing", "die erste Nennung in einer Liste"),
    "since": ("Counts from:", "Gezählt ab:"),
    "openness": ("Weights:", "Gewichte:"),
    "closed-weights": ("not open, as far as is known", "nicht offen, soweit bekannt"),
    "base": ("Built on:", "Beruht auf:"),
    "rating": ("Rating:", "Wertung:"),
    "rated": (
        "{rating}, {level}interval {low} to {high}, by the ratings of {day}",
        "{rating}, {level}Intervall {low} bis {high}, nach den Wertungen vom {day}",
    ),
    "votes": ("Votes:", "Stimmen:"),
    "no-votes": (
        "not known, for it is not on the newest list, or without a count there",
        "nicht bekannt, da es auf der neuesten Liste nicht oder ohne Stimmenzahl steht",
    ),
    "provisional": (
        "{votes}, and so its rating is provisional: under {settled} it still moves",
        "{votes}; damit ist die Wertung vorläufig: Unter {settled} bewegt sie sich noch",
    ),
    # The card: its sources.
    "evidence": ("What says so", "Belege (englisch)"),
    "dated-by": ("release", "Erscheinen"),
    "placed-by": ("lab and country", "Labor und Land"),
    "single": (
        "The release rests on a single source.",
        "Das Erscheinen ist durch eine einzige Quelle belegt.",
    ),
    "sources": (
        "The release rests on {count} sources.",
        "Das Erscheinen ist durch {count} Quellen belegt.",
    ),
    "unverified": (
        "A fact of its tag is marked as unverified.",
        "Eine Angabe zum Modell ist als ungeprüft gekennzeichnet.",
    ),
    "onward": ("From here", "Weiter"),
    "index": ("All cards", "Alle Modellkarten"),
    "leads": ("Who led when", "Wer wann vorn lag"),
    "rests": (
        "By {board}, ratings of {vintage}; {draws} draws, seed {seed}. The days and the models "
        "named are those of mean ratings; the interval holds what else errors allow.",
        "Nach {board}, Wertungen vom {vintage}; {draws} Ziehungen, Startwert {seed}. Die Tage und "
        "die genannten Modelle gelten nach mittleren Wertungen; das Intervall umfasst, was deren "
        "Fehler sonst zulassen.",
    ),
    # The list of all cards.
    "cards": ("Models that were the best of their side", "Modelle, die auf ihrer Seite vorn lagen"),
    "what": (
        "Every model that is or was a record of {leader} or {follower} on {board}: {count}, the "
        "newest first. A record raised the best rating of its side when it came, by the ratings of "
        "{vintage}, or was the best of its side on a list of its day.",
        "Alle Modelle, die unter den {leader} und den {follower} auf {board} den Rekord ihrer "
        "Seite halten oder hielten: {count}, die neuesten zuerst. Ein Rekord übertraf, als "
        "er kam, alle Modelle seiner Seite (nach den Wertungen vom {vintage}) oder stand auf einer "
        "Liste seiner Zeit als bestes Modell seiner Seite.",
    ),
    "alt": (
        "Dots with intervals, one row for each of the newest records of either side: how far "
        "behind or ahead of the other side it was at its {event}. All values are in the table "
        "below the chart.",
        "Punkte mit Intervallen, eine Zeile für jeden der neuesten Rekorde beider Seiten: wie weit "
        "er bei {event} hinter oder vor der anderen Seite lag. Alle Werte stehen in der "
        "Tabelle unter der Grafik.",
    ),
    "caption": (
        "Dot: time from the day the other side stood at the model's level to its {event}; bar: "
        "{level}measurement interval, from {draws} draws.",
        "Punkt: Zeit von dem Tag, an dem die andere Seite auf dem Niveau des Modells stand, bis zu "
        "{event}; Balken: {level}Messintervall, aus {draws} Ziehungen.",
    ),
    "line": ("{lab}, {day}; at its {event} {lag}", "{lab}, {day}; bei {event} {lag}"),
}  # fmt: skip


#: German for those behind a lab whom our tables name by more than a name.
_BEHIND = {
    "NTU Singapore with ByteDance and academic partners": (
        "NTU Singapur mit ByteDance und akademischen Partnern"
    ),
    "Tsinghua University researchers": "Forschende der Tsinghua-Universität",
}


def behind(parent: str, lang: str) -> str:
    """Who controls a lab, in a language."""
    return _BEHIND.get(parent, parent) if lang == "de" else parent


def said(key: str, lang: str, **filled: object) -> str:
    """A phrase of the card in a language, ``en`` or ``de``."""
    return _SAID[key][lang == "de"].format(**filled)


def event(clock: str, lang: str) -> str:
    """What dates a model, after "at its", "bei": its release, by a clock its first listing."""
    return said(f"{clock} event", lang)


def reached(state: str, group: str, lang: str, **filled: str) -> str:
    """When a group reached a level, as a clause; in German as a sentence, as after a colon.

    `state` is ``not-yet`` or ``before-first``, ``on`` a day, or ``between`` two models; `filled`
    has what its phrase names.
    """
    text = said(state, lang, who=noun(group), models=phrase(group, lang).models, **filled)
    return f"{text[:1].upper()}{text[1:]}" if lang == "de" else text


def days(low: str | None, high: str | None, until: str, lang: str) -> str:
    """The interval of a day: its ends as they are to be printed, None unbounded.

    `until` is the as-of date in the same form: from there on it has not come yet.
    """
    if low == until:
        return said("yet", lang)
    if low == high:
        return said("one" if low else "open", lang)
    if low is None:
        return said("until", lang, high=high)
    return said("from", lang, low=low) if high is None else said("to", lang, low=low, high=high)


def lags(low: float | None, high: float | None, lang: str) -> str:
    """The interval of a lag, with its direction."""
    if low is not None and low == high:
        return said("one", lang)
    return citing.between(low, high, lang)
