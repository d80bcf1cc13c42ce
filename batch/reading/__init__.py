"""A file in pieces, so that its length is no matter. READERS holds every format that can be cut; the others are read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from batch.reading.csv_file import csv_pieces
from batch.reading.ndjson_file import ndjson_pieces
from batch.reading.piece import Piece
from batch.reading.whole import whole_pieces
from models.errors import FormatRefused
from models.formats import of_file

Reader = Callable[[Path, int, str], Iterator[Piece]]


def _parquet(path: Path, rows: int, separator: str) -> Iterator[Piece]:
    from batch.reading.arrow_file import parquet_pieces  # noqa: PLC0415  # brings pyarrow

    return parquet_pieces(path, rows, separator)


def _arrow(path: Path, rows: int, separator: str) -> Iterator[Piece]:
    from batch.reading.arrow_file import arrow_pieces  # noqa: PLC0415  # brings pyarrow

    return arrow_pieces(path, rows, separator)


# By the suffix of the format, as `models.formats` has it.
READERS: dict[str, Reader] = {
    ".csv": csv_pieces,
    ".ndjson": ndjson_pieces,
    ".parquet": _parquet,
    ".arrows": _arrow,
}


def is_cut(path: Path) -> bool:
    """Whether a file is read in pieces, and not whole."""
    return not path.is_dir() and of_file(path).suffix in READERS


def pieces(path: Path, rows: int, separator: str = ",") -> Iterator[Piece]:
    """The rows of a file or a folder of pictures, about so many at a time. ContractError as its format says."""
    reader = READERS[of_file(path).suffix] if is_cut(path) else whole_pieces
    return reader(path, rows, separator)


def check_readable(path: Path) -> None:
    """FormatRefused says why a file cannot be read."""
    try:
        if not path.is_dir():
            path.open("rb").close()
    except OSError as error:
        raise FormatRefused(f"cannot read {path}: {error.strerror}") from None
