"""Pixels: images to scaled inputs and back, as a part of the graph. The same questions as Preprocessing answers for records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

WHITE = 255.0


class Pixels(nn.Module):
    """uint8 to numbers around 0: x = (value / 255 - center) / scale, one center and scale for each channel."""

    center: Tensor
    scale: Tensor
    conditions: tuple[int, ...] = ()
    condition_columns: tuple[int, ...] = ()

    def __init__(self, axes: tuple[int, int, int], center: Tensor, scale: Tensor) -> None:
        """`axes`: height, width, channels. `center` and `scale`: (channels,); 0 and 1 leave values in [0, 1]."""
        super().__init__()
        self.axes = axes
        self.register_buffer("center", center)
        self.register_buffer("scale", scale)

    def arguments(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
        """The graph's inputs as tensors."""
        return {name: torch.from_numpy(values) for name, values in inputs.items()}

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(rows, height, width, channels) uint8 -> x in scaled units and what is present, both of this shape."""
        x = (image.float() / WHITE - self.center) / self.scale
        return x, torch.ones_like(x)

    def bent(self, x: Tensor) -> Tensor:
        """Pixels have no long tails."""
        return x

    def filled(self, x: Tensor, present: Tensor, x_hat: Tensor) -> Tensor:  # noqa: ARG002
        """No pixel is missing."""
        return x

    def straight(self, x: Tensor) -> Tensor:
        """Nor were they bent."""
        return x

    def seen(self, x: Tensor) -> Tensor:
        """All there is: no pixel is out of range."""
        return x

    def limited(self, bent: Tensor) -> Tensor:
        """The same."""
        return bent

    def rebuilt(self, x_hat: Tensor) -> Tensor:
        """As it is."""
        return x_hat

    def given(self, x: Tensor, x_hat: Tensor) -> Tensor:  # noqa: ARG002
        """Nothing is a condition."""
        return x_hat

    def weight(self, present: Tensor) -> Tensor:
        """Every value is there to be learned from."""
        return present

    def per_feature(self, squared: Tensor) -> Tensor:
        """Each value of each pixel has an error of its own."""
        return squared

    def flat(self, each: Tensor) -> Tensor:
        """(rows, *axes) -> (rows, terms)."""
        return each.flatten(1)

    def judged(self, x: Tensor) -> Tensor:
        """Nothing: heads see images through their errors alone. (…, rows, *axes) -> (…, rows, 0)."""
        return x.flatten(-3)[..., :0]

    def terms(self, squared: Tensor) -> Tensor:
        """As they are."""
        return squared

    def attributed(self, terms: Tensor) -> Tensor:
        """What each pixel adds. (rows, terms) -> (rows, height, width)."""
        return terms.reshape(-1, *self.axes).sum(dim=-1)

    def restored(self, x_hat: Tensor) -> Tensor:
        """The image as the network would have it. (rows, *axes) -> the same, uint8."""
        values = (x_hat * self.scale + self.center) * WHITE
        return values.round().clamp(0.0, WHITE).to(torch.uint8)
