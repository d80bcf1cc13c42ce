"""JSON in its three shapes, and what is said of JSON that is none or fits no shape."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import orjson
import pytest

from models.columns import TypedColumn
from models.errors import FormatRefused, TableMismatch, TooManyRecords
from models.formats.json_document import parsed
from models.formats.json_text import JsonFormat, JsonPlaces
from models.table import Table

JSON = JsonFormat()
SHAPES = {
    "records": {"records": [{"a": 1.5, "b": "x"}, {"b": None}]},
    "columns": {"columns": {"a": [1.5, None], "b": ["x", None]}},
    "rows": {"features": ["a", "b"], "rows": [[1.5, "x"], [None, None]]},
}


def cells(table: Table) -> dict[str, list[Any]]:
    return {name: list(column.cells) for name, column in table.columns.items()}


def refused(document: object) -> list[tuple[str, str]]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(TableMismatch) as caught:
        JSON.read(data)
    return [(each.pointer, each.detail) for each in caught.value.mismatches]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_the_same_table(shape: str) -> None:
    table = JSON.read(json.dumps(SHAPES[shape]).encode())

    assert cells(table) == {"a": [1.5, None], "b": ["x", None]}
    assert table.rows == 2


@pytest.mark.parametrize(
    ("shape", "pointers"),
    [
        ("records", ["/records/1/a~1b", "/records/1", "/records", "/records"]),
        ("columns", ["/columns/a~1b/1", "/columns/1", "/columns/a~1b", "/columns"]),
        ("rows", ["/rows/1/0", "/rows/1", "/features/0", "/rows"]),
    ],
)
def test_a_pointer_leads_to_the_place_in_the_body(shape: str, pointers: list[str]) -> None:
    places = JsonPlaces(shape, {"a/b": 0} if shape == "rows" else {})

    assert [
        places.pointer(1, "a/b"), places.pointer(1, None), places.pointer(None, "a/b"), places.pointer(None, None)
    ] == pointers  # fmt: skip


def test_a_column_that_is_not_there_is_told_by_its_name_and_where_it_should_be() -> None:
    assert JsonPlaces("rows", {"a": 0}).pointer(None, "b") == "/features"
    assert JsonPlaces("rows", {"a": 0}).words(None, "b") == "column 'b'"
    assert JsonPlaces("rows", {"a": 0}).words(3, "b") == ""


def test_the_last_of_a_repeated_key_counts() -> None:
    assert cells(JSON.read(b'{"records": [{"a": 1, "a": 2}]}')) == {"a": [2]}


def test_other_keys_are_options_for_who_asks_and_unknown_for_who_does_not() -> None:
    body = b'{"top_contributors": 2, "records": [{"a": 1}], "x/y": null}'

    table, options = JSON.read_document(body)

    assert cells(table) == {"a": [1]}
    assert options == {"top_contributors": 2, "x/y": None}
    assert refused(body) == [("/top_contributors", "unknown key"), ("/x~1y", "unknown key")]
    assert refused({"records": [{"a": 1}], "features": ["a"]}) == [("/features", "unknown key")]


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ([], [("", "expected an object with records, columns or rows, got an array")]),
        ({}, [("", "expected one of records, columns or rows, got none of them")]),
        (
            {"records": [{}], "rows": []},
            [("", "expected one of records, columns or rows, got records and rows")],
        ),
        ({"records": []}, [("/records", "expected an array of records, got an empty one")]),
        ({"records": {"a": 1}}, [("/records", "expected an array of records, got an object")]),
        ({"records": "x"}, [("/records", 'expected an array of records, got "x"')]),
        (
            {"records": [{}, [1], None]},
            [
                ("/records/1", "expected an object, got an array"),
                ("/records/2", "expected an object, got null"),
            ],
        ),
        ({"columns": []}, [("/columns", "expected an object of arrays, got an array")]),
        ({"columns": {}}, [("/columns", "expected an object of arrays, got an object")]),
        ({"columns": {"a/b": 1}}, [("/columns/a~1b", "expected an array of values, got 1")]),
        (
            {"columns": {"a": [1, 2], "b": [1]}},
            [("/columns/b", "1 values, but the first column has 2")],
        ),
        ({"rows": [[1]]}, [("/features", "expected an array of feature names, got null")]),
        ({"features": ["a"], "rows": []}, [("/rows", "expected an array of rows, got an empty one")]),
        (
            {"features": ["a", "a", 7, ["b"]], "rows": [[1, 2, 3, 4], [1], "x"]},
            [
                ("/features/1", 'expected a name that stands once, got "a"'),
                ("/features/2", "expected a name that stands once, got 7"),
                ("/features/3", "expected a name that stands once, got an array"),
                ("/rows/1", "1 values, but there are 4 features"),
                ("/rows/2", 'expected an array, got "x"'),
            ],
        ),
    ],
)
def test_a_body_of_no_shape_is_refused_with_pointers(document: object, places: list[tuple[str, str]]) -> None:
    assert refused(document) == places


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON at byte 0: Input is a zero-length, empty document"),
        (b"{", "not JSON at byte 1: "),
        (b"hello", "not JSON at byte 0: "),
        (b"\xff", "not JSON at byte 0: "),
        (b'{"a": NaN}', "not JSON at byte 6: JSON has no NaN"),
        (b'{"a": [1, -Infinity]}', "not JSON at byte 10: JSON has no -Infinity"),
        ('{"é": Infinity}'.encode(), "not JSON at byte 7: JSON has no Infinity"),
        (b'{"NaN": 1, "a": nan}', "not JSON at byte 16: "),
        (b'["NaN"x]', "not JSON at byte 6: "),
        (b'["\\ud800"]', "not JSON at byte 2: "),
        # What orjson finds only after it has met a number too large for it.
        (b'{"a": 1e400, "b": "NaN", "c": -NaN}', "not JSON at byte 30: JSON has no -NaN"),
        ('{"a": 1e400, "é": 01}'.encode(), "not JSON at byte 20: "),
        (b'{"a": 1e400, "b": "\\ud800"}', "not JSON: half a surrogate pair is no character"),
        (b"[1e400, " + b"[" * 100_000 + b"]" * 100_000 + b"]", "not JSON: nested too deeply"),
    ],
)
def test_bytes_that_are_no_json_are_refused_with_their_offset(body: bytes, message: str) -> None:
    with pytest.raises(FormatRefused) as caught:
        parsed(body)

    assert str(caught.value).startswith(message)


def test_deep_nesting_is_refused_or_read_and_never_crashes() -> None:
    for depth in (10, 500, 1000, 5000, 1_000_000):
        body = b'{"records": [{"a": ' + b"[" * depth + b"]" * depth + b"}]}"
        try:
            table = JSON.read(body)
        except FormatRefused:
            continue
        assert table.columns["a"].numbers().bad == [(0, "expected a number, got an array")]


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 400 + ".5"])
def test_a_number_too_large_for_float64_is_refused_with_its_pointer(number: str) -> None:
    assert refused(f'{{"records": [{{"a": 1}}, {{"b/c": {number}}}]}}'.encode()) == [
        ("/records/1/b~1c", "too large for a 64-bit number")
    ]


def test_a_whole_number_of_more_than_64_bits_is_refused_wherever_it_stands() -> None:
    # It could not be echoed either: no JSON writer here has integers of that size.
    for number in (2**64, -(2**63) - 1, 10**39, int("9" * 4000)):
        ((pointer, detail),) = refused(f'{{"records": [{{"id": {number}}}]}}'.encode())

        assert pointer == "/records/0/id"
        assert detail.startswith("a whole number beyond 2^53 is not exact")


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, -(2**63), 10**18])
def test_a_whole_number_of_64_bits_is_read_as_it_is(number: int) -> None:
    table = JSON.read(f'{{"records": [{{"id": {number}}}]}}'.encode())

    assert cells(table) == {"id": [number]}
    assert table.columns["id"].numbers().bad


def test_a_whole_number_in_text_or_with_a_fraction_is_nothing_special() -> None:
    digits = "1234567890" * 4

    table = JSON.read(
        f'{{"records": [{{"a": "{digits}", "b": {digits}.5, "c": {digits}e0, "d": 0.{digits}}}]}}'.encode()
    )

    assert cells(table) == {
        "a": [digits],
        "b": [float(digits)],
        "c": [float(digits)],
        "d": [float(f"0.{digits}")],
    }


def test_surrogate_pairs_are_read_beside_long_numbers() -> None:
    body = b'{"records": [{"a": "\\ud83d\\ude00", "b": 12345678901234567890}]}'

    assert cells(JSON.read(body)) == {"a": ["\U0001f600"], "b": [12345678901234567890]}


def test_no_more_records_are_kept_than_asked() -> None:
    for document in SHAPES.values():
        body = json.dumps(document).encode()
        assert JSON.read(body, most=2).rows == 2
        with pytest.raises(TooManyRecords, match="more than 1 records"):
            JSON.read(body, most=1)


def test_records_that_share_no_key_do_not_multiply() -> None:
    count = 20_000
    body = orjson.dumps({"records": [{f"key{number}": number} for number in range(count)]})
    start = time.process_time()

    table = JSON.read(body)

    assert len(table.columns) == count
    assert table.columns["key7"].cells[:9] == [None] * 7 + [7, None]
    assert "absent" not in table.columns
    with pytest.raises(KeyError):
        table.columns["absent"]
    assert time.process_time() - start < 2  # every column at once: 400 million cells


def test_many_mistakes_cost_no_more_than_a_thousand() -> None:
    start = time.process_time()

    for document in (
        {"records": [1] * 500_000},
        {"features": ["a"], "rows": [[]] * 500_000},
        {"features": [f"f{number}" for number in range(50_000)] * 2, "rows": [[]]},
    ):
        with pytest.raises(TableMismatch, match="999 more") as caught:
            JSON.read(orjson.dumps(document))
        assert len(caught.value.mismatches) == 20

    assert time.process_time() - start < 5  # without the limit ten times as much


def test_a_table_is_written_as_it_is_read() -> None:
    table = Table(
        {"a": TypedColumn([1.5, None]), "b": TypedColumn(["é", True])}, 2, JsonPlaces("records", {})
    )

    assert cells(JSON.read(JSON.write(table))) == {"a": [1.5, None], "b": ["é", True]}


def test_rows_are_taken_from_records_too() -> None:
    table = JSON.read(json.dumps(SHAPES["records"]).encode()).take(np.array([1, 0]))

    assert cells(table) == {"a": [None, 1.5], "b": [None, "x"]}
