"""Typed faults, put into rows that are known to be normal: what a detector finds of them is known without a label.

Each fault takes the held-out rows in their order, one column to spoil, and chance; it returns the spoilt rows and which
columns it touched in each. Sizes are in spreads, the column's standard deviation over the training rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Touched = NDArray[np.bool_]
Chance = np.random.Generator


@dataclass(frozen=True, slots=True)
class Normal:
    """Held-out rows (rows, numeric features) in their order, the spread of each column, and which columns move at all."""

    rows: Matrix
    spread: NDArray[np.float64]
    moving: NDArray[np.int64]


Fault = Callable[[Matrix, int, Normal, Chance], Touched]


def spike(rows: Matrix, column: int, normal: Normal, chance: Chance) -> Touched:
    """One reading jumps by five spreads, up or down."""
    rows[:, column] += 5 * normal.spread[column] * chance.choice([-1, 1], len(rows))
    return _only(rows, column)


def drift(rows: Matrix, column: int, normal: Normal, chance: Chance) -> Touched:
    """A reading creeps away, from nothing at the first row to four spreads at the last."""
    rows[:, column] += np.linspace(0, 4, len(rows)) * normal.spread[column] * chance.choice([-1, 1])
    return _only(rows, column)


def stuck(rows: Matrix, column: int, normal: Normal, chance: Chance) -> Touched:
    """A sensor repeats one of its normal readings whatever happens."""
    rows[:, column] = chance.choice(normal.rows[:, column])
    return _only(rows, column)


def dropout(rows: Matrix, column: int, normal: Normal, chance: Chance) -> Touched:  # noqa: ARG001
    """A sensor that is cut off reads zero."""
    rows[:, column] = 0.0
    return _only(rows, column)


def swapped(rows: Matrix, column: int, normal: Normal, chance: Chance) -> Touched:
    """Two columns change places, as after a wrong wiring."""
    other = int(chance.choice(normal.moving[normal.moving != column])) if len(normal.moving) > 1 else column
    rows[:, [column, other]] = rows[:, [other, column]]
    return _only(rows, column) | _only(rows, other)


def noise(rows: Matrix, column: int, normal: Normal, chance: Chance) -> Touched:
    """A loose contact: three spreads of Gaussian noise on every reading."""
    rows[:, column] += 3 * normal.spread[column] * chance.standard_normal(len(rows))
    return _only(rows, column)


def broken_correlation(rows: Matrix, column: int, normal: Normal, chance: Chance) -> Touched:
    """Readings of other moments: each value is normal, only not together with the rest of its row."""
    rows[:, column] = chance.permutation(normal.rows[:, column])[: len(rows)]
    return _only(rows, column)


FAULTS: dict[str, Fault] = {
    "spike": spike,
    "drift": drift,
    "stuck": stuck,
    "dropout": dropout,
    "swapped": swapped,
    "noise": noise,
    "broken_correlation": broken_correlation,
}


@dataclass(frozen=True, slots=True)
class Injected:
    """Rows that differ from what they were: their numbers, their cells, and what was touched. Untouched rows are left out.

    `stretch` tells apart the stretches of consecutive rows that were spoilt on their own.
    """

    numbers: NDArray[np.int64]
    rows: Matrix
    touched: Touched
    stretch: NDArray[np.int64]


def inject(fault: Fault, normal: Normal, most: int, chance: Chance) -> Injected:
    """Spoil each moving column in turn, on a stretch of consecutive rows of its own, `most` rows in all."""
    stretch = max(1, min(len(normal.rows), most // len(normal.moving)))
    parts = []
    for which, column in enumerate(chance.permutation(normal.moving)):
        start = int(chance.integers(len(normal.rows) - stretch + 1))
        numbers = np.arange(start, start + stretch)
        spoilt = normal.rows[numbers].copy()
        touched = fault(spoilt, int(column), normal, chance)
        changed = np.flatnonzero(np.nan_to_num(spoilt - normal.rows[numbers]).any(axis=1))
        told = np.full(len(changed), which)
        parts.append(Injected(numbers[changed], spoilt[changed], touched[changed], told))
    kept = parts[:most]
    return Injected(
        np.concatenate([part.numbers for part in kept]),
        np.concatenate([part.rows for part in kept]),
        np.concatenate([part.touched for part in kept]),
        np.concatenate([part.stretch for part in kept]),
    )


def put_in(injected: Injected, held_out: Matrix) -> Matrix:
    """The spoilt samples: the rows themselves, or the windows that end at them with every spoilt reading inside.

    `held_out`: (samples, features), or (samples, length, features) of windows whose last readings are the rows. A
    window's earlier reading is replaced only where it is the row it is taken for, and not one beyond a gap.
    """
    if held_out.ndim == injected.rows.ndim:
        return injected.rows
    windows = held_out[injected.numbers].copy()
    windows[:, -1] = injected.rows
    place = {
        key: at
        for at, key in enumerate(zip(injected.stretch.tolist(), injected.numbers.tolist(), strict=True))
    }
    length = held_out.shape[1]
    for at, (stretch, number) in enumerate(place):
        for back in range(1, min(length, number + 1)):
            before = place.get((stretch, number - back))
            if before is None:
                continue
            if np.array_equal(held_out[number, -1 - back], held_out[number - back, -1], equal_nan=True):
                windows[at, -1 - back] = injected.rows[before]
    return windows


def _only(rows: Matrix, column: int) -> Touched:
    touched = np.zeros(rows.shape, dtype=np.bool_)
    touched[:, column] = True
    return touched
