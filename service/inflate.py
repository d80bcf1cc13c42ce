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
SMALL = 1 << 20  # bytes that may come of any ratio


def inflated(body: bytes, encoding: bytes, most: int) -> bytes:
    """The body as it was before it was compressed.

    It is opened once to see how long it is, keeping nothing, and once more when that is known to be at most `most` bytes.
    EncodingRefused for an encoding nobody here reads, FormatRefused for what is not in it, TooLarge for too much.
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
    return b"".join(_pieces(body, WINDOWS[encoding]))


def _pieces(body: bytes, window: int) -> Iterator[bytes]:
    """What was compressed, piece by piece; several members one after the other are one body."""
    rest = body
    while rest:
        opener = zlib.decompressobj(window)
        try:
            while not opener.eof:
                piece = opener.decompress(rest, PIECE)
                rest = opener.unconsumed_tail
                if not piece and not rest and not opener.eof:
                    raise FormatRefused("the compressed body ends too early")
                yield piece
        except zlib.error as error:
            raise FormatRefused(f"the body is not compressed as it says: {error}") from None
        rest = opener.unused_data
