"""Columns: the elements of a tensor as a column of a table, or as numbers. Knows no model."""

from __future__ import annotations

import numpy as np

from models.columns import Column, Numbers, TypedColumn
from models.number_column import NumberColumn
from service.oip.datatypes import BOOL, FLOATING
from service.oip.tensors import Tensor


def column_of(tensor: Tensor, *, nan_is_missing: bool) -> Column:
    """All elements of a tensor, row-major. Among bytes nothing is missing, unless NaN says so."""
    cells = tensor.cells
    if isinstance(cells, list):
        # JSON has no NaN and no infinity, so of floats alone nothing is left to be checked.
        return NumberColumn(np.array(cells)) if {*map(type, cells)} == {float} else TypedColumn(cells)
    if tensor.head.datatype == BOOL:
        return TypedColumn(cells.tolist())
    if nan_is_missing and cells.dtype.kind == FLOATING:
        return NumberColumn(cells, np.isnan(cells))
    return NumberColumn(cells)


def numbers_of(tensor: Tensor, *, nan_is_missing: bool) -> Numbers:
    """All elements of a tensor as float64, row-major. TableMismatch names the tensor and the first that is no number."""
    numbers = column_of(tensor, nan_is_missing=nan_is_missing).numbers()
    for place, detail in numbers.bad:
        tensor.head.refuse(f"element {place:,}: {detail}")
    return numbers
