"""The denoising autoencoder: spoil a record, rebuild the clean one.

    minimise over f, g:  E[ loss(x, g(f(x'))) ],  x' = m * (x + noise * e),  e ~ N(0, 1),  m_j = 0 with chance `mask`

Vincent, Larochelle, Bengio & Manzagol, "Extracting and composing robust features with denoising autoencoders", 2008.
Copying its input no longer helps, so it must learn how values hang together: a value is rebuilt from the others. A
hidden value is 0 in scaled units, the mean, close to what stands in for a missing one; so missing readings do not
surprise it. Use it where one small network is wanted; turn noise down where tiny deviations are the anomaly.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from training.autoencoder import Autoencoder


class DenoisingAutoencoder(Autoencoder):
    """Minimises the loss of the clean record rebuilt from a noisy, partly hidden one."""

    HONEST: ClassVar[bool] = True

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Reconstruction loss of a batch after corruption. (rows, width) twice -> ()."""
        return self.reconstruction_loss(self.corrupt(x, generator), x, weight)
