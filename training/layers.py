"""Dense layers between a wide and a narrow end. Knows nothing of data, losses or variants."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

ACTIVATIONS: dict[str, type[nn.Module]] = {"gelu": nn.GELU, "relu": nn.ReLU, "elu": nn.ELU, "tanh": nn.Tanh}


def dense(widths: Sequence[int], activation: str) -> nn.Sequential:
    """Linear layers through `widths`, an activation between each two; the last one is linear.

    (rows, widths[0]) -> (rows, widths[-1]).
    """
    layers: list[nn.Module] = []
    for wide, narrow in pairwise(widths):
        layers += [nn.Linear(wide, narrow), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])
