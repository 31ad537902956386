"""The options of a question: one declaration for Python and for the command line."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import elolag
from elolag.cite import citation
from elolag.cli import app
from elolag.errors import UsageError
from elolag.estimate.session import ASKED
from elolag.own.board import _RATINGS
from elolag.question import (
    DEFAULT_BOARD,
    DEFAULTS,
    POLICIES,
    SETTLED,
    Options,
    refuse_settled,
    unsettled,
)
from elolag.robustness.specifications import Spec
from elolag.site.material import Extent, gather
from elolag.site.month import command

RUN = CliRunner()
COMMANDS = (
    "lag", "change", "compare", "revisions", "sensitivity", "cite", "report", "dates", "leads",
    "news", "measures", "voters", "brief",
)  # fmt: skip
FLAGS = {
    "n_draws": "draws",
    "extra_tags": "tags",
    "correct_selection": "selection-correction",
}


def test_every_option_has_a_default_and_is_described() -> None:
    assert set(DEFAULTS) == set(Options.__annotations__)
    assert set(ASKED) == {*DEFAULTS, "board", "archive", "policies", "session"}
    text = inspect.getdoc(elolag.estimate_lag) or ""
    assert [name for name in ASKED if name not in text] == []


@pytest.mark.parametrize(
    "call",
    [elolag.estimate_lag, elolag.estimate_all, elolag.estimate_change, elolag.sensitivity],
)
def test_an_option_that_there_is_not_is_an_error(call: object) -> None:
    with pytest.raises(UsageError, match=r"no option 'leder'; did you mean leader\?"):
        call(leder="US")  # type: ignore[operator]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_every_option_or_says_why_not(command: str, tmp_path: Path) -> None:
    shown = RUN.invoke(app, [command, "--help"]).output
    needed = {"compare": ["--by", "openness"], "report": ["--out", str(tmp_path / "r")],
              "news": ["2026-06-25", "2026-08-19"]}  # fmt: skip
    for name in (*DEFAULTS, "ratings", "hong_kong"):
        option = "--" + FLAGS.get(name, name).replace("_", "-")
        if f"{option} " in shown:
            continue
        value = [] if name == "correct_selection" else ["1"]
        done = RUN.invoke(app, [command, *needed.get(command, []), option, *value])
        assert isinstance(done.exception, UsageError), (command, option)
        assert "has no place here: " in str(done.exception)


#: Of every option another value than the usual one; of tags one file.
OTHER: elolag.Question = {
    "leader": "lab:openai", "follower": "CN+open", "category": "coding", "as_of": "2026-07-01",
    "vintage": "2026-07-12", "window": 6.0, "n_draws": 80, "seed": 1, "level": 0.8,
    "correct_selection": False, "drift": "none", "clock": "first-listed", "min_votes": 20_000,
    "match_rule": "below", "exclude": ["kimi-k3"], "sources": "official", "extra_tags": "",
}  # fmt: skip
#: Of every rule another value than the usual one.
RULES = {"hong_kong": "separate", "taiwan": "CN", "derivatives": "drop"}


def test_no_option_is_taken_and_then_ignored(tmp_path: Path) -> None:
    assert set(OTHER) == set(DEFAULTS)
    own = tmp_path / "tags.csv"
    own.write_text(
        "entry,model,lab,country,release_date,openness\n"
        "kimi-k3,kimi-k3,Elsewhere,FR,2026-07-16,open\n", "utf-8",
    )  # fmt: skip
    plain: elolag.Question = {"n_draws": 60, "vintage": "2026-08-19"}
    answers = []
    for asked in ({}, *({name: value} for name, value in OTHER.items())):
        changed = {"extra_tags": own} if "extra_tags" in asked else asked
        found = elolag.estimate_lag(**{**plain, **changed})
        answers.append((found.months, found.low, found.high))
    usual, *others = answers
    ignored = [name for name, other in zip(OTHER, others, strict=True) if other == usual]
    assert ignored == []


#: What settles options itself, by the names of `SETTLED`.
SETTLING = {
    "curve": (partial(elolag.frontier_curve, "CN"),),
    "dates": (elolag.model_dates, partial(elolag.level_dates, 1450)),
    "forecast": (elolag.forecast_lag,),
    "leads": (elolag.who_led,),
    "months": (elolag.record, partial(elolag.write_site, "site")),
    "news": (partial(elolag.estimate_news, "2026-06-25", "2026-08-19"),),
    "report": (partial(elolag.write_report, "report"),),
    "revisions": (elolag.estimate_revisions,),
    "sensitivity": (elolag.sensitivity,),
    "voters": (elolag.compare_voters,),
}


@pytest.mark.parametrize("name", SETTLED)
def test_what_an_estimate_settles_itself_is_refused_in_python_too(name: str) -> None:
    policies = elolag.Policies(**RULES)
    assert set(SETTLING) == set(SETTLED)
    for option, why in SETTLED[name].items():
        if option == "ratings":  # a board in Python, and refused as one
            continue
        asked = {option: OTHER.get(option)}
        if option in POLICIES:
            asked = {"policies": elolag.Policies(**{option: getattr(policies, option)})}
        for call in SETTLING[name]:
            with pytest.raises(UsageError, match=re.escape(f"{option} has no place here: {why}")):
                call(**asked)
    # The grid makes policies of its own.
    assert name != "sensitivity" or set(POLICIES) <= set(SETTLED[name])
    refuse_settled(name, {**DEFAULTS, "policies": elolag.Policies()})
    refuse_settled(name, unsettled(name, OTHER))


def test_the_command_of_a_report_asks_the_same_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every declared option goes into the command, comes back, and gives the same figure."""
    assert (set(OTHER), set(RULES)) == (set(DEFAULTS), set(POLICIES))
    own = tmp_path / "tags.csv"
    own.write_text("entry,model,lab\nkimi-k3,kimi-k3,moonshot\n", "utf-8")
    asked = unsettled("report", OTHER) | {"extra_tags": own, "policies": elolag.Policies(**RULES)}
    material = gather(Extent(checks=False, full=False, ways=False), **asked)
    got: dict[str, Any] = {}

    def write_report(out: Path, *, full: bool, **question: Any) -> None:
        assert not full
        got.update(question)
        raise UsageError("no more is asked")

    monkeypatch.setattr("elolag.site.write_report", write_report)
    monkeypatch.chdir(tmp_path)  # own tags go by their last name
    RUN.invoke(app, shlex.split(command(material))[1:])
    kept = {**asked, "extra_tags": Path("tags.csv"), "vintage": material.headline.vintage}
    assert {name: got[name] for name in kept} == kept
    again, first = elolag.estimate_lag(**{name: got[name] for name in kept}), material.headline
    assert (again.months, again.low, again.high) == (first.months, first.low, first.high)


