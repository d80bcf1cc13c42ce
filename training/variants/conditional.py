"""The conditional autoencoder: rebuild what should be, given what is known to hold.

    minimise over f, g:  E[ loss(y, g(z, c)) ] + penalty * mean squared correlation of z and c,  z = f(y', c),
                         record x = (y, c), c the given columns,  y' = y, corrupted:
                         y'_j = y_j + noise * e, e ~ N(0, 1), and with chance `mask` taken from another record

Sohn, Lee & Yan, "Learning structured output representation using deep conditional generative models", 2015, without the
sampling. The decoder gets c itself, so the code need not carry it, and the penalty sees to it that it does not: Cheung,
Livezey, Bansal & Olshausen, "Discovering hidden factors of variation in deep networks", 2014. A value from another record
(the swap noise of Jahrer's "Porto Seguro" solution, 2017) is an ordinary one, but under conditions that do not hold: having
met those, the network believes the conditions and not the value. What is given is not judged.
Use it where operating modes, set points or seasons are columns of their own and decide what is normal. Not without such
columns, nor where they may be wrong themselves; tables and windows only.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from training.autoencoder import Autoencoder, Kind, Shape

PENALTY = 0.1  # where Shape.penalty is None
LEAST_VARIANCE = 1e-4


class ConditionalAutoencoder(Autoencoder):
    """Minimises the loss of a record rebuilt from its conditions and a code of itself, spoilt, that says nothing of them."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window"})
    TAKES_CONDITIONS: ClassVar[bool] = True
    judged: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        judged = torch.ones(shape.axes[-1], dtype=torch.bool)
        judged[list(shape.conditions)] = False
        self.register_buffer("judged", judged, persistent=False)

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Reconstruction loss of a batch after corruption, plus penalty. (rows, *axes) twice -> ()."""
        latent, condition = self.encode(self.corrupt(x, generator)), self.condition(x)
        rebuilt: Tensor = self.criterion(self.raw(latent, condition), x, weight)
        penalty = PENALTY if self.shape.penalty is None else self.shape.penalty
        return rebuilt + penalty * correlation(latent, condition)

    def corrupt(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Noise and another record's values (of a window: its whole column) where not given. (rows, *axes) -> the same."""
        other = x[torch.randperm(len(x), generator=generator)]
        columns = (len(x), *(1 for _ in x.shape[1:-1]), x.shape[-1])
        swapped = torch.rand(columns, generator=generator) < self.shape.mask
        noise = self.shape.noise * self.column_spread * torch.randn(x.shape, generator=generator)
        spoilt = torch.where(swapped, other, x) + noise
        return torch.where(self.judged, spoilt, x)


def correlation(some: Tensor, others: Tensor) -> Tensor:
    """Mean of the squared correlations of each column with each of the others; 0 where there are none. -> ()."""
    each = standard(some).T @ standard(others) / len(some)
    return each.square().sum() / max(1, each.numel())


def standard(x: Tensor) -> Tensor:
    """Columns of mean 0 and variance 1; one that hardly varies stays small. (rows, width) -> the same."""
    variance, mean = torch.var_mean(x, dim=0, correction=0)
    return (x - mean) / (variance + LEAST_VARIANCE).sqrt()
