"""Table: named columns of equal length, the one in-memory form of records. Knows neither features nor formats."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.cells import Rows
from models.columns import Column
from models.errors import Mismatch, TableMismatch

LONGEST_NAME = 200  # characters


class Places(Protocol):
    """Where a cell stood in what was read, for people and for programs."""

    def pointer(self, row: int | None, column: str | None) -> str:
        """JSON pointer (RFC 6901) to a cell, a record (no column), a column (no row) or all of it."""
        ...

    def words(self, row: int | None, column: str | None) -> str:
        """The same for a person with the file open; empty where the pointer says it all."""
        ...


def escaped(token: object) -> str:
    """One token of a JSON pointer; a name longer than any column's is cut, for it comes from outside."""
    return cut(str(token)).replace("~", "~0").replace("/", "~1")


def cut(name: str) -> str:
    """A name as an error may repeat it."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


@dataclass(frozen=True, slots=True)
class LaterPlaces:
    """Where the rows of a part of a table stood in all of it; its first row is the one of this number."""

    places: Places
    first: int

    def pointer(self, row: int | None, column: str | None) -> str:
        """As that of the whole table."""
        return self.places.pointer(self._of_all(row), column)

    def words(self, row: int | None, column: str | None) -> str:
        """As those of the whole table."""
        return self.places.words(self._of_all(row), column)

    def _of_all(self, row: int | None) -> int | None:
        return None if row is None else row + self.first


class WholeColumns(Mapping[str, Column]):
    """Columns of which some may be had as one array of numbers."""

    @abstractmethod
    def matrix(self, names: Sequence[str]) -> NDArray[np.float64] | None:
        """(rows, names), none of them missing; None where a name is no such column."""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` records of the named columns. Every column has `rows` cells.

    `nameless`: the columns came without names (a plain array) and go by their positions, "0", "1", …
    """

    columns: Mapping[str, Column]
    rows: int
    places: Places
    nameless: bool = False

    def named(self, names: Sequence[str]) -> Table:
        """The same with these names, by position, where the columns came without; the one place where position counts.

        TableMismatch when there are not as many columns. A table that has names keeps them.
        """
        if not self.nameless or [*self.columns] == [*names]:
            return self
        if len(names) != len(self.columns):
            detail = f"{len(self.columns)} columns without names, but the model reads {len(names)}"
            raise TableMismatch([self.mismatch(None, None, detail)])
        columns = dict(zip(names, self.columns.values(), strict=True))
        return Table(columns, self.rows, self.places)

    def take(self, rows: NDArray[np.int64]) -> Table:
        """These rows in this order. Their places are those of the new rows, so use it only on tables already checked."""
        return self._with(self._some(rows), len(rows), self.places)

    def part(self, rows: slice) -> Table:
        """The rows from here to there, which keep their places."""
        start, stop, _ = rows.indices(self.rows)
        if stop - start == self.rows:
            return self
        return self._with(
            self._some(slice(start, stop)), max(0, stop - start), LaterPlaces(self.places, start)
        )

    def matrix(self, names: Sequence[str]) -> NDArray[np.float64] | None:
        """(rows, names) of numbers that came as one array, none of them missing; None for other tables."""
        return self.columns.matrix(names) if isinstance(self.columns, WholeColumns) else None

    def mismatch(self, row: int | None, column: str | None, detail: str) -> Mismatch:
        """Say what is wrong at a place."""
        places = self.places
        return Mismatch(places.pointer(row, column), places.words(row, column), detail)

    def _some(self, rows: Rows) -> dict[str, Column]:
        return {name: column.take(rows) for name, column in self.columns.items()}

    def _with(self, columns: Mapping[str, Column], rows: int, places: Places) -> Table:
        return Table(columns, rows, places, self.nameless)
