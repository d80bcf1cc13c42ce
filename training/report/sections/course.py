"""Scores over time, with known anomalies shaded, and which features made them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from training.drawing import (
    BLUE,
    GREY,
    INK,
    RED,
    Axis,
    Band,
    Chart,
    HeatMap,
    Line,
    Mark,
    Rule,
    Span,
    draw,
    time_places,
)
from training.report.facts import Course
from training.report.markup import drawing
from training.report.sections.colours import WIDE
from training.report.shown import Shown

USUAL = 0.995  # of all values; those above are as dark
LEAST = 1e-3  # anomaly scores below are drawn here


def course(shown: Shown) -> str | None:
    """None without times."""
    found = shown.facts.course
    if found is None:
        return None
    return _scores(found) + (_features(found) if found.names else "")


def _scores(found: Course) -> str:
    edges = np.array(found.edges)
    middle = (edges[1:] + edges[:-1]) / 2
    highest, median = (_held(each) for each in (found.highest, found.median))
    marks: list[Mark] = [
        *(
            Span(each.start, each.end, "" if place else "known anomaly", RED)
            for place, each in enumerate(found.known)
        ),
        Band(middle, median, highest, colour=BLUE),
        Line(middle, highest, "highest", BLUE),
        Line(middle, median, "median", GREY),
        Rule(1.0, "threshold", INK, level=True),
    ]
    places = time_places(edges[0], edges[-1])
    across = Axis("time (UTC)", low=float(edges[0]), high=float(edges[-1]), places=places)
    chart = Chart("", across, Axis("anomaly score", log=True), marks, width=WIDE)
    parts = "; ".join(f"{each.what} {_day(each.start)} to {_day(each.end)}" for each in found.parts)
    shaded = " Shaded red: labelled anomalies." if found.known else ""
    return drawing(
        draw("Anomaly scores over time", [chart]),
        f"The highest and the median anomaly score of each of {len(middle)} slots; above 1 is an anomaly.{shaded}"
        + (f" Parts: {parts}." if parts else ""),
    )


def _features(found: Course) -> str:
    values = np.array([[np.nan if each is None else each for each in row] for row in found.features])
    most = float(np.nanquantile(values, USUAL)) if np.isfinite(values).any() else 1.0
    places = time_places(found.edges[0], found.edges[-1])
    chart = HeatMap(
        "", found.names, values / max(most, LEAST), found.edges[0], found.edges[-1], places, width=WIDE
    )
    return drawing(
        draw("What each feature adds to the scores over time", [chart]),
        "What each feature adds to the score, the darker the more; grey is without records. The features that add most stand first.",
    )


def _held(values: tuple[float | None, ...]) -> NDArray[np.float64]:
    return np.array([np.nan if each is None else max(each, LEAST) for each in values])


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
