"""Regenerates the numbers and the chart of the README from the shipped archive.

``python docs/make_readme.py`` rewrites them; with ``--check`` it fails when they are stale.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import elolag
from elolag.estimate import ESTIMANDS
from elolag.result import MEANING

ROOT = Path(__file__).resolve().parent.parent


def generated() -> dict[str, str]:
    """The text of each generated block."""
    command = [sys.executable, "-c", "from elolag.cli import main; main()", "lag"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    lines = "\n".join(line.rstrip() for line in printed.stdout.strip().splitlines())
    rows = [
        "| estimand | asks | China behind the US by | 95% measurement interval |",
        "|---|---|---|---|",
    ]
    for name in ESTIMANDS:
        result = elolag.estimate_lag(estimand=name)
        figure = result.figure().removeprefix("China behind by ").removeprefix("the US ahead by ")
        rows.append(f"| `{name}` | {MEANING[name]} | {figure} | {result.interval_words()} |")
    return {"lag": f"```text\n{lines}\n```", "estimands": "\n".join(rows)}


def filled(text: str, blocks: dict[str, str]) -> str:
    """The README with every generated block replaced."""
    for name, body in blocks.items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda m, body=body: f"{m[1]}{body}\n{m[2]}", text, flags=re.S)
    return text


def main() -> None:
    """Rewrite the README's generated parts, or check them."""
    readme = ROOT / "README.md"
    old = readme.read_text("utf-8")
    new = filled(old, generated())
    if "--check" in sys.argv:
        sys.exit(0 if new == old else "README.md is stale: run make figures")
    readme.write_text(new, "utf-8")
    from elolag import plots

    result = elolag.estimate_lag()
    plots.save(plots.frontier(result), str(ROOT / "docs" / "frontier.png"), result)


if __name__ == "__main__":
    main()
