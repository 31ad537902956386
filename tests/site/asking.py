"""Random questions to the page that answers, and answers as its script gives them."""

from __future__ import annotations

from typing import Any

import numpy as np

from elolag.dates import to_iso
from elolag.errors import ElolagError
from elolag.question import POLICIES
from elolag.results.words import printable
from elolag.site.carried import CHOICES, Carried, answer, read


def question(carried: Carried, rng: np.random.Generator, back: int = 700) -> str:
    """A fragment that moves some of what can be moved."""
    models = [carried.cast.tags[k].model for k in carried.travels][-70:]
    labs = sorted({tag.lab for tag in carried.cast.tags})
    parts = []

    def day(most: int) -> str:
        return to_iso(carried.as_of - int(rng.integers(-30 if most < 0 else 0, abs(most))))

    def some(names: list[str], counts: list[int]) -> list[str]:
        return list(rng.choice(names, min(int(rng.choice(counts)), len(names)), replace=False))

    if rng.random() < 0.6:
        parts.append(f"as_of={day(back)}")
    if rng.random() < 0.6:
        parts.append(f"window={rng.choice([1, 1, 2, 3, 6, 9, 12, 15, 18, 24, 36])}")
    if rng.random() < 0.5:
        parts.append(f"match={rng.choice(CHOICES['match'])}")
    for name in POLICIES:
        if rng.random() < 0.3:
            parts.append(f"{name}={rng.choice(CHOICES[name])}")
    without = some(models, [1, 1, 2, 3]) if rng.random() < 0.4 else []
    if rng.random() < 0.25:
        without += [f"lab:{lab}" for lab in some(labs, [1, 1, 4])]
    if without:
        parts.append(f"without={','.join(without)}")
    if rng.random() < 0.35:
        moved = some(models, [1, 1, 2])
        parts.append(f"moved={','.join(f'{model}:{day(-back)}' for model in moved)}")
    return "#" + "&".join(parts)


def answered(carried: Carried, fragment: str) -> dict[str, Any]:
    """The answer in Python, in the shape that the page's script has it."""
    try:
        found = answer(carried, read(carried, fragment))
    except ElolagError as error:
        return {"refused": printable(str(error))}
    numbers = {
        each.estimand: {
            "months": each.months, "low": each.low, "high": each.high, "censored": each.censored,
        }
        for each in (found.average, found.current)
    }  # fmt: skip
    gap = found.average.gap
    return {
        **numbers,
        "gap": [gap.elo, gap.low, gap.high],
        "matches": [
            {"model": m.model, "date": m.release_date, "months": m.months,
             "probability": m.probability}
            for m in found.current.matches
        ],
        "lines": [printable(words) for words in found.average.said()],
        "facts": [[printable(what), printable(words)] for what, words in found.facts()],
        "changed": found.changed(),
    }  # fmt: skip


def differences(wanted: Any, got: Any, where: str = "") -> list[str]:
    """Where two answers differ by more than a millionth or in a word."""
    if isinstance(wanted, dict) and isinstance(got, dict) and wanted.keys() == got.keys():
        return [d for k in wanted for d in differences(wanted[k], got[k], f"{where}/{k}")]
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        pairs = enumerate(zip(wanted, got, strict=True))
        return [d for k, (a, b) in pairs for d in differences(a, b, f"{where}/{k}")]
    numbers = (int, float)
    if isinstance(wanted, numbers) and isinstance(got, numbers):
        return [] if abs(wanted - got) < 1e-6 else [f"{where}: {wanted} is {got}"]
    return [] if wanted == got else [f"{where}: {wanted!r} is {got!r}"]
