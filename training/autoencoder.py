"""Autoencoder: encode, decode, loss — what every variant is. Knows no data, no scaling, no score."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn

from training.layers import dense
from training.losses import LOSSES

NARROWEST, WIDEST, LAST = 32, 256, 8
Kind = Literal["table", "window", "image"]
KIND_OF: dict[int, Kind] = {1: "table", 2: "window", 3: "image"}  # by the number of axes of one sample


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is built from, and what its variant may be told.

    `axes` is one sample in scaled units: (width,) of a table, (length, width) of a window, (height, width, channels) of
    an image. `hidden` are the encoder's layers from the outside in; the decoder mirrors them unless `decoder_hidden` says
    otherwise. `conditions` are the places, along the last axis, of columns that are given and never rebuilt. `trim` is the
    share of each batch, the worst rebuilt, that nothing is learned from.
    """

    axes: tuple[int, ...]
    hidden: tuple[int, ...]
    code_size: int
    activation: str
    loss: str
    decoder_hidden: tuple[int, ...] = ()
    conditions: tuple[int, ...] = ()
    noise: float = 0.0
    mask: float = 0.0
    sparsity: str = "l1"
    penalty: float | None = None
    members: int = 5
    pretrain: bool = False
    trim: float = 0.0

    @property
    def kind(self) -> Kind:
        """Which kind of record a sample is."""
        return KIND_OF[len(self.axes)]

    @property
    def size(self) -> int:
        """Numbers in one sample."""
        return int(torch.Size(self.axes).numel())


