"""Parquet, Arrow and npy as others write them, and what is said of those that are none, claim too much or hold too much."""

from __future__ import annotations

import datetime as dt
import io
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from models.errors import ContractError, FormatRefused, TableMismatch, TooLarge, TooManyRecords
from models.formats import FORMATS, limits, of_file, of_media_type, parquet_file, read_file
from models.table import Table

MOST = 1000
NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
PLAIN = pa.table(
    {"f": [1.5, None, float("nan")] * 5, "i": [1, None, 2**60] * 5, "s": ["a", None, ""] * 5, "b": [True, None, False] * 5}
)  # fmt: skip


def stream(table: Any, compression: str | None = None, new: Any = ipc.new_stream) -> bytes:
    sink = pa.BufferOutputStream()
    with new(sink, table.schema, options=ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def arrow_file(table: Any) -> bytes:
    return stream(table, "zstd", ipc.new_file)


def parquet(table: Any, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **options)
    return bytes(sink.getvalue())


def npy(array: Any) -> bytes:
    sink = io.BytesIO()
    np.save(sink, array, allow_pickle=True)
    return sink.getvalue()


def cells(table: Table) -> dict[str, list[Any]]:
    return {name: [str(cell) for cell in column.cells] for name, column in table.columns.items()}


def refused(
    kind: str, data: bytes, error: type[ContractError] = FormatRefused, most: int | None = MOST
) -> str:
    with pytest.raises(error) as caught:
        FORMATS[kind].read(data, most=most)
    return str(caught.value)


WRITTEN: dict[str, tuple[str, Callable[[Any], bytes]]] = {
    "stream": ("arrow", stream),
    "stream lz4": ("arrow", lambda table: stream(table, "lz4")),
    "stream zstd": ("arrow", lambda table: stream(table, "zstd")),
    "file": ("arrow", arrow_file),
    "parquet": ("parquet", parquet),
    "parquet 2": ("parquet", lambda table: parquet(table, data_page_version="2.0", compression="zstd")),
    "parquet groups": ("parquet", lambda table: parquet(table, row_group_size=4, use_dictionary=False)),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_what_others_write_is_read(way: str) -> None:
    kind, write = WRITTEN[way]

    table = FORMATS[kind].read(write(PLAIN), most=15)

    assert cells(table) == {
        name: [str(cell) for cell in PLAIN[name].to_pylist()] for name in PLAIN.schema.names
    }
    assert table.columns["f"].numbers().missing.tolist() == [False, True, False] * 5
    assert table.columns["f"].numbers().bad == []
    assert [row for row, _ in table.columns["i"].numbers().bad] == [2, 5, 8, 11, 14]
    assert table.columns["b"].categories().values[:3] == ["true", None, "false"]


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        (pa.array([1, None, 3], pa.int8()), [1, None, 3]),
        (pa.array([1, 2**64 - 1], pa.uint64()), [1, 2**64 - 1]),
        (pa.array([0.5, None], pa.float32()), [0.5, None]),
        (pa.array([0.5, None], pa.float16()), [0.5, None]),
        (pa.array([1, None]).cast(pa.decimal128(30, 2)), [1.0, None]),
        (pa.array(["x", None, "x"]).dictionary_encode(), ["x", None, "x"]),
        (pa.array([7, None, 7]).dictionary_encode(), [7, None, 7]),
        (pa.array(["x", None], pa.large_string()), ["x", None]),
        (pa.array(["x", None, "y" * 20], pa.string_view()), ["x", None, "y" * 20]),
        (pa.nulls(2), [None, None]),
        (pa.array([dt.date(2026, 1, 31), None]), ["2026-01-31", None]),
        (pa.array([dt.date(2026, 1, 31)], pa.date64()), ["2026-01-31"]),
        (pa.array([NOON, None], pa.timestamp("us")), ["2026-01-31T12:00:00", None]),
        (pa.array([NOON], pa.timestamp("ns", "UTC")), ["2026-01-31T12:00:00+00:00"]),
        (pa.array([NOON], pa.timestamp("s", "America/New_York")), ["2026-01-31T07:00:00-05:00"]),
        (
            pa.array([dt.datetime(2026, 1, 1, 0, 0, 0, 500, dt.UTC)], pa.timestamp("us")),
            ["2026-01-01T00:00:00.000500"],
        ),
    ],
)
def test_every_type_that_a_feature_can_have(column: Any, wanted: list[Any]) -> None:
    table = FORMATS["arrow"].read(stream(pa.table({"a": column})))

    assert list(table.columns["a"].cells) == wanted
    assert list(table.take(np.arange(table.rows)[::-1]).columns["a"].cells) == wanted[::-1]
    assert table.columns["a"].is_absent() == (set(wanted) == {None})


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array([[1.0]]), "list<"), (pa.array([{"x": 1}]), "struct<"), (pa.array([b"x"]), "binary"),
        (pa.array([1], pa.duration("s")), "duration"), (pa.array([1], pa.time32("s")), "time32"),
    ],
)  # fmt: skip
def test_a_column_of_any_other_type_is_named(column: Any, told: str) -> None:
    for kind, data in (("arrow", stream(pa.table({"a": [1], "odd": column}))), ("parquet", None)):
        if data is None and told == "duration":
            continue
        body = parquet(pa.table({"a": [1], "odd": column})) if data is None else data

        assert refused(kind, body, TableMismatch).startswith(f"column 'odd': holds {told}")


