"""What makes each variant itself, drawn from trainings of our own. To add one: a file here and a line in FIGURES."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.figures import (
    conditional,
    contractive,
    convolutional,
    denoising,
    ensemble,
    recurrent,
    sparse,
    stacked,
    vanilla,
    variational,
)
from benchmarks.reference import Reference
from training.drawing import Figure

FIGURES: dict[str, Callable[[Mapping[str, Reference], int], Figure]] = {
    "vanilla": vanilla.figure,
    "denoising": denoising.figure,
    "sparse": sparse.figure,
    "contractive": contractive.figure,
    "variational": variational.figure,
    "conditional": conditional.figure,
    "stacked": stacked.figure,
    "convolutional": convolutional.figure,
    "recurrent": recurrent.figure,
    "ensemble": ensemble.figure,
}
