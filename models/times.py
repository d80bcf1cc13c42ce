"""Read a column of times: seconds since 1970, and the hour and the day on the clock that wrote them. Knows no tables."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from models.columns import BadCell, Column, Mask, Vector, expected, is_empty

A_TIME = "a time such as 2026-01-31T12:00:00"
HOURS = tuple(map(str, range(24)))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR, DAY = 3600, 86400  # seconds
EPOCH_WEEKDAY = 3  # 1970 began on a Thursday


@dataclass(frozen=True, slots=True)
class Times:
    """A column read as times. `seconds` since 1970, NaN where the cell is missing or bad; bad cells listed."""

    seconds: Vector
    missing: Mask
    bad: list[BadCell]
    moments: list[datetime | float | None]

    def hours(self) -> list[str | None]:
        """The hour of day as it was written, whatever its offset: "0" to "23". None where there is no time."""
        return [None if moment is None else HOURS[_hour(moment)] for moment in self.moments]

    def weekdays(self) -> list[str | None]:
        """The day of the week as it was written: "mon" to "sun". None where there is no time."""
        return [None if moment is None else WEEKDAYS[_weekday(moment)] for moment in self.moments]


def read_times(column: Column) -> Times:
    """ISO 8601 (UTC unless it says otherwise) or a number of seconds since 1970 (UTC); an empty cell is missing."""
    cells = column.cells
    moments = [_moment(cell) for cell in cells]
    unread = [row for row, moment in enumerate(moments) if moment is None]
    empty = [row for row in unread if is_empty(cells[row])]
    missing = np.zeros(len(cells), dtype=np.bool_)
    missing[empty] = True
    return Times(
        seconds=np.array([_seconds(moment) for moment in moments], dtype=np.float64),
        missing=missing,
        bad=[BadCell(row, expected(A_TIME, cells[row])) for row in unread if not missing[row]],
        moments=moments,
    )


def _moment(cell: object) -> datetime | float | None:
    """A datetime that knows its offset, or seconds; None for what is neither."""
    if isinstance(cell, str):
        return _from_text(cell.strip())
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return float(cell) if abs(cell) <= sys.float_info.max else None


def _from_text(text: str) -> datetime | float | None:
    # 20260131 is a number of seconds, as it is for every other reader of numbers.
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return seconds if np.isfinite(seconds) and "_" not in text else None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seconds(moment: datetime | float | None) -> float:
    if moment is None:
        return float("nan")
    return moment.timestamp() if isinstance(moment, datetime) else moment


def _hour(moment: datetime | float) -> int:
    return moment.hour if isinstance(moment, datetime) else int(moment // HOUR % 24)


def _weekday(moment: datetime | float) -> int:
    return moment.weekday() if isinstance(moment, datetime) else int((moment // DAY + EPOCH_WEEKDAY) % 7)
