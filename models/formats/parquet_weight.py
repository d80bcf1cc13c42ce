"""What a Parquet file will weigh once it is decoded, read from its footer and from the header of every page.

Decodes nothing, and asks no library: the footer of a file that was damaged can end the process of the one that it is asked of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from models.formats.file_bytes import Bytes
from models.formats.thrift import Damaged, Structure, Thrift

MAGIC = b"PAR1"
TAIL = len(MAGIC) + 4  # behind the footer: its length, and the magic again
# Fields, by their numbers: of the footer, a row group, a column in it, what is known of that column, and a page.
ROWS, GROUPS = 3, 4
GROUP_COLUMNS, GROUP_ROWS = 1, 3
KNOWN = 3
COLUMN_SIZE, COLUMN_DATA, COLUMN_DICTIONARY = 7, 9, 11
UNPACKED, PACKED, DATA, DATA_AGAIN = 2, 3, 5, 8
VALUES = 1  # of a data page of either version


class Weight(NamedTuple):
    """Of a column in a row group: rows it should have, values in its pages, bytes once unpacked, how many pages."""

    rows: int
    values: int
    size: int
    pages: int


def rows_and_columns(data: Bytes, longest: int) -> tuple[int, Iterator[Weight]]:
    """How many rows the footer tells, and what each column of each row group weighs. Damaged, also later.

    longest: bytes of a footer that is read at all.
    """
    length = int.from_bytes(data[-TAIL : -len(MAGIC)], "little")
    if not 0 < length <= min(longest, len(data) - TAIL):
        raise Damaged("the footer is longer than it can be")
    footer = Thrift(data[-TAIL - length : -TAIL]).structure()
    return _whole(footer, ROWS), _columns(data, _list(footer, GROUPS))


def _columns(data: Bytes, groups: list[Any]) -> Iterator[Weight]:
    for group in groups:
        for column in _list(group, GROUP_COLUMNS):
            known = column.get(KNOWN) if isinstance(column, dict) else None
            first = _whole(known, COLUMN_DATA)
            if isinstance(known, dict) and known.get(COLUMN_DICTIONARY):
                first = min(first, _whole(known, COLUMN_DICTIONARY))
            yield _weight(data, first, _whole(known, COLUMN_SIZE), _whole(group, GROUP_ROWS))


def _weight(data: Bytes, start: int, size: int, rows: int) -> Weight:
    """All pages from `start`, whose bytes are `size`; they follow each other to the end."""
    end = start + size
    if end > len(data):
        raise Damaged("a column lies outside of the file")
    values = unpacked = pages = 0
    reader = Thrift(data, start)
    while reader.at < end:
        page = reader.structure()
        counted = page.get(DATA) or page.get(DATA_AGAIN)
        values += _whole(counted, VALUES) if counted is not None else 0
        unpacked += _whole(page, UNPACKED)
        reader.at += _whole(page, PACKED)
        pages += 1
    if reader.at != end:
        raise Damaged("a page ends after its column")
    return Weight(rows, values, unpacked, pages)


def _whole(of: object, field: int) -> int:
    found = of.get(field) if isinstance(of, dict) else None
    if not isinstance(found, int) or found < 0:
        raise Damaged("a header lacks a number")
    return found


def _list(of: Structure | Any, field: int) -> list[Any]:  # noqa: ANN401
    found = of.get(field) if isinstance(of, dict) else None
    if not isinstance(found, list):
        raise Damaged("the footer lacks a list")
    return found
