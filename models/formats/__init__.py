"""Bytes to Table and back. FORMATS holds every format there is; training, batch and service read the same ones."""

from __future__ import annotations

from pathlib import Path

from models.errors import ContractError, FormatRefused, FormatUnknown, TableMismatch
from models.formats.arrow import ArrowFormat
from models.formats.base import Format
from models.formats.csv_text import CsvFormat
from models.formats.folder import read_folder
from models.formats.json_text import JsonFormat
from models.formats.ndjson import NdjsonFormat
from models.formats.npy import NpyFormat
from models.formats.parquet import ParquetFormat
from models.formats.picture import PictureFormat
from models.table import Table

FORMATS: dict[str, Format] = {
    "csv": CsvFormat(),
    "json": JsonFormat(),
    "ndjson": NdjsonFormat(),
    "parquet": ParquetFormat(),
    "arrow": ArrowFormat(),
    "npy": NpyFormat(),
    "png": PictureFormat("PNG", "image/png", ".png"),
    "jpeg": PictureFormat("JPEG", "image/jpeg", ".jpg"),
}
MEDIA_TYPES = {format_.media_type: format_ for format_ in FORMATS.values()}
# Suffixes of the same formats beside their own.
ALSO = {".jpeg": "jpeg", ".jsonl": "ndjson", ".arrow": "arrow", ".feather": "arrow"}


def of_media_type(content_type: str) -> Format:
    """The format of a Content-Type header; its parameters (charset) are left aside."""
    asked = content_type.partition(";")[0].strip().lower()
    if asked not in MEDIA_TYPES:
        raise FormatUnknown(asked, MEDIA_TYPES)
    return MEDIA_TYPES[asked]


def of_file(path: Path, separator: str = ",") -> Format:
    """The format of a file by its suffix; `separator` is for CSV."""
    known = {format_.suffix: format_ for format_ in FORMATS.values()}
    known |= {".csv": CsvFormat(separator), **{other: FORMATS[name] for other, name in ALSO.items()}}
    suffix = path.suffix.lower()
    if suffix not in known:
        raise FormatUnknown(suffix or path.name, known)
    return known[suffix]


def read_file(path: Path | str, separator: str = ",") -> Table:
    """The table of a file, or of a folder of pictures. FormatRefused names the file and what is wrong with it."""
    if Path(path).is_dir():
        return read_folder(Path(path))
    return table_of(Path(path), read_bytes(Path(path)), separator)


def read_bytes(path: Path) -> bytes:
    """What is in a file. FormatRefused says why it cannot be read."""
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise FormatRefused(f"{path} is a directory; name a file in it") from None
    except OSError as error:
        raise FormatRefused(f"cannot read {path}: {error.strerror}") from None


def table_of(path: Path, data: bytes, separator: str = ",") -> Table:
    """The table of a file's bytes; whatever is wrong is said with the file's name."""
    reader = of_file(path, separator)
    try:
        return reader.read(data)
    except TableMismatch as error:
        raise FormatRefused(f"{path}: {error.placed}") from error
    except ContractError as error:
        raise FormatRefused(f"{path}: {error}") from error
