"""Dense layers between a wide and a narrow end, of one network or of many at once. Knows nothing of data, losses or variants."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {"gelu": nn.GELU, "relu": nn.ReLU, "elu": nn.ELU, "tanh": nn.Tanh}


def dense(widths: Sequence[int], activation: str) -> nn.Sequential:
    """Linear layers through `widths`, an activation between each two; the last one is linear.

    (rows, widths[0]) -> (rows, widths[-1]).
    """
    layers: list[nn.Module] = []
    for wide, narrow in pairwise(widths):
        layers += [nn.Linear(wide, narrow), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])


class BatchedLinear(nn.Module):
    """As many linear layers as there are members, as one matrix product; each begins as an nn.Linear would."""

    def __init__(self, members: int, wide: int, narrow: int) -> None:
        super().__init__()
        each = [nn.Linear(wide, narrow) for _ in range(members)]
        self.weight = nn.Parameter(torch.stack([layer.weight.detach().T for layer in each]))
        self.bias = nn.Parameter(torch.stack([layer.bias.detach().unsqueeze(0) for layer in each]))

    def forward(self, x: Tensor) -> Tensor:
        """The same rows for all, (rows, wide), or each member's own, (members, rows, wide) -> (members, rows, narrow)."""
        return x @ self.weight + self.bias


def batched(members: int, widths: Sequence[int], activation: str) -> nn.Sequential:
    """`dense` for each member: (rows, widths[0]), or one of them for each member, -> (members, rows, widths[-1])."""
    layers: list[nn.Module] = []
    for wide, narrow in pairwise(widths):
        layers += [BatchedLinear(members, wide, narrow), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])
