"""Rebuilt: features as they were, and as the model would have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from offbeat.client.plots.along import Along, Vector, X, along, numbers
from offbeat.client.plots.paper import BLUE, ORANGE, Picture, legend, picture, titled

CHARTS = 4  # unless told
HEIGHT = 1.7  # inches of each
A_FEW = 2000  # records, and each has a dot
Columns = Mapping[str, Sequence[Any]]


class Pair(NamedTuple):
    """A feature of numbers, (rows,) twice; NaN where there is none."""

    actual: Vector
    expected: Vector

    @property
    def distance(self) -> float:
        """How far the two usually are from each other, for how much the feature varies."""
        there = np.isfinite(self.actual) & np.isfinite(self.expected)
        if not there.any():
            return 0.0
        apart = np.abs(self.actual - self.expected)[there]
        return float(np.median(apart) / (self.actual[there].std() or 1))


def rebuilt(
    source: str,
    actual: Columns,
    expected: Sequence[Mapping[str, Any] | None],
    show: Sequence[str] | None,
    x: X,
) -> Picture:
    """A chart for each feature to show; unless told, for those of numbers that are farthest from what was expected.

    ValueError for a feature that is not there or holds no numbers, and for records that are not those of the reply.
    """
    pairs = _pairs(actual, expected)
    names = sorted(pairs, key=lambda name: -pairs[name].distance)[:CHARTS] if show is None else list(show)
    missing = ", ".join(repr(name) for name in names if name not in pairs)
    if missing or not names:
        there = ", ".join(pairs) or "none"
        raise ValueError(
            f"nothing to plot: features of numbers are {there}" + f", not {missing}" * bool(missing)
        )
    place = along(x, len(expected), actual)
    made, charts = picture([HEIGHT] * len(names))
    for chart, name in zip(charts, names, strict=True):
        _draw(chart, place, pairs[name])
        chart.xaxis.set_visible(chart is charts[-1])
        titled(chart, name, place.label, "")
    legend(charts[0])
    titled(charts[0], f"{source}: {names[0]}", place.label, "")
    return made


def _pairs(actual: Columns, expected: Sequence[Mapping[str, Any] | None]) -> dict[str, Pair]:
    rows = max((len(cells) for cells in actual.values()), default=0)
    if rows != len(expected):
        raise ValueError(f"{rows:,} records are not those of {len(expected):,} reconstructions")
    found: dict[str, Pair] = {}
    for name in next((list(each) for each in expected if each is not None), []):
        were = numbers(actual.get(name, [None] * rows))
        should_be = numbers([(each or {}).get(name) for each in expected])
        if were is not None and should_be is not None:
            found[name] = Pair(were, should_be)
    return found


def _draw(chart: Axes, place: Along, pair: Pair) -> None:
    rows = np.argsort(place.places, kind="stable")
    dot = "." if len(rows) <= A_FEW else ","
    for values, line, colour, name in zip(pair, "-:", (BLUE, ORANGE), pair._fields, strict=True):
        chart.plot(
            place.places[rows], values[rows], dot + line, color=colour, linewidth=1, markersize=3, label=name
        )
    place.mark(chart)
