"""Cells to numbers and categories: what is missing, what is not finite, what is bad."""

from __future__ import annotations

import numpy as np
import pytest

from models.cells import LaterCells
from models.columns import Column, Numbers, TextColumn, TypedColumn, is_empty, shown
from models.number_column import NumberColumn

MANY_DIGITS = "0" * 5000 + "1"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.5", 1.5), (" 1.5 ", 1.5), ("-3e-2", -0.03), ("+7", 7.0), (".5", 0.5), ("1e308", 1e308), ("1e-400", 0.0),
        ("9007199254740992", 2.0**53), ("-9007199254740992", -(2.0**53)), ("1e17", 1e17), ("12345678901234567890.5", 12345678901234567890.5),
        (MANY_DIGITS, 1.0),
    ],
)  # fmt: skip
def test_text_is_read_as_the_number_it_spells(cell: str, number: float) -> None:
    read = TextColumn([cell, "1"]).numbers()

    assert read.values[0] == number
    assert not read.missing.any()
    assert read.bad == []


@pytest.mark.parametrize("cell", ["", " ", "\t", "\xa0"])
def test_an_empty_or_blank_text_cell_is_missing(cell: str) -> None:
    column = TextColumn([cell, "1"])

    assert column.numbers().missing.tolist() == [True, False]
    assert np.isnan(column.numbers().values[0])
    assert column.numbers().bad == []
    assert column.categories().values == [None, "1"]


@pytest.mark.parametrize("cell", ["nan", "NaN", "-nan", "inf", "-inf", "Infinity", " INF "])
def test_a_literal_nan_or_infinity_is_no_number_but_not_bad(cell: str) -> None:
    read = TextColumn(["1", cell]).numbers()

    assert not np.isfinite(read.values[1])
    assert read.missing.tolist() == [False, False]
    assert read.bad == []


@pytest.mark.parametrize(
    ("cell", "detail"),
    [
        ("hot", 'expected a number, got "hot"'),
        ("1,5", 'expected a number, got "1,5"'),
        ("1_000", 'expected a number, got "1_000"'),
        ("0x10", 'expected a number, got "0x10"'),
        ("--inf", 'expected a number, got "--inf"'),
        ("+-nan", 'expected a number, got "+-nan"'),
        ("1e400", 'too large for a 64-bit number: "1e400"'),
        ("-1e400", 'too large for a 64-bit number: "-1e400"'),
    ],
)
def test_text_that_is_no_number_is_bad(cell: str, detail: str) -> None:
    assert TextColumn(["1", cell, ""]).numbers().bad == [(1, detail)]


@pytest.mark.parametrize("cell", [2**53 + 1, -(2**53) - 1, 2**64 - 1, 10**25])
def test_a_whole_number_that_float64_skips_is_bad_in_text_and_in_json(cell: int) -> None:
    for column in (TextColumn([str(cell)]), TypedColumn([cell])):
        ((row, detail),) = column.numbers().bad

        assert row == 0
        assert detail.startswith("a whole number beyond 2^53 is not exact")


@pytest.mark.parametrize("cell", [True, False, "0.1", "hot", [1], {"a": 1}, ""])
def test_json_reads_only_numbers_as_numbers(cell: object) -> None:
    ((row, detail),) = TypedColumn([1.5, cell, None]).numbers().bad

    assert row == 1
    assert detail.startswith("expected a number, got ")


def test_json_numbers_are_exact_and_null_is_missing() -> None:
    read = TypedColumn([1, 2.5, None, 2**53, -(2**53), 1e300]).numbers()

    assert read.values[[0, 1, 3, 4, 5]].tolist() == [1.0, 2.5, 2.0**53, -(2.0**53), 1e300]
    assert read.missing.tolist() == [False, False, True, False, False, False]
    assert read.bad == []


def test_an_infinite_cell_among_types_is_too_large_and_a_nan_no_number() -> None:
    read = TypedColumn([float("inf"), float("nan"), 1.0]).numbers()

    assert read.bad == [(0, "too large for a 64-bit number"), (1, "expected a number, got NaN")]


def test_categories_of_json_are_spelled_as_json_spells_them() -> None:
    read = TypedColumn(["open", 7, True, False, None, ""]).categories()

    assert read.values == ["open", "7", "true", "false", None, None]
    assert read.bad == []


@pytest.mark.parametrize("cell", [1.5, [1], {"a": 1}])
def test_fractions_arrays_and_objects_are_no_categories(cell: object) -> None:
    ((row, detail),) = TypedColumn(["open", cell]).categories().bad

    assert row == 1
    assert detail.startswith("expected a category, got ")


def test_a_deeply_nested_cell_is_bad_and_does_not_exhaust_the_stack() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    assert TypedColumn([deep]).categories().bad == [(0, "expected a category, got an array")]
    assert TypedColumn([deep]).numbers().bad == [(0, "expected a number, got an array")]


