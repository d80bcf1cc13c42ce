"""JSON bodies of nothing but numbers, straight into one array. Says None to every other one, which is then read exactly.

The parser flattens arrays, keeps the first of a repeated key and makes floats of all numbers: whatever that could change
is looked for, and is not read here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.columns import EXACT
from models.errors import ContractError
from models.formats.grid import Grid, Matrix
from models.formats.json_slices import SLICE, parsed_in_slices, sliced

try:
    from simdjson import Object, Parser
except ImportError:  # where nobody built it, all bodies are read exactly
    QUICK = False
else:
    QUICK = True

MARK = b"\xef\xbb\xbf"
KEYS = (b'"rows"', b'"columns"')
BRACKET = ord("[")
MOST_KEYS = 1000  # each is looked for from the first one on
SHAPES = {"records", "columns", "rows"}
CANNOT = (ValueError, TypeError, AttributeError, LookupError, RuntimeError, ContractError)
Vector = NDArray[np.float64]
Parse = Callable[[bytes], Any]


class NumberReader:
    """Reads the numbers of bodies with `columns` or `rows`. Thread-safe; keeps its parsers, whose memory is half of the work."""

    def __init__(self) -> None:
        self._free: list[Any] = []

    def __reduce__(self) -> tuple[type[NumberReader], tuple[()]]:
        """A parser stays in the process that made it."""
        return NumberReader, ()

    def read(self, data: bytes) -> Grid | None:
        """The numbers, or None."""
        # Escapes: whether text is text is not this parser's to say. It would also pass over a byte order mark.
        if not QUICK or b"\\" in data or data.startswith(MARK) or not any(key in data for key in KEYS):
            return None
        parser = self._parser()
        try:
            grid = _whole(data, parser.parse) if len(data) <= 2 * SLICE else _in_slices(data, parser.parse)
        except CANNOT:
            return None  # the error may still hold what the parser gave, and then it cannot be used again
        self._free.append(parser)
        return grid if grid is not None and _is_exact(grid.values) else None

    def _parser(self) -> Any:  # noqa: ANN401
        try:
            return self._free.pop()
        except IndexError:
            return Parser()


class Later:
    """A body read exactly, once, when somebody asks for a cell as it came."""

    __slots__ = ("_data", "_document")

    def __init__(self, data: bytes) -> None:
        self._data, self._document = data, None

    def __call__(self) -> Any:  # noqa: ANN401
        """All of it."""
        if self._document is None:
            self._document = parsed_in_slices(self._data)
        return self._document


def _whole(data: bytes, parse: Parse) -> Grid | None:
    document = parse(data)
    keys = list(document)
    if not _are_names(keys) or len(SHAPES.intersection(keys)) != 1 or "records" in keys:
        return None
    if "rows" not in keys:
        names, values = _members(document["columns"], _openings(data))
        return _of_columns(names, values, data, _others(document, keys, {"columns"}))
    names = document["features"].as_list()
    matrix = _matrix(document["rows"], len(names), _openings(data) - 2)
    return _of_rows(names, [matrix], data, _others(document, keys, {"features", "rows"}))


def _in_slices(data: bytes, parse: Parse) -> Grid | None:
    found = sliced(data)
    if found is None or SHAPES.intersection(found.document) not in ({"rows"}, {"columns"}):
        return None
    beside = {key: value for key, value in found.document.items() if key not in {found.key, "features"}}
    if found.key == "rows":
        names = found.document["features"]
        parts = [_matrix(parse(each), len(names), _openings(each) - 1) for each in found.slices]
        return _of_rows(names, parts, data, beside)
    members = [_members(parse(each), _openings(each)) for each in found.slices]
    names, values = ([*chain.from_iterable(parts)] for parts in zip(*members, strict=True))
    return _of_columns(names, values, data, beside) if "features" not in found.document else None


def _of_rows(names: list[Any], parts: list[Matrix], data: bytes, others: dict[str, Any]) -> Grid | None:
    if not isinstance(names, list) or not _are_names(names):
        return None
    values, later = parts[0] if len(parts) == 1 else np.concatenate(parts), Later(data)
    return Grid("rows", names, values, lambda place: [row[place] for row in later()["rows"]], others)


def _matrix(rows: Any, width: int, brackets: int) -> Matrix:  # noqa: ANN401
    """(rows, width). As many brackets as rows: no row holds an array. ValueError where one does, or is not so long."""
    flat = np.frombuffer(rows.as_buffer(of_type="d"))
    if len(rows) != brackets or {*map(len, rows)} != {width}:
        raise ValueError
    return flat.reshape(len(rows), width)


def _openings(data: bytes) -> int:
    """How many brackets open; quicker than to find each."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == BRACKET))


def _members(columns: Any, brackets: int) -> tuple[list[str], list[Vector]]:  # noqa: ANN401
    """Names and numbers of an object of arrays. ValueError where there may be something else in it."""
    names = list(columns)
    if not _are_names(names) or brackets != len(names):
        raise ValueError
    return names, [np.frombuffer(columns[name].as_buffer(of_type="d")) for name in names]


def _of_columns(names: list[str], values: list[Vector], data: bytes, others: dict[str, Any]) -> Grid | None:
    if not _are_names(names) or any(len(each) != len(values[0]) for each in values):
        return None
    matrix, later = np.stack(values, axis=1), Later(data)
    return Grid("columns", names, matrix, lambda place: later()["columns"][names[place]], others)


def _are_names(names: Sequence[Any]) -> bool:
    return 0 < len({*names}) == len(names) <= MOST_KEYS and {*map(type, names)} == {str}


def _is_exact(values: Matrix) -> bool:
    """Whether whole numbers among them, which are floats by now, were small enough to stay what they were."""
    return bool(values.size and values.max() < EXACT and values.min() > -EXACT)


def _others(document: Any, keys: list[str], used: set[str]) -> dict[str, Any]:  # noqa: ANN401
    return {key: _plain(document[key]) for key in keys if key not in used}


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.as_dict() if isinstance(value, Object) else value
