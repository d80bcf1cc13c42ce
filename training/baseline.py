"""The yardstick: an isolation forest on the same scaled rows, its threshold by the same rule, explained by replacement."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


class ForestBaseline:
    """Liu, Ting & Zhou, "Isolation forest", 2008, with scikit-learn's defaults. Higher score is stranger."""

    def __init__(
        self, train: Matrix, calibration: Matrix, rule: Callable[[Vector], float], seed: int
    ) -> None:
        """`rule` turns ascending calibration scores into a threshold, as it did for the model."""
        self._forest = IsolationForest(random_state=seed).fit(train)
        self._typical = np.median(train, axis=0)
        self.threshold = rule(np.sort(self.score(calibration)))

    def score(self, rows: Matrix) -> Vector:
        """(rows, width) -> (rows,), above 0."""
        return -np.asarray(self._forest.score_samples(rows), dtype=np.float64)

    def top(self, rows: Matrix, groups: list[slice]) -> NDArray[np.int64]:
        """The feature whose replacement by its typical value lowers the score most. A feature is a slice of columns."""
        lowered = []
        for group in groups:
            replaced = rows.copy()
            replaced[:, group] = self._typical[group]
            lowered.append(self.score(replaced))
        return np.asarray(np.argmin(np.array(lowered), axis=0))
