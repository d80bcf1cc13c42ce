"""JSON in three shapes: records, columns, or feature names with rows. Strict: what JSON lacks (NaN, 1e400) is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson

from models.columns import TypedColumn, expected
from models.errors import FormatRefused, Mismatch, TableMismatch
from models.table import Table, escaped

SHAPES = ("records", "columns", "rows")
# orjson reads whole numbers of more than 64 bits as floats; only the digits still tell that they were whole.
LONG_INTEGER = re.compile(rb"\d{19}")
NOT_JSON = re.compile(rb"-?(?:NaN|Infinity)")
BEYOND_EXACT = 10**40


@dataclass(frozen=True, slots=True)
class JsonPlaces:
    """Where a cell stands in a body of one of the three shapes."""

    shape: str
    names: Mapping[str, int]

    def pointer(self, row: int | None, column: str | None) -> str:
        """JSON pointer into the body as it was sent."""
        if self.shape == "rows" and row is None and column in self.names:
            return f"/features/{self.names[column]}"
        named = [] if column is None else [self.names.get(column, column) if self.shape == "rows" else column]
        rows = [] if row is None else [row]
        tokens = [*named, *rows] if self.shape == "columns" else [*rows, *named]
        return f"/{self.shape}" + "".join(f"/{escaped(token)}" for token in tokens)

    def words(self, row: int | None, column: str | None) -> str:
        """The pointer says it all, but for a column as a whole its name helps."""
        return f"column {column!r}" if row is None and column is not None else ""


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """Reads the three shapes; writes records."""

    media_type: str = "application/json"
    suffix: str = ".json"

    def read(self, data: bytes) -> Table:
        """The table of a body that holds nothing else."""
        table, others = self.read_document(data)
        if others:
            raise TableMismatch([Mismatch(f"/{escaped(key)}", "", "unknown key") for key in others])
        return table

    def read_document(self, data: bytes) -> tuple[Table, dict[str, Any]]:
        """The table, and the body's other keys (a request's options)."""
        document = parsed(data)
        if not isinstance(document, dict):
            raise TableMismatch(
                [Mismatch("", "", expected("an object with records, columns or rows", document))]
            )
        shapes = [shape for shape in SHAPES if shape in document]
        if len(shapes) != 1:
            found = " and ".join(shapes) or "none of them"
            raise TableMismatch([Mismatch("", "", f"expected one of records, columns or rows, got {found}")])
        used = {shapes[0], *(["features"] if shapes[0] == "rows" else [])}
        others = {key: value for key, value in document.items() if key not in used}
        return READERS[shapes[0]](document), others

    def write(self, table: Table) -> bytes:
        """Records."""
        cells = [column.cells for column in table.columns.values()]
        records = [dict(zip(table.columns, row, strict=True)) for row in zip(*cells, strict=True)]
        return orjson.dumps({"records": records}, option=orjson.OPT_SERIALIZE_NUMPY)


def parsed(data: bytes) -> Any:  # noqa: ANN401
    """A JSON document. FormatRefused with the byte offset when it is none; 1e400 comes back as infinity."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return _reread(data, error)
    return _exact(data) if LONG_INTEGER.search(data) else document


def _reread(data: bytes, error: orjson.JSONDecodeError) -> Any:  # noqa: ANN401
    """orjson also refuses 1e400, which is JSON: let the standard library read that, and explain everything else."""
    if "infinity" in str(error):
        return _exact(data)
    offset = len(error.doc[: error.pos].encode()) if error.doc else error.pos
    for match in NOT_JSON.finditer(data):
        if match.start() <= offset < match.end():
            raise FormatRefused(
                f"not JSON at byte {match.start()}: JSON has no {match[0].decode()}"
            ) from None
    raise FormatRefused(f"not JSON at byte {offset}: {error.msg}") from None


def _exact(data: bytes) -> Any:  # noqa: ANN401
    try:
        return json.loads(data, parse_int=_whole, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FormatRefused(f"not JSON: {error}") from None


def _whole(text: str) -> int:
    return int(text) if len(text) < 40 else BEYOND_EXACT


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


def _records(document: dict[str, Any]) -> Table:
    records = _filled_list(document["records"], "/records", "records")
    bad = [
        Mismatch(f"/records/{row}", "", expected("an object", record))
        for row, record in enumerate(records)
        if not isinstance(record, dict)
    ]
    if bad:
        raise TableMismatch(bad)
    names = dict.fromkeys(key for record in records for key in record)
    columns = {name: TypedColumn([record.get(name) for record in records]) for name in names}
    return Table(columns, len(records), JsonPlaces("records", {}))


def _columns(document: dict[str, Any]) -> Table:
    columns = document["columns"]
    if not isinstance(columns, dict) or not columns:
        raise TableMismatch([Mismatch("/columns", "", expected("an object of arrays", columns))])
    for name, cells in columns.items():
        _filled_list(cells, f"/columns/{escaped(name)}", "values")
    rows = len(next(iter(columns.values())))
    ragged = [
        Mismatch(f"/columns/{escaped(name)}", "", f"{len(cells)} values, but the first column has {rows}")
        for name, cells in columns.items()
        if len(cells) != rows
    ]
    if ragged:
        raise TableMismatch(ragged)
    return Table(
        {name: TypedColumn(cells) for name, cells in columns.items()}, rows, JsonPlaces("columns", {})
    )


def _rows(document: dict[str, Any]) -> Table:
    names = _filled_list(document.get("features"), "/features", "feature names")
    bad = [
        Mismatch(f"/features/{position}", "", expected("a name that stands once", name))
        for position, name in enumerate(names)
        if not isinstance(name, str) or name in names[:position]
    ]
    rows = _filled_list(document["rows"], "/rows", "rows")
    bad += [
        Mismatch(f"/rows/{row}", "", _row_fault(cells, len(names)))
        for row, cells in enumerate(rows)
        if not isinstance(cells, list) or len(cells) != len(names)
    ]
    if bad:
        raise TableMismatch(bad)
    columns = dict(zip(names, map(TypedColumn, zip(*rows, strict=True)), strict=True))
    return Table(columns, len(rows), JsonPlaces("rows", {name: index for index, name in enumerate(names)}))


def _row_fault(cells: object, width: int) -> str:
    if not isinstance(cells, list):
        return expected("an array", cells)
    return f"{len(cells)} values, but there are {width} features"


def _filled_list(value: object, pointer: str, what: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        got = "an empty one" if isinstance(value, list) else None
        detail = f"expected an array of {what}, got {got}" if got else expected(f"an array of {what}", value)
        raise TableMismatch([Mismatch(pointer, "", detail)])
    return value


READERS: dict[str, Callable[[dict[str, Any]], Table]] = {
    "records": _records,
    "columns": _columns,
    "rows": _rows,
}
