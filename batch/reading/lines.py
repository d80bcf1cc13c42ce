"""Cut a text file where lines end. Knows no format: whoever does says whether a block is one of whole records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from models.errors import FormatRefused

BLANK = b" \t\r\n"


class Block(NamedTuple):
    """Some lines. `before`: how many lines of the file stand before them."""

    text: bytes
    before: int


def blocks(
    file: BinaryIO, lines: int, before: int, is_whole: Callable[[bytes], bool] = lambda _: True
) -> Iterator[Block]:
    """The rest of a file, about so many lines at a time; lines that are blank never stand alone.

    `before`: lines that were read already. A block that is not whole gets as many lines again.
    """
    block = _next(file, lines, is_whole)
    while block:
        follows = _next(file, lines, is_whole)
        while follows and not follows.strip(BLANK):
            block, follows = block + follows, _next(file, lines, is_whole)
        yield Block(block, before)
        before += block.count(b"\n")
        block = follows


def _next(file: BinaryIO, lines: int, is_whole: Callable[[bytes], bool]) -> bytes:
    block = b"".join(islice(file, lines))
    while not is_whole(block):
        more = b"".join(islice(file, lines))
        if not more:
            break
        block += more
    return block


def progress(file: BinaryIO, size: int) -> float:
    """The share of a file of so many bytes that was read."""
    return min(1.0, file.tell() / size) if size else 1.0


def check_text(block: Block, what: str) -> None:
    """FormatRefused names the line of the first byte that is not UTF-8."""
    try:
        _ = block.text.isascii() or block.text.decode()
    except UnicodeDecodeError as error:
        line = block.before + block.text.count(b"\n", 0, error.start) + 1
        raise FormatRefused(f"line {line}: not UTF-8 text; is this {what} file?") from None
