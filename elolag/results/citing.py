"""Numbers, dates and set phrases of the two languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from elolag.dates import DAYS_PER_MONTH, MonthOnly, known, parse, to_iso
from elolag.results.words import OFFICIAL_ONLY, bound, nought, noun, reads_ahead, share, stretch
from elolag.schema import NOT_STATED, STYLED

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}

#: German for the units of ratings, by their English name (see `elolag.schema.Measure`).
UNITS = {
    "Elo points": "Elo-Punkte",
    "ECI points": "ECI-Punkte",
    "index points": "Indexpunkte",
    "log2 minutes": "log2-Minuten",
}


def unit(points: str, lang: str) -> str:
    """The unit of ratings."""
    return UNITS[points] if lang == "de" else points


#: German for boards and categories, where their names are English words.
_GERMAN_NAMES = {
    "overall": "insgesamt",
    "document": "Dokumente",
    "image edit": "Bildbearbeitung",
    "image to video": "Bild zu Video",
    "search": "Websuche",
    "text": "Text",
    "text to image": "Text zu Bild",
    "text to video": "Text zu Video",
    "video edit": "Videobearbeitung",
    "vision": "Bildverstehen",
    "webdev": "Webentwicklung",
    "captioning": "Bildbeschreibung",
    "chinese": "Chinesisch",
    "coding": "Programmieren",
    "creative writing": "kreatives Schreiben",
    "creative writing vision": "kreatives Schreiben zu Bildern",
    "diagram": "Diagramme",
    "english": "Englisch",
    "entity recognition": "Erkennen von Objekten",
    "exclude ties": "ohne Unentschieden",
    "expert": "Fachfragen",
    "french": "Französisch",
    "german": "Deutsch",
    "hard prompts": "schwierige Aufgaben",
    "hard prompts english": "schwierige Aufgaben auf Englisch",
    "homework": "Hausaufgaben",
    "humor": "Humor",
    "image to webdev": "Bild zu Webseite",
    "industry business and management and financial operations": "Wirtschaft und Finanzen",
    "industry entertainment and sports and media": "Unterhaltung, Sport und Medien",
    "industry legal and government": "Recht und Verwaltung",
    "industry life and physical and social science": "Natur- und Sozialwissenschaften",
    "industry mathematical": "mathematische Berufe",
    "industry medicine and healthcare": "Medizin und Gesundheit",
    "industry software and it services": "Software und IT",
    "industry writing and literature and language": "Schreiben, Literatur und Sprache",
    "instruction following": "Befolgen von Anweisungen",
    "japanese": "Japanisch",
    "korean": "Koreanisch",
    "longer query": "längere Anfragen",
    "math": "Mathematik",
    "multi image edit": "Bearbeitung mehrerer Bilder",
    "multi turn": "mehrere Runden",
    "non english": "nicht Englisch",
    "ocr": "Texterkennung",
    "polish": "Polnisch",
    "russian": "Russisch",
    "spanish": "Spanisch",
}


#: German for `elolag.results.words.MATCHED`.
MATCHED = {
    "below": "datiert mit dem letzten Modell unter dem Niveau",
    "between": "datiert zwischen dem letzten Modell unter dem Niveau und dem ersten auf ihm",
    "not-worse": "datiert mit dem ersten Modell, das nach den Wertungen klar über dem Niveau liegt",
}


#: What a footnote says of a choice that is not the default one, by name and value.
_CHOICES: dict[tuple[str, object], tuple[str, str]] = {
    ("correct_selection", False): ("no selection correction", "ohne Auswahlkorrektur"),
    ("clock", "first-listed"): ("counted from first listings", "gezählt ab der ersten Listung"),
    ("hong_kong", "separate"): ("Hong Kong apart from China", "Hongkong getrennt von China"),
    ("taiwan", "CN"): ("Taiwan with China", "Taiwan bei China"),
    ("derivatives", "drop"): ("without derivatives", "ohne abgeleitete Modelle"),
    ("derivatives", "to-base"): (
        "derivatives with their base model", "abgeleitete Modelle bei ihrem Basismodell",
    ),
}  # fmt: skip


#: The same of the drift of young entries: asked for where there is none, or left out.
_DRIFT = (("with Arena's drift", "mit der Drift von Arena"), ("no drift", "ohne Drift"))


#: German for terms that are words.
_TERMS = {
    NOT_STATED: "Lizenz nicht angegeben",
    "no licence file known; figures published by Arena": (
        "keine Lizenzdatei bekannt; Zahlen von Arena veröffentlicht"
    ),
    "figures: Epoch AI, CC-BY-4.0; METR; licence of the copy not stated": (
        "Zahlen: Epoch AI, CC-BY-4.0; METR; Lizenz der Kopie nicht angegeben"
    ),
}


def terms(licence: str, lang: str) -> str:
    """A licence as a footnote has it: its identifier, or in words that none is stated."""
    if lang == "de":
        return _TERMS.get(licence, licence)
    return "licence not stated" if licence == NOT_STATED else licence


def choices(policies: Mapping[str, Any], drifts: bool, lang: str) -> tuple[str, ...]:
    """What was chosen other than by default, each as an aside: no figure passes for another.

    Parameters
    ----------
    policies
        The choices of a result.
    drifts
        Whether entries of few votes drift on its board unless something else is asked for.
    """
    german = lang == "de"
    told = [said[german] for (name, value), said in _CHOICES.items() if policies.get(name) == value]
    if excluded := policies.get("excluded"):
        told.append(f"{'ohne' if german else 'without'} {', '.join(excluded)}")
    if least := policies.get("min_votes"):
        least = whole(least, lang)
        told.append(
            f"ohne Einträge unter {least} Stimmen"
            if german
            else f"without entries of fewer than {least} votes"
        )
    if "drift" in policies and (policies["drift"] is not None) != drifts:
        told.append(_DRIFT[drifts][german])
    if policies.get("extra_tags"):
        told.append("mit eigenen Zuordnungen" if german else "with tags of one's own")
    return tuple(told)


def older(kind: str, lists: int, copies: int, bare: int, bare_copies: int, lang: str) -> str:
    """How many more lists a figure rests on, and of how many no licence is stated.

    Parameters
    ----------
    kind
        ``older``, or ``other`` where they are of another publisher.
    lists, copies
        All of them, and those to be told as copies that others made.
    bare, bare_copies
        Those without a stated licence, and the copies among these.
    """
    say, one = set_phrases(lang).say, lists == 1
    copy, many = say("a copy", "eine Kopie"), say("copies", "Kopien")
    others = say("made by others", "von dritter Seite")
    without = say("with no licence stated", "ohne Lizenzangabe")
    adjective = say(kind, {"older": "ältere", "other": "andere"}[kind])
    text = f"{lists} {adjective} {say('list', 'Liste') if one else say('lists', 'Listen')}"
    if copies:
        of = "" if one else f"{copies} {say('of them', 'davon')} "
        if lang == "de" and copies == lists > 1:
            of = "beide " if lists == 2 else "alle "
        text += f", {of}{copy if one or copies == 1 else many} {others}"
    if bare:
        text += f"{',' if copies else ''} {without}" if bare == lists else f", {bare} {without}"
    if not bare_copies or (copies and one):
        return text
    if bare_copies == bare:
        return f"{text} ({copy if bare == 1 else say('all copies', 'alle Kopien')})"
    which = say("1 copy", "1 Kopie") if bare_copies == 1 else f"{bare_copies} {many}"
    return f"{text} ({which})"


def named(name: str) -> str:
    """A board or category in German, by our translation where its name is an English word."""
    text = name.replace("_", " ")
    return _GERMAN_NAMES.get(text, text)


def number(value: float, lang: str, digits: int = 1) -> str:
    """A size without its sign, with the language's decimal mark."""
    text = f"{abs(value):.{digits}f}"
    return text.replace(".", ",") if lang == "de" else text


