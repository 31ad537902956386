"""Questions of a reader against the engine, what travels, and what is refused."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import math
import re
from typing import Any

import asking
import made_study
import numpy as np
import pytest
from command import Command, runner
from hypothesis import given
from hypothesis import strategies as st
from site_worlds import World

from elolag import tags
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import results
from elolag.estimate.session import prepare
from elolag.model import draws
from elolag.model.estimands import Race
from elolag.model.frontier import MATCH_RULES, MatchRule
from elolag.question import POLICIES
from elolag.robustness.edits import moved_dates
from elolag.site import ask, carried, travel
from elolag.site.carried import CHOICES, PLAIN, STEPS, WINDOWS, Asked, Carried, answer, read
from elolag.tags import Policies


@pytest.fixture
def elolag(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return runner(monkeypatch, capsys)


# The twin against the engine: models, draws and edits at random, some of the models left behind.


def _made(rng: np.random.Generator, n_draws: int = 8) -> tuple[Carried, np.ndarray]:
    """A study by hand of which some models do not travel, and the draws of all."""
    study = made_study.made(made_study.random_models(rng, int(rng.integers(6, 14)), 400))
    count = len(study.cast.tags)
    travels = np.sort(rng.choice(count, int(rng.integers(max(3, count - 5), count + 1)), False))
    spread = float(rng.choice([1.0, 20.0, 80.0]))
    ratings = study.cast.field.rating + rng.normal(0, spread, (n_draws, count))
    mine = ratings[:, travels]
    low, step = mine.min(axis=0), np.ptp(mine, axis=0) / STEPS
    codes = np.rint((mine - low) / step).astype(np.uint8)
    ratings[:, travels] = low + step * codes
    deviations = rng.integers(0, 30, (count, count))
    deviations = (deviations + deviations.T).astype(np.uint16)
    month = np.full(count, np.nan)
    vague = np.flatnonzero(rng.random(len(travels)) < 0.2)
    month[travels[vague]] = study.cast.field.released[travels[vague]] - 15
    field = dataclasses.replace(study.cast.field, month_start=month, month_end=month + 31)
    usual = {f.name: getattr(study, f.name) for f in dataclasses.fields(study)}
    found = Carried(
        **{**usual, "cast": dataclasses.replace(study.cast, field=field), "choices": {}},
        kinds={PLAIN: study.cast.tags},
        travels=travels,
        codes=codes,
        low=low,
        step=step,
        vague=vague,
        days=month[travels[vague]] + rng.integers(0, 31, (n_draws, len(vague))),
        highest=np.maximum(ratings.max(axis=0), study.cast.field.rating),
        deviations=deviations[np.ix_(travels, travels)],
        unit=0.5,
        since=0.0,
    )
    return dataclasses.replace(found, panel=_Panel()), ratings  # type: ignore[arg-type]


class _Panel:
    """What a refusal names of a panel."""

    board, category, vintage = "arena/text_style_control", "overall", to_iso(made_study.AS_OF)
    sources = "all"


def _asked(found: Carried, rng: np.random.Generator) -> Asked:
    models = [found.cast.tags[k].model for k in found.travels]
    return Asked(
        as_of=to_iso(made_study.AS_OF - int(rng.integers(0, 300))),
        window=int(rng.choice(WINDOWS[:13])),
        match=str(rng.choice(MATCH_RULES[:3])),
        without=tuple(rng.choice(models, int(rng.integers(0, 3)), False)),
        moved=tuple(
            (str(m), to_iso(made_study.AS_OF - int(rng.integers(-20, 900))))
            for m in rng.choice(models, int(rng.integers(0, 3)), False)
        ),
    )


def test_an_answer_is_the_engines_on_all_models_or_is_refused() -> None:
    """Left behind, a model changes no answer: with its draws put back the engine says the same."""
    kept = refused = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        found, ratings = _made(rng)
        edited = found.edited(_asked(found, rng))
        field, match = edited.cast.field, edited.match
        lead, follow = np.tile(field.lead_from, (8, 1)), np.tile(field.follow_from, (8, 1))
        for v, k in enumerate(found.travels[found.vague]):
            if not np.isnan(field.month_start[k]):
                for since in (lead, follow):
                    if np.isfinite(since[0, k]):
                        since[:, k] = found.days[:, v]
        try:
            mine = edited.sample(("average", "current")), edited.point(("average", "current"))
        except EstimateError:
            refused += 1
            continue
        kept += 1
        race = Race.of(ratings, lead, follow, edited.as_of, match)
        means = found.cast.field.rating[None, :]
        alone = Race.of(means, field.lead_from, field.follow_from, edited.as_of, match)
        for got, each in zip(mine, (race, alone), strict=True):
            wanted = draws.outcomes(
                each, ("average", "current"), edited.window, np.arange(ratings.shape[1])
            )
            for estimand in ("average", "current"):
                for part in ("months", "censored", "failed"):
                    a, b = (getattr(o.lags[estimand], part) for o in (got, wanted))
                    np.testing.assert_allclose(a, b, atol=1e-9, err_msg=f"{seed} {estimand}")
            for part in ("gap", "leader_best", "follower_best", "match"):
                np.testing.assert_array_equal(getattr(got, part), getattr(wanted, part))
    assert kept > 100
    assert refused > 50


def test_not_worse_takes_the_errors_of_the_pairs_that_travel() -> None:
    answers = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        found, _ = _made(rng)
        edited = found.edited(dataclasses.replace(_asked(found, rng), match="not-worse"))
        try:
            got = edited.point(("current",))
        except EstimateError:
            continue
        answers += 1
        own = found.travels
        means, field = found.cast.field.rating[None, own], edited.cast.field
        match = MatchRule("not-worse", found.deviations * 0.5)
        race = Race.of(means, field.lead_from[own], field.follow_from[own], edited.as_of, match)
        wanted = draws.outcomes(race, ("current",), edited.window, own)
        assert got.lags["current"].months == pytest.approx(wanted.lags["current"].months)
    assert answers > 15


def test_a_model_left_behind_that_could_decide_is_named_with_the_command_that_answers() -> None:
    """The leader's best does not travel: whatever it is asked, the page cannot say."""
    study = made_study.made([("US", 100, 19000), ("CN", 90, 19100), ("US", 80, 18000)])
    tags_ = study.cast.tags
    usual = {f.name: getattr(study, f.name) for f in dataclasses.fields(study)}
    found = Carried(
        **{**usual, "panel": _Panel(), "choices": {}},
        kinds={PLAIN: tags_}, travels=np.array([1, 2]), codes=np.zeros((2, 2), np.uint8),
        low=np.array([90.0, 80.0]), step=np.full(2, 1e-9), vague=np.array([], int),
        days=np.zeros((2, 0)), highest=np.array([100.0, 90.0, 80.0]),
        deviations=np.zeros((2, 2), np.uint16), unit=1.0, since=0.0,
    )  # fmt: skip
    asked = Asked(without=("m2",), as_of="2024-06-01")
    with pytest.raises(EstimateError, match=r"m0 did not travel .* --exclude m2"):
        found.edited(asked).sample(("current",))
    with pytest.raises(EstimateError, match="m0 did not travel"):
        found.edited(Asked()).sample(("current",))
    weak = dataclasses.replace(found, highest=np.array([79.0, 90.0, 80.0]))
    assert weak.edited(Asked()).sample(("current",)).gap.tolist() == [-10.0, -10.0]


