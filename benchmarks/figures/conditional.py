"""A value that is normal only at another hour: who sees it?"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.drawing import BLUE, ORANGE, RED, Axis, Bars, Chart, Dots, Figure, draw
from benchmarks.reference import Reference
from benchmarks.sets import write
from benchmarks.trainings import train
from models.formats import read_file

ROWS, TESTED, STRANGE = 3000, 2000, 200
SPREAD, FAR = 0.6, 3.0  # degrees around what the hour asks for; how far at least a value of another hour is from that
FALSE_ALARMS = 0.01
SHOWN = 300  # normal rows in the scatter
Truth = NDArray[np.bool_]


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:  # noqa: ARG001
    """A temperature that follows the hour; the others are told the hour as a column like any other."""
    truth = np.arange(TESTED) < STRANGE
    told = {"vanilla": {}, "denoising": {}, "conditional": {"condition": ("hour",)}}
    with tempfile.TemporaryDirectory() as work:
        files = Path(work) / "day.csv", Path(work) / "strange.csv"
        write_day(files[0], ROWS, 0, seed=1)
        write_day(files[1], TESTED, STRANGE, seed=2)
        table = read_file(files[1])
        flagged = {
            name: above(train(files[0], variant=name, seed=seed, **more).score(table), truth) for name, more in told.items()
        }
    hours, degrees = (table.columns[name].numbers().values for name in ("hour", "temperature"))
    recalls = [100 * float(each[truth].mean()) for each in flagged.values()]
    shown = np.flatnonzero(~truth)[:SHOWN]
    found, missed = (np.flatnonzero(truth & each) for each in (flagged["vanilla"], ~flagged["vanilla"]))
    marks = [
        Dots(hours[shown], degrees[shown], "normal", BLUE),
        Dots(hours[found], degrees[found], "strange", ORANGE, 3, hollow=True),
        Dots(hours[missed], degrees[missed], "strange, vanilla misses it", RED, 3),
    ]
    said = ", ".join(f"{name} {each:.1f} %" for name, each in zip(flagged, recalls, strict=True))
    return Figure(
        draw(
            "conditional: what is normal depends on the hour",
            [
                Chart("A temperature over the day", Axis("hour", low=0, high=24), Axis("°C"), marks, width=420),
                Chart(
                    "Found at 1 % false alarms",
                    Axis("", places=dict(enumerate(flagged))),
                    Axis("% of the strange rows", low=0, high=110),
                    [Bars(recalls, [f"{each:.0f} %" for each in recalls])],
                    width=300,
                ),
            ],
        ),
        f"{STRANGE} temperatures that are normal, but at another hour: at 1 % false alarms are found {said}.",
    )


def above(score: NDArray[np.float64], truth: Truth) -> Truth:
    """Which rows are above the score that one normal row in a hundred exceeds."""
    return np.asarray(score > np.quantile(score[~truth], 1 - FALSE_ALARMS))


def write_day(path: Path, rows: int, strange: int, *, seed: int) -> None:
    """A temperature around its hour's; the first `strange` rows have that of a row at another hour."""
    chance = np.random.default_rng(seed)
    hours = chance.uniform(0, 24, rows)
    asked = 20 - 3 * np.cos(2 * np.pi * (hours - 3) / 24)
    degrees = asked + SPREAD * chance.standard_normal(rows)
    for row in range(strange):
        other = np.flatnonzero(np.abs(degrees[strange:] - asked[row]) > FAR) + strange
        degrees[row] = degrees[chance.choice(other)]
    write(path, ["hour", "temperature"], np.column_stack([hours, degrees]).round(4).tolist())
