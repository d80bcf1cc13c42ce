"""Past: the readings that the next one of its series is judged with. Knows neither tables nor the service.

The service remembers nothing between requests, so whoever sends a series in pieces keeps what a window reaches back to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from datetime import UTC, datetime
from numbers import Real
from typing import Any, Generic, NamedTuple, TypeVar

from offbeat.client.descriptions import Window

Item = TypeVar("Item")


class Kept(NamedTuple, Generic[Item]):
    """An item and when it was, in seconds; None where a window counts readings and no time."""

    item: Item
    seconds: float | None


class Past(Generic[Item]):
    """What is kept of every series: `length - 1` items, or those of as long a time where readings are resampled."""

    def __init__(self, window: Window | None) -> None:
        self._window = window
        self._series: dict[Hashable, deque[Kept[Item]]] = {}

    def before(self, series: Hashable) -> list[Item]:
        """What the next item of this series is judged with, oldest first."""
        return [kept.item for kept in self._series.get(series, ())]

    def all(self) -> list[Item]:
        """What is kept of all series, series after series."""
        return [kept.item for items in self._series.values() for kept in items]

    def add(self, series: Hashable, item: Item, moment: object = None) -> None:
        """Keep an item, and drop what no window reaches back to any more. `moment` is the cell of its time."""
        if self._window is None:
            return
        items = self._series.setdefault(series, deque())
        items.append(Kept(item, seconds_of(moment) if self._window["gap"] == "resample" else None))
        _drop(items, self._window["length"] - 1, self._window["period"] or 0)

    def forget(self, series: Hashable) -> None:
        """Keep nothing of a series."""
        self._series.pop(series, None)


def seconds_of(cell: object) -> float | None:
    """Seconds since 1970 of a time as the service reads it: a number, ISO 8601, a datetime. None for what is neither."""
    if isinstance(cell, str):
        return _of_text(cell.strip())
    if isinstance(cell, datetime):
        return (cell if cell.tzinfo else cell.replace(tzinfo=UTC)).timestamp()
    return float(cell) if isinstance(cell, Real) else None


def _drop(items: deque[Kept[Any]], most: int, period: float) -> None:
    """Keep the last `most`, or those that the next window can reach back to in as many periods."""
    latest = items[-1].seconds
    if latest is None:
        while len(items) > most:
            items.popleft()
        return
    # A window's first moment lies between two readings: the one before it is needed too.
    while len(items) > 1 and (items[1].seconds or 0) <= latest - most * period:
        items.popleft()


def _of_text(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return seconds_of(datetime.fromisoformat(text.upper()))
    except ValueError:
        return None