# What travels of an archive, and what is made of it.


@pytest.fixture(scope="session")
def study(world: World) -> Any:
    return prepare(**{**world.question, "n_draws": 200})


@pytest.fixture(scope="session")
def tables(world: World) -> tags.Tables:
    return tags.load(world.question["extra_tags"])


@pytest.fixture(scope="session")
def held(study: Any, tables: tags.Tables) -> Carried:
    return travel.carry(study, tables)


def test_the_plain_question_has_the_plain_answer(held: Carried, study: Any) -> None:
    found = answer(held, Asked())
    average, current = results(study, ("average", "current"))
    assert found.average.months == pytest.approx(average.months, abs=0.2)
    assert found.average.low == pytest.approx(average.low, abs=0.4)
    assert found.current.months == pytest.approx(current.months)
    assert found.average.gap.elo == pytest.approx(average.gap.elo)
    assert found.sentence().startswith("Over the twelve months to 19 August 2026, China's best")
    assert found.changed() == carried.CHANGES["none"]


def test_ratings_come_back_within_half_a_step(held: Carried) -> None:
    field, fitted = held.cast.field, held.fitted
    chunks = draws.draw(field, fitted, held.n_draws, held.seed, everything=True)
    drawn = np.concatenate([chunk.ratings for _, chunk in chunks])[:, held.travels]
    assert np.abs(held.ratings - drawn).max() <= held.step.max() / 2 + 1e-9
    assert held.step.max() < 0.5