def elapsed(value: float, lang: str) -> str:
    """Months since what has happened, which are never none: ``6.4``, ``under 0.1``."""
    if nought(value):
        return f"{'unter' if lang == 'de' else 'under'} {number(0.1, lang)}"
    return number(value, lang)


def before(value: float) -> str:
    """How long before the as-of date something happened: ``6.4 months before``."""
    return f"{elapsed(value, 'en')} months before"


def overtaking(first: str, joined: str, second: str, day: str, size: float) -> str:
    """Which group was first, which overtook it on what day, how many months before."""
    return f"{noun(first)} {joined} overtaken by {noun(second)} {on(day)}, {before(size)}"


def plain_number(value: float, lang: str) -> str:
    """As short as it can be said exactly: 12, 7.5."""
    text = f"{value:g}"
    return text.replace(".", ",") if lang == "de" else text


def whole(value: int, lang: str) -> str:
    """A count with the language's separator of thousands."""
    text = f"{value:,}"
    return text.replace(",", ".") if lang == "de" else text


def date(iso: str, lang: str) -> str:
    """``19 August 2026`` or ``19. August 2026``; ``August 2026`` where the day is not known."""
    day = parse(iso)
    month = f"{_MONTHS[lang].split()[day.month - 1]} {day.year}"
    if isinstance(iso, MonthOnly):
        return month
    return f"{day.day}{'.' if lang == 'de' else ''} {month}"