def test_the_grid_is_of_an_archive_and_takes_its_board(tmp_path: Path) -> None:
    mine = tmp_path / "my.csv"
    mine.write_text(_RATINGS, "utf-8")
    own = elolag.own_board(mine)
    with pytest.raises(UsageError, match="is one list of your own: the grid crosses the boards"):
        elolag.sensitivity(board=own)
    headline = Spec(DEFAULT_BOARD, "overall")
    one = {name: [value] for name, value in vars(headline).items()}
    board = elolag.open_archive().board(DEFAULT_BOARD)
    grids = [elolag.sensitivity(board=b, choices=one, n_draws=40) for b in (board, DEFAULT_BOARD)]
    assert grids[0].specs == (headline,)
    assert grids[0].to_dict() == grids[1].to_dict()


def test_a_model_left_out_must_be_one() -> None:
    with pytest.raises(UsageError, match="cannot leave out 'kimi-k33'.*nearest: "):
        elolag.estimate_lag(exclude=["kimi-k33"], n_draws=100)


def test_only_what_differs_from_the_default_reaches_an_estimate() -> None:
    given = ["--by", "category", "--category", "overall", "--draws", "60", "--json"]
    few = ["--board", "arena/webdev"]  # categories
    assert RUN.invoke(app, ["compare", *given, *few]).exit_code == 0
    refused = RUN.invoke(app, ["compare", "--by", "category", "--category", "coding"])
    assert "takes every category" in str(refused.exception)


def test_exclusions_and_policies_reach_every_estimate() -> None:
    asked = ["--draws", "200", "--estimand", "current", "--exclude", "kimi-k3"]
    done = RUN.invoke(app, ["cite", *asked, "--derivatives", "drop", "--json"])
    policies = elolag.Policies(derivatives="drop")
    found = elolag.estimate_lag(
        n_draws=200, estimand="current", exclude=["kimi-k3"], policies=policies
    )
    assert json.loads(done.stdout)["sentence"] == citation(found).sentence
    assert found.months != elolag.estimate_lag(n_draws=200, estimand="current").months
