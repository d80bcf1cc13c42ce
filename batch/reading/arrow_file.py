"""Parquet and Arrow IPC in pieces: batches of rows, which keep the types of the file. Imports pyarrow, so import it when it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from batch.reading.batch_columns import BatchColumns
from batch.records import Records
from models.errors import FormatRefused
from models.formats.arrow_stream import open_arrow
from models.formats.limits import CANNOT, MOST_ROWS, said
from models.formats.parquet_file import open_parquet
from models.formats.places import RowPlaces
from models.formats.thrift import Damaged
from models.table import LaterPlaces, Table


@dataclass(frozen=True, slots=True)
class BatchPiece:
    """A batch whose first row is the one of this number."""

    batch: Any  # pyarrow has no types
    first: int
    done: float

    def records(self) -> Records:
        """The batch, and its columns as those of a table."""
        places = LaterPlaces(RowPlaces(), self.first)
        return Records(Table(BatchColumns(self.batch), self.batch.num_rows, places), self.batch)


def parquet_pieces(path: Path, rows: int, separator: str) -> Iterator[BatchPiece]:  # noqa: ARG001
    """Row group after row group. FormatRefused where the file is damaged or has no rows."""
    try:
        with open_parquet(path) as file:
            total = file.metadata.num_rows
            yield from _pieces(file.iter_batches(batch_size=rows, use_threads=False), rows, total)
    except (*CANNOT, Damaged) as error:
        raise FormatRefused(f"a damaged Parquet file: {said(error)}") from None


def arrow_pieces(path: Path, rows: int, separator: str) -> Iterator[BatchPiece]:  # noqa: ARG001
    """Batch after batch, each in memory as a whole. FormatRefused where the file was cut or has no rows."""
    size = path.stat().st_size
    try:
        with pa.OSFile(str(path)) as file:
            for piece in _pieces(open_arrow(file), rows, None):
                yield BatchPiece(piece.batch, piece.first, min(1.0, file.tell() / size))
    except CANNOT as error:
        raise FormatRefused(f"not an Arrow IPC stream: {said(error)}") from None


def _pieces(batches: Iterator[Any], rows: int, total: int | None) -> Iterator[BatchPiece]:
    """At most so many rows each. `total`: how many the file says there are."""
    first = 0
    for batch in batches:
        batch.validate(full=True)
        if batch.num_rows > MOST_ROWS:
            raise FormatRefused(f"a batch says it has {batch.num_rows:,} rows")
        for at in range(0, batch.num_rows, rows):
            part = batch.slice(at, rows)
            first += part.num_rows
            yield BatchPiece(part, first - part.num_rows, first / total if total else 0.0)
    if not first or total not in {None, first}:
        raise FormatRefused("the file has no rows, or not as many as it says")