def on(iso: str, lang: str = "") -> str:
    """A date after *on* or *in*: ``on 19 August 2026``, ``im August 2026``; without `lang` ISO."""
    month = isinstance(iso, MonthOnly)
    if lang == "de":
        return f"{'im' if month else 'am'} {date(iso, lang)}"
    return f"{'in' if month else 'on'} {date(iso, lang) if lang else known(iso)}"


def dative(iso: str, lang: str) -> str:
    """A date as German *seit* has it: ``dem 19. August 2026``, ``August 2026``."""
    article = "dem " if lang == "de" and not isinstance(iso, MonthOnly) else ""
    return f"{article}{date(iso, lang)}"


#: A day that dates a model, in English and German.
DATED = {
    "released": ("released {day}", "erschienen {on}"),
    "first-listed": ("first listed {day}", "zuerst gelistet {on}"),
    "opened": ("open since {day}", "offen seit {since}"),
}


def dated(kind: str, iso: str, lang: str) -> str:
    """What a day of a kind of `DATED` is the day of, in words: ``open since 27 July 2026``."""
    day = {"day": date(iso, lang), "on": on(iso, lang), "since": dative(iso, lang)}
    return DATED[kind][lang == "de"].format(**day)


def month_of(name: str, lang: str) -> str:
    """``August 2026``, of ``2026-08``."""
    return date(MonthOnly(f"{name}-01"), lang)


_SHORT_MONTHS = "Jan. Feb. März April Mai Juni Juli Aug. Sept. Okt. Nov. Dez."


def month(day: float) -> str:
    """The month of a day since 1970 under a German chart: ``Sept. 2026``."""
    found = parse(to_iso(day))
    return f"{_SHORT_MONTHS.split()[found.month - 1]} {found.year}"


def percent(level: float, lang: str) -> str:
    """The interval's level before its kind: ``95%``; German ``95-%-``."""
    share = plain_number(100 * level, lang)
    return f"{share}-%-" if lang == "de" else f"{share}% "


def chance(probability: float, lang: str) -> str:
    """A probability as `words.share` has it: ``22%``, ``unter 1 %``."""
    said = share(probability)
    if lang == "de":
        return said.replace("over", "über").replace("under", "unter").replace("%", " %")
    return said


#: Boards that are told by a name of their own, in English and German.
_BOARDS = {
    "epoch/eci": ("the Epoch Capabilities Index", "dem Epoch Capabilities Index"),
    "metr/time-horizon": ("METR's time-horizon board", "der Zeithorizont-Rangliste von METR"),
}


def board(name: str, category: str, lang: str) -> str:
    """A board as the object of ``on``, ``auf``."""
    publisher, _, rest = name.partition("/")
    style = rest.endswith("_style_control")
    kind = rest.removesuffix("_style_control").replace("_", " ")
    if lang == "de":
        text = _BOARDS[name][1] if name in _BOARDS else f"der Rangliste „{name}“"
        if publisher == "arena":
            text = f"der Arena-Rangliste „{named(kind)}“" + (" mit Stilkontrolle" if style else "")
        elif publisher == "comparia":
            text = f"der Rangliste von compar:IA ({named(kind)})"
        elif publisher == "own":
            text = "einer eigenen Rangliste"
        return text if category == "overall" else f"{text} (Kategorie „{named(category)}“)"
    text = _BOARDS[name][0] if name in _BOARDS else f"the board {name}"
    if publisher == "arena":
        text = f"the Arena {kind} leaderboard" + (" with style control" if style else "")
    elif publisher == "comparia":
        text = f"compar:IA's {kind} leaderboard"
    return text if category == "overall" else f"{text} (category {category.replace('_', ' ')})"


