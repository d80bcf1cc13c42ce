"""Choose the shape of the network from how well small fits of each rebuild samples they did not learn from.

What is compared is the loss of rebuilding held-out samples from noisy ones. The reconstruction error alone would choose the
widest code, which copies; how many injected faults are found says little about the anomalies that come. Of the codes that no
more than chance tells from the best the narrowest is taken (one standard error, Breiman et al. 1984). The noise does
not stop a code nearly as wide as the sample from copying, so none of those is tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from models.manifest import Tried
from training.autoencoder import Autoencoder, Shape
from training.decided import Decided
from training.descent import Batches, Descent
from training.learning import held_out_of, learned_by
from training.presets import PRESETS
from training.results import Chosen, Prepared
from training.sizing import batch_for, shape_for
from training.variants import VARIANTS

SHARES = (0.9, 0.8, 0.95, 0.7, 0.98, 0.5)  # of the variance; the first is taken where nothing is tried
MOST_HELD_OUT = 4000  # samples

OnTry = Callable[[int, int, int, float], None]  # which, of how many, its code size and its risk


def choose(prepared: Prepared, config: Decided, on_try: OnTry) -> Chosen:
    """The shape as told, or the best of a few."""
    variant = VARIANTS[config.variant]
    samples = learned_by(variant, prepared, config)
    shapes = list(_shapes(variant, samples, prepared, config))
    if len(shapes) == 1:
        return Chosen(shapes[0])
    trials = []
    for number, shape in enumerate(shapes, start=1):
        trials.append(_try(variant, shape, samples, prepared, config))
        on_try(number, len(shapes), shape.code_size, float(trials[-1].risks.mean()))
    risks = torch.stack([trial.risks for trial in trials])
    if not risks.isfinite().all():
        return Chosen(shapes[0])  # the fit will say why
    chosen = narrowest_of_the_best(risks, shapes)
    tried = [trial.told(chosen=number == chosen) for number, trial in enumerate(trials)]
    return Chosen(shapes[chosen], tuple(sorted(tried, key=lambda each: each.code_size)))


def narrowest_of_the_best(risks: Tensor, shapes: list[Shape]) -> int:
    """The smallest code whose risk is at most one standard error above the least. risks: (shapes, batches)."""
    best = int(risks.mean(dim=1).argmin())
    apart = risks - risks[best]
    error = apart.std(dim=1) / apart.shape[1] ** 0.5
    near: list[int] = (apart.mean(dim=1) <= error).nonzero().flatten().tolist()
    return min(near, key=lambda each: shapes[each].code_size)


@dataclass(frozen=True, slots=True)
class _Trial:
    shape: Shape
    risks: Tensor
    seconds: float

    def told(self, *, chosen: bool) -> Tried:
        """For the manifest."""
        return Tried(
            code_size=self.shape.code_size,
            hidden=self.shape.hidden,
            risk=float(self.risks.mean()),
            seconds=round(self.seconds, 3),
            chosen=chosen,
        )


def _shapes(
    variant: type[Autoencoder], samples: Batches, prepared: Prepared, config: Decided
) -> Iterator[Shape]:
    """Different codes, as many as the preset tries; one where the code is told or the loss cannot judge."""
    judged = (
        variant.HONEST and (config.noise or config.mask) and not (config.code_size or config.contamination)
    )
    seen: set[int] = set()
    for share in SHARES[: PRESETS[config.preset].tries if judged else 1]:
        conditions = prepared.preprocessing.condition_columns
        shape = shape_for(variant, samples, conditions, prepared.loss, config, share)
        if shape.code_size not in seen:
            seen.add(shape.code_size)
            yield shape


def _try(
    variant: type[Autoencoder], shape: Shape, samples: Batches, prepared: Prepared, config: Decided
) -> _Trial:
    """A short fit of one shape from the same first weights and the same noise as every other."""
    started = time.monotonic()
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    network, size = variant(shape), batch_for(shape, config)
    network.meet(samples.take(torch.arange(min(len(samples), MOST_HELD_OUT)))[0])
    epochs = max(1, round(PRESETS[config.preset].trial_steps / -(-len(samples) // size)))
    descent = Descent(network, samples, epochs, size, config.learning_rate, config.seed)
    for _ in range(epochs):
        descent.epoch()
    risks = _risks(network, held_out_of(samples, prepared), size)
    return _Trial(shape, risks, time.monotonic() - started)


def _risks(network: Autoencoder, held_out: Batches, size: int) -> Tensor:
    """The loss of each batch of held-out samples, every shape meeting the same noise. -> (batches,)."""
    network.eval()
    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(len(held_out), generator=generator)[:MOST_HELD_OUT]
    parts = torch.split(order, max(1, min(size, len(order) // 16)))
    with torch.no_grad():
        return torch.stack([network.loss(*held_out.take(rows), generator) for rows in parts])
