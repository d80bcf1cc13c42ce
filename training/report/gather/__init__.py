"""Gather the facts of a report from rows that the finished version judged, as it would when it is served."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.report.facts import Facts
from training.report.gather.course import course
from training.report.gather.curves import curves, sweep
from training.report.gather.distributions import features, scores
from training.report.gather.latent import latent_map
from training.report.gather.looked import Looked, look
from training.report.gather.strangest import strangest

__all__ = ["Looked", "gather", "look"]
DIGITS = 5  # significant ones of a loss


def gather(looked: Looked, losses: NDArray[np.float64], *, rows: int, private: bool) -> Facts:
    """All facts. losses: (epochs, 2). `private` leaves out whatever is one record's own."""
    return Facts(
        private=private,
        rows=rows,
        looked_at=len(looked.rows),
        losses=tuple(
            (float(f"{one:.{DIGITS}g}"), float(f"{other:.{DIGITS}g}")) for one, other in losses.tolist()
        ),
        features=features(looked),
        scores=scores(looked),
        course=course(looked),
        strangest=() if private else strangest(looked),
        latent=None if private else latent_map(looked),
        sweep=sweep(looked),
        curves=curves(looked),
    )
