"""Are revisions news or noise, and did intervals of the day hold? Small-sample answers.

Mankiw & Shapiro 1986 (News or Noise: An Analysis of GNP Revisions, *Survey of Current Business*):
a first figure that uses all that is known is an efficient forecast, and its revision is *news*:
unrelated to the first figure. A first figure that is the later one plus an error of its own is
*noise*: the revision is unrelated to the later figure, and could partly have been foreseen. Each
is a regression of the revision on a constant and one of the two; the hypothesis is that both
coefficients are zero. Months overlap, so the errors are Newey-West's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Months a regression needs.
FEWEST = 8
SIGNIFICANT = 0.05

VERDICTS = {
    # (news is rejected, noise is rejected)
    (False, True): "news: the figure of the day did not foretell its own revision",
    (True, False): "noise: the figure of the day foretold part of its own revision",
    (False, False): "undecided: these months are compatible with news and with noise",
    (True, True): "neither pure news nor pure noise: both are rejected",
}


@dataclass(frozen=True)
class Regression:
    """The revision on a constant and a regressor, with Newey-West errors.

    Attributes
    ----------
    regressor
        ``real-time`` (tests news) or ``hindsight`` (tests noise).
    p
        Of the joint hypothesis that constant and slope are zero (F, small-sample correction).
    """

    regressor: str
    constant: float
    constant_se: float
    slope: float
    slope_se: float
    p: float
    lags: int
    n: int


@dataclass(frozen=True)
class NewsOrNoise:
    """Both regressions, or why there are none."""

    news: Regression | None
    noise: Regression | None
    refused: str | None

    @property
    def verdict(self) -> str:
        """In words."""
        if self.news is None or self.noise is None:
            return f"not tested: {self.refused}"
        return VERDICTS[self.news.p < SIGNIFICANT, self.noise.p < SIGNIFICANT]

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        both = {"news": self.news, "noise": self.noise}
        fitted = {k: vars(r) if r else None for k, r in both.items()}
        return {**fitted, "refused": self.refused, "verdict": self.verdict}


def news_or_noise(real_time: Floats, hindsight: Floats) -> NewsOrNoise:
    """Both regressions for figures of consecutive months, shape (n,) each."""
    revision = hindsight - real_time
    if len(revision) < FEWEST:
        return NewsOrNoise(None, None, f"{len(revision)} months, and at least {FEWEST} are needed")
    for name, values in (
        ("real-time figures", real_time), ("hindsight figures", hindsight), ("revisions", revision)
    ):  # fmt: skip
        if np.ptp(values) < 1e-9:
            return NewsOrNoise(None, None, f"the {name} do not vary")
    return NewsOrNoise(
        regress(revision, real_time, "real-time"), regress(revision, hindsight, "hindsight"), None
    )


def regress(revision: Floats, on: Floats, name: str) -> Regression:
    """One regression; the lag is Newey and West's rule of thumb, 4 (n / 100)^(2/9)."""
    import statsmodels.api as sm

    n = len(revision)
    lags = max(1, int(4 * (n / 100) ** (2 / 9)))
    fitted = sm.OLS(revision, sm.add_constant(on)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True
    )
    return Regression(
        regressor=name,
        constant=float(fitted.params[0]),
        constant_se=float(fitted.bse[0]),
        slope=float(fitted.params[1]),
        slope_se=float(fitted.bse[1]),
        p=float(fitted.f_test(np.eye(2)).pvalue),
        lags=lags,
        n=n,
    )


@dataclass(frozen=True)
class Score:
    """How often the interval of the day held the hindsight value.

    `low` and `high` are Wilson's 95% interval of the share. It takes months as independent; they
    are not, as one model keeps its error for many months, so the true interval is wider.
    """

    held: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Of the months."""
        return self.held / self.n


def score(held: int, n: int) -> Score | None:
    """Share of months held with Wilson's interval; None where there is no month."""
    from statsmodels.stats.proportion import proportion_confint

    if n == 0:
        return None
    low, high = proportion_confint(held, n, alpha=0.05, method="wilson")
    return Score(held, n, float(low), float(high))


def nine_in_ten(sizes: Floats) -> float:
    """The size that at least nine in ten do not exceed: one that occurred."""
    return float(np.quantile(sizes, 0.9, method="inverted_cdf"))
