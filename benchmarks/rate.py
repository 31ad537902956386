"""From a file of votes to ratings with intervals, beside two peers: `python benchmarks/rate.py`.

A million votes over 300 models are simulated and written as CSV. elolag, evalica and arena-rank
read that same file, each in a process of its own (the peers in virtual environments this script
makes: arena-rank pins an old numpy), all held to the same cores, and give every model's rating and
95% interval: elolag and arena-rank by the sandwich covariance, evalica by its percentile bootstrap
(`RESAMPLES` refits; a table would use 1,000). Seconds are CPU seconds of all threads of the process
(and wall seconds, which other work on the machine lengthens) from before the file is opened until
the intervals are there, imports left out: of the first run, in which arena-rank compiles, and the
best of the repeats after it, with nothing left to compile. `point` is the time to evalica's ratings
without intervals. What is compared besides is agreement: the largest difference of centred ratings
from elolag's, and the median ratio of interval widths.

`--memory` measures elolag alone on longer and longer files: peak memory of the process against
rows, as CSV and Parquet. Both write tables beside this script.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
RESAMPLES = 20
LEVEL = 0.95
PEERS = {"evalica": ["evalica", "pyarrow"], "arena-rank": ["arena-rank"]}

FRAME = """
import json, os, sys, time, resource
path, repeats = sys.argv[1], int(sys.argv[2])
{imports}

def timed():
    begin, wall = time.process_time(), time.perf_counter()
    point, rating, width = run(path)
    spent = time.process_time() - begin
    return spent, point and point - begin, rating, width, time.perf_counter() - wall

runs = [timed() for _ in range(1 + repeats)]
seconds = [r[0] for r in runs]
print(json.dumps({{
    "first": seconds[0], "best": min(seconds[1:] or seconds), "version": version,
    "point": min(r[1] for r in runs) if runs[0][1] else None, "wall": min(r[4] for r in runs),
    "rating": runs[-1][2], "width": runs[-1][3], "cores": len(os.sched_getaffinity(0)),
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}}))
"""
CODE = {
    "elolag": """
import elolag, pandas, pyarrow.csv, pyarrow.parquet
version = elolag.__version__

def run(path):
    rated = elolag.rate(path)
    frame = rated.to_frame()
    width = dict(zip(frame["entry"], frame["upper"] - frame["lower"]))
    return None, dict(zip(frame["entry"], frame["rating"])), width
""",
    "evalica": f"""
import evalica, math, pandas as pd
version = evalica.__version__
WINNER = {{"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y, "tie": evalica.Winner.Draw,
          "tie (bothbad)": evalica.Winner.Draw}}
ELO = 400 / math.log(10)

def run(path):
    frame = pd.read_csv(path, engine="pyarrow")
    winners = frame["winner"].map(WINNER)
    xs, ys, index = evalica.indexing(frame["model_a"], frame["model_b"])
    point = evalica.bradley_terry(frame["model_a"], frame["model_b"], winners, index)
    point.scores.sort_index()
    at = time.process_time()
    spread = evalica.bootstrap(evalica.bradley_terry, frame["model_a"], frame["model_b"], winners,
        index=index, n_resamples={RESAMPLES}, bootstrap_method="percentile", random_state=0,
        confidence_level={LEVEL})
    rating = {{name: ELO * math.log(score) for name, score in point.scores.items()}}
    width = {{name: ELO * math.log(spread.high[name] / spread.low[name]) for name in rating}}
    return at, rating, width
""",
    "arena-rank": """
import importlib.metadata, pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset
version = importlib.metadata.version("arena-rank")

def run(path):
    frame = pd.read_csv(path, engine="pyarrow")
    dataset = PairDataset.from_pandas(frame)
    model = BradleyTerry(n_competitors=len(dataset.competitors))
    found = model.compute_ratings_and_cis(dataset, significance_level=0.05)
    names = found["competitors"]
    rating = dict(zip(names, map(float, found["ratings"])))
    width = dict(zip(names, map(float, found["rating_upper"] - found["rating_lower"])))
    return None, rating, width
