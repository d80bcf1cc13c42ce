"""Along: where records stand on the x axis: by time, by a value or by their number. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from offbeat.client.past import seconds_of
from offbeat.client.plots.paper import INK
from offbeat.client.tables.plain import python_of

Vector = NDArray[np.float64]
X = str | Iterable[Any] | None
TIMES = {"timestamp", "time", "datetime", "date", "ts"}  # columns so named hold times, as training has it
DAY = 86_400
FARTHEST = 5e10  # seconds from 1970: what is farther is in some other unit, or a word for never
NUMBER = "record"


class Along(NamedTuple):
    """(rows,) a place for each record, NaN where it has none; of times in days as matplotlib counts them."""

    places: Vector
    label: str
    is_time: bool = False

    def mark(self, chart: Axes) -> None:
        """Every place is seen, unknown records too. Times are written in UTC, and no halves of records."""
        if self.is_time:
            ticks = AutoDateLocator(tz=UTC)
            chart.xaxis.set_major_locator(ticks)
            chart.xaxis.set_major_formatter(ConciseDateFormatter(ticks, tz=UTC))
            chart.xaxis.get_offset_text().set_color(INK)
        elif self.label == NUMBER:
            chart.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        there = self.places[np.isfinite(self.places)]
        if len(there):
            room = (there.max() - there.min()) / 50 or 0.5
            chart.set_xlim(there.min() - room, there.max() + room)


def along(x: X, rows: int, columns: Mapping[str, Sequence[Any]]) -> Along:
    """By what a caller gives, a cell for each record or the name of a column; else by a column of times, else by number.

    Times are what the service takes for them. ValueError for what is neither, and for as many as there are no records.
    """
    if x is None:
        return _by_time(columns) or Along(np.arange(rows, dtype=np.float64), NUMBER)
    name = x if isinstance(x, str) else ""
    if name and name not in columns:
        there = ", ".join(columns) or "none"
        raise ValueError(f"no column {name!r} beside the verdicts; there: {there}. Or give x= its cells")
    cells = columns[name] if name else _listed(x)
    if len(cells) != rows:
        raise ValueError(f"x has {len(cells):,} cells for {rows:,} records")
    return _placed(cells, name)


def numbers(cells: Sequence[Any]) -> Vector | None:
    """(rows,) the cells as floats, NaN where one is None; None when they are none."""
    try:
        return np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _listed(x: Iterable[Any]) -> list[Any]:
    """Of whatever library: numpy's arrays, and the columns of data frames, say their times as Python has them."""
    found: list[Any] = python_of(np.asarray(x if hasattr(x, "__array__") else list(x)))
    return found


def _by_time(columns: Mapping[str, Sequence[Any]]) -> Along | None:
    """The first column that has the name of times and holds some."""
    for name, cells in columns.items():
        if name.lower() in TIMES:
            with suppress(ValueError):
                found = _placed(cells, name)
                if np.isfinite(found.places).any():
                    return found
    return None


def _placed(cells: Sequence[Any], name: str) -> Along:
    found = numbers(cells)
    if found is not None and (name.lower() not in TIMES or np.nanmax(np.abs(found), initial=0) > FARTHEST):
        return Along(found, name)
    seconds = np.array([_seconds(cell) for cell in cells], dtype=np.float64)
    seconds[np.abs(seconds) > FARTHEST] = np.nan
    label = "time (UTC)" if name.lower() in {"", *TIMES} else f"{name} (UTC)"
    return Along(date2num(datetime(1970, 1, 1)) + seconds / DAY, label, is_time=True)  # noqa: DTZ001  # matplotlib's


def _seconds(cell: object) -> float:
    if cell is None:
        return np.nan
    found = seconds_of(cell)
    found = seconds_of(str(cell)) if found is None else found  # a date, or a time of numpy
    if found is None:
        raise ValueError(f"x must hold numbers or times such as 2026-01-31T12:00:00, not {cell!r}")
    return found