class Words:
    """Set phrases of one language. Those with braces are filled in by `str.format`."""

    def __init__(self, lang: str) -> None:
        self.lang, say = lang, self.say
        self.at_least = say("at least", "mindestens")
        self.at_most = say("at most", "höchstens")
        self.figure = say("best estimate", "bester Schätzwert")
        self.too_few = say(
            "no {name}: only {sides}, and at least {least} rated ones are needed",
            "kein {name}: nur {sides} bewertet, nötig sind mindestens {least}",
        )
        self.and_ = say("and", "und")
        self.one_match = say(
            "of zero width, as at least {draws}% of the draws give the same figure",
            "ohne Breite: mindestens {draws} % der Ziehungen ergeben denselben Wert",
        )
        self.answered = say(
            " of the {share} of draws with an answer", " der {share} der Ziehungen mit Ergebnis"
        )
        self.months = say("months", "Monate")
        self.level = say("level", "gleichauf")
        self.or_behind = say("level or behind", "gleichauf oder zurück")
        self.or_ahead = say("level or ahead", "gleichauf oder voraus")
        self.passed = say("overtaken {} before", "{} zuvor überholt")
        self.ahead = say("{} ahead", "{} voraus")
        self.behind = say("{} behind", "{} zurück")
        self.unbounded = say("unbounded", "unbegrenzt")
        self.to = say("to", "bis")
        self.both_ends = say("at both ends", "an beiden Enden")
        self.kinds = {
            "measurement": say("measurement interval", "Messintervall"),
            "sampling": say("sampling interval", "Stichprobenintervall"),
        }
        self.events = {
            "released": say("releases", "Veröffentlichungen"),
            "first-listed": say("first listings", "ersten Listungen"),
        }
        self.how = {
            "average": say(
                "averaged over the {within} to {day}",
                "gemittelt über {over} bis zum {day}",
            ),
            "at-release": say(
                "averaged over the {events} of their records in the {within} to {day}",
                "gemittelt über die {events} ihrer Rekorde in {within} bis zum {day}",
            ),
            "catch-up": say(
                "as the median time until they match a record that {leaders} set in the "
                "{within} to {day}",
                "gemessen als Median der Zeit, bis sie einen Rekord von {leaders} aus {within} bis "
                "zum {day} erreichten",
            ),
            "levels": say(
                "averaged over the levels they newly reached in the {within} to {day}",
                "gemittelt über die Niveaus, die sie in {within} bis zum {day} neu erreichten",
            ),
            "trend": say(
                "between smooth curves fitted to the best models of both sides, on {day}",
                "gemessen zwischen geglätteten Kurven durch die besten Modelle beider Seiten am "
                "{day}",
            ),
        }
        self.left_out = {
            "measurement": say(
                "The interval covers errors of the published ratings{covered}, and nothing else.",
                "Das Intervall umfasst Fehler der veröffentlichten Werte{covered}, sonst nichts.",
            ),
            "sampling": say(
                "The interval is for the mean over re-run histories at the same pace, and covers "
                "errors of measurement, and nothing else.",
                "Das Intervall gilt dem Mittel über wiederholte Verläufe der Geschichte bei "
                "gleichem Tempo und umfasst Messfehler, sonst nichts.",
            ),
        }
        self.covered = {
            "released": say(
                ", of linking retired models and of release dates known to the month",
                ", der Verknüpfung ausgeschiedener Modelle und nur monatsgenauer "
                "Veröffentlichungsdaten",
            ),
            "first-listed": say(
                " and of linking retired models", " und der Verknüpfung ausgeschiedener Modelle"
            ),
        }
        self.official_only = say("official lists only", OFFICIAL_ONLY["de"])
        self.originals = say("official only", "nur Originallisten")
        self.a_copy = say("a copy by others", "Kopie von dritter Seite")
        self.own = say("Own ratings", "Eigene Wertungen")
        self.drawn = say("{} draws, seed {}", "{} Ziehungen, Startwert {}")
        self.marks = {"archive": say("archive", "Archiv"), "list": say("list", "Liste")}

    def say(self, english: str, german: str) -> str:
        """Of two wordings the one in the language."""
        return german if self.lang == "de" else english


