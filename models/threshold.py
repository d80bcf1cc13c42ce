"""Threshold, Calibration: the one place that says what "anomalous" means. Knows neither models nor tables."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from models.contract import Contract
from models.errors import ThresholdRefused

Vector = NDArray[np.float64]
Verdict = Literal["normal", "anomaly", "unknown"]
NORMAL: Verdict = "normal"
ANOMALY: Verdict = "anomaly"
UNKNOWN: Verdict = "unknown"
WORST = 6.0  # severity 1 is a tail probability of one in a million
MOST = np.finfo(np.float64).max
ABOVE_ONE = np.nextafter(1.0, 2.0)


class Threshold(Contract):
    """A score strictly above `value` is an anomaly. `method` and `parameter` say where the value comes from.

    `fpr` 0.01 promises at most 1 % flags on rows like the calibration rows; `quantile` 0.99 is that
    quantile of their scores; `robust` z is the median plus z spreads of the log score; `manual` is a person's.
    """

    value: float = Field(gt=0)
    method: Literal["quantile", "fpr", "robust", "manual"]
    parameter: float

    def anomaly_score(self, score: Vector) -> Vector:
        """score / threshold: above 1 is an anomaly whatever the model. Finite for a finite score; NaN stays NaN."""
        with np.errstate(over="ignore"):
            ratio = np.minimum(score / self.value, MOST)
        # A score one float above the threshold would be rounded to 1, and 1 is normal.
        return np.where(score > self.value, np.maximum(ratio, ABOVE_ONE), ratio)

    def verdicts(self, score: Vector) -> list[Verdict]:
        """`anomaly` strictly above the threshold, `normal` at or below, `unknown` for what is not finite."""
        known = np.isfinite(score)
        above = score > self.value
        return [UNKNOWN if not k else ANOMALY if a else NORMAL for k, a in zip(known, above, strict=True)]

    def overridden(self, value: float | None) -> Threshold:
        """The same, or a person's value in its place. ThresholdRefused unless it is a positive number."""
        return self if value is None else Threshold(value=checked(value), method="manual", parameter=value)


def checked(value: float) -> float:
    """A threshold that can decide something: finite and above zero. ThresholdRefused otherwise."""
    if not np.isfinite(value) or value <= 0:
        raise ThresholdRefused(f"a threshold must be a positive number, not {value:g}")
    return value


class Tail(Contract):
    """Generalised Pareto tail of the score beyond `start`, which a share `mass` of rows exceeds (Pickands 1975)."""

    start: float = Field(ge=0)
    mass: float = Field(gt=0, le=1)
    shape: float = Field(ge=0)
    scale: float = Field(gt=0)

    def survival(self, score: Vector) -> Vector:
        """Probability of a score at least this high; only for scores beyond `start`."""
        with np.errstate(over="ignore"):  # infinitely far beyond is impossible: 0
            beyond = np.maximum(score - self.start, 0) / self.scale
            decay = np.log1p(self.shape * beyond) / self.shape if self.shape else beyond
        return np.asarray(self.mass * np.exp(-decay))


class Calibration(Contract):
    """Scores of rows the network never saw, ascending, and the tail fitted to the highest of them."""

    scores: tuple[float, ...] = Field(min_length=1)
    tail: Tail

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.scores[0] < 0 or np.any(np.diff(self.scores) < 0):
            raise ValueError("calibration scores are not ascending from 0")
        return self

    @cached_property
    def _sorted(self) -> Vector:
        return np.asarray(self.scores)

    def p_value(self, score: Vector) -> Vector:
        """(1 + calibration scores >= score) / (n + 1), the conformal p-value (Vovk 2005). NaN stays NaN."""
        at_least = len(self._sorted) - np.searchsorted(self._sorted, score, side="left")
        return np.where(np.isfinite(score), (1 + at_least) / (len(self._sorted) + 1), np.nan)

    def severity(self, score: Vector) -> Vector:
        """clip(-log10(tail probability) / 6, 0, 1): 0 is ordinary, 1 is one in a million. NaN stays NaN."""
        tail = np.where(score > self.tail.start, self.tail.survival(score), self.p_value(score))
        with np.errstate(divide="ignore"):  # a probability too small for float64 is severity 1
            return np.clip(-np.log10(tail) / WORST, 0, 1) + 0.0  # where -0.0 would be
