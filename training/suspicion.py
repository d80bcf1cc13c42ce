"""Suspicion: how unlike the others a row is, from three blunt scores that a few odd rows cannot bend. Knows no network.

For data that may hold anomalies. What each score is blind to another sees, and a place counts by the median and the
quartiles of all rows. Anomalies that lie in a clump of their own, as many as a few in a hundred, are what all three miss.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
CLOSEST, ROUNDS, RIDGE = 0.7, 4, 0.01  # of the Mahalanobis distance
NEIGHBOUR, PROTOTYPES = 0.03, 1000  # which neighbour, as a share of so many rows: wider than a clump
WIDTH, LIMIT = 0.5, 6.0  # of a histogram's bins, in spreads
RUN = 2000


def suspicion(x: Matrix, seed: int) -> Vector:
    """The sum of the three, each in quartile ranges of its logarithm; higher is stranger. (rows, width) -> (rows,)."""
    return _levelled(central(x)) + _levelled(remote(x, seed)) + _levelled(uncommon(x))


def central(x: Matrix) -> Vector:
    """Mahalanobis distance, its covariance fitted again and again on the closest rows (Rousseeuw & Van Driessen 1999)."""
    closest = np.ones(len(x), dtype=np.bool_)
    for _ in range(ROUNDS + 1):
        distance = _mahalanobis(x, x[closest])
        closest = distance <= np.quantile(distance, CLOSEST)
    return distance


def remote(x: Matrix, seed: int) -> Vector:
    """Distance to a far neighbour among some of the rows (Ramaswamy, Rastogi & Shim 2000)."""
    some = x[np.random.default_rng(seed).permutation(len(x))[:PROTOTYPES]]
    place = min(max(1, round(NEIGHBOUR * len(some))), len(some) - 1)
    parts = (x[at : at + RUN] for at in range(0, len(x), RUN))
    return np.concatenate(
        [np.sqrt(np.partition(_squared(part, some), place, axis=1)[:, place]) for part in parts]
    )


def uncommon(x: Matrix) -> Vector:
    """Sum over columns of -log of a smoothed histogram (Goldstein & Dengel 2012)."""
    bins = int(2 * LIMIT / WIDTH)
    place = np.clip((x + LIMIT) / WIDTH, 0, bins - 1).astype(np.int64)
    total = np.zeros(len(x))
    for column in place.T:
        smooth = np.convolve(np.bincount(column, minlength=bins), [0.25, 0.5, 0.25], "same")
        total -= np.log((smooth + 1) / (len(x) + bins))[column]
    return total


def _mahalanobis(x: Matrix, fitted: Matrix) -> Vector:
    mean = fitted.mean(axis=0)
    apart = fitted - mean
    covariance = apart.T @ apart / len(fitted)
    spread = np.diag(covariance)
    precision = np.linalg.inv(covariance + np.diag(RIDGE * spread + 1e-3 * spread.mean() + 1e-9))
    return np.asarray((((x - mean) @ precision) * (x - mean)).sum(axis=1))


def _squared(x: Matrix, some: Matrix) -> Matrix:
    whole = (x**2).sum(axis=1)[:, None] + (some**2).sum(axis=1) - 2 * x @ some.T
    return np.asarray(np.maximum(whole, 0))


def _levelled(score: Vector) -> Vector:
    logs = np.log(np.maximum(score, 1e-9))
    low, middle, high = np.quantile(logs, [0.25, 0.5, 0.75])
    return np.asarray((logs - middle) / max(high - low, 1e-6))
