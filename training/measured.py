"""Measured: what the known values of a column say of its range, its unit and its tail. Knows no table and no network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import skew

from models.features import NumericFeature
from training.errors import TrainingRefused
from training.preprocessing import LIMIT, MOST_EXPONENT

Vector = NDArray[np.float64]
SKEWED = 2.0  # an exponential distribution has 2
LONG = 10.0  # a tail is long when it reaches this many times the median size
FARTHEST = 1e300
LARGEST = 1e100  # cubes of it still fit a float64, and a tail is judged by cubes
NORMAL_QUARTILES = 1.349  # apart, in standard deviations of a normal distribution
LEAST_MIDDLE = 0.1  # of the standard deviation
CONSTANT_SCALE = 0.01  # how far a constant column must move, relative to its value, to count as one unit


@dataclass(frozen=True, slots=True)
class How:
    """What decides how columns are scaled: of series (`timed`) by their logarithm where it suits, `rough` rows by their middle half."""

    loss: str
    scaling: str
    timed: bool
    rough: bool


def measured(name: str, values: Vector, how: How) -> tuple[NumericFeature, Vector]:
    """The feature and its column of Scaling: unit, center, scale, typical, lowest and highest seen, active, bends."""
    known = values[np.isfinite(values)]
    if not len(known):
        raise TrainingRefused(
            f"column {name!r} has no value in the training rows; leave it out with --passthrough {name}"
        )
    if np.abs(known).max() > LARGEST:
        raise TrainingRefused(
            f"column {name!r} reaches {np.abs(known).max():.3g}, more than {LARGEST:g}; give it in a larger unit, "
            f"or leave it out with --passthrough {name}"
        )
    low, high, typical = float(known.min()), float(known.max()), float(np.median(known))
    active = high - low > 1e-9 * max(abs(low), abs(high))
    free = active and how.loss != "bce"
    unit = _unit(known, how) if free else 0.0
    bends = free and how.scaling == "auto" and not how.timed
    curved = np.sign(known) * np.log1p(np.abs(known) / unit) if unit else known
    center, scale = (0.0, 1.0) if how.loss == "bce" else _robust(curved) if how.rough else _usual(curved)
    if not active:
        center, scale = typical, max(abs(typical) * CONSTANT_SCALE, 1e-6) if typical else 1.0
    lowest, highest = (_uncurved(center + side * LIMIT * scale, unit) for side in (-1, 1))
    feature = NumericFeature(
        name=name, typical=typical, minimum=low, maximum=high, lowest=lowest, highest=highest
    )
    return feature, np.array([unit, center, scale, typical, low, high, float(active), float(bends)])


def _usual(values: Vector) -> tuple[float, float]:
    """Mean and standard deviation."""
    return float(values.mean()), float(values.std())


def _robust(values: Vector) -> tuple[float, float]:
    """Median and spread of the middle half, which a few anomalies hardly move; all of it where that half hardly moves."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    spread, deviation = (high - low) / NORMAL_QUARTILES, float(values.std())
    return float(middle), float(spread) if spread >= LEAST_MIDDLE * deviation else deviation


def _unit(known: Vector, how: How) -> float:
    """Where the logarithm of a column begins: the median of its sizes. 0 for a column that stays as it is.

    Bursts are no anomalies of a machine's rates: over time, sizes that reach far beyond the usual one take the logarithm.
    Only sizes that start at zero have one that means something; a column that was centred before has none.
    """
    sizes = np.abs(known[known != 0])
    if how.scaling == "linear" or not len(sizes):
        return 0.0
    unit = float(np.median(sizes))
    long_tailed = known.min() >= 0 and sizes.max() > LONG * unit and skew(known) > SKEWED
    return unit if how.scaling == "log" or (how.timed and long_tailed) else 0.0


def _uncurved(value: float, unit: float) -> float:
    """A transformed value in the feature's own units, as far as float64 reaches."""
    if not unit:
        return value
    size = float(np.expm1(min(abs(value), MOST_EXPONENT))) * unit
    return float(np.copysign(min(size, FARTHEST), value))
