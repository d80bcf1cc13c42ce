"""The history of series: with it, windows of a piece are those of the whole file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.history import with_history
from batch.reading.piece import Known, Piece
from batch.records import Records
from models.columns import TypedColumn
from models.formats.places import RowPlaces
from models.number_column import NumberColumn
from models.table import Table
from models.windows import Frames, Gap, Window, frames

Cut = list[int]


def window_of(gap: Gap, *, timed: bool) -> Window:
    if not timed:
        return Window(length=4, stride=1, series="unit", period=None)
    return Window(length=4, stride=1, series="unit", timestamp="at", period=1.0, gap=gap)


def table_of(units: list[int], steps: list[float]) -> Table:
    """Readings of several units; each is so much later than the one before of the same unit."""
    clocks = dict.fromkeys(range(10), 0.0)
    times = []
    for unit, step in zip(units, steps, strict=True):
        clocks[unit] += step
        times.append(clocks[unit])
    columns = {
        "unit": TypedColumn([f"u{unit}" for unit in units]),
        "at": NumberColumn(np.array(times)),
        "value": NumberColumn(np.arange(len(units), dtype=np.float64) ** 2),
    }
    return Table(columns, len(units), RowPlaces())


def pieces_of(table: Table, rows: int) -> Iterator[Piece]:
    for start in range(0, table.rows, rows):
        yield Known(Records(table.part(slice(start, start + rows))), 0.0)


def told(table: Table, framed: Frames, earlier: int) -> list[tuple[object, ...]]:
    """What is known of the windows that end at each row but the first so many."""
    numbers = np.array(table.columns["value"].numbers().values)[:, None]
    gathered, _ = framed.gather(numbers, np.zeros((table.rows, 0), np.int64), slice(0, framed.windows))
    windows = dict(zip(framed.ends.tolist(), gathered[:, :, 0].round(9).tolist(), strict=True))
    reasons = framed.reasons()
    return [(windows.get(row), reasons[row]) for row in range(earlier, table.rows)]


READINGS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([1.0, 1.0, 1.0, 0.3, 1.4, 2.5, 7.0])),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize(("gap", "timed"), [("break", False), ("break", True), ("resample", True)])
@given(readings=READINGS, rows=st.integers(1, 12))
def test_windows_of_pieces_are_those_of_the_whole(
    gap: Gap, timed: object, readings: list[tuple[int, float]], rows: int
) -> None:
    table = table_of([unit for unit, _ in readings], [step for _, step in readings])
    window = window_of(gap, timed=bool(timed))

    found = []
    for piece in with_history(pieces_of(table, rows), window):
        read = piece.records()
        found += told(read.table, frames(read.table, window), read.earlier)

    assert found == told(table, frames(table, window), 0)


def test_about_twice_the_readings_are_judged_at_most_however_many_series() -> None:
    units = [row % 10 for row in range(400)]
    table = table_of(units, [1.0] * 400)

    judged = sum(
        piece.records().rows for piece in with_history(pieces_of(table, 3), window_of("break", timed=True))
    )

    assert 400 < judged <= 2 * 400 + 10 * 4
