"""JSON data: the elements of a tensor that came as a JSON array, nested or flat. Knows neither models nor bytes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np

from models.columns import expected
from service.oip.datatypes import NUMBERS, WHOLE, elements, kind
from service.oip.heads import Head

TYPES: Mapping[str, set[type]] = {"": {str}, "b": {bool}, "i": {int}, "u": {int}, "f": {float, int}}
WANTED = {"": "text", "b": "true or false", "i": "a whole number", "u": "a whole number", "f": "a number"}


def read_json(head: Head, data: object) -> list[Any]:
    """The elements in row-major order; None, JSON's null, is missing. TableMismatch names the tensor and the element."""
    cells = _flat(head, data)
    letter = kind(head.datatype)
    if not {*map(type, cells)} <= {*TYPES[letter], type(None)}:
        at = next(at for at, cell in enumerate(cells) if cell is not None and type(cell) not in TYPES[letter])
        head.refuse(f"element {at:,}: {expected(WANTED[letter], cells[at])}")
    if letter in WHOLE:
        _check_range(head, [cell for cell in cells if cell is not None])
    return cells


def _flat(head: Head, data: object) -> list[Any]:
    if not isinstance(data, list):
        head.refuse(f"data: {expected('an array', data)}")
    cells = data
    if data and isinstance(data[0], list):
        for length in head.shape[1:]:
            if not all(isinstance(each, list) and len(each) == length for each in cells):
                head.refuse(f"data is not nested as its shape {[*head.shape]} says")
            cells = list(chain.from_iterable(cells))
    if len(cells) != elements(head.shape):
        head.refuse(
            f"data has {len(cells):,} elements, its shape {[*head.shape]} has {elements(head.shape):,}"
        )
    return cells


def _check_range(head: Head, cells: list[int]) -> None:
    limits = np.iinfo(NUMBERS[head.datatype])
    for end in (min(cells, default=0), max(cells, default=0)):
        if not limits.min <= end <= limits.max:
            head.refuse(expected(f"numbers from {limits.min} to {limits.max}", end))
