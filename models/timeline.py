"""Timeline: readings by series and time, to find those around a moment. Knows no table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.columns import Vector

Rows = NDArray[np.int64]
EXACT = 1e-6  # of a period: a reading this near to a moment was made at that moment


@dataclass(frozen=True, slots=True)
class Timeline:
    """The readings of all series in their order, to find those around a moment.

    keys: (rows,) complex, the series and its seconds as real and imaginary part: numpy orders them in this order.
    """

    keys: NDArray[np.complex128]
    period: float

    def tolerance(self, at: Rows) -> Vector:
        """Seconds around a moment that are still that moment, of the readings at these places."""
        finest: Vector = 2 * np.spacing(np.abs(self.keys[at].imag))
        return np.maximum(finest, EXACT * self.period)

    def readings(self, start: Rows, length: int) -> Rows:
        """How many of the `length` moments up to each place are not before the reading at its `start`."""
        at = np.arange(len(start))
        seconds, first, tolerance = self.keys.imag, self.keys[start].imag, self.tolerance(at)
        whole = seconds - self.period * (length - 1) + tolerance >= first
        passed = (seconds - first + tolerance) / self.period
        return np.where(whole, length, np.minimum(passed, length - 2).astype(np.int64) + 1)

    def around(self, at: Rows, back: Rows) -> tuple[Rows, Vector]:
        """The moments `back` periods before the reading `at` each place: (n,) and (k,) -> twice (n, k).

        First the place of the latest reading at or before the moment, then the weight in [0, 1) of the one after it.
        """
        tolerance = self.tolerance(at)[:, None]
        moments = self.keys[at].imag[:, None] - self.period * back
        asked = self.keys[at].real[:, None] + 1j * (moments + tolerance)
        lower = np.searchsorted(self.keys, asked, side="right") - 1
        lower = np.minimum(lower, at[:, None])  # never a later reading, however near
        since = moments - self.keys[lower].imag
        upper = np.minimum(lower + 1, at[:, None])
        step = self.keys[upper].imag - self.keys[lower].imag
        weight = np.divide(since, step, out=np.zeros_like(since), where=since > tolerance)
        return lower, weight
