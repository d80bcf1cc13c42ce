"""Gradient descent on one network: slices of one tensor, a one-cycle schedule. Knows no patience and no validation."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim.lr_scheduler import OneCycleLR

from training.autoencoder import Autoencoder
from training.config import TrainingConfig

WEIGHT_DECAY = 1e-4


@dataclass(frozen=True, slots=True)
class Batch:
    """What the network sees and what it may learn from: (rows, width) twice."""

    x: Tensor
    weight: Tensor


class Descent:
    """AdamW (Loshchilov & Hutter 2019) with the one-cycle schedule (Smith & Topin 2019) over a known number of epochs.

    A tensor is shuffled and sliced; a DataLoader, which collates row by row, is six times slower on rows this small.
    """

    def __init__(self, network: Autoencoder, rows: Batch, epochs: int, config: TrainingConfig) -> None:
        self._network, self._rows, self._size = network, rows, config.batch_size
        self._generator = torch.Generator().manual_seed(config.seed)
        rate, steps = config.learning_rate, epochs * -(-len(rows.x) // config.batch_size)
        self._optimiser = torch.optim.AdamW(
            network.parameters(), lr=rate, weight_decay=WEIGHT_DECAY, fused=True
        )
        self._schedule = OneCycleLR(self._optimiser, rate, total_steps=steps)

    def epoch(self) -> float:
        """One pass over the rows in a new order; the mean loss of its batches."""
        self._network.train()
        order = torch.randperm(len(self._rows.x), generator=self._generator)
        batches = torch.split(order, self._size)
        total = torch.zeros(())
        for rows in batches:
            total += self._step(self._rows.x[rows], self._rows.weight[rows])
        return float(total) / len(batches)

    def _step(self, x: Tensor, weight: Tensor) -> Tensor:
        self._optimiser.zero_grad(set_to_none=True)
        loss = self._network.loss(x, weight, self._generator)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        self._schedule.step()
        return loss.detach()
