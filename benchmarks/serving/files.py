"""Files: rows as clients write them, by Arrow's own library. Nothing of ours takes part."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from benchmarks.serving.records import FEATURES, Matrix, records

CHUNK = 200_000  # rows made at a time


def table(rows: Matrix) -> pa.Table:
    """A column of float64 for each feature."""
    return pa.table(dict(zip(FEATURES, map(pa.array, rows.T), strict=True)))


def csv(rows: Matrix) -> bytes:
    """With a header."""
    return _written(lambda sink: pyarrow.csv.write_csv(table(rows), sink))


def parquet(rows: Matrix) -> bytes:
    """With the library's defaults."""
    return _written(lambda sink: pyarrow.parquet.write_table(table(rows), sink))


def arrow(rows: Matrix) -> bytes:
    """An IPC stream of one batch."""
    made = table(rows)

    def write(sink: io.BytesIO) -> None:
        with pa.ipc.new_stream(sink, made.schema) as stream:
            stream.write_table(made)

    return _written(write)


def write_parquet(path: Path, rows: int) -> None:
    """A file of any length, a chunk in memory at a time."""
    with pyarrow.parquet.ParquetWriter(path, table(records(1, seed=0)).schema) as writer:
        for chunk in chunks(rows):
            writer.write_table(table(chunk))


def chunks(rows: int) -> Iterator[Matrix]:
    """As many made-up rows, some at a time; no two chunks alike."""
    for seed, start in enumerate(range(0, rows, CHUNK)):
        yield records(min(CHUNK, rows - start), seed)


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    sink = io.BytesIO()
    write(sink)
    return sink.getvalue()


FILES = {
    "CSV": ("text/csv", csv),
    "Parquet": ("application/vnd.apache.parquet", parquet),
    "Arrow": ("application/vnd.apache.arrow.stream", arrow),
}
