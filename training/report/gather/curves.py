"""What other thresholds would do, and how the scores rank known anomalies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from training.metrics import f1, precision, recall
from training.report.facts import Curves, Sweep
from training.report.gather.looked import Looked

STEPS, POINTS = 60, 200
SPAN = 4.0  # the sweep goes so many times below and above the threshold
Values = NDArray[np.float64]


def sweep(looked: Looked) -> Sweep:
    """From a quarter of the threshold to four times it."""
    judged = looked.judged
    thresholds = np.geomspace(judged.threshold.value / SPAN, judged.threshold.value * SPAN, STEPS + 1)
    ordinary = judged.score[looked.held_out]
    flagged = [float((ordinary > each).mean()) if len(ordinary) else 0.0 for each in thresholds]
    labelled = _labelled(looked)
    measures: dict[str, tuple[float, ...]] = {}
    if labelled is not None:
        for name, measure in (("precision", precision), ("recall", recall), ("f1", f1)):
            measures[name] = tuple(round(measure(*labelled, float(each)), 5) for each in thresholds)
    return Sweep(
        thresholds=tuple(float(f"{each:.9g}") for each in thresholds),
        flagged=tuple(round(each, 6) for each in flagged),
        rows_per_day=looked.rows_per_day,
        **measures,
    )


def curves(looked: Looked) -> Curves | None:
    """None without labels of both kinds among rows that nothing was fitted on."""
    labelled = _labelled(looked)
    if labelled is None:
        return None
    score, truth = labelled
    false_positives, true_positives, _ = roc_curve(truth, score)
    precisions, recalls, _ = precision_recall_curve(truth, score)
    return Curves(
        anomalies=int(truth.sum()),
        normal=int((~truth).sum()),
        auroc=float(roc_auc_score(truth, score)),
        average_precision=float(average_precision_score(truth, score)),
        false_positives=_few(false_positives),
        true_positives=_few(true_positives),
        recall=_few(recalls),
        precision=_few(precisions),
    )


def _labelled(looked: Looked) -> tuple[Values, NDArray[np.bool_]] | None:
    if looked.known is None:
        return None
    chosen = looked.held_out | (looked.known & looked.judged.known)
    truth = looked.known[chosen]
    return (looked.judged.score[chosen], truth) if truth.any() and not truth.all() else None


def _few(values: Values) -> tuple[float, ...]:
    at = np.unique(np.linspace(0, len(values) - 1, POINTS).round().astype(np.int64))
    return tuple(values[at].round(5).tolist())