def test_what_is_packed_is_what_travels(held: Carried) -> None:
    data = json.loads(json.dumps(ask._packed(held, answer(held, Asked()))))
    codes = np.frombuffer(base64.b64decode(data["codes"]), np.uint8)
    assert (held.codes == codes.reshape(len(held.travels), -1).T).all()
    assert data["low"] == held.low.tolist()
    assert data["step"] == held.step.tolist()
    raw = np.frombuffer(base64.b64decode(data["apart"]), np.uint8).astype(int).reshape(-1, 3)
    pairs = np.stack([raw[:, 0] << 4 | raw[:, 1] >> 4, (raw[:, 1] & 15) << 8 | raw[:, 2]], axis=1)
    upper = np.triu_indices(len(held.travels), 1)
    wanted = held.deviations[upper]
    assert (pairs.ravel()[: len(wanted)] == wanted).all()
    assert [data["models"][k] for k in data["travels"]] == [
        held.cast.tags[k].model for k in held.travels
    ]


def test_every_slot_of_every_phrase_is_filled_by_the_script(held: Carried) -> None:
    data = ask._packed(held, answer(held, Asked()))
    script = ask.template("ask.js")
    slots = set(re.findall(r"\{(\w+)\}", json.dumps(data["words"])))
    assert slots
    missing = {name for name in slots if not re.search(rf"\b{name}\b", script)}
    assert missing == set()
    left = json.dumps(data["words"])
    for sentinel in ("77.7", "66.6", "88.8", "1901", "1999", "⟦"):
        assert sentinel not in left


