"""Regenerates every number of the README and the docs from the shipped archive.

``python docs/generate.py`` rewrites the blocks between ``<!-- generated: NAME -->`` and
``<!-- end -->``, and the README's chart. A test fails when a block is stale.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pandas as pd

import elolag
from elolag import tags
from elolag.estimate import comparison
from elolag.estimate.panel import _lists_of, build, chain, vintages
from elolag.forecast import past
from elolag.model import early_drift
from elolag.model.estimands import TRENDS
from elolag.question import DEFAULT_BOARD

sys.path.insert(0, str(Path(__file__).resolve().parent))
import listing
import long_answers
import pictures
import recipes

ROOT = Path(__file__).resolve().parent.parent
#: Cells are of the measurement interval unless said.
SHORT = {"measurement": "", "sampling": "sampling of "}
PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "docs/calibration.md",
    "docs/claims.md",
    "docs/cli.md",
    "docs/forecasts.md",
    "docs/methods.md",
    "docs/python.md",
    "docs/sensitivity.md",
)


@functools.cache
def everything() -> comparison.Comparison:
    """All estimands with both intervals."""
    return comparison.estimate_all()


@functools.cache
def printed() -> str:
    """What `make lag` prints."""
    command = [sys.executable, "-c", "from elolag.cli import main; main()", "lag"]
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": recipes.ON_DAY},
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def lag() -> str:
    """The answer with all behind it, as it is printed."""
    return f"```text\n{printed()}\n```"


def answer() -> str:
    """The two lines alone."""
    return "\n>\n".join(f"> {' '.join(part.split())}" for part in printed().split("\n\n")[:2])


def estimands() -> str:
    """Every estimand with both intervals."""
    rows = [
        "| estimand | asks | answer | 95% measurement | 95% sampling |",
        "|---|---|---|---|---|",
    ]
    for result in everything().results:
        sampled = dict(result.rows())["95% sampling interval"]
        cells = (result.asks(), result.figure(), result.interval_words(), sampled)
        rows.append(f"| `{result.estimand}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def change() -> str:
    """Is it shrinking, in one sentence."""
    from elolag.estimate.change import estimate_change

    return f"> {estimate_change('2025-08-19')}"


def retired() -> str:
    """What the retired records do."""
    return f"> {everything().retired}"


def whole_lists() -> str:
    """Which verdicts on lists came only later, and what the average read on their day."""
    told = []
    for r in pd.read_csv(ROOT / "benchmarks" / "verdicts.csv").itertuples():
        then, now = (
            f"{months:.1f} ({low:.1f} to {high:.1f})"
            for months, low, high in (
                (r.months_then, r.low_then, r.high_then), (r.months_now, r.low_now, r.high_now)
            )
        )  # fmt: skip
        told.append(f"{r.board} of {r.list} ({r.then}, now {r.now}; average {then}, now {now})")
    return (
        f"> {len(told)} lists were judged otherwise by the lists up to their day "
        f"(`benchmarks/verdicts.csv`): {'; '.join(told)}."
    )


def young_drift() -> str:
    """The young-entry drift, as estimated."""
    record = early_drift._packaged_record()
    rows = ["| votes | drift still ahead (sd, Elo) | entries |", "|---|---|---|"]
    for votes, sd, pairs in zip(record["votes"], record["sd"], record["pairs"], strict=True):
        rows.append(f"| {votes:,} | {sd:.1f} | {pairs} |")
    return "\n".join(rows)


def lasting() -> str:
    """What the headline would be if no entry ever stood still."""
    table = pd.read_csv(ROOT / "benchmarks" / "stability.csv")
    base, most = table.iloc[0], table[table["kind"] == "lasting drift"].iloc[-1]
    least = str(most["value"]).removesuffix(" at least")
    return (
        f"Were every entry to go on moving by {least} (sd), whatever its votes, the headline would "
        f"read {most.months:.1f} months ({most.low:.1f} to {most.high:.1f}) where it reads "
        f"{base.months:.1f} ({base.low:.1f} to {base.high:.1f}): `benchmarks/stability.csv`."
    )


def drift() -> str:
    """The excess change of debuts by growth, votes and year, and what other drifts would give."""
    table = pd.read_csv(ROOT / "benchmarks" / "drift.csv")
    table["sd"] = table["bias_variance"].clip(lower=0.0) ** 0.5
    table.loc[table["excess"].round() == 0, "excess"] = 0.0  # prints no -0
    columns = ("entries with", "number", "excess, Elo² (s.e.)", "part that shows, squared",
               "over it (sd, Elo)")  # fmt: skip
    rows = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    for r in table.itertuples():
        excess = f"{r.excess:.0f} ({r.standard_error:.0f})"
        rows.append(f"| {r.whose} | {r.entries} | {excess} | {r.shown:.2f} | {r.sd:.1f} |")
    (later,) = pd.read_csv(ROOT / "benchmarks" / "drift_later.csv").itertuples()
    rows += [
        "",
        f"> {later.entries} entries moved on once their votes had doubled: an excess of "
        f"{later.excess:.0f} Elo² (s.e. {later.standard_error:.0f}), where the votes at their "
        f"debut alone would leave {later.own:.0f}, and a debut of as many votes "
        f"{later.as_many:.0f}. {lasting()}",
    ]
    rows += ["", "| drift | `current`, months | 95% measurement | match |", "|---|---|---|---|"]
    for r in pd.read_csv(ROOT / "benchmarks" / "drift_headline.csv").itertuples():
        rows.append(
            f"| {r.drift} | {r.months:.1f} | {r.low:.1f} to {r.high:.1f} | "
            f"{r.match} in {r.probability:.0%} of draws |"
        )
    return "\n".join(rows)


def newcomers() -> str:
    """How far entries that began near the top fell, and how much of that the posterior foresaw."""
    rows = ["| entries that began | models | have since moved by, Elo (s.e.) | of it foreseen | "
            "left (s.e.) |", "|---|---|---|---|---|"]  # fmt: skip
    for r in pd.read_csv(ROOT / "benchmarks" / "drift_newcomers.csv").itertuples():
        rows.append(
            f"| {r.began} | {r.models} | {r.change:+.1f} ({r.change_error:.1f}) | "
            f"{r.foreseen:+.1f} | {r.left:+.1f} ({r.left_error:.1f}) |"
        )
    return "\n".join(rows)


def held_out() -> str:
    """How well places are foretold for entries of the newest list, by horizon and way."""
    table = pd.read_csv(ROOT / "benchmarks" / "held_out.csv")
    table = table[(table["role"] == "test") & (table["newest"] != "all")]
    rows = [
        "| hidden for | other board | way | entries | RMSE, Elo | of the top 20 | inside 95% | "
        "of the top 20 | log score | against links (95%) |",
        "|" + "---|" * 10,
    ]
    grouped = table.groupby(["months", "kept", "way"], sort=False)
    for (months, kept, way), part in grouped:
        entries = part["entries"]

        def mean(name: str, part: pd.DataFrame = part, entries: pd.Series = entries) -> float:
            return float((part[name] * entries).sum() / entries.sum())

        rmse, top = (((part[c] ** 2 * entries).sum() / entries.sum()) ** 0.5
                     for c in ("rmse", "rmse_top"))  # fmt: skip
        gain = ""
        if way != "links":
            gain = f"{mean('gain'):+.2f} ({mean('gain_low'):+.2f} to {mean('gain_high'):+.2f})"
        figures = [f"{rmse:.1f}", f"{top:.1f}", f"{mean('inside'):.0%}",
                   f"{part['inside_top'].mean():.0%}", f"{mean('score'):.2f}"]  # fmt: skip
        if str(way).endswith("less scale"):  # a difference of two ways has a gain alone
            figures = [""] * len(figures)
        listed = "kept" if str(kept).startswith("other") else "hidden too"
        rows.append(
            f"| {months} months | {listed} | {way} | {entries.sum()} | {' | '.join(figures)} | "
            f"{gain} |"
        )
    return "\n".join(rows)


def left_out() -> str:
    """Where retired models stand without the list they are taken from."""
    rows = ["| list left out | models | moved by (rms), Elo | within 1.96 of their error |",
            "|---|---|---|---|"]  # fmt: skip
    for r in pd.read_csv(ROOT / "benchmarks" / "left_out.csv").itertuples():
        rows.append(f"| {r.list} | {r.entries} | {r.moved:.1f} | {r.inside:.0%} |")
    return "\n".join(rows)


def links() -> str:
    """The link report of the headline board."""
    lookup = tags.Lookup(tags.load())
    panel = build(elolag.open_archive().board(DEFAULT_BOARD), "overall", None, lookup)
    head = "last list | entries | bridge | share | fitted on | shift | slope"
    rows = [f"| {head} | drift, t | of the young, t |", "|" + "---|" * 9]
    for made in panel.placed.carries:
        carry = made.carry
        cells = (
            made.source, len(made.gone), " to ".join(made.bridge) or "none",
            f"{carry.coefficients[2]:.2f}" if made.bridge else "", len(carry.level),
            f"{carry.coefficients[0]:+.1f}", f"{carry.slope:+.3f}", f"{carry.scale:.1f}",
            f"{carry.scale * carry.young**0.5:.1f}",
        )  # fmt: skip
        rows.append("| " + " | ".join(str(c) for c in cells) + " |")
    return "\n".join(rows)


#: The model that Arena pinned from May 2025 on, and steps between lists that show it.
PINNED = "gemini-2.5-pro-preview-05-06"
STEPS = {
    "arena/text": ("2025-05-13", "2025-05-20", "2025-05-24", "2025-06-03", "2025-06-17",
                   "2025-08-04"),
    "arena/text_style_control": ("2025-05-13", "2025-05-20", "2025-05-24", "2025-06-16"),
}  # fmt: skip


def gauge() -> str:
    """How settled entries changed from list to list while one model was pinned."""
    lookup = tags.Lookup(tags.load())
    rows = ["| board | from | to | settled entries | median change | middle half within | "
            "pinned model |", "|" + "---|" * 7]  # fmt: skip
    for board, dates in STEPS.items():
        chosen = chain(elolag.open_archive().board(board), "overall", dates[-1])
        found = vintages(chosen, "overall", lookup)
        names = functools.reduce(pd.Index.union, (v.table.index for v in found))
        lists, days = _lists_of(found, names), [v.date for v in found]
        (pinned,) = (k for k, name in enumerate(names) if PINNED in str(name))
        for then, now in pairwise(dates):
            old, new = days.index(then), days.index(now)
            change = lists.rating[:, new] - lists.rating[:, old]
            settled = pd.Series(change[lists.settled(old)]).dropna()
            low, middle, high = settled.quantile([0.25, 0.5, 0.75])
            held = " to ".join(f"{lists.rating[pinned, k]:.1f}" for k in (old, new))
            rows.append(
                f"| {board} | {then} | {now} | {len(settled)} | {middle:+.1f} | "
                f"{high - low:.1f} | {held} |"
            )
    return "\n".join(rows)


def same_process() -> str:
    """What each estimand gives on average in a world where one side is the other, shifted."""
    table = pd.read_csv(ROOT / "benchmarks" / "calibration.csv")
    base = table[(table["world"] == "base") & (table["interval"] == "sampling")]
    rows = ["| estimand | mean over re-run histories, months |", "|---|---|"]
    rows += [f"| `{r.estimand}` | {r.target:.1f} |" for r in base.itertuples()]
    return "\n".join(rows)


def sensitivity() -> str:
    """The grid, and the fewest changes that would move the headline."""
    kept = long_answers.kept()
    return f"> {kept['sensitivity']}\n>\n> {kept['flip']}"


def influence() -> str:
    """What the headline rests on."""
    return f"> {long_answers.kept()['influence']}"


def claims() -> str:
    """How many published claims got which verdict."""
    return f"> {long_answers.kept()['claims']['sentence']}"


def verdicts() -> str:
    """Every published claim with our figures and the verdict."""
    rows = long_answers.kept()["claims"]["rows"]
    head = list(rows[0])
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(row[name] for name in head)} |" for row in rows]
    return "\n".join(lines)


def bridged() -> str:
    """From the figures of others to ours, in one sentence."""
    return f"> {long_answers.kept()['bridge']}"


def revisions() -> str:
    """What became of figures published on the day."""
    return f"> {long_answers.kept()['revisions']}"


def backtest() -> str:
    """How the smooth curves did on the archive's own past."""
    table = pd.read_csv(ROOT / "benchmarks" / "backtest.csv")
    table = table[(table["quantity"] == "lag") & (table["against"] == "centred")]
    columns = list(dict.fromkeys(zip(table["board"], table["mode"], strict=True)))
    head = [f"{board}, {mode} ({_dates(table, board, mode)} dates)" for board, mode in columns]
    rows = [f"| curve | {' | '.join(head)} |", "|" + "---|" * (len(columns) + 1)]
    for curve, part in table.groupby("frontier", sort=False):
        cells = {(r.board, r.mode): f"{r.bias:+.1f} / {r.rmse:.1f}" for r in part.itertuples()}
        rows.append(f"| {curve} | {' | '.join(cells.get(c, '') for c in columns)} |")
    return "\n".join(rows)


