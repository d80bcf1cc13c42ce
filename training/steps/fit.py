"""Fit the autoencoder, and keep the weights of the epoch that rebuilt the validation rows best."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from training.autoencoder import Autoencoder
from training.config import TrainingConfig
from training.descent import Batches, Descent, Images, Scaled
from training.errors import TrainingRefused
from training.pixels import Pixels
from training.results import Fitted, Prepared
from training.sizing import batch_for, epochs_for, shape_for
from training.variants import VARIANTS

SETTLED = 20_000  # samples that a variant measures when its weights are fixed
RUN_VALUES = 4_000_000  # numbers that are validated at a time

OnEpoch = Callable[[int, int, float, float], None]  # epoch, epochs, training loss, validation loss


def fit(
    prepared: Prepared,
    config: TrainingConfig,
    on_epoch: OnEpoch,
    weights: Mapping[str, Tensor] | None = None,
) -> Fitted:
    """Minimise the variant's loss on the training samples until the validation ones have not improved for `patience` epochs.

    `weights` are those of an earlier version to start from. TrainingRefused when the loss is no longer a finite number.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    variant = VARIANTS[config.variant]
    train, validation = (batches(prepared, part) for part in ("train", "validation"))
    shape = shape_for(variant, train, prepared.preprocessing.condition_columns, prepared.loss, config)
    network, size = variant(shape), batch_for(shape, config)
    if weights:
        network.load_state_dict(dict(weights))
    elif len(train):
        network.pretrained(*train.take(torch.arange(len(train))), torch.Generator().manual_seed(config.seed))
    epochs = epochs_for(len(train), size, variant.STEPS, config)
    descent, best = Descent(network, train, epochs, size, config), Best(network)
    losses: list[tuple[float, float]] = []
    for epoch in range(1, epochs + 1):
        losses.append((descent.epoch(), validation_loss(network, validation, size)))
        _check_finite(epoch, losses[-1], config)
        on_epoch(epoch, epochs, *losses[-1])
        best.look(epoch, losses[-1][1])
        if epoch - best.epoch >= config.patience:
            break
    best.restore()
    with torch.no_grad():
        network.settled(*train.take(torch.arange(min(len(train), SETTLED))))
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


def validation_loss(network: Autoencoder, samples: Batches, size: int) -> float:
    """The plain reconstruction loss, without a variant's noise, so that epochs compare."""
    network.eval()
    total = 0.0
    with torch.no_grad():
        for rows in torch.split(torch.arange(len(samples)), max(size, RUN_VALUES // network.shape.size)):
            x, weight = samples.take(rows)
            total += float(network.reconstruction_loss(x, x, weight)) * len(rows)
    return total / len(samples)


def batches(prepared: Prepared, part: str) -> Batches:
    """One part, `train` to `anomalies`, as the network is fed with it."""
    preprocessing, feed = prepared.preprocessing, getattr(prepared, part)
    if isinstance(preprocessing, Pixels):
        return Images(torch.from_numpy(feed.inputs["image"]), preprocessing)
    x, present = preprocessing(**preprocessing.arguments(feed.inputs))
    return Scaled(preprocessing.seen(x), preprocessing.weight(present))


def _check_finite(epoch: int, losses: tuple[float, float], config: TrainingConfig) -> None:
    if not np.isfinite(losses).all():
        slower = config.learning_rate / 10
        raise TrainingRefused(
            f"the loss left the finite numbers in epoch {epoch}; try --learning-rate {slower:g}"
        )
