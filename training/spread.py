"""Spread: how columns vary together, with a ridge so that it can be inverted. Knows no network."""

from __future__ import annotations

from torch import Tensor

from training.errors import TrainingRefused

RIDGE, FLOOR = 0.01, 1e-6
WIDEST = 1024  # columns and code together


def spread_of(rows: Tensor) -> Tensor:
    """Covariance with a ridge. (rows, width) float64 -> (width, width)."""
    apart = rows - rows.mean(dim=0)
    covariance = apart.T @ apart / len(rows)
    variances = covariance.diagonal()
    floor = FLOOR * variances.mean().clamp(min=FLOOR)
    return covariance + (RIDGE * variances + floor).diag()


def check_width(width: int, head: str, instead: str) -> None:
    """TrainingRefused for samples too wide for a covariance, with what to take instead."""
    if width > WIDEST:
        raise TrainingRefused(
            f"the {head} head knows at most {WIDEST} columns and code numbers together, and here are {width}; take {instead}"
        )
