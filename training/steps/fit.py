"""Fit the autoencoder: slices of one tensor, a one-cycle schedule, and the weights of the best validation epoch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.autoencoder import Autoencoder, Shape
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.preprocessing import Inputs, Preprocessing
from training.results import Fitted
from training.variants import VARIANTS

OnEpoch = Callable[[int, int, float, float], None]  # epoch, epochs, training loss, validation loss
STEPS = 4000  # gradient steps that were enough on every set tried; few rows take more epochs, many fewer
MOST_EPOCHS, LEAST_EPOCHS = 300, 10
EXPLAINED = 0.9  # share of variance the code would hold if the network were linear
WIDEST = 256


@dataclass(frozen=True, slots=True)
class Batch:
    """What the network sees and what it may learn from: (rows, width) twice."""

    x: Tensor
    weight: Tensor


def fit(
    preprocessing: Preprocessing,
    loss: str,
    train: Inputs,
    validation: Inputs,
    config: TrainingConfig,
    on_epoch: OnEpoch,
) -> Fitted:
    """Minimise the variant's loss on `train`; stop when `validation` has not improved for `patience` epochs.

    TrainingRefused when the loss is no longer a finite number.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    fitted_on, held_out = _batch(preprocessing, train), _batch(preprocessing, validation)
    shape = _shape(fitted_on, loss, config)
    network = VARIANTS[config.variant](shape)
    epochs = config.epochs or int(
        np.clip(STEPS * config.batch_size / len(train.x), LEAST_EPOCHS, MOST_EPOCHS)
    )
    losses = _epochs(network, fitted_on, held_out, epochs, config, on_epoch)
    settings = {"code_size": shape.code_size, "hidden": list(shape.hidden), "loss": loss, "epochs": epochs}
    return Fitted(network, np.array(losses), settings)


def _epochs(  # noqa: PLR0913
    network: Autoencoder,
    train: Batch,
    validation: Batch,
    epochs: int,
    config: TrainingConfig,
    on_epoch: OnEpoch,
) -> list[tuple[float, float]]:
    steps = -(-len(train.x) // config.batch_size)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=config.learning_rate, weight_decay=1e-4, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.learning_rate, total_steps=epochs * steps
    )
    generator = torch.Generator().manual_seed(config.seed)
    losses: list[tuple[float, float]] = []
    best, best_state, best_epoch = float("inf"), copy.deepcopy(network.state_dict()), 0
    for epoch in range(1, epochs + 1):
        network.train()
        mean = _epoch(
            network, train, config.batch_size, generator, lambda: (optimiser.step(), schedule.step())
        )
        held_out = _validation_loss(network, validation)
        if not np.isfinite(mean + held_out):
            raise TrainingRefused(
                f"the loss left the finite numbers in epoch {epoch}; try --learning-rate {config.learning_rate / 10:g}"
            )
        losses.append((mean, held_out))
        on_epoch(epoch, epochs, mean, held_out)
        if held_out < best:
            best, best_state, best_epoch = held_out, copy.deepcopy(network.state_dict()), epoch
        elif epoch - best_epoch >= config.patience:
            break
    network.load_state_dict(best_state)
    network.eval()
    return losses


def _epoch(
    network: Autoencoder, train: Batch, size: int, generator: torch.Generator, step: Callable[[], object]
) -> float:
    """One pass over the rows in a new order; returns the mean loss of its batches."""
    order = torch.randperm(len(train.x), generator=generator)
    total = torch.zeros(())
    starts = range(0, len(order), size)
    for start in starts:
        rows = order[start : start + size]
        network.zero_grad(set_to_none=True)
        loss = network.loss(train.x[rows], train.weight[rows], generator)
        loss.backward()  # type: ignore[no-untyped-call]
        step()
        total += loss.detach()
    return float(total) / len(starts)


def _validation_loss(network: Autoencoder, validation: Batch) -> float:
    """The plain reconstruction loss, without a variant's noise, so that epochs compare."""
    network.eval()
    with torch.no_grad():
        return float(network.reconstruction_loss(validation.x, validation.x, validation.weight))


def _batch(preprocessing: Preprocessing, inputs: Inputs) -> Batch:
    return Batch(preprocessing.seen(inputs.x), preprocessing.weight(inputs.present))


def _shape(train: Batch, loss: str, config: TrainingConfig) -> Shape:
    width = train.x.shape[1]
    code = config.code_size or _code_size(train.x)
    return Shape(
        width=width,
        hidden=config.widths or _hidden(width, code, config.depth),
        code_size=code,
        activation=config.activation,
        loss=loss,
        noise=config.noise,
        mask=config.mask,
    )


def _code_size(x: Tensor) -> int:
    """Principal components that hold nine tenths of the variance, and always fewer than the inputs."""
    variances = torch.linalg.svdvals((x - x.mean(dim=0)).double()).square()
    share = variances.cumsum(0) / variances.sum().clamp(min=1e-12)
    return max(1, min(int((share < EXPLAINED).sum()) + 1, x.shape[1] - 1))


def _hidden(width: int, code: int, depth: int) -> tuple[int, ...]:
    """A first layer wider than the record, then evenly (in ratio) down towards the code."""
    first = min(max(4 * width, 32), WIDEST)
    steps = np.geomspace(first, max(2 * code, 8), depth)
    return tuple(int(round(units)) for units in steps)
