"""NDJSON: a JSON object a line, UTF-8. Strict as JSON is, and every refusal names the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from models.columns import expected
from models.errors import FormatRefused, Mismatch, TableMismatch, TooManyRecords, refuse_any
from models.formats.json_document import parsed
from models.formats.places import LinePlaces, record_pointer
from models.formats.records import RecordColumns
from models.formats.written_types import typed_cells
from models.table import Table


@dataclass(frozen=True, slots=True)
class NdjsonFormat:
    """Reads and writes a record a line. `skipped`: lines before them, where what is read is a piece of a file."""

    media_type: str = "application/x-ndjson"
    suffix: str = ".ndjson"
    skipped: int = 0

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """Read every line; blank ones are skipped. The last of a repeated key counts."""
        lines: list[int] = []
        records: list[Any] = []
        for number, line in enumerate(data.split(b"\n"), start=1 + self.skipped):
            if not line or line.isspace():
                continue
            if len(records) == most:
                raise TooManyRecords(most)
            records.append(_record(line, number, len(records)))
            lines.append(number)
        if not records:
            raise FormatRefused("the NDJSON is empty; each line must be a JSON object")
        places = LinePlaces(lines)
        refuse_any(
            Mismatch(places.pointer(row, None), places.words(row, None), expected("an object", record))
            for row, record in enumerate(records)
            if not isinstance(record, dict)
        )
        return Table(RecordColumns.of(records), len(records), places)

    def write(self, table: Table) -> bytes:
        """A line a record; a missing value is null."""
        cells = [typed_cells(column) for column in table.columns.values()]
        rows = zip(*cells, strict=True)
        records = (orjson.dumps(dict(zip(table.columns, row, strict=True))) for row in rows)
        return b"".join(record + b"\n" for record in records)


def _record(line: bytes, number: int, row: int) -> Any:  # noqa: ANN401
    """What a line holds. An error says which line; a number that nothing can hold, also where in it."""
    try:
        return parsed(line)
    except FormatRefused as error:
        raise FormatRefused(f"line {number}: {error}") from None
    except TableMismatch as error:
        pointer = record_pointer(row, None)
        found = [Mismatch(pointer + each.pointer, f"line {number}", each.detail) for each in error.mismatches]
        raise TableMismatch(found, error.total) from None
