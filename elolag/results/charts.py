"""What charts say: titles, axes, keys, notes and words under the pointer, in English and German."""

from __future__ import annotations

from typing import Any

from elolag.dates import known
from elolag.results import cards, citing
from elolag.results.words import (
    NO_WIDTH,
    adjective,
    first_up,
    german_name,
    noun,
    open_ended,
    percentage,
    phrase,
    span,
)


class Both(str):
    """English words that know their German: results say the ones, German charts the others."""

    german: str

    __slots__ = ("german",)

    def __new__(cls, english: str, german: str) -> Both:
        """The English words are the text itself."""
        both = super().__new__(cls, english)
        both.german = german
        return both

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy has both."""
        return Both, (str(self), self.german)


def told_in(lang: str, text: str) -> str:
    """A text in a language; one that has no German, like a name, stays as it is."""
    return text.german if lang == "de" and isinstance(text, Both) else str(text)


#: Each phrase in English and in German; braces are filled in by `said`. In German a group stands
#: as its models, in the nominative or (`to_...`) in the dative.
_SAID = {
    # Sides, sizes and ends.
    "behind": ("{who}behind", "{who}zurück"),
    "ahead": ("{who}ahead", "{who}voraus"),
    "moves behind": ("moves {who}behind", "{who}weiter zurück"),
    "moves ahead": ("moves {who}ahead", "{who}weiter voraus"),
    "rated higher": ("{who}rated higher", "{who}höher bewertet"),
    "rated lower": ("{who}lower", "{who}niedriger"),
    "first": ("{who} first", "{who} vorn"),
    "interval": ("{level}interval: {ends}", "{level}Intervall: {ends}"),
    "from to": ("{low} to {high}", "{low} bis {high}"),
    # Both frontiers.
    "withheld": (
        "the gap of {leader} and {follower} is withheld",
        "{follower} und {leader}: Abstand nicht angebbar",
    ),
    "level": ("{leader} and {follower} are level{kind}", "{follower} und {leader} liegen{kind} "
              "gleichauf"),
    "neither": (
        "neither {follower} nor {leader} has a clear lead{kind}",
        "weder {follower} noch {leader} liegen{kind} klar vorn",
    ),
    "overtaken": (
        "{first} was {doubt}first, overtaken by {to_second} {day}",
        "{first} wurden {doubt}{day} von {to_second} überholt",
    ),
    "above": ("{first} is {size} above {to_second}", "{first} liegen {size} über {to_second}"),
    "trails": (
        "{follower} trails {to_leader} by {size}{kind}",
        "{follower} liegen{kind} {size} hinter {to_leader}",
    ),
    "leads": (
        "{follower} is ahead of {to_leader} by {size}{kind}",
        "{follower} liegen{kind} {size} vor {to_leader}",
    ),
    "even": ("{follower} is level with {to_leader}", "{follower} liegen mit {to_leader} gleichauf"),
    "on average": (" on average", " im Mittel"),
    "provisionally": ("{said}, provisionally", "Vorläufig: {said}"),
    "bars": ("Bars: {share} of each record's posterior.", "Balken: {share} der Verteilung jeder "
             "Wertung."),
    "hollow": ("Hollow: under {votes} votes.", "Hohl: unter {votes} Stimmen."),
    "between": ("between these two", "zwischen diesen beiden"),
    "rating": ("rating ({points})", "Wertung ({points})"),
    "entry": ("\nentry {name}", "\nEintrag {name}"),
    "released": citing.DATED["released"],
    "first-listed": citing.DATED["first-listed"],
    "counts from": (", counts from {day}", ", gezählt ab {day}"),
    "rated": (
        "rating {rating}, {level}interval {low} to {high}",
        "Wertung {rating}, {level}Intervall {low} bis {high}",
    ),
    # The lag over time, and what may come.
    "path day": ("{level}each day", "{level}Intervall je Tag"),
    "path whole": ("{level}whole path", "{level}Verlaufsband"),
    "average": ("average", "Mittel"),
    "lag": ("lag", "Abstand"),
    "gap": ("gap", "Punkte"),
    "path note": (
        "Filled: pointwise; thin lines: simultaneous (sup-t) bands. Measured with the ratings of "
        "{vintage}, not with those of each day.",
        "Flächen: Intervalle je Tag; dünne Linien: Bänder, die den ganzen Verlauf umfassen "
        "(sup-t). Gemessen mit den Wertungen vom {vintage}, nicht mit denen des jeweiligen Tages.",
    ),
    "path few": (
        " Without a band: a group has fewer than {fewest} rated models.",
        " Ohne Band: Eine Gruppe hat weniger als {fewest} bewertete Modelle.",
    ),
    "path open": (
        " Hatched with an arrow: only a bound, the lag may lie beyond.",
        " Schraffiert, mit Pfeil: nur eine Schranke, der Abstand kann darüber hinausgehen.",
    ),
    "path ahead": (
        "{follower} leads by {size}; in {since} by {then}",
        "{follower} liegen {size} voraus; im {since} waren es {then}",
    ),
    "path back": (
        "{follower} trails by {size}; in {since} by {then}",
        "{follower} liegen {size} zurück; im {since} waren es {then}",
    ),
    "since average": (
        "Since {since} the average was {ends}", "Das Mittel seit {since}: {ends}",
    ),
    "since lag": (
        "Since {since} the lag of the day was {ends}",
        "Der Abstand des Tages seit {since}: {ends}",
    ),
    "path average": ("Average of {window} months: {said}", "Mittel über {window} Monate: {said}"),
    "earlier lists": ("earlier lists (median, 80%)", "frühere Listen (Median, 80 %)"),
    "fan note": (
        "Shaded: what may come, three plain models in equal parts. {note}",
        "Schattiert: was kommen kann, nach drei einfachen Modellen zu gleichen Teilen. {note}",
    ),
    "fan": ("{follower}, year to {month}: {ends}", "{follower}, Jahr bis {month}: {ends}"),
    "ours": ("ours, a mixture", "unsere"),
    "no change": ("no change", "keine Änderung"),
    "row": ("{target}, {months} mo.", "{target}, {months} Mon."),
    "rounds": (
        "{name}: {share}\n{rounds} rounds, {stretches} apart",
        "{name}: {share}\n{rounds} Runden, {stretches} davon ohne Überlappung",
    ),
    "held note": (
        "Share of rounds on {board} in which the 80% interval held the first figure of the day, "
        "as mean of stretches of time that do not overlap: rounds lie days apart and are far from "
        "independent.",
        "Anteil der Runden auf {board}, in denen das 80-%-Intervall die erste Zahl des Tages "
        "enthielt, als Mittel über Zeiträume, die sich nicht überlappen: Die Runden liegen nur "
        "Tage auseinander und sind alles andere als unabhängig.",
    ),
    "held": (
        "80% intervals held {ours}; no change's {reference}",
        "80-%-Intervalle enthielten {ours}; die von „keine Änderung“ {reference}",
    ),
    "nothing": ("nothing", "nichts"),
    # Rows: slices, measures, voters, estimands, changes, claims, models, causes.
    "openness who": ("first-named ", "erstgenannte "),
    "lab who": ("lab ", "Labor "),
    "country who": ("country ", "Land "),
    "slices note": (
        "Thick bars: {level}{kind} of each slice{rest}. Lag: {estimand}, {scope}.",
        "Dicke Balken: {level}{kind} jedes Ausschnitts{rest}. Schätzgröße {estimand}, {scope}.",
    ),
    "slices wide": (
        " alone; thin: all {n} hold at once at {share} (Bonferroni)",
        " für sich; dünne: Alle {n} gelten mit {share} zugleich (Bonferroni)",
    ),
    "slices miss": (
        "; of {n}, up to {missed} expected to miss",
        "; von {n} verfehlen im Mittel bis zu {missed} ihren Wert",
    ),
    "slices category": ("{board}, as of {day}", "{board}, Stand {day}"),
    "slices board": (
        "category {category}, each board as of its newest ratings (hashes: JSON)",
        "Kategorie „{category}“, jede Rangliste nach ihren neuesten Wertungen (Prüfsummen: JSON)",
    ),
    "slices other": (
        "{board} ({name}), as of {day}", "{board} ({name}), Stand {day}",
    ),
    "slices out": (
        " Not measured, for the reasons its table gives: {names}.",
        " Nicht gemessen, aus den Gründen in der Tabelle: {names}.",
    ),
    "and more": ("{names} and {count} more", "{names} und {count} weitere"),
    "slices by category": (
        "{follower} is behind {to_leader} in {behind} of {n} categories{more} by the whole {kind}; "
        "{rest} undecided",
        "{follower} liegen in {behind} von {n} Kategorien hinter {to_leader}{more} (nach dem "
        "ganzen {kind}); {rest} unentschieden",
    ),
    "slices by board": (
        "{follower} is behind {to_leader} on {behind} of {n} boards{more} by the whole {kind}; "
        "{rest} undecided",
        "{follower} liegen auf {behind} von {n} Ranglisten hinter {to_leader}{more} (nach dem "
        "ganzen {kind}); {rest} unentschieden",
    ),
    "ahead by category": (", ahead in {ahead}", ", in {ahead} davor"),
    "ahead by board": (", ahead on {ahead}", ", auf {ahead} davor"),
    "slices own": ("interval", "Intervall"),
    "slices together": ("simultaneous interval", "simultanen Intervall"),
    "slices openness": (
        "Open and closed models of both sides", "Offene und geschlossene Modelle beider Seiten",
    ),
    "slices country": ("Each country against {to_leader}", "Jedes Land gegenüber {to_leader}"),
    "slices lab": (
        "Each lab against the frontier of {to_leader}",
        "Jedes Labor gegenüber den besten {to_leader}",
    ),
    "slices lab apart": (
        "Labs against {to_leader}; {leader_adjective} labs, each against the others",
        "Labore gegenüber {to_leader}; deren eigene Labore gegenüber den jeweils übrigen",
    ),
    "other tasks": ("other tasks", "andere Aufgaben"),
    "styled": ("{board} with style control", "{board} mit Stilkontrolle"),
    "measures note": (
        "As of {day}, or of the newest list where that is older, with {level}intervals.",
        "Stand {day} oder der neuesten Liste, wo diese älter ist; mit {level}Intervallen.",
    ),
    "measures none": (
        "No measure has an answer, boards of other tasks have",
        "Kein Maß hat eine Antwort, nur Ranglisten anderer Aufgaben",
    ),
    "measures one": ("The one measure gives {lag}", "Das eine Maß: {lag}"),
    "measures many": ("{n} measures give {ends}{only}", "{n} Maße: {ends}{only}"),
    "measures bounds": (
        ", {bounds} of them only as a bound", ", {bounds} davon nur als Schranke",
    ),
    "voters all": ("all models", "alle Modelle"),
    "voters top": ("near the top", "nahe der Spitze"),
    "voters lag": ("\nlag if all voted so: {lag}", "\nAbstand, wenn alle so abstimmten: {lag}"),
    "voters note": (
        "Elo above models of equal rating by English voters (compar:IA: by the arena's), with "
        "{level}intervals.",
        "Elo über Modellen, die bei englisch Schreibenden (compar:IA: in der Arena) gleich "
        "bewertet sind; mit {level}Intervallen.",
    ),
    "voters": (
        "Other voters move {follower_adjective} models by {low} to {high} Elo",
        "Andere Wählerschaften verschieben {follower} um {low} bis {high} Elo",
    ),
    "estimands row": (
        "{name}: {figure}\nmeasurement: {interval}\nsampling: {wider}",
        "{name}: {figure}\nMessung: {interval}\nStichprobe: {wider}",
    ),
    "estimands note": (
        "Thick: {level}measurement interval; thin: sampling interval.",
        "Dick: {level}Messintervall; dünn: Stichprobenintervall.",
    ),
    "estimands": ("{n} ways to ask give {ends}", "{n} Arten zu fragen: {ends}"),
    "estimand": ("One way to ask has an answer: {ends}", "Nur eine Art zu fragen: {ends}"),
    "the headline": ("the headline", "das Hauptergebnis"),
    "not estimated": ("not estimated", "nicht geschätzt"),
    "influence note": (
        "Bars: {level}measurement intervals, each estimated anew.",
        "Balken: {level}Messintervalle, jedes neu geschätzt.",
    ),
    "influence none": (
        "No single lab, model, vintage or date moves the headline",
        "Kein einzelnes Labor oder Modell, keine Liste und kein Datum bewegt das Hauptergebnis",
    ),
    "influence": (
        "One change of data moves the lag to {ends}",
        "Eine einzige Änderung der Daten bewegt den Abstand: {ends}",
    ),
    "claims claimed": ("claimed: {range}\nours: ", "behauptet: {range}\nunser Wert: "),
    "the follower": ("the follower ", "Verfolger "),
    "claims note": (
        "Wide: what was claimed. Dot: our figure with the ratings of the day, else the newest, "
        "and its {level}interval.",
        "Breit: was behauptet wurde. Punkt: unser Wert mit den Wertungen des Tages, sonst den "
        "neuesten, und sein {level}Intervall.",
    ),
    "claims none": (
        "None of the claims in months can be tested here",
        "Keine der Behauptungen in Monaten ist hier prüfbar",
    ),
    "claims": (
        "Of {n} testable claims in months the ratings allow {fine}",
        "Von {n} prüfbaren Behauptungen in Monaten lassen die Wertungen {fine} zu",
    ),
    "records": ("records of {to_group}", "Rekorde von {to_group}"),
    "dates note": (
        "Time from the day the other side stood at a model's level to its {event}; bars: "
        "{level}of it. An open end: not reached yet, or before the first model rated.",
        "Zeit von dem Tag, an dem die andere Seite auf dem Niveau des Modells stand, bis zu "
        "{event}; Balken: {level}Intervall. Offenes Ende: noch nicht erreicht, oder vor dem "
        "ersten bewerteten Modell.",
    ),
    "or": (" or ", " oder "),
    "dates": ("{model} was {lag} at its {event}", "{model} lag bei {event} {lag}"),
    "news average": ("The average {moved}", "Das Mittel {moved}"),
    "news current": ("The distance of the day {moved}", "Der Abstand des Tages {moved}"),
    "news note": (
        "Shares of the change from the list of {first} to that of {second} (Shapley means); they "
        "add up to it.",
        "Anteile an der Änderung von der Liste vom {first} zu der vom {second} (Shapley-Mittel); "
        "zusammen ergeben sie diese.",
    ),
    # Revisions, time to match, the bridge, who led.
    "on the day": ("on the day", "am Tag selbst"),
    "measured with": (
        "measured with the ratings of {vintage}", "nach den Wertungen vom {vintage}",
    ),
    "months ahead below": (
        "months ({follower} ahead below the line)", "Monate (unten: {follower} voraus)",
    ),
    "months behind": ("months {follower} is behind {leader}", "Monate hinter {leader}"),
    "revision": ("revision", "Revision"),
    "months revised": ("months revised", "Monate revidiert"),
    "less ahead": ("now less\nahead", "nun weniger\nvoraus"),
    "more ahead": ("now more\nahead", "nun mehr\nvoraus"),
    "more behind": ("now more\nbehind", "nun mehr\nzurück"),
    "less behind": ("now less\nbehind", "nun weniger\nzurück"),
    "revisions note": (
        "Bars: {level}measurement intervals; {estimand} lag. Grey: less than {settle} months old, "
        "hardly revised yet and not counted.",
        "Balken: {level}Messintervalle; Schätzgröße {estimand}. Grau: weniger als {settle} Monate "
        "alt, noch kaum revidiert und nicht mitgezählt.",
    ),
    "revisions none": ("Real-time and hindsight lags", "Abstände am Tag selbst und im Rückblick"),
    "nine cases": ("9 of 10 cases", "9 von 10 Fällen"),
    "all cases": ("all of {n} cases", "allen {n} Fällen"),
    "revisions still": (
        "First figures have not moved since in any of {n} cases",
        "Erste Zahlen haben sich seither in keinem von {n} Fällen bewegt",
    ),
    "revisions": (
        "First figures have since moved by at most {size} in {cases}",
        "Erste Zahlen haben sich seither in {cases} um höchstens {size} bewegt",
    ),
    "match released": (
        "months since a record of {to_leader} was released",
        "Monate seit dem Erscheinen eines Rekords von {to_leader}",
    ),
    "match first-listed": (
        "months since a record of {to_leader} was first listed",
        "Monate seit der ersten Listung eines Rekords von {to_leader}",
    ),
    "match y": ("not yet matched by {to_follower}", "noch nicht erreicht"),
    "before": ("{months} before", "{months} davor"),
    "match note": (
        "Curve and names: at posterior-mean ratings; dot: mean of the draws' medians; band: "
        "pointwise measurement interval; ticks: records not yet matched.",
        "Kurve und Namen: nach den mittleren Wertungen; Punkt: Mittel der Mediane aller "
        "Ziehungen; Band: Messintervall an jeder Stelle; Striche: noch nicht erreichte Rekorde.",
    ),
    "match open": ("{model} (open)", "{model} (noch offen)"),
    "match median": ("mean of the medians {size}", "Mittel der Mediane {size}"),
    "match unclear": (
        "{follower_adjective} models are neither clearly before nor after {leader_adjective} "
        "records",
        "{follower} kommen weder klar vor noch klar nach Rekorden von {to_leader}",
    ),
    "match not yet": (
        "{follower_adjective} models have not yet matched half of {leader_adjective} records",
        "{follower} haben die Hälfte der Rekorde von {to_leader} noch nicht erreicht",
    ),
    "match first": (
        "{follower_adjective} models had half of {leader_adjective} records first",
        "{follower} waren bei der Hälfte der Rekorde von {to_leader} zuerst so weit",
    ),
    "match before": (
        "{follower_adjective} models stood there {size} before half the records",
        "{follower} waren {size} vor der Hälfte der Rekorde so weit",
    ),
    "match": (
        "{follower_adjective} models match half of {leader_adjective} records within {size}",
        "{follower} brauchen für die Hälfte der Rekorde von {to_leader} höchstens {size}",
    ),
    "published": ("published: {said}", "veröffentlicht: „{said}“"),
    "bridge x": ("months China is behind the US", "Monate, die China hinter den USA liegt"),
    "bridge note": (
        "Everything but the published figures is computed from these data and Epoch's index "
        "({path}, CC-BY-4.0, sha256 {sha256}), which stands for CAISI's own suite too. Dashed: our "
        "day's distance, {lag}; {band}.",
        "Alles außer den veröffentlichten Zahlen ist aus diesen Daten und dem Index von Epoch "
        "({path}, CC-BY-4.0, sha256 {sha256}) berechnet, der auch für die Testreihe von CAISI "
        "steht. Gestrichelt: unser Abstand des Tages, {lag}; {band}.",
    ),
    "bridge band": (
        "band: its {level}measurement interval", "Band: sein {level}Messintervall",
    ),
    "bridge bare": (
        "no band: its {level}measurement interval is none", "ohne Band: Er hat kein {level}"
        "Messintervall",
    ),
    "bridge": (
        "Their way, our data, {day}: {starts}, elolag {ours}",
        "Auf deren Art, mit unseren Daten, {day}: {starts}, elolag {ours}",
    ),
    "leads y": ("{points} between the bests", "{points} zwischen den Besten"),
    "leads note": ("One mark per list, as listed.", "Ein Zeichen je Liste, wie veröffentlicht."),
    "leads elo": (
        " Hollow: online Elo, of another scale.", " Hohl: Online-Elo, auf einer anderen Skala.",
    ),
    "led some": (
        "{follower} was first on {count} of {lists} lists",
        "{follower} lagen auf {count} von {lists} Listen vorn",
    ),
    "led none": (
        "{follower} was first on none of {lists} lists",
        "{follower} lagen auf keiner von {lists} Listen vorn",
    ),
    # The specification curve.
    "grid dashed": (
        "nine of ten estimates lie between the dashed lines",
        "zwischen den Strichen: neun von zehn",
    ),
    "grid headline": ("headline: {lag}", "Hauptergebnis: {lag}"),
    "grid share": ("share of\nvariance", "Anteil der\nStreuung"),
    "grid note": (
        "{count} specifications, as of {day} or a board's nearest publication before; bars: "
        "{level}measurement intervals. Shares of the variance are means over the orders in which "
        "choices can enter (LMG); {together} is of choices acting together. In bold: the "
        "headline's choices.",
        "{count} Spezifikationen, Stand {day} oder der letzten Liste davor; Balken: "
        "{level}Messintervalle. Anteile an der Varianz sind Mittel über alle Reihenfolgen, in "
        "denen die Festlegungen eingehen können (LMG); {together} entfallen auf ihr "
        "Zusammenwirken. Fett: die Festlegungen des Hauptergebnisses.",
    ),
    "grid unbounded": (
        "{count} ways to ask: not all bound the lag of {follower}",
        "{count} Arten zu fragen: Nicht alle begrenzen den Abstand, {follower}",
    ),
    "grid": (
        "In nine of ten of {count} ways to ask, {said}",
        "In neun von zehn Fällen unter {count} Arten zu fragen: {said}",
    ),
    "grid behind": (
        "{follower} is {low} to {high} months behind",
        "{follower} liegen {low} bis {high} Monate zurück",
    ),
    "grid ahead": (
        "{follower} is {low} to {high} months ahead",
        "{follower} liegen {low} bis {high} Monate voraus",
    ),
    "grid both": (
        "{follower} is from {low} months ahead to {high} behind",
        "{follower} liegen {low} Monate voraus bis {high} Monate zurück",
    ),
    "grid months": ("{value} months", "{value} Monate"),
    "grid votes": ("{value} or more", "{value} oder mehr"),
    "grid styled": ("{board}, style-controlled", "{board}, mit Stilkontrolle"),
    "industries": ("industries", "Branchen"),
    "languages": ("languages", "Sprachen"),
    "tasks": ("tasks", "Aufgaben"),
}  # fmt: skip


def said(key: str, lang: str = "en", **filled: object) -> str:
    """A phrase of a chart in a language, ``en`` or ``de``."""
    return _SAID[key][lang == "de"].format(**filled)


def of_sides(key: str, lang: str, leader: str, follower: str, **filled: object) -> str:
    """The same of two groups, as the beginning of a sentence."""
    return first_up(
        said(
            key, lang, leader=who(leader, lang), to_leader=to_whom(leader, lang),
            follower=who(follower, lang), to_follower=to_whom(follower, lang),
            leader_adjective=adjective(leader), follower_adjective=adjective(follower), **filled,
        )
    )  # fmt: skip


def who(group: str, lang: str) -> str:
    """A group as the subject of a title: ``the US``, ``US-Modelle``."""
    return phrase(group, lang).models if lang == "de" else noun(group)


def to_whom(group: str, lang: str) -> str:
    """The same as object, in German in the dative: ``von US-Modellen``."""
    return phrase(group, lang).to_models if lang == "de" else noun(group)


def short(group: str, lang: str = "en") -> str:
    """A group's name at the end of its line."""
    if lang == "de":
        return german_name(group)
    name = noun(group).removeprefix("the ")
    return adjective(group) if name.endswith(" side") else name