def test_two_columns_of_one_name_are_refused() -> None:
    twice = pa.table([[1], [2]], names=["a", "a"])

    for kind, data in (("arrow", stream(twice)), ("parquet", parquet(twice))):
        assert refused(kind, data) == 'two columns are named "a"'


@pytest.mark.parametrize("kind", ["arrow", "parquet", "npy"])
def test_bytes_that_are_something_else_are_refused(kind: str) -> None:
    data = {"arrow": stream(PLAIN), "parquet": parquet(PLAIN), "npy": npy(np.ones((3, 2)))}[kind]

    for body in (
        b"",
        b"a,b\n1,2\n",
        data[:-1],
        data[: len(data) // 2],
        data[1:],
        data[: len(data) // 2] + data[-8:],
    ):
        assert refused(kind, body)


def test_a_parquet_file_with_a_corrupt_footer_is_refused() -> None:
    data = bytearray(parquet(PLAIN))
    (length,) = struct.unpack("<I", data[-8:-4])

    for place in range(len(data) - 8 - length, len(data) - 8, 3):
        body = bytes([*data[:place], data[place] ^ 0x55, *data[place + 1 :]])
        try:
            FORMATS["parquet"].read(body, most=MOST)
        except ContractError:
            continue
    assert refused("parquet", bytes([*data[:-8], *struct.pack("<I", 2**31), *b"PAR1"])).startswith(
        "a damaged Parquet file"
    )


def test_a_parquet_page_with_a_flipped_bit_is_refused_by_its_checksum() -> None:
    data = bytearray(
        parquet(pa.table({"a": np.random.default_rng(0).random(1000)}), write_page_checksum=True)
    )
    data[4000] ^= 1

    assert refused("parquet", bytes(data)).startswith("a damaged Parquet file")


def test_rows_that_a_few_bytes_claim_are_counted_before_they_are_made() -> None:
    many = pa.table({"a": np.zeros(20_000_000)})

    for kind, data in (
        ("parquet", parquet(many)),
        ("arrow", stream(many, "zstd")),
        ("arrow", stream(pa.table({"a": pa.nulls(10**9)}))),
    ):
        assert len(data) < 200_000
        started = time.process_time()
        assert "more than 1,000 records" in refused(kind, data, TooManyRecords)
        assert time.process_time() - started < 0.5


def test_what_comes_out_of_few_bytes_is_weighed_before_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = pa.table({f"f{place}": np.zeros(MOST) for place in range(200)})
    bodies = [
        ("parquet", parquet(wide, use_dictionary=False)),
        ("arrow", stream(wide, "zstd")),
        ("arrow", arrow_file(wide)),
    ]
    for kind, data in bodies:
        assert FORMATS[kind].read(data, most=MOST).rows == MOST

    for module in (limits, parquet_file, __import__("models.formats.arrow_stream", fromlist=["_"])):
        monkeypatch.setattr(module, "MOST_DECODED", 1_000_000)

    for kind, data in bodies:
        assert "once decoded" in refused(kind, data, TooLarge)
        assert FORMATS[kind].read(data).rows == MOST  # a file is its owner's


def test_a_text_that_a_dictionary_repeats_without_end_is_refused() -> None:
    repeated = pa.table({"a": pa.array(["x" * 1_000_000] * 500).dictionary_encode()})

    for kind, data in (("parquet", parquet(repeated)), ("arrow", stream(repeated))):
        assert "bytes of text" in refused(kind, data, TooLarge)


def test_a_plain_array_has_columns_by_position_that_take_the_names_of_a_model() -> None:
    table = FORMATS["npy"].read(npy(np.arange(6.0).reshape(3, 2, order="F")))

    assert list(table.columns) == ["0", "1"]
    named = table.named(["flow", "level"])
    assert list(named.columns) == ["flow", "level"]
    assert list(named.columns["level"].cells) == [3.0, 4.0, 5.0]
    with pytest.raises(TableMismatch, match="2 columns without names, but the model reads 3"):
        table.named(["a", "b", "c"])


def test_a_table_with_names_keeps_them() -> None:
    array = np.array([(1.5, 7, "x", True, "2026-01-31T12:00")], [("a", ">f4"), ("b", "<u2"), ("c", "U3"), ("d", "?"), ("e", "M8[s]")])  # fmt: skip

    table = FORMATS["npy"].read(npy(array))

    assert {name: list(column.cells) for name, column in table.columns.items()} == {
        "a": [1.5], "b": [7], "c": ["x"], "d": [True], "e": ["2026-01-31T12:00:00"],
    }  # fmt: skip
    assert table.named(["u", "v"]) is table


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones(3), "rows x columns"), (np.ones((1, 2, 3)), "rows x columns"), (np.ones((0, 3)), "has no records"), (np.ones((3, 0)), "has no records"),
        (np.array([[print]], object), 'the array holds "|O"'), (np.ones((2, 2), complex), 'the array holds "<c16"'),
        (np.zeros(2, [("a", "f8"), ("b", "S3")]), 'column "b" holds "|S3"'), (np.zeros(2, [("a", "f8", (2,))]), "damaged"),
        (np.zeros((2, 2), "V4"), 'the array holds "|V4"'),
    ],
)  # fmt: skip
def test_an_array_that_is_no_table_is_refused(array: Any, message: str) -> None:
    assert message in refused("npy", npy(array) if array.dtype != object else npy_header("|O", (1, 1)))