ENGLISH, GERMAN = Words("en"), Words("de")
#: What each estimand asks, in German; in English `elolag.results.words.MEANING` says it.
ASKS = {
    "current": (
        "wie lange vor dem Stichtag der Führende erstmals so gut war wie das dann beste Modell des "
        "Verfolgers"
    ),
    "average": (
        "wie lange zuvor der Führende erstmals so gut war wie das beste Modell des Verfolgers, "
        "gemittelt über jeden Tag {of} (ein Vorsprung zählt negativ)"
    ),
    "at-release": ("wie spät die Rekorde des Verfolgers in {within} kamen, jeder an seinem Tag"),
    "catch-up": (
        "Median der Zeit, bis der Verfolger einen Rekord des Führenden aus {within} erreicht"
    ),
    "levels": (
        "mittlerer Zeitabstand der Spitzen auf den vom Verfolger in {within} neu erreichten Niveaus"
    ),
    "trend": "Zeitabstand zweier geglätteter Kurven",
    "gap": "Abstand der Spitzen am Stichtag in Punkten",
}


def windowed(text: str, window: float, lang: str, **filled: str) -> str:
    """A phrase of `Words.how`, its window and all else filled in."""
    one, size = window == 1, plain_number(window, lang)
    over, within = (
        ("den Monat", "dem Monat") if one else (f"die {size} Monate", f"den {size} Monaten")
    )
    return text.format(over=over, within=within if lang == "de" else stretch(window), **filled)


def asks(estimand: str, window: float) -> str:
    """What an estimand asks, in German."""
    one, size = window == 1, plain_number(window, "de")
    of = "des letzten Monats" if one else f"der letzten {size} Monate"
    within = "dem letzten Monat" if one else f"den letzten {size} Monaten"
    return ASKS[estimand].format(of=of, within=within)


def set_phrases(lang: str) -> Words:
    """The set phrases of a language, ``en`` or ``de``."""
    return GERMAN if lang == "de" else ENGLISH


#: What is voted on, on boards whose name is not English for it.
_VOTED = {"webdev": "web-development", "search": "web-search"}


def scored(name: str, category: str, lang: str) -> str:
    """Where a model scored, as the end of a sentence: ``in Arena's blind text votes``."""
    publisher, _, rest = name.partition("/")
    kind = rest.removesuffix("_style_control").replace("_", " ")
    if publisher != "arena":
        return f"{'auf' if lang == 'de' else 'on'} {board(name, category, lang)}"
    plain = kind in STYLED and not rest.endswith("_style_control")
    if lang == "de":
        text = f"in den Blindabstimmungen von Arena ({named(kind)}"
        text += ", ohne Stilkontrolle" if plain else ""
        return f"{text}{'' if category == 'overall' else f', Kategorie „{named(category)}“'})"
    text = f"in Arena's blind {_VOTED.get(kind, kind.replace(' ', '-'))} votes"
    asides = [*(["without style control"] if plain else ())]
    asides += [] if category == "overall" else [f"category {category.replace('_', ' ')}"]
    return f"{text} ({', '.join(asides)})" if asides else text


_COUNTED = {
    "en": "no one two three four five six seven eight nine ten eleven twelve",
    "de": "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
}


def _counted(value: float, lang: str) -> str:
    """A whole number up to twelve as a word, others in figures."""
    if value == int(value) and 1 <= value <= 12:
        return _COUNTED[lang].split()[int(value)]
    return plain_number(value, lang)


def months_to(window: float, lang: str) -> str:
    """A window as the beginning of a sentence: ``Over the twelve months to``."""
    one = window == 1
    if lang == "de":
        return "In dem Monat bis zum" if one else f"In den {_counted(window, lang)} Monaten bis zum"
    return "Over the month to" if one else f"Over the {_counted(window, lang)} months to"


def over_months(window: float, lang: str) -> str:
    """A window within a sentence: ``over twelve months``."""
    one = window == 1
    if lang == "de":
        return "über einen Monat" if one else f"über {_counted(window, lang)} Monate"
    return "over one month" if one else f"over {_counted(window, lang)} months"


