"""What an Arrow stream will weigh once it is decoded, read from the headers of its messages. Decodes nothing.

A header is a flatbuffer: tables whose fields are found through a list of offsets. Arrow has checked it when it opened the
message, so that nothing here leads outside of it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

MESSAGE_KIND, MESSAGE_HEADER = 1, 2  # fields of a Message, by their numbers
DICTIONARY, RECORDS = 2, 3  # kinds of header
DICTIONARY_DATA = 1
BATCH_LENGTH, BATCH_BUFFERS, BATCH_COMPRESSION = 0, 2, 3
BUFFER = struct.Struct("<qq")  # offset, length
LENGTH = struct.Struct("<q")


class Weight(NamedTuple):
    """Of one message: rows of records (0 for a dictionary), entries of whatever it is, and bytes once decoded."""

    rows: int
    entries: int
    size: int


class Flat(NamedTuple):
    """A table of a flatbuffer, at `at`."""

    data: bytes
    at: int

    def field(self, number: int) -> int | None:
        """Where a field is; None where it was left out, as fields with their default are."""
        fields = self.at - self._read("<i", self.at)
        offset = 4 + 2 * number
        place = self._read("<H", fields + offset) if offset < self._read("<H", fields) else 0
        return self.at + place if place else None

    def table(self, number: int) -> Flat | None:
        """The table that a field refers to."""
        at = self.field(number)
        return None if at is None else Flat(self.data, at + self._read("<I", at))

    def whole(self, number: int, kind: str) -> int:
        """A number, 0 where it was left out."""
        at = self.field(number)
        return 0 if at is None else self._read(kind, at)

    def _read(self, kind: str, at: int) -> int:
        return int(struct.unpack_from(kind, self.data, at)[0])


def weight(header: bytes, body: memoryview) -> Weight:
    """Of a message of records or of a dictionary; nothing of any other. struct.error for what is no header."""
    message = Flat(header, struct.unpack_from("<I", header)[0])
    kind, found = message.whole(MESSAGE_KIND, "<B"), message.table(MESSAGE_HEADER)
    batch = found.table(DICTIONARY_DATA) if found and kind == DICTIONARY else found
    if batch is None or kind not in {DICTIONARY, RECORDS}:
        return Weight(0, 0, 0)
    length = batch.whole(BATCH_LENGTH, "<q")
    packed = batch.field(BATCH_COMPRESSION) is not None
    return Weight(length if kind == RECORDS else 0, length, sum(_sizes(batch, body, packed=packed)))


def _sizes(batch: Flat, body: memoryview, *, packed: bool) -> Iterator[int]:
    """Bytes of each buffer; a packed one says at its beginning how many it has once unpacked, -1: it is as it is."""
    buffers = batch.table(BATCH_BUFFERS)
    if buffers is None:
        return
    (count,) = struct.unpack_from("<I", buffers.data, buffers.at)
    for place in range(count):
        offset, length = BUFFER.unpack_from(buffers.data, buffers.at + 4 + place * BUFFER.size)
        unpacked = LENGTH.unpack_from(body, offset)[0] if packed and length >= LENGTH.size else -1
        yield length if unpacked < 0 else unpacked
