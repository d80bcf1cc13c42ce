"""Files in pieces: together they are the whole file, and an error in any of them names its place in it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import ipc

from batch.reading import pieces
from models.errors import ContractError, TableMismatch
from models.formats import of_file

CELL = st.text(alphabet='a1,;"\n\r \té', max_size=4)


def cells(path: Path, rows: int) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for piece in pieces(path, rows):
        table = piece.records().table
        found += zip(*(column.cells for column in table.columns.values()), strict=True)
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12),
    size=st.integers(1, 6),
    style=st.tuples(st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    head=st.sampled_from(["", "\ufeff", "\n\n"]),
    gap=st.integers(0, 4),
)
def test_a_csv_in_pieces_is_the_whole_csv(
    rows: list[tuple[str, str]], size: int, style: tuple[str, Any], head: str, gap: int, tmp_path: Path
) -> None:
    text, (end, quoting) = io.StringIO(), style
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    writer.writerow(["one", "two"])
    for row in rows:
        writer.writerow(row)
        text.write(end * gap)  # blank lines, which are no records
    path = tmp_path / "quoted.csv"
    path.write_bytes((head + text.getvalue()).encode())

    try:
        whole = of_file(path).read(path.read_bytes())
    except ContractError:  # half a line end that nobody quoted
        with pytest.raises(ContractError):
            cells(path, size)
    else:
        assert cells(path, size) == list(
            zip(*(column.cells for column in whole.columns.values()), strict=True)
        )


def test_lines_cut_without_a_look_at_quotes_would_be_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "quoted.csv"
    path.write_text('one,two\n"a\nb",1\n')
    assert cells(path, 1) == [("a\nb", "1")]

    monkeypatch.setattr("batch.reading.csv_file._is_whole", lambda block, separator: True)

    with pytest.raises(ContractError):
        cells(path, 1)


BAD = {
    "a ragged row": (".csv", "a,b\n" + "1,2\n" * 20 + "\n" + "1,2,3\n" + "1,2\n", "line 23: 3 cells, but the header names 2 columns"),
    "half a quote": (".csv", "a,b\n" + "1,2\n" * 20 + '"x"y,2\n' + "1,2\n", "line 22: not CSV: ',' expected after '\"'"),
    "a quote without end": (".csv", "a,b\n" + "1,2\n" * 20 + '"x,2\n' + "1,2\n", "line 23: not CSV: unexpected end of data"),
    "no UTF-8": (".csv", "a,b\n" + "1,2\n" * 20 + "\udcff,2\n", "line 22: not UTF-8 text; is this a CSV file?"),
    "a bad line": (".ndjson", '{"a": 1}\n' * 20 + "{\n" + '{"a": 1}\n', "line 21: not JSON at byte 1: "),
    "no object": (".ndjson", '{"a": 1}\n' * 20 + "\n[1]\n", "line 22: expected an object, got an array"),
    "no rows": (".csv", "a,b\n", "the CSV has a header but no rows"),
    "nothing": (".ndjson", "", "the NDJSON is empty; each line must be a JSON object"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("rows", [1, 7, 100])
def test_what_is_wrong_in_any_piece_is_said_with_its_line(name: str, rows: int, tmp_path: Path) -> None:
    suffix, text, message = BAD[name]
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(ContractError) as refused:
        cells(path, rows)

    assert message in str(refused.value)


@pytest.mark.parametrize("suffix", [".csv", ".ndjson", ".parquet", ".arrows"])
def test_a_cell_of_a_late_piece_knows_its_place(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"late{suffix}"
    path.write_bytes(
        of_file(path).write(
            of_file(Path("x.json")).read(json.dumps({"columns": {"a": [*range(30)]}}).encode())
        )
    )
    places = [
        piece.records().table.mismatch(row, "a", "").where
        for piece in pieces(path, 8)
        for row in range(piece.records().rows)
    ]

    first = {".csv": 2, ".ndjson": 1}.get(suffix)
    word, start = ("row", 0) if first is None else ("line", first)
    assert places == [f"{word} {start + row}, column 'a'" for row in range(30)]


def test_a_batch_or_row_group_as_long_as_the_file_is_cut_all_the_same(tmp_path: Path) -> None:
    table = pa.table({"a": range(1000)})
    pq.write_table(table, tmp_path / "one.parquet", row_group_size=1000)
    with ipc.new_file(tmp_path / "one.arrow", table.schema) as writer:
        writer.write_table(table)

    for name in ("one.parquet", "one.arrow"):
        assert [piece.records().rows for piece in pieces(tmp_path / name, 300)] == [300, 300, 300, 100]


@pytest.mark.parametrize("suffix", [".parquet", ".arrows", ".arrow"])
def test_a_file_that_was_cut_is_refused(suffix: str, tmp_path: Path) -> None:
    path, table = tmp_path / f"cut{suffix}", pa.table({"a": range(1000)})
    if suffix == ".parquet":
        pq.write_table(table, path)
    else:
        with (ipc.new_file if suffix == ".arrow" else ipc.new_stream)(path, table.schema) as writer:
            writer.write_table(table)
    assert sum(piece.records().rows for piece in pieces(path, 300)) == 1000
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(ContractError, match="cut"):
        list(pieces(path, 300))


def test_a_column_that_nobody_can_use_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "nested.parquet"
    pq.write_table(pa.table({"a": [[1]]}), path)

    with pytest.raises(TableMismatch, match="a column holds numbers, text, booleans or times"):
        next(iter(pieces(path, 10)))
