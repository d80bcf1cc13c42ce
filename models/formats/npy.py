"""npy: one array. A structured one has named columns; a plain one (rows, columns) has none, and they count by position."""

from __future__ import annotations

import ast
import io
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.cells import LaterCells
from models.columns import Column, TypedColumn, shown
from models.errors import FormatRefused, TooManyRecords
from models.formats.places import RowPlaces
from models.formats.written_types import one_kind, typed
from models.number_column import NumberColumn
from models.table import Table

MAGIC = b"\x93NUMPY"
LENGTH = {1: 2, 2: 4, 3: 4}  # bytes of the header's length, by the version of the format
LONGEST = 1 << 20  # bytes of a header: some ten thousand columns
# Numbers, booleans, text, times. Nothing that holds Python objects, which would have to be unpickled.
KIND = re.compile(r"[<>|=](?:f[248]|[iu][1248]|b1|U[1-9]\d{0,6}|M8\[(?:D|h|m|s|ms|us|ns)\])")
CANNOT = (ValueError, SyntaxError, TypeError, KeyError, AttributeError, RecursionError, MemoryError, OverflowError)  # fmt: skip


class Header(NamedTuple):
    """What is said of the array whose bytes begin at `start`."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    order: Any
    start: int


@dataclass(frozen=True, slots=True)
class NpyFormat:
    """Reads plain and structured arrays; writes structured ones."""

    media_type: str = "application/x-npy"
    suffix: str = ".npy"

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """All rows. Nothing is missing in an array: a NaN is a value that is not finite; empty text is missing."""
        header = _header(data)
        rows = _rows(header, len(data) - header.start)
        if most is not None and rows > most:
            raise TooManyRecords(most)
        read = np.frombuffer(data, header.dtype, offset=header.start).reshape(
            header.shape, order=header.order
        )
        names = read.dtype.names
        arrays = {name: read[name] for name in names} if names else _by_position(read)
        columns = {name: _column(values) for name, values in arrays.items()}
        return Table(columns, rows, RowPlaces(), nameless=not names)

    def write(self, table: Table) -> bytes:
        """A structured array of float64, int64, booleans and text; a missing number becomes NaN, missing text empty."""
        arrays = {name: _array(name, typed(column)) for name, column in table.columns.items()}
        whole = np.empty(table.rows, [(name, values.dtype) for name, values in arrays.items()])
        for name, values in arrays.items():
            whole[name] = values
        sink = io.BytesIO()
        np.lib.format.write_array(sink, whole, allow_pickle=False)
        return sink.getvalue()


def _header(data: bytes) -> Header:
    """FormatRefused for what is no header, or one of an array that is no table."""
    if not data.startswith(MAGIC) or len(data) <= len(MAGIC) or data[len(MAGIC)] not in LENGTH:
        raise FormatRefused("not an npy file of version 1, 2 or 3")
    at = len(MAGIC) + 2
    start = at + LENGTH[data[len(MAGIC)]]
    end = start + min(int.from_bytes(data[at:start], "little"), LONGEST)
    try:
        said = ast.literal_eval(data[start:end].decode().strip())
        dtype, shape = _dtype(said["descr"]), tuple(said["shape"])
        if {*said} != {"descr", "fortran_order", "shape"} or not all(type(side) is int for side in shape):
            raise ValueError
    except CANNOT:
        raise FormatRefused("the header of the npy file is damaged") from None
    return Header(dtype, shape, "F" if said["fortran_order"] is True else "C", end)


def _dtype(said: Any) -> np.dtype[Any]:  # noqa: ANN401
    """ValueError for what is no dtype; FormatRefused for one that no column can have."""
    named = [("", said)] if isinstance(said, str) else [(name, kind) for name, kind in said]
    for name, kind in named:
        if not isinstance(kind, str) or not KIND.fullmatch(kind):
            where = f"column {shown(name)}" if name else "the array"
            raise FormatRefused(
                f"{where} holds {shown(kind)}; a column holds numbers, text, booleans or times"
            )
    return np.dtype(said if isinstance(said, str) else named)


def _rows(header: Header, there: int) -> int:
    """How many. FormatRefused when the array has no such shape, or the bytes are not as many as it needs."""
    sides = 1 if header.dtype.names else 2
    if len(header.shape) != sides:
        wanted = "a structured array has one axis" if header.dtype.names else "an array is rows x columns"
        raise FormatRefused(f"an array of shape {header.shape}: {wanted}")
    if min(header.shape) < 1:
        raise FormatRefused(f"an array of shape {header.shape} has no records")
    needed = math.prod(header.shape) * header.dtype.itemsize
    if needed != there:
        raise FormatRefused(f"an array of shape {header.shape} has {needed:,} bytes, but there are {there:,}")
    return header.shape[0]


def _by_position(read: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
    return {str(place): read[:, place] for place in range(read.shape[1])}


def _column(values: NDArray[Any]) -> Column:
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    if native.dtype.kind in "iu":
        return NumberColumn(native if native.dtype == np.uint64 else native.astype(np.int64, copy=False))
    if native.dtype.kind == "f":
        return NumberColumn(native.astype(np.float64, copy=False))
    if native.dtype.kind == "M":
        return TypedColumn(LaterCells(len(values), lambda: _times(native)))
    if native.dtype.kind == "U" and not _is_text(native):
        raise FormatRefused("a text of the npy file holds what is no character")
    return TypedColumn(LaterCells(len(values), native.tolist))


def _is_text(texts: NDArray[Any]) -> bool:
    """Whether each of its numbers is a character: Python makes no text of others, and UTF-8 holds no half of a pair."""
    points = np.ascontiguousarray(texts).view(np.uint32)
    return not bool(((points > sys.maxunicode) | ((points >= 0xD800) & (points < 0xE000))).any())  # noqa: PLR2004


def _times(moments: NDArray[Any]) -> list[str | None]:
    texts = np.datetime_as_string(moments).tolist()
    return [None if gone else text for text, gone in zip(texts, np.isnat(moments).tolist(), strict=True)]


def _array(name: str, column: Column) -> NDArray[Any]:
    if isinstance(column, NumberColumn):
        lost = column.missing is not None and column.missing.any()
        return column.numbers().values if lost else column.values
    cells = one_kind(name, column.cells)
    kinds = {*map(type, cells)} - {type(None)}
    if kinds <= {int, float} and (kinds or not cells):
        return np.array([np.nan if cell is None else cell for cell in cells])
    if {*map(type, cells)} == {bool}:
        return np.array(cells, np.bool_)
    return np.array([_spelled(cell) for cell in cells], np.str_)


def _spelled(cell: str | bool | None) -> str:  # noqa: FBT001
    return cell or "" if isinstance(cell, str | None) else str(cell).lower()
