"""What the pages below the front page answer, asked once beside the material of the month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from elolag.errors import ElolagError
from elolag.estimate.compare import Slices, compare
from elolag.estimate.leads import WhoLed, who_led
from elolag.estimate.measures import compare_measures
from elolag.estimate.model_dates import ModelDates, model_dates
from elolag.estimate.revisions import Revisions, estimate_revisions
from elolag.estimate.voters import compare_voters
from elolag.forecast.ahead import Outlook, forecast_lag
from elolag.forecast.record import Ledger, forecast_ledger
from elolag.results.measures import Measures
from elolag.results.voters import VotersReport
from elolag.site.material import DRAWS, Material, answered, told

#: Of a question, what a forecast from the newest list takes.
_AHEAD = ("board", "archive", "leader", "follower", "policies", "sources", "extra_tags", "seed")


@dataclass(frozen=True)
class Found:
    """The answers, or in `missing` by name why there is none.

    Attributes
    ----------
    material
        The month's answer, with its categories, openness and claims.
    dates
        Every rated model's date.
    leads, revisions, lab, measures, voters, outlook, ledger
        Who led when; figures of the day and now; lab by lab; other measures and boards of other
        tasks; other voters; what may come after the newest list; every forecast that is held. None
        where `missing` says why.
    """

    material: Material
    dates: ModelDates
    leads: WhoLed | None = None
    revisions: Revisions | None = None
    lab: Slices | None = None
    measures: Measures | None = None
    voters: VotersReport | None = None
    outlook: Outlook | None = None
    ledger: Ledger | None = None
    missing: Mapping[str, str] = field(default_factory=dict)


def asks(
    question: Mapping[str, Any], *, board: str, as_of: str, n_draws: int
) -> dict[str, partial[Any]]:
    """What has to be asked beside a material, by the names of `Found`; in any order.

    Each may be handed a ``session`` to share.

    Parameters
    ----------
    question
        That of the material.
    board, as_of, n_draws
        As the material's answer has them.
    """
    question = dict(question)
    few = {**question, "n_draws": min(n_draws, DRAWS)}
    # The order is told for every list, each on its day.
    listed = {k: v for k, v in few.items() if k != "as_of"}
    # Labs are each compared with the leader, and voters and measures bring their own categories.
    labs = {k: v for k, v in few.items() if k != "follower"}
    return {
        "dates": partial(model_dates, **question),
        "leads": partial(_leads, as_of, **listed),
        "revisions": partial(estimate_revisions, **{"board": board, **listed}),
        "lab": partial(compare, "lab", **labs),
        "measures": partial(compare_measures, tasks=True, **few),
        "voters": partial(compare_voters, **few),
        "outlook": partial(forecast_lag, **{k: v for k, v in question.items() if k in _AHEAD}),
        "ledger": partial(forecast_ledger, question.get("archive")),
    }


def _leads(as_of: str, **question: Any) -> WhoLed:
    return who_led(**question).until(as_of)


def find(material: Material) -> Found:
    """Ask everything, one after the other.

    Raises
    ------
    ElolagError
        There are no dates of models; any other part without an answer says why.
    """
    headline = material.headline
    asked = asks(
        material.question, board=headline.board, as_of=headline.as_of,
        n_draws=material.study.n_draws,
    )  # fmt: skip
    return gathered(material, {name: answered(ask) for name, ask in asked.items()})


def gathered(material: Material, answers: Mapping[str, Any]) -> Found:
    """Put answers and errors together, by the names of `asks`.

    Raises
    ------
    ElolagError
        There are no dates of models.
    """
    if isinstance(answers["dates"], ElolagError):
        raise answers["dates"]
    missing = told(material, answers)
    kept = {name: found for name, found in answers.items() if name not in missing}
    return Found(material=material, missing=missing, **kept)
