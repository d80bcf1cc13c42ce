"""Files that are read whole, JSON, npy and pictures, and then judged in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from batch.reading.piece import Known
from batch.records import Records
from models.feed import runs
from models.formats import of_file, read_bytes
from models.formats.folder import read_folder


def whole_pieces(path: Path, rows: int, separator: str) -> Iterator[Known]:
    """So many rows each. ContractError as the format says, with places in the file."""
    table = read_folder(path) if path.is_dir() else of_file(path, separator).read(read_bytes(path))
    for part in runs(table.rows, rows):
        yield Known(Records(table.part(part)), part.stop / table.rows)
