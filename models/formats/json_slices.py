"""A large JSON body in slices: no parser lets anybody else have the interpreter before it is through with its bytes.

An array is cut where one of its elements seems to end. What is on either side of a cut is parsed by itself: if both
are JSON, so is the whole, with the elements of both. If one is not, the cut was within an element or in text, or the
body is no JSON; then the body is not cut at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from models.errors import ContractError
from models.formats.json_document import parsed

SLICE = 1 << 19  # bytes: some five milliseconds
# The array, or object of arrays, with the records; nothing before it may be an object, so it belongs to the body itself.
OPENING = re.compile(rb'(?<!\\)"(?:(?:records|rows)"\s*:\s*\[(?=\s*[\[{])|columns"\s*:\s*\{(?=\s*"))')
OPENING_KEY = re.compile(rb"\w+")
BETWEEN = {b"{": re.compile(rb'\}\s*,\s*(?=\{)'), b"[": re.compile(rb"\]\s*,\s*(?=\[)"), b'"': re.compile(rb'\]\s*,\s*(?=")')}  # fmt: skip


class Sliced(NamedTuple):
    """A body without its records, and these in slices, each a JSON document of the same kind. `key`: where they belong."""

    document: dict[str, Any]
    key: str
    slices: Iterator[bytes]


def sliced(data: bytes) -> Sliced | None:
    """Cut a body's records, rows or columns; None where it is not seen how. ContractError is for whoever parses a slice."""
    opening = OPENING.search(data)
    if opening is None:
        return None
    start = opening.end()
    kind = data[start - 1 : start]
    end = data.find(b"}", data.rfind(b"]")) if kind == b"{" else data.rfind(b"]")
    key = OPENING_KEY.findall(opening[0])[0]
    around = data[:start] + data[end:]
    # The key stands once, spelled as it is, and before it no object but the body begins.
    once = around.count(b'"' + key + b'"') == 1 and b"\\" not in around
    document = _shell(around) if end > start and once and data.count(b"{", 0, start - 1) == 1 else None
    if not isinstance(document, dict) or document.get(key.decode()) not in ([], {}):
        return None
    return Sliced(document, key.decode(), _slices(data, start, end, kind))


def parsed_in_slices(data: bytes) -> Any:  # noqa: ANN401
    """What `parsed` says of the same bytes."""
    found = sliced(data)
    if found is None:
        return parsed(data)
    whole = found.document[found.key]
    join: Callable[[Any], None] = whole.update if isinstance(whole, dict) else whole.extend
    try:
        for each in found.slices:
            join(parsed(each))
    except ContractError:  # said of the whole, with the places in it
        return parsed(data)
    return found.document


def _shell(data: bytes) -> object:
    try:
        return parsed(data)
    except ContractError:
        return None


def _slices(data: bytes, start: int, end: int, kind: bytes) -> Iterator[bytes]:
    closing = b"}" if kind == b"{" else b"]"
    between = BETWEEN[data[start:end].lstrip()[:1]]
    while start < end:
        cut = between.search(data, min(start + SLICE, end), end)
        stop, after = (cut.start() + 1, cut.end()) if cut else (end, end)
        yield kind + data[start:stop] + closing
        start = after
