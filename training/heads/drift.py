"""The drift head: how unusual levels and departures are for a series that goes on moving as it moved.

    score = (x - m)' M (x - m) / size,   M = (C + c Q)^-1

with C the covariance of known windows, and Q that of the drift (training/drift.py): along what moved from one stretch of time to
the next a distance is worth less. attribution_j = (M (x - m))_j^2 / M_jj, as in the Mahalanobis head. Its out-of-fold scores are not
those of windows as they were, but as they may become in as long a time again: each is moved along one step between stretches,
and judged by a Q that does not know this step. It asks the windows themselves, not what a network made of them: residuals drift less
on the windows a network learned from than on those to come, and a threshold from them depends on how well it learned.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from training.autoencoder import Kind
from training.drift import reached, steps_of, wandering
from training.head import Head, scattered
from training.spread import check_width, spread_of
from training.view import Known, View

SHARE = 0.1  # of the drift's covariance: all of it would forgive the faults too
MOVED = 2000  # known windows that are moved


class DriftHead(Head):
    """Score about 1 on windows as they were. `out_of_fold` has one for each moved window."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"window"})

    mean: Tensor
    precision: Tensor
    diagonal: Tensor

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.terms = known.terms
        rows = known.view.x.double()
        check_width(rows.shape[1], "drift", "--drift off")
        spread, steps = spread_of(rows), steps_of(rows)
        self.register_buffer("mean", rows.mean(dim=0).float())
        self.register_buffer("precision", torch.linalg.inv(spread + SHARE * wandering(steps)).float())
        self.register_buffer("diagonal", self.precision.diagonal().clone())
        some = (rows - rows.mean(dim=0))[:: -(-len(rows) // MOVED)]
        self.out_of_fold = torch.cat([
            far(some + moved, precision)[0].float()
            for step, precision in _left_out(steps, spread)
            for moved in reached(step)
        ])  # fmt: skip

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        score, pulled = far(view.x - self.mean, self.precision)
        gain = pulled.square() / self.diagonal
        return score, scattered(score, self.terms(gain))


def far(apart: Tensor, precision: Tensor) -> tuple[Tensor, Tensor]:
    """(rows, size) from the mean -> squared distances over the size (rows,), and M apart (rows, size)."""
    pulled = apart @ precision
    return (apart * pulled).sum(dim=1).clamp(min=0) / apart.shape[1], pulled


def _left_out(steps: Tensor, spread: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Each step, and the precision without it."""
    others = [torch.cat([steps[:at], steps[at + 1 :]]) for at in range(len(steps))]
    return [
        (step, torch.linalg.inv(spread + SHARE * wandering(rest)))
        for step, rest in zip(steps, others, strict=True)
    ]
