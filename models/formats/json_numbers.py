"""JSON bodies of nothing but numbers, straight into one array. Says None to every other one, which is then read exactly.

The parser flattens arrays, keeps the first of a repeated key and makes floats of all numbers: whatever that could change
is looked for, and is not read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from models.columns import EXACT
from models.errors import ContractError
from models.formats.grid import Grid, Matrix
from models.formats.json_slices import SLICE, Sliced, sliced

try:
    from simdjson import Object, Parser
except ImportError:  # where nobody built it, all bodies are read exactly
    QUICK = False
else:
    QUICK = True

MOST_KEYS = 1000  # each is looked for from the first one on
SHAPES = {"records", "columns", "rows"}
CANNOT = (ValueError, TypeError, AttributeError, LookupError, RuntimeError, ContractError)
Arrays = list[Any]


def numbers_in(data: bytes) -> Grid | None:
    """The numbers of a body with `columns` or `rows`, or None."""
    if not QUICK or b"\\" in data:  # escapes: whether text is text is not this parser's to say
        return None
    try:
        grid = _whole(data) if len(data) <= 2 * SLICE else _in_slices(data)
    except CANNOT:
        return None
    return grid if grid is not None and _is_exact(grid.values) else None


def _parsed(data: bytes) -> Any:  # noqa: ANN401
    """A parser of its own: what it gave is in its memory."""
    return Parser().parse(data)


def _whole(data: bytes) -> Grid | None:
    document = _parsed(data)
    keys = list(document)
    if not _are_names(keys) or len(SHAPES.intersection(keys)) != 1:
        return None
    if "rows" not in keys:
        names, arrays = _members(document["columns"], data.count(b"["))
        return _of_columns(names, arrays, _others(document, keys, {"columns"}))
    names = document["features"].as_list()
    values = _matrix(document["rows"], len(names), data.count(b"[") - 2)
    return _of_rows(names, [values], [document["rows"]], _others(document, keys, {"features", "rows"}))


def _in_slices(data: bytes) -> Grid | None:
    found = sliced(data)
    if found is None or SHAPES.intersection(found.document) not in ({"rows"}, {"columns"}):
        return None
    beside = {key: value for key, value in found.document.items() if key not in {found.key, "features"}}
    if found.key == "rows":
        return _rows_in_slices(found, beside)
    members = [_members(_parsed(each), each.count(b"[")) for each in found.slices]
    names, arrays = ([*chain.from_iterable(parts)] for parts in zip(*members, strict=True))
    return _of_columns(names, arrays, beside) if "features" not in found.document else None


def _rows_in_slices(found: Sliced, beside: dict[str, Any]) -> Grid | None:
    names = found.document["features"]
    parts, values = [], []
    for each in found.slices:
        parts.append(_parsed(each))
        values.append(_matrix(parts[-1], len(names), each.count(b"[") - 1))
    return _of_rows(names, values, parts, beside)


def _of_rows(names: list[Any], values: list[Matrix], parts: Arrays, others: dict[str, Any]) -> Grid | None:
    if not isinstance(names, list) or not _are_names(names):
        return None

    def cells(place: int) -> Sequence[Any]:
        return [row[place] for rows in parts for row in rows]

    return Grid("rows", names, values[0] if len(values) == 1 else np.concatenate(values), cells, others)


def _matrix(rows: Any, width: int, brackets: int) -> Matrix:  # noqa: ANN401
    """(rows, width). As many brackets as rows: no row holds an array. ValueError where one does, or is not so long."""
    flat = np.frombuffer(rows.as_buffer(of_type="d"))
    if len(rows) != brackets or {*map(len, rows)} != {width}:
        raise ValueError
    return flat.reshape(len(rows), width)


def _members(columns: Any, brackets: int) -> tuple[list[str], Arrays]:  # noqa: ANN401
    """Names and arrays of an object of arrays. ValueError where there may be something else in it."""
    names = list(columns)
    if not _are_names(names) or brackets != len(names):
        raise ValueError
    return names, [columns[name] for name in names]


def _of_columns(names: list[str], arrays: Arrays, others: dict[str, Any]) -> Grid | None:
    flat = [np.frombuffer(array.as_buffer(of_type="d")) for array in arrays]
    if not _are_names(names) or any(len(each) != len(flat[0]) for each in flat):
        return None
    return Grid("columns", names, np.stack(flat, axis=1), lambda place: arrays[place].as_list(), others)


def _are_names(names: Sequence[Any]) -> bool:
    return 0 < len({*names}) == len(names) <= MOST_KEYS and {*map(type, names)} == {str}


def _is_exact(values: Matrix) -> bool:
    """Whether whole numbers among them, which are floats by now, were small enough to stay what they were."""
    return bool(values.size and values.max() < EXACT and values.min() > -EXACT)


def _others(document: Any, keys: list[str], used: set[str]) -> dict[str, Any]:  # noqa: ANN401
    return {key: _plain(document[key]) for key in keys if key not in used}


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.as_dict() if isinstance(value, Object) else value
