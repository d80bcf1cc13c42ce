"""Drift: how far a series moves between stretches of time, and how far it will go. Knows no network.

Means of consecutive stretches differ by steps d_1 … d_n. Were the series a random walk with those steps, it would wander over as
long a time as was seen by the covariance  Q = n / (n - 1) * sum d d',  of which the entries off the diagonal, known from a few
steps only, are believed in part. What moves that way is no fault; what leaves it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.errors import TrainingRefused

Matrix = NDArray[np.float64]
STRETCHES = 10
LEAST_ROWS = 2 * STRETCHES
BELIEVED = 0.8  # share of the covariances
HORIZON = 1.0  # lengths of the training rows for which a threshold is to hold
MOMENTS = 4  # of that time at which rows are looked at
EXPECTED, TOO_OFTEN = 0.01, 0.1  # share of later rows beyond what earlier ones allow
RIDGE, LEAST = 0.01, 1e-4
COMPARED = 20_000  # means; more say the same


def steps_of(rows: Tensor) -> Tensor:
    """Differences between the means of consecutive stretches of time. (…, rows, width) -> (…, steps, width).

    TrainingRefused for too few rows.
    """
    if rows.shape[-2] < LEAST_ROWS:
        raise TrainingRefused(
            f"{rows.shape[-2]} windows are too few to tell how a series drifts, which takes {LEAST_ROWS}; take --drift off"
        )
    size = rows.shape[-2] // STRETCHES
    latest = rows[..., rows.shape[-2] - size * STRETCHES :, :]
    means = latest.reshape(*rows.shape[:-2], STRETCHES, size, rows.shape[-1]).mean(dim=-2)
    return means.diff(dim=-2)


def wandering(steps: Tensor) -> Tensor:
    """Covariance of a random walk with these steps over the time of all rows. (…, steps, width) -> (…, width, width)."""
    count = steps.shape[-2]
    covariance = steps.transpose(-1, -2) @ steps * ((count + 1) / count)
    variances = covariance.diagonal(dim1=-2, dim2=-1)
    return BELIEVED * covariance + (1 - BELIEVED) * torch.diag_embed(variances)


def reached(step: Tensor) -> Iterator[Tensor]:
    """How far rows may have moved along a step, both ways, at moments of the time to come. (…, width) -> the same."""
    for moment in range(MOMENTS):
        ahead = HORIZON * (moment + 0.5) / MOMENTS * STRETCHES  # in stretches of time
        yield from (sign * ahead**0.5 * step for sign in (1.0, -1.0))


def blocked_false_alarms(rows: Matrix, span: int) -> float:
    """The share of later rows beyond what 99 % of the earlier ones stay within, and of earlier beyond later: 0.01 without drift.

    rows: (rows, features) in their order, without missing values. Means over `span` rows are compared, stretch by stretch, by
    their Mahalanobis distance. A series too short to know its own ways looks like one that drifts.
    """
    if len(rows) < span + STRETCHES:
        return EXPECTED
    means = _standardised(_means(rows, span))
    size = len(means) // STRETCHES
    if not means.shape[1]:
        return EXPECTED
    parts = means[: size * STRETCHES].reshape(STRETCHES, size, -1)
    halves = [(order, cut) for order in (parts, parts[::-1]) for cut in range(STRETCHES // 2, STRETCHES)]
    return float(np.mean([_beyond(np.concatenate(order[:cut]), order[cut]) for order, cut in halves]))


def _means(rows: Matrix, span: int) -> Matrix:
    total = np.cumsum(np.concatenate([np.zeros((1, rows.shape[1])), rows - rows.mean(axis=0)]), axis=0)
    means = (total[span:] - total[:-span]) / span
    return np.asarray(means[:: -(-len(means) // COMPARED)])


def _standardised(rows: Matrix) -> Matrix:
    spread = rows.std(axis=0)
    moving = spread > LEAST * np.abs(rows).max(axis=0, initial=0.0)
    return np.asarray(rows[:, moving] / spread[moving])


def _beyond(known: Matrix, new: Matrix) -> float:
    middle = known.mean(axis=0)
    covariance = np.cov(known.T).reshape(known.shape[1], -1)
    precision = np.linalg.inv(covariance + np.diag(RIDGE * np.diag(covariance) + LEAST))

    def far(rows: Matrix) -> Matrix:
        away = rows - middle
        return np.asarray(((away @ precision) * away).sum(axis=1))

    return float((far(new) > np.quantile(far(known), 1 - EXPECTED)).mean())
