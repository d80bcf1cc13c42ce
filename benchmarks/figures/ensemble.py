"""How well faults are found against the number of members."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.drawing import BLUE, GREY, Axis, Chart, Dots, Figure, Line, Mark, draw
from benchmarks.reference import Reference
from benchmarks.trainings import train
from training.metrics import auroc

MEMBERS = (1, 2, 3, 5, 8)
SEEDS = 3


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """Some seeds for each number; one member is the denoising autoencoder."""
    host = sets["host"]
    found = {}
    for members in MEMBERS:
        told = {"variant": "denoising"} if members == 1 else {"variant": "ensemble", "members": members}
        found[members] = [
            100 * auroc(train(host.train, seed=each, **host.told, **told).score(host.test), host.truth, 0)
            for each in range(seed, seed + SEEDS)
        ]
    means = [float(np.mean(each)) for each in found.values()]
    marks: list[Mark] = [
        Dots(np.repeat(MEMBERS, SEEDS), np.ravel(list(found.values())), f"each of {SEEDS} seeds", GREY, 3),
        Line(MEMBERS, means, "mean", BLUE, dots=True),
    ]
    places = Axis("members (1: denoising)", places={each: str(each) for each in MEMBERS})
    apart = {members: max(each) - min(each) for members, each in found.items()}
    return Figure(
        draw(
            "ensemble: more members, steadier ranks",
            [Chart("AUROC on the recorded faults", places, Axis("AUROC %"), marks, width=480)],
        ),
        f"Mean AUROC of {SEEDS} seeds: {', '.join(f'{mean:.1f} % with {members}' for members, mean in zip(MEMBERS, means, strict=True))}; "
        f"seeds lie {apart[MEMBERS[0]]:.1f} points apart with one member and {apart[MEMBERS[-1]]:.1f} with {MEMBERS[-1]}.",
    )
