"""Measures of detection with labels. METRICS holds every one; each takes scores, truth and the threshold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]
Metric = Callable[[Scores, Truth, float], float]


def auroc(scores: Scores, truth: Truth, threshold: float) -> float:  # noqa: ARG001
    """Chance that a random anomaly scores above a random normal row; 0.5 is guessing."""
    return float(roc_auc_score(truth, scores))


def auprc(scores: Scores, truth: Truth, threshold: float) -> float:  # noqa: ARG001
    """Average precision; guessing gives the share of anomalies."""
    return float(average_precision_score(truth, scores))


def precision(scores: Scores, truth: Truth, threshold: float) -> float:
    """Share of the flags that are anomalies; 0 when nothing is flagged."""
    flagged = scores > threshold
    return float((flagged & truth).sum() / max(flagged.sum(), 1))


def recall(scores: Scores, truth: Truth, threshold: float) -> float:
    """Share of the anomalies that are flagged."""
    return float(((scores > threshold) & truth).sum() / max(truth.sum(), 1))


def f1(scores: Scores, truth: Truth, threshold: float) -> float:
    """Harmonic mean of precision and recall, at the threshold that is served, not at the best one."""
    found, right = recall(scores, truth, threshold), precision(scores, truth, threshold)
    return 2 * found * right / max(found + right, np.finfo(np.float64).tiny)


def false_positive_rate(scores: Scores, truth: Truth, threshold: float) -> float:
    """Share of the normal rows that are flagged."""
    return float(((scores > threshold) & ~truth).sum() / max((~truth).sum(), 1))


METRICS: dict[str, Metric] = {
    "auroc": auroc,
    "auprc": auprc,
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "false_positive_rate": false_positive_rate,
}


def measured(scores: Scores, truth: Truth, threshold: float) -> dict[str, float]:
    """Every measure. Needs both classes."""
    return {name: metric(scores, truth, threshold) for name, metric in METRICS.items()}
