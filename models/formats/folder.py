"""A folder of pictures: a record for each, with its name in the column `file` and its bytes in the column `image`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.columns import Column, TypedColumn
from models.errors import FormatRefused
from models.formats.picture import IMAGE
from models.table import Table, cut, escaped

FILE = "file"
SUFFIXES = {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True, slots=True)
class FolderPlaces:
    """Records by the name of their file; pointers as if they were JSON records."""

    files: Sequence[str]

    def pointer(self, row: int | None, column: str | None) -> str:
        """`/records/3/image`; a column without a row has no place of its own."""
        if row is None:
            return "/records"
        return f"/records/{row}" + (f"/{escaped(column)}" if column is not None else "")

    def words(self, row: int | None, column: str | None) -> str:
        """`cats/1.png`, and the column where it is not the image."""
        where = [self.files[row]] if row is not None else []
        return ", ".join([*where, *([f"column {cut(column)!r}"] if column not in (None, IMAGE) else [])])


def read_folder(folder: Path) -> Table:
    """All pictures below a folder, sorted by their names; hidden files and folders are left out.

    FormatRefused when there is none, or one cannot be read. Whether they are pictures is seen when they are decoded.
    """
    names = sorted(_pictures(folder))
    if not names:
        raise FormatRefused(f"{folder} is a directory without pictures (.png, .jpg); name a file in it")
    files = [os.fsencode(name).decode("utf-8", "replace") for name in names]
    columns: dict[str, Column] = {
        FILE: TypedColumn(files),
        IMAGE: TypedColumn([_bytes(folder / name) for name in names]),
    }
    return Table(columns, len(names), FolderPlaces(files))


def _pictures(folder: Path) -> list[str]:
    found: list[str] = []
    for at, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(at, name) for name in files if not name.startswith("."))
        found += [path.relative_to(folder).as_posix() for path in paths if path.suffix.lower() in SUFFIXES]
    return found


def _bytes(path: Path) -> bytes:
    if not path.is_file() and path.exists():
        raise FormatRefused(f"cannot read {path}: not a file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise FormatRefused(f"cannot read {path}: {error.strerror}") from None
