"""Sift: where the training rows may hold anomalies, set the most suspicious of them aside before anything is fitted.

How many there are cannot be told from the rows themselves: estimates by knee, gap, mirrored half or mixture were right on no
more sets than a constant. So the share is declared; about twice as many rows are set aside, since half of what one catches is
normal, and `auto` sets aside a constant share.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.decided import Decided
from training.preprocessing import Preprocessing
from training.results import Parts, Prepared, Suspects
from training.suspicion import suspicion

TWICE, MOST = 2.0, 0.3
AUTO = 0.15


def sift(prepared: Prepared, parts: Parts, config: Decided) -> Prepared:
    """The training rows without the suspects, and those; all of them where no contamination was declared."""
    if config.contamination is None or not isinstance(prepared.preprocessing, Preprocessing):
        return prepared
    x, _ = prepared.preprocessing(**prepared.preprocessing.arguments(prepared.train.inputs))
    scores = suspicion(prepared.preprocessing.seen(x).double().numpy(), config.seed)
    aside = scores > np.quantile(scores, 1 - _share(config.contamination))
    order = np.flatnonzero(aside)[np.argsort(-scores[aside], kind="stable")]
    suspects = Suspects(parts.train[order], scores[order], prepared.train.take(order))
    return replace(prepared, train=prepared.train.take(np.flatnonzero(~aside)), suspects=suspects)


def _share(contamination: float | str) -> float:
    return AUTO if isinstance(contamination, str) else min(TWICE * contamination, MOST)
