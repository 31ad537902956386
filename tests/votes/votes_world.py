"""Simulated votes, and the plain twin that counts them one at a time."""

from __future__ import annotations

import unicodedata
from collections import Counter

import numpy as np
import pandas as pd


def simulated(seed: int, rows: int, models: int, *, ties: bool = True) -> pd.DataFrame:
    """Votes as Arena writes them, with two lengths of answers that sway them."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, 0.7, models)
    a = rng.integers(0, models, rows)
    b = (a + rng.integers(1, models, rows)) % models
    tokens = rng.gamma(3, 100, (2, rows)).round()
    style = (tokens[0] - tokens[1]) / (tokens[0] + tokens[1])
    p = 1 / (1 + np.exp(strength[b] - strength[a] - 0.8 * style))
    tie = 0.6 * np.minimum(p, 1 - p) if ties else 0 * p
    drawn = rng.random(rows)
    kind = np.where(drawn < p - tie / 2, 0, np.where(drawn < p + tie / 2, 2, 1))
    kind = np.where((kind == 2) & (rng.random(rows) < 0.4), 3, kind)
    names = np.array([f"model-{k}" for k in range(models)])
    outcomes = np.array(["model_a", "model_b", "tie", "tie (bothbad)"])
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "model_a": names[a],
            "model_b": names[b],
            "winner": outcomes[kind],
            "tokens_a": tokens[0],
            "tokens_b": tokens[1],
        }
    )


def slow_counts(frame: pd.DataFrame) -> Counter[tuple[str, str, str]]:
    """Votes by pair and outcome, one row at a time; blanks and normal forms make no two names."""
    return Counter(
        (plain_name(row.model_a), plain_name(row.model_b), str(row.winner))
        for row in frame.itertuples()
    )


def plain_name(text: str) -> str:
    """A name in NFC with single blanks, character by character."""
    out = ""
    for letter in unicodedata.normalize("NFC", str(text)):
        blank = letter.isspace() and letter not in "\r\n"
        if not (blank and out.endswith(" ")):
            out += " " if blank else letter
    return out.strip()
