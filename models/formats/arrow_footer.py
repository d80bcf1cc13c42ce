"""Where the messages of an Arrow IPC file are, as its footer tells. Decodes nothing."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from models.formats.arrow_weight import Flat

MAGIC = b"ARROW1"
DICTIONARIES, RECORDS = 2, 3  # fields of the footer, by their numbers
BLOCK = struct.Struct("<qi4xq")  # offset, bytes of the header, bytes of the body
PREFIX = 8  # of a message: a mark and the length of its header
TAIL = len(MAGIC) + 4  # behind the footer: its length, and the magic again


def messages(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Header and body of each message. struct.error where the footer leads out of the file."""
    (length,) = struct.unpack_from("<i", data, len(data) - TAIL)
    footer = data[len(data) - TAIL - length : len(data) - TAIL]
    root = Flat(footer, struct.unpack_from("<I", footer)[0])
    whole = memoryview(data)
    for blocks in filter(None, (root.table(DICTIONARIES), root.table(RECORDS))):
        (count,) = struct.unpack_from("<I", footer, blocks.at)
        for place in range(count):
            offset, header, body = BLOCK.unpack_from(footer, blocks.at + 4 + place * BLOCK.size)
            yield data[offset + PREFIX : offset + header], whole[offset + header : offset + header + body]
