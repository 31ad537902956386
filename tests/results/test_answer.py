"""The answer in two lines: wording and order in every state of the race, in both languages."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest
from cited_states import AHEAD, BEHIND, LEVEL, PASSED, STATES, in_state, made, point
from hypothesis import example, given
from hypothesis import strategies as st

import elolag
from elolag.cite import citation
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.results import citing as language
from elolag.results.answer import _MAY_LEAD, Speaker, day_first, lines
from elolag.results.citing import about, aged, likely
from elolag.results.lag import LagResult
from elolag.results.verdict import _STATES as DAYS
from elolag.results.verdict import Gap, Match
from elolag.results.words import FEWEST, lasting, many, meaning, model_name, one_of, over, phrase
from elolag.schema import STYLED

#: The state of the issue's own model text.
KIMI: dict[str, Any] = {
    "board": "arena/text_style_control", "months": 6.7, "low": 5.3, "high": 8.3,
    "follower": replace(point("CN", "kimi-k3", 1486.0, "2026-07-16"), lab="moonshot"),
    "leader_best": point("US", "claude-fable-5", 1510.0, "2026-06-09"),
    "match": replace(point("US", "claude-opus-4-6", 1496.0, "2026-02-05"), lab="anthropic"),
    "matched": 0.78, "follower_best_share": 0.97, "leading": 0.01,
}  # fmt: skip


def issue(**more: Any) -> LagResult:
    found = made("average", **KIMI | more)
    gemini = replace(point("US", "gemini-3-pro", 1480.0, "2025-11-18"), lab="google")
    return replace(found, models=(*found.models, gemini))


def test_the_two_lines_read_as_the_issue_has_them() -> None:
    assert lines(issue()) == (
        "Over the twelve months to 19 August 2026, China's best AI model of the day was on average "
        "about 7 months behind the US (6.7; 95% measurement interval: 5.3 to 8.3): that much "
        "earlier, a US model had first scored as high in Arena's blind text votes.",
        "On 19 August 2026, China's best, Kimi K3, probably stood between two US models: above "
        "Gemini 3 Pro (Google, 18 November 2025) and below Claude Opus 4.6 (Anthropic, "
        "5 February 2026), by then nine and six months old.",
    )
    assert lines(issue(), "de") == (
        "In den zwölf Monaten bis zum 19. August 2026 lag das jeweils beste chinesische KI-Modell "
        "im Mittel rund 7 Monate hinter den USA (6,7; 95-%-Messintervall: 5,3 bis 8,3 Monate): "
        "So viel früher hatte erstmals ein US-Modell in den Blindabstimmungen von Arena (Text) "
        "ebenso gut abgeschnitten.",
        "Am 19. August 2026 stand das beste chinesische Modell, Kimi K3, wahrscheinlich zwischen "
        "zwei US-Modellen: über Gemini 3 Pro von Google (18. November 2025) und unter "
        "Claude Opus 4.6 von Anthropic (5. Februar 2026), die damals neun und sechs Monate alt "
        "waren.",
    )


BETWEEN = (
    "between two US models: above M2 (5 March 2025) and below Alpha (5 February 2026), by then 17 "
    "and 6 months old"
)
ZWISCHEN = (
    "zwischen zwei US-Modellen: über M2 (5. März 2025) und unter Alpha (5. Februar 2026), die "
    "damals 17 und 6 Monate alt waren"
)
BETWEEN_CN = BETWEEN.replace("US", "Chinese")
#: What is said of the day, and whether it comes first.
SAID: list[tuple[str, dict[str, Any], bool, str, str]] = [
    ("behind", {}, False, f"China's best, Beta, stood {BETWEEN}.",
     f"stand das beste chinesische Modell, Beta, {ZWISCHEN}."),
    ("behind", {"matched": 0.94}, False, f"China's best, Beta, probably stood {BETWEEN}.",
     f"stand das beste chinesische Modell, Beta, wahrscheinlich {ZWISCHEN}."),
    ("behind", {"matched": 0.4}, False,
     f"China's best, Beta, stood by the mean ratings {BETWEEN}.",
     f"stand das beste chinesische Modell, Beta, nach den mittleren Wertungen {ZWISCHEN}."),
    ("behind", {"follower_best_share": 0.8}, False,
     f"China's best (probably Beta) stood {BETWEEN}.",
     f"stand das beste chinesische Modell (wahrscheinlich Beta) {ZWISCHEN}."),
    ("behind", {"follower_best_share": 0.4, "matched": 0.7}, False,
     f"China's best (by the mean ratings Beta) probably stood {BETWEEN}.",
     f"Modell (nach den mittleren Wertungen Beta) wahrscheinlich {ZWISCHEN}."),
    ("behind", {"leading": 0.11}, True,
     f"stood {BETWEEN}; with a probability of 11% it was ahead of all of them.",
     f"{ZWISCHEN}; mit einer Wahrscheinlichkeit von 11 % lag es vorn."),
    ("behind", {"low": 6.5}, True, f"China's best, Beta, stood {BETWEEN}.",
     f"stand das beste chinesische Modell, Beta, {ZWISCHEN}."),
    ("ahead", {}, True,
     f"China's best, Beta, stood above all US models; the best of those, Omega (1 July 2026), "
     f"stood {BETWEEN_CN}.",
     "stand das beste chinesische Modell, Beta, über allen US-Modellen; das beste von diesen, "
     "Omega (1. Juli 2026), stand zwischen zwei chinesischen Modellen: über M2 (5. März 2025) und "
     "unter Alpha (5. Februar 2026), die damals 17 und 6 Monate alt waren."),
    ("ahead", {"leading": 0.7, "matched": 0.6}, True,
     f"China's best, Beta, probably stood above all US models (with a probability of 30% it did "
     f"not); the best of those, Omega (1 July 2026), probably stood {BETWEEN_CN}.",
     "stand das beste chinesische Modell, Beta, wahrscheinlich über allen US-Modellen (mit einer "
     "Wahrscheinlichkeit von 30 % nicht); das beste von diesen, Omega (1. Juli 2026), stand "
     "wahrscheinlich zwischen zwei"),
    ("level", {}, True,
     "the best models of both sides, Beta (16 July 2026) and Omega (1 July 2026), stood level by "
     "the mean ratings.",
     "standen die besten Modelle beider Seiten, Beta (16. Juli 2026) und Omega (1. Juli 2026), "
     "nach den mittleren Wertungen gleichauf."),
    ("few votes", {"match": replace(point("US", "beta", 1490.0, "2026-02-05"), votes=900)}, False,
     "China's best, Beta, stood above M2 (5 March 2025), and the first US model at its level was "
     "the same one, Beta (5 February 2026), by then 17 and 6 months old. The rating of Beta is "
     "provisional (under 15,000 votes).",
     "Modell, Beta, über M2 (5. März 2025), und das erste US-Modell auf seinem Niveau war "
     "dasselbe, Beta (5. Februar 2026); damals waren sie 17 und 6 Monate alt. Vorläufig ist die "
     "Wertung von Beta (unter 15.000 Stimmen)."),
    ("shared", {"leader_group": "ALL"}, True,
     "one model was the best of both sides: Omega (1 July 2026).",
     "war ein Modell das beste beider Seiten: Omega (1. Juli 2026)."),
    ("overtaken", {}, True,
     "China's best, Seedance (12 February 2026), stood below Omni (19 May 2026), by then three "
     "months old; until that model overtook it, no US model had reached its level.",
     "stand das beste chinesische Modell, Seedance (12. Februar 2026), unter Omni (19. Mai 2026), "
     "das damals drei Monate alt war; bis dieses es überholte, hatte kein US-Modell sein Niveau "
     "erreicht."),
    ("leader overtaken", {}, True,
     "China's best, Beta, stood above all US models; the best of those, Alpha (10 January 2026), "
     "stood between two Chinese models: above M2 (5 March 2025) and below Beta (19 July 2026), by "
     "then 17 months and one month old respectively.",
     "über M2 (5. März 2025) und unter Beta (19. Juli 2026), die damals 17 Monate beziehungsweise "
     "einen Monat alt waren."),
    ("below the first", {}, False,
     "China's best, Beta, stood below the first of the US models rated here, M0 (5 January 2025), "
     "by then 19 months old; these ratings do not show when its level was first reached.",
     "stand das beste chinesische Modell, Beta, unter dem ersten hier bewerteten der US-Modelle, "
     "M0 (5. Januar 2025), das damals 19 Monate alt war; wann sein Niveau erstmals erreicht war, "
     "zeigen diese Wertungen nicht."),
    ("few votes", {}, False,
     f"stood {BETWEEN}. The ratings of Beta and Alpha are provisional (under 15,000 votes).",
     f"{ZWISCHEN}. Vorläufig sind die Wertungen von Beta und Alpha (unter 15.000 Stimmen)."),
    ("one vote short", {}, True,
     f"stood {BETWEEN_CN}. The rating of Beta is provisional (under 15,000 votes).",
     "alt waren. Vorläufig ist die Wertung von Beta (unter 15.000 Stimmen)."),
    ("few votes", {"board": "epoch/eci"}, False, f"stood {BETWEEN}.", f"{ZWISCHEN}."),
    ("few votes", {"board": "own/ratings"}, False, f"stood {BETWEEN}.", f"{ZWISCHEN}."),
    ("to the month", {}, False, "and below Alpha (February 2026), by then", "Alpha (Februar 2026)"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "more", "first", "english", "german"), SAID)
def test_what_is_said_of_the_day(
    state: str, more: dict[str, Any], first: bool, english: str, german: str
) -> None:
    result = in_state(state, "average", **more)
    assert day_first(result) == first
    for lang, begins, words in (
        ("en", "On 19 August 2026, ", english),
        ("de", "Am 19. August 2026 ", german),
    ):
        said = lines(result, lang)
        told = said[0 if first else 1]
        assert told == Speaker(result, lang).today()
        assert said[1 if first else 0] == Speaker(result, lang).average()
        assert told.startswith(begins)
        assert words in told
        assert told.endswith(words) or not words.endswith(".")


def test_every_state_of_a_day_is_tried() -> None:
    assert {in_state(state, "average", **more).day.state for state, more, *_ in SAID} == set(DAYS)


HIGH = "in Arena's blind text votes (without style control)"
HOCH = "in den Blindabstimmungen von Arena (Text, ohne Stilkontrolle)"


@pytest.mark.parametrize(
    ("state", "english", "german"),
    [
        ("ahead",
         "about 6 months ahead of the US (6.4; 95% measurement interval: 6.4 to 9.0): that much "
         f"earlier, a Chinese model had first scored as high as the US's best AI model of the day "
         f"{HIGH}.",
         "rund 6 Monate vor den USA (6,4; 95-%-Messintervall: 6,4 bis 9,0 Monate): So viel früher "
         f"hatte erstmals ein chinesisches Modell {HOCH} so gut abgeschnitten wie das jeweils "
         "beste US-Modell."),
        ("at least behind",
         "at least 6.4 months behind the US (95% measurement interval: at least 6.4): at least "
         f"that much earlier, a US model had first scored as high {HIGH}.",
         "mindestens 6,4 Monate hinter den USA (95-%-Messintervall: mindestens 6,4 Monate): "
         f"Mindestens so viel früher hatte erstmals ein US-Modell {HOCH} ebenso gut "
         "abgeschnitten."),
        ("behind, unclear",
         "neither clearly behind nor clearly ahead of the US (best estimate: 6.4 months behind; "
         "95% measurement interval for Chinese models: 1.1 months ahead to 9.0 months behind), "
         f"going by which side had first scored as high {HIGH}.",
         "weder klar hinter noch klar vor den USA (bester Schätzwert: 6,4 Monate zurück; "
         "95-%-Messintervall für chinesische Modelle: 1,1 Monate voraus bis 9,0 Monate zurück), "
         f"gemessen daran, welche Seite {HOCH} früher so weit war."),
        ("at most behind",
         "neither clearly behind nor clearly ahead of the US (best estimate: at most 6.4 months "
         "behind; 95% measurement interval for Chinese models: at most 9.0 months behind), "
         f"going by which side had first scored as high {HIGH}.",
         "weder klar hinter noch klar vor den USA (bester Schätzwert: höchstens 6,4 Monate zurück; "
         "95-%-Messintervall für chinesische Modelle: höchstens 9,0 Monate zurück), "
         f"gemessen daran, welche Seite {HOCH} früher so weit war."),
        ("level",
         "level with the US (95% measurement interval for Chinese models: 7.6 months ahead to 7.6 "
         "months behind).",
         "gleichauf mit den USA (95-%-Messintervall für chinesische Modelle: 7,6 Monate voraus bis "
         "7,6 Monate zurück)."),
        ("few models",
         "about 6 months behind the US (6.4; no 95% measurement interval: only 1 Chinese model, "
         "and at least 3 rated ones are needed): that much earlier, a US model had first scored as "
         f"high {HIGH}.",
         "rund 6 Monate hinter den USA (6,4; kein 95-%-Messintervall: nur 1 chinesisches Modell "
         "bewertet, nötig sind mindestens 3): So viel früher hatte erstmals ein US-Modell "
         f"{HOCH} ebenso gut abgeschnitten."),
    ],
)  # fmt: skip
def test_what_is_said_of_the_average(state: str, english: str, german: str) -> None:
    result = in_state(state, "average")
    assert Speaker(result, "en").average() == (
        f"Over the twelve months to 19 August 2026, China's best AI model of the day was on "
        f"average {english}"
    )
    assert Speaker(result, "de").average() == (
        "In den zwölf Monaten bis zum 19. August 2026 lag das jeweils beste chinesische KI-Modell "
        f"im Mittel {german}"
    )


@pytest.mark.parametrize(
    ("state", "english", "german"),
    [
        ("overtaken", "China's best, probably ", "das beste chinesische Modell, wahrscheinlich "),
        ("ahead", "the best of those, probably ", "das beste von diesen, wahrscheinlich "),
    ],
)
def test_who_is_best_is_told_with_its_doubt_in_every_state(
    state: str, english: str, german: str
) -> None:
    result = in_state(state, "average")
    day = result.day
    assert day.best_share >= 0.95
    for lang, said in (("en", english), ("de", german)):
        assert said not in Speaker(result, lang).today()
        assert said in Speaker(result, lang).today(replace(day, best_share=0.6))


def test_days_of_a_lead_are_told_where_they_count_as_minus() -> None:
    early = [point("CN", f"cn-{n}", 1600.0, "2025-09-01") for n in range(FEWEST)]
    late = [point("US", f"us-{n}", 1700.0, "2026-02-01") for n in range(FEWEST)]
    result = replace(issue(), models=(*early, *late))
    assert (
        Speaker(result, "en")
        .average()
        .endswith(
            " behind the US (6.7; 95% measurement interval: 5.3 to 8.3) in Arena's blind text "
            "votes; days on which it was ahead count as minus."
        )
    )
    assert (
        Speaker(result, "de")
        .average()
        .endswith(
            "8,3 Monate), in den Blindabstimmungen von Arena (Text) gemessen; Tage mit Vorsprung "
            "zählen dabei negativ."
        )
    )
    ahead = replace(result, months=-6.7, low=-8.3, high=-5.3)
    assert Speaker(ahead, "en").average().endswith("days on which it was behind count as minus.")
    assert Speaker(ahead, "de").average().endswith("Tage mit Rückstand zählen dabei negativ.")


@given(
    st.lists(
        st.tuples(st.sampled_from(["US", "CN"]), st.integers(-500, 30), st.integers(0, 4)),
        min_size=1, max_size=8,
    )
)  # fmt: skip
@example([("CN", -500, 1), ("US", -400, 2)])
@example([("US", -100, 1), ("CN", 0, 2)])
def test_each_side_led_as_a_walk_over_the_days_has_it(drawn: list[tuple[str, int, int]]) -> None:
    end = to_day("2026-08-19")
    models = [point(group, "x", float(high), to_iso(end + away)) for group, away, high in drawn]
    result = replace(issue(), models=tuple(models))
    start = end - result.window * DAYS_PER_MONTH
    leads = set()
    for day in (start, *range(math.ceil(start), int(end))):
        best = {
            group: max((m.rating for m in models
                        if m.group == group and to_day(m.counts_from) <= day), default=-math.inf)
            for group in ("US", "CN")
        }  # fmt: skip
        leads.add((best["CN"] > best["US"]) - (best["CN"] < best["US"]))
    assert result.both_led() == ({-1, 1} <= leads)


def test_an_entry_without_a_tag_makes_both_languages_provisional() -> None:
    result = in_state("provisional", "average")
    first, second = result.said()
    assert first.startswith("Provisional, since nobody has tagged newcomer (1520.5), which could ")
    assert ": over the twelve months to 19 August 2026, China's best AI model" in first
    assert second == Speaker(result, "en").today()
    assert citation(result, "de").sentence.startswith(
        "Vorläufig, weil newcomer (1520,5) noch nicht zugeordnet ist und das beste chinesische "
        "Modell sein könnte: In den zwölf Monaten bis zum 19. August 2026 lag das jeweils beste"
    )


@pytest.mark.parametrize(
    ("window", "english", "german"),
    [
        (1.0, "Over the month to 19", "In dem Monat bis zum 19."),
        (3.0, "Over the three months to 19", "In den drei Monaten bis zum 19."),
        (12.0, "Over the twelve months to 19", "In den zwölf Monaten bis zum 19."),
        (18.0, "Over the 18 months to 19", "In den 18 Monaten bis zum 19."),
        (7.5, "Over the 7.5 months to 19", "In den 7,5 Monaten bis zum 19."),
    ],
)
def test_windows(window: float, english: str, german: str) -> None:
    result = made("average", window=window)
    assert lines(result)[0].startswith(english)
    assert lines(result, "de")[0].startswith(german)


@pytest.mark.parametrize(
    ("board", "category", "english", "german"),
    [
        ("arena/text", "overall", HIGH, HOCH),
        ("arena/text_style_control", "hard_prompts",
         "in Arena's blind text votes (category hard prompts)",
         "in den Blindabstimmungen von Arena (Text, Kategorie „schwierige Aufgaben“)"),
        ("arena/webdev", "overall", "in Arena's blind web-development votes",
         "in den Blindabstimmungen von Arena (Webentwicklung)"),
        ("arena/document", "overall", "in Arena's blind document votes (without style control)",
         "in den Blindabstimmungen von Arena (Dokumente, ohne Stilkontrolle)"),
        ("arena/search_style_control", "overall", "in Arena's blind web-search votes",
         "in den Blindabstimmungen von Arena (Websuche)"),
        ("comparia/text", "overall", "on compar:IA's text leaderboard",
         "auf der Rangliste von compar:IA (Text)"),
        ("epoch/eci", "overall", "on the Epoch Capabilities Index",
         "auf dem Epoch Capabilities Index"),
        ("metr/time-horizon", "overall", "on METR's time-horizon board",
         "auf der Zeithorizont-Rangliste von METR"),
        ("own/ratings", "overall", "on the board own/ratings", "auf einer eigenen Rangliste"),
    ],
)  # fmt: skip
def test_boards(board: str, category: str, english: str, german: str) -> None:
    result = made("average", board=board, category=category)
    assert lines(result)[0].endswith(f"a US model had first scored as high {english}.")
    assert lines(result, "de")[0].endswith(f"ein US-Modell {german} ebenso gut abgeschnitten.")


def test_a_board_is_said_to_be_without_style_control_where_there_is_one_with_it() -> None:
    names = set(elolag.open_archive().boards())
    siblings = {name for name in names if f"{name}_style_control" in names}
    assert {f"arena/{kind}" for kind in STYLED} == siblings


def test_the_votes_are_named_before_the_rule_that_dates() -> None:
    policies = {**made("average").policies, "match_rule": "below"}
    result = made("average", policies=policies)
    assert lines(result)[0].endswith(f") {HIGH}, dated by the last model below the level.")
    assert lines(result, "de")[0].endswith(
        f"), {HOCH} gemessen und datiert mit dem letzten Modell unter dem Niveau."
    )


@pytest.mark.parametrize(
    ("leader", "follower", "english", "german"),
    [
        ("lab:openai", "lab:deepseek",
         "the best DeepSeek AI model of the day was on average about 6 months behind OpenAI models",
         "lag das jeweils beste KI-Modell von DeepSeek im Mittel rund 6 Monate hinter Modellen von "
         "OpenAI"),
        ("US+not:lab:openai", "CN",
         "China's best AI model of the day was on average about 6 months behind US non-OpenAI "
         "models",
         "lag das jeweils beste chinesische KI-Modell im Mittel rund 6 Monate hinter US-Modellen "
         "anderer Labore als OpenAI"),
        ("closed", "open",
         "the best open-weights AI model of the day was on average about 6 months behind closed "
         "models",
         "lag das jeweils beste KI-Modell mit offenen Gewichten im Mittel rund 6 Monate hinter "
         "Modellen mit geschlossenen Gewichten"),
        ("US", "FR,DE",
         "the best French or German AI model of the day was on average about 6 months behind the "
         "US",
         "lag das jeweils beste französische oder deutsche KI-Modell im Mittel rund 6 Monate "
         "hinter den USA"),
        ("ALL", "CN", "China's best AI model of the day was on average about 6 months behind all "
         "rated models",
         "lag das jeweils beste chinesische KI-Modell im Mittel rund 6 Monate hinter allen "
         "bewerteten Modellen"),
    ],
)  # fmt: skip
def test_groups(leader: str, follower: str, english: str, german: str) -> None:
    result = made("average", leader_group=leader, follower_group=follower)
    assert f"August 2026, {english} (6.4; " in lines(result)[0]
    assert f"August 2026 {german} (6,4; " in lines(result, "de")[0]


def test_ages_and_months_for_the_ear() -> None:
    assert [about(value, "en") for value in (0.9, 0.96, 1.4, 1.5, 6.7, -6.4)] == [
        "less than a month", "about a month", "about a month", "about 2 months", "about 7 months",
        "about 6 months",
    ]  # fmt: skip
    assert about(0.3, "de") == "weniger als einen Monat"
    said = [aged(days, "en") for days in ([274, 195], [500, 195], [30, 10], [1, 0], [400])]
    assert said == [
        "nine and six months old", "16 and 6 months old", "one month and ten days old respectively",
        "one day and not a day old respectively", "13 months old",
    ]  # fmt: skip
    assert aged([183, 180], "en") == "both six months old"
    assert aged([183, 180], "de") == "beide sechs Monate alt"
    assert aged([91, 30], "de") == "drei Monate beziehungsweise einen Monat alt"
    assert aged([30, 31], "en") == "both one month old"
    assert aged([8, 8], "de") == "beide acht Tage alt"
    assert [likely(p, "en") for p in (0.95, 0.9499, 0.5, 0.49)] == [
        "", "probably ", "probably ", "by the mean ratings ",
    ]  # fmt: skip


shares = st.lists(st.integers(1, 1000), min_size=1, max_size=12)


@given(weights=shares, level=st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_the_smallest_set_holds_the_level_and_no_smaller_one_does(
    weights: list[int], level: float
) -> None:
    held = sorted((w / sum(weights) for w in weights), reverse=True)
    matches = tuple(Match(f"m{k}", "e", "2026-01-01", float(k), p) for k, p in enumerate(held))
    found = replace(made("average", level=level), matches=matches).day
    assert found.matches == matches
    chosen = [m.probability for m in found.smallest_set]
    assert found.smallest_set == matches[: len(chosen)]
    assert sum(chosen) >= min(level, sum(held)) - 1e-12
    # Minimal: as the most frequent come first, no other set of fewer can hold it either.
    assert sum(chosen[:-1]) < level


@given(
    leading=st.floats(0, 1),
    ago=st.lists(st.floats(-20, 20), min_size=1, max_size=4),
    ends=st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
)
def test_the_order_follows_the_state(
    leading: float, ago: list[float], ends: tuple[float, float]
) -> None:
    low, high = sorted(ends)
    matches = tuple(Match(f"m{k}", "e", "2026-01-01", m, 1 / len(ago)) for k, m in enumerate(ago))
    found = replace(made("average", low=low, high=high, leading=leading), matches=matches)
    told = [m.months for m in found.day.smallest_set]
    outside = low < high and (all(m < low for m in told) or all(m > high for m in told))
    assert found.day.state == "between"
    assert day_first(found) == (leading > _MAY_LEAD or outside)
    assert lines(found)[0].startswith("On 19" if day_first(found) else "Over the twelve")
    for lang in ("en", "de"):
        assert sorted(lines(found, lang)) == sorted(
            (Speaker(found, lang).average(), Speaker(found, lang).today())
        )


@pytest.mark.parametrize("state", [*STATES])
def test_a_day_s_probabilities_and_bracket_agree_with_its_result(state: str) -> None:
    result = in_state(state, "average")
    day, data = result.day, result.to_dict()["day"]
    assert sum(m["probability"] for m in data["matches"]) == pytest.approx(1.0)
    assert data["follower_leads"] == result.leading
    assert data["bracket"]["probability"] == day.matches[0].probability
    assert set(data["set"]) <= {m["model"] for m in data["matches"]}
    if day.above is not None:
        assert day.above.rating < day.best.rating
    if day.below is not None:
        assert day.below.rating >= day.best.rating
    assert day.best.rating <= day.rival.rating
    assert data["state"] == day.state
    assert (day.state == "leads") == (result.gap.elo < 0)


def test_on_the_archive_the_probabilities_are_those_of_the_draws() -> None:
    result = elolag.estimate_lag(n_draws=400)
    assert sum(m.probability for m in result.day.matches) == pytest.approx(1.0)
    assert result.day.probability == result.day.matches[0].probability
    assert 0 <= result.leading <= _MAY_LEAD
    assert not day_first(result)
    turned = elolag.estimate_lag(leader="CN", follower="US", n_draws=400)
    assert turned.leading == pytest.approx(1 - result.leading, abs=0.02)
    assert turned.day.state == "leads"
    assert turned.said()[0].startswith("On 19 August 2026, the US's best")


def test_one_model_of_nested_groups_is_told_as_one() -> None:
    result = elolag.estimate_lag(leader="ALL", follower="US", n_draws=400)
    assert result.day.state == "shared"
    assert result.said()[0].startswith("On 19 August 2026, one model was the best of both sides: ")


def test_the_tie_of_ratings_is_no_lead() -> None:
    tie = made("average", **BEHIND | LEVEL)
    assert (tie.day.state, tie.day.best.rating, tie.day.rival.rating) == ("tie", 1490.0, 1490.0)
    near = made("average", **BEHIND | {"gap": Gap(1e-9, -1.0, 1.0, 0.0, 0.0)})
    assert near.day.state == "between"
    assert made("average", **AHEAD).day.state == "leads"
    assert made("average", **PASSED).day.state == "overtaken"


NAMES = {
    # Records of the two sides on Arena's text boards and Epoch's index, as their makers write them.
    "baichuan-7b": "Baichuan-7B", "chatglm-6b": "ChatGLM-6B",
    "chatgpt-4o-latest-20241120": "ChatGPT-4o Latest", "claude-3-opus-20240229": "Claude 3 Opus",
    "claude-fable-5": "Claude Fable 5", "claude-opus-4-6": "Claude Opus 4.6",
    "claude-opus-5": "Claude Opus 5", "claude-sonnet-4-5-20250929": "Claude Sonnet 4.5",
    "deepseek-llm-67b-chat": "DeepSeek-LLM-67B-Chat", "deepseek-r1": "DeepSeek-R1",
    "deepseek-r1-0528": "DeepSeek-R1-0528", "deepseek-v3-0324": "DeepSeek-V3-0324",
    "deepseek-v3.2": "DeepSeek-V3.2", "dola-seed-2.0-pro": "Dola Seed 2.0 Pro",
    "early-grok-3": "Early Grok 3", "ernie-5.0-0110": "ERNIE 5.0 0110",
    "ernie-5.0-preview-1203": "ERNIE 5.0 Preview 1203", "ernie-5.1": "ERNIE 5.1",
    "gemini-1.5-pro-001": "Gemini 1.5 Pro 001",
    "gemini-1.5-pro-exp-0801": "Gemini 1.5 Pro Experimental 0801",
    "gemini-2.0-flash-thinking-exp-01-21": "Gemini 2.0 Flash Thinking Experimental 01-21",
    "gemini-2.5-pro": "Gemini 2.5 Pro",
    "gemini-2.5-pro-exp-03-25": "Gemini 2.5 Pro Experimental 03-25",
    "gemini-3-pro": "Gemini 3 Pro", "gemini-exp-1206": "Gemini Experimental 1206",
    "glm-4-0116": "GLM-4-0116", "glm-4-plus": "GLM-4-Plus", "glm-4.5": "GLM-4.5",
    "glm-4.6": "GLM-4.6", "glm-5": "GLM-5", "glm-5.1": "GLM-5.1",
    "gpt-3.5-turbo-0314": "GPT-3.5 Turbo 0314", "gpt-4-0125-preview": "GPT-4 0125 Preview",
    "gpt-4-0314": "GPT-4 0314", "gpt-4-turbo-2024-04-09": "GPT-4 Turbo",
    "gpt-4.5-preview-2025-02-27": "GPT-4.5 Preview", "gpt-4o-2024-05-13": "GPT-4o",
    "gpt-5-pro-2025-10-06": "GPT-5 Pro", "gpt-5.1": "GPT-5.1",
    "grok-3-preview-02-24": "Grok 3 Preview 02-24", "grok-4.1": "Grok 4.1",
    "hunyuan-turbos-20250416": "Hunyuan-TurboS", "kimi-k2-thinking": "Kimi K2 Thinking",
    "kimi-k2.5": "Kimi K2.5", "kimi-k3": "Kimi K3", "llama-13b": "LLaMA 13B",
    "llama-65b": "LLaMA 65B", "o1-2024-12-17": "o1", "o1-mini": "o1-mini",
    "o1-preview": "o1-preview", "o3-2025-04-16": "o3", "o3-pro": "o3-pro",
    "openchat-3.5": "OpenChat 3.5", "openchat-3.5-0106": "OpenChat 3.5 0106",
    "qwen-14b-chat": "Qwen-14B-Chat", "qwen-max-0428": "Qwen-Max-0428",
    "qwen2-72b-instruct": "Qwen2-72B-Instruct", "qwen2.5-72b-instruct": "Qwen2.5-72B-Instruct",
    "qwen3-235b-a22b-thinking-2507": "Qwen3-235B-A22B-Thinking-2507",
    "qwen3-coder-480b-a35b-instruct": "Qwen3-Coder-480B-A35B-Instruct",
    "qwen3-max-2025-09-23": "Qwen3-Max", "qwen3.7-max-preview": "Qwen3.7-Max-Preview",
    "qwen3.8-max": "Qwen3.8-Max", "rwkv-4-raven-14b": "RWKV-4-Raven-14B",
    "yi-34b-chat": "Yi-34B-Chat", "yi-lightning-lite": "Yi-Lightning-Lite",
    # Others that may come to lead a board.
    "gpt-oss-120b": "gpt-oss-120b", "gpt-4o-mini-2024-07-18": "GPT-4o mini",
    "gpt-image-2": "GPT Image 2", "minimax-m2.5": "MiniMax-M2.5", "phi-4": "Phi-4",
    "qwq-32b": "QwQ-32B", "dall-e-3": "DALL-E 3", "mixtral-8x7b-instruct": "Mixtral 8x7B Instruct",
    "llama-3.1-405b-instruct": "Llama 3.1 405B Instruct", "Some_Name": "Some_Name",
}  # fmt: skip


@pytest.mark.parametrize("key", NAMES)
def test_models_are_called_as_their_makers_call_them(key: str) -> None:
    assert model_name(key) == NAMES[key]


@pytest.mark.parametrize("board", ["arena/text_style_control", "arena/text", "epoch/eci"])
def test_every_record_has_a_name_that_was_read(board: str) -> None:
    result = elolag.estimate_lag(board, n_draws=40, level=0.9, estimand="current")
    families = {key.partition("-")[0].rstrip("0123456789.") for key in NAMES}
    for group in ("US", "CN"):
        for record in result.records(group):
            assert record.model.partition("-")[0].rstrip("0123456789.") in families
            assert "_" not in model_name(record.model)


@pytest.mark.parametrize("months", [0.0, 0.03, -0.03])
def test_what_reads_as_nought_is_level_and_never_trails_by_nothing(months: float) -> None:
    ends = {"months": months, "low": months, "high": months}
    found = made("current", **BEHIND | ends)
    gap = replace(found, estimand="gap", months=None, gap=Gap(0.02, -8, 8, 0.0, 0.0))
    assert (found.verdict, gap.verdict) == ("level", "level")
    assert found.figure() == "China level with the US"
    assert gap.figure() == "the US and China level"
    told = found.sentence()
    assert "China is level with the US on" in told
    assert "a level that US models first reached less than two days before" in told
    wide = replace(found, low=-0.03, high=2.0)
    for lang, ends in (("en", "level to 2.0 months behind"), ("de", "gleichauf bis 2,0 Monate")):
        for each in (found, gap, wide):
            assert not re.search(r"\b0[.,]0 (months|Monate|Elo)", citation(each, lang).sentence)
        assert ends in citation(wide, lang).sentence


@pytest.mark.parametrize(
    ("value", "censored", "english", "german"),
    [
        (0.0, "at-least", "level or behind", "gleichauf oder zurück"),
        (-0.04, "at-least", "level or behind", "gleichauf oder zurück"),
        (0.04, "at-most", "level or ahead", "gleichauf oder voraus"),
        (0.0, None, "level", "gleichauf"),
        (0.06, "at-most", "at most 0.1 months behind", "höchstens 0,1 Monate zurück"),
    ],
)
def test_a_bound_of_nothing_is_no_number(
    value: float, censored: str | None, english: str, german: str
) -> None:
    assert language.lag(value, censored, "en") == english
    assert language.lag(value, censored, "de") == german


def test_ends_that_read_as_nothing_are_level_and_all_copies_are_called_so() -> None:
    assert language.between(0.01, 0.04, "de") == "gleichauf"
    assert language.between(0.0, 0.0, "en") == "level"
    assert language.between(0.04, 0.2, "de") == "0,0 bis 0,2 Monate zurück"
    two = language.older("older", 2, 2, 0, 0, "de")
    assert two == "2 ältere Listen, beide Kopien von dritter Seite"
    assert language.older("older", 3, 3, 0, 0, "de").endswith("alle Kopien von dritter Seite")


def test_the_first_of_a_side_stands_in_the_genitive() -> None:
    found = in_state("below the first", "average", leader_group="CN", follower_group="US")
    told = Speaker(found, "de").today()
    assert "unter dem ersten hier bewerteten der chinesischen Modelle, " in told
    found = in_state("below the first", "average", leader_group="lab:Modellen")
    told = Speaker(found, "de").today()
    assert "unter dem ersten hier bewerteten der Modelle von Modellen, " in told


def test_one_of_something_is_in_the_singular() -> None:
    assert [many(n, "list") for n in (0, 1, 2, 1200)] == [
        "0 lists", "1 list", "2 lists", "1,200 lists",
    ]  # fmt: skip
    assert many(2, "entry", "entries") == "2 entries"
    assert (lasting(1.0), lasting(1.5)) == ("1 month", "1.5 months")
    assert over("average", 1.0) == "average over 1 month"
    assert "the last month" in meaning("average", window=1.0)


@pytest.mark.parametrize("estimand", ["average", "at-release", "catch-up", "levels"])
@pytest.mark.parametrize(("window", "lang"), [(1.0, "en"), (1.0, "de"), (12.0, "de")])
def test_a_window_of_one_month_is_a_month(estimand: str, window: float, lang: str) -> None:
    result = replace(made(estimand), window=window)
    text = language.windowed(
        language.set_phrases(lang).how[estimand], window, lang, day="heute", leaders="", events=""
    )
    text += citation(result, lang).sentence
    assert not re.search(r"\b(1|one) (months|Monate)", text)
    assert ("12 Monate" in text) is (window == 12)


def test_a_or_an_goes_by_the_sound() -> None:
    assert one_of("en", phrase("US", "en")) == "a US model"
    for name, article in (("Upstage", "an"), ("xAI", "an"), ("NVIDIA", "an"), ("OpenAI", "an"),
                          ("Mistral", "a"), ("European", "a"), ("University", "a"), ("LG", "an"),
                          ("Emirati", "an"), ("01.AI", "a"), ("IBM", "an")):  # fmt: skip
        shown = replace(phrase("US", "en"), one=f"{name} model")
        assert one_of("en", shown) == f"{article} {name} model"


def test_a_lab_whose_name_ends_in_ai_has_no_ai_ai_model() -> None:
    text = lines(elolag.estimate_lag(follower="lab:moonshot", n_draws=60), "en")
    assert "best Moonshot AI model of the day" in str(text)
    assert "AI AI" not in str(text)
