"""A CSV is the same table whether it is read cell by cell or column by column."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ContractError
from models.formats import csv_text
from models.formats.csv_plain import read_plain
from models.formats.csv_text import CsvFormat
from models.table import Table

often = settings(max_examples=int(os.environ.get("OFFBEAT_EXAMPLES", "150")), deadline=None)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr), st.integers(-99, 99).map(str), st.just("")
)
wild = st.sampled_from(
    ["nan", "-inf", "NaN", "Infinity", "nan(1)", "1_000", "+1", "1e400", "007", "0x1", " 1.5", "1.5 ", "\t2", " ", ".5", "5.", "1e", "-", "9007199254740993",
     "1e17", "-0", "1E5", "\u0661", "\xa0", "12345678901234567890.5", "1e-400", "true", "null", "N/A"]
)  # fmt: skip
words = st.sampled_from(
    ["x", "é", '"q"', '"a,b"', '""', '"a""b"', 'a"b', '"x', '"x"y', "'1'", "\x00", "a\rb", "2026-01-31"]
)
ends = st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Mostly whole files: a column keeps to its kind, but for a cell now and then."""
    width, rows, end = draw(st.integers(1, 4)), draw(st.integers(0, 30)), draw(ends)
    kinds = [
        draw(st.sampled_from([numbers, numbers, numbers | wild, words, numbers | words]))
        for _ in range(width)
    ]
    names = draw(
        st.lists(st.sampled_from(["a", "b", '"c"', "d", "é", '"e,f"']), min_size=width, max_size=width)
    )
    lines = [",".join(names)]
    for _ in range(rows):
        cells = [draw(kind) for kind in kinds]
        if draw(st.integers(0, 20)) == 0:
            cells = cells[1:] if draw(st.booleans()) else [*cells, "1"]
        lines.append(",".join(cells))
    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return (
        mark + draw(st.sampled_from(["", "", end])) + end.join(lines) + draw(st.sampled_from(["", end]))
    ).encode()


def said(body: bytes, most: int | None) -> Any:
    """All there is to a table, or the refusal."""
    try:
        table = CsvFormat().read(body, most=most)
    except ContractError as error:
        return type(error), str(error), getattr(error, "mismatches", None)
    rows = range(table.rows)
    return {name: column_of(table, name) for name in table.columns}, [
        table.places.words(row, "a") for row in rows
    ]


def column_of(table: Table, name: str) -> Any:
    column = table.columns[name]
    read = column.numbers()
    values = np.where(np.isnan(read.values) & ~read.missing, np.inf, read.values)
    picked = column.take(np.arange(table.rows)[::-2])
    return (
        read.missing.tolist(), np.nan_to_num(values, nan=-1.0).tolist(), read.bad, list(column.cells), column.categories(),
        list(picked.cells), picked.numbers().bad, column.is_absent(),
    )  # fmt: skip


@often
@given(body=files(), most=st.sampled_from([None, None, 0, 3, 8]))
def test_a_csv_is_the_same_table_whichever_way_it_is_read(body: bytes, most: int | None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "LARGE", 1 << 40)
        exactly = said(body, most)
        patch.setattr(csv_text, "LARGE", 0)

        assert said(body, most) == exactly


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_plain_file_takes_the_quick_way(end: str) -> None:
    body = end.join(["a,b,c", '1.5,007,"x"', ',2,"y, z"', "nan,3,"]).encode()

    found = read_plain(body, ",")

    assert found is not None
    a, b, c = found.columns
    assert a.known is not None  # type: ignore[attr-defined]
    assert a.numbers().missing.tolist() == [False, True, False]
    assert list(b.cells) == ["007", "2", "3"]
    assert b.numbers().values.tolist() == [7, 2, 3]
    assert list(c.cells) == ["x", "y, z", ""]


@pytest.mark.parametrize(
    "body",
    [
        b"a,b\n1\n", b"a,b\n1,2,3\n", b'a,b\n1,"x\ny"\n', b'a,b\n1,"x""y"\n', b'a,b\n1,"x"y\n', b'a,b\n1,x"\n', b"a,b\r1,2\r", b"a,a\n1,2\n",
        b"a,\n1,2\n", b"a\n1\n", b"a,b\n\xff,1\n", b"a,b\n\0,1\n", b"", b"\n\n", b"a,b\n" + b"x" * 200_000 + b",1\n",
    ],
)  # fmt: skip
def test_whatever_is_wrong_or_unusual_is_left_to_the_exact_reader(body: bytes) -> None:
    found = read_plain(body, ",")

    assert found is None or not found.rows


def test_text_that_comes_late_is_text_and_named_by_its_line() -> None:
    body = b"a,b\n" + b"1,2\n" * 20_000 + b"hot,2\n"

    table = CsvFormat().read(body)

    assert table.columns["b"].numbers().values.tolist() == [2.0] * 20_001
    ((row, detail),) = table.columns["a"].numbers().bad
    assert str(table.mismatch(row, "a", detail)) == "line 20002, column 'a': expected a number, got \"hot\""