def day(iso: str, lang: str) -> str:
    """A date as charts have it: as it is, or in German in words."""
    return citing.date(iso, lang) if lang == "de" else known(iso)


def level(value: float, lang: str) -> str:
    """A level as it was asked for: ``95%``, ``99,9 %``."""
    text = percentage(value)
    return text.replace(".", ",").replace("%", " %") if lang == "de" else text


def share(part: float, lang: str) -> str:
    """A percentage: ``75%``, ``75 %``."""
    text = f"{part:.0%}"
    return text.replace("%", " %") if lang == "de" else text


def decimal(value: float, lang: str) -> str:
    """A number to a tenth, with its sign."""
    text = f"{value:.1f}"
    return text.replace(".", ",") if lang == "de" else text


def months(value: float, lang: str) -> str:
    """A number of months, without a direction."""
    return f"{citing.number(value, lang)} {citing.set_phrases(lang).months}"


def ends(low: float | None, high: float | None, lang: str) -> str:
    """An interval of lags, or why it is none."""
    if lang == "de":
        return cards.lags(low, high, lang)
    if low is None or high is None:
        return open_ended(low, high)
    return NO_WIDTH if low == high else span(low, high)


def spread(low: float, high: float, lang: str) -> str:
    """How far apart lags lie, each end with its direction where it is not that of the other."""
    if low * high > 0 and citing.number(low, lang) == citing.number(high, lang):
        return citing.lag(low, None, lang)
    return span(low, high) if lang == "en" else citing.between(low, high, lang)
