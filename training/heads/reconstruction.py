"""The reconstruction head: how much worse than usual each feature is rebuilt, averaged.

    score = mean over present features j of  e_j / s_j

e_j is the squared error of feature j in scaled units (for a category: summed over its one-hot columns) and s_j its mean
on the training and validation rows, so a feature that is always rebuilt badly does not drown one that never is. The
calibration rows have no part in s: they must meet the finished score for the first time, or the threshold's promise
would not hold. Validation rows alone were tried: on a series they are one short stretch of time, and a feature that
happened to be quiet in it then raised alarms ever after.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from training.autoencoder import Kind
from training.head import Head
from training.usual import UsualErrors
from training.view import Known, View


class ReconstructionHead(Head):
    """Score >= 0, about 1 on ordinary rows; its attribution is each feature's term of the mean."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window", "image"})

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.usual = UsualErrors(known.view)
        self.out_of_fold = self(known.view)[0][known.fresh]

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        attribution = self.usual(view)
        return attribution.sum(dim=1), attribution
