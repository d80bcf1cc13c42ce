"""Arrays and DataFrames to tables and back. Knows no library by name: a DataFrame is what has `columns` and gives each as a list."""

from __future__ import annotations

import math
import numbers
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from models.columns import SHOWN, TypedColumn
from models.errors import refuse_any
from models.table import Table, cut

Cells = Sequence[Any]
WANTED = "a number, text or a time"
BEYOND_JSON = "a whole number beyond 64 bits is not exact; give it as text, or rounded, such as 1.5e16"
NOTHING = {"NAType", "NaTType"}  # how pandas spells a missing value, beside None and NaN


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Cells by the number of their row, as whoever made the array counts them."""

    def pointer(self, row: int | None, column: str | None) -> str:  # noqa: ARG002
        """A program has the array itself."""
        return ""

    def words(self, row: int | None, column: str | None) -> str:
        """`row 3, column 'flow'`, rows from 0."""
        where = [f"row {row}"] if row is not None else []
        return ", ".join([*where, *([f"column {cut(column)!r}"] if column is not None else [])])


def is_dataframe(data: object) -> bool:
    """Whether columns have names, all of them text; else the data are an array."""
    names = getattr(data, "columns", None)
    return names is not None and hasattr(data, "__getitem__") and all(isinstance(name, str) for name in names)


def columns_of(frame: Any) -> dict[str, Cells]:  # noqa: ANN401
    """The cells of each column of a DataFrame."""
    return {str(name): frame[name].to_list() for name in frame.columns}


def table_of(columns: Mapping[str, Cells], categorical: Collection[str] = ()) -> Table:
    """A table of cells as Python has them; NaN is a missing value. Whole numbers in a `categorical` column are names.

    TableMismatch names each cell that JSON could not hold.
    """
    rows = len(next(iter(columns.values()), ()))
    cells = {name: [_cell(cell) for cell in given] for name, given in columns.items()}
    for name in cells.keys() & set(categorical):
        cells[name] = [_whole(cell) for cell in cells[name]]
    table = Table({name: TypedColumn(given) for name, given in cells.items()}, rows, RowPlaces())
    bad = ((row, name, _fault(cell)) for name, given in cells.items() for row, cell in enumerate(given))
    refuse_any(table.mismatch(row, name, fault) for row, name, fault in bad if fault)
    return table


def like(data: Any, columns: Mapping[str, Cells]) -> Any:  # noqa: ANN401
    """Columns in the form of `data`: a DataFrame of the same kind, or an array of numbers with NaN where a cell is empty."""
    if not is_dataframe(data):
        return np.column_stack([np.array(cells, dtype=np.float64) for cells in columns.values()])
    index = getattr(data, "index", None)
    return type(data)(dict(columns)) if index is None else type(data)(dict(columns), index=index)


def _cell(cell: Any) -> Any:  # noqa: ANN401
    """What JSON would hold: None, a boolean, a number or text; times as ISO 8601."""
    plain = cell.item() if isinstance(cell, np.generic) else cell
    if plain is None or type(plain).__name__ in NOTHING or (isinstance(plain, float) and math.isnan(plain)):
        return None
    if isinstance(plain, bool | int | float | str):
        return plain
    if isinstance(plain, numbers.Real):
        return float(plain)
    return plain.isoformat() if hasattr(plain, "isoformat") else plain


def _fault(cell: Any) -> str | None:  # noqa: ANN401
    """Why JSON could not hold a cell; None for one that it can."""
    if isinstance(cell, float):
        return f"expected a finite number, got {cell}" if math.isinf(cell) else None
    try:
        orjson.dumps(cell)
    except orjson.JSONEncodeError:
        return BEYOND_JSON if isinstance(cell, int) else f"expected {WANTED}, got {_shown(cell)}"
    return None


def _shown(cell: Any) -> str:  # noqa: ANN401
    return f"{type(cell).__name__} {ascii(cell)[:SHOWN]}"


def _whole(cell: Any) -> Any:  # noqa: ANN401
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def check_names(columns: Collection[str], fitted: Collection[str], who: str) -> None:
    """ValueError unless a data frame has the columns that `who` was fitted with, and no other."""
    for name in fitted:
        if name not in columns:
            raise ValueError(f"X has no column {name!r}, which {who} was fitted with")
    for name in columns:
        if name not in fitted:
            raise ValueError(f"X has a column {name!r}, which {who} was not fitted with")
