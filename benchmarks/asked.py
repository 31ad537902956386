"""What the page that answers leaves out by not refitting: ten records left out, both ways.

Writes ``benchmarks/asked.csv``: without each of the last five records of either side, the figures
of the page's 2,000 draws (`elolag ask`), and of everything estimated anew (`elolag lag --exclude`,
10,000 draws). Each change is from the figure of the same route with everybody in.
"""

from __future__ import annotations

import csv
from pathlib import Path

from elolag.estimate.lag import results
from elolag.estimate.session import Session, prepare
from elolag.results.lag import LagResult
from elolag.site.carried import DRAWS, Asked, answer
from elolag.site.travel import carry

HERE = Path(__file__).parent
VINTAGE = "2026-08-19"
RECORDS = 5
NAMES = ("average", "current")


def main() -> None:
    session = Session()

    def anew(*without: str) -> list[LagResult]:
        study = prepare(vintage=VINTAGE, exclude=without, session=session)
        return results(study, NAMES)

    whole, carried = anew(), carry(prepare(vintage=VINTAGE, session=session, n_draws=DRAWS))
    plain = answer(carried, Asked())
    sides = [whole[0].records(group) for group in ("US", "CN")]
    with (HERE / "asked.csv").open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        head = ("route", "months", "low", "high", "change", "current", "gap")
        table.writerow(("without", *head))
        for model in ("", *(record.model for side in sides for record in side[-RECORDS:])):
            moved = answer(carried, Asked(without=(model,) if model else ()))
            routes = (
                ("page", plain.average, (moved.average, moved.current)),
                ("anew", whole[0], anew(model) if model else whole),
            )
            for route, base, (average, current) in routes:
                if None in (average.months, average.low, average.high, base.months):
                    raise SystemExit(f"without {model} there is no figure")
                months = (average.months, average.low, average.high)
                change = (average.months or 0.0) - (base.months or 0.0)
                numbers = (*months, change, current.months, average.gap.elo)
                table.writerow((model, route, *(f"{number:.3f}" for number in numbers)))


if __name__ == "__main__":
    main()
