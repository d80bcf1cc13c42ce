"""The conditional autoencoder: rebuild what should be, given what is known to hold.

    minimise over f, g:  E[ loss(y, g(f(y', c), c)) ],  record x = (y, c), c the given columns,  y' = y, corrupted:
                         y'_j = y_j + noise * e, e ~ N(0, 1), and with chance `mask` taken from another record

Sohn, Lee & Yan, "Learning structured output representation using deep conditional generative models", 2015, without the
sampling; the exchange of values between records is the swap noise of Jahrer's "Porto Seguro" entry, 2017. The decoder
gets c itself, so the code need not carry it, and c is not judged. A value from another record is an ordinary one under
conditions that do not hold: having met those, the network believes the conditions and not the value.
Use it where operating modes, set points or seasons are columns of their own and decide what is normal. Not without such
columns, nor where they may be wrong themselves; tables and windows only.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from training.autoencoder import Autoencoder, Kind, Shape


class ConditionalAutoencoder(Autoencoder):
    """Minimises the loss of the clean record rebuilt from its conditions and a record that may be partly another's."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window"})
    TAKES_CONDITIONS: ClassVar[bool] = True
    judged: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        judged = torch.ones(shape.axes[-1], dtype=torch.bool)
        judged[list(shape.conditions)] = False
        self.register_buffer("judged", judged, persistent=False)

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Reconstruction loss of a batch after corruption. (rows, *axes) twice -> ()."""
        return self.reconstruction_loss(self.corrupt(x, generator), x, weight)

    def corrupt(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Noise and another record's values (of a window: its whole column) where not given. (rows, *axes) -> the same."""
        other = x[torch.randperm(len(x), generator=generator)]
        columns = (len(x), *(1 for _ in x.shape[1:-1]), x.shape[-1])
        swapped = torch.rand(columns, generator=generator) < self.shape.mask
        spoilt = torch.where(swapped, other, x) + self.shape.noise * torch.randn(x.shape, generator=generator)
        return torch.where(self.judged, spoilt, x)
