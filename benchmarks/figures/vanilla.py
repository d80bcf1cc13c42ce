"""Errors of normal and of faulty rows against the size of the code: a wide one learns to copy, faults included."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.reference import Reference
from benchmarks.trainings import train
from models.judgement import judge
from training.drawing import BLUE, RED, Axis, Chart, Figure, Line, draw
from training.metrics import auroc

SIZES = (1, 2, 4, 8, 16, 32, 64)


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """Medians over the rows of the recorded faults, and how well the served score tells them apart."""
    host = sets["host"]
    errors, ranked = [], []
    for size in SIZES:
        training = train(host.train, variant="vanilla", seed=seed, code_size=size, **host.told)
        judged = judge(training.scorer, host.test)
        parts = (judged.reconstruction_error[~host.truth], judged.reconstruction_error[host.truth])
        errors.append([np.median(part) for part in parts])
        ranked.append(100 * auroc(judged.score, host.truth, 0))
    normal, faulty = np.transpose(errors)
    places = Axis("numbers in the code", log=True, places={size: str(size) for size in SIZES})
    best, widest = int(np.argmax(ranked)), len(SIZES) - 1
    return Figure(
        draw(
            "vanilla: the code must be narrow",
            [
                Chart(
                    "Reconstruction error",
                    places,
                    Axis("median, squared scaled units", log=True),
                    [
                        Line(SIZES, normal, "normal rows", BLUE, dots=True),
                        Line(SIZES, faulty, "faults", RED, dots=True),
                    ],
                ),
                Chart("Telling them apart", places, Axis("AUROC %"), [Line(SIZES, ranked, dots=True)]),
            ],
        ),
        f"From a code of {SIZES[0]} to one of {SIZES[-1]} numbers the median error of normal rows falls from "
        f"{normal[0]:.2g} to {normal[-1]:.2g}, that of faults from {faulty[0]:.2g} to {faulty[-1]:.2g}; AUROC is best "
        f"with {SIZES[best]} ({ranked[best]:.1f} %) and {ranked[widest]:.1f} % with the widest.",
    )
