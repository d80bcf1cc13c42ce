"""JSON in three shapes: records, columns, or feature names with rows. Strict: what JSON lacks (NaN, 1e400) is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson

from models.cells import LaterCells
from models.columns import Column, TypedColumn, expected, shown
from models.errors import Mismatch, TableMismatch, TooManyRecords, refuse_any
from models.formats.grid import Grid, GridColumns
from models.formats.json_document import parsed
from models.formats.json_numbers import NumberReader
from models.formats.json_slices import SLICE, parsed_in_slices
from models.formats.records import RecordColumns
from models.formats.written_types import typed_cells
from models.table import Table, cut, escaped

__all__ = ["JsonFormat", "JsonPlaces", "parsed"]
SHAPES = ("records", "columns", "rows")


@dataclass(frozen=True, slots=True)
class JsonPlaces:
    """Where a cell stands in a body of one of the three shapes."""

    shape: str
    names: Mapping[str, int]

    def pointer(self, row: int | None, column: str | None) -> str:
        """JSON pointer into the body as it was sent; to the list where a column as a whole has no place in it."""
        if row is None:
            return self._column(column)
        if column is None:
            return f"/{self.shape}/{row}"
        if self.shape == "columns":
            return f"/columns/{escaped(column)}/{row}"
        return f"/{self.shape}/{row}/{escaped(self.names.get(column, column))}"

    def words(self, row: int | None, column: str | None) -> str:
        """The pointer says it all, but for a column as a whole its name helps."""
        return f"column {cut(column)!r}" if row is None and column is not None else ""

    def _column(self, column: str | None) -> str:
        if self.shape == "columns" and column is not None:
            return f"/columns/{escaped(column)}"
        if self.shape == "rows" and column is not None:
            return f"/features/{self.names[column]}" if column in self.names else "/features"
        return f"/{self.shape}"


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """Reads the three shapes; writes records."""

    media_type: str = "application/json"
    suffix: str = ".json"
    numbers: NumberReader = field(default_factory=NumberReader, compare=False)

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """The table of a body that holds nothing else."""
        table, others = self.read_document(data, most=most)
        refuse_any(Mismatch(f"/{escaped(key)}", "", "unknown key") for key in others)
        return table

    def read_document(self, data: bytes, *, most: int | None = None) -> tuple[Table, dict[str, Any]]:
        """The table, and the body's other keys (a request's options)."""
        grid = self.numbers.read(data)
        if grid is not None:
            return _few(_of_grid(grid), most), grid.others
        document = parsed(data) if len(data) <= 2 * SLICE else parsed_in_slices(data)
        if not isinstance(document, dict):
            raise _mismatch("", expected("an object with records, columns or rows", document))
        shapes = [shape for shape in SHAPES if shape in document]
        if len(shapes) != 1:
            found = " and ".join(shapes) or "none of them"
            raise _mismatch("", f"expected one of records, columns or rows, got {found}")
        table = _few(READERS[shapes[0]](document), most)
        used = {*shapes, "features"} if shapes == ["rows"] else {*shapes}
        return table, {key: value for key, value in document.items() if key not in used}

    def write(self, table: Table) -> bytes:
        """Records; a missing value is null."""
        cells = [typed_cells(column) for column in table.columns.values()]
        records = [dict(zip(table.columns, row, strict=True)) for row in zip(*cells, strict=True)]
        return orjson.dumps({"records": records}, option=orjson.OPT_SERIALIZE_NUMPY)


def _few(table: Table, most: int | None) -> Table:
    if most is not None and table.rows > most:
        raise TooManyRecords(most)
    return table


def _of_grid(grid: Grid) -> Table:
    columns = GridColumns.of(grid)
    names = columns.places if grid.shape == "rows" else {}
    return Table(columns, len(grid.values), JsonPlaces(grid.shape, names))


def _records(document: dict[str, Any]) -> Table:
    records = _filled_list(document["records"], "/records", "records")
    refuse_any(
        Mismatch(f"/records/{row}", "", expected("an object", record))
        for row, record in enumerate(records)
        if not isinstance(record, dict)
    )
    return Table(RecordColumns.of(records), len(records), JsonPlaces("records", {}))


def _columns(document: dict[str, Any]) -> Table:
    columns = document["columns"]
    if not isinstance(columns, dict) or not columns:
        raise _mismatch("/columns", expected("an object of arrays", columns))
    for name, cells in columns.items():
        _filled_list(cells, f"/columns/{escaped(name)}", "values")
    rows = len(next(iter(columns.values())))
    refuse_any(
        Mismatch(f"/columns/{escaped(name)}", "", f"{len(cells)} values, but the first column has {rows}")
        for name, cells in columns.items()
        if len(cells) != rows
    )
    return Table(typed(columns), rows, JsonPlaces("columns", {}))


def _rows(document: dict[str, Any]) -> Table:
    names = _filled_list(document.get("features"), "/features", "feature names")
    rows = _filled_list(document["rows"], "/rows", "rows")
    first = {name: place for place, name in reversed(list(enumerate(names))) if isinstance(name, str)}
    misnamed = (
        Mismatch(f"/features/{place}", "", expected("a name that stands once", name))
        for place, name in enumerate(names)
        if not isinstance(name, str) or first[name] != place
    )
    ragged = (
        Mismatch(f"/rows/{row}", "", _row_fault(cells, len(names)))
        for row, cells in enumerate(rows)
        if not isinstance(cells, list) or len(cells) != len(names)
    )
    refuse_any(chain(misnamed, ragged))
    columns = {name: TypedColumn(_column(rows, place)) for place, name in enumerate(names)}
    return Table(columns, len(rows), JsonPlaces("rows", first))


def _column(rows: list[list[Any]], place: int) -> LaterCells:
    return LaterCells(len(rows), lambda: [row[place] for row in rows])


def typed(columns: Mapping[str, Sequence[Any]]) -> dict[str, Column]:
    """Columns of cells whose types mean what they say."""
    return {name: TypedColumn(cells) for name, cells in columns.items()}


def _row_fault(cells: object, width: int) -> str:
    if not isinstance(cells, list):
        return expected("an array", cells)
    return f"{len(cells)} values, but there are {width} features"


def _filled_list(value: object, pointer: str, what: str) -> list[Any]:
    if isinstance(value, list) and value:
        return value
    got = "an empty one" if isinstance(value, list) else shown(value)
    raise _mismatch(pointer, f"expected an array of {what}, got {got}")


def _mismatch(pointer: str, detail: str) -> TableMismatch:
    return TableMismatch([Mismatch(pointer, "", detail)])


READERS: dict[str, Callable[[dict[str, Any]], Table]] = {
    "records": _records,
    "columns": _columns,
    "rows": _rows,
}
