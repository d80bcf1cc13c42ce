"""How large a network to build, where nobody said: from the number of rows, of inputs, and how they hang together."""

from __future__ import annotations

import torch
from torch import Tensor

from training.autoencoder import Autoencoder, Shape
from training.decided import Decided
from training.descent import Batches
from training.presets import PRESETS

LEAST_EPOCHS = 4
EXPLAINED = 0.9  # share of variance the code would hold if the network were linear
WIDEST_CODE = 0.8  # of the inputs: a wider code is the identity, however noisy what it sees
LOOKED_AT = 4000  # samples whose variance is measured
LARGEST_CODE = 64  # of windows and images, whose neighbouring values hang together
# Where the rows may hold anomalies: a network that has neither room nor time to learn them, and looks away from the worst.
ROUGHLY, SOON, TRIM = 0.5, 400, 0.1  # share of variance; gradient steps; share of each batch
BATCH_VALUES = 4_000_000  # numbers in a batch: the widest layer of an image network needs many times that


def batch_for(shape: Shape, config: Decided) -> int:
    """As told, or fewer where samples are large."""
    return max(1, min(config.batch_size, BATCH_VALUES // shape.size))


def epochs_for(samples: int, batch: int, variant: type[Autoencoder], config: Decided) -> int:
    """As told, or as many as give enough steps: the preset's for an ensemble, the variant's own for a single network."""
    if config.epochs is not None:
        return config.epochs
    steps = PRESETS[config.preset].steps if variant.CROSS_FITTED else variant.STEPS
    steps = steps if config.contamination is None else min(steps, SOON)
    return max(LEAST_EPOCHS, round(steps / -(-samples // batch)))


def shape_for(
    variant: type[Autoencoder],
    samples: Batches,
    conditions: tuple[int, ...],
    loss: str,
    config: Decided,
    explained: float = EXPLAINED,
) -> Shape:
    """As told, or from the training samples: a code that would hold a share `explained` of their variance."""
    x, _ = samples.take(torch.arange(min(len(samples), LOOKED_AT)))
    axes = tuple(x.shape[1:])
    clean = config.contamination is None
    code = config.code_size or variant.code(axes, code_size(x.flatten(1), explained if clean else ROUGHLY))
    return Shape(
        axes=axes,
        hidden=config.widths or variant.hidden(axes, code, config.depth if clean else 1),
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
        trim=0.0 if clean else TRIM,
    )


def code_size(x: Tensor, explained: float = EXPLAINED) -> int:
    """Principal components that hold this share of the variance, and always clearly fewer than inputs. x: (rows, size)."""
    if x.shape[1] > LOOKED_AT:
        return LARGEST_CODE
    variances = torch.linalg.svdvals((x - x.mean(dim=0)).double()).square()
    share = variances.cumsum(0) / variances.sum().clamp(min=1e-12)
    return max(1, min(int((share < explained).sum()) + 1, int(WIDEST_CODE * x.shape[1])))
