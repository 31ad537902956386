"""The answer in two lines: the average over a window, and how the day's bests stood.

Both lines come in English and German, and every surface takes them from here. The average comes
first, but where the lead may have changed hands: see `lines`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from elolag.dates import to_day
from elolag.results import citing as language
from elolag.results import words
from elolag.results.verdict import SETTLED_VOTES, Day, Judged, ModelPoint
from elolag.results.words import FEWEST, MATCHED, Phrase, lab_name, model_name, phrase

#: From this probability on that the follower leads, the day comes before the average.
_MAY_LEAD = 0.10


def day_first(result: Judged) -> bool:
    """Whether the day comes before the average.

    It does where the lead may have changed hands: the follower leads in more than `_MAY_LEAD` of
    the draws, the day is no bracket of two records, or every match of its smallest set lies
    outside the interval of the average.
    """
    day = result.day
    if day.leading > _MAY_LEAD or day.state not in ("between", "below-first"):
        return True
    low, high = result.ends_given
    if low is None or high is None or result.match_rule != "reached":
        return False
    months = [match.months for match in day.smallest_set]
    return max(months) < low or min(months) > high


def lines(result: Judged, lang: str = "en") -> tuple[str, str]:
    """The two lines of an average, in the order that its state wants."""
    return Speaker(result, lang).lines()


class Speaker:
    """Puts one result into the words of one language."""

    def __init__(self, result: Judged, lang: str) -> None:
        self.result, self.lang, self.german = result, lang, lang == "de"
        self.words = language.set_phrases(lang)
        self.leader = phrase(result.leader_group, lang)
        self.follower = phrase(result.follower_group, lang)
        self.day = language.date(result.as_of, lang)
        self.board = language.board(result.board, result.category, lang)
        self.where = language.scored(result.board, result.category, lang)
        self.value, self.low, self.high = result.ends()
        points = language.unit(result.measure.points, lang)
        self.unit = points if result.months is None else self.words.months

    def lines(self) -> tuple[str, str]:
        """The two lines of an average, in the order that its state wants."""
        said = self.average(), self.today()
        return said[::-1] if day_first(self.result) else said

    def average(self) -> str:
        """How far behind the follower's best of the day was on average, as a full sentence."""
        result, where = self.result, self.where
        best = words.best_of_day(result.follower_group, self.lang, self.follower)
        how = self._on_average(words.beside(result.leader_group, self.lang, self.leader))
        one = words.one_of(self.lang, self.follower if result.ahead else self.leader)
        rival = words.best_of_day(result.leader_group, self.lang, self.leader)
        begins = f"{language.months_to(result.window, self.lang)} {self.day}"
        text = self.words.say(
            f"{begins}, {best} was on average {how}", f"{begins} lag {best} im Mittel {how}"
        )
        matched = (language.MATCHED if self.german else MATCHED).get(result.match_rule)
        if matched:
            return self.words.say(
                f"{text} {where}, {matched}.", f"{text}, {where} gemessen und {matched}."
            )
        if result.verdict == "no-clear-lead":
            return self.words.say(
                f"{text}, going by which side had first scored as high {where}.",
                f"{text}, gemessen daran, welche Seite {where} früher so weit war.",
            )
        if result.verdict == "level":
            return f"{text}."
        if result.both_led():
            lead, lag = ("behind", "Rückstand") if result.ahead else ("ahead", "Vorsprung")
            return self.words.say(
                f"{text} {where}; days on which it was {lead} count as minus.",
                f"{text}, {where} gemessen; Tage mit {lag} zählen dabei negativ.",
            )
        much = self.words.say("that much", "So viel")
        if result.verdict == "at-least":
            much = self.words.say("at least that much", "Mindestens so viel")
        if result.ahead:
            high = self.words.say(f"as high as {rival}", f"so gut abgeschnitten wie {rival}")
        else:
            high = self.words.say("as high", "ebenso gut abgeschnitten")
        return self.words.say(
            f"{text}: {much} earlier, {one} had first scored {high} {where}.",
            f"{text}: {much} früher hatte erstmals {one} {where} {high}.",
        )

    def _on_average(self, other: str) -> str:
        """Size and direction of the average, with its interval."""
        result, interval = self.result, self.interval()
        value = language.number(self.value, self.lang)
        if result.verdict == "level":
            return f"{self.words.say('level with', 'gleichauf mit')} {other} ({interval})"
        if result.verdict == "no-clear-lead":
            neither = self.words.say(
                "neither clearly behind nor clearly ahead of", "weder klar hinter noch klar vor"
            )
            told = self._end(self.value)
            if result.censored and self.value:
                told = language.lag(self.value, result.censored, self.lang)
            figure = f"{self.words.figure}: {told}"
            return f"{neither} {other} ({figure}; {interval})"
        side = (
            self.words.say("ahead of", "vor")
            if result.ahead
            else self.words.say("behind", "hinter")
        )
        if result.verdict == "at-least":
            unit = self.words.months
            return f"{self.words.at_least} {value} {unit} {side} {other} ({interval})"
        return f"{language.about(self.value, self.lang)} {side} {other} ({value}; {interval})"

    def today(self, day: Day | None = None) -> str:
        """How the bests of the day stood, in a full sentence; and which ratings are provisional."""
        day = day or self.result.day
        told = {
            "shared": self._shared, "tie": self._tie, "leads": self._leads,
            "overtaken": self._overtaken_on, "below-first": self._behind, "between": self._behind,
        }[day.state](day)  # fmt: skip
        return f"{told}{self._provisional(day)}"

    def _shared(self, day: Day) -> str:
        best = self._dated(day.best)
        return self.words.say(
            f"On {self.day}, one model was the best of both sides: {best}.",
            f"Am {self.day} war ein Modell das beste beider Seiten: {best}.",
        )

    def _tie(self, day: Day) -> str:
        best, rival = self._dated(day.best), self._dated(day.rival)
        return self.words.say(
            f"On {self.day}, the best models of both sides, {best} and {rival}, stood level by the "
            f"mean ratings.",
            f"Am {self.day} standen die besten Modelle beider Seiten, {best} und {rival}, nach den "
            f"mittleren Wertungen gleichauf.",
        )

    def _leads(self, day: Day) -> str:
        stood = language.stood(day.leading, self.lang)
        best = words.best_of(self.result.follower_group, self.lang, self.follower)
        who = self._who(day.rival, day.rival_share, day.leading)
        above = f"{self.words.say('above all', 'über allen')} {self.leader.to_models}"
        rest = self.words.say("the best of those", "das beste von diesen")
        return (
            f"{self._on(f'{best}{who}', f'{stood} {above}')}{self._or_not(day)}; {rest}, "
            f"{self._best(day)}, {self._held(day, self.follower)}."
        )

    def _behind(self, day: Day) -> str:
        best = words.best_of(self.result.follower_group, self.lang, self.follower)
        who = self._who(day.best, day.best_share, day.probability)
        held = self._held(day, self.leader)
        return f"{self._on(f'{best}{who}', held)}{self._or_not(day)}."

    def _on(self, subject: str, predicate: str) -> str:
        """Date, subject and predicate; in German the verb comes before the subject."""
        if self.german:
            verb, _, rest = predicate.partition(" ")
            return f"Am {self.day} {verb} {subject}{rest}"
        return f"On {self.day}, {subject}{predicate}"

    def _held(self, day: Day, others: Phrase) -> str:
        """Between which records of the other side it stood, from the verb on."""
        two = others.to_models if " und " not in others.to_models else "Modellen der anderen Seite"
        stood = language.stood(day.probability, self.lang)
        found = [m for m in (day.above, day.below) if m is not None]
        aged = self._aged(found, day.date)
        names = [self._dated(m) for m in found]
        if len(found) > 1 and found[1].model == day.best.model:
            return self.words.say(
                f"{stood} above {names[0]}, and the first {others.one} at its level was the same "
                f"one, {names[1]}, by then {aged}",
                f"{stood} über {names[0]}, und das erste {others.one} auf seinem Niveau war "
                f"dasselbe, {names[1]}; damals waren sie {aged}",
            )
        if len(found) > 1:
            return self.words.say(
                f"{stood} between two {others.models}: above {names[0]} and below {names[1]}, by "
                f"then {aged}",
                f"{stood} zwischen zwei {two}: über {names[0]} und unter {names[1]}, die damals "
                f"{aged} waren",
            )
        return self.words.say(
            f"{stood} below the first of the {others.models} rated here, {names[0]}, by then "
            f"{aged}; these ratings do not show when its level was first reached",
            f"{stood} unter dem ersten hier bewerteten der {others.of_models}, {names[0]}, das "
            f"damals {aged} war; wann sein Niveau erstmals erreicht war, zeigen diese Wertungen "
            f"nicht",
        )

    def _overtaken_on(self, day: Day) -> str:
        stood = language.stood(day.probability, self.lang)
        best = words.best_of(day.best.group, self.lang, self.follower)
        if day.below is None:
            raise ValueError("nothing overtook the best of the side that is behind")
        passed = day.below
        aged = self._aged([passed], day.date)
        subject, one = f"{best}, {self._best(day)}, ", self.leader.one
        held = self.words.say(
            f"{stood} below {self._dated(passed)}, by then {aged}",
            f"{stood} unter {self._dated(passed)}, das damals {aged} war",
        )
        until = self.words.say(
            f"until that model overtook it, no {one} had reached its level",
            f"bis dieses es überholte, hatte kein {one} sein Niveau erreicht",
        )
        return f"{self._on(subject, held)}; {until}{self._or_not(day)}."

    def _or_not(self, day: Day) -> str:
        """That the other side may be the one ahead, where that is not unlikely."""
        other = 1 - day.leading if day.state == "leads" else day.leading
        if other <= _MAY_LEAD:
            return ""
        share = language.chance(other, self.lang)
        if day.state == "leads":
            return self.words.say(
                f" (with a probability of {share} it did not)",
                f" (mit einer Wahrscheinlichkeit von {share} nicht)",
            )
        return self.words.say(
            f"; with a probability of {share} it was ahead of all of them",
            f"; mit einer Wahrscheinlichkeit von {share} lag es vorn",
        )

    def _provisional(self, day: Day) -> str:
        """Which of the models named rest on few votes yet."""
        told: tuple[ModelPoint | None, ...] = {
            "shared": (day.best,), "tie": (day.best, day.rival),
            "leads": (day.rival, day.best, day.above, day.below),
            "overtaken": (day.best, day.below),
        }.get(day.state, (day.best, day.above, day.below))  # fmt: skip
        named = [model for model in told if model is not None]
        few = (self._name(m) for m in named if self.result.provisional_rating(m))
        early = list(dict.fromkeys(few))
        if not early:
            return ""
        names = f" {self.words.and_} ".join(filter(None, [", ".join(early[:-1]), early[-1]]))
        least = language.whole(SETTLED_VOTES, self.lang)
        if len(early) == 1:
            return self.words.say(
                f" The rating of {names} is provisional (under {least} votes).",
                f" Vorläufig ist die Wertung von {names} (unter {least} Stimmen).",
            )
        return self.words.say(
            f" The ratings of {names} are provisional (under {least} votes).",
            f" Vorläufig sind die Wertungen von {names} (unter {least} Stimmen).",
        )

    def _who(self, model: ModelPoint, held: float, stood: float) -> str:
        """The name of a best model, as an aside that says where others may be it."""
        doubt = self._doubt(held, stood)
        return f" ({doubt}{self._name(model)}) " if doubt else f", {self._name(model)}, "

    def _best(self, day: Day) -> str:
        """The best of the side that is behind, with lab and day, and with how sure it is it."""
        return f"{self._doubt(day.best_share, day.probability)}{self._dated(day.best)}"

    def _doubt(self, held: float, stood: float) -> str:
        """How sure it is who is best, as an adverb.

        "By the mean ratings" is said once: with the verb that follows it holds for the name too.
        """
        return "" if max(held, stood) < language.LIKELIER else language.likely(held, self.lang)

    def _name(self, model: ModelPoint) -> str:
        return model.model if self.result.measure.name == "own" else model_name(model.model)

    def _when(self, model: ModelPoint) -> str:
        """The day from which a model counts, said to be another than its release where it is."""
        if model.listed == model.counts_from:
            return language.dated("first-listed", model.counts_from, self.lang)
        if model.counts_from != model.release_date:
            return language.dated("opened", model.counts_from, self.lang)
        return language.date(model.counts_from, self.lang)

    def _aged(self, models: Sequence[ModelPoint], day: str) -> str:
        """How old models were on a day, or how long they had been listed."""
        ages = [to_day(day) - to_day(m.counts_from) for m in models]
        listed = any(m.listed == m.counts_from for m in models)
        return language.aged(ages, self.lang, listed=listed)

    def _dated(self, model: ModelPoint) -> str:
        """A model with its lab and the day from which it counts."""
        when = self._when(model)
        lab = lab_name(model.lab, model.release_date) if model.lab else ""
        if self.german:
            return f"{self._name(model)}{f' von {lab}' if lab else ''} ({when})"
        return f"{self._name(model)} ({', '.join(filter(None, (lab, when)))})"

    def size(self) -> str:
        """The figure without its direction, as a bound where it is one: ``6,4 Monate``."""
        bounds = {"at least": self.words.at_least, "at most": self.words.at_most}
        bound = bounds.get(self.result.bound, "") if self.result.months is not None else ""
        return f"{bound} {language.number(self.value, self.lang)} {self.unit}".lstrip()

    def marks(self) -> str:
        """What bracket and title of a German chart of both frontiers are."""
        result = self.result
        if result.estimand == "gap":
            return "" if result.provisional else f"Klammer: {self.interval()}."
        if result.estimand == "current":
            grey = "" if None in result.ends_given else " (grau)"
            return f"Klammer: Abstand am {self.day}; {self.interval()}{grey}."
        over = result.estimand
        if over == "average":
            over = f"Mittel {language.over_months(result.window, 'de')}"
        told = [f"Titel: {over}, {self.interval()}."]
        day = result.day
        two = day.above and day.below and day.state in ("between", "leads")
        if result.estimand == "average" and two:
            held = language.chance(day.probability, "de")
            told.append("Klammer: die Rekorde, zwischen denen das beste Modell des Tages stand")
            told[-1] += f" ({held} der Ziehungen)."
        return " ".join(told)

    def interval(self) -> str:
        """Level, kind and both ends; both with their direction where there is no clear lead."""
        kind = "sampling" if self.result.interval == "sampling" else "measurement"
        name = f"{language.percent(self.result.level, self.lang)}{self.words.kinds[kind]}"
        if counts := self.result.too_few():
            sides = f" {self.words.and_} ".join(
                phrase(group, self.lang).counted(count) for group, count in counts
            )
            return self.words.too_few.format(name=name, sides=sides, least=FEWEST)
        if self.result.answered is not None:
            share = language.chance(self.result.answered, self.lang)
            name += self.words.answered.format(share=share)
        if self.result.one_match:
            draws = language.plain_number(100 * self.result.level, self.lang)
            return f"{name} {self.words.one_match.format(draws=draws)}"
        if not self.result.clear or self._turned():
            whose = f" {self.words.say('for', 'für')} {self._told_of().models}"
            if self.result.order is not None and self.result.gap.elo == 0 and self.value:
                name = f"{self.words.figure}{whose}: {self._end(self.value)}; {name}"
                whose = ""
            return f"{name}{whose}: {self._ends()}"
        near, far = sorted((abs(self.low), abs(self.high)))
        unit = f" {self.unit}" if self.german or self.result.months is None else ""
        least, most = (language.number(end, self.lang) for end in (near, far))
        if math.isinf(far):
            return f"{name}: {self.words.at_least} {least}{unit}"
        if least == most:
            same = self.words.level if words.nought(far) else f"{most}{unit}"
            return f"{name}: {same} {self.words.both_ends}"
        return f"{name}: {least} {self.words.to} {most}{unit}"

    def _turned(self) -> bool:
        """Whether one end alone is the time since an overtaking: the other is the other side's."""
        finite = math.isfinite(self.low) and math.isfinite(self.high)
        since = self.result.since_overtaking
        return finite and since(self.low) != since(self.high)

    def _told_of(self) -> Phrase:
        """Whose lag or lead the ends are: the follower's, but of two who was overtaken."""
        return self.leader if self.result.overtaken and self.result.leads else self.follower

    def _ends(self) -> str:
        """Both ends with their directions; an open one turns the other into a bound."""
        low, high = math.isinf(self.low), math.isinf(self.high)
        if low and high:
            return self.words.unbounded
        if low or high:
            end = self.high if low else self.low
            bound = self.words.at_most if (end > 0) == low else self.words.at_least
            return f"{bound} {self._end(end)}"
        return f"{self._end(self.low)} {self.words.to} {self._end(self.high)}"

    def _end(self, value: float) -> str:
        if self.result.since_overtaking(value):
            return self.words.passed.format(f"{language.elapsed(value, self.lang)} {self.unit}")
        if words.nought(value):
            return self.words.level
        ahead = (value < 0) == (self._told_of() is self.follower)
        side = self.words.ahead if ahead else self.words.behind
        return side.format(f"{language.number(value, self.lang)} {self.unit}")
