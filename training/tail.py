"""Tail: a score to -log of the share of normal rows that reach it, so that scores of any kind can be added."""

from __future__ import annotations

import torch
from torch import Tensor, nn

KNOTS = 17
FEWEST = 5  # rows above the last knot


class Tail(nn.Module):
    """Piecewise linear between quantiles of normal scores, and an exponential tail beyond the last of them.

    t(s) = sum over i of slope_i * clamp(s - v_i, 0, v_(i+1) - v_i),  v_i the quantile above which a share q_i lies, q_i
    spaced evenly in their logarithm. Far out the slope is one over the mean excess, as of an exponential distribution
    (Pickands 1975: what is above a high threshold is nearly one).
    """

    lower: Tensor
    width: Tensor
    slope: Tensor

    def __init__(self, scores: Tensor, *, curbed: bool = False) -> None:
        """`scores`: (rows,) of normal rows that nothing was fitted on. `curbed`: log(1 + t), where some may be anomalies."""
        super().__init__()
        self.curbed = curbed
        ordered = scores.double()
        shares = torch.logspace(0, _last(len(ordered)), KNOTS, dtype=torch.float64)
        values = torch.quantile(ordered, (1 - shares).clamp(min=0)).cummax(dim=0).values
        rises, heights = values.diff(), (-shares.log()).diff()
        excess = ordered[ordered > values[-1]] - values[-1]
        beyond = excess.mean() if len(excess) else values[-1] - values[0]
        least = 1e-6 * values.abs().amax().clamp(min=1e-6)
        slopes = torch.cat([heights / rises.clamp(min=least), 1 / beyond.clamp(min=least).reshape(1)])
        far = torch.cat([rises, torch.full((1,), torch.inf, dtype=torch.float64)])
        self.register_buffer("lower", values.float())
        self.register_buffer("width", far.clamp(max=torch.finfo(torch.float32).max).float())
        self.register_buffer("slope", slopes.float())

    def forward(self, score: Tensor) -> Tensor:
        """(rows,) -> (rows,), >= 0."""
        passed = (score.unsqueeze(1) - self.lower).clamp(min=0)
        tail = (torch.minimum(passed, self.width) * self.slope).sum(dim=1)
        return torch.log1p(tail) if self.curbed else tail


def _last(rows: int) -> float:
    """The logarithm (base 10) of the smallest share that still has `FEWEST` rows in it, no smaller than a thousandth."""
    share = torch.tensor(max(min(FEWEST / max(rows, 1), 0.5), 1e-3))
    return float(share.log10())
