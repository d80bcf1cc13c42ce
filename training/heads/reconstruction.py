"""The reconstruction head: how much worse than usual each feature is rebuilt, averaged.

    score = mean over present features j of  e_j / s_j

e_j is the squared error of feature j in scaled units (for a category: summed over its one-hot columns) and s_j its mean
on the training and validation rows, so a feature that is always rebuilt badly does not drown one that never is. The
calibration rows have no part in s: they must meet the finished score for the first time, or the threshold's promise
would not hold. Validation rows alone were tried: on a series they are one short stretch of time, and a feature that
happened to be quiet in it then raised alarms ever after.
"""

from __future__ import annotations

from torch import Tensor

from training.usual import UsualHead
from training.view import View


class ReconstructionHead(UsualHead):
    """Score >= 0, about 1 on ordinary rows; its attribution is each feature's term of the mean."""

    def said(self, view: View) -> Tensor:
        """-> (rows, terms)."""
        return self.usual(view)  # type: ignore[no-any-return]
