"""Structures of Thrift's compact protocol, which Parquet's headers are written in. Knows no Parquet."""

from __future__ import annotations

from typing import Any

from models.formats.file_bytes import Bytes

TRUE, FALSE, BYTE, DOUBLE, BINARY, MAP, STRUCT = 1, 2, 3, 7, 8, 11, 12
WHOLES, LISTS, BOOLEANS = {4, 5, 6}, {9, 10}, {TRUE, FALSE}
DEEPEST = 16  # structures within structures
LONGEST = 10  # bytes of a number
MANY = 15  # of the elements of a list: their number follows
Structure = dict[int, Any]


class Damaged(Exception):
    """What is there is no such structure, or does not say what it must."""


class Thrift:
    """Reads one structure of `data` after the other; `at` is where the next one begins."""

    def __init__(self, data: Bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def structure(self, depth: int = 0) -> Structure:
        """Its fields by their numbers: whole numbers, lists and structures; of anything else None."""
        if depth > DEEPEST:
            raise Damaged("a header is nested too deeply")
        found: Structure = {}
        number = 0
        while (head := self._byte()) != 0:
            number = number + (head >> 4) if head >> 4 else self._whole()
            found[number] = self._value(head & 0xF, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:  # noqa: ANN401
        if kind in WHOLES:
            return self._whole()
        if kind == STRUCT:
            return self.structure(depth + 1)
        if kind in LISTS:
            return self._list(depth + 1)
        if kind in {BYTE, DOUBLE, BINARY}:
            size = {BYTE: 1, DOUBLE: 8}.get(kind) or self._unsigned()
            self.at += size  # only now: reading a length moves it too
        elif kind not in BOOLEANS:
            raise Damaged("a header holds what no header does")
        return None

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        kind = head & 0xF
        count = head >> 4 if head >> 4 < MANY else self._unsigned()
        if count > len(self.data) - self.at or depth > DEEPEST:
            raise Damaged("a list in a header is longer than the file")
        if kind in BOOLEANS:  # a byte each, as they have within a list only
            self.at += count
            return []
        return [self._value(kind, depth) for _ in range(count)]

    def _whole(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)

    def _unsigned(self) -> int:
        value = 0
        for place in range(LONGEST):
            byte = self._byte()
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:  # noqa: PLR2004  # the last byte of a number
                return value
        raise Damaged("a number in a header has no end")

    def _byte(self) -> int:
        if not 0 <= self.at < len(self.data):
            raise Damaged("a header has no end")
        self.at += 1
        return self.data[self.at - 1]