def _dates(table: pd.DataFrame, board: str, mode: str) -> int:
    return int(table.loc[(table["board"] == board) & (table["mode"] == mode), "n"].max())


def calibration() -> str:
    """The calibration table in words and numbers: coverage by world, and the cells that miss."""
    table, rare = calibrated()
    estimands = list(dict.fromkeys(table["estimand"]))
    out = []
    for kind in ("measurement", "sampling"):
        part = table[table["interval"] == kind]
        wide = part.pivot_table(index="world", columns="estimand", values="coverage", sort=False)
        rows = [f"| {kind} | {' | '.join(estimands)} |", "|" + "---|" * (len(estimands) + 1)]
        for world, row in wide.iterrows():
            cells = [f"{row[e]:.3f}" if e in row and pd.notna(row[e]) else "" for e in estimands]
            rows.append(f"| {world} | {' | '.join(cells)} |")
        out += ["\n".join(rows), ""]
    curves = table["estimand"].isin(list(TRENDS))
    most = table[~curves].groupby("world", sort=False)["replications"].max()
    usual, of_curves = most.min(), table[curves]["replications"].max()
    more = "".join(
        f", {n:,} in {', '.join(most.index[most == n])}" for n in sorted(set(most)) if n > usual
    )
    out += [
        f"- **Replications** of a world, seed 3: {usual:,}{more}; of a fitted curve "
        f"{of_curves:,}. Fewer where a truth or an interval was refused; left out where in more "
        "than half of the histories: "
        f"{_cells(rare, 'replications', '{:.0f}')}.",
        *_misses(table),
        "- **Error** (RMSE) of `months` against that of simpler methods: the worlds, of "
        f"{table['world'].nunique()}, in which it is at most theirs, and the median ratio over "
        "the worlds:",
        "",
        _against_baselines(table),
    ]
    return "\n".join(out)


