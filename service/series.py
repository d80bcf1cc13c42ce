"""Series: counters, levels and histograms whose numbers lie in Counts, bound to their labels once and cheap from then on.

prometheus_client lends names and text form; its own increments would cost as much as judging the record they count.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from math import inf
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString

from models.threshold import Vector
from service.counts import Cell, Counts, Key

Bound = TypeVar("Bound")


class Count:
    """A number that only grows."""

    __slots__ = ("_cell", "_lock")

    def __init__(self, cell: Cell, lock: Lock) -> None:
        self._cell, self._lock = cell, lock

    def add(self, amount: float = 1.0) -> None:
        """Count, for who holds the lock."""
        self._cell[0] += amount

    def inc(self, amount: float = 1.0) -> None:
        """Count."""
        with self._lock:
            self._cell[0] += amount


class Level(Count):
    """A number that rises and falls."""

    __slots__ = ()

    def dec(self, amount: float = 1.0) -> None:
        """Fall."""
        with self._lock:
            self._cell[0] -= amount

    @contextmanager
    def track_inprogress(self) -> Iterator[None]:
        """One more within the block."""
        self.inc()
        try:
            yield
        finally:
            self.dec()


class Distribution:
    """How many values lay up to each bound, and their sum."""

    __slots__ = ("_bounds", "_cell", "_edges", "_lock")

    def __init__(self, cell: Cell, lock: Lock, bounds: Sequence[float]) -> None:
        self._cell, self._lock, self._bounds = cell, lock, bounds
        self._edges = np.asarray(bounds, np.float64)

    def add(self, value: float) -> None:
        """Observe a value, for who holds the lock. No NaN."""
        cell = self._cell
        cell[bisect_left(self._bounds, value)] += 1.0
        cell[-1] += value

    def observe(self, value: float) -> None:
        """Observe a value. No NaN."""
        cell, place = self._cell, bisect_left(self._bounds, value)
        with self._lock:
            cell[place] += 1.0
            cell[-1] += value

    def observe_many(self, values: Vector) -> None:
        """Observe every value, one addition a bucket. (rows,), no NaN."""
        found = np.bincount(np.searchsorted(self._edges, values, side="left")).tolist()
        total, cell = float(values.sum()), self._cell
        with self._lock:
            for place, count in enumerate(found):
                cell[place] += count
            cell[-1] += total


class Family(ABC, Generic[Bound]):
    """All series of one name, by the values of their labels."""

    size, passing = 1, False

    def __init__(self, counts: Counts, name: str, purpose: str, *labels: str) -> None:
        self.name, self._purpose, self._labels = name, purpose, labels
        self._counts = counts
        self._bound: dict[Key, Bound] = {}

    def labels(self, *values: str) -> Bound:
        """The series with these labels; from now on it is shown."""
        found = self._bound.get(values)
        if found is None:
            cell = self._counts.cell((self.name, *values), self.size, passing=self.passing)
            found = self._bound[values] = self._bind(cell)
        return found

    @abstractmethod
    def _bind(self, cell: Cell) -> Bound: ...

    @abstractmethod
    def metric(self, rows: Mapping[Key, list[float]]) -> Metric:
        """What is shown, from the numbers by the values of the labels."""


class Counter(Family[Count]):
    """A family of counters; its name ends in `_total`."""

    def _bind(self, cell: Cell) -> Count:
        return Count(cell, self._counts.lock)

    def metric(self, rows: Mapping[Key, list[float]]) -> Metric:
        """As a counter."""
        family = CounterMetricFamily(self.name, self._purpose, labels=self._labels)
        for values, (number,) in rows.items():
            family.add_metric(values, number)
        return family


class Gauge(Family[Level]):
    """A family of levels; what a process was at ends with it."""

    passing = True

    def _bind(self, cell: Cell) -> Level:
        return Level(cell, self._counts.lock)

    def metric(self, rows: Mapping[Key, list[float]]) -> Metric:
        """As a gauge."""
        family = GaugeMetricFamily(self.name, self._purpose, labels=self._labels)
        for values, (number,) in rows.items():
            family.add_metric(values, number)
        return family


class Histogram(Family[Distribution]):
    """A family of distributions over the same bounds, ascending; a last bucket has no bound."""

    def __init__(
        self, counts: Counts, name: str, purpose: str, *labels: str, bounds: Sequence[float]
    ) -> None:
        super().__init__(counts, name, purpose, *labels)
        self._bounds = tuple(bounds)
        self._shown = [floatToGoString(bound) for bound in (*bounds, inf)]  # type: ignore[no-untyped-call]
        self.size = len(self._shown) + 1  # and the sum

    def _bind(self, cell: Cell) -> Distribution:
        return Distribution(cell, self._counts.lock, self._bounds)

    def metric(self, rows: Mapping[Key, list[float]]) -> Metric:
        """As a histogram."""
        family = HistogramMetricFamily(self.name, self._purpose, labels=self._labels)
        for values, (*counts, total) in rows.items():
            buckets = list(zip(self._shown, accumulate(counts), strict=True))
            family.add_metric(values, buckets, total)
        return family
