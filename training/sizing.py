"""How large a network to build, where nobody said: from the number of rows, of inputs, and how they hang together."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from training.autoencoder import Autoencoder, Shape
from training.config import TrainingConfig
from training.descent import Batches

MOST_EPOCHS, LEAST_EPOCHS = 300, 10
EXPLAINED = 0.9  # share of variance the code would hold if the network were linear
LOOKED_AT = 4000  # samples whose variance is measured
LARGEST_CODE = 64  # of windows and images, whose neighbouring values hang together
BATCH_VALUES = 4_000_000  # numbers in a batch: the widest layer of an image network needs many times that


def batch_for(shape: Shape, config: TrainingConfig) -> int:
    """As told, or fewer where samples are large."""
    return max(1, min(config.batch_size, BATCH_VALUES // shape.size))


def epochs_for(samples: int, batch: int, steps: int, config: TrainingConfig) -> int:
    """As told, or as many as give the variant's number of steps: few samples take more epochs, many fewer."""
    if config.epochs is not None:
        return config.epochs
    return int(np.clip(steps * batch / samples, LEAST_EPOCHS, MOST_EPOCHS))


def shape_for(
    variant: type[Autoencoder],
    samples: Batches,
    conditions: tuple[int, ...],
    loss: str,
    config: TrainingConfig,
) -> Shape:
    """As told, or from the training samples."""
    x, _ = samples.take(torch.arange(min(len(samples), LOOKED_AT)))
    axes = tuple(x.shape[1:])
    code = config.code_size or variant.code(axes, code_size(x.flatten(1)))
    return Shape(
        axes=axes,
        hidden=config.widths or variant.hidden(axes, code, config.depth),
        decoder_hidden=config.decoder_widths,
        code_size=code,
        activation=config.activation,
        loss=loss,
        conditions=conditions,
        noise=config.noise,
        mask=config.mask,
        sparsity=config.sparsity,
        penalty=config.penalty,
        members=config.members,
        pretrain=config.pretrain,
    )


def code_size(x: Tensor) -> int:
    """Principal components that hold nine tenths of the variance, and always fewer than the inputs. x: (rows, size)."""
    if x.shape[1] > LOOKED_AT:
        return LARGEST_CODE
    variances = torch.linalg.svdvals((x - x.mean(dim=0)).double()).square()
    share = variances.cumsum(0) / variances.sum().clamp(min=1e-12)
    return max(1, min(int((share < EXPLAINED).sum()) + 1, x.shape[1] - 1))
