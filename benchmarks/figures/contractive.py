"""How far a reconstruction moves when its record is pushed, against how well the record is rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from benchmarks.reference import Reference
from benchmarks.trainings import normal_error, normal_samples, train
from training.drawing import BLUE, GREY, ORANGE, Axis, Chart, Dots, Figure, Line, Mark, draw
from training.variants.contractive import jacobian_norm

CODE = 32
PENALTIES = (0.005, 0.02, 0.05, 0.2, 0.5)
MEASURED = 256  # rows whose Jacobian is worked out


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """Several penalties, and beside them the plain and the denoising network."""
    host = sets["host"]

    def tried(**told: Any) -> tuple[float, float]:  # noqa: ANN401
        """Jacobian norm, error; normal rows of another day."""
        training = train(host.train, seed=seed, code_size=CODE, **host.told, **told)
        samples = normal_samples(training, host)
        some = samples[torch.linspace(0, len(samples) - 1, MEASURED).long()]
        return jacobian_norm(training.made.graph.autoencoder, some), normal_error(training, host)

    plain, noisy = tried(variant="vanilla"), tried(variant="denoising")
    norms, errors = np.array([tried(variant="contractive", penalty=each) for each in PENALTIES]).T
    labels = [f"{each:g}" for each in PENALTIES]
    marks: list[Mark] = [
        Line(norms, errors, colour=BLUE),
        Dots(norms, errors, "contractive, by --penalty", BLUE, 3, labels=labels),
        Dots([plain[0]], [plain[1]], "vanilla", GREY, 5),
        Dots([noisy[0]], [noisy[1]], "denoising", ORANGE, 5),
    ]
    x = Axis("|J|: how far a reconstruction moves when its record moves by 1", low=0)
    return Figure(
        draw(
            "contractive: it answers little when pushed",
            [Chart("Steepness and error", x, Axis("reconstruction error", low=0), marks, width=520)],
        ),
        f"With a code of {CODE} the Jacobian's norm is {plain[0]:.2f} for vanilla, {noisy[0]:.2f} for denoising, and "
        f"{norms[0]:.2f} to {norms[-1]:.2f} for penalties of {labels[0]} to {labels[-1]}; the median error of normal "
        f"rows goes from {plain[1]:.3f} (vanilla) to {errors[-1]:.3f}.",
    )
