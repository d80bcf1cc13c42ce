"""The convolutional autoencoder: the same small filters slide over the whole window or image, and halve it stage by stage.

    h_0 = x,  h_k = a(W_k * h_{k-1}),  every side s -> ceil(s / 2);  code = V h_K;  the decoder mirrors it
    minimise:  E[ loss(x, g(f(x'))) ],  x' = m (x + noise e),  e ~ N(0, 1),  m = 0 with chance `mask`

Masci, Meier, Ciresan & Schmidhuber, "Stacked convolutional auto-encoders for hierarchical feature extraction", 2011;
the mirror's filters are 4 wide at stride 2, so that they overlap evenly and leave no checkerboard (Odena, Dumoulin &
Olah, "Deconvolution and checkerboard artifacts", 2016).
Use it for images, and for windows in which a shape may begin at any reading: a filter learned at one place holds at
every other, so it needs fewer weights and samples than dense layers. Not for tables: columns have no neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn

from training.autoencoder import Autoencoder, Kind, Shape
from training.layers import ACTIVATIONS

HALVE: dict[int, type[nn.Conv1d | nn.Conv2d]] = {1: nn.Conv1d, 2: nn.Conv2d}  # by the number of sides
DOUBLE: dict[int, type[nn.ConvTranspose1d | nn.ConvTranspose2d]] = {
    1: nn.ConvTranspose1d,
    2: nn.ConvTranspose2d,
}
LEAST, MOST = 16, 128  # filters of a stage; the least is the longest side of the last maps, too


class ConvolutionalAutoencoder(Autoencoder):
    """Strided filters over time, or over height and width; `hidden` are the filters of each stage.

    A side of 1 stays 1, so any size takes any number of stages. With noise or mask it learns to undo them.
    """

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"window", "image"})
    CLIP: ClassVar[float | None] = 1.0  # without, long trainings at the usual rate collapse
    STEPS: ClassVar[int] = 1500  # 3000 rebuild images a tenth better and detect no better

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        # The way samples lie: a fifth less time a training step on images; filters over time stay as they are.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def hidden(cls, axes: tuple[int, ...], code: int, depth: int) -> tuple[int, ...]:  # noqa: ARG003
        """As many stages as `depth`, more while a side is longer than 16; filters halve like the sides, down to 16."""
        count = max(depth, (max(axes[:-1]) - 1).bit_length() - LEAST.bit_length() + 1)
        return tuple(min(LEAST << stage, MOST) for stage in reversed(range(count)))

    def make_encoder(self) -> nn.Module:
        """Channels first to code: (rows, channels, *sides) -> (rows, code size)."""
        *sides, channels = self.shape.axes
        layers: list[nn.Module] = []
        for seen, made in pairwise([channels, *self.shape.hidden]):
            layers += [HALVE[len(sides)](seen, made, kernel_size=3, stride=2, padding=1), self.activation()]
        smallest = stages(sides, len(self.shape.hidden))[-1]
        maps = [channels, *self.shape.hidden][-1]
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(maps * volume(smallest), self.shape.code_size))

    def make_decoder(self) -> nn.Module:
        """Code to channels first: (rows, code size) -> (rows, channels, *sides)."""
        *sides, channels = self.shape.axes
        filters = [*(self.shape.decoder_hidden or self.shape.hidden[::-1]), channels]
        smallest, *larger = stages(sides, len(filters) - 1)[::-1]
        layers: list[nn.Module] = [
            nn.Linear(self.shape.code_size, filters[0] * volume(smallest)),
            nn.Unflatten(1, (filters[0], *smallest)),
        ]
        for (seen, made), wanted in zip(pairwise(filters), larger, strict=True):
            layers += [
                self.activation(),
                DOUBLE[len(sides)](seen, made, kernel_size=4, stride=2, padding=1),
                Cropped(wanted),
            ]
        return nn.Sequential(*layers)

    def activation(self) -> nn.Module:
        """What stands between two layers."""
        return ACTIVATIONS[self.shape.activation]()

    def encode(self, x: Tensor) -> Tensor:
        """The latent. (rows, *sides, channels) -> (rows, code size)."""
        return self.encoder(x.movedim(-1, 1))  # type: ignore[no-any-return]

    def raw(self, latent: Tensor, condition: Tensor) -> Tensor:  # noqa: ARG002
        """The last layer's output, channels last. (rows, code size) -> (rows, *sides, channels)."""
        out: Tensor = self.decoder(latent)
        return out.movedim(1, -1)

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Reconstruction loss of a batch, of its corrupted copy where noise or mask says so. -> ()."""
        return self.reconstruction_loss(self.corrupt(x, generator), x, weight)


class Cropped(nn.Module):
    """The first values of each side: doubling the half of an odd size made one too many."""

    def __init__(self, sides: Sequence[int]) -> None:
        super().__init__()
        self.sides = tuple(sides)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, at least sides) -> (rows, channels, *sides)."""
        for axis, side in enumerate(self.sides, start=2):
            x = x if x.shape[axis] == side else x.narrow(axis, 0, side)
        return x


def stages(sides: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """The sides before and after each of `count` halvings, rounded up: from the largest to the smallest."""
    return [tuple(-(-side // 2**stage) for side in sides) for stage in range(count + 1)]


def volume(sides: Sequence[int]) -> int:
    """Places in a map of these sides."""
    return int(torch.Size(sides).numel())
