"""Counts: rows of numbers by name and labels, in this process alone. Knows neither Prometheus nor what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Protocol, TypeAlias

Key = tuple[str, ...]  # the name of a metric, then the values of its labels
Cell: TypeAlias = "memoryview[float]"  # of float64, written by item assignment: nothing is cheaper that another process could see
WIDTH = 8  # bytes of a number
UNREADABLE = "offbeat_books_unreadable_total"  # counted where counts are read


class Counts(Protocol):
    """Where numbers are kept. Whoever writes to a cell holds `lock`: threads count, too."""

    lock: Lock

    def cell(self, key: Key, size: int, *, passing: bool = False) -> Cell:
        """The numbers under a key, 0 at first and always the same ones; `passing`: they end with their process."""
        ...

    def totals(self) -> Mapping[Key, list[float]]:
        """Every key with its numbers, added over all processes that count together."""
        ...

    def serving(self) -> None:
        """Say that this process serves."""
        ...

    def workers(self) -> Mapping[str, int]:
        """The processes that count together and serve now: their ids by their places. Empty for a process alone."""
        ...


class OwnCounts:
    """Counts of a process that shares them with nobody."""

    def __init__(self) -> None:
        self.lock = Lock()
        self._cells: dict[Key, Cell] = {}

    def cell(self, key: Key, size: int, *, passing: bool = False) -> Cell:  # noqa: ARG002  (all of it ends with this process)
        """The numbers under a key."""
        with self.lock:
            if key not in self._cells:
                self._cells[key] = memoryview(bytearray(size * WIDTH)).cast("d")
            return self._cells[key]

    def totals(self) -> Mapping[Key, list[float]]:
        """Every key with its numbers."""
        return {key: list(cell) for key, cell in list(self._cells.items())}

    def serving(self) -> None:
        """Say so to nobody."""

    def workers(self) -> Mapping[str, int]:
        """Nobody else."""
        return {}
