"""Records: some rows of a file in memory, as a table and, where they came so, as an Arrow batch. Knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.cells import LaterCells
from models.columns import Column, Numbers, TextColumn, TypedColumn
from models.formats.places import RowPlaces
from models.number_column import NumberColumn
from models.table import Places, Table

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BothPlaces:
    """Where rows stand of which the first so many come from elsewhere."""

    first: Places
    then: Places
    rows: int

    def pointer(self, row: int | None, column: str | None) -> str:
        """As that of the table it came from."""
        places, at = self._of(row)
        return places.pointer(at, column)

    def words(self, row: int | None, column: str | None) -> str:
        """As those of the table it came from."""
        places, at = self._of(row)
        return places.words(at, column)

    def _of(self, row: int | None) -> tuple[Places, int | None]:
        if row is None or row >= self.rows:
            return self.then, None if row is None else row - self.rows
        return self.first, row


@dataclass(frozen=True, slots=True)
class Records:
    """Rows that follow each other. `batch` has the same rows and keeps the types they came in.

    text: the lines of a CSV, where each is a record. earlier: how many of the first ones are history, which was judged before. numbers: (rows,) where they stand in the file;
    None where they follow what was read before them.
    """

    table: Table
    batch: Any = None  # pyarrow has no types
    earlier: int = 0
    numbers: Rows | None = None
    text: bytes | None = None

    @property
    def rows(self) -> int:
        """How many, history among them."""
        return self.table.rows

    def take(self, rows: Rows) -> Records:
        """These rows, copied: what they came from can be forgotten, and so is where they stood."""
        columns = {name: _settled(column.take(rows)) for name, column in self.table.columns.items()}
        return Records(
            Table(columns, len(rows), RowPlaces(), self.table.nameless),
            None if self.batch is None else self.batch.take(rows),
            numbers=None if self.numbers is None else self.numbers[rows],
        )

    def later(self) -> Records:
        """Those that are no history."""
        if not self.earlier:
            return self
        batch = None if self.batch is None else self.batch.slice(self.earlier)
        return Records(self.table.part(slice(self.earlier, self.rows)), batch)

    def after(self, first: Records) -> Records:
        """The same with others before them."""
        names = dict.fromkeys((*first.table.columns, *self.table.columns))
        columns = {name: _joined(_of(first, name), _of(self, name)) for name in names}
        places = BothPlaces(first.table.places, self.table.places, first.rows)
        table = Table(columns, first.rows + self.rows, places, self.table.nameless)
        return Records(table, _one_batch(first, self), numbers=_numbers(first, self))

    def following(self, history: Records | None) -> Records:
        """The same with a history before them."""
        return self if history is None else replace(self.after(history), earlier=history.rows)


def _numbers(first: Records, then: Records) -> Rows | None:
    if first.numbers is None or then.numbers is None:
        return None
    return np.concatenate([first.numbers, then.numbers])


def _one_batch(*parts: Records) -> Any:  # noqa: ANN401
    if any(part.batch is None for part in parts):
        return None
    import pyarrow as pa  # noqa: PLC0415  # there are batches, so it is there already

    return pa.concat_batches([part.batch for part in parts])


def _of(records: Records, name: str) -> Column:
    columns = records.table.columns
    return columns[name] if name in columns else TypedColumn([None] * records.rows)


def _settled(column: Column) -> Column:
    if isinstance(column, TextColumn):
        return TextColumn([*column.cells], column.known)
    return TypedColumn([*column.cells]) if isinstance(column, TypedColumn) else column


def _joined(first: Column, then: Column) -> Column:
    cells = LaterCells(len(first.cells) + len(then.cells), lambda: [*first.cells, *then.cells])
    if isinstance(first, NumberColumn) and isinstance(then, NumberColumn):
        return _joined_numbers(first, then)
    if isinstance(first, TextColumn) and isinstance(then, TextColumn):
        return TextColumn(cells, _known(first, then))
    return TypedColumn(cells)


def _joined_numbers(first: NumberColumn, then: NumberColumn) -> NumberColumn:
    values = np.concatenate([first.values, then.values])
    if first.missing is None and then.missing is None:
        return NumberColumn(values)
    return NumberColumn(values, np.concatenate([_missing(first), _missing(then)]))


def _missing(column: NumberColumn) -> NDArray[np.bool_]:
    return np.zeros(len(column.values), np.bool_) if column.missing is None else column.missing


def _known(first: TextColumn, then: TextColumn) -> Numbers | None:
    """What is known of both; of the first, which is short, it is found out."""
    if then.known is None:
        return None
    read: Sequence[Numbers] = (first.numbers(), then.known)
    if read[0].bad:
        return None
    return Numbers(
        np.concatenate([each.values for each in read]), np.concatenate([each.missing for each in read]), []
    )
