"""How a reconstruction is compared with its record while fitting, and how the last layer's output becomes one."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn
from torch.nn import functional


class Loss(Protocol):
    """A link from the decoder's raw output to scaled units, and the loss on that raw output."""

    def link(self, raw: Tensor) -> Tensor:
        """(rows, width) -> the reconstruction in scaled units, same shape."""
        ...

    def __call__(self, raw: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Mean loss over the values with weight; three times (rows, width) -> ()."""
        ...


class MeanSquaredError(nn.Module):
    """(x - x_hat)^2 averaged: the Gaussian likelihood with one variance, for numbers without bounds."""

    def link(self, raw: Tensor) -> Tensor:
        """The output is the reconstruction."""
        return raw

    def forward(self, raw: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Weighted mean of squared errors."""
        return ((raw - target).square() * weight).sum() / weight.sum().clamp(min=1)


class BinaryCrossEntropy(nn.Module):
    """-x log x_hat - (1 - x) log(1 - x_hat): the Bernoulli likelihood, for values that fill [0, 1]."""

    def link(self, raw: Tensor) -> Tensor:
        """A sigmoid keeps the reconstruction inside [0, 1]."""
        return raw.sigmoid()

    def forward(self, raw: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Weighted mean of cross entropies, computed from logits so that it cannot overflow."""
        each = functional.binary_cross_entropy_with_logits(raw, target, reduction="none")
        return (each * weight).sum() / weight.sum().clamp(min=1)


LOSSES: dict[str, type[MeanSquaredError | BinaryCrossEntropy]] = {
    "mse": MeanSquaredError,
    "bce": BinaryCrossEntropy,
}
