"""Axes: values to pixels, and where the ticks stand. Draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from training.drawing.ink import TICKS


@dataclass(frozen=True, slots=True)
class Axis:
    """What runs along a side. `places` names points of it, in place of ticks; without limits, all there is to show."""

    label: str
    log: bool = False
    low: float | None = None
    high: float | None = None
    places: Mapping[float, str] | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value to a pixel."""

    low: float
    high: float
    start: float
    end: float
    log: bool

    def __call__(self, value: float) -> float:
        """Values beyond the limits stay at them."""
        low, high, value = (
            log10(each) if self.log else each for each in (self.low, self.high, self.held(value))
        )
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def held(self, value: float) -> float:
        """Inside the limits."""
        return min(max(value, self.low), self.high)


def scale(axis: Axis, values: Sequence[NDArray[np.float64]], start: float, end: float) -> Scale:
    """As the axis says, else from the smallest to the largest value with a little room."""
    every = np.concatenate([np.zeros(0), *values])
    every = every[np.isfinite(every) & ((every > 0) | (not axis.log))]
    low = float(every.min()) if axis.low is None else axis.low
    high = float(every.max()) if axis.high is None else axis.high
    room = 0.06 * ((log10(high) - log10(low)) if axis.log else (high - low)) or 0.5
    if axis.low is None:
        low = low / 10**room if axis.log else low - room * (low != 0)
    if axis.high is None:
        high = high * 10**room if axis.log else high + room
    return Scale(low, high, start, end, axis.log)


def ticks(axis: Axis, scale: Scale) -> dict[float, str]:
    """Round numbers inside the scale, or the places that were named."""
    if axis.places is not None:
        return dict(axis.places)
    found = powers(scale) if axis.log else rounds(scale)
    return {value: f"{value:.6g}" for value in found if scale.low <= value <= scale.high}


def rounds(scale: Scale) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    rough = (scale.high - scale.low) / TICKS
    power = 10 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [
        step * count for count in range(ceil(scale.low / step - 1e-9), floor(scale.high / step + 1e-9) + 1)
    ]


def powers(scale: Scale) -> list[float]:
    """Powers of ten, with their doubles and fives where there are few."""
    exponents = range(floor(log10(scale.low)), ceil(log10(scale.high)) + 1)
    factors = (1, 2, 5) if len(exponents) <= TICKS // 2 else (1,)
    every = -(-len(exponents) // TICKS)
    return [factor * 10.0**exponent for exponent in exponents[::every] for factor in factors]
