"""What another threshold would do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.drawing import BLUE, GREEN, GREY, INK, ORANGE, Axis, Chart, Line, Mark, Rule, draw
from training.report.facts import Sweep
from training.report.markup import drawing, percent, table
from training.report.sections.colours import WIDE
from training.report.shown import Shown

TIMES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)  # thresholds in the table, as multiples of this one


def sweep(shown: Shown) -> str:
    """A chart and a table: the share of ordinary records flagged, flags a day, and with labels what is found."""
    found, threshold = shown.facts.sweep, shown.manifest.threshold.value
    marks: list[Mark] = [
        Line(found.thresholds, _percents(found.flagged), "flagged of ordinary records", BLUE)
    ]
    for name, values, colour in (
        ("precision", found.precision, GREEN),
        ("recall", found.recall, ORANGE),
        ("F1", found.f1, GREY),
    ):
        if values:
            marks.append(Line(found.thresholds, _percents(values), name, colour))
    marks.append(Rule(threshold, "threshold", INK))
    chart = Chart(
        "",
        Axis("threshold (logarithmic)", log=True),
        Axis("%", low=0, high=100 if found.recall else None),
        marks,
        width=WIDE,
    )
    svg = draw("What another threshold would do", [chart])
    caption = "Ordinary records are those that nothing was fitted on and that nobody labelled, as far as there are such."
    return drawing(svg, caption) + _table(found, threshold)


def _table(found: Sweep, threshold: float) -> str:
    head = ["threshold", "flagged"]
    head += ["flags a day"] * (found.rows_per_day is not None)
    head += ["precision", "recall", "F1"] * (found.f1 is not None)
    rows = [_row(found, threshold * times) for times in TIMES]
    return table(head, rows, caption="Thresholds around the one that is served", numbers=len(head) - 1)


def _row(found: Sweep, threshold: float) -> list[str]:
    at = int(np.abs(np.log(np.array(found.thresholds) / threshold)).argmin())
    told = [f"{found.thresholds[at]:.4g}", percent(found.flagged[at])]
    if found.rows_per_day is not None:
        told.append(f"{found.flagged[at] * found.rows_per_day:,.3g}")
    if found.precision and found.recall and found.f1:
        told += [f"{each[at]:.3f}" for each in (found.precision, found.recall, found.f1)]
    return told


def _percents(values: tuple[float, ...]) -> NDArray[np.float64]:
    return 100 * np.array(values)
