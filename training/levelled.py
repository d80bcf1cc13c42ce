"""Levelled preprocessing: windows of readings reach the network as levels and departures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from training.levels import Levels
from training.preprocessing import WIDEN, Preprocessing
from training.scaling import Scaling


class LevelledPreprocessing(Preprocessing):
    """The same as for windows, of which every view is judged. The expected values are those of the level."""

    def __init__(
        self, scaling: Scaling, categories: Sequence[int], *, length: int, drifting: bool = False
    ) -> None:
        width = len(scaling.center) + sum(count + 1 for count in categories)
        levels = Levels(length, width, drifting=drifting)
        super().__init__(scaling, categories, length=levels.views, focus=levels.views)
        self.levels = levels

    def forward(
        self, numeric: Tensor | None = None, categorical: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Windows of numbers and codes -> x (rows, views, width), and which features the last reading has (rows, views, features)."""
        x, present = super().forward(numeric, categorical)
        judged = present[:, -1:].expand(-1, self.levels.views, -1)
        return self.levels(x, present @ self.belongs.T), judged

    def meet(self, windows: Mapping[str, Tensor], before: Mapping[str, Tensor]) -> None:
        """Measure spreads and ranges of the views on known windows; those `before` keep their spreads and only reach further."""
        x, present = super().forward(**windows)
        there = present @ self.belongs.T
        if before:
            self.levels.load_state_dict({name: before[name] for name in ("average", "center", "scale")})
        else:
            self.levels.meet(x, there)
        views = self.bent(self.levels(x, there))
        low, high = views.amin(dim=0), views.amax(dim=0)
        margin = WIDEN * (high - low)
        self.low = torch.minimum(low - margin, before["low"]) if before else low - margin
        self.high = torch.maximum(high + margin, before["high"]) if before else high + margin

    def met(self) -> dict[str, Tensor]:
        """What a training that starts from here must know of the views."""
        return {**self.levels.state_dict(), "low": self.low, "high": self.high}

    def last(self, x: Tensor) -> Tensor:
        """The level in units of the readings."""
        return self.levels.level(super().last(x))
