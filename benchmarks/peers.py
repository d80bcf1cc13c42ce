"""Fit and score with the peers. Runs in an environment of theirs (pyod, scikit-learn), where this project is not installed.

    python peers.py SPLIT.npz SCORES.npz SEED

SPLIT holds `train` and `test`, standardised; SCORES gets, for every peer, its scores of `test` and `NAME seconds`: of
fitting and of scoring. Higher is stranger.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyod.models.auto_encoder import AutoEncoder  # type: ignore[import-not-found]
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Score = Callable[[Matrix], Vector]
Fit = Callable[[Matrix, int], Score]


def isolation_forest(train: Matrix, seed: int) -> Score:
    """scikit-learn's defaults."""
    forest = IsolationForest(random_state=seed).fit(train)
    return lambda test: np.asarray(-forest.score_samples(test))


def nearest(train: Matrix, seed: int, k: int) -> Score:  # noqa: ARG001
    """Distance to the k-th nearest training row."""
    neighbours = NearestNeighbors(n_neighbors=min(k, len(train))).fit(train)
    return lambda test: np.asarray(neighbours.kneighbors(test)[0][:, -1])


def local_outlier_factor(train: Matrix, seed: int) -> Score:  # noqa: ARG001
    """scikit-learn's defaults, made to score new rows."""
    factor = LocalOutlierFactor(n_neighbors=min(20, len(train) - 1), novelty=True).fit(train)
    return lambda test: np.asarray(-factor.score_samples(test))


def autoencoder(train: Matrix, seed: int) -> Score:
    """PyOD's defaults."""
    network: Any = AutoEncoder(random_state=seed, verbose=0)
    network.fit(train)
    return lambda test: np.asarray(network.decision_function(test))


PEERS: dict[str, Fit] = {
    "IForest": isolation_forest,
    "KNN k=5": partial(nearest, k=5),
    "KNN k=1": partial(nearest, k=1),
    "LOF": local_outlier_factor,
    "PyOD AE": autoencoder,
}


def main(split: Path, scores: Path, seed: int) -> None:
    """Every peer on one split."""
    with np.load(split, allow_pickle=False) as arrays:
        train, test = arrays["train"], arrays["test"]
    found: dict[str, Vector] = {}
    for name, fit in PEERS.items():
        start = time.monotonic()
        score = fit(train, seed)
        fitted = time.monotonic()
        found[name] = score(test)
        found[f"{name} seconds"] = np.array([fitted - start, time.monotonic() - fitted])
    np.savez(scores, allow_pickle=False, **found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