def npy_header(descr: str, shape: tuple[int, ...], data: bytes = b"") -> bytes:
    text = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


@pytest.mark.parametrize("shape", [(10**12, 8), (2**62, 4), (3, 2), (-1, -8), (1, 2)])
def test_a_header_that_lies_about_its_bytes_is_refused(shape: tuple[int, ...]) -> None:
    assert "of shape" in refused("npy", npy_header("<f8", shape, b"\0" * 24), most=None)


@pytest.mark.parametrize(
    "header", [b"[" * 5000, b"{}", b"__import__('os')", b"{'descr': '<f8', 'shape': 5}", b"\xff"]
)
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    body = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header

    assert refused("npy", body) == "the header of the npy file is damaged"


def test_formats_go_by_media_type_and_suffix(tmp_path: Path) -> None:
    assert of_media_type("application/vnd.apache.parquet") is FORMATS["parquet"]
    assert of_media_type("application/vnd.apache.arrow.stream; x=1") is FORMATS["arrow"]
    assert of_media_type("application/x-ndjson") is FORMATS["ndjson"]
    for suffix, kind in (
        (".jsonl", "ndjson"),
        (".feather", "arrow"),
        (".ARROW", "arrow"),
        (".arrows", "arrow"),
        (".npy", "npy"),
    ):
        assert of_file(Path(f"a{suffix}")) is FORMATS[kind]
    path = tmp_path / "a.feather"
    path.write_bytes(arrow_file(PLAIN))
    assert read_file(path).rows == 15


def test_nobody_pays_for_pyarrow_before_a_body_needs_it() -> None:
    asked = "import sys; from models.formats import FORMATS; FORMATS[{!r}].read({!r}); print('pyarrow' in sys.modules)"

    for kind, data, needed in (
        ("csv", b"a,b\n1,2\n", "False"),
        ("json", b'{"columns": {"a": [1]}}', "False"),
        ("arrow", stream(PLAIN), "True"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", asked.format(kind, data)], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == needed
