"""Bend: far values by their logarithm, so that a few of them do not drown the others. Knows no scaling."""

from __future__ import annotations

import torch
from torch import Tensor, nn

BEND = 3.0  # spreads: up to here a bent column is linear
FARTHEST = 20.0  # beyond that: e to this is far beyond any limit
NEVER = 1e4  # spreads: no value is further out


class Bend(nn.Module):
    """z -> sign(z) (3 + log(1 + |z| - 3)) beyond 3 spreads, in the columns that bend, and the way back."""

    limit: Tensor

    def __init__(self, bends: Tensor) -> None:
        """`bends`: (width,) bool."""
        super().__init__()
        self.any, self.all = bool(bends.any()), bool(bends.all())
        self.register_buffer("limit", torch.where(bends, BEND, NEVER), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(…, width) -> the same."""
        if not self.any:
            return x
        inside = self._inside(x)
        beyond = x - inside
        return inside + beyond.sign() * torch.log1p(beyond.abs())

    def straight(self, x: Tensor) -> Tensor:
        """The way back. (…, width) -> the same."""
        if not self.any:
            return x
        inside = self._inside(x)
        beyond = x - inside
        return inside + beyond.sign() * torch.expm1(beyond.abs().clamp(max=FARTHEST))

    def _inside(self, x: Tensor) -> Tensor:
        """As far as nothing is bent. One bound for all columns is several times quicker than one for each."""
        if self.all:
            return x.clamp(-BEND, BEND)
        return torch.minimum(torch.maximum(x, -self.limit), self.limit)
