"""Datatypes: the names that the protocol has for the elements of a tensor, and what they are here. Knows no tensor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

Shape = tuple[int, ...]
BYTES = "BYTES"  # text of any length, the only elements that are not all of one size
BOOL, UINT8, FP32, FP64 = "BOOL", "UINT8", "FP32", "FP64"
# Little-endian on every machine, as the protocol has it.
NUMBERS: Mapping[str, np.dtype[Any]] = {
    BOOL: np.dtype("?"),
    UINT8: np.dtype("u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "INT8": np.dtype("i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    FP32: np.dtype("<f4"),
    FP64: np.dtype("<f8"),
}
DATATYPES = (*NUMBERS, BYTES)
WHOLE, FLOATING = frozenset("iu"), "f"  # kinds of numbers, by the letters that NumPy has for them


def elements(shape: Shape) -> int:
    """How many a tensor of this shape has; a Python integer, so that no shape is too large to be counted."""
    return math.prod(shape)


def kind(datatype: str) -> str:
    """NumPy's letter for the kind of its elements: `b`, `i`, `u`, `f`; empty for text."""
    return NUMBERS[datatype].kind if datatype in NUMBERS else ""
