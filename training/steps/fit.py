"""Fit the autoencoder, and keep the weights of the epoch that rebuilt the validation rows best."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from training.autoencoder import Autoencoder
from training.config import TrainingConfig
from training.descent import Batch, Descent
from training.errors import TrainingRefused
from training.results import Fitted, Prepared
from training.sizing import epochs_for, shape_for
from training.variants import VARIANTS

OnEpoch = Callable[[int, int, float, float], None]  # epoch, epochs, training loss, validation loss


def fit(prepared: Prepared, config: TrainingConfig, on_epoch: OnEpoch) -> Fitted:
    """Minimise the variant's loss on the training rows until the validation rows have not improved for `patience` epochs.

    TrainingRefused when the loss is no longer a finite number.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    train, validation = _batch(prepared, "train"), _batch(prepared, "validation")
    shape = shape_for(train.x, prepared.loss, config)
    network = VARIANTS[config.variant](shape)
    epochs = epochs_for(len(train.x), config)
    descent, best = Descent(network, train, epochs, config), Best(network)
    losses: list[tuple[float, float]] = []
    for epoch in range(1, epochs + 1):
        losses.append((descent.epoch(), validation_loss(network, validation)))
        _check_finite(epoch, losses[-1], config)
        on_epoch(epoch, epochs, *losses[-1])
        best.look(epoch, losses[-1][1])
        if epoch - best.epoch >= config.patience:
            break
    best.restore()
    return Fitted(network, shape, epochs, np.array(losses))


class Best:
    """The weights of the best epoch so far."""

    def __init__(self, network: Autoencoder) -> None:
        self._network = network
        self._weights: dict[str, Tensor] = {}
        self._loss = float("inf")
        self.epoch = 0

    def look(self, epoch: int, loss: float) -> None:
        """Keep the weights when they are better than those before."""
        if loss < self._loss:
            self.epoch, self._loss = epoch, loss
            self._weights = copy.deepcopy(self._network.state_dict())

    def restore(self) -> None:
        """Put them back."""
        self._network.load_state_dict(self._weights)
        self._network.eval()


def validation_loss(network: Autoencoder, rows: Batch) -> float:
    """The plain reconstruction loss, without a variant's noise, so that epochs compare."""
    network.eval()
    with torch.no_grad():
        return float(network.reconstruction_loss(rows.x, rows.x, rows.weight))


def _batch(prepared: Prepared, part: str) -> Batch:
    preprocessing, inputs = prepared.preprocessing, prepared.scaled(part)
    return Batch(preprocessing.seen(inputs.x), preprocessing.weight(inputs.present))


def _check_finite(epoch: int, losses: tuple[float, float], config: TrainingConfig) -> None:
    if not np.isfinite(losses).all():
        slower = config.learning_rate / 10
        raise TrainingRefused(
            f"the loss left the finite numbers in epoch {epoch}; try --learning-rate {slower:g}"
        )
