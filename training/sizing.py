"""How large a network to build, where nobody said: from the number of rows, of inputs, and how they hang together."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from training.autoencoder import Shape
from training.config import TrainingConfig

STEPS = 4000  # gradient steps that were enough on every set tried; few rows take more epochs, many fewer
MOST_EPOCHS, LEAST_EPOCHS = 300, 10
EXPLAINED = 0.9  # share of variance the code would hold if the network were linear
NARROWEST, WIDEST = 32, 256
LAST = 8


def epochs_for(rows: int, config: TrainingConfig) -> int:
    """As told, or as many as give the usual number of steps."""
    if config.epochs is not None:
        return config.epochs
    return int(np.clip(STEPS * config.batch_size / rows, LEAST_EPOCHS, MOST_EPOCHS))


def shape_for(x: Tensor, loss: str, config: TrainingConfig) -> Shape:
    """As told, or from the training rows. x: (rows, width) in scaled units."""
    width = x.shape[1]
    code = config.code_size or code_size(x)
    return Shape(
        width=width,
        hidden=config.widths or hidden(width, code, config.depth),
        code_size=code,
        activation=config.activation,
        loss=loss,
        noise=config.noise,
        mask=config.mask,
    )


def code_size(x: Tensor) -> int:
    """Principal components that hold nine tenths of the variance, and always fewer than the inputs."""
    variances = torch.linalg.svdvals((x - x.mean(dim=0)).double()).square()
    share = variances.cumsum(0) / variances.sum().clamp(min=1e-12)
    return max(1, min(int((share < EXPLAINED).sum()) + 1, x.shape[1] - 1))


def hidden(width: int, code: int, depth: int) -> tuple[int, ...]:
    """A first layer wider than the record, then evenly (in ratio) down towards the code."""
    first = min(max(4 * width, NARROWEST), WIDEST)
    return tuple(round(float(units)) for units in np.geomspace(first, max(2 * code, LAST), depth))
