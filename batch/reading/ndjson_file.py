"""NDJSON in pieces: some lines each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from batch.reading.lines import Block, blocks, check_text, progress
from batch.records import Records
from models.formats.ndjson import NdjsonFormat


@dataclass(frozen=True, slots=True)
class NdjsonPiece:
    """Lines of the file."""

    block: Block
    done: float

    def records(self) -> Records:
        """Read as the whole file would be."""
        check_text(self.block, "an NDJSON")
        return Records(NdjsonFormat(skipped=self.block.before).read(self.block.text))


def ndjson_pieces(path: Path, rows: int, separator: str) -> Iterator[NdjsonPiece]:  # noqa: ARG001
    """Pieces of about so many rows. A file without lines is one piece, which says so when it is read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        found = blocks(file, rows, 0)
        yield NdjsonPiece(next(found, Block(b"", 0)), progress(file, size))
        for block in found:
            yield NdjsonPiece(block, progress(file, size))
