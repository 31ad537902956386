"""What settles an answer: lists as printed, dates between lists, first figures of the archive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import elolag
from elolag.dates import to_day, to_iso
from elolag.errors import EstimateError
from elolag.estimate.session import Session, prepare
from elolag.forecast.form import Answer, Forecast
from elolag.forecast.truth import Lists, Outcome, _shown, figure, settle
from tests.made_archive import archive, publication
from tests.made_study import AS_OF
from tests.made_study import made as made_study

US, US2, CN, CN2, FR = (
    "claude-opus-4-6", "gemini-2.5-pro", "glm-4.5", "qwen3-max-preview", "mistral-large-2407",
)  # fmt: skip
#: Ratings of five lists: level on the second, the follower first on the third, gone on the fourth.
LISTS = {
    "2026-03-01": {US: 1450.0, US2: 1440.0, CN: 1430.0, CN2: 1400.0, FR: 1300.0},
    "2026-04-01": {US: 1450.5, US2: 1441.0, CN: 1450.5, CN2: 1401.0, FR: 1301.0},
    "2026-04-20": {US: 1451.0, US2: 1442.0, CN: 1452.0, CN2: 1402.0, FR: 1302.0},
    "2026-06-30": {US: 1449.5, US2: 1443.0, CN: 1445.0, CN2: 1403.0, FR: 1303.0},
    "2026-07-10": {US: 1449.0, US2: 1444.0, CN: 1444.0, CN2: 1404.0, FR: 1304.0},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("archive") / "a", LISTS)


def written(folder: Path, lists: dict[str, dict[str, float]]) -> Path:
    publications = [
        publication([(entry, rating, 5.0) for entry, rating in ratings.items()], vintage)
        for vintage, ratings in lists.items()
    ]
    return archive(folder, *publications)


def lists_of(folder: Path) -> Lists:
    session = Session()
    board = session.board("arena/text", folder)
    return Lists(board, session.lookup(archive=board.archive), session)


def answer(target: str, end: str, **changed: object) -> Answer:
    kinds = {"first": ("pmf", ("US", "CN", "other"), (0.6, 0.3, 0.1))}
    kind, at, values = kinds.get(target, ("median", ("",), (1.0,)))
    asked = Answer("US", "CN", target, None, end, None, kind, at, values)
    return replace(asked, **changed)  # type: ignore[arg-type]


def settled(folder: Path, *answers: Answer, round_id: str = "2026-03-01") -> tuple[Outcome, ...]:
    forecast = Forecast(round_id, "arena/text", "somebody-else", round_id, "", answers)
    (found,) = settle([forecast], folder)
    return found


def test_who_is_first_is_read_off_the_newest_list_of_the_day(made: Path) -> None:
    days = ("2026-03-31", "2026-04-01", "2026-04-20", "2026-05-20", "2026-07-01")
    found = settled(made, *(answer("first", day) for day in days))
    # The second list is level: a tie counts for the leader.
    assert [o.name for o in found] == ["US", "US", "CN", "CN", "US"]
    assert [o.label for o in found] == [
        "2026-03-01", "2026-04-01", "2026-04-20", "2026-04-20", "2026-06-30",
    ]  # fmt: skip
    held = lists_of(made)
    assert found[2].sha256 == held.snapshots[2].sha256


def test_a_tie_counts_for_the_leader_by_whichever_name_it_goes(made: Path) -> None:
    named = ("CN", "other"), ("lab:anthropic", "other"), ("not:US", "US"), ("other",)
    found = settled(
        made,
        *(answer("first", "2026-04-01", at=at, values=(1 / len(at),) * len(at)) for at in named),
        # Two that lead, each of another outcome: nobody is first.
        answer("first", "2026-04-01", leader="ALL"),
    )
    assert [o.name for o in found] == ["other", "lab:anthropic", "US", "other", ""]
    assert found[4].state == "unresolvable"


def test_models_count_as_listed_and_among_the_open_from_their_weights_on(tmp_path: Path) -> None:
    # qwen3-max-preview stayed closed; minimax-m2.7 was released on 2026-03-18, open 25 days later.
    early = {US: 1450.0, "minimax-m2.7": 1430.0, CN2: 1420.0, FR: 1300.0}
    days = ("2026-03-10", "2026-03-20", "2026-04-20")
    lists = {day: {n: r + k for n, r in early.items()} for k, day in enumerate(days)}
    held = lists_of(written(tmp_path / "a", lists))
    np.testing.assert_array_equal(held.best("CN"), [1430.0, 1431.0, 1432.0])
    np.testing.assert_array_equal(held.best("CN+open"), [np.nan, np.nan, 1432.0])
    np.testing.assert_array_equal(held.best("CN+not:open"), [1430.0, 1431.0, 1432.0])


def test_who_is_first_waits_for_a_list_and_needs_one_near(made: Path) -> None:
    late, far, early = settled(
        made, *(answer("first", day) for day in ("2026-07-11", "2026-06-10", "2026-03-01"))
    )
    assert (late.state, late.name) == ("open", "")
    assert "no complete list on or after 2026-07-11" in late.why
    assert (far.state, far.why) == ("unresolvable", "no complete list in the 45 days to its day")
    assert early.state == "late"


def test_groups_named_must_be_apart_and_known(made: Path) -> None:
    shared, unknown, tie = settled(
        made,
        answer("first", "2026-04-01", at=("US", "lab:anthropic"), values=(0.5, 0.5)),
        answer("first", "2026-04-01", at=("US", "lab:nobody-has-it"), values=(0.5, 0.5)),
        answer("first", "2026-04-01", leader="FR"),
    )
    assert shared.why == f"{US} is in more than one of the groups named"
    assert "unknown lab" in unknown.why
    assert tie.why == "US and CN share the first place"
    assert {o.state for o in (shared, unknown, tie)} == {"unresolvable"}


def test_nobody_first_whom_no_tag_knows(tmp_path: Path) -> None:
    lists = {"2026-03-01": {**LISTS["2026-03-01"], "a-name-nobody-tagged": 1460.0}}
    lists["2026-03-20"] = {**LISTS["2026-03-01"], FR: 1460.0}
    folder = written(tmp_path / "a", lists)
    strange, other = settled(
        folder, answer("first", "2026-03-10"), answer("first", "2026-03-20"),
        round_id="2026-02-20",
    )  # fmt: skip
    assert (strange.state, strange.why) == (
        "unresolvable", "nobody has tagged a-name-nobody-tagged, which stands first",
    )  # fmt: skip
    assert (other.state, other.name) == ("settled", "other")


def test_parity_lies_between_two_lists(made: Path) -> None:
    seen, straddled, never = settled(
        made,
        answer("parity", "2026-12-31"),
        answer("parity", "2026-04-10"),
        answer("parity", "2026-04-20", leader="CN", follower="FR"),
    )
    assert (seen.state, seen.after, seen.by) == ("settled", "2026-04-01", "2026-04-20")
    assert seen.label == "2026-04-20"
    # A list after the last day that is looked at settles that none before it showed it.
    assert (straddled.state, straddled.after, straddled.by) == ("settled", "2026-04-01", "")
    assert (never.state, never.after, never.by) == ("settled", "2026-04-20", "")
    (begun,) = settled(made, answer("parity", "2026-12-31"), round_id="2026-04-20")
    assert (begun.state, begun.after, begun.by) == ("open", "2026-07-10", "")
    (first,) = settled(made, answer("parity", "2026-12-31"), round_id="2026-04-02")
    assert (first.after, first.by) == ("2026-04-02", "2026-04-20")


def test_a_date_that_a_list_had_shown_when_it_was_said_is_no_forecast(made: Path) -> None:
    asked = (answer("parity", "2026-12-31"), answer("reach", "2026-12-31", level=1451.0))
    for said, state in (("2026-04-19", "settled"), ("2026-04-20", "late"), ("2026-05-02", "late")):
        forecast = Forecast("2026-03-01", "arena/text", "somebody-else", said, "", asked)
        assert [found.state for found in settle([forecast], made)[0]] == [state, state]
        assert settle([forecast], made)[0][0].label == ("2026-04-20" if state == "settled" else "")


def test_reach_is_of_a_rating_or_of_the_best_of_the_round(made: Path) -> None:
    rating, place, unheld = settled(
        made,
        answer("reach", "2026-12-31", level=1451.0),
        answer("reach", "2026-12-31"),
        answer("reach", "2026-12-31", leader="lab:xai"),
    )
    assert (rating.after, rating.by) == ("2026-04-01", "2026-04-20")
    assert (place.after, place.by) == ("2026-03-01", "2026-04-01")
    (level,) = settled(made, answer("reach", "2026-12-31", level=1450.5))
    assert level.by == "2026-04-01"
    assert unheld.why == "the list of 2026-03-01 shows no model of lab:xai"
    (absent,) = settled(made, answer("reach", "2026-12-31"), round_id="2026-03-02")
    assert absent.why == "no complete list of 2026-03-02 is held"


def test_a_retired_best_stands_where_the_panel_puts_it() -> None:
    session = Session()
    board = session.board("arena/text")
    held = Lists(board, session.lookup(), session)
    begin, end = to_day("2025-02-27"), to_day("2025-12-31")
    after, by = held.reach("US", "CN", None, begin, end)
    assert by is not None
    (identity, _) = held._leaders("US")[held.newest(begin)]
    places = []
    for number in range(held.newest(begin) + 1, held.newest(by) + 1):
        vintage = held.snapshots[number].vintage
        table = session.panel(board, "overall", vintage).placed.table.set_index("identity")
        places.append((held.days[number], table["rating"][identity], table["link"][identity]))
    reached = [day for day, place, _ in places if held.best("CN")[held.newest(day)] >= place]
    assert reached == [by]
    assert after == places[-2][0]
    # It was not listed any more on some of these lists, or this tested nothing.
    assert any(link >= 0 for *_, link in places)


def test_a_best_renamed_past_recognition_stands_where_its_model_does() -> None:
    session = Session()
    board = session.board("arena/text_style_control")
    held = Lists(board, session.lookup(), session)
    begin = to_day("2025-08-06")
    identity, model = held._leaders("US")[held.newest(begin)]
    later = held.newest(to_day("2025-08-31"))
    panel = session.panel(board, "overall", held.snapshots[later].vintage)
    table = panel.placed.table
    assert (identity, model) == ("gpt-5|pre-release test", "gpt-5")
    assert identity not in set(table["identity"])
    best = table.loc[table["model"] == model, "rating"].max()
    assert held._place(later, identity, model) == best
    with pytest.raises(EstimateError, match="nobody has no place on the list of 2025-08"):
        held._place(later, "nobody|high", "nobody")


def test_only_complete_lists_settle() -> None:
    board = Session().board("arena/text_style_control")
    held = Lists(board, Session().lookup())
    assert {s.completeness for s in held.snapshots} == {"full"}
    assert len(held.snapshots) < len(board.snapshots)


def test_a_figure_that_is_a_bound_settles_nothing() -> None:
    # The leader's first model is above the follower's best: when it was level nobody knows.
    study = made_study([("US", 10.0, AS_OF - 900), ("CN", 5.0, AS_OF - 30)], AS_OF)
    field = replace(study.cast.field, link_root=np.zeros((2, 3)))
    study = replace(study, cast=replace(study.cast, field=field))
    assert figure(study, "gap", to_iso(AS_OF)) == 5.0
    with pytest.raises(EstimateError, match="the figure is a bound only"):
        figure(study, "current", to_iso(AS_OF))


@given(
    st.sets(st.integers(0, 30), min_size=1, max_size=8),
    st.integers(0, 255),
    st.integers(-3, 33),
    st.integers(0, 20),
)
def test_a_date_lies_after_the_last_list_without_it_and_by_the_first_with_it(
    days: set[int], bits: int, begin: int, length: int
) -> None:
    shows = {day: bool(bits >> k & 1) for k, day in enumerate(sorted(days))}
    ordered = np.array(sorted(days), float)
    found = _shown(ordered, lambda k: shows[int(ordered[k])], begin, begin + length)
    seen = [day for day in days if begin < day <= begin + length]
    by = min((day for day in seen if shows[day]), default=None)
    without = [day for day in seen if by is None or day < by]
    assert found == (max(without, default=begin), by)


def test_a_board_that_is_not_held_cannot_be_resolved(made: Path) -> None:
    forecast = Forecast(
        "2026-03-01", "artificial-analysis/index", "somebody-else", "2026-03-01", "",
        (answer("average", "2026-04-01"),),
    )  # fmt: skip
    ((found,),) = settle([forecast], made)
    assert found.state == "unresolvable"
    assert found.why == "artificial-analysis/index is no board of this archive"


def test_a_number_is_the_first_figure_of_its_day() -> None:
    end = "2026-07-20"
    asked = [answer(target, end) for target in ("average", "current", "gap")]
    asked.append(answer("average", "2026-08-30"))
    forecast = Forecast("2026-04-15", "arena/text", "somebody-else", "2026-04-15", "", (*asked,))
    session = Session()
    ((average, current, gap, waiting),) = settle([forecast], session=session)
    held = Lists(session.board("arena/text"), session.lookup(), session)
    number = held.next(to_day(end))
    assert number is not None
    vintage = held.snapshots[number].vintage
    assert held.days[number - 1] < to_day(end) < held.days[number]
    assert (average.label, average.sha256) == (vintage, held.snapshots[number].sha256)
    question: elolag.Question = {
        "board": "arena/text", "as_of": end, "vintage": vintage, "n_draws": 1_000,
        "session": session,
    }  # fmt: skip
    results = {
        e: elolag.estimate_lag(estimand=e, **question) for e in ("average", "current", "gap")
    }
    assert average.value == results["average"].months
    assert current.value == results["current"].months
    assert gap.value == results["gap"].gap.elo
    assert (waiting.state, waiting.value) == ("open", None)
    study = prepare(board="arena/text", vintage=vintage, n_draws=1_000, session=session)
    assert figure(study, "average", end) == average.value
    # Before either side had a model there is a reason instead.
    for target in ("average", "current", "gap"):
        with pytest.raises(EstimateError, match="2022-01-01"):
            figure(study, target, "2022-01-01")


def test_a_first_figure_comes_within_days_or_never(made: Path) -> None:
    found, near = settled(made, *(answer("average", d) for d in ("2026-05-15", "2026-05-16")))
    assert found.state == "unresolvable"
    assert found.why == "no complete list in the 45 days from its day on"
    # A day later it is near enough; of so few models there is no figure all the same.
    assert (near.state, near.label) == ("unresolvable", "2026-06-30")
    assert near.why != found.why
    first, far = settled(made, *(answer("first", d) for d in ("2026-06-04", "2026-06-05")))
    assert (first.state, far.state) == ("settled", "unresolvable")