""",
}


def simulate(path: Path, rows: int, models: int) -> None:
    """Votes of models with known strengths, some more popular; ties of two kinds."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    rng = np.random.default_rng(20260819)
    strength = rng.normal(0, 0.9, models)
    popularity = rng.dirichlet(np.full(models, 2.0))
    names = pa.array([f"model-{k:03}-instruct" for k in range(models)])
    outcomes = pa.array(["model_a", "model_b", "tie", "tie (bothbad)"])
    writer = None
    for begin in range(0, rows, 1_000_000):
        size = min(1_000_000, rows - begin)
        left = rng.choice(models, size, p=popularity)
        right = (left + rng.integers(1, models, size)) % models
        p = 1 / (1 + np.exp(strength[right] - strength[left]))
        tie = 0.6 * np.minimum(p, 1 - p)
        draw = rng.random(size)
        kind = np.where(draw < p - tie / 2, 0, np.where(draw < p + tie / 2, 2, 1))
        kind = np.where((kind == 2) & (rng.random(size) < 0.4), 3, kind)
        table = pa.table(
            {
                "model_a": names.take(pa.array(left)),
                "model_b": names.take(pa.array(right)),
                "winner": outcomes.take(pa.array(kind)),
            }
        )
        if writer is None:
            kinds = {".csv": arrow_csv.CSVWriter, ".parquet": parquet.ParquetWriter}
            writer = kinds[path.suffix](path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def environment(folder: Path, name: str) -> tuple[str, list[str]]:
    """Python of a peer's own virtual environment, made if absent, and what pip said it holds."""
    home = folder / name
    python = home / "bin" / "python"
    if not python.is_file():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS[name]], check=True)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        check=True,
        capture_output=True,
        text=True,
    )
    held = {p["name"]: p["version"] for p in json.loads(listed.stdout)}
    return str(python), [f"{k} {held[k]}" for k in ("numpy", "pandas", "jax") if k in held]


def measured(python: str, name: str, votes: Path, repeats: int, cores: int) -> dict[str, object]:
    """One package's numbers, from a process held to so many cores."""
    threads = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"),
        str(cores),
    )
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    done = subprocess.run(
        [python, "-c", FRAME.format(imports=CODE[name]), str(votes), str(repeats)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | threads | {"PYTHONPATH": str(HERE.parent) if name == "elolag" else ""},
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
    )
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def centred(rating: dict[str, float]) -> dict[str, float]:
    mean = sum(rating.values()) / len(rating)
    return {name: value - mean for name, value in rating.items()}


def race(folder: Path, venvs: Path, chosen: argparse.Namespace) -> list[dict[str, object]]:
    votes = folder / "votes.csv"
    simulate(votes, chosen.rows, chosen.models)
    rows: list[dict[str, object]] = []
    ours: dict[str, object] = {}
    for name in CODE:
        python, held = (sys.executable, [f"numpy {np.__version__}"])
        if name != "elolag":
            python, held = environment(venvs, name)
        found = measured(python, name, votes, chosen.repeats, chosen.cores)
        ours = ours or found
        base, other = (centred(f["rating"]) for f in (ours, found))  # type: ignore[arg-type]
        widths = np.array([found["width"][m] / ours["width"][m] for m in base])  # type: ignore[index]
        rows.append(
            {
                "package": name,
                "version": found["version"],
                "with": "; ".join(held),
                "rows": chosen.rows,
                "models": chosen.models,
                "cores": found["cores"],
                "first_cpu_s": f"{found['first']:.3f}",
                "best_cpu_s": f"{found['best']:.3f}",
                "best_wall_s": f"{found['wall']:.3f}",
                "point_cpu_s": "" if found["point"] is None else f"{found['point']:.3f}",
                "times_elolag": f"{found['best'] / ours['best']:.1f}",  # type: ignore[operator]
                "peak_mb": found["peak_mb"],
                "largest_difference_elo": f"{max(abs(base[m] - other[m]) for m in base):.2g}",
                "median_width_ratio": f"{np.median(widths):.3f}",
            }
        )
        print(rows[-1])
    return rows


def memory(folder: Path, chosen: argparse.Namespace) -> list[dict[str, object]]:
    rows = []
    for suffix in (".csv", ".parquet"):
        for size in (k * chosen.rows for k in (1, 3, 10, 30)):
            votes = folder / f"votes{suffix}"
            simulate(votes, size, chosen.models)
            found = measured(sys.executable, "elolag", votes, 0, chosen.cores)
            rows.append(
                {
                    "format": suffix[1:],
                    "rows": size,
                    "file_mb": votes.stat().st_size // 2**20,
                    "peak_mb": found["peak_mb"],
                    "cpu_s": f"{found['first']:.2f}",
                }
            )
            print(rows[-1])
            votes.unlink()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Ratings from votes, beside two peers.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--models", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=1, help="runs after the first")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--venvs", type=Path, default=HERE.parent / ".venv" / "peers")
    parser.add_argument("--memory", action="store_true", help="peak memory against rows instead")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = HERE / ("rate_memory.csv" if chosen.memory else "rate.csv")
        rows = memory(folder, chosen) if chosen.memory else race(folder, chosen.venvs, chosen)
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
