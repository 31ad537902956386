"""A study made by hand: models of two countries with ratings and dates, no archive."""

from __future__ import annotations

import numpy as np

from elolag.dates import to_iso
from elolag.estimate.field import Cast
from elolag.estimate.session import Study
from elolag.model.posterior import Field, Posterior
from elolag.tags import Tag, parse_group

AS_OF = 20_000.0


def made(models: list[tuple[str, float, float]], as_of: float = AS_OF) -> Study:
    """A study of US against CN from (country, rating, released) rows, named by their order."""
    tags = [
        Tag(f"m{k}", f"lab-{c.lower()}", c, day, np.inf, "day", to_iso(day), "", "")
        for k, (c, _, day) in enumerate(models)
    ]
    leader, follower = (parse_group(g, (), ("US", "CN")) for g in ("US", "CN"))
    n = len(models)
    ratings = np.array([r for _, r, _ in models], float)
    field = Field(
        ratings, np.ones(n), np.full(n, -1), np.zeros(n), np.arange(n),
        np.array([t.released for t in tags]), np.zeros(n, int),
        leader.since(tags), follower.since(tags), np.full(n, np.nan), np.full(n, np.nan),
    )  # fmt: skip
    cast = Cast(field, tuple(t.model for t in tags), tuple(tags), leader, follower)
    fitted = Posterior(np.ones((n, 1)), ratings[:, None], np.ones((n, 1)))
    return Study(None, cast, fitted, as_of, 0.95, None, 100, 0, {}, ())  # type: ignore[arg-type]


def random_models(
    rng: np.random.Generator, n: int, scale: int = 12
) -> list[tuple[str, float, float]]:
    """Distinct ratings, dates within three years, both countries there."""
    ratings = rng.choice(np.arange(scale), n, replace=False).astype(float)
    days = AS_OF - rng.choice(np.arange(1, 1000), n, replace=False).astype(float)
    countries = ["US", "CN", *rng.choice(["US", "CN"], n - 2)]
    return list(zip(countries, ratings.tolist(), days.tolist(), strict=True))
