"""NDJSON: a record a line, and every refusal names the line."""

from __future__ import annotations

import time

import pytest

from models.errors import FormatRefused, TableMismatch, TooManyRecords
from models.formats.ndjson import NdjsonFormat

NDJSON = NdjsonFormat()


def test_a_line_is_a_record_and_blank_lines_are_none() -> None:
    table = NDJSON.read(b'\n{"a": 1, "b": "x"}\r\n  \n{"b": null, "c": true}')

    assert {name: list(column.cells) for name, column in table.columns.items()} == {
        "a": [1, None], "b": ["x", None], "c": [None, True],
    }  # fmt: skip
    assert str(table.mismatch(1, "c", "expected a number")) == "line 4, column 'c': expected a number"
    assert table.places.pointer(1, "c") == "/records/1/c"


def test_the_one_bad_line_among_many_is_named_quickly() -> None:
    lines = [b'{"a": 1.5, "b": "x"}'] * 100_000
    lines[70_000] = b'{"a": 1.5, "b": }'
    start = time.process_time()

    with pytest.raises(FormatRefused) as refused:
        NDJSON.read(b"\n".join(lines))

    assert str(refused.value).startswith("line 70001: not JSON at byte 16")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the NDJSON is empty"),
        (b"\n \n", "the NDJSON is empty"),
        (b'{"a": 1}\n{"a": NaN}\n', "line 2: not JSON at byte 6: JSON has no NaN"),
        (b'{"a": 1\n"b": 2}\n', "line 1: not JSON at byte 7"),
        (b'{"a": 1} {"a": 2}\n', "line 1: not JSON at byte 9"),
        (b'[{"a": 1},\n{"a": 2}]', "line 1: not JSON"),
        (b'{"a": "\xff"}\n', "line 1: not JSON"),
    ],
)
def test_what_is_no_line_of_json_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(FormatRefused) as refused:
        NDJSON.read(body)

    assert str(refused.value).startswith(message)


def test_every_line_that_is_no_object_is_named() -> None:
    with pytest.raises(TableMismatch) as refused:
        NDJSON.read(b'{"a": 1}\n[1]\n\n7\n')

    assert [str(each) for each in refused.value.mismatches] == [
        "line 2: expected an object, got an array",
        "line 4: expected an object, got 7",
    ]
    assert [each.pointer for each in refused.value.mismatches] == ["/records/1", "/records/2"]


def test_a_number_that_nothing_can_hold_is_named_by_its_line_and_pointer() -> None:
    with pytest.raises(TableMismatch) as refused:
        NDJSON.read(b'{"a": 1}\n{"b/c": 1e400}\n')

    (mismatch,) = refused.value.mismatches
    assert mismatch == ("/records/1/b~1c", "line 2", "too large for a 64-bit number")


def test_no_more_records_are_read_than_asked() -> None:
    assert NDJSON.read(b'{"a": 1}\n' * 5, most=5).rows == 5
    with pytest.raises(TooManyRecords, match="more than 4 records"):
        NDJSON.read(b'{"a": 1}\n' * 5, most=4)
