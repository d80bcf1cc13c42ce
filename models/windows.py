"""Say which rows make up the window that ends at each reading, and gather them. Knows no graph and no verdicts.

A reading is a row of a series; a window is that reading and those before it. Training and scoring cut windows here,
so that a series judged in pieces, each after enough history, is judged as the whole series is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from models.columns import Mask, Vector, shown
from models.contract import Contract
from models.errors import Mismatch, refuse_any
from models.series import seconds_of, series_of, steps_of
from models.table import Table
from models.timeline import Timeline

Rows = NDArray[np.int64]
Gap = Literal["break", "resample", "refuse"]
LONGEST = 10_000  # readings
IRREGULAR = 0.5  # of a period: a step that is further off is no step


class Window(Contract):
    """What a model of windows judges: a reading together with the `length - 1` before it.

    `stride` is the step between windows in training; scoring gives every reading a verdict. `series` names the column
    that tells series apart, `timestamp` the column of times, `period` the seconds between readings. `gap` says what a
    step of another length means: `break` starts a new window, `refuse` is an error, and `resample` interpolates, as long
    as no more than a whole window is missing.
    """

    length: int = Field(ge=2, le=LONGEST)
    stride: int = Field(1, ge=1)
    series: str | None = None
    timestamp: str | None = None
    period: float | None = Field(None, gt=0)
    gap: Gap = "break"

    @model_validator(mode="after")
    def _times_tell_gaps(self) -> Self:
        if (self.timestamp is None) != (self.period is None):
            raise ValueError("a timestamp and a period go together")
        if self.timestamp is None and self.gap != "break":
            raise ValueError(f"without a timestamp there are no gaps to {self.gap}")
        return self


@dataclass(frozen=True, slots=True)
class Frames:
    """Windows over the rows of a table. `ends` and `first` have one entry a window, the others one a row of the table.

    ends: the table row each window ends at; ascending, unless taken otherwise.
    first: the earliest table row each window is made of.
    series_of_row: the number of each row's series, in order of first appearance.
    readings: how many readings the window that ends at a row has; `length` where it is whole.
    after_gap: whether that window begins after a gap, and not where its series does.
    order, place: table rows series after series, and where in that order each table row is.
    """

    window: Window
    ends: Rows
    first: Rows
    series_of_row: Rows
    readings: Rows
    after_gap: Mask
    order: Rows
    place: Rows
    timeline: Timeline | None

    @property
    def windows(self) -> int:
        """How many windows."""
        return len(self.ends)

    def gather(
        self,
        numeric: NDArray[np.float64],
        categorical: NDArray[np.int64],
        part: slice | Rows,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The graph's inputs of these windows, oldest reading first: (rows, features) -> (n, length, features), both.

        `part` counts windows, not rows. Missing values stay NaN and -1. Resampled numbers are interpolated, NaN where
        a reading they lie between is; a resampled category is that of the latest reading.
        """
        at = self.place[self.ends[part]]
        back = np.arange(self.window.length - 1, -1, -1)
        if self.timeline is None:
            rows = self.order[at[:, None] - back]
            return numeric.take(rows, axis=0), categorical.take(rows, axis=0)
        lower, weight = self.timeline.around(at, back)
        rows = self.order[lower]
        values = numeric.take(rows, axis=0)
        between = weight > 0
        if between.any():
            share = weight[between][:, None]
            after = numeric.take(self.order[lower[between] + 1], axis=0)
            values[between] = values[between] * (1 - share) + after * share
        return values, categorical.take(rows, axis=0)

    def take(self, which: slice | Rows) -> Frames:
        """These windows only, by their numbers (not rows), in this order."""
        return replace(self, ends=self.ends[which], first=self.first[which])

    def of(self, rows: Rows) -> Frames:
        """The windows that end at one of these table rows; a row without a whole window has none."""
        return self.take(np.flatnonzero(np.isin(self.ends, rows)))

    def strided(self) -> Frames:
        """Of every unbroken run of windows the first and each `stride`-th after it, for training."""
        places = np.sort(self.place[self.ends])
        number = np.arange(len(places))
        begins = np.diff(places, prepend=-2) != 1
        kept = (number - _latest(begins)) % self.window.stride == 0
        return self.of(self.order[places[kept]])

    def last_rows(self) -> Rows:
        """The table row of the last reading of each series, ascending, whether a window ends there or not."""
        series = self.series_of_row[self.order]
        return np.sort(self.order[np.diff(series, append=-1) != 0])

    def earlier(self, marked: Mask, rows: Rows) -> Rows:
        """How many marks each column has in the windows that end at these table rows, the last reading left out.

        `marked`: (rows of the table, columns). -> (len(rows), columns), 0 where no whole window ends.
        """
        counts = np.zeros((len(rows), marked.shape[1]), dtype=np.int64)
        until = np.vstack([np.zeros(marked.shape[1], dtype=np.int64), marked[self.order].cumsum(axis=0)])
        at = np.flatnonzero(np.isin(rows, self.ends))
        which = np.searchsorted(self.ends, rows[at])
        counts[at] = until[self.place[rows[at]]] - until[self.place[self.first[which]]]
        return counts

    def reasons(self) -> list[str | None]:
        """Why there is no whole window, for each table row; None where there is one."""
        length = self.window.length
        told: list[str | None] = [None] * len(self.order)
        for row in np.flatnonzero(self.readings < length).tolist():
            until = "since the gap before it" if self.after_gap[row] else "so far: no whole window yet"
            told[row] = f"{self.readings[row]} of {length} readings {until}"
        return told


