"""Gradient descent on one network: slices of one tensor, a one-cycle schedule. Knows no patience and no validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

WEIGHT_DECAY = 1e-4


class Learner(Protocol):
    """A network that knows its own loss. `CLIP` is the longest gradient; None leaves it as it is."""

    CLIP: ClassVar[float | None]

    def parameters(self) -> Iterator[nn.Parameter]:
        """What is learned."""
        ...

    def train(self) -> Self:
        """Learning begins."""
        ...

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """What is minimised on one batch. -> ()."""
        ...


class Batches(Protocol):
    """All samples of a part, of which a few at a time are asked for."""

    def __len__(self) -> int:
        """How many samples."""
        ...

    def take(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """What the network sees of these samples, and what it may learn from: (rows, *axes) twice."""
        ...


@dataclass(frozen=True, slots=True)
class Scaled:
    """Samples that were scaled once: records and windows."""

    x: Tensor
    weight: Tensor

    def __len__(self) -> int:
        """How many samples."""
        return len(self.x)

    def take(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """These samples."""
        return self.x[rows], self.weight[rows]


@dataclass(frozen=True, slots=True)
class Folded:
    """The same for members side by side, none of which learns from its own fold. fold: (rows,)."""

    x: Tensor
    weight: Tensor
    fold: Tensor
    members: int

    def __len__(self) -> int:
        """How many samples."""
        return len(self.x)

    def take(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """These samples, and what each member may learn from: (rows, *axes), (members, rows, *axes)."""
        learns = self.fold[rows] != torch.arange(self.members).unsqueeze(1)
        weight = self.weight[rows]
        return self.x[rows], weight * learns.reshape(*learns.shape, *[1] * (weight.dim() - 1))


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Some of the same rows, each for the member that did not learn from it: they say how well new rows are rebuilt."""

    folded: Folded
    chosen: Tensor

    def __len__(self) -> int:
        """How many samples."""
        return len(self.chosen)

    def take(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """These samples, and which member may be judged by them: (rows, *axes), (members, rows, *axes)."""
        rows = self.chosen[rows]
        x, learns = self.folded.take(rows)
        return x, self.folded.weight[rows] - learns


@dataclass(frozen=True, slots=True)
class Images:
    """Images as bytes, scaled a batch at a time: as float32 they would take four times the memory."""

    image: Tensor
    pixels: Callable[[Tensor], tuple[Tensor, Tensor]]

    def __len__(self) -> int:
        """How many images."""
        return len(self.image)

    def take(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """These images."""
        x, present = self.pixels(self.image[rows])
        return x, present


class Descent:
    """AdamW (Loshchilov & Hutter 2019) with the one-cycle schedule (Smith & Topin 2019) over a known number of epochs.

    A tensor is shuffled and sliced; a DataLoader, which collates row by row, is six times slower on rows this small.
    """

    def __init__(
        self, network: Learner, samples: Batches, epochs: int, size: int, rate: float, seed: int
    ) -> None:
        """`size`: samples a step. `rate`: the highest of the schedule."""
        self.epochs = epochs
        self._network, self._samples, self._size = network, samples, size
        self._generator = torch.Generator().manual_seed(seed)
        steps = epochs * -(-len(samples) // size)
        self._optimiser = torch.optim.AdamW(
            network.parameters(), lr=rate, weight_decay=WEIGHT_DECAY, fused=True
        )
        self._schedule = OneCycleLR(self._optimiser, rate, total_steps=steps)

    def epoch(self, steps: int | None = None) -> float:
        """One pass over the samples in a new order, or its first `steps`; the mean loss of its batches."""
        self._network.train()
        order = torch.randperm(len(self._samples), generator=self._generator)
        batches = torch.split(order, self._size)[:steps]
        total = torch.zeros(())
        for rows in batches:
            total += self._step(*self._samples.take(rows))
        return float(total) / len(batches)

    def _step(self, x: Tensor, weight: Tensor) -> Tensor:
        self._optimiser.zero_grad(set_to_none=True)
        loss = self._network.loss(x, weight, self._generator)
        loss.backward()  # type: ignore[no-untyped-call]
        if self._network.CLIP is not None:
            torch.nn.utils.clip_grad_norm_(self._network.parameters(), self._network.CLIP)
        self._optimiser.step()
        self._schedule.step()
        return loss.detach()