class Autoencoder(nn.Module, ABC):
    """A dense encoder and its mirror image. A variant says what it minimises; it may replace the layers too.

    Samples are (rows, *axes) float32 in scaled units, a missing value is its typical one; `weight` has the same shape and
    is 0 where a value is missing, constant or a condition, so that nothing is learned from it.
    """

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window", "image"})
    TAKES_CONDITIONS: ClassVar[bool] = False
    GENERATES: ClassVar[bool] = False
    CROSS_FITTED: ClassVar[bool] = False  # members side by side, each of which leaves out a fold
    HONEST: ClassVar[bool] = (
        False  # copying the input does not lower its loss, so that shapes can be judged by it
    )
    CLIP: ClassVar[float | None] = None  # longest gradient; None leaves it as it is
    STEPS: ClassVar[int] = 4000  # gradient steps that were enough on every set tried
    places: Tensor
    column_spread: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = self.make_encoder()
        self.decoder = self.make_decoder()
        self.criterion = LOSSES[shape.loss]()
        self.register_buffer("places", torch.tensor(shape.conditions, dtype=torch.int64), persistent=False)
        self.register_buffer("column_spread", torch.ones(shape.axes[-1]), persistent=False)

    @property
    def latent_size(self) -> int:
        """Numbers in the latent."""
        return self.shape.code_size

    @classmethod
    def hidden(cls, axes: tuple[int, ...], code: int, depth: int) -> tuple[int, ...]:
        """Layers where nobody named any, `depth` of them: first wider than the sample, then evenly (in ratio) down towards the code."""
        first = min(max(4 * int(torch.Size(axes).numel()), NARROWEST), WIDEST)
        return tuple(round(float(units)) for units in np.geomspace(first, max(2 * code, LAST), depth))

    @classmethod
    def code(cls, axes: tuple[int, ...], suggested: int) -> int:  # noqa: ARG003
        """Numbers in the code where nobody said: those `suggested` by the variance of the samples."""
        return suggested

    def make_encoder(self) -> nn.Module:
        """Flat sample to code: (rows, size) -> (rows, code size)."""
        return dense([self.shape.size, *self.shape.hidden, self.shape.code_size], self.shape.activation)

    def make_decoder(self) -> nn.Module:
        """Code and conditions to flat sample: (rows, code size + conditions) -> (rows, size)."""
        shape = self.shape
        hidden = shape.decoder_hidden or shape.hidden[::-1]
        return dense([shape.code_size + len(shape.conditions), *hidden, shape.size], shape.activation)

    def encode(self, x: Tensor) -> Tensor:
        """The latent. (rows, *axes) -> (rows, latent size)."""
        return self.encoder(self.flat(x))  # type: ignore[no-any-return]

    def decode(self, latent: Tensor, condition: Tensor) -> Tensor:
        """The reconstruction. (rows, latent size), (rows, conditions) -> (rows, *axes), in scaled units."""
        return self.criterion.link(self.raw(latent, condition))

    def raw(self, latent: Tensor, condition: Tensor) -> Tensor:
        """What the last layer gives, before the loss's link. The same shapes as `decode`."""
        given = torch.cat([latent, condition], dim=1) if self.shape.conditions else latent
        out: Tensor = self.decoder(given)
        return out if len(self.shape.axes) == 1 else out.reshape(-1, *self.shape.axes)

    def condition(self, x: Tensor) -> Tensor:
        """The condition columns of a sample; of a window, those of its last reading. (rows, *axes) -> (rows, conditions)."""
        last = x if x.dim() == 2 else x.flatten(1, -2)[:, -1]  # noqa: PLR2004
        return last.index_select(-1, self.places)

    def flat(self, x: Tensor) -> Tensor:
        """(rows, *axes) -> (rows, size)."""
        return x if len(self.shape.axes) == 1 else x.flatten(1)

    def each(self, latent: Tensor, condition: Tensor) -> Tensor:
        """The reconstruction of every member of an ensemble; a single network is one. -> (members, rows, *axes)."""
        return self.decode(latent, condition).unsqueeze(0)

    def codes(self, latent: Tensor) -> Tensor:
        """The code of every member. (rows, latent size) -> (members, rows, code size)."""
        return latent.unsqueeze(0)

    def divergence(self, x: Tensor) -> Tensor:
        """What the code says of a sample in nats, where a network speaks of it: (rows, *axes) -> (rows,), else 0."""
        return x.new_zeros(x.shape[0])

    def reconstruction_loss(self, seen: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """How badly `target` is rebuilt from what the network sees of it. -> ()."""
        raw = self.raw(self.encode(seen), self.condition(seen))
        return self.criterion(raw, target, self.trimmed(raw, target, weight))  # type: ignore[no-any-return]

    def trimmed(self, raw: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """The weight, 0 for the worst rebuilt of the batch while learning. (…, rows, *axes) three times -> the same."""
        if not (self.shape.trim and self.training):
            return weight
        with torch.no_grad():
            errors = (self.criterion.link(raw) - target).square() * weight
            each = errors.flatten(-len(self.shape.axes)).sum(dim=-1)
            kept = max(1, round(each.shape[-1] * (1 - self.shape.trim)))
            good = each <= each.kthvalue(kept, dim=-1, keepdim=True).values
        return weight * good.reshape(*good.shape, *[1] * len(self.shape.axes))

    def meet(self, x: Tensor) -> None:
        """Measure the columns' spreads, the unit of the noise, on training samples: (rows, *axes)."""
        self.column_spread.copy_(x.flatten(0, -2).std(dim=0, correction=0))

    def corrupt(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Gaussian noise on every value, then zeros in place of a share of them; as it is where both are 0."""
        if self.shape.noise:
            x = x + self.shape.noise * self.column_spread * torch.randn(x.shape, generator=generator)
        if self.shape.mask:
            x = x * (torch.rand(x.shape, generator=generator) >= self.shape.mask)
        return x

    def pretrained(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> None:
        """What a variant does with the training samples before its loss is minimised; most do nothing."""

    def settled(self, x: Tensor, weight: Tensor) -> None:
        """What a variant measures on the training samples once its weights are fixed, to keep in buffers."""

    def facts(self, x: Tensor) -> dict[str, float]:  # noqa: ARG002
        """What a variant has to say of itself on held-out samples, for the manifest's `quality`."""
        return {}

    def generate(self, latent: Tensor, noise: Tensor, condition: Tensor) -> Tensor:
        """New samples in scaled units, where GENERATES: standard normal (rows, latent size) and (rows, *axes) -> (rows, *axes)."""
        raise NotImplementedError

    @abstractmethod
    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """What fitting minimises on one batch; all chance comes from `generator`. -> ()."""
