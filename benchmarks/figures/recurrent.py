"""Scores over time around changes of order, each reading of which is normal by itself; a model of single readings beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.lines import write
from benchmarks.reference import Reference
from benchmarks.trainings import train
from models.formats import read_file
from training.drawing import BLUE, GREY, ORANGE, Axis, Chart, Figure, Line, Mark, Span, draw

LEVELS = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])  # two sensors in each of four phases
PHASE, WINDOW = 3, 12  # readings; a window is a whole round of the phases
ROUNDS, TESTED = 250, 60
SWAPPED = range(5, TESTED, 5)  # rounds in which the second and the third phase change places
SHOWN = (95, 175)  # readings
NOISE = 0.1
START = datetime(2026, 1, 1, tzinfo=UTC)


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:  # noqa: ARG001
    """Two models of one series, and how many changes each sees."""
    with tempfile.TemporaryDirectory() as work:
        files = Path(work) / "rounds.csv", Path(work) / "swapped.csv"
        write_rounds(files[0], ROUNDS, (), seed=1)
        write_rounds(files[1], TESTED, SWAPPED, seed=2)
        table = read_file(files[1])
        over = {}
        for name, told in (("denoising", {}), ("recurrent", {"window": WINDOW})):
            training = train(files[0], variant=name, seed=seed, **told)
            over[name] = training.score(table) / training.scorer.manifest.threshold.value
    changed = [slice(at * WINDOW + PHASE, at * WINDOW + 3 * PHASE) for at in SWAPPED]
    seen = {name: sum(bool((score[part] > 1).any()) for part in changed) for name, score in over.items()}
    usual = np.ones(table.rows, dtype=np.bool_)
    for part in changed:
        usual[part.start : part.stop + WINDOW] = False
    alarms = {name: 100 * np.nanmean(score[usual] > 1) for name, score in over.items()}
    spans: list[Mark] = [Span(part.start, part.stop) for part in changed if SHOWN[0] < part.start < SHOWN[1]]
    at = np.arange(*SHOWN)
    marks: list[Mark] = [
        *spans,
        Line(at, np.ones(len(at)), "threshold", GREY, dashed=True),
        Line(at, over["denoising"][at], "denoising, reading by reading", ORANGE),
        Line(at, over["recurrent"][at], f"recurrent, --window {WINDOW}", BLUE),
    ]
    return Figure(
        draw(
            "recurrent: every reading normal, their order not",
            [
                Chart(
                    "Phases out of order in the shaded parts",
                    Axis("reading", low=SHOWN[0], high=SHOWN[1]),
                    Axis("score / threshold", log=True),
                    marks,
                    width=640,
                )
            ],
        ),
        f"In {len(changed)} of {TESTED} rounds two phases change places. The recurrent model flags {seen['recurrent']} of "
        f"the {len(changed)}, and {alarms['recurrent']:.1f} % of the other readings; a denoising model of single readings "
        f"{seen['denoising']}, and {alarms['denoising']:.1f} %.",
    )


def write_rounds(path: Path, rounds: int, swapped: range | tuple[int, ...], *, seed: int) -> None:
    """A reading a second: each phase for PHASE readings, round after round."""
    order = [[0, 2, 1, 3] if number in swapped else [0, 1, 2, 3] for number in range(rounds)]
    phases = np.repeat(np.ravel(order), PHASE)
    readings: NDArray[np.float64] = LEVELS[phases] + NOISE * np.random.default_rng(seed).standard_normal(
        (len(phases), 2)
    )
    times = [(START + timedelta(seconds=second)).isoformat() for second in range(len(phases))]
    cells = zip(times, readings.round(4).tolist(), strict=True)
    write(path, ["timestamp", "valve", "flow"], [[time, *numbers] for time, numbers in cells])
