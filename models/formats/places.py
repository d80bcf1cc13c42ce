"""Where a cell stood in what was read, for formats whose records follow each other: in lines, or just in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.table import cut, escaped


@dataclass(frozen=True, slots=True)
class LinePlaces:
    """Records by their line in the file, where they end; pointers as if they were JSON records."""

    lines: Sequence[int]

    def pointer(self, row: int | None, column: str | None) -> str:
        """`/records/3/temperature`; a column without a row has no place of its own."""
        return record_pointer(row, column)

    def words(self, row: int | None, column: str | None) -> str:
        """`line 5, column 'temperature'`."""
        return _words(None if row is None else f"line {self.lines[row]}", column)


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Records by their number, from 0 as arrays count them; pointers as if they were JSON records."""

    def pointer(self, row: int | None, column: str | None) -> str:
        """`/records/3/temperature`; a column without a row has no place of its own."""
        return record_pointer(row, column)

    def words(self, row: int | None, column: str | None) -> str:
        """`row 3, column 'temperature'`."""
        return _words(None if row is None else f"row {row}", column)


def record_pointer(row: int | None, column: str | None) -> str:
    """JSON pointer to a cell or a record of a body of JSON records."""
    if row is None:
        return "/records"
    return f"/records/{row}" + (f"/{escaped(column)}" if column is not None else "")


def _words(record: str | None, column: str | None) -> str:
    where = [record] if record is not None else []
    return ", ".join([*where, *([f"column {cut(column)!r}"] if column is not None else [])])
