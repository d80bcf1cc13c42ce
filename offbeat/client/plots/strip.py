"""Strip: anomaly scores along the records, the threshold, and the anomalies among them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from numpy.typing import NDArray

from offbeat.client.plots.along import Along, Vector
from offbeat.client.plots.paper import BLUE, INK, RED, legend

COLUMNS = 900  # of pixels; more records than twice as many are not drawn one by one
LOWEST, HIGHEST = 1e-3, 1e30  # beyond them scores are drawn just below the chart, and on top
A_FEW = 1e3  # from top to bottom; below it a power of ten has ticks in between


def strip(chart: Axes, along: Along, scores: Vector, anomalies: NDArray[np.bool_]) -> None:
    """Draw scores, NaN where one is unknown, which leaves a gap; of very many the highest of each column of pixels."""
    rows = shown(along.places, scores)
    x, y, red = along.places[rows], np.clip(scores[rows], LOWEST / 2, HIGHEST), anomalies[rows]
    every = np.isfinite(along.places).sum() / max(1, len(rows))
    name = "anomaly score" if every <= 1 else f"highest of about {every:,.0f}"
    chart.plot(x, y, ".-", color=BLUE, linewidth=0.7, markersize=3, label=name)
    chart.axhline(1, color=INK, linewidth=1.2, linestyle="--", label="threshold")
    chart.plot(x[red], y[red], "o", color=RED, markersize=4, label="anomaly")
    _scale(chart, y)
    along.mark(chart)
    legend(chart)


def shown(places: Vector, scores: Vector) -> NDArray[np.intp]:
    """Which records to draw, from left to right: those with a place, or the highest of each of COLUMNS columns."""
    rows = np.argsort(places, kind="stable")
    rows = rows[np.isfinite(places[rows])]
    if len(rows) <= 2 * COLUMNS:
        return rows
    x, y = places[rows], np.nan_to_num(scores[rows], nan=-np.inf)
    column = np.minimum((x - x[0]) / max(x[-1] - x[0], 1e-12) * COLUMNS, COLUMNS - 1).astype(int)
    order = np.lexsort((y, column))
    return rows[order[np.flatnonzero(np.diff(column[order], append=COLUMNS))]]


def _scale(chart: Axes, scores: Vector) -> None:
    """Powers of ten, the threshold well inside."""
    seen = scores[np.isfinite(scores)]
    low, high = max(LOWEST, seen.min(initial=0.5) / 1.5), seen.max(initial=2.0) * 1.5
    chart.set_yscale("log")
    chart.set_ylim(low, high)
    chart.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < A_FEW else (1,)))
    chart.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    chart.yaxis.set_minor_formatter(NullFormatter())
