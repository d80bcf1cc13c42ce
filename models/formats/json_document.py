"""JSON bytes to a document: quickly where orjson reads them as they are meant, exactly where it does not. Knows no tables."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson

from models.columns import BEYOND_EXACT, TOO_LARGE
from models.errors import FormatRefused, Mismatch, refuse_any
from models.table import escaped

# Where a value stands: its parent's way, and its own key or place.
Way = tuple[()] | tuple["Way", str | int]
# orjson reads whole numbers of more than 64 bits as floats; only the digits still tell that they were whole.
LONG_INTEGER = re.compile(rb"[:,\[\s-]\d{19,}+(?![.eE])")
# Few bodies hold so many digits in a row, and this finds out ten times faster than a pattern.
ZEROS = bytes.maketrans(b"123456789", b"000000000")
LONG_RUN = b"0" * 19
ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
NOT_JSON = re.compile(rb"-?(?:NaN|Infinity)")
LONGEST = len("-Infinity")
LITERAL = re.compile(rb'"(?:[^"\\]++|\\.)*+"|(-?(?:NaN|Infinity))', re.DOTALL)
LEAST, MOST = -(2**63), 2**64 - 1  # what a 64-bit integer holds, signed or not
# Stands for every longer whole number: reading those takes time that grows with the square of their length.
HUGE = 10**40
HUGE_DIGITS = 40


def parsed(data: bytes) -> Any:  # noqa: ANN401
    """A JSON document. FormatRefused with the byte offset when it is none, TableMismatch for a number nothing can hold."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        # orjson also refuses 1e400, which is JSON.
        if "infinity" in str(error):
            return _exact(data)
        _explain(data, error)
    return _exact(data) if may_hold_long_integer(data) else document


def may_hold_long_integer(data: bytes) -> bool:
    """Whether there may be a whole number in it that is longer than orjson can tell from a float."""
    return LONG_RUN in data.translate(ZEROS) and LONG_INTEGER.search(data) is not None


def _explain(data: bytes, error: orjson.JSONDecodeError) -> NoReturn:
    offset = _bytes(error.doc, error.pos)
    for match in NOT_JSON.finditer(data, max(0, offset - LONGEST), offset + LONGEST):
        if match.start() <= offset < match.end():
            raise _no_such(match.start(), match[0])
    raise FormatRefused(f"not JSON at byte {offset}: {error.msg}")


def _exact(data: bytes) -> Any:  # noqa: ANN401
    """Read with the standard library, which keeps whole numbers whole, and refuse what does not fit."""
    for match in LITERAL.finditer(data):
        if match[1]:
            raise _no_such(match.start(), match[1])
    try:
        document = json.loads(data.decode(), parse_int=_whole)
        if ESCAPED_SURROGATE.search(data):
            json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise FormatRefused(f"not JSON at byte {_bytes(error.doc, error.pos)}: {error.msg}") from None
    except UnicodeEncodeError:
        raise FormatRefused("not JSON: half a surrogate pair is no character") from None
    except RecursionError:
        raise FormatRefused("not JSON: nested too deeply") from None
    refuse_any(_unfit(document))
    return document


def _unfit(document: object) -> Iterator[Mismatch]:
    """Every number that neither float64 nor a 64-bit integer can hold."""
    waiting: list[tuple[Way, object]] = [((), document)]
    while waiting:
        way, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [((way, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [((way, place), each) for place, each in enumerate(value)]
        elif isinstance(value, float) and math.isinf(value):
            yield Mismatch(_pointer(way), "", TOO_LARGE)
        elif isinstance(value, int) and not LEAST <= value <= MOST:
            yield Mismatch(_pointer(way), "", BEYOND_EXACT)


def _pointer(way: Way) -> str:
    tokens = []
    while way:
        way, token = way
        tokens.append(f"/{escaped(token)}")
    return "".join(reversed(tokens))


def _whole(text: str) -> int:
    return int(text) if len(text) < HUGE_DIGITS else HUGE


def _no_such(offset: int, literal: bytes) -> FormatRefused:
    return FormatRefused(f"not JSON at byte {offset}: JSON has no {literal.decode()}")


def _bytes(text: str, characters: int) -> int:
    return len(text[:characters].encode("utf-8", "surrogatepass"))
