"""The words around what pages say: headings, buttons, notes; in English and German."""

from __future__ import annotations

from collections.abc import Mapping

from elolag.results.words import NO_VOTES, first_up

#: Key -> its words, per language. What stands in braces is filled in by the page.
_ENGLISH: Mapping[str, str] = {
    "skip": "Skip to the answer",
    "pages": "Pages",
    "other": "Deutsch",
    "abroad": "",
    "series": "Series of the chart",
    "table": "Table",
    "take": "Take along",
    "recipe": "How to make this again: command, versions, hashes",
    "made": "Made with elolag {version}, method {method}.",
    "home": "elolag",
    "day": "The day itself",
    "mean": "On average",
    "time": "Over time",
    "moved": "What moved it",
    "beside": "On another measure",
    "ways": "Other ways to ask",
    "down": "The way down",
    "cite": "How to cite",
    "quote": "Sentence",
    "otherwise": "In German",
    "full": "Everything: full footnote, BibTeX, hashes",
    "files": "Files of this page",
    "facts file": "the figure, for programs",
    "embedded": "this chart alone, for a frame in your own page",
    "kicker": "{board}, list of {vintage}",
    "copy": "This list is a copy of the publisher's page, made by others, not the publisher's own.",
    "brief": "{size} ({level}interval: {ends})",
    "newer": "A newer list, of {vintage}, is a copy made by others; by it: {brief}.",
    "reconstructed": (
        "Reconstructed: this site did not exist then. The figure is what elolag {version} makes of "
        "the list of that month and of older ones; nobody published it at the time."
    ),
    "frozen": (
        "Nothing on this page changes any more. What has become of the figure since, and every "
        "correction, stands on a page of its own."
    ),
    "checks": "How far it holds: slices, sensitivity, claims",
    "checked": "the same question asked otherwise, and what others have said",
    "open marks": "Open marks: records of under {votes} votes.",
    "no open marks": f"{first_up(NO_VOTES)}.",
    "bracket average": (
        "Bracket: the two records that the best of the side behind stood between on the day."
    ),
    "bracket": (
        "Bracket: the lag, drawn at the level of the side that is behind; the thick part is its "
        "{level}measurement interval."
    ),
    "drawn": "Charts of this page as files, as SVG, PDF or PNG of any size: elolag compare and "
    "elolag sensitivity with --figure FILE, or elolag.plots in Python.",
    "columns": "Columns",
    "before": "The month before: {month}",
    "corrections": "What has become of this figure",
    "months": "All months",
    "next": "Next figure: from {date}, once a new list has been checked.",
    "unmoved": "There is no earlier month to compare with.",
    "moved elsewhere": (
        "What moved the figure since the list of the month before is not estimated here: the "
        "command “{command}” tells it."
    ),
    "feed": "How far China's AI models trail those of the US, month by month",
    "last month": "the last month that has ended, as a page that never changes",
    "monthly": "this answer as a page that never changes, with every file behind it",
    "record": "The record",
    "each": "Each month",
    "short": "reconstructed",
    "first": "First figure:",
    "again": "The same list today:",
    "revised": "Revised:",
    "by": "by method {method}",
    "unrevised": "the newest official list, of {vintage}, is older.",
    "early": "as of that day alone, for want of twelve months to average over",
    "unaveraged": "no average by the list of {vintage} either; figures of a day are not revised.",
    "became": "What was first said for {month}, and what is known of it by the list of {vintage}.",
    "corrections title": "What has become of the figure for {month}",
    "corrected": (
        "Corrected: by today's tags or method the same list gives another figure than the page of "
        "the month, which stays as it was."
    ),
    "uncorrected": "Nothing had to be corrected: the same list gives the same figure today.",
    "unasked": "No page that answers back",
    "still": "What moved the figure is told from list to list, each as of its own day.",
    "unbeside": "No other measure has an answer for this day.",
}
_GERMAN: Mapping[str, str] = {
    "skip": "Zur Antwort",
    "pages": "Seiten",
    "other": "English",
    "abroad": "(englisch)",
    "series": "Reihen der Grafik",
    "table": "Tabelle",
    "take": "Zum Mitnehmen (auf Englisch)",
    "recipe": "So entsteht diese Seite noch einmal: Befehl, Versionen, Prüfsummen",
    "made": "Erstellt mit elolag {version}, Methode {method}.",
    "home": "elolag",
    "day": "Der Tag selbst",
    "mean": "Im Mittel",
    "time": "Im Lauf der Zeit",
    "beside": "Mit einem anderen Maß",
    "down": "Mehr dazu",
    "cite": "So wird zitiert",
    "quote": "Satz",
    "otherwise": "Auf Englisch",
    "full": "Alles: ganze Fußnote, BibTeX, Prüfsummen",
    "files": "Dateien dieser Seite",
    "kicker": "{board}, Liste vom {vintage}",
    "brief": "{size} ({level}Intervall: {ends})",
    "newer": (
        "Eine neuere Liste, vom {vintage}, ist eine Kopie von dritter Seite; nach ihr: {brief}."
    ),
    "open marks": "Hohle Zeichen: Rekorde mit weniger als {votes} Stimmen.",
    "no open marks": (
        "Die Liste nennt für diese Modelle keine Stimmenzahlen: Welche Wertungen vorläufig sind "
        "(unter {votes} Stimmen), ist nicht zu erkennen."
    ),
    "bracket average": (
        "Klammer: die beiden Rekorde, zwischen denen das beste Modell der Seite, die zurückliegt, "
        "an diesem Tag stand."
    ),
    "bracket": (
        "Klammer: der Abstand, auf der Höhe der Seite, die zurückliegt; der dicke Teil ist sein "
        "{level}Messintervall."
    ),
    "columns": "Spalten",
    "next": "Nächste Zahl: ab dem {date}, sobald eine neue Liste geprüft ist.",
    "last month": "der letzte abgelaufene Monat als Seite, die sich nie ändert",
    "monthly": "diese Antwort als Seite, die sich nie ändert, mit allen Dateien dahinter",
    "rows": "die Daten der Grafik (auf Englisch)",
    "frontier caption": (
        "Linien: die beste Wertung, die jede Seite bis zum jeweiligen Tag erreicht hat; jede Stufe "
        "ist ein Rekord. Balken: {level}Intervall der Wertung eines Rekords. Blasse Punkte: die "
        "übrigen Modelle. {marks} {bracket} Der Abstand "
        "in Monaten ist waagerecht abzulesen, der in Punkten senkrecht."
    ),
    "average-path caption": (
        "Linie: Mittel des Abstands über zwölf Monate vor jedem Tag. Flächen, von dunkel nach "
        "hell: das 50-%- und das {level}Messintervall jedes Tages; dünne Linien umfassen den "
        "ganzen Verlauf mit einer Wahrscheinlichkeit von 50 % (gepunktet) und von "
        "{sure} %. Alles mit den Wertungen vom {vintage}, also im Rückblick."
    ),
    "lag-path caption": "Linie: der Abstand an jedem Tag, im Rückblick.",
    "unbeside": "Für diesen Tag gibt kein anderes Maß eine Antwort.",
}
#: Pages one level down: path -> name and what one finds there, per language.
WAYS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "months/index.html": ("Months", "every month's figure, as first said and as revised"),
        "models/index.html": ("Models", "a card for every model that was the best of its side"),
        "leads/index.html": ("Who led", "which side was first on every list, and how surely"),
        "groups/index.html": ("Groups", "categories, boards, open and closed models, labs"),
        "claims/index.html": ("Claims", "what others have said of the lag, checked"),
        "revisions/index.html": ("Revisions", "what could be known on the day, and what now"),
        "forecasts/index.html": ("Forecasts", "what may come, and how good such forecasts were"),
        "ask/index.html": ("Ask", "another day, another window, without a model: the page answers"),
        "methods/index.html": ("Methods", "what is counted, how, and what is not"),
        "data/index.html": ("Data", "lists, licences, hashes, files for programs"),
        "about/index.html": ("About", "who answers for this, and how to report an error"),
    },
    "de": {
        "de/models/index.html": ("Modelle", "eine Karte für jedes Modell, das einmal das beste "
                                 "seiner Seite war"),
        "months/index.html": ("Monate", "die Zahl jedes Monats, in erster Fassung und nach "
                              "heutigem Stand"),
        "leads/index.html": ("Wer vorn lag", "welche Seite auf jeder Liste die erste war"),
        "groups/index.html": ("Gruppen", "Kategorien, Listen, offene Modelle, Labore"),
        "claims/index.html": ("Behauptungen", "was andere gesagt haben, nachgeprüft"),
        "revisions/index.html": ("Revisionen", "was man am jeweiligen Tag wissen konnte und was "
                                 "man heute weiß"),
        "forecasts/index.html": ("Prognosen", "was kommen kann und wie gut frühere waren"),
        "ask/index.html": ("Fragen", "ein anderer Tag, ein anderer Zeitraum, ohne ein Modell: "
                           "Die Seite antwortet"),
        "methods/index.html": ("Methode", "was gezählt wird und was nicht"),
        "data/index.html": ("Daten", "Listen, Lizenzen, Prüfsummen, Dateien für Programme"),
        "about/index.html": ("Über diese Seiten", "wer dafür einsteht und wie man einen Fehler "
                             "meldet"),
    },
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "de": _GERMAN}


def words(key: str, lang: str = "en", **filled: str) -> str:
    """One phrase, its braces filled.

    Raises
    ------
    KeyError
        The key or the language is not known: a fault of the caller.
    """
    return WORDS[lang][key].format(**filled)
