"""Which verdicts on a list came only later: `python benchmarks/verdicts.py` makes `verdicts.csv`.

Whether a list is whole is told from the lists before and after it, at every reading: in real time
too, so that an answer of an earlier day knows a little of later lists. Here every vintage of both
text boards is judged by the lists dated up to it; where a verdict differs from today's, the average
of that vintage is estimated with the lists up to the day alone (``_then``) and with the whole
archive (``_now``). ``answered`` says whether the two differ.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

import elolag
from elolag.archive.completeness import judge, row_of

HERE = Path(__file__).parent
BOARDS = ("arena/text_style_control", "arena/text")
FIGURES = ("months", "low", "high")


def later(board: elolag.Board) -> Iterator[tuple[str, str, str]]:
    """Of each vintage that today's verdicts differ on: it, the list, and the verdict of its day."""
    rated = [s for s in board.snapshots if s.method == "bradley-terry"]
    rows = [row_of(s.vintage, s, s.find("overall")) for s in rated]
    for number, newest in enumerate(rated):
        for told, row in zip(judge(rows[: number + 1]), rated, strict=False):
            if told != row.completeness:
                yield newest.vintage, row.vintage, told


def answers(name: str, vintage: str) -> dict[str, float | None]:
    """The average of a vintage by the lists up to it, and by the whole archive."""
    whole = elolag.open_archive()
    told: dict[str, float | None] = {}
    with tempfile.TemporaryDirectory() as folder:
        cut = Path(folder)
        shutil.copy(whole.path / "log.csv", cut)
        for board in BOARDS:
            for label in (p for p in (whole.path / board).iterdir() if p.name[:10] <= vintage):
                shutil.copytree(label, cut / board / label.name)
        for when, archive in (("then", str(cut)), ("now", str(whole.path))):
            found = elolag.estimate_lag(name, vintage=vintage, archive=archive)
            told |= {f"{end}_{when}": getattr(found, end) for end in FIGURES}
    return told


def table() -> pd.DataFrame:
    """One row for every verdict that came later."""
    archive, rows = elolag.open_archive(), []
    for name in BOARDS:
        board = archive.board(name)
        for vintage, of, then in later(board):
            what = {"board": name, "vintage": vintage, "list": of, "then": then}
            what["now"] = next(s.completeness for s in board.snapshots if s.vintage == of)
            rows.append(what | answers(name, vintage))
    found = pd.DataFrame(rows)
    apart = [(found[f"{end}_then"] - found[f"{end}_now"]).abs() > 1e-9 for end in FIGURES]
    return found.assign(answered=pd.concat(apart, axis=1).any(axis=1))


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the table."""
    parser = argparse.ArgumentParser(description="Verdicts that came later.")
    parser.add_argument("--table", type=Path, default=HERE / "verdicts.csv")
    made = table()
    made.to_csv(
        parser.parse_args(arguments).table, index=False, float_format="%.3f", lineterminator="\n"
    )
    print(made.to_string(index=False, float_format="%.2f"))


if __name__ == "__main__":
    main()
