"""Parquet files to Tables and back. Weighed before they are decoded: a few bytes can claim any number of rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from models.errors import FormatRefused, TooLarge, TooManyRecords
from models.formats.arrow_columns import arrow_table, check_schema, table_of
from models.formats.file_bytes import Bytes, FileBytes
from models.formats.limits import CANNOT, MOST_DECODED, MOST_PARTS, MOST_ROWS, said
from models.formats.parquet_weight import MAGIC, rows_and_columns
from models.formats.thrift import Damaged
from models.table import Table

MOST_NAMES = 100_000  # entries of any list in the footer
BUFFER = 1 << 20  # bytes of a column of a file that are in memory; a row group may be all of the file
LONGEST_FOOTER = 1 << 20  # bytes of the footer of a body: some five thousand columns


class Limits(NamedTuple):
    """The most rows, bytes once decoded and pages of a file, and bytes of its footer."""

    rows: int
    size: int
    pages: int
    footer: int


OF_A_FILE = Limits(MOST_ROWS, sys.maxsize, 2_000_000, 1 << 26)  # whoever reads it owns it


def read_parquet(data: bytes, most: int | None) -> Table:
    """The table of a file.

    FormatRefused when it is none or is damaged, TooManyRecords and TooLarge before anything is decoded, TableMismatch for
    columns of types that no feature can have.
    """
    _check_ends(data)
    try:
        rows = _weigh(data, most)
        schema = _open(pa.BufferReader(data)).schema_arrow
        check_schema(schema)
        # Text comes as a dictionary: what is repeated in the file is then not repeated in memory.
        file = _open(pa.BufferReader(data), [field.name for field in schema if types.is_string(field.type)])
        read = file.read(use_threads=False)
        read.validate(full=True)
        if rows == read.num_rows > 0:
            return table_of(read)
    except (*CANNOT, Damaged) as error:
        raise FormatRefused(f"a damaged Parquet file: {said(error)}") from None
    raise FormatRefused("the Parquet file has no rows, or not as many as it says")


def open_parquet(path: Path) -> Any:  # noqa: ANN401
    """A file to be read in batches, which hold a part of a row group at a time. Weighed and refused as `read_parquet` does."""
    with FileBytes(path) as data:
        _check_ends(data)
        _weigh(data, None)
    opened = _open(pa.OSFile(str(path)), buffer=BUFFER)
    check_schema(opened.schema_arrow)
    return opened


def write_parquet(table: Table) -> bytes:
    """One file, in the encoding that every reader knows."""
    sink = pa.BufferOutputStream()
    pq.write_table(arrow_table(table), sink)
    return bytes(sink.getvalue())


def _check_ends(data: Bytes) -> None:
    if data[: len(MAGIC)] != MAGIC or data[-len(MAGIC) :] != MAGIC:
        raise FormatRefused("not a Parquet file, or one that was cut: it does not begin and end with PAR1")


def _open(source: Any, texts: list[str] | None = None, buffer: int = 0) -> Any:  # noqa: ANN401
    return pq.ParquetFile(
        source,
        read_dictionary=texts,
        buffer_size=buffer,
        pre_buffer=False,
        thrift_string_size_limit=OF_A_FILE.footer,
        thrift_container_size_limit=MOST_NAMES,
        page_checksum_verification=True,
        arrow_extensions_enabled=False,
    )


def _weigh(data: Bytes, most: int | None) -> int:
    """How many rows there are. The footer may say anything, so every page is asked as well."""
    limits = OF_A_FILE if most is None else Limits(most, MOST_DECODED, MOST_PARTS, LONGEST_FOOTER)
    rows, columns = rows_and_columns(data, limits.footer)
    if rows > limits.rows:
        raise TooManyRecords(limits.rows)
    size = pages = 0
    for column in columns:
        size, pages = size + column.size, pages + column.pages
        if size > limits.size or pages > limits.pages:
            raise TooLarge(
                f"the file is more than {limits.size:,} bytes once decoded, or {limits.pages:,} pages"
            )
        if column.values != column.rows:
            raise Damaged(f"{column.values:,} values in a column of {column.rows:,} rows")
    return rows
