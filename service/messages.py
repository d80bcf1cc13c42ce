"""Messages: what is said about a topic, as bytes with a check. Know not where the bytes lie, nor what is said."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

ENTRY = struct.Struct(
    "=IIIIQd"
)  # bytes of all of it, CRC-32 of what follows, life, bytes of the topic, number, time
SIZE, CHECK = struct.Struct("=I"), struct.Struct("=I")
CHECKED = SIZE.size + CHECK.size  # where what is checked begins


class Mark(NamedTuple):
    """Which message: its number among those of its topic, from 0, in one life of one writer."""

    life: int
    number: int


class Message(NamedTuple):
    """What was said, about what, and when (seconds since 1970)."""

    topic: bytes
    mark: Mark
    at: float
    content: bytes


def packed(message: Message) -> bytes:
    """A message as it is kept."""
    topic, mark, at, content = message
    size = ENTRY.size + len(topic) + len(content)
    entry = ENTRY.pack(size, 0, mark.life, len(topic), mark.number, at) + topic + content
    return entry[: SIZE.size] + CHECK.pack(zlib.crc32(entry[CHECKED:])) + entry[CHECKED:]


def unpacked(data: bytes) -> Iterator[tuple[int, Message]]:
    """Each message up to the first that is not whole, and where it ends."""
    at = 0
    while at + ENTRY.size <= len(data):
        size, check, life, length, number, when = ENTRY.unpack_from(data, at)
        end = at + size
        if not ENTRY.size <= size <= len(data) - at or zlib.crc32(data[at + CHECKED : end]) != check:
            return
        topic, content = at + ENTRY.size, at + ENTRY.size + length
        yield end, Message(data[topic:content], Mark(life, number), when, data[content:end])
        at = end
