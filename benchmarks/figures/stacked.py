"""Losses of a deep network, from random weights and from layers that were learned one at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.reference import Reference
from benchmarks.trainings import train
from training.drawing import BLUE, ORANGE, Axis, Chart, Figure, Line, draw

DEPTH, EPOCHS = 6, 60


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """A deep network with saturating units, where pretraining matters; a small one beside it, where it does not."""
    host = sets["host"]
    charts, said = [], []
    for title, depth, activation in (("tanh", DEPTH, "tanh"), ("gelu", 2, "gelu")):
        lines = []
        for pretrain, name, colour in ((False, "random weights", ORANGE), (True, "--pretrain", BLUE)):
            training = train(
                host.train,
                variant="stacked",
                seed=seed,
                depth=depth,
                activation=activation,
                pretrain=pretrain,
                epochs=EPOCHS,
                patience=EPOCHS,
                **host.told,
            )
            losses = np.array(training.watch.losses)[:, 1]
            lines.append(Line(np.arange(1, len(losses) + 1), losses, name, colour))
            said.append((float(losses[0]), float(losses.min())))
        charts.append(
            Chart(
                f"{depth} layers of {title}", Axis("epoch", low=0), Axis("validation loss", log=True), lines
            )
        )
    return Figure(
        draw("stacked: layer by layer, then all together", charts),
        f"{DEPTH} layers of tanh, {EPOCHS} epochs: the validation loss goes from {said[0][0]:.2f} to {said[0][1]:.3f} from random "
        f"weights, from {said[1][0]:.2f} to {said[1][1]:.3f} with `--pretrain`. Two layers of GELU end at {said[2][1]:.3f} and "
        f"{said[3][1]:.3f}.",
    )