def lag(value: float, censored: str | None, lang: str) -> str:
    """A lag with its direction: ``6.4 months behind``, ``mindestens 6,4 Monate zurück``."""
    words = set_phrases(lang)
    if censored and number(value, "en") == "0.0":
        return words.or_behind if censored == "at-least" else words.or_ahead
    side = words.ahead if reads_ahead(value, censored) else words.behind
    said = side.format(f"{number(value, lang)} {words.months}")
    if not censored:
        return words.level if nought(value) else said
    least = words.at_least if bound(value, censored) == "at least" else words.at_most
    return f"{least} {said}"


def between(
    low: float | None,
    high: float | None,
    lang: str,
    said: Callable[[float, str | None, str], str] = lag,
) -> str:
    """Both ends of an interval of lags, as `said`; the direction once where it is the same."""
    words = set_phrases(lang)
    if low is None or high is None:
        if low is None and high is None:
            return words.unbounded
        end, censored = (low, "at-least") if high is None else (high, "at-most")
        return said(end or 0.0, censored, lang)
    if low * high > 0:
        near, far = sorted((low, high), key=abs)
        if number(far, "en") != "0.0":
            return f"{number(near, lang)} {words.to} {said(far, None, lang)}"
    if said is lag and number(low, "en") == number(high, "en") == "0.0":
        return words.level
    return f"{said(low, None, lang)} {words.to} {said(high, None, lang)}"


def about(months: float, lang: str) -> str:
    """A number of months to the nearest whole one, for the ear."""
    months = round(abs(months), 1)
    whole_months = int(months + 0.5)
    if lang == "de":
        words = ("weniger als einen Monat", "rund einen Monat", f"rund {whole_months} Monate")
    else:
        words = ("less than a month", "about a month", f"about {whole_months} months")
    return words[0] if months < 1 else words[min(whole_months, 2)]


def aged(days: Sequence[float], lang: str, *, listed: bool = False) -> str:
    """How old models were: ``nine and six months old``, ``one month and 12 days old respectively``.

    In whole months, from two on; two ages that differ in their unit must not read as one. Or how
    long they had been `listed`: ``listed for nine and six months``.
    """
    if listed:
        ages = aged(days, lang)
        if lang == "de":
            return f"{ages.removesuffix(' alt')} gelistet"
        both = "both " if ages.startswith("both ") else ""
        return f"{both}listed for {ages.removeprefix(both).replace(' old', '')}"
    found = [round(each / DAYS_PER_MONTH) for each in days]
    german = lang == "de"
    and_, both = (" und ", "beide ") if german else (" and ", "both ")
    if len(found) > 1 and min(found) > 1:
        words = max(found) <= 12  # not "16 and nine"
        told = [_counted(each, lang) if words else str(each) for each in dict.fromkeys(found)]
        same = "" if len(told) > 1 else both
        return f"{same}{and_.join(told)} {'Monate alt' if german else 'months old'}"
    each = [_age(day, whole, lang) for day, whole in zip(days, found, strict=True)]
    if len(set(each)) > 1 and german:
        return f"{' beziehungsweise '.join(each)} alt"
    if len(set(each)) > 1:
        return f"{and_.join(each)} old respectively"
    return f"{both if len(each) > 1 else ''}{each[0]} {'alt' if german else 'old'}"


def _age(days: float, whole_months: int, lang: str) -> str:
    german = lang == "de"
    if whole_months > 1:
        return f"{_counted(whole_months, lang)} {'Monate' if german else 'months'}"
    if days == 1:
        return "einen Tag" if german else "one day"
    if days == 0:
        return "keinen Tag" if german else "not a day"
    if whole_months < 1:
        return f"{_counted(days, lang)} {'Tage' if german else 'days'}"
    return "einen Monat" if german else "one month"


#: From this probability on a statement needs no adverb.
SURE = 0.95
#: From this probability on a statement is "probably" so.
LIKELIER = 0.5


def stood(probability: float, lang: str) -> str:
    """A standing with how sure it is: ``probably stood``, ``stand wahrscheinlich``."""
    adverb = likely(probability, lang).strip()
    if lang == "de":
        return f"stand {adverb}".strip()
    return (f"{adverb} stood" if probability >= LIKELIER else f"stood {adverb}").strip()


def likely(probability: float, lang: str) -> str:
    """How sure a statement is, as an adverb: nothing from 95% on."""
    if probability >= SURE:
        return ""
    if probability >= LIKELIER:
        return "wahrscheinlich " if lang == "de" else "probably "
    return "nach den mittleren Wertungen " if lang == "de" else "by the mean ratings "
