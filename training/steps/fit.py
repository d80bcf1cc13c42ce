"""Fit the autoencoder, and keep the weights of the epoch that rebuilt the held-out samples best."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from training.autoencoder import Autoencoder
from training.decided import Decided
from training.descent import Batches, Descent, Folded
from training.errors import TrainingRefused
from training.graph import Learned
from training.learning import held_out_of, learned_by
from training.results import Chosen, Fitted, Prepared
from training.sizing import batch_for, epochs_for
from training.variants import VARIANTS

SETTLED = 20_000  # samples that a variant measures when its weights are fixed
RUN_VALUES = 4_000_000  # numbers that are validated at a time
FEW = 50  # fresh rows; with fewer, those that were learned from tell more
LEAST_PATIENCE = 40
LOOKS = 100  # at the held-out samples, where there are more epochs
FAR = 5.0  # times the loss of rebuilding every value as its mean: no network that learns is this bad

OnEpoch = Callable[[int, int, float, float], None]  # epoch, epochs, training loss, held-out loss


def fit(
    prepared: Prepared,
    chosen: Chosen,
    config: Decided,
    on_epoch: OnEpoch,
    weights: Mapping[str, Tensor] | None = None,
) -> Fitted:
    """Minimise the variant's loss on the training samples until the held-out ones have not improved for `patience` epochs.

    `weights` are those of an earlier version to start from. TrainingRefused when the loss leaves the finite numbers, or
    ends far above that of a network that knows nothing.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    variant = VARIANTS[config.variant]
    train = learned_by(variant, prepared, config)
    held_out = held_out_of(train, prepared)
    network, size = variant(chosen.shape), batch_for(chosen.shape, config)
    network.meet(train.take(torch.arange(min(len(train), SETTLED)))[0])
    if weights:
        _load(network, weights)
    else:
        network.pretrained(*train.take(torch.arange(len(train))), torch.Generator().manual_seed(config.seed))
    epochs = epochs_for(len(train), size, variant, config)
    descent, best = Descent(network, train, epochs, size, config.learning_rate, config.seed), Best(network)
    losses: list[tuple[float, float]] = []
    for epoch in range(1, epochs + 1):
        loss = descent.epoch()
        looks = epoch % max(1, epochs // LOOKS) == 0 or epoch in {1, epochs}
        losses.append((loss, held_out_loss(network, held_out, size) if looks else losses[-1][1]))
        _check_finite(epoch, losses[-1], config)
        on_epoch(epoch, epochs, *losses[-1])
        best.look(epoch, losses[-1][1])
        if epoch - best.epoch >= (config.patience or max(LEAST_PATIENCE, epochs // 3)):
            break
    best.restore()
    # Of both parts: the validation rows of a series may be a quiet stretch, where knowing nothing is nearly right.
    nothing = max(nothing_learned(network, part, size) for part in (train, held_out))
    _check_learned(best.loss, nothing, config)
    with torch.no_grad():
        network.settled(*train.take(torch.arange(min(len(train), SETTLED))))
    return Fitted(network, epochs, np.array(losses), learned_from(train, prepared.validation.rows))


def learned_from(train: Batches, validation: int) -> Learned:
    """Training rows by the fold that was left out, if any; validation rows were seen by nobody."""
    fold = train.fold if isinstance(train, Folded) else torch.full((len(train),), -1)
    fold = torch.cat([fold, torch.full((validation,), -1)])
    fresh = (fold >= 0) | (torch.arange(len(fold)) >= len(train))
    return Learned(fold, fresh if fresh.sum() >= FEW else torch.ones_like(fresh))


class Best:
    """The weights of the best epoch so far."""

    def __init__(self, network: Autoencoder) -> None:
        self._network = network
        self._weights: dict[str, Tensor] = {}
        self.loss = float("inf")
        self.epoch = 0

    def look(self, epoch: int, loss: float) -> None:
        """Keep the weights when they are better than those before."""
        if loss < self.loss:
            self.epoch, self.loss = epoch, loss
            self._weights = copy.deepcopy(self._network.state_dict())

    def restore(self) -> None:
        """Put them back."""
        self._network.load_state_dict(self._weights)
        self._network.eval()


def held_out_loss(network: Autoencoder, samples: Batches, size: int) -> float:
    """The plain reconstruction loss, without a variant's noise, so that epochs compare."""
    network.eval()
    return _mean(lambda x, weight: network.reconstruction_loss(x, x, weight), network, samples, size)


def nothing_learned(network: Autoencoder, samples: Batches, size: int) -> float:
    """The same where the last layer gives 0 for everything: each value is rebuilt as its mean."""
    return _mean(lambda x, weight: network.criterion(torch.zeros_like(x), x, weight), network, samples, size)


def _mean(
    loss: Callable[[Tensor, Tensor], Tensor], network: Autoencoder, samples: Batches, size: int
) -> float:
    total = 0.0
    with torch.no_grad():
        for rows in torch.split(torch.arange(len(samples)), max(size, RUN_VALUES // network.shape.size)):
            total += float(loss(*samples.take(rows))) * len(rows)
    return total / len(samples)


def _load(network: Autoencoder, weights: Mapping[str, Tensor]) -> None:
    try:
        network.load_state_dict(dict(weights))
    except RuntimeError:  # torch names every tensor that does not fit, over many lines
        raise TrainingRefused(
            "the weights to start from are those of another network; train anew without --from"
        ) from None


def _check_learned(loss: float, nothing: float, config: Decided) -> None:
    if loss > FAR * nothing:
        raise TrainingRefused(
            f"the validation loss is {loss:.3g} at best, where {nothing:.3g} takes no learning at all; "
            f"try --learning-rate {config.learning_rate / 10:g}"
        )


def _check_finite(epoch: int, losses: tuple[float, float], config: Decided) -> None:
    if not np.isfinite(losses).all():
        slower = config.learning_rate / 10
        raise TrainingRefused(
            f"the loss left the finite numbers in epoch {epoch}; try --learning-rate {slower:g}"
        )
