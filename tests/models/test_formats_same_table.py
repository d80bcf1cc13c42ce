"""One table through every format, in and out, is the same table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.columns import TypedColumn
from models.formats import FORMATS
from models.formats.places import RowPlaces
from models.number_column import NumberColumn
from models.table import Table
from models.times import read_times

TABLES = ("csv", "json", "ndjson", "parquet", "arrow", "npy")
HOLDS_MISSING_NUMBERS = set(TABLES) - {"npy"}
HOLDS_NOT_FINITE = set(TABLES) - {"json", "ndjson"}
TIMES = ["2026-01-31T12:00:00", "2026-07-31T23:59:59.250000", "2026-01-31T12:00:00+01:00"]


def table_of(rows: int, seed: int = 0) -> Table:
    """Every kind of column that records have."""
    chance = np.random.default_rng(seed)
    some = chance.random(rows) < 0.2

    def sparse(cells: Sequence[Any]) -> TypedColumn:
        return TypedColumn([None if gone else cell for cell, gone in zip(cells, some, strict=True)])

    return Table(
        {
            "number": NumberColumn(chance.normal(size=rows) * 10.0 ** chance.integers(-20, 20, rows)),
            "sparse": NumberColumn(chance.normal(size=rows), some),
            "whole": NumberColumn(chance.integers(-(2**53), 2**53, rows)),
            "category": TypedColumn(chance.choice(["open", "closed", 'a "b", c', "é", "007", "x\ny"], rows).tolist()),
            "code": NumberColumn(chance.integers(0, 3, rows)),
            "flag": TypedColumn(chance.choice([True, False], rows).tolist()),
            "gone": sparse(chance.choice(["a", "b"], rows).tolist()),
            "at": TypedColumn([TIMES[at] for at in chance.integers(3, size=rows)]),
        },
        rows,
        RowPlaces(),
    )  # fmt: skip


def through(kind: str, table: Table) -> Table:
    return FORMATS[kind].read(FORMATS[kind].write(table))


def check_same(found: Table, table: Table, kinds: Sequence[str]) -> None:
    assert list(found.columns) == list(table.columns)
    assert found.rows == table.rows
    for name in ("number", "sparse", "whole", "code"):
        read, wanted = found.columns[name].numbers(), table.columns[name].numbers()
        assert read.bad == []
        assert np.array_equal(read.values, wanted.values, equal_nan=True)
        if name != "sparse" or set(kinds) <= HOLDS_MISSING_NUMBERS:
            assert np.array_equal(read.missing, wanted.missing)
    for name in ("category", "code", "flag", "gone", "whole"):
        assert found.columns[name].categories() == table.columns[name].categories()
    times = read_times(found.columns["at"])
    assert times.bad == []
    assert np.array_equal(times.seconds, read_times(table.columns["at"]).seconds)
    assert times.hours() == read_times(table.columns["at"]).hours()


@pytest.mark.parametrize("first", TABLES)
@pytest.mark.parametrize("second", TABLES)
def test_a_table_is_the_same_after_any_two_formats(first: str, second: str) -> None:
    table = table_of(200)

    check_same(through(second, through(first, table)), table, (first, second))


@pytest.mark.parametrize("kind", TABLES)
def test_a_large_table_is_the_same_after_any_format(kind: str) -> None:
    table = table_of(20_000, seed=1)

    check_same(through(kind, table), table, (kind,))


def test_another_table_is_not_the_same() -> None:
    with pytest.raises(AssertionError):
        check_same(through("parquet", table_of(200)), table_of(200, seed=2), ())


@pytest.mark.parametrize("kind", sorted(HOLDS_NOT_FINITE))
def test_what_is_not_finite_stays_so_and_is_not_missing(kind: str) -> None:
    values = np.array([1.0, np.nan, np.inf, -np.inf])

    read = (
        through(kind, Table({"a": NumberColumn(values), "b": NumberColumn(values)}, 4, RowPlaces()))
        .columns["a"]
        .numbers()
    )

    assert np.array_equal(read.values, values, equal_nan=True)
    assert not read.missing.any()
    assert read.bad == []


@pytest.mark.parametrize("kind", TABLES)
def test_a_part_is_those_rows(kind: str) -> None:
    table = through(kind, table_of(100))

    part = table.part(slice(10, 30))
    taken = table.take(np.arange(10, 30))

    assert part.rows == taken.rows == 20
    for name, column in table.columns.items():
        cells = [*map(str, column.cells)][10:30]
        for few in (part, taken):
            assert [*map(str, few.columns[name].cells)] == cells
        assert np.array_equal(
            part.columns[name].numbers().values, column.numbers().values[10:30], equal_nan=True
        )
    assert part.places.pointer(0, "a") == table.places.pointer(10, "a")


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.sampled_from(["a", "1"]), min_size=1, max_size=5))  # fmt: skip
def test_mixed_cells_become_text_where_a_column_has_one_type(cells: list[Any]) -> None:
    table = Table({"a": TypedColumn(cells), "b": TypedColumn(["x"] * len(cells))}, len(cells), RowPlaces())

    for kind in ("parquet", "arrow"):
        found = list(through(kind, table).columns["a"].cells)
        if {type(cell) for cell in cells if cell is not None} <= {int, float}:
            assert found == cells
        else:
            assert [cell is None for cell in found] == [cell is None for cell in cells]


def test_text_of_a_csv_is_typed_where_it_plainly_is_a_number() -> None:
    body = b"n,whole,name,mixed,text,none\n1.5,1,007,1.0,x,\n,2,010,2,1_0,\nnan,3,1,3,z,\n"

    columns = through("parquet", FORMATS["csv"].read(body)).columns

    assert list(columns["whole"].cells) == [1, 2, 3]
    assert list(columns["name"].cells) == ["007", "010", "1"]
    assert list(columns["mixed"].cells) == [1.0, 2.0, 3.0]
    assert list(columns["text"].cells) == ["x", "1_0", "z"]
    assert list(columns["none"].cells) == [None] * 3
    assert columns["n"].numbers().missing.tolist() == [False, True, False]
