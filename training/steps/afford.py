"""Afford: the largest preset that ends within a budget of time, from how long a few steps take on this machine."""

from __future__ import annotations

import time

import torch

from training.autoencoder import Autoencoder
from training.decided import Decided
from training.descent import Descent
from training.learning import learned_by
from training.presets import PRESETS
from training.results import Prepared
from training.sizing import batch_for, epochs_for, shape_for
from training.variants import VARIANTS

FOR_NETWORKS = 0.5  # of the budget; the rest is for heads, export and verification
TIMED = 10  # steps


def afford(prepared: Prepared, config: Decided, spent: float) -> Decided:
    """The settings with the preset that their budget, of which `spent` seconds are gone, is enough for.

    Where not even the fastest is affordable it is taken with fewer epochs.
    """
    if config.budget is None:
        return config
    variant = VARIANTS[config.variant]
    left = FOR_NETWORKS * max(config.budget - spent, 0.0)
    a_step, rows, batch = _seconds_a_step(variant, prepared, config)
    for preset in reversed(PRESETS):
        found = config.model_copy(update={"preset": preset})
        epochs = epochs_for(rows, batch, variant, found)
        if a_step * (epochs * -(-rows // batch) + _beside(found)) <= left:
            return found
    affordable = int(left / (a_step * -(-rows // batch)))
    return found.model_copy(update={"epochs": max(1, min(affordable, epochs))})


def _beside(config: Decided) -> float:
    """Steps of what is tried before and of the noise head."""
    preset = PRESETS[config.preset]
    return preset.trial_steps * preset.tries + preset.noise_steps * ("noise" not in preset.left_out)


def _seconds_a_step(
    variant: type[Autoencoder], prepared: Prepared, config: Decided
) -> tuple[float, int, int]:
    """Seconds, training samples, samples a step."""
    torch.set_num_threads(config.threads)
    samples = learned_by(variant, prepared, config)
    conditions = prepared.preprocessing.condition_columns
    shape = shape_for(variant, samples, conditions, prepared.loss, config)
    network, batch = variant(shape), batch_for(shape, config)
    network.meet(samples.take(torch.arange(min(len(samples), batch)))[0])
    descent = Descent(network, samples, 2, batch, config.learning_rate, config.seed)
    descent.epoch(TIMED)  # the first ones warm up
    steps = min(TIMED, -(-len(samples) // batch))
    started = time.monotonic()
    descent.epoch(TIMED)
    return (time.monotonic() - started) / steps, len(samples), batch
