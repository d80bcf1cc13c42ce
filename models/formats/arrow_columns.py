"""Arrow's columns to those of a Table and back. Knows no file format. Imports pyarrow, so import it when it is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import types

from models.cells import LaterCells
from models.columns import Column, TypedColumn, shown
from models.errors import FormatRefused, Mismatch, TooLarge, refuse_any
from models.formats.arrow_times import check_zone, iso_times
from models.formats.grid import Grid, GridColumns
from models.formats.places import RowPlaces
from models.formats.written_types import one_kind, typed
from models.number_column import NumberColumn
from models.table import Table
from models.word_column import WordColumn

MOST_TEXT = 1 << 28  # bytes of text in a column; a dictionary repeats a long text for nothing
KINDS = 256  # types whose reader is kept
VIEW = 4  # of four bytes each, make up a view of text
Array = Any  # pyarrow has no types


def check_schema(schema: Any) -> None:  # noqa: ANN401
    """FormatRefused for a name that stands twice or no text, TableMismatch names the columns of a type nobody can use.

    Before a value is decoded.
    """
    try:
        names: list[str] = schema.names
    except UnicodeDecodeError:
        raise FormatRefused("a column has a name that is not UTF-8") from None
    if len({*names}) != len(names):
        raise FormatRefused(f"two columns are named {shown(Counter(names).most_common(1)[0][0])}")
    places = RowPlaces()
    refuse_any(
        Mismatch(places.pointer(None, name), places.words(None, name), _no_use(kind))
        for name, kind in zip(names, schema.types, strict=True)
        if _reader(kind) is None
    )


def table_of(read: Any) -> Table:  # noqa: ANN401
    """An Arrow table whose schema was checked. TooLarge for text that would fill the memory."""
    kinds = {*read.schema.types}
    if all(map(types.is_floating, kinds)) and not any(each.null_count for each in read.columns):
        return Table(GridColumns.of(_grid(read, kinds)), read.num_rows, RowPlaces())
    columns = {name: _column(read.column(name)) for name in read.schema.names}
    return Table(columns, read.num_rows, RowPlaces())


def arrow_table(table: Table) -> Any:  # noqa: ANN401
    """Numbers as float64 or int64, booleans, text; a missing value is null. FormatRefused for what is none of them."""
    return pa.table({name: _array(name, typed(column)) for name, column in table.columns.items()})


def _grid(read: Any, kinds: set[Any]) -> Grid:  # noqa: ANN401
    """Floats alone, none of them null, as one array."""
    batches = read.to_batches()
    if len(batches) == 1 and kinds == {pa.float64()}:
        values = batches[0].to_tensor().to_numpy()
    else:
        values = np.empty((read.num_rows, read.num_columns))
        for place, column in enumerate(read.columns):
            values[:, place] = column.to_numpy()
    return Grid("columns", list(read.schema.names), values, lambda place: values[:, place].tolist(), {})


def _column(column: Array) -> Column:
    reader = _reader(column.type)
    if reader is None:  # the schema was checked
        raise FormatRefused(_no_use(column.type))
    return reader(column)


@lru_cache(maxsize=KINDS)
def _reader(kind: Any) -> Callable[[Array], Column] | None:  # noqa: ANN401
    """How a type is read; None for one that is neither number, text, boolean nor time."""
    of = kind.value_type if types.is_dictionary(kind) else kind
    return next((reader for is_kind, reader in READERS if is_kind(of)), None)


def _numbers(column: Array) -> NumberColumn:
    plain = column.cast(column.type.value_type) if types.is_dictionary(column.type) else column
    if not types.is_integer(plain.type):
        plain = plain.cast(pa.float64(), safe=False)
    if not plain.null_count:
        return NumberColumn(_wide(plain.to_numpy()))
    return NumberColumn(_wide(plain.fill_null(0).to_numpy()), plain.is_null().to_numpy())


def _wide(values: Any) -> Any:  # noqa: ANN401
    """float64 or an integer of 64 bits."""
    return values if values.dtype in (np.float64, np.uint64) else values.astype(np.int64, copy=False)


def _text(column: Array) -> TypedColumn:
    chunks = column.chunks
    if not types.is_dictionary(column.type):
        _check_text(sum(int(_lengths(chunk).sum()) for chunk in chunks))
        return TypedColumn(LaterCells(len(column), lambda: column.to_numpy().tolist()))
    for chunk in chunks:
        _check_text(int(_lengths(chunk.dictionary).sum()))
    _check_text(sum(map(_repeated, chunks)))
    return TypedColumn(LaterCells(len(column), lambda: [cell for each in chunks for cell in _shared(each)]))


def _check_text(size: int) -> None:
    if size > MOST_TEXT:
        raise TooLarge(f"a column holds more than {MOST_TEXT:,} bytes of text")


def _lengths(chunk: Array) -> NDArray[np.int64]:
    """(rows,) bytes of each text, 0 of null. Views may all look at the same bytes; each begins with its length."""
    if not types.is_string_view(chunk.type):
        return np.asarray(pc.binary_length(chunk).fill_null(0).to_numpy(), dtype=np.int64)
    views = np.frombuffer(chunk.buffers()[1] or b"", np.int32).reshape(-1, VIEW)[chunk.offset :, 0]
    return np.where(chunk.is_valid().to_numpy(zero_copy_only=False), views[: len(chunk)], 0).astype(np.int64)


def _repeated(chunk: Array) -> int:
    """Bytes of text, each as often as it stands in a row."""
    lengths = np.append(_lengths(chunk.dictionary), 0)
    return int(lengths[chunk.indices.cast(pa.int64()).fill_null(-1).to_numpy()].sum())


def _shared(chunk: Array) -> list[str | None]:
    """One object for a text, however often it stands there."""
    words = [*chunk.dictionary.to_pylist(), None]
    places = chunk.indices.cast(pa.int64()).fill_null(-1)
    return [words[place] for place in places.to_numpy().tolist()]


def _cells(column: Array) -> TypedColumn:
    return TypedColumn(LaterCells(len(column), column.to_pylist))


def _times(column: Array) -> TypedColumn:
    plain = column.cast(column.type.value_type) if types.is_dictionary(column.type) else column
    check_zone(plain.type)
    return TypedColumn(LaterCells(len(plain), lambda: iso_times(plain)))


def _is_text(kind: Any) -> bool:  # noqa: ANN401
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


READERS: Sequence[tuple[Callable[[Any], bool], Callable[[Array], Column]]] = (
    (types.is_floating, _numbers),
    (types.is_integer, _numbers),
    (types.is_decimal, _numbers),
    (_is_text, _text),
    (types.is_boolean, _cells),
    (types.is_null, _cells),
    (types.is_timestamp, _times),
    (types.is_date, _times),
)


def _no_use(kind: Any) -> str:  # noqa: ANN401
    return f"holds {str(kind)[:40]}; a column holds numbers, text, booleans or times"


def known_array(column: Column) -> Array | None:
    """What is an array already; None for a column of cells."""
    if isinstance(column, NumberColumn):
        return pa.array(column.values, mask=column.missing)
    if isinstance(column, WordColumn):
        return pa.array(column.words, pa.string()).take(pa.array(column.codes))
    return None


def _array(name: str, column: Column) -> Array:
    found = known_array(column)
    return pa.array(one_kind(name, column.cells), from_pandas=False) if found is None else found
