"""Space: columns to one unit each, and optionally no further than a logarithm goes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LEAST = 0.02  # in scaled units: a column that hardly moved would make a mountain of a rounding error
BEND = 3.0  # spreads: up to here linear, beyond by the logarithm


class Space(nn.Module):
    """Mean 0 and spread 1 of the known rows in every column. `bent`: z -> sign(z) (3 + log(1 + |z| - 3)) beyond 3 spreads.

    In a column with a few far values the bend lets the others be seen: a distance is no longer theirs alone.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, x: Tensor, *, bent: bool = False) -> None:
        """`x`: (rows, size) of known normal rows."""
        super().__init__()
        spread = x.double().std(dim=0, correction=0).float()
        self.register_buffer("mean", x.double().mean(dim=0).float())
        self.register_buffer("spread", torch.where(spread > 0, spread, 1.0).clamp(min=LEAST))
        self.bent = bent

    def forward(self, x: Tensor) -> Tensor:
        """(rows, size) -> the same shape."""
        z = (x - self.mean) / self.spread
        if not self.bent:
            return z
        size = z.abs()
        return torch.where(size > BEND, z.sign() * (BEND + torch.log1p((size - BEND).clamp(min=0))), z)
