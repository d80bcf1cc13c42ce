"""Fit and score with the peers. Runs in an environment of theirs (scikit-learn, pyod), where this project is not installed.

    python -I peers.py SPLIT.npz SCORES.npz SEED FOLDS PEER …

SPLIT holds `train`, and `test` unless the training rows are those to be scored, standardised. SCORES gets, for every peer,
its scores and `PEER seconds`: of fitting and of scoring; with FOLDS also `PEER held out`: scores of the training rows, cut
into so many stretches, each by what was fitted on the others. Higher is stranger.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.svm import OneClassSVM

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Score = Callable[[Matrix | None], Vector]  # None asks for the rows it was fitted on
Fit = Callable[[Matrix, int], Score]
RIDGE = 0.01


def nearest(train: Matrix, seed: int, *, k: int) -> Score:  # noqa: ARG001
    """Distance to the k-th nearest training row, which is never the row itself."""
    neighbours = NearestNeighbors(n_neighbors=min(k, len(train) - 1)).fit(train)
    return lambda test: np.asarray(neighbours.kneighbors(test)[0][:, -1])


def local_outlier_factor(train: Matrix, seed: int) -> Score:  # noqa: ARG001
    """scikit-learn's defaults, made to score new rows."""
    factor = LocalOutlierFactor(n_neighbors=min(20, len(train) - 1), novelty=True).fit(train)
    return lambda test: (
        -np.asarray(factor.negative_outlier_factor_ if test is None else factor.score_samples(test))
    )


def isolation_forest(train: Matrix, seed: int) -> Score:
    """scikit-learn's defaults."""
    forest = IsolationForest(random_state=seed).fit(train)
    return lambda test: -np.asarray(forest.score_samples(train if test is None else test))


def one_class_svm(train: Matrix, seed: int) -> Score:  # noqa: ARG001
    """scikit-learn's defaults."""
    machine = OneClassSVM().fit(train)
    return lambda test: -np.asarray(machine.score_samples(train if test is None else test))


def mahalanobis(train: Matrix, seed: int) -> Score:  # noqa: ARG001
    """Squared distance from the mean by the covariance, with 1 % of the mean variance on its diagonal."""
    middle, features = train.mean(axis=0), train.shape[1]
    covariance = np.cov(train, rowvar=False).reshape(features, features)
    precision = np.linalg.inv(
        covariance + RIDGE * max(np.trace(covariance) / features, 1e-12) * np.eye(features)
    )

    def score(test: Matrix | None) -> Vector:
        away = (train if test is None else test) - middle
        return np.asarray(np.einsum("ij,jk,ik->i", away, precision, away, optimize=True))

    return score


def of_pyod(train: Matrix, seed: int, *, module: str, name: str) -> Score:
    """PyOD's defaults; a network with this seed."""
    network = {} if name == "ECOD" else {"random_state": seed, "verbose": 0}
    detector: Any = getattr(import_module(f"pyod.models.{module}"), name)(**network)
    detector.fit(train)
    return lambda test: np.asarray(
        detector.decision_scores_ if test is None else detector.decision_function(test)
    )


PEERS: dict[str, Fit] = {
    "KNN k=5": partial(nearest, k=5),
    "KNN k=1": partial(nearest, k=1),
    "LOF": local_outlier_factor,
    "IForest": isolation_forest,
    "ECOD": partial(of_pyod, module="ecod", name="ECOD"),
    "OCSVM": one_class_svm,
    "Mahalanobis": mahalanobis,
    "PyOD AE": partial(of_pyod, module="auto_encoder", name="AutoEncoder"),
    "PyOD VAE": partial(of_pyod, module="vae", name="VAE"),
}
SLOW = ("OCSVM", "PyOD AE", "PyOD VAE")


def held_out(fit: Fit, train: Matrix, seed: int, folds: int) -> Vector:
    """Score of each training row by what was fitted on the other stretches."""
    parts = np.array_split(np.arange(len(train)), folds)
    return np.concatenate([fit(np.delete(train, part, axis=0), seed)(train[part]) for part in parts])


def warm(fit: Fit, features: int) -> None:
    """Once on a few rows: what is imported and compiled on the way is no part of fitting."""
    rows = np.random.default_rng(0).normal(size=(40, features))
    fit(rows, 0)(rows)


def main(split: str, scores: str, seed: int, folds: int, names: Sequence[str]) -> None:
    """Each of these peers on one split."""
    with np.load(split, allow_pickle=False) as arrays:
        train, test = arrays["train"], arrays.get("test")
    found: dict[str, Vector] = {}
    for name in names:
        warm(PEERS[name], train.shape[1])
        start = time.monotonic()
        score = PEERS[name](train, seed)
        fitted = time.monotonic()
        found[name] = score(test)
        found[f"{name} seconds"] = np.array([fitted - start, time.monotonic() - fitted])
        if folds:
            found[f"{name} held out"] = held_out(PEERS[name], train, seed, folds)
    np.savez(scores, allow_pickle=False, **found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
