"""The plain autoencoder: squeeze a record through a narrow code and rebuild it.

    minimise over f, g:  E[ loss(x, g(f(x))) ],  f: R^width -> R^code, code < width

Rumelhart, Hinton & Williams, "Learning internal representations by error propagation", 1986; as a detector of
anomalies Sakurada & Yairi, "Anomaly detection using autoencoders with nonlinear dimensionality reduction", 2014.
Use it as the yardstick, and where inputs are clean and the code is clearly smaller than the record: with a wide
code it can learn to copy, anomalies included.
"""

from __future__ import annotations

import torch
from torch import Tensor

from training.autoencoder import Autoencoder


class VanillaAutoencoder(Autoencoder):
    """Minimises the reconstruction loss of the record as it is."""

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """Reconstruction loss of a batch. (rows, width) twice -> ()."""
        return self.reconstruction_loss(x, x, weight)
