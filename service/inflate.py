"""Inflate: compressed bodies, opened no further than a limit. Knows no HTTP but the names of the encodings."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from models.errors import FormatRefused, TooLarge
from service.refusals import EncodingRefused

# How zlib is told what stands around the compressed bytes.
WINDOWS = {b"gzip": 16 + zlib.MAX_WBITS, b"x-gzip": 16 + zlib.MAX_WBITS, b"deflate": zlib.MAX_WBITS}
PIECE = 1 << 16  # bytes opened at a time
MOST_RATIO = (
    200  # readings shrink to a tenth, equal ones to a hundredth; what a bomb is made of, to a thousandth
)
MOST_MEMBERS = 5000  # a writer that flushes often makes some hundreds
SMALL = 1 << 20  # bytes that may come of any ratio


def opened_length(body: bytes, encoding: bytes, most: int) -> int:
    """How many bytes a compressed body opens to; nothing of it is kept.

    EncodingRefused for an encoding nobody here reads, FormatRefused for what is not in it, TooLarge for more than `most`
    bytes, or many times those that came.
    """
    if encoding not in WINDOWS:
        known = ", ".join(name.decode() for name in WINDOWS)
        raise EncodingRefused(
            f"a body encoded as {encoding[:40].decode('latin-1')!r} is not read; known: {known}"
        )
    size, allowed = 0, min(most, max(SMALL, MOST_RATIO * len(body)))
    for piece in _pieces(body, WINDOWS[encoding]):
        size += len(piece)
        if size > allowed:
            why = f"longer than {most:,} bytes" if size > most else f"more than {MOST_RATIO} times its length"
            raise TooLarge(f"the compressed body opens to {why}")
    return size


def opened(body: bytes, encoding: bytes) -> bytes:
    """The body as it was, of one whose length was found to be right."""
    return b"".join(_pieces(body, WINDOWS[encoding]))


def _pieces(body: bytes, window: int) -> Iterator[bytes]:
    """What was compressed, piece by piece; several members one after the other are one body."""
    view, at = (
        memoryview(body),
        0,
    )  # zlib copies what is left of what it is given: it gets no more than a piece
    for _ in range(MOST_MEMBERS):
        opener = zlib.decompressobj(window)
        while not opener.eof:
            given = view[at : at + PIECE]
            if not given:
                raise FormatRefused("the compressed body ends too early")
            try:
                yield opener.decompress(given, PIECE)
            except zlib.error as error:
                raise FormatRefused(f"the body is not compressed as it says: {error}") from None
            at += len(given) - len(opener.unused_data if opener.eof else opener.unconsumed_tail)
        if at == len(view):
            return
    raise TooLarge(f"the compressed body has more than {MOST_MEMBERS:,} members")
