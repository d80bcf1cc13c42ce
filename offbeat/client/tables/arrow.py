"""Arrow: columns of arrays as an IPC stream, written by whichever library is at hand. None where there is no such library."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from offbeat.client.tables.base import Kinds, Part


def has(library: str) -> bool:
    """Whether a library is installed; asking does not import it."""
    return find_spec(library) is not None


def arrow_of(columns: Mapping[str, Any]) -> bytes | None:
    """The stream of equally long numpy arrays; a NaN stays one. None for what Arrow has no type for, such as mixed cells."""
    if has("pyarrow"):
        return _by_pyarrow(columns)
    return _by_polars(columns) if has("polars") else None


def stream_of(table: Any) -> bytes | None:  # noqa: ANN401
    """The stream of a pyarrow Table; None with pictures in it, which only JSON has a form for."""
    from pyarrow import ipc, types  # noqa: PLC0415  # optional

    if any(types.is_binary(kind) or types.is_large_binary(kind) for kind in table.schema.types):
        return None
    sink = io.BytesIO()
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def table_of(parts: Sequence[Part], kinds: Kinds) -> Any:  # noqa: ANN401
    """The pyarrow Table of some columns of streams, one below the other. A column without a cell came without a type."""
    import pyarrow as pa  # noqa: PLC0415  # optional

    read = [pa.ipc.open_stream(part.stream).read_all()[part.rows].select(kinds.names) for part in parts]
    texts = kinds.text(lambda name: any(pa.types.is_string(each.schema.field(name).type) for each in read))
    schema = pa.schema([(name, pa.string() if name in texts else pa.float64()) for name in kinds.names])
    return pa.concat_tables([each.cast(schema) for each in read])


def _by_pyarrow(columns: Mapping[str, Any]) -> bytes | None:
    import pyarrow as pa  # noqa: PLC0415  # optional

    try:
        return stream_of(pa.table({name: pa.array(cells) for name, cells in columns.items()}))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return None


def _by_polars(columns: Mapping[str, Any]) -> bytes | None:
    import polars as pl  # noqa: PLC0415  # optional

    sink = io.BytesIO()
    try:
        pl.DataFrame(columns, nan_to_null=False).write_ipc_stream(sink)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        return None
    return sink.getvalue()
