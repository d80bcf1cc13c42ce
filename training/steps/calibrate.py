"""Set the threshold on rows the network never saw, and keep their scores for p-values and severity."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import genpareto

from models.errors import ThresholdRefused
from models.threshold import Calibration, Tail, Threshold, checked
from training.config import TrainingConfig

Vector = NDArray[np.float64]
Rule = Literal["quantile", "fpr", "robust"]
QUANTILE = 0.99
TAIL_FROM = 0.95
LEAST_EXCEEDANCES = 10
PRESUMED = 0.075  # contamination, where nobody says how many anomalies there are
KEPT = 10_000  # calibration scores in the bundle; more would only make it larger
NORMAL_MAD = 1.4826  # median absolute deviation of a normal distribution, in standard deviations


def calibrate(scores: Vector, config: TrainingConfig) -> tuple[Threshold, Calibration]:
    """Threshold by the rule asked for, and the calibration scores. (rows,) of rows nothing was fitted on.

    ThresholdRefused for scores that are not finite, a threshold of zero, or a rate the rows cannot support.
    """
    if not np.isfinite(scores).all():
        raise ThresholdRefused("a calibration score is not a finite number; nothing can be promised from it")
    ordered = np.sort(scores)
    value, method, parameter = _rule(ordered, config)
    ordered = ordered[: int(np.ceil(len(ordered) * (1 - _contamination(config))))]
    if value <= 0:
        raise ThresholdRefused(
            "the calibration rows are rebuilt without any error, so every threshold would be zero; are they copies of training rows?"
        )
    threshold = Threshold(value=checked(value), method=method, parameter=parameter)
    return threshold, Calibration(scores=tuple(_thinned(ordered, config.seed)), tail=_tail(ordered))


def threshold_value(ordered: Vector, config: TrainingConfig) -> float:
    """What the rule of `config` makes of ascending scores; for a yardstick to be judged by the same rule."""
    return _rule(ordered, config)[0]


def _rule(ordered: Vector, config: TrainingConfig) -> tuple[float, Rule, float]:
    if config.fpr is not None:
        return at_false_positive_rate(ordered, config.fpr), "fpr", config.fpr
    if config.robust is not None:
        return at_robust_spreads(ordered, config.robust), "robust", config.robust
    quantile = (config.quantile or QUANTILE) * (1 - _contamination(config))
    return float(np.quantile(ordered, quantile)), "quantile", quantile


def _contamination(config: TrainingConfig) -> float:
    """The share of the highest scores that is taken to be anomalies."""
    return PRESUMED if config.contamination == "auto" else config.contamination or 0.0


def at_false_positive_rate(ordered: Vector, rate: float) -> float:
    """The smallest calibration score above which at most `rate` of new rows like these will fall.

    The ceil((n + 1)(1 - rate))-th smallest: split conformal prediction (Vovk 2005). n rows support no rate below
    1 / (n + 1), and ThresholdRefused says so.
    """
    rows = len(ordered)
    # 1e-9: (n + 1)(1 - rate) is a whole number in theory and a hair above it in floating point.
    rank = int(np.ceil((rows + 1) * (1 - rate) - 1e-9))
    if rank > rows:
        raise ThresholdRefused(
            f"{rows} calibration rows support no false-positive rate below {1 / (rows + 1):.6g}; "
            f"asked for {rate:g}; for that, bring {int(np.ceil(1 / rate - 1e-9)) - 1} calibration rows"
        )
    return float(ordered[rank - 1])


def at_robust_spreads(ordered: Vector, spreads: float) -> float:
    """exp(median + spreads * MAD) of the log score: some anomalies among the rows hardly move it."""
    logs = np.log(np.maximum(ordered, np.finfo(np.float64).tiny))
    centre = np.median(logs)
    with np.errstate(over="ignore"):  # `checked` refuses an infinite threshold
        return float(np.exp(centre + spreads * NORMAL_MAD * np.median(np.abs(logs - centre))))


def _tail(ordered: Vector) -> Tail:
    """Generalised Pareto beyond the 95 % quantile; exponential where there are too few scores for a shape."""
    start = float(np.quantile(ordered, TAIL_FROM))
    beyond = ordered[ordered > start] - start
    mass = (1 + len(beyond)) / (len(ordered) + 1)
    mean = float(beyond.mean()) if len(beyond) else max(start, 1e-12) / 10
    shape, scale = 0.0, mean
    if len(beyond) >= LEAST_EXCEEDANCES:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", RuntimeWarning
            )  # the likelihood search steps outside its domain and back
            fitted, _, spread = genpareto.fit(beyond, floc=0)
        # A shape below zero would say that beyond some score nothing is possible: severity could not grow there.
        shape, scale = (float(fitted), float(spread)) if 0 < fitted < 1 else (shape, scale)
    return Tail(start=start, mass=mass, shape=shape, scale=max(scale, 1e-12))


def _thinned(ordered: Vector, seed: int) -> list[float]:
    if len(ordered) <= KEPT:
        return [float(score) for score in ordered]
    kept = np.random.default_rng(seed).choice(len(ordered), KEPT, replace=False)
    return [float(score) for score in ordered[np.sort(kept)]]