def calibrated() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cells measured in at least half of the histories, and the others."""
    table = pd.read_csv(ROOT / "benchmarks" / "calibration.csv")
    curves = table["estimand"].isin(list(TRENDS))
    asked = table.groupby(["world", curves])["replications"].transform("max")
    rare = table["replications"] < asked / 2
    return table[~rare], table[rare]


def _misses(table: pd.DataFrame) -> list[str]:
    """Cells outside what is wanted; the Monte-Carlo error is that of a cell just inside."""

    def error(wanted: pd.Series[float] | float) -> pd.Series[float]:
        return (wanted * (1 - wanted) / table["replications"]) ** 0.5

    measured = table["interval"] == "measurement"
    least = table["interval"].map({"measurement": 0.93, "sampling": 0.92})
    low = table["coverage"] < least - 2 * error(least)
    high = ~measured & (table["coverage"] > 0.995 + 2 * error(0.995))
    from_mass = (table["coverage"] - table["mass"]).abs()
    off = measured & (from_mass > 0.015)
    sure = off & (from_mass > 0.015 + 2 * error(table["mass"]))
    biased = (
        measured
        & table["estimand"].isin(["current", "average", "levels"])
        & (table["bias"].abs() > 0.25)
    )
    apart = table.assign(apart=100 * (table["coverage"] - table["mass"]))
    return [
        "- **Coverage** outside what is wanted (measurement at least 93%, sampling 92 to 99.5%, "
        "less two Monte-Carlo standard errors): "
        f"{_cells(table[low | high], 'coverage', '{:.3f}')}.",
        "- **Further than 1.5 points from `mass`** (measurement): by more than two standard errors "
        f"{_cells(apart[sure], 'apart', '{:+.1f}')}; by less "
        f"{_cells(apart[off & ~sure], 'apart', '{:+.1f}')}.",
        "- **Bias** over a quarter of a month in `current`, `average` or `levels`: "
        f"{_cells(table[biased], 'bias', '{:+.2f}')}.",
    ]


def _cells(table: pd.DataFrame, column: str, shown: str) -> str:
    """Cells by world, with one of their numbers each."""
    words = []
    for world, rows in table.groupby("world", sort=False):
        each = zip(rows["interval"], rows["estimand"], rows[column], strict=True)
        cells = (f"{SHORT[i]}`{e}` {shown.format(x)}" for i, e, x in each)
        words.append(f"{world} {', '.join(cells)}")
    return "; ".join(words) or "none"


def _against_baselines(table: pd.DataFrame) -> str:
    """In how many worlds the error of `months` is at most a baseline's, per estimand."""
    part = table[table["interval"] == "measurement"]
    ours = ("rmse_mean_of_draws", "rmse_at_posterior_means")
    rivals = [c for c in part.columns if c.startswith("rmse_") and c not in ours]
    names = [name.removeprefix("rmse_").replace("_", " ") for name in rivals]
    rows = [f"| estimand | {' | '.join(names)} |", "|" + "---|" * (len(rivals) + 1)]
    for estimand, worlds in part.groupby("estimand", sort=False):
        ratios = [worlds["rmse"] / worlds[name] for name in rivals]
        every = len(worlds)
        cells = [
            f"{(ratio <= 1).sum()}{'' if n == every else f' of {n}'} ({ratio.median():.2f})"
            if (n := ratio.notna().sum())
            else ""
            for ratio in ratios
        ]
        if any(cells):
            rows.append(f"| `{estimand}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def cut_off() -> str:
    """Coverage in the world of cut-off lists, by what those lists show."""
    table = pd.read_csv(ROOT / "benchmarks" / "cut_off.csv")
    estimands = list(dict.fromkeys(table["estimand"]))
    rows = [
        f"| cut-off lists show, of models no complete list has | histories | "
        f"{' | '.join(f'`{e}`' for e in estimands)} |",
        "|" + "---|" * (len(estimands) + 2),
    ]
    for shown, part in table.groupby("shown", sort=False):
        cells = [f"{x:.3f}" for x in part.set_index("estimand").loc[estimands, "coverage"]]
        rows.append(f"| {shown} | {part['replications'].max():,} | {' | '.join(cells)} |")
    return "\n".join(rows)


def figures() -> str:
    """What the figure of `current` could be, and how far off each is."""
    table = pd.read_csv(ROOT / "benchmarks" / "errors.csv")
    table = table[table["estimand"] == "current"]
    called = {
        "months": "release date at posterior-mean ratings (elolag)",
        "mean of draws": "mean of the draws",
        "plug in": "release date at published ratings (plug in)",
        "chosen once": "published records, resampled (chosen once)",
    }
    rows = [
        "| figure | right to the day | mean absolute error | RMSE | largest bias |",
        "|---|---|---|---|---|",
    ]
    for name, words in called.items():
        part = table[table["figure"] == name]
        worst = part.iloc[part["bias"].abs().argmax()]
        rows.append(
            f"| {words} | {part['right'].mean():.0%} | {part['mae'].mean():.2f} | "
            f"{part['rmse'].mean():.2f} | {worst['bias']:+.2f} ({worst['world']}) |"
        )
    return "\n".join(rows)


def wide_errors() -> str:
    """What intervals hold on boards of one's own, by number of models and size of errors."""
    table = pd.read_csv(ROOT / "benchmarks" / "wide_errors.csv")
    ways, asked = dict.fromkeys(table["way"]), ("gap", "average")
    heads = [f"`{name}`, {way}" for name in asked for way in ways]
    rows = [f"| models | error, Elo | drawn | {' | '.join(heads)} |",
            "|" + "---|" * (3 + len(heads))]  # fmt: skip
    alike = table[table["kind"] == "alike"]
    for (models, se), part in alike.groupby(["models", "se"], sort=False):
        by = part.set_index(["estimand", "way"])["coverage"]
        cells = [f"{by[n, w]:.0%}" for n in asked for w in ways]
        share = part["drawn"].iloc[0] / part["worlds"].iloc[0]
        rows.append(f"| {models} | {se:.0f} | {share:.0%} | {' | '.join(cells)} |")
    mine = table[table["way"] == "default"]
    mine = mine.assign(held=mine["coverage"] * mine["worlds"])
    over = mine.groupby(["estimand", "kind"], sort=False)[["held", "worlds"]].sum()
    share = (over["held"] / over["worlds"]).to_dict()
    words = [f"`{name}` {share[name, 'alike']:.0%} and {share[name, 'unequal']:.0%}"
             for name in dict.fromkeys(mine["estimand"])]  # fmt: skip
    worst = mine.iloc[mine["coverage"].argmin()]
    spreads = {"alike": "equal spreads", "unequal": "unequal spreads"}[worst["kind"]]
    said = (
        f"> Over all of them intervals as by default hold, where countries spread alike, and where "
        f"one spreads by 20 and the other by 45: {', '.join(words)}. They hold least on "
        f"{worst['models']} models with errors of {worst['se']:.0f} and {spreads}: "
        f"`{worst['estimand']}` {worst['coverage']:.0%}."
    )
    return "\n".join([*rows, "", said])


def hindsight() -> str:
    """How far figures of the day were from those of hindsight, and whether intervals held."""
    table = pd.read_csv(ROOT / "benchmarks" / "hindsight.csv")
    told = table[(table["as_of"] == "all") & (table["board"] == "both")].set_index("estimand")
    words = [
        f"`{name}` by {row.difference:.1f} months in the mean, by at most {row.most:.1f} in nine "
        f"of ten cases (its 95% interval of the day held {row.held:.0%} of the later figures)"
        for name, row in told.iterrows()
    ]
    alone = table[(table["as_of"] == "all") & (table["board"] != "both")]
    months = table[(table["as_of"] != "all") & (table["estimand"] == "average")]
    boards = " and ".join(
        f"{board} ({len(part)}, {part['as_of'].min()[:7]} to {part['as_of'].max()[:7]})"
        for board, part in months.groupby("board", sort=False)
    )
    average = alone[alone["estimand"] == "average"]
    each = "; ".join(f"{row.most:.2f} on {row.board}" for row in average.itertuples())
    return (
        f"> Figures of the day and of hindsight, at {int(told['months'].max())} month ends of "
        f"{boards}, differ: {'; '.join(words)}. Each board alone, `average` in nine of ten cases: "
        f"{each}. Neighbouring windows overlap, so the months are not independent."
    )


def stability() -> str:
    """By how much each kind of variation moved the headline and its ends at most."""
    table = pd.read_csv(ROOT / "benchmarks" / "stability.csv")
    base = table.iloc[0]
    rows = [
        f"| changed (from {base.months:.1f}; {base.low:.1f} to {base.high:.1f}) | rows | figure | "
        "low end | high end | moves an end most |",
        "|---|---|---|---|---|---|",
    ]
    changes = ["months_change", "low_change", "high_change"]
    for kind, part in table.iloc[1:].groupby("kind", sort=False):
        most = part["value"].iloc[part[changes[1:]].abs().max(axis=1).argmax()]
        cells = " | ".join(f"{size:.2f}" for size in part[changes].abs().max())
        rows.append(f"| {kind} | {len(part)} | {cells} | {most} |")
    return "\n".join(rows)


def record() -> str:
    """What the record of the forecasts is, a sentence for each board."""
    return f"> {past.scores().sentence()}"


def scores() -> str:
    """Ours beside no change, by target and months ahead."""
    return past.scores().table().to_markdown().strip()


BLOCKS: dict[str, Callable[[], str]] = {
    "answer": answer,
    "lag": lag,
    "estimands": estimands,
    "change": change,
    "retired": retired,
    "young": young_drift,
    "drift": drift,
    "newcomers": newcomers,
    "held-out": held_out,
    "left-out": left_out,
    "links": links,
    "gauge": gauge,
    "sensitivity": sensitivity,
    "influence": influence,
    "claims": claims,
    "verdicts": verdicts,
    "bridged": bridged,
    "revisions": revisions,
    "hindsight": hindsight,
    "whole-lists": whole_lists,
    "stability": stability,
    "backtest": backtest,
    "same-process": same_process,
    "calibration": calibration,
    "cut-off": cut_off,
    "figures": figures,
    "wide-errors": wide_errors,
    "record": record,
    "scores": scores,
    "commands": listing.commands,
    "names": listing.names,
    "modules": listing.modules,
}


def filled(text: str) -> str:
    """A page with every generated block made anew."""

    def block(found: re.Match[str]) -> str:
        return f"{found[1]}{BLOCKS[found[2]]()}\n{found[3]}"

    pattern = r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)"
    return re.sub(pattern, block, text, flags=re.S)


def main() -> None:
    """Rewrite the pages and the chart."""
    for page in PAGES:
        path = ROOT / page
        path.write_text(filled(path.read_text("utf-8")), "utf-8")
    answered = ROOT / "docs" / "recipes.md"
    answered.write_text(recipes.filled(answered.read_text("utf-8")), "utf-8")
    draw()


def draw() -> None:
    """Redraw every figure of the pages."""
    from elolag import plots

    docs = ROOT / "docs"
    result = elolag.estimate_lag()
    plots.save(plots.frontier(result), docs / "frontier.png", result)
    pictures.estimands(docs / "estimands.png")
    table, _ = calibrated()
    steps = table[~table["estimand"].str.startswith("trend")]
    plots.save(pictures.calibration(steps), str(docs / "calibration.png"))


if __name__ == "__main__":
    main()
