"""The latent space in two dimensions: its main axes (Pearson 1901)."""

from __future__ import annotations

import numpy as np

from training.report.facts import LatentMap
from training.report.gather.looked import Looked, evenly
from training.report.gather.rounded import rounded
from training.results import Rows

MOST = 1_500  # points
LEAST_ROWS = 10
DIGITS = 7


def latent_map(looked: Looked) -> LatentMap | None:
    """Of rows evenly over all, the strangest and the labelled ones first; None where the latent has no two axes."""
    known = np.flatnonzero(looked.judged.known & np.isfinite(looked.judged.scores.latent).all(axis=1))
    latent = looked.judged.scores.latent[known]
    if len(known) < LEAST_ROWS or latent.shape[1] < 2:  # noqa: PLR2004  # axes
        return None
    usual = looked.held_out[known]
    center = latent[usual].mean(axis=0)
    _, sizes, axes = np.linalg.svd(latent[usual] - center, full_matrices=False)
    if len(sizes) < 2 or not sizes[0] > 0:  # noqa: PLR2004
        return None
    chosen = _chosen(looked, known)
    at = (looked.judged.scores.latent[chosen] - center) @ axes[:2].T
    share = sizes**2 / (sizes**2).sum()
    marked = np.zeros(len(chosen), dtype=np.bool_) if looked.known is None else looked.known[chosen]
    return LatentMap(
        explained=(float(share[0]), float(share[1])),
        center=rounded(center, DIGITS),
        axes=(rounded(axes[0], DIGITS), rounded(axes[1], DIGITS)),
        x=tuple(at[:, 0].round(3).tolist()),
        y=tuple(at[:, 1].round(3).tolist()),
        anomaly_scores=tuple(looked.judged.anomaly_score[chosen].round(3).tolist()),
        known=tuple(marked.tolist()),
    )


def _chosen(looked: Looked, known: Rows) -> Rows:
    score = looked.judged.anomaly_score[known]
    strange = known[np.argsort(-score, kind="stable")[: MOST // 4]]
    return np.union1d(evenly(known, MOST - len(strange)), strange)
