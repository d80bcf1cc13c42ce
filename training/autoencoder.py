"""Autoencoder: encode, decode, loss — what every variant is. Knows no data, no scaling, no score."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training.layers import dense
from training.losses import LOSSES


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is built from. `hidden` are the encoder's layers from the outside in; the decoder mirrors them.

    `noise` is the spread of Gaussian noise and `mask` the share of hidden values, for variants that corrupt their input.
    """

    width: int
    hidden: tuple[int, ...]
    code_size: int
    activation: str
    loss: str
    noise: float = 0.0
    mask: float = 0.0


class Autoencoder(nn.Module, ABC):
    """A dense encoder and its mirror image. A variant says what it minimises; it may replace the layers too.

    Rows are (rows, width) float32 in scaled units, a missing value is its typical one; `weight` has the
    same shape and is 0 where a value is missing or constant, so that nothing is learned from it.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        widths = [shape.width, *shape.hidden, shape.code_size]
        self.encoder = dense(widths, shape.activation)
        self.decoder = dense(widths[::-1], shape.activation)
        self.criterion = LOSSES[shape.loss]()

    def encode(self, x: Tensor) -> Tensor:
        """The latent. (rows, width) -> (rows, code size)."""
        return self.encoder(x)  # type: ignore[no-any-return]

    def decode(self, latent: Tensor) -> Tensor:
        """The reconstruction. (rows, code size) -> (rows, width), in scaled units."""
        return self.criterion.link(self.decoder(latent))

    def reconstruction_loss(self, seen: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """How badly `target` is rebuilt from what the network sees of it. -> ()."""
        raw = self.decoder(self.encode(seen))
        return self.criterion(raw, target, weight)  # type: ignore[no-any-return]

    @abstractmethod
    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """What fitting minimises on one batch; all chance comes from `generator`. -> ()."""
