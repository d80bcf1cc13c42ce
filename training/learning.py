"""What a network learns from and is judged by: the samples of a part, and who may learn from which."""

from __future__ import annotations

import torch

from training.autoencoder import Autoencoder
from training.decided import Decided
from training.descent import Batches, Folded, HeldOut, Images, Scaled
from training.folds import folds
from training.pixels import Pixels
from training.results import Prepared

JUDGED = 1500  # held-out samples that members are judged by after an epoch


def learned_by(variant: type[Autoencoder], prepared: Prepared, config: Decided) -> Batches:
    """The training samples; for members side by side each without its own fold."""
    train = batches(prepared, "train")
    if not (variant.CROSS_FITTED and isinstance(train, Scaled)):
        return train
    return Folded(train.x, train.weight, folds(len(train), config.members), config.members)


def held_out_of(samples: Batches, prepared: Prepared) -> Batches:
    """The validation samples; where there are none, some training samples, each for the member that left it out."""
    if prepared.validation.rows or not isinstance(samples, Folded):
        return batches(prepared, "validation")
    return HeldOut(samples, torch.randperm(len(samples), generator=torch.Generator().manual_seed(0))[:JUDGED])


def batches(prepared: Prepared, part: str) -> Batches:
    """One part, `train` to `anomalies`, as the network is fed with it."""
    preprocessing, feed = prepared.preprocessing, getattr(prepared, part)
    if isinstance(preprocessing, Pixels):
        return Images(torch.from_numpy(feed.inputs["image"]), preprocessing)
    x, present = preprocessing(**preprocessing.arguments(feed.inputs))
    return Scaled(preprocessing.seen(x), preprocessing.weight(present))
