"""Rings: memory of bounded size in which the newest messages stay; one process writes a ring, all read it. Know not what is said.

A position only grows; where it lies in the memory is its rest by the size. What is about to be overwritten is given up
before, so that nobody trusts half of it, and a message counts only once it is whole, whenever its writer dies.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import time
from collections import deque
from threading import Lock

from service.messages import Mark, Message, packed, unpacked
from service.unnamed import unnamed_file

MAGIC = b"offbeat1"
HEAD = struct.Struct("=8sQQ")  # magic, position of the oldest message, position of the next
OLDEST, NEXT = slice(8, 16), slice(16, 24)
ROOM = 1 << 17  # bytes of messages
SIZE = HEAD.size + ROOM


def new_ring() -> int:
    """The descriptor of a ring's memory, a file without a name: nothing is left when its last process ends."""
    file = unnamed_file("offbeat-events")
    os.ftruncate(file, SIZE)
    return file


class Writer:
    """Of the one process that writes here, and goes on where a dead one ended. Thread-safe."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory, self._lock = memory, Lock()
        self._life = int.from_bytes(os.urandom(4), sys.byteorder)
        self._numbers: dict[bytes, int] = {}
        self._ends: deque[int] = deque()  # of every message that is there
        self._oldest = self._next = 0
        self._resume()

    def write(self, topic: bytes, content: bytes) -> None:
        """Say something; the oldest messages make room. ValueError for more than there is room for."""
        with self._lock:
            number = self._numbers.get(topic, 0)
            entry = packed(Message(topic, Mark(self._life, number), time.time(), content))
            if len(entry) > ROOM:
                raise ValueError(f"a message of {len(entry):,} bytes; there is room for {ROOM:,}")
            self._make_room(len(entry))
            self._put(entry)
            self._numbers[topic] = number + 1

    def _make_room(self, size: int) -> None:
        while self._next + size - self._oldest > ROOM:
            self._oldest = self._ends.popleft()
        self._memory[OLDEST] = _number(self._oldest)

    def _put(self, entry: bytes) -> None:
        at = self._next % ROOM
        first, rest = entry[: ROOM - at], entry[ROOM - at :]
        self._memory[HEAD.size + at : HEAD.size + at + len(first)] = first
        self._memory[HEAD.size : HEAD.size + len(rest)] = rest
        self._next += len(entry)
        self._ends.append(self._next)
        self._memory[NEXT] = _number(self._next)  # last: until now nobody sees it

    def _resume(self) -> None:
        """Keep what the last writer said; begin anew where that is nothing, or not whole."""
        magic, oldest, end = HEAD.unpack(self._memory[: HEAD.size])
        if magic == MAGIC and 0 <= end - oldest <= ROOM:
            ends = [oldest, *(oldest + at for at, _ in unpacked(_bytes(self._memory, oldest, end)))]
            if ends[-1] == end:
                self._oldest, self._next, self._ends = oldest, end, deque(ends[1:])
                return
        self._memory[: HEAD.size] = HEAD.pack(MAGIC, 0, 0)


class Reader:
    """One reader's place in a ring that somebody else may be writing."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        self._at, self._damaged_at = 0, -1

    def read(self) -> list[Message]:
        """What is there since the last time, oldest first; at first all that is there."""
        magic, oldest, end = HEAD.unpack(self._memory[: HEAD.size])
        if magic != MAGIC or self._at == end or not 0 <= end - oldest <= ROOM:
            return []
        start = self._at if oldest <= self._at <= end else oldest
        found = [*unpacked(_bytes(self._memory, start, end))]
        self._move_to(start + (found[-1][0] if found else 0), end)
        return [message for _, message in found]

    def _move_to(self, at: int, end: int) -> None:
        """Past what was read. What is not whole is on its way, or was overwritten meanwhile; at a second look it is given up."""
        self._at = end if self._damaged_at == at else at
        self._damaged_at = self._at if self._at < end else -1


def _bytes(memory: mmap.mmap, start: int, end: int) -> bytes:
    """What lies between two positions, at most ROOM apart."""
    first, size = start % ROOM, end - start
    data = memory[HEAD.size + first : HEAD.size + min(first + size, ROOM)]
    return data + memory[HEAD.size : HEAD.size + size - len(data)]


def _number(value: int) -> bytes:
    return value.to_bytes(8, sys.byteorder)
