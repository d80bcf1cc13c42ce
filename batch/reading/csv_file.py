"""A CSV in pieces: the header and some lines, cut only where a record ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from batch.reading.lines import Block, blocks, check_text, progress
from batch.records import Records
from models.formats.csv_shape import is_plain
from models.formats.csv_text import BOM, CsvFormat


@dataclass(frozen=True, slots=True)
class CsvPiece:
    """The header, and lines of the file."""

    header: bytes
    block: Block
    separator: str
    done: float

    def records(self) -> Records:
        """Read as the whole file would be."""
        check_text(self.block, "a CSV")
        skipped = self.block.before - self.header.count(b"\n")
        table = CsvFormat(self.separator, skipped=skipped).read(self.header + self.block.text)
        plain = is_plain(self.block.text, self.separator)
        return Records(table, text=self.block.text if plain else None)


def csv_pieces(path: Path, rows: int, separator: str) -> Iterator[CsvPiece]:
    """Pieces of about so many rows. A file without rows is one piece, which says so when it is read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        is_whole = partial(_is_whole, separator=separator)
        header = _header(file, separator)
        found = blocks(file, rows, header.count(b"\n"), is_whole)
        first = next(found, Block(b"", header.count(b"\n")))
        yield CsvPiece(header, first, separator, progress(file, size))
        for block in found:
            yield CsvPiece(header, block, separator, progress(file, size))


def _header(file: BinaryIO, separator: str) -> bytes:
    """The first record, and blank lines before it."""
    header = b""
    for line in file:
        header += line
        if header.removeprefix(BOM).strip(b"\r\n") and _is_whole(header, separator):
            break
    return header


def _is_whole(block: bytes, separator: str) -> bool:
    """Whether no record goes on behind a block; one that nobody can read is whole, and refused when it is read."""
    if b'"' not in block or is_plain(block, separator):
        return True
    lines = block.decode(errors="replace").splitlines(keepends=True)
    try:
        for _ in csv.reader(lines, delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" not in str(error)
    return True
