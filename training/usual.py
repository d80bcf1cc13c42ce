"""Usual errors: each feature's squared error in units of its mean on known rows, so that none drowns the others."""

from __future__ import annotations

from torch import Tensor, nn

from training.view import View

# A feature that is always rebuilt perfectly would otherwise turn a rounding error into an alarm.
LEAST_SPREAD = 1e-4


class UsualErrors(nn.Module):
    """e_j / s_j over the number of present features: terms that add up to about 1 on ordinary rows."""

    spread: Tensor

    def __init__(self, known: View) -> None:
        super().__init__()
        spread = (known.errors * known.present).sum(dim=0) / known.present.sum(dim=0).clamp(min=1)
        self.register_buffer("spread", spread.clamp(min=LEAST_SPREAD))

    def forward(self, view: View) -> Tensor:
        """-> (rows, terms), >= 0."""
        present = view.present.sum(dim=1, keepdim=True).clamp(min=1)
        return view.errors / self.spread * view.present / present
