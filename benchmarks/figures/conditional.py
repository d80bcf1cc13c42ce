"""A value that is normal only at another hour: who sees it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.reference import Reference
from benchmarks.trainings import train
from training.drawing import BLUE, ORANGE, RED, Axis, Bars, Chart, Dots, Figure, draw

FALSE_ALARMS = 0.01
SHOWN = 300  # normal rows in the scatter
TOLD: dict[str, dict[str, Any]] = {"vanilla": {}, "denoising": {}, "conditional": {"condition": ("hour",)}}
Truth = NDArray[np.bool_]


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """A temperature that follows the hour; the other variants take the hour as a column like any other."""
    day = sets["hours"]
    truth = day.truth
    flagged = {
        name: above(train(day.train, variant=name, seed=seed, **told).score(day.test), truth)
        for name, told in TOLD.items()
    }
    recalls = [100 * float(each[truth].mean()) for each in flagged.values()]
    said = ", ".join(f"{name} {each:.1f} %" for name, each in zip(flagged, recalls, strict=True))
    shown = [f"{each:.0f} %" for each in recalls]
    bars = Chart(
        "Found at 1 % false alarms",
        Axis("", places=dict(enumerate(flagged))),
        Axis("% of the strange rows", low=0, high=110),
        [Bars(recalls, shown)],
        width=300,
    )
    return Figure(
        draw("conditional: what is normal depends on the hour", [scatter(day, flagged["vanilla"]), bars]),
        f"{int(truth.sum())} temperatures that are normal, but at another hour. At 1 % false alarms are found: {said}.",
    )


def scatter(day: Reference, found: Truth) -> Chart:
    """Some normal rows, and all strange ones by whether they were found."""
    hours, degrees = (day.test.columns[name].numbers().values for name in ("hour", "temperature"))
    normal = np.flatnonzero(~day.truth)[:SHOWN]
    seen, missed = (np.flatnonzero(day.truth & each) for each in (found, ~found))
    marks = [
        Dots(hours[normal], degrees[normal], "normal", BLUE),
        Dots(hours[seen], degrees[seen], "strange", ORANGE, 3, hollow=True),
        Dots(hours[missed], degrees[missed], "strange, vanilla misses it", RED, 3),
    ]
    return Chart("A temperature over the day", Axis("hour", low=0, high=24), Axis("°C"), marks, width=420)


def above(score: NDArray[np.float64], truth: Truth) -> Truth:
    """Which rows are above the score that one normal row in a hundred exceeds."""
    return np.asarray(score > np.quantile(score[~truth], 1 - FALSE_ALARMS))
