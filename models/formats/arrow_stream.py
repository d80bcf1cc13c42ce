"""Arrow IPC streams to Tables and back. Weighed before they are decoded: a few bytes can claim any number of rows."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyarrow import ipc

from models.errors import FormatRefused, TooLarge, TooManyRecords
from models.formats.arrow_columns import arrow_table, check_schema, table_of
from models.formats.arrow_footer import MAGIC, messages
from models.formats.arrow_weight import weight
from models.formats.limits import CANNOT, MOST_DECODED, MOST_PARTS, MOST_ROWS, said
from models.table import Table

END = b"\xff\xff\xff\xff\0\0\0\0"
OLD = b"FEA1"
Messages = Iterator[tuple[bytes, memoryview]]


def read_arrow(data: bytes, most: int | None) -> Table:
    """The table of a stream, or of a file.

    FormatRefused when it is neither or was cut, TooManyRecords and TooLarge before anything is decoded, TableMismatch
    for columns of types that no feature can have.
    """
    is_file = data.startswith(MAGIC)
    _check_ends(data, MAGIC if is_file else END)
    try:
        reader = ipc.open_file(data) if is_file else ipc.open_stream(data)
        check_schema(reader.schema)
        _weigh(messages(data) if is_file else _messages(data), most)
        read = reader.read_all()
        read.validate(full=True)
        if read.num_rows:
            return table_of(read)
    except (*CANNOT, struct.error) as error:
        raise FormatRefused(f"not an Arrow IPC stream: {said(error)}") from None
    raise FormatRefused("the Arrow stream has no rows")


def open_arrow(source: Any) -> Iterator[Any]:  # noqa: ANN401
    """The batches of a stream or a file that can be sought. FormatRefused and TableMismatch as `read_arrow` says."""
    size = source.size()
    ends = source.read(len(MAGIC)) + source.read_at(min(size, len(END)), max(0, size - len(END)))
    source.seek(0)
    is_file = ends.startswith(MAGIC)
    _check_ends(ends, MAGIC if is_file else END)
    reader = ipc.open_file(source) if is_file else ipc.open_stream(source)
    check_schema(reader.schema)
    return map(reader.get_batch, range(reader.num_record_batches)) if is_file else iter(reader)


def write_stream(table: Table) -> bytes:
    """One stream, not compressed: whoever reads it may map it as it is."""
    read = arrow_table(table)
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, read.schema) as writer:
        writer.write_table(read)
    return bytes(sink.getvalue())


def _check_ends(data: bytes, end: bytes) -> None:
    if not data:
        raise FormatRefused("there are no bytes; expected an Arrow IPC stream")
    if data.startswith(OLD):
        raise FormatRefused("a Feather file of version 1; write version 2")
    if not data.endswith(end):
        raise FormatRefused("not an Arrow IPC stream, or one that was cut: it lacks its end mark")


def _messages(data: bytes) -> Messages:
    for message in ipc.MessageReader.open_stream(data):
        body = message.body
        yield message.metadata.to_pybytes(), memoryview(b"" if body is None else body)


def _weigh(parts: Messages, most: int | None) -> None:
    rows = size = 0
    for number, (header, body) in enumerate(parts, start=1):
        found = weight(header, body)
        rows, size = rows + found.rows, size + found.size
        if rows > (MOST_ROWS if most is None else most):
            raise TooManyRecords(MOST_ROWS if most is None else most)
        # Of nulls, and of what takes no byte, only the number of entries is told.
        if found.entries > MOST_ROWS or number > MOST_PARTS or (most is not None and size > MOST_DECODED):
            raise TooLarge(
                f"the stream is more than {MOST_DECODED:,} bytes once decoded, or {MOST_PARTS:,} parts"
            )
