"""Parquet and Arrow IPC: batches of one schema. Imports pyarrow, so import it when it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc, types

from batch.records import Records
from batch.survey import Kind, Layout, laid_out
from batch.writing.form import Columns, free
from models.columns import Column
from models.formats.arrow_columns import known_array
from models.formats.written_types import one_kind

GROUP = 1 << 16  # rows of a row group
TYPES = {
    "text": pa.string(),
    "mixed": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}
Batch = Any  # pyarrow has no types


@dataclass(frozen=True, slots=True)
class ColumnarForm:
    """Record batches: columns that came as Arrow's keep their types."""

    typed: bool = True

    def render(self, records: Records, added: Columns, layout: Layout | None) -> Batch:
        """One batch."""
        columns = _kept(records, layout or {})
        for name, column in added.items():
            columns[free(name, columns)] = _added(column)
        return pa.record_batch(columns)


class ParquetSink:
    """Gathers batches into row groups. Numbers with a fraction are written as they are: they seldom repeat."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._writer: Any = None
        self._waiting: list[Batch] = []

    def write(self, rendered: Batch) -> None:
        """The next rows."""
        if self._writer is None:
            words = [field.name for field in rendered.schema if not types.is_floating(field.type)]
            self._writer = pq.ParquetWriter(self._file, rendered.schema, use_dictionary=words)
        self._waiting.append(rendered)
        if sum(batch.num_rows for batch in self._waiting) >= GROUP:
            self._flush()

    def close(self) -> None:
        """What waits, and the footer."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting))
        self._waiting = []


class ArrowSink:
    """A batch a piece; as a stream, or as a file, which has a footer."""

    def __init__(self, file: BinaryIO, *, as_file: bool) -> None:
        self._file = file
        self._new = ipc.new_file if as_file else ipc.new_stream
        self._writer: Any = None

    def write(self, rendered: Batch) -> None:
        """The next rows."""
        if self._writer is None:
            self._writer = self._new(self._file, rendered.schema)
        self._writer.write_batch(rendered)

    def close(self) -> None:
        """The end mark."""
        self._writer.close()


def _kept(records: Records, layout: Layout) -> dict[str, Batch]:
    if records.batch is not None:
        return dict(zip(records.batch.schema.names, records.batch.columns, strict=True))
    columns = laid_out(records, layout)
    return {name: _array(name, column, layout[name]) for name, column in columns.items()}


def _array(name: str, column: Column, kind: Kind) -> Batch:
    found = known_array(column)
    if found is not None:
        return found
    cells = one_kind(name, column.cells)
    if kind == "mixed":  # each cell alone, so that it does not matter which others are in its piece
        return pa.array(map(_spelled, column.cells), pa.string())
    if kind == "number":
        cells = [None if cell is None else float(cell) for cell in cells]
    return pa.array(cells, TYPES.get(kind, pa.null()))


def _added(column: Column) -> Batch:
    """Numbers, or text; of text there are few different ones."""
    found = known_array(column)
    if found is not None:
        return found
    try:
        return pa.array(column.cells, pa.string())
    except pa.ArrowTypeError:  # a number among them
        return pa.array(map(_spelled, column.cells), pa.string())


def _spelled(cell: object) -> str | None:
    return cell if isinstance(cell, str | None) else orjson.dumps(cell).decode()
