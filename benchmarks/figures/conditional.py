"""A value that is normal only under the other condition: who sees it?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.drawing import BLUE, GREEN, ORANGE, RED, Axis, Bars, Chart, Dots, Figure, draw
from benchmarks.reference import MODES, Reference
from benchmarks.trainings import Training, train

FALSE_ALARMS = 0.01
SHOWN = 300  # rows in the scatter


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """Rows by what they say their mode is, and how many of the wrong ones each variant finds at one false alarm in a hundred."""
    modes = sets["modes"]
    trained = {
        "vanilla": train(modes.train, variant="vanilla", seed=seed),
        "denoising": train(modes.train, variant="denoising", seed=seed),
        "conditional": train(modes.train, variant="conditional", condition=("mode",), seed=seed),
    }
    recalls = [100 * recall(training, modes) for training in trained.values()]
    bars = Bars(recalls, [f"{each:.0f} %" for each in recalls], width=0.5)
    places = Axis("", places=dict(enumerate(trained)))
    said = ", ".join(f"{name} {each:.0f} %" for name, each in zip(trained, recalls, strict=True))
    return Figure(
        draw(
            "conditional: what is normal depends on the mode",
            [
                scatter(modes),
                Chart("Found at 1 % false alarms", places, Axis("% of the wrong rows", low=0, high=100), [bars], width=300),
            ],
        ),
        f"Of {int(modes.truth.sum())} rows that name the other mode, at 1 % false alarms are found: {said}.",
    )


def scatter(modes: Reference) -> Chart:
    """Temperature and pressure; rings are the rows that name the other mode."""
    temperature, pressure = (modes.test.columns[name].numbers().values for name in ("temperature", "pressure"))
    named = np.array(modes.test.columns["mode"].categories().values)
    some = np.arange(len(named)) < SHOWN
    marks = []
    for mode, colour in zip(MODES, (BLUE, ORANGE), strict=True):
        rows = some & (named == mode)
        right, wrong = rows & ~modes.truth, rows & modes.truth
        marks += [
            Dots(temperature[right], pressure[right], f"says {mode}", colour),
            Dots(temperature[wrong], pressure[wrong], "", colour, size=4, hollow=True),
        ]
    return Chart("Two modes; rings say the wrong one", Axis("temperature"), Axis("pressure"), marks)


def recall(training: Training, modes: Reference) -> float:
    """Share of the strange rows above the score that one normal test row in a hundred exceeds."""
    score = training.score(modes.test)
    return float((score[modes.truth] > np.quantile(score[~modes.truth], 1 - FALSE_ALARMS)).mean())
