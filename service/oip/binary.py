"""Binary: elements of tensors as bytes, in and out. Knows neither JSON nor the tensors' names.

Numbers are little-endian and row-major without gaps; text is its length in four bytes, then so many bytes of UTF-8.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.oip.datatypes import BOOL, BYTES, NUMBERS

LENGTH = struct.Struct("<I")


class Unreadable(ValueError):
    """The bytes are not the elements they should be."""


def read_numbers(data: bytes, count: int, datatype: str) -> NDArray[Any]:
    """(count,) numbers of a datatype that is not BYTES. Unreadable unless they fill `data` exactly."""
    dtype = NUMBERS[datatype]
    if len(data) != count * dtype.itemsize:
        raise Unreadable(
            f"{len(data):,} bytes, but {count:,} elements of {datatype} take {count * dtype.itemsize:,}"
        )
    values = np.frombuffer(data, dtype)
    if datatype == BOOL and (values.view(np.uint8) > 1).any():
        raise Unreadable("a BOOL is a byte of 0 or 1")
    return values


def read_texts(data: bytes, count: int) -> list[str]:
    """`count` texts. Unreadable unless they fill `data` exactly and are UTF-8."""
    texts: list[str] = []
    at = 0
    while at < len(data):
        start = at + LENGTH.size
        at = start + LENGTH.unpack_from(data, at)[0] if start <= len(data) else start
        if at > len(data):
            raise Unreadable(f"element {len(texts):,} runs over the end of its {len(data):,} bytes")
        texts.append(_text(data[start:at], len(texts)))
    if len(texts) != count:
        raise Unreadable(f"{len(texts):,} elements of BYTES, but the shape has {count:,}")
    return texts


def write_cells(cells: Sequence[Any] | NDArray[Any], datatype: str) -> bytes:
    """Elements as bytes; None, of which bytes know nothing, is NaN or false."""
    if datatype == BYTES:
        spelled = {text: _spelled(text) for text in set(cells)}  # verdicts are few words, said often
        return b"".join(map(spelled.__getitem__, cells))
    return np.ascontiguousarray(cells, NUMBERS[datatype]).tobytes()


def _spelled(text: str) -> bytes:
    data = text.encode()
    return LENGTH.pack(len(data)) + data


def _text(data: bytes, place: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Unreadable(f"element {place:,} is not UTF-8") from None
