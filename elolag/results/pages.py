"""The words around what pages say: headings, buttons, notes; in English and German."""

from __future__ import annotations

from collections.abc import Mapping

#: Key -> its words, per language. What stands in braces is filled in by the page.
ENGLISH: Mapping[str, str] = {
    "skip": "Skip to the answer",
    "contents": "On this page",
    "pages": "Pages",
    "other": "Deutsch",
    "series": "Series of the chart",
    "table": "Table",
    "take": "Take along",
    "recipe": "How to make this again: command, versions, hashes",
    "made": "Made with elolag {version}, method {method}.",
    "home": "elolag",
    "day": "The day itself",
    "time": "Over time",
    "moved": "What moved it",
    "beside": "On another measure",
    "ways": "Other ways to ask",
    "down": "The way down",
    "cite": "How to cite",
    "quote": "Sentence",
    "note": "Footnote",
    "german": "In German",
    "full": "Everything: full footnote, BibTeX, hashes",
    "files": "Files of this page",
    "kicker": "{board}, list of {vintage}",
    "standfirst": "Blind votes of the public, {board}; list of {vintage}.",
    "copy": "This list is a copy of the publisher's page, made by others, not the publisher's own.",
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
    "columns": "Columns",
    "before": "The month before: {month}",
    "corrections": "What has become of this figure",
    "months": "All months",
    "next": "Next figure: from {date}, once a new list has been checked.",
    "unmoved": "There is no earlier month to compare with.",
    "still": "What moved the figure is told from list to list, each as of its own day.",
    "unbeside": "No other measure has an answer for this day.",
}
GERMAN: Mapping[str, str] = {
    "skip": "Zur Antwort",
    "contents": "Auf dieser Seite",
    "pages": "Seiten",
    "other": "English",
    "series": "Reihen der Grafik",
    "table": "Tabelle",
    "take": "Zum Mitnehmen",
    "recipe": "So entsteht diese Seite noch einmal: Befehl, Versionen, Prüfsummen",
    "made": "Erstellt mit elolag {version}, Methode {method}.",
    "home": "elolag",
    "day": "Der Tag selbst",
    "time": "Im Lauf der Zeit",
    "moved": "Was die Zahl bewegt hat",
    "beside": "Mit einem anderen Maß",
    "ways": "Andere Fragen",
    "down": "Mehr dazu",
    "cite": "So wird zitiert",
    "quote": "Satz",
    "note": "Fußnote",
    "german": "Auf Deutsch",
    "full": "Alles: ganze Fußnote, BibTeX, Prüfsummen",
    "files": "Dateien dieser Seite",
    "kicker": "{board}, Liste vom {vintage}",
    "standfirst": "Blindvergleiche durch das Publikum, {board}; Liste vom {vintage}.",
    "copy": "Diese Liste ist eine Kopie der Seite des Anbieters, die andere angefertigt haben.",
    "newer": "Eine neuere Liste vom {vintage} ist eine Kopie von anderen; nach ihr: {brief}.",
    "reconstructed": (
        "Nachträglich berechnet: Diese Seite gab es damals noch nicht. Die Zahl ist, was elolag "
        "{version} aus der Liste jenes Monats und den älteren errechnet; veröffentlicht hat sie "
        "damals niemand."
    ),
    "frozen": (
        "Auf dieser Seite ändert sich nichts mehr. Was aus der Zahl geworden ist und jede "
        "Berichtigung steht auf einer eigenen Seite."
    ),
    "checks": "Wie weit es trägt: Teilfragen, Empfindlichkeit, Behauptungen",
    "checked": "dieselbe Frage anders gestellt, und was andere gesagt haben",
    "columns": "Spalten",
    "before": "Der Monat davor: {month}",
    "corrections": "Was aus dieser Zahl geworden ist",
    "months": "Alle Monate",
    "next": "Nächste Zahl: ab dem {date}, sobald eine neue Liste geprüft ist.",
    "unmoved": "Es gibt keinen früheren Monat zum Vergleich.",
    "still": "Was die Zahl bewegt hat, wird von Liste zu Liste gesagt, je zu deren Tag.",
    "unbeside": "Für diesen Tag gibt kein anderes Maß eine Antwort.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "de": GERMAN}


def words(key: str, lang: str = "en", **filled: str) -> str:
    """One phrase, its braces filled.

    Raises
    ------
    KeyError
        The key or the language is not known: a fault of the caller.
    """
    return WORDS[lang][key].format(**filled)
