"""Cells to numbers and categories: what is missing, what is not finite, what is bad."""

from __future__ import annotations

import numpy as np
import pytest

from models.columns import Column, TextColumn, TypedColumn, is_empty, shown

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
