"""Bodies of numbers are read into one array, and are the same tables as when they are read number by number."""

from __future__ import annotations

import json
import os
import pickle
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ContractError, TableMismatch
from models.formats import json_numbers, json_slices, json_text
from models.formats.json_document import parsed
from models.formats.json_numbers import NumberReader
from models.formats.json_slices import parsed_in_slices, sliced
from models.formats.json_text import JsonFormat
from models.table import Table

JSON = JsonFormat()
often = settings(max_examples=int(os.environ.get("OFFBEAT_EXAMPLES", "150")), deadline=None)
numbers = st.one_of(
    st.integers(-5, 5), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([2**53 - 1, 2**53, -(2**53), 2**63, 2**64, 1e17, 5e-324, -0.0]),
)  # fmt: skip
odd = st.sampled_from([None, True, "1", "", [], [1], {}, {"a": 1}])
cells = numbers | odd
names = st.sampled_from(["a", "b", "rows", "[", 'q"', "é", "\\"])
beside = st.dictionaries(
    st.sampled_from(["top", "rows", "records", "columns", "features"]), cells, max_size=2
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Text of bodies with rows or columns: mostly whole ones, with repeated keys and spaces where JSON allows them."""
    cell = draw(st.sampled_from([numbers, numbers, cells]))
    width, rows = draw(st.integers(0, 3)), draw(st.integers(0, 4))
    features = draw(st.lists(names, min_size=width, max_size=width, unique=draw(st.booleans())))
    lengths = st.just(width) if draw(st.integers(0, 3)) else st.integers(0, 3)
    if draw(st.booleans()):
        grid = [draw(st.lists(cell, min_size=(n := draw(lengths)), max_size=n)) for _ in range(rows)]
        pairs: list[tuple[str, Any]] = [("features", features), ("rows", grid)]
    else:
        columns = [(name, draw(st.lists(cell, min_size=rows, max_size=rows))) for name in features]
        pairs = [("columns", columns)]
    pairs += [*draw(beside).items()]
    if draw(st.integers(0, 5)) == 0:
        pairs = draw(st.permutations(pairs))
    return _written(pairs, draw(st.sampled_from([",", " , ", ",\n"]))).encode()


def _written(value: Any, comma: str) -> str:
    """Pairs are an object, whose keys may repeat."""
    if isinstance(value, list) and value and all(isinstance(each, tuple) for each in value):
        return "{" + comma.join(f"{json.dumps(key)}: {_written(each, comma)}" for key, each in value) + "}"
    if isinstance(value, list):
        return "[" + comma.join(_written(each, comma) for each in value) + "]"
    return json.dumps(value)


def said(read: Any, body: bytes) -> Any:
    """All there is to a table and what came beside it; or the refusal."""
    try:
        table, others = read(body)
    except ContractError as error:
        return type(error), str(error), getattr(error, "mismatches", None)
    places = [table.places.pointer(row, name) for row in (0, None) for name in table.columns]
    return {name: column_of(table, name) for name in table.columns}, table.rows, places, others


def column_of(table: Table, name: str) -> Any:
    column = table.columns[name]
    read, categories = column.numbers(), column.categories()
    values = np.where(np.isnan(read.values), -1, read.values).tolist()
    typed = [(type(cell), cell) for cell in column.cells]
    return values, read.missing.tolist(), read.bad, categories, typed, column.is_absent()


def exactly(body: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    with monkeypatch.context() as patched:
        patched.setattr(NumberReader, "read", lambda _self, _data: None)
        return said(JSON.read_document, body)


@often
@given(body=bodies())
def test_a_body_is_the_same_table_whichever_way_it_is_read(body: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert said(JSON.read_document, body) == exactly(body, patch)


@often
@given(body=bodies())
def test_a_body_in_slices_is_the_same_table(body: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        expected = exactly(body, patch)
        patch.setattr(json_slices, "SLICE", 8)
        for module in (json_numbers, json_text):
            patch.setattr(module, "SLICE", 8)

        assert said(JSON.read_document, body) == expected


@often
@given(
    records=st.lists(st.dictionaries(names | st.just("},{"), cells, max_size=3), max_size=5),
    key=st.sampled_from(["records", "rows"]),
    rest=beside,
)
def test_any_document_in_slices_is_the_same_document(records: Any, key: str, rest: Any) -> None:
    for body in (_written([(key, records), *rest.items()], ", "), json.dumps({**rest, key: records})):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_slices, "SLICE", 8)

            assert outcome(parsed_in_slices, body.encode()) == outcome(parsed, body.encode())


def outcome(read: Any, body: bytes) -> Any:
    try:
        return read(body)
    except ContractError as error:
        return str(error)


def test_the_plain_bodies_take_the_quick_way() -> None:
    body = {"features": ["a", "b"], "rows": [[1, 2.5], [3, -4e5]], "top_contributors": 0}

    grid = NumberReader().read(orjson.dumps(body))

    assert grid is not None
    assert grid.values.tolist() == [[1.0, 2.5], [3.0, -4e5]]
    assert grid.others == {"top_contributors": 0}
    assert [*grid.cells(0)] == [1, 3]
    assert all(type(cell) is int for cell in grid.cells(0))
    assert NumberReader().read(b'{"columns": {"a": [1, 2], "b": [3, 4]}}') is not None


@pytest.mark.parametrize(
    "body",
    [
        b'{"features": ["a", "b"], "rows": [[1, 2], [3, 4, 5], [6]]}',
        b'{"features": ["a", "b"], "rows": [[1, []], [[3], 4], [5, 6]]}',
        b'{"features": ["a", "b"], "rows": [[1, []], [[2, 3], 4]]}',
        b'{"features": ["a"], "rows": [[1], [null]]}',
        b'{"features": ["a"], "rows": [[1], [true]]}',
        b'{"features": ["a"], "rows": [[9007199254740992]]}',
        b'{"features": ["a"], "rows": [[1e400]]}',
        b'{"features": ["a", "a"], "rows": [[1, 2]]}',
        b'{"features": ["a"], "rows": [[1]], "rows": [[2]]}',
        b'{"features": ["a"], "rows": [[1]], "columns": 5}',
        b'{"columns": {"a": [1], "a": [2]}}',
        b'{"columns": {"a": [1], "b": [2, 3]}}',
        b'{"columns": {"a": [1, [2]], "b": [3, 4]}}',
        b'{"columns": {"a": {"b": 1}}}',
        b'{"columns": {}}',
        b"[1, 2]",
        b"",
    ],
)
def test_whatever_the_quick_way_could_change_it_leaves_alone(body: bytes) -> None:
    assert NumberReader().read(body) is None


@pytest.mark.parametrize("shape", ["rows", "columns", "records"])
def test_a_large_body_is_cut(shape: str) -> None:
    values = np.random.default_rng(0).normal(size=(20_000, 8)).tolist()
    columns = {f"f{place}": [row[place] for row in values] for place in range(8)}
    body = {
        "rows": {"features": [*columns], "rows": values},
        "columns": {"columns": columns},
        "records": {"records": [dict(zip(columns, row, strict=True)) for row in values]},
    }[shape]
    data = orjson.dumps(body)

    found = sliced(data)

    assert found is not None
    assert 2 < len([*found.slices]) < 16
    assert JSON.read(data).columns["f3"].numbers().values.tolist() == columns["f3"]


def test_a_mistake_in_a_large_body_is_named_by_its_place_in_all_of_it() -> None:
    rows = [[1.5, 2.5]] * 300_000
    body = orjson.dumps({"features": ["a", "b"], "rows": rows})
    assert len(body) > 2 * json_slices.SLICE

    ragged = orjson.dumps({"features": ["a", "b"], "rows": [*rows, [1]]})
    with pytest.raises(TableMismatch) as refused:
        JSON.read(ragged)
    assert refused.value.mismatches[0].pointer == "/rows/300000"

    with pytest.raises(ContractError, match=f"not JSON at byte {len(body) - 3}"):
        JSON.read(body[:-3] + b"x]}")


def test_one_reader_reads_body_after_body_whatever_is_still_held() -> None:
    reader = NumberReader()

    held = [
        reader.read(b'{"features": ["a", "b"], "rows": [[%d, 1], [2, 3]]}' % number) for number in range(5)
    ]

    assert [grid.values[0, 0] for grid in held if grid] == [0, 1, 2, 3, 4]
    assert [grid.cells(0) for grid in held if grid] == [[number, 2] for number in range(5)]
    assert len(reader._free) == 1


def test_cells_are_read_again_once_for_all_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = NumberReader().read(b'{"columns": {"a": [1, 2], "b": [3, 4]}}')
    assert grid
    read: list[bytes] = []
    again = json_numbers.parsed_in_slices
    monkeypatch.setattr(json_numbers, "parsed_in_slices", lambda data: read.append(data) or again(data))

    assert [grid.cells(place) for place in (0, 1)] == [[1, 2], [3, 4]]
    assert len(read) == 1


def test_a_byte_order_mark_is_left_to_the_exact_reader() -> None:
    assert NumberReader().read(b'\xef\xbb\xbf{"columns": {"a": [1, 2]}}') is None


@pytest.mark.skipif(not json_numbers.QUICK, reason="nobody built the parser here")
def test_a_reader_that_has_read_can_be_sent_to_another_process() -> None:
    body = b'{"columns": {"a": [1]}}'
    reader = NumberReader()
    assert reader.read(body) is not None

    sent = pickle.loads(pickle.dumps(reader))

    assert sent.read(body).values.tolist() == [[1.0]]
