"""Levels: a window as what it says now, and how far that has moved. Knows no network.

A reading is a level and a departure from it. Levels over spans of 1, k and L readings (the last reading, the last few, the
whole window), and the differences between them, are a linear map of the window; each is then in units of its own spread, since a
departure is small beside the level it departs from. A network over three such rows learns what a reading may be and how
fast it may move, where one over forty readings learns forty times the same.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.drift import steps_of, wandering

SHORT = 8  # a window over this many is the short mean
NOW = 4  # and over this many the level of what drifts
SOFTENED = 0.3  # share of the drift's variance in a spread
LEAST = 0.01  # in spreads of the reading: what moves less is rounding


def spans_of(length: int, *, drifting: bool = False) -> list[int]:
    """Readings of each mean, ascending. Of what drifts the level is a mean itself, so that noise does not pass for movement."""
    wanted = [length // NOW, length] if drifting else [1, length // SHORT, length]
    return sorted({max(1, wanted[0]), *(max(2, span) for span in wanted[1:])})


class Levels(nn.Module):
    """(rows, length, width) -> (rows, views, width): the departures of longer means first, the level itself last."""

    average: Tensor
    center: Tensor
    scale: Tensor

    def __init__(self, length: int, width: int, *, drifting: bool = False) -> None:
        super().__init__()
        spans = spans_of(length, drifting=drifting)
        self.drifting = drifting
        self.views = len(spans)
        rows = torch.zeros(self.views, length)
        for row, span in enumerate(spans):
            rows[row, -span:] = 1.0
        self.register_buffer("average", rows.flip(0))  # the longest first
        self.register_buffer("center", torch.zeros(self.views, width))
        self.register_buffer("scale", torch.ones(self.views, width))

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """Readings and which of their values are there, (rows, length, width) twice -> (rows, views, width)."""
        return (self.moved(x, present) - self.center) / self.scale

    def moved(self, x: Tensor, present: Tensor) -> Tensor:
        """The same in units of the readings. A missing value has no part in a mean; the mean of nothing is the usual one."""
        there = self.average @ present
        means = (self.average @ (x * present)) / there.clamp(min=1.0)
        level = means[:, -1:]
        return torch.cat([means[:, 1:] - means[:, :-1], level], dim=1)

    def meet(self, x: Tensor, present: Tensor) -> None:
        """Measure center and spread of every view on known windows."""
        views = self.moved(x, present).double()
        spread = views.std(dim=0, correction=0)
        if self.drifting:
            wide = wandering(steps_of(views.transpose(0, 1))).diagonal(dim1=-2, dim2=-1)
            spread = (spread.square() + SOFTENED * wide).sqrt()
        self.center.copy_(views.mean(dim=0))
        self.scale.copy_(torch.where(spread > LEAST, spread, 1.0))

    def level(self, last: Tensor) -> Tensor:
        """The last view back in units of the readings: (rows, width) -> the same."""
        return last * self.scale[-1] + self.center[-1]