def test_an_address_says_what_was_asked(held: Carried) -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        fragment = asking.question(held, rng)
        asked = read(held, fragment)
        assert read(held, asked.fragment(held.panel.vintage)) == asked
        assert read(held, f"https://example.org/ask/index.html#{asked.fragment()}") == asked
        coded = fragment.replace(",", "%2C").replace(":", "%3a")
        assert read(held, coded) == asked


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_an_address_says_it_is_read_or_refused_in_words(held: Carried, text: str) -> None:
    try:
        asked = read(held, f"#{text}")
    except UsageError:
        return
    assert read(held, f"#{asked.fragment()}") == asked


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("as_of=2026-02-30", "not an ISO date: 2026-02-30"),
        ("as_of=2026-09-01", "later than the vintage 2026-08-19"),
        ("vintage=2026-07-01", "asks the ratings of 2026-07-01, and these are of 2026-08-19"),
        ("window=0", "a window of 0 months"),
        ("window=6.5", "a window of 6.5 months"),
        ("match=nearest", "match nearest is not known; known: reached, below"),
        ("derivatives=halve", "derivatives halve is not known"),
        ("without=nobody", "no model or lab is called nobody"),
        ("without=lab:nobody", "no model or lab is called lab:nobody"),
        ("moved=lab:acme:2026-01-01", "not an ISO date: acme:2026-01-01"),
        ("moved=lab:2026-01-01", "no model or lab is called lab"),
        ("moved=us-14", "not an ISO date"),
        ("moved=us-14:2026-01-01,us-14:2026-02-01", "says us-14 twice"),
        ("window=6&window=7", "says window twice"),
        ("board=arena/text", "says board=arena/text, which is not understood"),
    ],
)
def test_what_cannot_be_asked_is_said(held: Carried, fragment: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        read(held, fragment)


def test_a_window_before_a_groups_first_model_names_the_longest(held: Carried) -> None:
    with pytest.raises(EstimateError, match=r"take a window of at most 19\.4 months"):
        answer(held, Asked(window=36))
    with pytest.raises(EstimateError, match="has no model by 2024-01-01"):
        answer(held, Asked(as_of="2024-01-01"))
    with pytest.raises(EstimateError, match="the leader group has no rated model"):
        answer(held, Asked(without=("lab:acme",)))


def test_a_moved_date_is_that_of_a_single_edit(held: Carried) -> None:
    for edit in moved_dates(held)[::7]:
        ((model, tag),) = edit.tags
        assert tag is not None
        edited = held.edited(Asked(moved=((model, tag.release_date),)))
        place = [each.model for each in held.cast.tags].index(model)
        got = dataclasses.replace(edited.cast.tags[place], precision=tag.precision)
        assert got == tag
        since = edited.cast.field.lead_from[place], edited.cast.field.follow_from[place]
        assert tag.released in since


def test_rules_and_exclusions_change_who_counts() -> None:
    """The packaged tags: each rule gives every model the sides that an estimate gives it."""
    held = travel.carry(prepare(n_draws=200, vintage="2026-08-19"))
    tables = tags.load()
    for rule in held.kinds:
        lookup = tags.Lookup(tables, rule)
        edited = held.edited(Asked(policies=rule, without=("kimi-k3", "lab:openai")))
        for k, tag in enumerate(held.cast.tags):
            told = lookup.tag(tag.model)
            gone = lookup.dropped(told) or told.lab == "openai" or told.model == "kimi-k3"
            for group, got in (
                (held.cast.leader, edited.cast.field.lead_from[k]),
                (held.cast.follower, edited.cast.field.follow_from[k]),
            ):
                assert got == (np.inf if gone else group.since([told])[0])
    assert len(held.kinds) == math.prod(map(len, POLICIES.values()))
    assert Policies(taiwan="CN") in held.kinds
    # Single removals are answered for windows from `since` on.
    back = int((held.as_of - held.since) / DAYS_PER_MONTH)
    assert back >= 12
    labs = ("OpenAI", "Anthropic", "Google")
    gone = {f"lab:{name.lower()}": f"every model of {name}" for name in labs}
    for name, told in (gone | {n: n for n in ("kimi-k3", "claude-opus-4-6")}).items():
        found = answer(held, Asked(without=(name,)))
        assert found.average.months is not None
        assert found.changed() == f"Moved: without {told}."


def test_a_study_of_more_than_the_plain_question_is_refused(world: World) -> None:
    for changed in ({"min_votes": 10}, {"match_rule": "below"}, {"clock": "first-listed"}):
        with pytest.raises(UsageError, match="made of the plain question"):
            travel.carry(prepare(**{**world.question, "n_draws": 60, **changed}))
    with pytest.raises(UsageError, match="takes the drift of its board"):
        travel.carry(prepare(**{**world.question, "n_draws": 60, "drift": "none"}))
    with pytest.raises(UsageError, match="count from that of their weights"):
        travel.carry(prepare(**{**world.question, "n_draws": 60, "leader": "US+closed"}))


def test_an_untagged_best_refuses_every_answer(held: Carried) -> None:
    entry = dataclasses.replace(held.panel.rated_untagged[0], rating=2000.0)
    panel = dataclasses.replace(held.panel, rated_untagged=(entry,))
    with pytest.raises(EstimateError, match="nobody has tagged"):
        answer(dataclasses.replace(held, panel=panel), Asked())


# The page and the command.


@pytest.fixture(scope="session")
def made(held: Carried) -> str:
    return ask.page(held).decode()


def test_the_page_is_one_file_that_runs_only_its_own_script(made: str, held: Carried) -> None:
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", made, re.S)
    assert [attributes for attributes, _ in scripts] == [
        ' type="application/json" id="draws"', "",
    ]  # fmt: skip
    digest = base64.b64encode(hashlib.sha256(scripts[1][1].encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', made)
    assert policy is not None
    told = policy[1].replace("&#39;", "'")
    assert f"script-src 'sha256-{digest}'" in told
    assert "default-src 'none'" in told
    assert "unsafe" not in told
    assert "://" not in re.sub(r"https?://(www\.w3\.org|evil\.example)", "", scripts[1][1])
    assert " on" + "click" not in made
    again = ask.page(held).decode()
    assert made == again


def test_the_page_is_listed_with_what_it_is_told(made: str, held: Carried) -> None:
    told = ask.page(held, about="As <published>.").decode()
    assert '<meta name="description" content="As &lt;published&gt;.">' in told
    assert answer(held, Asked()).average.said()[0] in made.partition("<title>")[0].replace(
        "&#39;", "'"
    )


def test_the_page_without_its_script_has_the_answer(made: str, held: Carried) -> None:
    found = answer(held, Asked())
    shown = re.sub(r"<script.*?</script>", "", made, flags=re.S).replace("&#39;", "'")
    for words in (*found.average.said(), *(words for _, words in found.facts())):
        assert words in shown
    assert "Asking needs a script" in shown
    assert "2026-08-19" in shown


def test_the_command_gives_the_answer_of_the_page(
    elolag: Command, world: World, monkeypatch: pytest.MonkeyPatch, held: Carried
) -> None:
    monkeypatch.setattr(carried, "DRAWS", 200)
    options = [
        "--board", world.question["board"], "--archive", world.question["archive"],
        "--tags", world.question["extra_tags"],
    ]  # fmt: skip
    link = "https://example.org/ask/index.html#vintage=2026-08-19&window=6&without=cn-14"
    wanted = answer(held, read(held, link))
    done = elolag("ask", link, *options, "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert told["average"]["headline"]["months"] == wanted.average.months
    assert told["current"]["headline"]["low"] == wanted.current.low
    assert told["changed"] == "Moved: over six months; without cn-14."
    assert told["asked"] == link.partition("#")[2]
    said = elolag("ask", link, *options)
    assert wanted.average.said()[0] in said.out.replace("\n", " ")
    assert "200 draws, seed 0, ratings of 2026-08-19" in said.out
    archive, own = world.question["archive"], world.question["extra_tags"]
    assert said.out.replace("\n", " ").strip().endswith(
        f"Everything estimated anew: elolag lag --board arena/text --archive {archive} "
        f"--vintage 2026-08-19 --window 6 --exclude cn-14 --tags {own}"
    )  # fmt: skip
    assert said.out.count("with tags of one's own") == 1
    refused = elolag("ask", "#without=nobody", *options)
    assert refused.code == 2
    assert "no model or lab is called nobody" in refused.err


def test_the_commands_name_what_the_question_was_asked_of(
    held: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = dataclasses.replace(held.panel, sources="official")
    changed = dataclasses.replace(held, panel=panel, archive="my lists", tags="my tags.csv")
    lag = "elolag lag --board arena/text --sources official --archive 'my lists'"
    assert changed.refit(Asked()) == f"{lag} --vintage 2026-08-19 --tags 'my tags.csv'"
    moved = Asked(moved=(("cn-14", "2026-08-01"),))
    assert changed.refit(moved) == f"{lag} --vintage 2026-08-19 --tags FILE"
    told = answer(changed, Asked())
    assert "as it is published" not in told.changed()
    assert "Note: official lists only" in " ".join(told.footnotes())
    data = ask._packed(changed, told)
    assert (data["lag"], data["own"]) == (lag, "--tags 'my tags.csv'")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("#window=0", "a window of 0 months"),
        ("#vintage=2026-08-19&moved=cn-14:soon", "not an ISO date: soon"),
        ("#without=nobody", "no model or lab is called nobody here"),
        ("#moved=lab:2026-01-01", "no model or lab is called lab here"),
    ],
)
def test_the_command_refuses_an_address_before_it_estimates(
    elolag: Command, world: World, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.setattr("elolag.estimate.session.prepare", lambda **_: pytest.fail("estimated"))
    done = elolag("ask", address, "--board", world.question["board"], "--archive",
                  world.question["archive"], "--tags", world.question["extra_tags"])  # fmt: skip
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_dates_are_told_in_days(held: Carried) -> None:
    assert held.as_of == to_day("2026-08-19")
    assert CHOICES["match"] == MATCH_RULES
