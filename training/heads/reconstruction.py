"""The reconstruction head: how much worse than usual each feature is rebuilt, averaged.

    score = mean over present features j of  e_j / s_j

e_j is the squared error of feature j in scaled units (for a category: summed over its one-hot columns) and s_j its mean
on the training and validation rows, so a feature that is always rebuilt badly does not drown one that never is. The
calibration rows have no part in s: they must meet the finished score for the first time, or the threshold's promise
would not hold. Validation rows alone were tried: on a series they are one short stretch of time, and a feature that
happened to be quiet in it then raised alarms ever after.
"""

from __future__ import annotations

from torch import Tensor, nn

# A feature that is always rebuilt perfectly would otherwise turn a rounding error into an alarm.
LEAST_SPREAD = 1e-4


class ReconstructionHead(nn.Module):
    """Score >= 0, about 1 on ordinary rows; its attribution is each feature's term of the mean."""

    spread: Tensor

    def __init__(self, errors: Tensor, present: Tensor) -> None:
        """`errors` and `present`: (rows, features) of known normal rows."""
        super().__init__()
        spread = (errors * present).sum(dim=0) / present.sum(dim=0).clamp(min=1)
        self.register_buffer("spread", spread.clamp(min=LEAST_SPREAD))

    def forward(self, errors: Tensor, present: Tensor, latent: Tensor) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """(rows, features) twice and (rows, code size) -> score (rows,), attribution (rows, features)."""
        attribution = errors / self.spread * present / present.sum(dim=1, keepdim=True).clamp(min=1)
        return attribution.sum(dim=1), attribution