def frames(table: Table, window: Window) -> Frames:
    """The whole windows of a table, one for each row that ends one.

    TableMismatch for a row of no series or no time, for times of a series that do not ascend, for a column that is
    absent, and for a step that is not about a period where the window refuses gaps.
    """
    series = series_of(table, window.series)
    order = np.argsort(series, kind="stable")
    begins = np.diff(series[order], prepend=-1) != 0
    timeline = None
    gaps = np.zeros(table.rows, dtype=np.bool_)
    if window.timestamp is not None and window.period is not None:
        seconds = seconds_of(table, window.timestamp)[order]
        steps = steps_of(table, window.timestamp, seconds, order, begins)
        if window.gap == "resample":
            timeline = Timeline(series[order] + 1j * seconds, window.period)
            # Between readings further apart a whole window would be made up.
            gaps = ~begins & (steps > window.length * window.period)
        else:
            gaps = ~begins & (np.abs(steps - window.period) > IRREGULAR * window.period)
        if window.gap == "refuse":
            refuse_any(_irregular(table, window, steps, order, gaps))
    start = _latest(begins | gaps)
    if timeline is None:
        readings = np.minimum(np.arange(table.rows) - start + 1, window.length)
    else:
        readings = timeline.readings(start, window.length)
    return _frames(window, series, order, readings, gaps[start], timeline)


def _frames(
    window: Window, series: Rows, order: Rows, readings: Rows, after_gap: Mask, timeline: Timeline | None
) -> Frames:
    """From values in the order of the series to values in the order of the table."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    ends = np.flatnonzero(readings[place] == window.length)
    oldest = place[ends] - (window.length - 1)
    if timeline is not None:
        oldest = timeline.around(place[ends], np.array([window.length - 1]))[0][:, 0]
    return Frames(
        window=window,
        ends=ends,
        first=order[oldest],
        series_of_row=series,
        readings=readings[place],
        after_gap=after_gap[place],
        order=order,
        place=place,
        timeline=timeline,
    )


def _latest(begins: Mask) -> Rows:
    """For each place the latest one at or before it where something begins. The first place always does."""
    return np.maximum.accumulate(np.where(begins, np.arange(len(begins)), 0))


def _irregular(table: Table, window: Window, steps: Vector, order: Rows, gaps: Mask) -> Iterator[Mismatch]:
    name = window.timestamp or ""
    cells = table.columns[name].cells
    for place in np.flatnonzero(gaps).tolist():
        row, before = int(order[place]), int(order[place - 1])
        detail = (
            f"expected a reading about {window.period:g} s after {shown(cells[before])}, "
            f"got one after {steps[place]:g} s; the model refuses gaps"
        )
        yield table.mismatch(row, name, detail)
