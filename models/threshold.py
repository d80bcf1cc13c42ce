"""Threshold, Calibration: the one place that says what "anomalous" means. Knows neither models nor tables."""

from __future__ import annotations

import math
from bisect import bisect_left
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
VERDICTS = (UNKNOWN, NORMAL, ANOMALY)
LN_10 = math.log(10)
WORST = 6.0  # severity 1 is a tail probability of one in a million
MOST = float(np.finfo(np.float64).max)
ABOVE_ONE = float(np.nextafter(1.0, 2.0))


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
        above = score > self.value
        # A score one float above the threshold would be rounded to 1, and 1 is normal.
        return np.where(above, np.maximum(ratio, ABOVE_ONE), ratio) if above.any() else ratio

    def verdicts(self, score: Vector) -> list[Verdict]:
        """`anomaly` strictly above the threshold, `normal` at or below, `unknown` for what is not finite."""
        return [VERDICTS[code] for code in self.codes(score).tolist()]

    def codes(self, score: Vector) -> NDArray[np.int8]:
        """The same as places among `VERDICTS`, (rows,)."""
        finite = np.isfinite(score)
        return finite.astype(np.int8) + (finite & (score > self.value))

    def of_one(self, score: float) -> tuple[int, float]:
        """The code and the anomaly score of a finite score: what `codes` and `anomaly_score` say of it, without arrays."""
        ratio = min(score / self.value, MOST)
        return (2, max(ratio, ABOVE_ONE)) if score > self.value else (1, ratio)

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
        return np.asarray(self.mass * np.exp(-self._decay(score)))

    def rarity(self, score: Vector) -> Vector:
        """-log10 of `survival`, also where that is too small for a float64."""
        return np.asarray((self._decay(score) - np.log(self.mass)) / LN_10)

    def _decay(self, score: Vector) -> Vector:
        with np.errstate(over="ignore"):  # infinitely far beyond is impossible
            beyond = np.maximum(score - self.start, 0) / self.scale
            return np.asarray(np.log1p(self.shape * beyond) / self.shape if self.shape else beyond)


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
        return self.p_value_and_severity(score)[0]

    def of_one(self, score: float) -> tuple[float, float]:
        """The p-value and the severity of a finite score: what the arrays say of it, looked up."""
        place = bisect_left(self.scores, score)
        if score > self.tail.start:
            return self._ordinary[place][0], float(self.severity(np.array([score]))[0])
        return self._ordinary[place]

    @cached_property
    def _ordinary(self) -> list[tuple[float, float]]:
        """The tables, a pair a place."""
        return list(zip(*map(np.ndarray.tolist, self._tables), strict=True))

    @cached_property
    def _tables(self) -> tuple[Vector, Vector]:
        """p-value and severity by how many calibration scores are lower, where the tail does not begin yet."""
        count = len(self._sorted)
        values = (1 + count - np.arange(count + 1)) / (count + 1)
        return values, _severity(-np.log10(values))

    def _places(self, score: Vector) -> NDArray[np.intp]:
        """How many calibration scores are lower; nothing is higher than NaN."""
        return np.searchsorted(self._sorted, score, side="left")

    def severity(self, score: Vector) -> Vector:
        """clip(-log10(tail probability) / 6, 0, 1): 0 is ordinary, 1 is one in a million. NaN stays NaN."""
        return self.p_value_and_severity(score)[1]

    def p_value_and_severity(self, score: Vector) -> tuple[Vector, Vector]:
        """Both at once, (rows,): looked up, but for the few scores in the tail."""
        places = self._places(score)
        p_value, severity = (table[places] for table in self._tables)
        beyond = score > self.tail.start
        if beyond.any():
            severity[beyond] = _severity(self.tail.rarity(score[beyond]))
        finite = np.isfinite(score)
        if not finite.all():
            p_value[~finite] = np.nan
            severity[np.isnan(score)] = np.nan
        return p_value, severity


def _severity(rarity: Vector) -> Vector:
    """Of -log10 of tail probabilities; NaN stays NaN."""
    return np.minimum(np.maximum(rarity / WORST, 0), 1) + 0.0  # where -0.0 would be
