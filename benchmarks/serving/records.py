"""Made-up records: thirty-two readings that a few hidden causes move together, so that eight numbers can hold them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
FEATURES = tuple(f"sensor_{place:02d}" for place in range(32))
CAUSES = 6
NOISE = 0.1
DECIMALS = 4  # as sensors are written; the length of a number is a part of what parsing costs
STRANGE = 0.02  # share of what is posted, so that both verdicts are answered


def records(rows: int, seed: int, *, strange: float = STRANGE) -> Matrix:
    """(rows, 32), the same for the same seed; `strange` is the share of them that no cause explains."""
    mixing = np.random.default_rng(0).normal(size=(CAUSES, len(FEATURES)))
    chance = np.random.default_rng(seed)
    causes = chance.normal(size=(rows, CAUSES))
    readings = np.tanh(causes @ mixing) * 10 + 20 + NOISE * chance.normal(size=(rows, len(FEATURES)))
    moved = chance.random(rows) < strange
    readings[moved] += chance.normal(scale=10, size=(int(moved.sum()), len(FEATURES)))
    return np.round(readings, DECIMALS)


def write_csv(path: Path, readings: Matrix) -> None:
    """With a header."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FEATURES)
        writer.writerows(readings.tolist())
