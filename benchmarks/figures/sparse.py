"""How much of its code a record uses, against how well it is rebuilt: the penalty trades one for the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from benchmarks.reference import Reference
from benchmarks.trainings import normal_error, normal_samples, train
from training.drawing import BLUE, GREEN, GREY, Axis, Chart, Dots, Figure, Line, Mark, draw
from training.variants.sparse import active_units

CODE = 64
PENALTIES = (0.01, 0.03, 0.1, 1.0)


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """Both kinds of sparsity at several penalties, and the plain network with a code as wide."""
    host = sets["host"]

    def tried(**told: Any) -> tuple[float, float]:  # noqa: ANN401
        """Percent of units active, error; normal rows of another day."""
        training = train(host.train, seed=seed, code_size=CODE, **host.told, **told)
        with torch.no_grad():
            code = training.made.graph.autoencoder.encode(normal_samples(training, host))
        return 100 * active_units(code), normal_error(training, host)

    plain = tried(variant="vanilla")
    l1, kl = (
        np.array([tried(variant="sparse", sparsity=kind, penalty=each) for each in PENALTIES]).T
        for kind in ("l1", "kl")
    )
    labels = [f"{each:g}" for each in PENALTIES]
    marks: list[Mark] = [Dots([plain[0]], [plain[1]], "vanilla", GREY, 5)]
    for (active, errors), kind, colour in ((l1, "l1", BLUE), (kl, "kl", GREEN)):
        marks.append(Line(active, errors, colour=colour))
        marks.append(Dots(active, errors, kind, colour, 3, labels=labels))
    x, y = (
        Axis(f"% of the code's {CODE} units active in a record", low=0),
        Axis("reconstruction error", low=0),
    )
    return Figure(
        draw("sparse: few units for each record", [Chart("For each --penalty", x, y, marks, width=520)]),
        f"With a code of {CODE}, vanilla has {plain[0]:.0f} % of its units active in a record; `--sparsity l1` "
        f"{l1[0][0]:.0f} % at a penalty of {labels[0]} and {l1[0][-1]:.0f} % at {labels[-1]}, `kl` {kl[0][0]:.0f} % and "
        f"{kl[0][-1]:.0f} %. The median error of normal rows is {plain[1]:.3f} for vanilla and between "
        f"{min(*l1[1], *kl[1]):.3f} and {max(*l1[1], *kl[1]):.3f} for the others.",
    )
