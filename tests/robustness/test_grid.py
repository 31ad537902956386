"""The whole grid: what is in it, that it is `estimate_lag` many times over, and that it resumes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import elolag
from elolag.dates import to_day
from elolag.errors import EstimateError, UsageError
from elolag.estimate.session import Session
from elolag.question import DEFAULT_BOARD
from elolag.robustness import CHOICES, RULES, TOGETHER, Answer, Facts, Grid, Spec, design
from elolag.robustness.grid import _Batch, _run
from elolag.robustness.specifications import gather

DRAWS = 100
#: A grid that one can wait for.
SMALL = {
    "board": [DEFAULT_BOARD],
    "category": ["overall", "coding"],
    "estimand": ["current", "average", "trend"],
    "curve": ["step", "linear"],
    "window": [0, 12],
    "derivatives": ["keep"],
    "min_votes": [0, 10_000],
    "selection": ["corrected"],
    "as_of": ["latest"],
}
#: Two panels, three numbers.
TINY = (
    SMALL
    | {"estimand": ["average"], "curve": ["step"], "window": [12]}
    | {"clock": ["released"], "openness": ["any"], "min_votes": [0], "match_rule": ["reached"]}
)


@pytest.fixture(scope="module")
def facts() -> Facts:
    archive = elolag.open_archive()
    return gather({"board": DEFAULT_BOARD}, archive, None)


@pytest.fixture(scope="module")
def default(facts: Facts) -> tuple[list[Spec], Counter[str]]:
    return design(facts, {})


@pytest.fixture(scope="module")
def small() -> Grid:
    return elolag.sensitivity(n_draws=DRAWS, choices=SMALL)


def test_the_default_grid_is_large_and_begins_with_the_headline(
    default: tuple[list[Spec], Counter[str]],
) -> None:
    specs, _ = default
    assert len(specs) == len(set(specs)) >= 500
    assert specs[0] == Spec(DEFAULT_BOARD, "overall")
    seen = {name: {getattr(s, name) for s in specs} for name in CHOICES}
    assert {DEFAULT_BOARD, "arena/text", "arena/webdev", "arena/vision"} <= seen["board"]
    assert {"coding", "chinese", "webdev"} <= seen["category"]
    assert seen["estimand"] == {
        "current", "average", "at-release", "catch-up", "levels", "trend",
    }  # fmt: skip
    assert seen["curve"] == {"step", "quantile", "linear", "spline"}
    assert seen["window"] == {0, 6, 12, 24}
    assert seen["clock"] == {"released", "first-listed"}
    assert seen["derivatives"] == {"keep", "drop", "to-base"}
    assert seen["openness"] == {"any", "follower"}
    assert seen["min_votes"] == {0, 3_000, 10_000}
    assert seen["selection"] == {"corrected", "as-published"}
    assert seen["as_of"] == {"latest", "earlier"}
    assert seen["vintage"] == {"newest", "at-the-time"}
    assert seen["match_rule"] == {"reached", "below", "between", "not-worse"}


def test_every_level_of_two_choices_occurs_together(
    default: tuple[list[Spec], Counter[str]],
) -> None:
    specs = [s for s in default[0] if s.category == "overall" and s.key == "current"]
    names = ("clock", "derivatives", "openness", "min_votes", "selection", "vintage")
    for a in names:
        for b in names:
            if a < b:
                levels = [{getattr(s, n) for s in default[0]} for n in (a, b)]
                pairs = {(getattr(s, a), getattr(s, b)) for s in specs}
                assert len(pairs) == len(levels[0]) * len(levels[1]), (a, b)


def test_match_rules_are_crossed_with_what_dates_a_crossing_and_nothing_else(
    default: tuple[list[Spec], Counter[str]],
) -> None:
    specs = [s for s in default[0] if s.board == DEFAULT_BOARD]
    by_rule = {
        rule: {(s.estimand, s.window) for s in specs if s.match_rule == rule}
        for rule in ("reached", "below", "between", "not-worse")
    }
    steps = {pair for pair in by_rule["reached"] if pair[0] != "trend"}
    assert by_rule["below"] == by_rule["between"] == by_rule["not-worse"] == steps
    others = [s for s in default[0] if s.match_rule != "reached"]
    assert {replace(s, match_rule="reached") for s in others} <= set(default[0])
    assert {s.category for s in others} == {"overall"}
    assert len(others) < 0.15 * len(default[0])


def test_no_rule_applies_to_what_is_kept(
    facts: Facts, default: tuple[list[Spec], Counter[str]]
) -> None:
    specs, left_out = default
    for spec in specs:
        assert not [rule.name for rule in RULES if rule.applies(spec, facts)], spec
    assert set(left_out) <= {rule.name for rule in RULES}
    assert {"other-curve", "other-media", "few-models", "no-hong-kong"} <= set(left_out)


HEAD = Spec(DEFAULT_BOARD, "overall")


def test_another_measure_is_asked_by_the_newest_whole_copy(facts: Facts) -> None:
    index = facts.boards["epoch/eci"]
    assert (index.newest.vintage, index.newest.official) == ("2026-08-19", False)
    assert facts.boards[DEFAULT_BOARD].newest.official
    stale = next(rule for rule in RULES if rule.name == "stale-board")
    assert not stale.applies(Spec("epoch/eci", "overall"), facts)


@pytest.mark.parametrize(
    ("rule", "spec"),
    [
        ("not-months", replace(HEAD, estimand="gap")),
        ("other-curve", replace(HEAD, curve="linear")),
        ("other-curve", replace(HEAD, estimand="trend")),
        ("experimental-curve", replace(HEAD, estimand="trend", curve="local-linear")),
        ("other-window", replace(HEAD, window=0)),
        ("other-window", replace(HEAD, estimand="current")),
        ("other-window", replace(HEAD, estimand="levels", window=0)),
        ("other-match", replace(HEAD, estimand="trend", curve="linear", match_rule="below")),
        ("short-catch-up", replace(HEAD, estimand="catch-up", window=6)),
        ("other-leader", replace(HEAD, openness="both")),
        ("other-media", Spec("arena/text_to_image", "overall")),
        ("stale-board", Spec("metr/time-horizon", "overall")),
        ("few-models", Spec("arena/search", "overall")),
        ("no-votes", Spec("epoch/eci", "overall", min_votes=3000)),
        ("no-hong-kong", replace(HEAD, hong_kong="separate")),
        ("no-derivatives", Spec("arena/webdev", "overall", derivatives="drop")),
        ("no-earlier", Spec("metr/time-horizon", "overall", as_of="earlier")),
        ("same-vintage", replace(HEAD, vintage="at-the-time")),
    ],
)
def test_each_rule_says_what_it_leaves_out(facts: Facts, rule: str, spec: Spec) -> None:
    found = {r.name: r for r in RULES}
    assert found[rule].applies(spec, facts)
    assert not found[rule].applies(HEAD, facts)
    assert found[rule].reason


def test_the_rest_of_the_rules(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {r.name: r for r in RULES}
    opened = replace(facts, follower="CN+open")
    assert found["opened-twice"].applies(replace(HEAD, openness="follower"), opened)
    assert not found["opened-twice"].applies(HEAD, opened)
    board = facts.boards[DEFAULT_BOARD]
    unpublished = replace(board, published=frozenset())
    spec = replace(HEAD, as_of="earlier", vintage="at-the-time")
    changed = replace(facts, boards={**facts.boards, DEFAULT_BOARD: unpublished})
    assert found["not-published"].applies(spec, changed)
    assert not found["not-published"].applies(spec, facts)
    stale = type("Stale", (), {"stale_categories": ("overall",), "vintage": "2026-08-19"})()
    changed = replace(facts, boards={DEFAULT_BOARD: replace(board, newest=stale)})
    assert found["stale-category"].applies(HEAD, changed)
    assert not found["stale-category"].applies(HEAD, facts)
    # With a model from Hong Kong on a board the policy is a choice.
    monkeypatch.setattr(Facts, "affects", lambda *_: True)
    assert not found["no-hong-kong"].applies(replace(HEAD, hong_kong="separate"), facts)
    specs, _ = design(facts, SMALL)
    assert {s.hong_kong for s in specs} == {"CN", "separate"}


def test_the_grid_holds_the_headline(small: Grid) -> None:
    headline = elolag.estimate_lag(n_draws=DRAWS)
    assert small.headline.to_dict() == headline.to_dict()
    first = small.answers[0]
    assert (first.months, first.low, first.high) == (headline.months, headline.low, headline.high)
    frame = small.to_frame()
    assert frame["headline"].tolist() == [True] + [False] * (len(frame) - 1)
    assert len(frame) == len(small.specs)


def as_estimate(spec: Spec, answer: Answer, session: Session) -> elolag.LagResult:
    """The specification asked for in the long way."""
    return elolag.estimate_lag(
        spec.board,
        category=spec.category,
        follower="CN+open" if spec.openness == "follower" else "CN",
        estimand=spec.estimand,
        frontier=spec.curve if spec.estimand == "trend" else None,
        window=float(spec.window) or None,
        as_of=answer.date,
        vintage=answer.ratings_of,
        clock=spec.clock,
        min_votes=spec.min_votes,
        match_rule=spec.match_rule,
        correct_selection=spec.selection == "corrected",
        n_draws=DRAWS,
        session=session,
    )


def test_every_specification_is_what_estimate_lag_says(small: Grid) -> None:
    # So many that every level of every choice is there.
    wanted = {(n, getattr(spec, n)) for spec in small.specs for n in CHOICES if n != "category"}
    chosen = []
    for spec, answer in reversed(list(zip(small.specs, small.answers, strict=True))):
        levels = wanted & {(n, getattr(spec, n)) for n in CHOICES}
        if levels and not answer.refused:
            chosen.append((spec, answer))
            wanted -= levels
    assert not wanted
    session = Session()
    for spec, answer in chosen:
        result = as_estimate(spec, answer, session)
        found = (answer.months, answer.low, answer.high, answer.bound, answer.failed_draws)
        assert found == (
            result.months, result.low, result.high, result.censored, result.failed_draws,
        ), spec  # fmt: skip


def test_the_sentence_and_the_object(small: Grid) -> None:
    low, high = small.quantiles()
    months = sorted(a.months for a in small.answers if a.months is not None)
    assert months[0] <= low <= high <= months[-1]
    inside = sum(low <= m <= high for m in months)
    assert inside >= 0.9 * len(months)
    text = small.sentence()
    assert text.startswith(f"Over {len(small.estimated)} specifications (China against the US")
    assert f"between {low:.1f} and {high:.1f} months behind" in text
    assert "the choices that move it most are" in text
    assert "-" not in text.replace("2026-08-19", "")
    assert sum(small.shares.values()) == pytest.approx(1.0)
    data = json.loads(json.dumps(small.to_dict(), allow_nan=False))
    assert data["specifications"] == len(data["rows"]) == len(small.specs)
    assert data["answer"]["headline"]["months"] == small.headline.months
    assert data["answer"] == json.loads(json.dumps(small.headline.to_dict()))
    assert [s["path"] for s in data["snapshots"]] == [f"{DEFAULT_BOARD}/2026-08-19"]
    assert any("left out by rule" in note for note in data["notes"])


def test_what_cannot_be_answered_is_kept_with_its_reason() -> None:
    grid = elolag.sensitivity(
        n_draws=DRAWS,
        choices=TINY
        | {"board": [DEFAULT_BOARD, "arena/webdev"], "category": ["overall"],
           "estimand": ["current", "catch-up"], "curve": ["step"], "window": [0, 24]},
    )  # fmt: skip
    frame = grid.to_frame()
    gone = frame[frame["refused"] != ""]
    assert gone[["board", "estimand", "window"]].to_numpy().tolist() == [
        ["arena/webdev", "average", 24], ["arena/webdev", "catch-up", 24],
    ]  # fmt: skip
    assert gone["refused"].str.contains(r"take a window of at most 14\.4 months").all()
    assert gone["months"].isna().all()
    assert len(grid.estimated) == len(frame) - 2
    assert "2 specifications have no answer, each with its reason" in grid.notes()


def test_bounds_are_taken_at_their_worst(small: Grid) -> None:
    answers = [replace(small.answers[0], months=float(k), bound=None) for k in range(100)]
    specs = tuple(replace(small.specs[0], window=k) for k in range(100))

    def grid(bound: str, at: list[int]) -> Grid:
        some = [replace(a, bound=bound) if k in at else a for k, a in enumerate(answers)]
        return replace(small, specs=specs, answers=tuple(some))

    assert grid("at-least", []).quantiles() == (4.0, 94.0)
    assert grid("at-least", [0, 50, 99]).quantiles() == (4.0, 96.0)
    assert grid("at-most", [50]).quantiles() == (3.0, 94.0)
    open_ended = grid("at-least", list(range(50, 60)))
    assert open_ended.quantiles() == (4.0, None)
    assert "between 4.0 months behind and no bound" in open_ended.sentence()
    assert any("10 estimates are only bounds" in note for note in open_ended.notes())


def test_two_jobs_give_the_same_as_one() -> None:
    quick = TINY | {"board": ["arena/webdev"], "category": ["overall", "webdev"]}
    one, two = (
        elolag.sensitivity(board="arena/webdev", n_draws=DRAWS, choices=quick, jobs=n)
        for n in (1, 2)
    )
    assert len(one.specs) == 2
    assert one.to_dict() == two.to_dict()


BATCHES = [_Batch((replace(HEAD, window=k),), "2026-08-19", {}) for k in range(4)]


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Windows of the batches that were computed; each is answered by its window."""
    numbers: list[int] = []

    def answer(batch: _Batch, _: object) -> dict[Spec, Answer]:
        (spec,) = batch.specs
        numbers.append(spec.window)
        return {spec: Answer("2026-08-19", "2026-08-19", spec.window / 3)}

    monkeypatch.setattr("elolag.robustness.grid._answer_batch", answer)
    return numbers


