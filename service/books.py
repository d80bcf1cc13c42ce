"""Books: files of counts, one for each of several processes, which all of them read. Know not what is counted.

A book is a log of entries, each a key and its numbers.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from service.counts import WIDTH, Key
from service.unnamed import unnamed_file

MAGIC = b"offbeat1"
HEAD = struct.Struct("=8sQQ")  # magic, bytes in use, the process that serves or 0
USED, PID = slice(8, 16), slice(16, 24)
ENTRY = struct.Struct("=III")  # bytes of the key, how many numbers, whether they end with their process
CHECK = struct.Struct("=I")  # CRC-32 of that and of the key
BEFORE = ENTRY.size + CHECK.size  # bytes before the numbers; the key comes after them


class Damaged(Exception):
    """The file is not a book, or not a whole one."""


class Entry(NamedTuple):
    """Where the numbers under a key lie: `size` of them from byte `start`."""

    key: Key
    start: int
    size: int
    passing: bool

    @property
    def place(self) -> slice:
        """The bytes of the numbers."""
        return slice(self.start, self.start + self.size * WIDTH)


class Page(NamedTuple):
    """A book at one moment. `pid`: the process that serves, or 0."""

    data: bytes
    entries: list[Entry]
    pid: int

    def numbers(self, entry: Entry) -> list[float]:
        """The numbers of an entry."""
        return list(memoryview(self.data)[entry.place].cast("d"))


def new_book() -> int:
    """The descriptor of a book without entries, whose file has no name: nothing is left when its last process ends."""
    file = unnamed_file("offbeat-counts")
    begin(file)
    return file


def begin(file: int) -> None:
    """Make it a book without entries, whatever it was."""
    os.ftruncate(file, 0)
    os.pwrite(file, HEAD.pack(MAGIC, HEAD.size, 0), 0)


def read(file: int) -> Page:
    """A book as it is now. Damaged when it is not a whole one."""
    try:
        magic, used, pid = HEAD.unpack(os.pread(file, HEAD.size, 0))
        if magic != MAGIC or used > os.fstat(file).st_size:
            raise Damaged
        # Read after the head: whatever that counts is there by now.
        data = os.pread(file, used, 0)
        return Page(data, list(_entries(data)), pid)
    except struct.error:
        raise Damaged from None


def clear(file: int) -> Page:
    """Set to 0 what belonged to the process that wrote here, and return what was there before. Damaged as `read` says."""
    page = read(file)
    os.pwrite(file, bytes(WIDTH), PID.start)
    for entry in page.entries:
        if entry.passing:
            os.pwrite(file, bytes(entry.size * WIDTH), entry.start)
    return page


def packed(key: Key, size: int, *, passing: bool, at: int) -> tuple[bytes, Entry]:
    """An entry to be written at this byte, its numbers 0."""
    name = orjson.dumps(key)
    head = ENTRY.pack(len(name), size, passing)
    start = at + BEFORE
    content = head + CHECK.pack(zlib.crc32(head + name)) + bytes(size * WIDTH) + name
    return content + bytes(-len(content) % WIDTH), Entry(key, start, size, passing)


def _entries(data: bytes) -> Iterator[Entry]:
    at = HEAD.size
    while at < len(data):
        length, size, passing = ENTRY.unpack_from(data, at)
        (check,) = CHECK.unpack_from(data, at + ENTRY.size)
        start = at + BEFORE
        end = start + size * WIDTH
        name = data[end : end + length]
        if zlib.crc32(data[at : at + ENTRY.size] + name) != check:
            raise Damaged
        yield Entry(tuple(orjson.loads(name)), start, size, bool(passing))
        at = end + length + -length % WIDTH  # a number that lies across two words is not written at once