@pytest.mark.parametrize("column", [TextColumn(["a", "b", "c"]), TypedColumn(["a", "b", "c"])])
def test_rows_are_taken_in_the_order_asked(column: Column) -> None:
    taken = column.take(np.array([2, 0, 0]))

    assert list(taken.cells) == ["c", "a", "a"]
    assert type(taken) is type(column)


def test_an_error_shows_at_most_forty_escaped_characters_of_a_cell() -> None:
    assert shown("x" * 1000) == '"' + "x" * 39 + "…"
    assert shown("\x1b[31m\n\u2028") == '"\\u001b[31m\\n\\u2028"'
    assert len(shown("\u2028" * 1000)) == 41
    assert shown([1] * 1000) == "an array"
    assert shown({"a": 1}) == "an object"
    assert shown(1e300) == "1e+300"


def test_null_and_blank_text_are_empty_and_nothing_else_is() -> None:
    assert [is_empty(cell) for cell in (None, "", "  ")] == [True, True, True]
    assert [is_empty(cell) for cell in (0, False, "0", [], float("nan"))] == [False] * 5


def test_an_array_is_read_as_it_is() -> None:
    values = np.array([1.5, np.nan, np.inf])

    read = NumberColumn(values).numbers()

    assert read.values is values
    assert read.missing.tolist() == [False] * 3
    assert read.bad == []


def test_a_missing_row_of_an_array_is_missing_whatever_stands_there() -> None:
    column = NumberColumn(np.array([2**60, 7, -(2**53) - 1, 2**53]), np.array([True, False, False, False]))

    read = column.numbers()

    assert np.isnan(read.values[0])
    assert read.missing.tolist() == [True, False, False, False]
    assert [row for row, _ in read.bad] == [2]
    assert column.categories().values == [None, "7", str(-(2**53) - 1), str(2**53)]
    assert list(column.cells) == [None, 7, -(2**53) - 1, 2**53]


@pytest.mark.parametrize("kind", [np.int64, np.uint64])
def test_whole_numbers_of_an_array_are_exact_to_2_to_the_53(kind: type[np.generic]) -> None:
    column = NumberColumn(np.array([2**53, 2**53 + 1, 2**63 - 1], kind))

    assert [row for row, _ in column.numbers().bad] == [1, 2]
    assert column.numbers().bad[0] == TypedColumn([2**53 + 1]).numbers().bad[0]._replace(row=1)


def test_fractions_of_an_array_are_no_categories() -> None:
    column = NumberColumn(np.array([1.5, 2.0]), np.array([False, True]))

    assert column.categories() == TypedColumn([1.5, None]).categories()
    assert column.categories().bad == [(0, "expected a category, got 1.5")]


def test_cells_of_an_array_are_made_for_who_looks_at_them() -> None:
    cells = NumberColumn(np.arange(10_000), np.arange(10_000) % 2 == 1).cells

    assert (cells[0], cells[1], cells[-2]) == (0, None, 9998)
    assert cells[2:5] == [2, None, 4]
    assert type(cells[2]) is int
    assert list(cells) == [row if row % 2 == 0 else None for row in range(10_000)]
    assert len(cells) == 10_000


def test_cells_that_are_not_there_yet_are_made_once_and_only_if_needed() -> None:
    made: list[int] = []

    def make() -> list[str]:
        made.append(1)
        return ["1", "", "3"]

    known = Numbers(np.array([1, np.nan, 3]), np.array([False, True, False]), [])
    column = TextColumn(LaterCells(3, make), known)
    taken = column.take(np.array([2, 1]))

    assert column.numbers() is known
    assert taken.numbers().values[0] == 3.0
    assert not column.is_absent()
    assert len(taken.cells) == 2
    assert made == []
    assert list(taken.cells) == ["3", ""]
    assert column.categories().values == ["1", None, "3"]
    assert made == [1]


@pytest.mark.parametrize(
    ("column", "absent"),
    [
        (TextColumn(["", " "]), True),
        (TextColumn(["", "0"]), False),
        (TypedColumn([None, ""]), True),
        (TypedColumn([None, 0]), False),
        (NumberColumn(np.zeros(2), np.array([True, True])), True),
        (NumberColumn(np.full(2, np.nan)), False),
    ],
)
def test_a_column_is_absent_where_no_row_has_a_value(column: Column, absent: bool) -> None:  # noqa: FBT001
    assert column.is_absent() is absent


def test_rows_of_an_array_are_taken_by_number_and_by_slice() -> None:
    column = NumberColumn(np.array([1.0, 2.0, 3.0]), np.array([False, True, False]))

    assert list(column.take(np.array([2, 1, 0])).cells) == [3.0, None, 1.0]
    assert list(column.take(slice(1, 3)).cells) == [None, 3.0]
