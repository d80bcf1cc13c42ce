"""Cells that are not there yet: of columns that were read as arrays, made when somebody looks at one. Knows no meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 4096  # cells that are made together: whoever looks for the first one pays for no more
Rows = NDArray[np.int64] | slice


class LaterCells(Sequence[Any]):
    """`rows` cells that `make` gives, all at once, when the first one is looked at."""

    __slots__ = ("_made", "_make", "_rows")

    def __init__(self, rows: int, make: Callable[[], Sequence[Any]]) -> None:
        self._rows, self._make = rows, make
        self._made: Sequence[Any] | None = None

    def __len__(self) -> int:
        """How many, which is known before they are made."""
        return self._rows

    @overload
    def __getitem__(self, at: int) -> Any: ...  # noqa: ANN401
    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        """One cell, or some."""
        return self._cells()[at]

    def __iter__(self) -> Iterator[Any]:
        """All of them in order."""
        return iter(self._cells())

    def _cells(self) -> Sequence[Any]:
        if self._made is None:
            self._made = self._make()
        return self._made


@dataclass(frozen=True, slots=True)
class ArrayCells(Sequence[Any]):
    """The cells of an array as Python has them; None where `missing`."""

    values: NDArray[Any]
    missing: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """How many."""
        return len(self.values)

    @overload
    def __getitem__(self, at: int) -> Any: ...  # noqa: ANN401
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        """One cell, or some."""
        if isinstance(at, slice):
            return self._some(at)
        return None if self.missing is not None and self.missing[at] else self.values[at].item()

    def __iter__(self) -> Iterator[Any]:
        """All of them in order."""
        for at in range(0, len(self), AT_ONCE):
            yield from self._some(slice(at, at + AT_ONCE))

    def _some(self, at: slice) -> list[Any]:
        cells: list[Any] = self.values[at].tolist()
        if self.missing is not None:
            for place in np.flatnonzero(self.missing[at]).tolist():
                cells[place] = None
        return cells


def some(cells: Sequence[Any], rows: Rows) -> Sequence[Any]:
    """These cells in this order; of those that are not there yet, when they are looked at."""
    if isinstance(cells, LaterCells):
        count = len(range(*rows.indices(len(cells)))) if isinstance(rows, slice) else len(rows)
        return LaterCells(count, lambda: _taken(cells, rows))
    return _taken(cells, rows)


def _taken(cells: Sequence[Any], rows: Rows) -> Sequence[Any]:
    return cells[rows] if isinstance(rows, slice) else [cells[row] for row in rows.tolist()]
