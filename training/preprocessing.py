"""Preprocessing: raw numbers and codes to scaled inputs and back, as a part of the graph. Fitted on training rows only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.bend import Bend
from training.scaling import Scaling

LIMIT = 1e4  # scaled values are clamped here: far beyond any reading, and its square is still exact enough in float32
MOST_EXPONENT = 600.0  # e to this is still a float64
WIDEN = 0.1  # the network sees this share beyond the trained range, and no further


class Preprocessing(nn.Module):
    """Impute, scale, clamp, one-hot: of records, or of windows of them.

    The width is the numeric features followed by each categorical feature's columns: one for "unseen", then one per
    category. Numbers are scaled in float64 and cast after: a counter near 1.7e9 would lose everything in float32.
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
    scored: Tensor
    filler: Tensor

    def __init__(
        self,
        scaling: Scaling,
        categories: Sequence[int],
        *,
        conditions: Sequence[int] = (),
        length: int | None = None,
        focus: int | None = None,
    ) -> None:
        """`categories`: how many each categorical feature has, "unseen" not counted.

        `conditions`: places of the features that are given and never judged. `length`: readings in a window, of which the
        last `focus` are judged.
        """
        super().__init__()
        self.numbers = len(scaling.center)
        self.sizes = [count + 1 for count in categories]
        self.conditions = tuple(conditions)
        self.length = length
        self.focus = focus or length or 1
        self.curving = bool((scaling.unit > 0).any())
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
        filler = self._scaled(scaling.typical).float().clamp(-LIMIT, LIMIT)
        self.register_buffer("filler", filler, persistent=False)
        self.constant = bool((self.active == 0).any())
        self.bend = Bend(torch.cat([scaling.bends.bool(), ones < 0]))
        for name, edge in zip(("low", "high"), self._edges(scaling), strict=True):
            self.register_buffer(name, edge)
        scored = torch.ones(self.numbers + len(self.sizes))
        scored[list(self.conditions)] = 0
        self.register_buffer("scored", scored, persistent=False)

    def _edges(self, scaling: Scaling) -> tuple[Tensor, Tensor]:
        """How far the network sees, (width,) twice: the trained range and a margin, bent; all of a category."""
        ones = torch.ones(sum(self.sizes))
        low, high = (
            self.bent(torch.cat([self._scaled(edge).float(), 0 * ones]))[: self.numbers]
            for edge in (scaling.lowest_seen, scaling.highest_seen)
        )
        margin = WIDEN * (high - low)
        return torch.cat([low - margin, 0 * ones]), torch.cat([high + margin, ones])

    @property
    def axes(self) -> tuple[int, ...]:
        """The shape of one sample: (width,), or (length, width)."""
        width = self.numbers + sum(self.sizes)
        return (width,) if self.length is None else (self.length, width)

    @property
    def condition_columns(self) -> tuple[int, ...]:
        """Places of the conditions' columns along the width."""
        return tuple(place for place, feature in enumerate(self._owners()) if feature in self.conditions)

    def arguments(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
        """The graph's inputs as tensors."""
        return {name: torch.from_numpy(values) for name, values in inputs.items()}

    def forward(
        self, numeric: Tensor | None = None, categorical: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Float64 numbers with NaN = missing, int64 codes with -1 = missing -> x in scaled units, and what is present.

        (rows, numeric), (rows, categorical) -> (rows, width), (rows, features); the same with a time axis for windows.
        """
        columns: list[Tensor] = []
        present: list[Tensor] = []
        if numeric is not None:
            missing = numeric.isnan()
            scaled = self._scaled(numeric).float().clamp(-LIMIT, LIMIT)
            columns.append(torch.where(missing, self.filler, scaled))
            present.append((~missing).float())
        if categorical is not None:
            columns += [self._one_hot(categorical[..., place], size) for place, size in enumerate(self.sizes)]
            present.append((categorical >= 0).float())
        known = torch.cat(present, dim=-1)
        return torch.cat(columns, dim=-1), known * self.scored if self.conditions else known

    def bent(self, x: Tensor) -> Tensor:
        """Far values by their logarithm. (rows, *axes)."""
        return self.bend(x)  # type: ignore[no-any-return]

    def straight(self, x: Tensor) -> Tensor:
        """The way back. (rows, *axes)."""
        return self.bend.straight(x)

    def seen(self, x: Tensor) -> Tensor:
        """What the network sees: bent, no further than it was trained on, nothing of constant features. (rows, *axes)."""
        return self.limited(self.bent(x))

    def limited(self, bent: Tensor) -> Tensor:
        """The same of what is bent already."""
        return self.rebuilt(torch.minimum(torch.maximum(bent, self.low), self.high))

    def filled(self, x: Tensor, present: Tensor, x_hat: Tensor) -> Tensor:
        """What is missing, or a condition, is what the network expects: both bent, or neither. (rows, *axes), (rows, …, features), (rows, *axes)."""
        there = (present @ self.belongs.T).bool() if self.sizes else present.bool()
        return torch.where(there, x, self.given(x, x_hat))

    def within(self, x: Tensor) -> Tensor:
        """No further than the training rows reached, without the margin. (rows, *axes)."""
        margin = (self.high - self.low) * WIDEN / (1 + 2 * WIDEN)
        edge = torch.cat([torch.ones(self.numbers), torch.zeros(sum(self.sizes))])
        return torch.minimum(torch.maximum(x, self.low + margin * edge), self.high - margin * edge)

    def rebuilt(self, x_hat: Tensor) -> Tensor:
        """A constant feature is always expected at its constant, 0 in scaled units. (rows, *axes)."""
        return x_hat * self.active if self.constant else x_hat

    def given(self, x: Tensor, x_hat: Tensor) -> Tensor:
        """Conditions are expected to be what they are. (rows, *axes) twice -> the same."""
        if not self.conditions:
            return x_hat
        judged = (self.belongs @ self.scored).bool()
        return torch.where(judged, x_hat, x)

    def weight(self, present: Tensor) -> Tensor:
        """Which values a network should learn from. (rows, …, features) -> (rows, *axes)."""
        return present @ self.belongs.T * self.active

    def per_feature(self, squared: Tensor) -> Tensor:
        """Sum a category's columns to one error. (rows, *axes) -> (rows, …, features)."""
        return squared @ self.belongs if self.sizes else squared

    def flat(self, each: Tensor) -> Tensor:
        """Every feature of every judged reading side by side. (rows, …, features) -> (rows, terms)."""
        return each if self.length is None else each[:, -self.focus :].flatten(1)

    def judged(self, x: Tensor) -> Tensor:
        """The columns of every judged reading side by side. (…, rows, *axes) -> (…, rows, size)."""
        return x if self.length is None else x[..., -self.focus :, :].flatten(-2)

    def terms(self, squared: Tensor) -> Tensor:
        """Of those, what each judged feature has of them; conditions have nothing. (rows, size) -> (rows, terms)."""
        if self.length is not None:
            squared = squared.reshape(-1, self.focus, len(self.active))
        return (self.per_feature(squared) * self.scored).flatten(1)

    def attributed(self, terms: Tensor) -> Tensor:
        """What each feature adds, over the judged readings of a window. (rows, terms) -> (rows, features)."""
        return terms if self.length is None else terms.reshape(-1, self.focus, len(self.scored)).sum(dim=1)

    def restored(self, x_hat: Tensor) -> Tensor:
        """Expected values of the (last) reading in its own units; for a category the likeliest code.

        (rows, *axes) -> (rows, features) float64.
        """
        last = self.last(self.straight(x_hat))
        columns = [self._unscaled(last[:, : self.numbers].double())] if self.numbers else []
        at = self.numbers
        for size in self.sizes:
            code = last[:, at + 1 : at + size].argmax(dim=1, keepdim=True) + 1
            columns.append(code.double())
            at += size
        return torch.cat(columns, dim=1)

    def last(self, x: Tensor) -> Tensor:
        """Of a window its last reading. (rows, *axes) -> (rows, width)."""
        return x if self.length is None else x[:, -1]

    def _scaled(self, values: Tensor) -> Tensor:
        if self.curving:
            curved = values.sign() * torch.log(1 + values.abs() / self.unit)
            values = torch.where(self.curved, curved, values)
        return (values - self.center) * self.scale.reciprocal()

    def _unscaled(self, scaled: Tensor) -> Tensor:
        values = scaled * self.scale + self.center
        if not self.curving:
            return values
        curved = values.sign() * (torch.exp(values.abs().clamp(max=MOST_EXPONENT)) - 1) * self.unit
        return torch.where(self.curved, curved, values)

    def _one_hot(self, codes: Tensor, size: int) -> Tensor:
        return (codes.unsqueeze(-1) == torch.arange(size)).float()

    def _owners(self) -> list[int]:
        """Which feature each column belongs to."""
        owners = [*range(self.numbers)]
        for place, size in enumerate(self.sizes):
            owners += [self.numbers + place] * size
        return owners

    def _membership(self) -> Tensor:
        owners = self._owners()
        features = self.numbers + len(self.sizes)
        return torch.eye(features)[owners] if owners else torch.zeros(0, features)
