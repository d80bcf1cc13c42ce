"""What a PNG or JPEG file says of itself, and the parts of it that make pixels. Decodes none, and unpacks nothing.

Text, profiles, thumbnails, orientation and further pictures are left out: what a decoder never sees cannot explode.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

Kind = Literal["PNG", "JPEG"]
MOST_PIXELS = 64_000_000
MOST_PARTS = 100_000  # chunks or segments of a file; walking millions of empty ones takes seconds
MOST_SCANS = 200  # of a progressive JPEG: each costs a pass over all pixels, and only a few bytes
DAMAGED = "the picture is damaged or cut off"
ALPHA = "the picture has an alpha channel; send it without"
ANIMATED = "the picture is animated; send a single frame"
CMYK = "the picture has CMYK colours; send it in RGB or greyscale"
UNKNOWN = "not a PNG or JPEG picture; convert it to one of them"
SCANS = f"the picture is a JPEG of more than {MOST_SCANS} scans; save it again"

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
DEEP = {12, 16}  # bits a channel that some pictures have
CHUNK = struct.Struct(">I4s")
CHECKSUM = struct.Struct(">I")
IHDR = struct.Struct(">IIBBBBB")
PNG_PIXELS = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
DEPTHS = {GREY: {1, 2, 4, 8}, COLOUR: {8}, PALETTE: {1, 2, 4, 8}, GREY_ALPHA: {8}, COLOUR_ALPHA: {8}}

SEGMENT = re.compile(rb"\xff++([\xc0-\xfe])(..)", re.DOTALL)
FRAME = struct.Struct(">BHHB")
TABLES = {0xC4, 0xCC, 0xDB, 0xDD}
FRAMES = {*range(0xC0, 0xD0)} - TABLES - {0xC8}
JPEG_PIXELS = FRAMES | TABLES | {0xE0, 0xEE}  # JFIF and Adobe say how colours are stored
SCAN = 0xDA


class PictureRefused(ValueError):
    """A picture that cannot be taken; `detail` is one line for the cell's place."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Header(NamedTuple):
    """The size in pixels, and 1 channel (grey) or 3 (red, green, blue)."""

    height: int
    width: int
    channels: int


class PictureFile(NamedTuple):
    """A file that may be decoded: its header, and its bytes without what makes no pixels."""

    kind: Kind
    header: Header
    data: bytes


def kind_of(data: bytes) -> Kind | None:
    """What the first bytes of a file say."""
    return "PNG" if data.startswith(PNG) else "JPEG" if data.startswith(JPEG) else None


def read_picture(data: bytes) -> PictureFile:
    """PictureRefused for what is no such file, damaged, too large, or has more than 8-bit greys or colours."""
    kind = kind_of(data)
    if kind is None:
        raise PictureRefused(UNKNOWN)
    try:
        found, parts = READERS[kind](data)
    except struct.error:
        raise PictureRefused(DAMAGED) from None
    if min(found.height, found.width) < 1:
        raise PictureRefused(DAMAGED)
    if found.height * found.width > MOST_PIXELS:
        raise PictureRefused(
            f"the picture is {found.width} x {found.height} pixels (width x height); "
            f"at most {MOST_PIXELS:,} are read"
        )
    return PictureFile(kind, found, b"".join(parts))


def _png(data: bytes) -> tuple[Header, list[memoryview]]:
    found: Header | None = None
    parts = [memoryview(PNG)]
    for name, chunk in _chunks(data):
        if (found is None) != (name == b"IHDR"):
            raise PictureRefused(DAMAGED)
        if name == b"IHDR":
            found = _png_header(chunk)
        elif name == b"tRNS":
            raise PictureRefused(ALPHA)
        elif name == b"acTL":
            raise PictureRefused(ANIMATED)
        if name in PNG_PIXELS:
            parts.append(chunk)
    if found is None:
        raise PictureRefused(DAMAGED)
    return found, parts


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Name, and all bytes, of each chunk to the last; struct.error where the file ends before it."""
    at, view = len(PNG), memoryview(data)
    for _ in range(MOST_PARTS):
        length, name = CHUNK.unpack_from(data, at)
        end = at + CHUNK.size + length
        (checksum,) = CHECKSUM.unpack_from(data, end)
        if name in PNG_PIXELS and zlib.crc32(view[at + 4 : end]) != checksum:
            raise PictureRefused(DAMAGED)
        at, start = end + CHECKSUM.size, at
        yield name, view[start:at]
        if name == b"IEND":
            return
    raise PictureRefused(DAMAGED)


def _png_header(chunk: memoryview) -> Header:
    width, height, depth, colours, *_ = IHDR.unpack_from(chunk, CHUNK.size)
    if depth in DEEP and colours in DEPTHS:
        raise PictureRefused(_deep(depth))
    if depth not in DEPTHS.get(colours, ()):
        raise PictureRefused(DAMAGED)
    if colours in (GREY_ALPHA, COLOUR_ALPHA):
        raise PictureRefused(ALPHA)
    return Header(height, width, 1 if colours == GREY else 3)


def _jpeg(data: bytes) -> tuple[Header, list[memoryview]]:
    found: Header | None = None
    at, view = 2, memoryview(data)
    parts = [view[:at]]
    for _ in range(MOST_PARTS):
        marker, start, end = _segment(data, at)
        if marker in FRAMES:
            if found:
                raise PictureRefused(DAMAGED)
            found = _jpeg_header(view[start:end])
        if marker == SCAN and found:
            if data.count(b"\xff\xda", at) > MOST_SCANS:
                raise PictureRefused(SCANS)
            return found, [*parts, view[start:]]
        if marker in JPEG_PIXELS:
            parts.append(view[start:end])
        at = end
    raise PictureRefused(DAMAGED)


def _segment(data: bytes, at: int) -> tuple[int, int, int]:
    """The marker of the segment that begins here, where it begins after what fills the space before, and where it ends."""
    found = SEGMENT.match(data, at)
    if not found:
        raise PictureRefused(DAMAGED)
    end = found.start(2) + int.from_bytes(found[2], "big")
    if end > len(data) or end < found.end():
        raise PictureRefused(DAMAGED)
    return found[1][0], found.start(1) - 1, end


def _jpeg_header(segment: memoryview) -> Header:
    depth, height, width, channels = FRAME.unpack_from(segment, 4)
    if depth in DEEP:
        raise PictureRefused(_deep(depth))
    if channels == 4:  # noqa: PLR2004
        raise PictureRefused(CMYK)
    if depth != 8 or channels not in (1, 3):  # noqa: PLR2004
        raise PictureRefused(DAMAGED)
    return Header(height, width, channels)


def _deep(bits: int) -> str:
    return f"the picture has {bits} bits a channel; send it with 8"


READERS: dict[Kind, Callable[[bytes], tuple[Header, list[memoryview]]]] = {"PNG": _png, "JPEG": _jpeg}
