"""Preprocessing: raw numbers and codes to scaled inputs and back, as a part of the graph. Fitted on training rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.encoding import Encoded

LIMIT = 1e4  # scaled values are clamped here: far beyond any reading, and its square is still exact enough in float32
MOST_EXPONENT = 600.0  # e to this is still a float64
WIDEN = 0.1  # the network sees this share beyond the trained range, and no further


@dataclass(frozen=True, slots=True)
class Scaling:
    """Per numeric feature, float64 (features,): scaled = (curve(value) - center) / scale.

    curve(value) is sign(value) log(1 + |value| / unit), or the value itself where `unit` is 0. `typical`
    replaces a missing value; `typical`, `lowest_seen` and `highest_seen` are in the feature's own units.
    """

    unit: Tensor
    center: Tensor
    scale: Tensor
    typical: Tensor
    lowest_seen: Tensor
    highest_seen: Tensor
    active: Tensor


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the network and the head need of a batch: x (rows, width), present (rows, features)."""

    x: Tensor
    present: Tensor


class Preprocessing(nn.Module):
    """Impute, scale, clamp, one-hot.

    The width is the numeric features followed by each categorical feature's columns: one for "unseen",
    then one per category. Numbers are scaled in float64 and cast after: a counter near 1.7e9 would lose
    everything in float32.
    """

    unit: Tensor
    curved: Tensor
    center: Tensor
    scale: Tensor
    typical: Tensor
    low: Tensor
    high: Tensor
    active: Tensor
    belongs: Tensor

    def __init__(self, scaling: Scaling, categories: Sequence[int]) -> None:
        """`categories`: how many each categorical feature has, "unseen" not counted."""
        super().__init__()
        self.numbers = len(scaling.center)
        self.sizes = [count + 1 for count in categories]
        ones = torch.ones(sum(self.sizes), dtype=torch.float32)
        for name, value in {
            "unit": torch.where(scaling.unit > 0, scaling.unit, 1.0),
            "curved": scaling.unit > 0,
            "center": scaling.center,
            "scale": scaling.scale,
            "typical": scaling.typical,
            "active": torch.cat([scaling.active.float(), ones]),
            "belongs": self._membership(),
        }.items():
            self.register_buffer(name, value)
        low, high = self._scaled(scaling.lowest_seen).float(), self._scaled(scaling.highest_seen).float()
        margin = WIDEN * (high - low)
        self.register_buffer("low", torch.cat([low - margin, 0 * ones]))
        self.register_buffer("high", torch.cat([high + margin, ones]))

    @property
    def width(self) -> int:
        """How many inputs the network has."""
        return self.numbers + sum(self.sizes)

    def arguments(self, encoded: Encoded) -> tuple[Tensor | None, Tensor | None]:
        """The graph's inputs; a kind of feature the model has none of is None."""
        numeric = torch.from_numpy(encoded.numeric) if self.numbers else None
        return numeric, torch.from_numpy(encoded.categorical) if self.sizes else None

    def forward(self, numeric: Tensor | None, categorical: Tensor | None) -> Inputs:
        """(rows, numeric) float64 with NaN = missing, (rows, categorical) int64 with -1 = missing -> Inputs."""
        columns: list[Tensor] = []
        present: list[Tensor] = []
        if numeric is not None:
            missing = numeric.isnan()
            scaled = self._scaled(torch.where(missing, self.typical, numeric))
            columns.append(scaled.clamp(-LIMIT, LIMIT).float())
            present.append((~missing).float())
        if categorical is not None:
            columns += [self._one_hot(categorical[:, place], size) for place, size in enumerate(self.sizes)]
            present.append((categorical >= 0).float())
        return Inputs(torch.cat(columns, dim=1), torch.cat(present, dim=1))

    def seen(self, x: Tensor) -> Tensor:
        """What the network sees: no further than it was trained on, nothing of constant features. (rows, width)."""
        return torch.minimum(torch.maximum(x, self.low), self.high) * self.active

    def rebuilt(self, x_hat: Tensor) -> Tensor:
        """A constant feature is always expected at its constant, 0 in scaled units. (rows, width)."""
        return x_hat * self.active

    def weight(self, present: Tensor) -> Tensor:
        """Which values a network should learn from. (rows, features) -> (rows, width)."""
        return present @ self.belongs.T * self.active

    def per_feature(self, squared: Tensor) -> Tensor:
        """Sum a category's columns to one error. (rows, width) -> (rows, features)."""
        return squared @ self.belongs if self.sizes else squared

    def restored(self, x_hat: Tensor) -> Tensor:
        """Expected values in the record's own units; for a category the likeliest code. -> (rows, features) float64."""
        columns = [self._unscaled(x_hat[:, : self.numbers].double())] if self.numbers else []
        at = self.numbers
        for size in self.sizes:
            code = x_hat[:, at + 1 : at + size].argmax(dim=1, keepdim=True) + 1
            columns.append(code.double())
            at += size
        return torch.cat(columns, dim=1)

    def _scaled(self, values: Tensor) -> Tensor:
        curved = values.sign() * torch.log(1 + values.abs() / self.unit)
        return (torch.where(self.curved, curved, values) - self.center) / self.scale

    def _unscaled(self, scaled: Tensor) -> Tensor:
        values = scaled * self.scale + self.center
        curved = values.sign() * (torch.exp(values.abs().clamp(max=MOST_EXPONENT)) - 1) * self.unit
        return torch.where(self.curved, curved, values)

    def _one_hot(self, codes: Tensor, size: int) -> Tensor:
        return (codes.unsqueeze(1) == torch.arange(size)).float()

    def _membership(self) -> Tensor:
        features = self.numbers + len(self.sizes)
        owner = [*range(self.numbers)]
        for place, size in enumerate(self.sizes):
            owner += [self.numbers + place] * size
        return torch.eye(features)[owner] if owner else torch.zeros(0, features)
