"""How a result words itself: directions, bounds, zero width, and hostile names."""

from __future__ import annotations

import dataclasses

import pytest
from cited_states import in_state
from made_study import made

import elolag
from elolag.cite import citation
from elolag.cli.lag import _print
from elolag.dates import MonthOnly
from elolag.plots.style import finding
from elolag.results.answer import Speaker
from elolag.results.lag import LagResult
from elolag.results.verdict import Gap, Match, ModelPoint, dated
from elolag.results.words import directed, noun, printable, share
from elolag.tags import parse_group


def point(group: str, model: str, rating: float, date: str = "2026-02-05") -> ModelPoint:
    return ModelPoint(group, model, f"{model}-high", date, rating, 3.0, date)


@pytest.fixture
def result() -> LagResult:
    match = point("US", "alpha", 1504.0)
    return LagResult(
        estimand="current", frontier="step", interval="measurement",
        months=6.4, low=6.4, high=9.0, level=0.95, window=12.0,
        as_of="2026-08-19", vintage="2026-08-19", data_through="2026-08-14",
        board="arena/text", category="overall", leader_group="US", follower_group="CN",
        leader_best=point("US", "omega", 1510.0),
        follower=point("CN", "beta", 1490, "2026-07-16"),
        match=match,
        matches=(Match("alpha", "alpha-high", "2026-02-05", 6.4, 0.9),
                 Match("gamma", "gamma", "2025-11-18", 9.0, 0.06),
                 Match("delta", "delta", "2025-11-01", 9.6, 0.04)),
        gap=Gap(20.0, 10.0, 30.0, 1.3, 1.4), censored=None, policies={}, n_draws=1000,
        failed_draws=0, sampling=None, seed=0, version="0",
        leading=0.0, matched=0.9, leader_best_share=0.97, follower_best_share=0.99,
        snapshots=(("arena/text/2026-08-19", "0" * 64),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lag", "said"),
    [(6.44, "6.4 months behind"), (-0.5, "0.5 months ahead"), (0.0, "level"), (-0.04, "level")],
)
def test_a_lag_is_told_with_its_direction(lag: float, said: str) -> None:
    assert directed(lag) == said


def test_no_probability_is_rounded_to_a_certain_one() -> None:
    assert [share(p) for p in (0.994, 0.995, 0.9999, 1.0)] == [
        "99%",
        "over 99%",
        "over 99%",
        "100%",
    ]


def test_sentence_names_every_likely_match_and_no_other(result: LagResult) -> None:
    text = result.sentence()
    assert "China trails the US by 6.4 months" in text
    assert "alpha" in text
    assert "gamma" in text
    assert "delta" not in text
    assert "6.4 to 9.0 months behind" in text
    assert str(result) == text


def test_facts_name_likely_matches_and_those_the_interval_ends_on(result: LagResult) -> None:
    wide = dataclasses.replace(result, high=9.6)
    named = {q: v for q, v in wide.rows() if q in ("match", "or", "at the interval's end")}
    assert named == {
        "match": "alpha (2026-02-05), 90% of draws: 6.4 months behind",
        "or": "gamma (2025-11-18), 6% of draws: 9.0 months behind",
        "at the interval's end": "delta (2025-11-01), 4% of draws: 9.6 months behind",
    }
    assert "at the interval's end" not in dict(result.rows())


def test_no_direction_rests_on_a_minus_sign(result: LagResult) -> None:
    ahead = dataclasses.replace(
        result, months=-6.4, low=-9.0, high=-6.4, gap=Gap(-20.0, -30.0, -10.0, -1.3, -1.4),
        matches=(Match("alpha", "alpha", "2026-02-05", -6.4, 1.0),),
    )  # fmt: skip
    text = ahead.summary()
    assert "China is ahead of the US by 6.4 months" in text
    assert "6.4 to 9.0 months ahead" in text
    assert "China ahead by 20.0 Elo" in text
    assert " -" not in text


def test_interval_across_zero_gives_each_end_its_direction(result: LagResult) -> None:
    both = dataclasses.replace(result, low=-1.0, high=2.0)
    assert both.interval_words() == "1.0 months ahead to 2.0 months behind"


def test_zero_width_is_said(result: LagResult) -> None:
    narrow = dataclasses.replace(result, low=6.4, high=6.4)
    assert "zero width" in narrow.interval_words()


@pytest.mark.parametrize(
    ("months", "censored", "low", "high", "figure", "words"),
    [
        (
            6.4,
            "at-least",
            6.4,
            None,
            "China behind by at least 6.4 months",
            "at least 6.4 months behind",
        ),
        (
            -6.4,
            "at-most",
            None,
            -6.4,
            "China ahead by at least 6.4 months",
            "at least 6.4 months ahead",
        ),
    ],
)
def test_bounds(
    result: LagResult,
    months: float,
    censored: str,
    low: float,
    high: float,
    figure: str,
    words: str,
) -> None:
    bound = dataclasses.replace(result, months=months, censored=censored, low=low, high=high)
    assert bound.figure() == figure
    assert bound.interval_words() == words


def test_html_escapes_names(result: LagResult) -> None:
    hostile = dataclasses.replace(result, follower=point("CN", "<script>x</script>", 1490.0))
    page = hostile._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_frame_and_rows_agree(result: LagResult) -> None:
    frame = result.to_frame()
    assert list(frame.columns) == ["quantity", "value"]
    assert [tuple(row) for row in frame.to_numpy()] == result.rows()


def test_json_key_order_is_stable(result: LagResult) -> None:
    data = result.to_dict()
    assert list(data) == [
        "schema", "headline", "day", "as_of", "vintage", "data_through", "board", "category",
        "leader_best", "follower", "gap", "provisional", "policies", "n_draws", "failed_draws",
        "records", "matched", "unmatched", "seed", "sources", "snapshots", "log_head", "version",
        "notes",
    ]  # fmt: skip
    assert data["schema"] == 2
    assert list(data["headline"]) == [
        "estimand", "window", "frontier", "interval", "months", "low", "high", "level", "censored",
        "no_interval", "figure", "verdict", "order", "sentence",
    ]  # fmt: skip
    assert list(data["day"]) == [
        "date", "state", "best", "rival", "bracket", "follower_leads", "matches", "set",
    ]  # fmt: skip
    assert list(data["day"]["bracket"]) == ["above", "below", "probability"]
    both = dataclasses.replace(result, interval="both", sampling=(5.0, 10.0)).to_dict()
    assert list(both["headline"])[5:9] == ["low", "high", "sampling", "level"]
    assert both["headline"]["sampling"] == {"low": 5.0, "high": 10.0}


def test_records_are_strict_running_maxima(result: LagResult) -> None:
    models = (
        point("US", "a", 1400, "2026-01-01"),
        point("US", "b", 1390, "2026-02-01"),
        point("US", "c", 1400, "2026-03-01"),
        point("US", "d", 1450, "2026-04-01"),
        point("US", "late", 1500, "2026-09-01"),
    )
    records = dataclasses.replace(result, models=models).records("US")
    assert [m.model for m in records] == ["a", "d"]


def test_evidence_names_the_records_and_when_they_were_reached(result: LagResult) -> None:
    models = (
        point("US", "a", 1400, "2025-01-01"),
        point("US", "b", 1450, "2025-06-01"),
        point("US", "c", 1480, "2026-06-01"),
        point("CN", "old", 1390, "2025-03-01"),
        point("CN", "x", 1440, "2026-01-01"),
        point("CN", "y", 1490, "2026-08-01"),
    )
    full = dataclasses.replace(result, models=models)
    means = dataclasses.replace(
        full, estimand="average", follower=models[5], leader_best=models[2],
        gap=Gap(-10.0, -20.0, -1.0, -0.7, -0.7), leading=0.98,
    )  # fmt: skip
    assert [(m.model, d) for m, d in means.evidence()] == [("x", "2025-06-01"), ("y", None)]
    assert (means.to_dict()["matched"], means.to_dict()["unmatched"]) == (1, 1)
    catch_up = dataclasses.replace(full, estimand="catch-up", window=24.0)
    assert [(m.model, d) for m, d in catch_up.evidence()] == [
        ("a", "2026-01-01"), ("b", "2026-08-01"), ("c", "2026-08-01"),
    ]  # fmt: skip
    single = dataclasses.replace(full, follower=models[4])
    assert [(m.model, d) for m, d in single.evidence()] == [("x", "2025-06-01")]


def win_rate(elo: float) -> float | None:
    return Gap(elo, elo, elo, 0.0, 0.0).win_rate


def test_win_rate() -> None:
    assert win_rate(0) == 0.5
    assert win_rate(400) == pytest.approx(10 / 11)


def test_version_is_the_packages(result: LagResult) -> None:
    assert elolag.__version__


#: The follower reached its level first, and the leader passed it since.
PASSED = {
    "months": 3.0, "low": -0.6, "high": 3.0, "as_of": "2026-08-17",
    "follower": point("CN", "seedance", 1481.0, "2026-02-12"),
    "leader_best": point("US", "omni", 1509.0, "2026-05-19"),
    "match": point("US", "omni", 1509.0, "2026-05-19"),
    "matches": (Match("omni", "omni", "2026-05-19", 3.0, 0.9),
                Match("seedance2", "seedance2", "2026-07-31", -0.6, 0.1)),
    "gap": Gap(28.0, -1.3, 45.0, 1.9, 1.9),
}  # fmt: skip


def test_a_follower_that_was_first_is_said_to_be_overtaken(result: LagResult) -> None:
    passed = dataclasses.replace(result, **PASSED)
    assert (passed.verdict, passed.order, passed.clear) == ("overtaken", "follower-first", False)
    assert passed.to_dict()["headline"]["order"] == "follower-first"
    text = passed.sentence()
    assert passed.matched == 0.9
    assert (
        "China was probably first on arena/text (overall) and was overtaken by the US on 2026-05-19"
        in text
    )
    assert "3.0 months before; neither side has a clear lead" in text
    assert "passed by omni of 2026-05-19 in 90% of draws; not overtaken in 10% of draws" in text
    facts = dict(passed.rows())
    assert facts["lag"].startswith("China first, overtaken by the US on 2026-05-19, 3.0 months")
    for told in (text, *facts.values(), finding(passed), passed.short(), passed.brief()):
        assert "trails" not in told
        assert "months behind" not in told
    assert finding(passed) == "China was probably first, overtaken by the US on 19 May 2026"
    sure = dataclasses.replace(passed, low=2.0, gap=Gap(28.0, 8.0, 45.0, 1.9, 1.9))
    assert sure.clear
    assert "clear lead" not in sure.sentence()


def test_of_releases_known_to_the_month_no_day_is_told(result: LagResult) -> None:
    may, told = MonthOnly("2026-05-15"), Match("omni", "omni", MonthOnly("2026-05-15"), 3.0, 0.9)
    omni = dataclasses.replace(PASSED["match"], release_date=may, counts_from=may)
    changed = {"leader_best": omni, "match": omni, "matches": (told, PASSED["matches"][1])}
    passed = dataclasses.replace(result, **PASSED | changed, data_through=may)
    text, facts = passed.sentence(), dict(passed.rows())
    assert "was overtaken by the US in 2026-05, 3.0 months before" in text
    assert "and omni (released 2026-05) passed it" in text
    assert "passed by omni of 2026-05 in 90% of draws" in text
    assert facts["lag"].startswith("China first, overtaken by the US in 2026-05, ")
    assert facts["match"].startswith("omni (2026-05), 90% of draws")
    assert facts["best of the US"].startswith("omni (2026-05), ")
    assert facts["data through"] == "2026-05 (newest release that counts)"
    assert finding(passed) == "China was probably first, overtaken by the US in May 2026"
    assert "wurden wahrscheinlich im Mai 2026 von " in finding(passed, "de")
    assert "were overtaken by US models in May 2026, 3.0 months" in citation(passed).sentence
    assert "zuerst vorn lagen und im Mai 2026, 3,0 Monate" in citation(passed, "de").sentence
    data = passed.to_dict()
    for found, day, to in (
        (data["leader_best"], "2026-05-15", "month"), (told.to_dict(), "2026-05-15", "month"),
        (data["follower"], passed.follower.release_date, "day"),
    ):  # fmt: skip
        assert (found["release_date"], found["precision"]) == (day, to)


def test_who_was_there_before_has_passed_nobody(result: LagResult) -> None:
    """A match older than the best of the side that was first is no overtaking of it."""
    matches = (Match("older", "older", "2026-01-10", 7.2, 0.5), *PASSED["matches"])
    text = dataclasses.replace(result, **(PASSED | {"matches": matches})).sentence()
    assert (
        "; passed by omni of 2026-05-19 in 90% of draws; its level first reached by older of "
        "2026-01-10 in 50% of draws; not overtaken in 10% of draws"
    ) in text


def test_a_leader_that_was_first_is_overtaken_too(result: LagResult) -> None:
    turned = dataclasses.replace(
        result, months=-1.0, low=-1.0, high=-0.5, gap=Gap(-9.0, -19.0, -1.0, -0.6, -0.6),
        leader_best=point("US", "alpha", 1500.0, "2026-01-10"),
        follower=point("CN", "beta", 1509.0, "2026-07-19"),
        match=point("CN", "beta", 1509.0, "2026-07-19"),
        matches=(Match("beta", "beta", "2026-07-19", -1.0, 1.0),), matched=1.0,
    )  # fmt: skip
    assert turned.order == "leader-first"
    assert "the US was first on arena/text (overall) and was overtaken by China on 2026-07-19" in (
        turned.sentence()
    )
    unsure = dataclasses.replace(turned, matched=0.42)
    assert "the US was by the mean ratings first on arena/text (overall) and was overtaken" in (
        unsure.sentence()
    )
    # Of two kinds of time in one interval, the other one is told of the side the sentence is of.
    early = Match("beta-0", "beta-0", "2025-11-18", -9.0, 0.4)
    turned = dataclasses.replace(turned, low=-9.0, matches=(*turned.matches, early))
    facts = dict(turned.rows())
    told = "the US 9.0 months behind to overtaken 0.5 months before"
    assert facts["95% measurement interval"] == turned.interval_words() == told
    assert f"(95% measurement interval: {told};" in turned.sentence()
    assert facts["or"].endswith("40% of draws: the US 9.0 months behind")
    both = dict(dataclasses.replace(turned, sampling=(-12.0, 7.0)).rows())
    assert both["95% sampling interval"] == "the US 7.0 months ahead to 12.0 months behind"
    assert turned.interval_cell(-9.0, -0.5) == "the US 9.0 behind to overtaken 0.5 before"
    assert "for US models: 9.0 months behind to overtaken" in citation(turned).sentence


def test_an_unclear_lead_is_said_alike_everywhere(result: LagResult) -> None:
    unclear = dataclasses.replace(result, low=-1.1, high=8.8, gap=Gap(11.0, -4.0, 30.0, 0.7, 0.7))
    assert unclear.verdict == citation(unclear).wording == "no-clear-lead"
    assert unclear.to_dict()["headline"]["verdict"] == "no-clear-lead"
    for told in (unclear.sentence(), finding(unclear), citation(unclear).sentence):
        assert "neither" in told.lower()
        assert "trails" not in told
    for told in (dict(unclear.rows())["lag"], unclear.brief(), unclear.short()):
        assert "no clear lead" in told


@pytest.mark.parametrize(
    ("months", "verdict", "said"),
    [(-1.94, "no-clear-lead", "1.9 months earlier, China ahead"), (0.0, "level", "is level with")],
)
def test_ties_go_one_way(result: LagResult, months: float, verdict: str, said: str) -> None:
    tie = dataclasses.replace(
        result, months=months, low=-7.6, high=7.6, gap=Gap(0.0, -18.0, 18.0, 0.0, 0.0)
    )
    assert tie.verdict == verdict
    assert said in tie.sentence()
    surfaces = (tie.sentence(), tie.figure(), tie.short(), finding(tie), citation(tie).sentence)
    assert not any("trails" in told for told in surfaces)
    if months:
        assert "China ahead by 1.9 months" in tie.figure()
        assert "1.9 months ahead" in citation(tie).sentence
        assert "1,9 Monate voraus" in citation(tie, "de").sentence
        assert tie.order == "follower-first"
    else:
        assert all("level" in told for told in surfaces)


def test_the_citation_of_an_overtaking(result: LagResult) -> None:
    passed = dataclasses.replace(result, **PASSED)
    assert citation(passed).sentence == (
        "We estimate that Chinese models were probably first on the Arena text leaderboard and "
        "were overtaken by US models on 19 May 2026, 3.0 months before 17 August 2026, though "
        "neither had a clear lead: the best Chinese model, seedance (12 February 2026), reached "
        "its level before omni (95% measurement interval for Chinese models: 0.6 months ahead to "
        "overtaken 3.0 months before)."
    )
    german = citation(passed, "de").sentence
    assert (
        "wahrscheinlich zuerst vorn lagen und am 19. Mai 2026, 3,0 Monate vor dem 17. August 2026,"
        in german
    )
    assert "von US-Modellen überholt wurden" in german


def test_an_interval_that_begins_before_the_overtaking_says_whose_each_is() -> None:
    """One end is the time since the leader was overtaken, the other one how far behind it was."""
    turned = in_state("leader overtaken", "current", low=-9.0, matched=0.41)
    assert "US models were by the mean ratings first on" in citation(turned).sentence
    assert citation(turned).sentence.endswith(
        "(95% measurement interval for US models: 9.0 months behind to overtaken 0.5 months "
        "before)."
    )
    assert citation(turned, "de").sentence.endswith(
        "(95-%-Messintervall für US-Modelle: 9,0 Monate zurück bis 0,5 Monate zuvor überholt)."
    )
    assert finding(turned, "de") == (
        "US-Modelle wurden nach den mittleren Wertungen am 19. Juli 2026 von chinesischen Modellen "
        "überholt"
    )
    assert finding(turned) == (
        "The US was by the mean ratings first, overtaken by China on 19 July 2026"
    )
    assert citation(in_state("leader overtaken", "current")).sentence.endswith("0.5 to 1.0).")


@pytest.mark.parametrize("estimand", ["average", "at-release", "catch-up", "levels"])
def test_every_surface_names_the_window_that_was_used(result: LagResult, estimand: str) -> None:
    models = tuple(
        point(group, f"{group}{k}", rating + k, f"2025-0{k + 1}-05")
        for group, rating in (("US", 1485), ("CN", 1460))
        for k in range(3)
    )
    models += (result.leader_best, result.follower)
    asked = dataclasses.replace(result, estimand=estimand, window=7.5, models=models)
    english, german = citation(asked), citation(asked, "de")
    for told in (dict(asked.rows())["estimand"], english.footnote):
        assert "the last 7.5 months" in told
    if estimand == "average":
        assert asked.sentence().startswith("Over the 7.5 months to 19 August 2026, China's best")
        assert german.sentence.startswith("In den 7,5 Monaten bis zum 19. August 2026 lag das")
    else:
        assert "the last 7.5 months" in asked.sentence()
    assert "letzten 7,5 Monate" in german.footnote
    assert "7.5 months" in english.sentence
    assert "7,5 Monate" in german.sentence
    surfaces = f"{asked.summary()} {english} {german}"
    assert not any(f"{other} {word}" in surfaces for other in (12, 24) for word in ("mo", "Mo"))


def test_few_models_have_no_interval_anywhere(result: LagResult) -> None:
    models = (point("CN", "beta", 1490), *(point("US", f"m{k}", 1500 + k) for k in range(3)))
    sparse = dataclasses.replace(result, models=models)
    why = "only 1 rated model of China, and at least 3 are needed"
    assert sparse.interval_words() == sparse.to_dict()["headline"]["no_interval"] == f"none: {why}"
    assert "6.4 to 9.0" not in sparse.sentence()
    assert citation(sparse).sentence.endswith(
        "(no 95% measurement interval: only 1 Chinese model, and at least 3 rated ones are needed)."
    )
    german = citation(sparse, "de").sentence
    assert (
        "kein 95-%-Messintervall: nur 1 chinesisches Modell bewertet, nötig sind mindestens 3"
        in german
    )
    more = (*models, point("CN", "x", 1300), point("CN", "y", 1310))
    assert dataclasses.replace(sparse, models=more).interval_words() == "6.4 to 9.0 months behind"


def test_an_interval_without_width_is_words_in_the_citation_too(result: LagResult) -> None:
    narrow = dataclasses.replace(result, low=6.4, high=6.4)
    assert narrow.to_dict()["headline"]["no_interval"] == narrow.interval_words()
    # One phrase, in whatever sentence it stands.
    none = "of zero width, as at least 95% of the draws give the same figure"
    assert narrow.interval_words() == none
    assert f"(95% measurement interval: {none}; first reached by" in narrow.sentence()
    assert citation(narrow).sentence.endswith(f"(95% measurement interval {none}).")
    assert "ohne Breite" in citation(narrow, "de").sentence
    shared = in_state("shared", "gap", gap=Gap(0.0, 0.0, 0.0, 0.0, 0.0))
    assert dict(in_state("shared", "current", gap=shared.gap).rows())["gap"].endswith(f"{none})")
    assert shared.sentence().endswith(f"level (95% measurement interval: {none}).")
    assert citation(shared).sentence.endswith(f"(95% measurement interval {none}).")
    assert "ohne Breite" in citation(shared, "de").sentence
    ends = [
        name
        for name, _ in dataclasses.replace(
            narrow, matches=(*narrow.matches, Match("late", "late", "2026-02-05", 6.4, 0.01))
        ).rows()
    ]
    assert "at the interval's end" not in ends
    near = dataclasses.replace(result, low=6.38, high=6.42)
    assert near.interval_words() == "6.4 months behind at both ends"
    assert "interval: 6.4 at both ends)" in citation(near).sentence
    assert "intervall: 6,4 Monate an beiden Enden)" in citation(near, "de").sentence
    assert dataclasses.replace(result, low=0.0, high=0.02).interval_words() == "level at both ends"
    assert result.to_dict()["headline"]["no_interval"] is None


def test_no_percent_of_an_elo_score_in_an_answer(result: LagResult) -> None:
    gap = dataclasses.replace(result, estimand="gap", months=None, low=None, high=None)
    for told in (gap.sentence(), result.summary(), gap.summary()):
        assert "of the score" not in told
    assert gap.figure() == "the US ahead by 20.0 Elo"


@pytest.mark.parametrize(
    ("asked", "text", "subject"),
    [
        ("China", "CN", "China"),
        ("cn", "CN", "China"),
        ("usa", "US", "the US"),
        ("EU", "EU", "the EU"),
        ("not:US+not:china", "not:US+not:CN", "the non-US non-Chinese side"),
        ("open + cn", "open+CN", "the Chinese open-weights side"),
        ("not:open", "not:open", "the closed side"),
    ],
)
def test_groups_are_asked_for_and_told_by_their_names(
    result: LagResult, asked: str, text: str, subject: str
) -> None:
    group = parse_group(asked, (), ("US", "CN", "FR"))
    assert group.text == text
    assert noun(group.text) == subject
    title = finding(dataclasses.replace(result, follower_group=text))
    assert "ot:" not in title
    assert subject[1:] in title


def test_the_eu_is_its_members() -> None:
    tags = made([("FR", 1.0, 10.0), ("CN", 2.0, 20.0), ("DE", 3.0, 30.0)]).cast.tags
    since = parse_group("eu", (), ("FR",)).since(tags)
    assert since.tolist() == [10.0, float("inf"), 30.0]


@pytest.mark.parametrize("name", ["a\u202eb", "x\x1b[31m", "q :smile: [red]"])
def test_hostile_names_do_nothing_on_the_terminal(
    result: LagResult, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = point("CN", name, 1490.0)
    _print(dataclasses.replace(result, follower=hostile, notes=(f"entry {name}",)))
    shown = capsys.readouterr().out
    assert printable(name) in shown.replace("\n", " ")
    assert not {"\u202e", "\x1b", "\U0001f604"} & set(shown)


def test_the_win_rate_of_any_gap_is_a_share() -> None:
    assert win_rate(0.0) == 0.5
    assert win_rate(400.0) == pytest.approx(10 / 11)
    assert win_rate(-1e9) == pytest.approx(0.0)
    assert win_rate(1e9) == 1.0


@pytest.mark.parametrize(("level", "said"), [(0.999, "99.9%"), (0.57, "57%"), (0.95, "95%")])
def test_a_level_is_told_as_it_was_asked_for(result: LagResult, level: float, said: str) -> None:
    """No interval is one of 100%."""
    asked = dataclasses.replace(result, level=level, sampling=(0.2, 11.0), interval="both")
    for text in (asked.sentence(), asked.brief(), Speaker(asked, "en").interval()):
        assert f"{said} " in text
    named = [name for name, _ in asked.rows() if name.endswith(("interval", " set"))]
    assert [name.partition(" ")[0] for name in named] == [said] * 3


def test_it_is_said_of_how_many_draws_an_interval_is(result: LagResult) -> None:
    few = dataclasses.replace(result, estimand="at-release", failed_draws=700)
    assert few.of_draws() == (
        "70% of the draws have no answer, for their window holds nothing to measure: figure and "
        "interval are of the others",
    )
    assert "95% measurement interval of the 30% of draws with an answer: 6.4" in few.sentence()
    assert "of the 30% of draws with an answer: 6.4 to 9.0" in citation(few).sentence
    assert "Messintervall der 30 % der Ziehungen mit Ergebnis: 6,4" in citation(few, "de").sentence
    assert dataclasses.replace(result, failed_draws=5).of_draws() == ()
    assert "over 99%" not in dataclasses.replace(few, failed_draws=5).sentence()


def test_a_figure_outside_its_interval_is_said_to_be_there(result: LagResult) -> None:
    means = "it is taken at posterior-mean ratings, the interval is between quantiles of the draws"
    assert result.of_draws() == ()
    off = dataclasses.replace(result, months=9.3)
    assert off.of_draws() == (f"the figure lies outside its interval: {means}",)
    assert dataclasses.replace(result, months=9.04).of_draws() == ()  # as it is printed, it is not
    assert dataclasses.replace(off, high=None).of_draws() == ()
    mean = dataclasses.replace(off, estimand="average", averaged=True)
    assert "it is the mean of the draws, the interval is between" in mean.of_draws()[0]
    other = dataclasses.replace(off, interval="sampling")
    assert other.of_draws()[0].endswith("the interval is for the mean over re-run histories")
    gap = dataclasses.replace(result, gap=Gap(40.1, 32.3, 38.6, 2.7, 2.8))
    assert gap.of_draws() == (f"the gap lies outside its interval: {means}",)


def test_a_model_of_both_sides_is_not_told_as_two(result: LagResult) -> None:
    both = dataclasses.replace(
        result, follower=point("CN", "omega", 1510.0, "2026-08-10"), months=0.1, low=0.1, high=6.1,
        gap=Gap(0.0, -3.0, 2.0, 0.0, 0.0),
        matches=(Match("omega", "omega", "2026-08-07", 0.1, 1.0),),
    )  # fmt: skip
    assert (
        "one model, omega, is the best of both sides, at a level which US models reached 0.1 "
        "months earlier, China behind" in both.sentence()
    )
    level = dataclasses.replace(both, months=0.0, low=0.0)
    assert "(overall): one model, omega, is the best of both sides (" in level.sentence()


def test_a_match_is_told_with_the_day_from_which_its_lag_is_told(result: LagResult) -> None:
    later = dataclasses.replace(result.matches[0], counts_from="2026-03-01")
    assert dated(later) == "2026-02-05, counts from 2026-03-01"
    told = dataclasses.replace(result, matches=(later, *result.matches[1:]))
    assert dict(told.rows())["match"].startswith("alpha (2026-02-05, counts from 2026-03-01), ")
    assert (
        "first reached by alpha, of 2026-02-05, counts from 2026-03-01, in 90% of draws; "
        "gamma of 2025-11-18 in 6% of draws"
    ) in told.sentence()
    listed = dataclasses.replace(later, listed="2026-02-07")
    assert dated(listed) == "first listed 2026-02-07, counts from 2026-03-01"
    assert dated(dataclasses.replace(listed, counts_from="2026-02-07")) == "first listed 2026-02-07"
    assert dated(result.matches[0], "released") == "released 2026-02-05"


def test_what_has_happened_is_never_no_time_ago(result: LagResult) -> None:
    just = dataclasses.replace(result, **(PASSED | {"months": 0.02, "low": 0.02, "high": 3.0}))
    for text in (just.sentence(), just.short(), just.figure(), just.interval_words()):
        assert "under 0.1 months before" in text
        assert "0.0 months" not in text
    assert "under 0.1 months before " in citation(just, "en").sentence
    assert "unter 0,1 Monate vor dem " in citation(just, "de").sentence