def test_a_run_tells_how_far_it_is(answered: list[int]) -> None:
    seen: list[tuple[int, int]] = []
    found = _run(BATCHES, {}, jobs=1, tell=lambda *at: seen.append(at))
    assert answered == [0, 1, 2, 3]
    assert seen == [(k, 4) for k in range(5)]
    assert {s.window: a.months for s, a in found.items()} == {k: k / 3 for k in range(4)}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"choices": {"colour": ["red"]}}, "unknown choice 'colour'"),
        ({"choices": {"clock": ["noon"]}}, "clock has no level 'noon'; known: released"),
        ({"jobs": 0}, "0 jobs"),
        ({"board": "arena/nothing"}, "no board"),
        ({"n_draws": 3}, "3 draws cannot"),
        ({"leader": "Atlantis"}, "unknown name"),
        ({"choices": {"board": ["arena/nothing"]}}, "no board"),
        ({"choices": TINY | {"category": ["cooking"]}}, "no board has a category 'cooking'"),
    ],
)
def test_what_cannot_be_asked(bad: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        elolag.sensitivity(**{"n_draws": DRAWS, "choices": TINY, **bad})


def test_a_headline_without_an_answer_is_an_error() -> None:
    with pytest.raises(EstimateError, match="no model by 2020-01-01"):
        elolag.sensitivity(n_draws=DRAWS, as_of="2020-01-01", choices=TINY)


def test_a_headline_that_a_rule_leaves_out_is_an_error() -> None:
    """DeepSeek has fewer models on the list than a cell of the grid must have."""
    with pytest.raises(EstimateError, match="few-models leaves it out: a group has under 20 "):
        elolag.sensitivity(n_draws=DRAWS, follower="lab:deepseek", choices=TINY)


def test_an_earlier_date_has_its_ratings_at_the_time() -> None:
    grid = elolag.sensitivity(
        n_draws=DRAWS, as_of="2026-07-12", choices=TINY | {"category": ["overall"],
        "estimand": ["current"], "as_of": ["latest", "earlier"]},
    )  # fmt: skip
    pairs = {(s.as_of, s.vintage): a for s, a in zip(grid.specs, grid.answers, strict=True)}
    assert {k: (a.date, a.ratings_of) for k, a in pairs.items()} == {
        ("latest", "newest"): ("2026-07-12", "2026-08-19"),
        ("latest", "at-the-time"): ("2026-07-12", "2026-07-12"),
        ("earlier", "newest"): ("2026-06-25", "2026-08-19"),
        ("earlier", "at-the-time"): ("2026-06-25", "2026-06-25"),
    }
    assert to_day(grid.headline.as_of) == to_day("2026-07-12")
    assert TOGETHER in grid.shares
    assert np.isfinite(sum(grid.shares.values()))
