"""Which series each row of a table belongs to, and how far apart its readings are. Knows no window."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from models.columns import Mask, Vector, expected, shown
from models.errors import Mismatch, refuse_any
from models.table import Table
from models.times import A_TIME, read_times

Rows = NDArray[np.int64]
MICROSECONDS = 6  # decimals; nobody writes times more finely


def typical_step(table: Table, timestamp: str, series: str | None = None) -> float | None:
    """The median of the seconds between readings of a series, to the microsecond; None when no series has two.

    TableMismatch as `seconds_of` and `steps_of` say.
    """
    codes = series_of(table, series)
    order = np.argsort(codes, kind="stable")
    begins = np.diff(codes[order], prepend=-1) != 0
    steps = steps_of(table, timestamp, seconds_of(table, timestamp)[order], order, begins)[~begins]
    if not len(steps):
        return None
    median = float(np.median(steps))
    return round(median, MICROSECONDS) or median


def series_of(table: Table, name: str | None) -> Rows:
    """The number of each row's series, in order of first appearance. TableMismatch for a row of no series."""
    if name is None:
        return np.zeros(table.rows, dtype=np.int64)
    _refuse_absent(table, "series", name)
    column = table.columns[name]
    read = column.categories()
    bad = {row for row, _ in read.bad}
    empty = (row for row, value in enumerate(read.values) if value is None and row not in bad)
    nameless = ((row, expected("the name of a series", column.cells[row])) for row in empty)
    refuse_any(table.mismatch(row, name, detail) for row, detail in chain(read.bad, nameless))
    codes: dict[str | None, int] = {}
    return np.array([codes.setdefault(value, len(codes)) for value in read.values], dtype=np.int64)


def seconds_of(table: Table, name: str) -> Vector:
    """(rows,) the times in a column. TableMismatch for a cell that is none."""
    _refuse_absent(table, "timestamp", name)
    column = table.columns[name]
    read = read_times(column)
    empty = ((row, expected(A_TIME, column.cells[row])) for row in np.flatnonzero(read.missing).tolist())
    refuse_any(table.mismatch(row, name, detail) for row, detail in chain(read.bad, empty))
    return read.seconds


def _refuse_absent(table: Table, role: str, name: str) -> None:
    if name not in table.columns:
        detail = f"the {role} column {shown(name)} is absent from every record"
        refuse_any([table.mismatch(None, name, detail)])


def steps_of(table: Table, name: str, seconds: Vector, order: Rows, begins: Mask) -> Vector:
    """Seconds since the reading before, in the order of the series; inf where a series begins.

    TableMismatch for times that do not ascend.
    """
    with np.errstate(over="ignore"):
        steps = np.where(begins, np.inf, np.diff(seconds, prepend=seconds[:1]))
    refuse_any(_disordered(table, name, order, np.flatnonzero(steps <= 0)))
    return steps


def _disordered(table: Table, name: str, order: Rows, late: Rows) -> Iterator[Mismatch]:
    cells = table.columns[name].cells
    for row, before in zip(order[late].tolist(), order[late - 1].tolist(), strict=True):
        detail = f"{expected(f'a time after {shown(cells[before])}', cells[row])}; sort the readings of a series by time"
        yield table.mismatch(row, name, detail)
