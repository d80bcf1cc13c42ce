"""CSV as people and machines write it, and what is said of the CSV that is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.columns import TextColumn, TypedColumn
from models.errors import ContractError, FormatRefused, FormatUnknown, TableMismatch, TooManyRecords
from models.formats import FORMATS, of_file, of_media_type, read_file
from models.formats.csv_text import CsvFormat
from models.formats.places import LinePlaces
from models.table import Table

CSV = CsvFormat()


def cells(table: Table) -> dict[str, list[str]]:
    return {name: list(column.cells) for name, column in table.columns.items()}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["", "{}", "{}{}"])
def test_rows_end_as_on_any_system(newline: str, end: str) -> None:
    text = newline.join(["a,b", "1,x", "2,"]) + end.replace("{}", newline)

    table = CSV.read(text.encode())

    assert cells(table) == {"a": ["1", "2"], "b": ["x", ""]}
    assert table.rows == 2


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert cells(CSV.read(b"\xef\xbb\xbfa,b\n1,2\n")) == {"a": ["1"], "b": ["2"]}


def test_a_quoted_cell_holds_separators_quotes_and_newlines() -> None:
    table = CSV.read(b'a,"b,\nc"\n1,"x, ""y""\nz"\n2,w\n')

    assert cells(table) == {"a": ["1", "2"], "b,\nc": ['x, "y"\nz', "w"]}


def test_a_place_is_the_line_where_the_row_ends() -> None:
    table = CSV.read(b'a,b\n\n1,"x\ny"\n\nhot,z\n')

    mismatch = table.mismatch(1, "a", "expected a number")

    assert str(mismatch) == "line 6, column 'a': expected a number"
    assert mismatch.pointer == "/records/1/a"


def test_pointers_are_those_of_the_same_rows_as_json_records() -> None:
    places = LinePlaces([2])

    assert places.pointer(0, "a/b~c") == "/records/0/a~1b~0c"
    assert places.pointer(0, None) == "/records/0"
    assert places.pointer(None, "a") == "/records"
    assert places.words(None, "a") == "column 'a'"
    assert places.words(None, None) == ""


def test_blank_lines_are_skipped_but_in_one_column_they_are_missing_values() -> None:
    assert CSV.read(b"\n\na,b\n\n1,2\n\n\n3,4\n").rows == 2
    assert cells(CSV.read(b"\na\n1\n\n3\n")) == {"a": ["1", "", "3"]}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator_that_was_named_is_read_and_written(separator: str) -> None:
    reader = CsvFormat(separator)

    table = reader.read(separator.join("ab").encode() + b"\n" + separator.join("12").encode() + b"\n")

    assert cells(table) == {"a": ["1"], "b": ["2"]}
    assert reader.write(table).decode() == f"a{separator}b\n1{separator}2\n"


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_another_separator_than_the_named_one_is_recognised(separator: str, name: str) -> None:
    with pytest.raises(FormatRefused, match=f"separated by a {name}, not ','"):
        CSV.read(f"a{separator}b\n1{separator}2\n".encode())


def test_every_ragged_row_is_named_by_its_line() -> None:
    with pytest.raises(TableMismatch) as refused:
        CSV.read(b"a,b\n1\n1,2\n1,2,3\n")

    assert [str(each) for each in refused.value.mismatches] == [
        "line 2: 1 cells, but the header names 2 columns",
        "line 4: 3 cells, but the header names 2 columns",
    ]
    assert [each.pointer for each in refused.value.mismatches] == ["/records/0", "/records/2"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the CSV is empty"),
        (b"\n\n\n", "the CSV is empty"),
        (b"a,b\n", "has a header but no rows"),
        (b"a,,b\n1,2,3\n", "line 1: column 2 has no name"),
        (b"a, \n1,2\n", "line 1: column 2 has no name"),
        (b"a,b,a\n1,2,3\n", 'line 1: two columns are named "a"'),
        (b"a\xff\n1\n", "not UTF-8 text at byte 1"),
        ("a,b\n1,2\n".encode("utf-16"), "not UTF-8 text at byte 0"),
        (b'a,b\n1,"2\n', "line 2: not CSV: unexpected end of data"),
        (b'a,b\n1,"2"3\n', "line 2: not CSV: ',' expected after '\"'"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", "line 2: a cell is longer than 131,072 characters"),
    ],
)
def test_bytes_that_are_no_table_are_refused_with_their_place(data: bytes, message: str) -> None:
    with pytest.raises(FormatRefused) as refused:
        CSV.read(data)

    assert message in str(refused.value)


def test_no_more_records_are_read_than_asked() -> None:
    data = b"a\n" + b"1\n" * 1000

    assert CSV.read(data, most=1000).rows == 1000
    with pytest.raises(TooManyRecords, match="more than 999 records"):
        CSV.read(data, most=999)


def test_a_table_is_written_as_it_is_read() -> None:
    columns = {
        "n": TypedColumn([1.5, None, 3]),
        "is on": TypedColumn([True, False, None]),
        'te"xt': TextColumn(["a,b", "c\nd", ""]),
    }

    data = CSV.write(Table(columns, 3, LinePlaces([])))

    assert cells(CSV.read(data)) == {
        "n": ["1.5", "", "3"],
        "is on": ["true", "false", ""],
        'te"xt': ["a,b", "c\nd", ""],
    }


def test_one_column_with_a_missing_value_survives_writing_and_reading() -> None:
    data = CSV.write(Table({"a": TypedColumn([1.0, None, 2.0])}, 3, LinePlaces([])))

    assert cells(CSV.read(data)) == {"a": ["1.0", "", "2.0"]}


def test_a_table_taken_apart_keeps_its_columns() -> None:
    table = CSV.read(b"a,b\n1,x\n2,y\n3,z\n").take(np.array([2, 0]))

    assert cells(table) == {"a": ["3", "1"], "b": ["z", "x"]}
    assert table.rows == 2


def test_a_format_is_found_by_media_type_and_by_suffix() -> None:
    assert of_media_type("text/csv; charset=utf-8") is FORMATS["csv"]
    assert of_media_type(" Application/JSON ") is FORMATS["json"]
    assert of_file(Path("data.JSON")) is FORMATS["json"]
    assert of_file(Path("data.csv"), ";") == CsvFormat(";")


@pytest.mark.parametrize("name", ["data.xlsx", "data", ".csv"])
def test_an_unknown_suffix_is_told_what_is_known(name: str) -> None:
    with pytest.raises(
        FormatUnknown, match=r"known: \.arrow, \.arrows, \.csv, \.feather, \.jpeg, \.jpg, \.json, \.jsonl, "
    ):
        of_file(Path(name))


@pytest.mark.parametrize("kind", ["", "text/html", "csv", ";"])
def test_an_unknown_media_type_is_told_what_is_known(kind: str) -> None:
    with pytest.raises(
        FormatUnknown, match="known: application/json, .*application/x-npy, image/jpeg, image/png, text/csv"
    ):
        of_media_type(kind)


def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("a;b\n1;2\n")

    assert cells(read_file(path, ";")) == cells(read_file(str(path), ";")) == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.csv", "cannot read .*: No such file"),
        ("", r"is a directory without pictures \(\.png, \.jpg\); name a file in it"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(FormatRefused, match=message):
        read_file(tmp_path / name)


def test_what_is_wrong_in_a_file_is_said_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("a,b\n1\n")

    with pytest.raises(ContractError, match=r"readings\.csv: line 2: 1 cells"):
        read_file(path)


@pytest.mark.parametrize("cell", ["a\rb", "a\nb", "\r", "a,b", 'a"b', "\r\n"])
def test_whatever_a_cell_holds_is_read_back_as_it_was_written(cell: str) -> None:
    table = CsvFormat().read(b"a,b\n1,2\n")
    table = Table({"a": TextColumn([cell, "x"]), "b": TextColumn(["1", "2"])}, 2, table.places)

    written = CsvFormat().write(table)

    assert list(CsvFormat().read(written).columns["a"].cells) == [cell, "x"]
    assert written.endswith(b"x,2\n")
