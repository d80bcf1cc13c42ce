"""Whether a CSV is one whose lines and quotes every reader understands alike. Looks at bytes only; reads no cell."""

from __future__ import annotations

import csv

import numpy as np

SEPARATORS = ",;\t|"
LINE_FEED, QUOTE = b'\n"'


def is_plain(data: bytes, separator: str) -> bool:
    """UTF-8 whose lines end alike and are records, and whose quotes, if there are any, are around whole cells."""
    return (
        separator in SEPARATORS
        and b"\0" not in data
        and (b"\r" not in data or data.count(b"\r") == data.count(b"\r\n"))
        and _is_utf8(data)
        and not _has_long_line(data, csv.field_size_limit() // 2)
        and (b'"' not in data or _are_tame(data, separator))
    )


def line_feeds(data: bytes) -> int:
    """How many there are. Whoever waits for the interpreter gets it meanwhile."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == LINE_FEED))


def _has_long_line(data: bytes, most: int) -> bool:
    """Whether a line may be longer than twice `most`: looks for a line end in each stretch of that length."""
    return any(data.find(b"\n", at, at + most) < 0 for at in range(0, len(data) - most, most))


def _is_utf8(data: bytes) -> bool:
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def _are_tame(data: bytes, separator: str) -> bool:
    """Each pair of quotes is in one line and around a whole cell, and there is none within."""
    # Often only the header has any.
    read = np.frombuffer(data, np.uint8)[: data.rfind(b'"') + 2]
    ends, quotes = np.flatnonzero(read == LINE_FEED), np.flatnonzero(read == QUOTE)
    opening, closing = quotes[::2], quotes[1::2]
    if len(opening) != len(closing) or not np.array_equal(
        np.searchsorted(ends, opening), np.searchsorted(ends, closing)
    ):
        return False
    before = read[opening - 1][opening > 0]
    after = read[np.minimum(closing + 1, len(read) - 1)][closing < len(read) - 1]
    around = np.frombuffer(separator.encode() + b"\n\r", np.uint8)
    return bool(np.isin(before, around[:2]).all() and np.isin(after, around).all())
