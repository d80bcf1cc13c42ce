"""Case: one split of one set, with one seed. Knows neither files nor detectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Truth = NDArray[np.bool_]
Flags = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """What trains, what tests, and what is strange in it.

    train, test: (rows, features) in the units of the file, NaN where a value is missing; the same array where a detector is
    asked about the rows it learns from. truth: (test rows,) True where a row is an anomaly. rows: how many the file has.
    learned: what tells apart two cases of one set and seed. fits: ours is fitted once with each of these flags beside its
    own. times: of the training and of the test rows. kinds: (test rows,) the name of the anomaly, empty where it has none.
    """

    set: str
    seed: int
    rows: int
    train: Matrix
    test: Matrix
    truth: Truth
    learned: str = ""
    fits: tuple[Flags, ...] = ((),)
    times: tuple[Sequence[str], Sequence[str]] | None = None
    kinds: NDArray[np.str_] | None = None

    @property
    def own_rows(self) -> bool:
        """Whether the rows that train are those that test."""
        return self.test is self.train


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector says of each test row; higher scores are stranger.

    `flagged` is None for one that has no threshold from before it saw a test row; `promised` is the share of normal rows
    that the threshold says it will flag. `fit` and `flags` say what it was told.
    """

    detector: str
    score: Vector
    fit_seconds: float
    score_seconds: float
    flagged: Truth | None = None
    promised: float | None = None
    fit: str = ""
    flags: str = ""
