"""Planted faults that the tests must find: `python tools/mutants.py [--jobs N] [WORD...]`.

Each fault is one line of the package with something wrong in it, found by its text wherever it
stands, and the tests that should notice. Ends with how many were killed; exit code 1 when one
lives or a line is not found exactly once. With words, only faults whose reason holds one of them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Mutant:
    """What is planted: a text, what takes its place, why it matters, files of tests."""

    text: str
    wrong: str
    why: str
    tests: tuple[str, ...]


MUTANTS = tuple(
    Mutant(text, wrong, why, tuple(tests.split()))
    for text, wrong, why, tests in (
        (
            "passed = _count(np.less_equal, self.dates, dates)",
            "passed = _count(np.less, self.dates, dates)",
            "a model counts from its own day",
            "test_frontier.py test_estimands.py",
        ),
        (
            "return _count(np.less, self.running, levels)",
            "return _count(np.less_equal, self.running, levels)",
            "a level is reached by a model at it",
            "test_frontier.py test_estimands.py",
        ),
        (
            "gap, level = best_leader - best_follower, np.minimum(best_leader, best_follower)",
            "gap, level = best_leader - best_follower, best_follower",
            "when the follower leads the leader's level is asked for",
            "test_estimands.py",
        ),
        (
            "found = current_at(race, edges[:, :-1] + width / 2)",
            "found = current_at(race, edges[:, :-1])",
            "the average is an exact integral",
            "test_estimands.py",
        ),
        (
            "dates, record = race.follower.records()\n    counts = record & (dates > start)",
            "dates, record = race.follower.records()\n    counts = record & (dates >= start)",
            "windows are half-open",
            "test_estimands.py",
        ),
        (
            "led, unseen = crossed(race.match, levels, lead, follow, np.array([race.as_of]))",
            "led, unseen = crossed(REACHED, levels, lead, follow, np.array([race.as_of]))",
            "levels follow the match rule",
            "test_estimands.py",
        ),
        (
            "rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(chunk,)))",
            "rng = np.random.default_rng(seed)",
            "each chunk of draws has its own numbers",
            "test_draws.py",
        ),
        (
            "keep |= np.isfinite(dates) & ~beaten",
            "keep |= np.isfinite(dates) & ~beaten & (high > floor.mean())",
            "no contender is dropped",
            "test_draws.py",
        ),
        (
            "low, high = quantiles(sample.months[fine], sample.censored[fine], level)",
            "low, high = quantiles(sample.months[fine], sample.censored[fine] * 0, level)",
            "bounds are no figures",
            "test_interval.py test_draws.py test_estimands.py",
        ),
        (
            "half, wide = z * (again + var) ** 0.5, z * (2 * again + var) ** 0.5",
            "half, wide = z * again ** 0.5, z * (2 * again) ** 0.5",
            "the sampling interval holds the error of measurement",
            "test_reruns.py",
        ),
        (
            'if (code == "HK" and self.hong_kong == "CN")',
            'if (code == "HK" and self.hong_kong != "CN")',
            "Hong Kong counts with China by default",
            "test_tags_lookup.py test_tags_groups.py",
        ),
        (
            "return tag.released if tag.opened > tag.released else np.inf",
            "return tag.released if tag.opened >= tag.released else np.inf",
            "closed means not open at release",
            "test_tags_groups.py",
        ),
        (
            "of fewer votes is provisional.\nSETTLED_VOTES = 15_000",
            "of fewer votes is provisional.\nSETTLED_VOTES = 1_500",
            "ratings of under 15,000 votes are provisional",
            "test_provisional.py test_answer.py",
        ),
        (
            "MAY_LEAD = 0.10",
            "MAY_LEAD = 0.60",
            "the day comes first where the lead may have changed",
            "test_answer.py",
        ),
        ("SURE = 0.95", "SURE = 0.5", "probably stands under 95%", "test_answer.py"),
        (
            "os.rename(temporary, target)  # noqa: PTH104 -- the one call that must be atomic",
            "shutil.copytree(temporary, target)",
            "a snapshot appears whole",
            "test_store.py test_crash.py",
        ),
        (
            "if name in _SUCCESSORS:",
            "if name in ():",
            "a name that is gone says what to take",
            "test_cli.py test_lag.py",
        ),
        (
            "noise = np.abs(np.nan_to_num(se_old) ** 2 - np.nan_to_num(se_new) ** 2)",
            "noise = np.nan_to_num(se_old) ** 2 + np.nan_to_num(se_new) ** 2",
            "lists that share votes share errors",
            "test_scale.py",
        ),
        (
            "scatter = max(float((residual**2 - variance).mean()), 2 * smoothing**2)",
            "scatter = 2 * smoothing**2",
            "the prior's normal part is as wide as the data",
            "test_posterior.py",
        ),
        (
            "if high is not None and claimed[0] is not None and high < claimed[0]:",
            "if high is not None and claimed[0] is not None and high <= claimed[0]:",
            "an interval that touches a claim does not refute it",
            "test_claims_verdicts.py",
        ),
        (
            "votes = left + right + tie\n",
            "votes = left + right\n",
            "a tie is a vote",
            "test_votes_counting.py test_votes_rating.py",
        ),
        (
            "sys.exit(error.exit_code)",
            "sys.exit(1)",
            "a question that cannot be answered ends with 2",
            "test_cli.py",
        ),
        (
            'return "".join(\n        c if c.isprintable() else',
            'return "".join(\n        c if True else',
            "names do nothing on a terminal but be read",
            "test_hostile_names.py",
        ),
    )
)


def main() -> None:
    """Plant each fault in a copy of the tree and run its tests."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("words", nargs="*", help="only faults whose reason holds one of these")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    chosen = [m for m in MUTANTS if not asked.words or any(w in m.why for w in asked.words)]
    with ThreadPoolExecutor(asked.jobs) as pool:
        ends = list(pool.map(_tried, chosen))
    for mutant, end in zip(chosen, ends, strict=True):
        print(f"{end:9} {mutant.why}")
    killed = ends.count("killed")
    print(f"{killed} of {len(chosen)} killed")
    sys.exit(killed < len(chosen))


def _tried(mutant: Mutant) -> str:
    holders = [
        path
        for path in sorted((ROOT / "elolag").rglob("*.py"))
        if mutant.text in path.read_text("utf-8")
    ]
    if len(holders) != 1 or holders[0].read_text("utf-8").count(mutant.text) != 1:
        return f"found {len(holders)}x"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in ("elolag", "tests", "benchmarks", "docs", "tools"):
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("_build"))
        for name in ("snapshots", "notebooks", "pyproject.toml", "README.md", "Makefile"):
            (tree / name).symlink_to(ROOT / name)
        planted = tree / holders[0].relative_to(ROOT)
        planted.write_text(planted.read_text("utf-8").replace(mutant.text, mutant.wrong), "utf-8")
        files = [str(p) for name in mutant.tests for p in (tree / "tests").rglob(name)]
        if len(files) < len(mutant.tests):
            return "no test"
        done = subprocess.run(  # noqa: S603 -- our own tests
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            capture_output=True,
            check=False,
        )
    return {0: "survived", 1: "killed"}.get(done.returncode, f"ended {done.returncode}")


if __name__ == "__main__":
    main()
