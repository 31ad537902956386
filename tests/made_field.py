"""Small fields of models for the tests."""

from __future__ import annotations

import numpy as np

from elolag.model.posterior import Field

NEVER = np.inf


def root(link_se: list[float] | np.ndarray) -> np.ndarray:
    """The factor of an error that entries of a carry share whole."""
    se = np.asarray(link_se, float)
    return np.column_stack([se, np.zeros_like(se), np.zeros_like(se)])


def make_field(
    rating: list[float],
    *,
    sd: float | list[float] = 5.0,
    model: list[int] | None = None,
    lead_from: list[float] | None = None,
    follow_from: list[float] | None = None,
    link: list[int] | None = None,
    link_se: list[float] | None = None,
    months: dict[int, tuple[float, float]] | None = None,
) -> Field:
    """A small field; by default one entry a model, all of the leader but the last."""
    entries = len(rating)
    of_model = np.array(range(entries) if model is None else model, np.intp)
    n = int(of_model.max()) + 1
    start, end = np.full(n, np.nan), np.full(n, np.nan)
    for k, bounds in (months or {}).items():
        start[k], end[k] = bounds
    lead = np.array(
        [10.0 * k for k in range(n - 1)] + [NEVER] if lead_from is None else lead_from, float
    )
    follow = np.array([NEVER] * (n - 1) + [5.0] if follow_from is None else follow_from, float)
    return Field(
        rating=np.array(rating, float),
        variance=np.broadcast_to(np.square(sd, dtype=float), entries).copy(),
        link=np.array([-1] * entries if link is None else link, np.intp),
        link_root=root([0.0] * entries if link_se is None else link_se),
        model=of_model,
        released=np.minimum(lead, follow),
        country=np.isfinite(follow).astype(np.intp),
        lead_from=lead,
        follow_from=follow,
        month_start=start,
        month_end=end,
    )


def random_field(rng: np.random.Generator, models: int = 60) -> Field:
    """Two groups that grow, with several entries a model, links, months and shared models."""
    released = np.floor(np.sort(rng.uniform(0, 900, models)))
    of_model = np.sort(np.concatenate([np.arange(models), rng.integers(0, models, models // 4)]))
    entries = len(of_model)
    link = rng.integers(-1, 2, entries)
    leads = rng.random(models) < 0.6
    shared = rng.random(models) < 0.1
    shared[:2] = True
    weights = released + np.where(rng.random(models) < 0.5, np.floor(rng.uniform(0, 60, models)), 0)
    start = np.where(rng.random(models) < 0.2, released - 14, np.nan)
    return Field(
        rating=1000 + 0.3 * released[of_model] + rng.normal(0, 120, entries),
        variance=rng.uniform(1, 6, entries) ** 2,
        link=link,
        link_root=root(np.where(link >= 0, rng.uniform(1, 4, entries), 0.0)),
        model=of_model,
        released=released,
        country=(~leads).astype(np.intp),
        lead_from=np.where(leads | shared, released, NEVER),
        follow_from=np.where(shared, weights, np.where(leads, NEVER, released)),
        month_start=start,
        month_end=start + 30,
    )
