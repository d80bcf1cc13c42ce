"""Rebuilt pictures: one as a PNG, those of a folder as a folder of PNGs. All are judged before the first is written."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from batch.records import Records
from batch.survey import Layout
from batch.writing.form import Columns
from batch.writing.partial import whole_file
from models.errors import ContractError
from models.formats.folder import FILE

PNG = ".png"


class Rebuilt(NamedTuple):
    """A picture as the model would have it; None without a verdict. `source`: its file in a folder."""

    source: str
    picture: bytes | None


@dataclass(frozen=True, slots=True)
class PictureForm:
    """Pictures as PNG."""

    typed: bool = False

    def render(self, records: Records, added: Columns, layout: Layout | None) -> list[Rebuilt]:  # noqa: ARG002
        """One a record."""
        (rebuilt,) = added.values()
        columns = records.table.columns
        files = columns[FILE].cells if FILE in columns else [""] * records.rows
        decoded = (None if cell is None else base64.b64decode(cell) for cell in rebuilt.cells)
        return [Rebuilt(*each) for each in zip(files, decoded, strict=True)]


class PictureSink:
    """The one picture there is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, rendered: list[Rebuilt]) -> None:
        """The picture. ContractError when there is none."""
        ((_, picture),) = rendered
        if picture is None:
            raise ContractError("there is no picture to rebuild: the record has no verdict")
        self._file.write(picture)

    def close(self) -> None:
        """Nothing more."""


@dataclass(slots=True)
class FolderSink:
    """A PNG for each picture of a folder that was judged, under the same name; each is replaced when all of it is written."""

    folder: Path
    waiting: dict[str, Rebuilt] = field(default_factory=dict)

    def write(self, rendered: list[Rebuilt]) -> None:
        """Keep them. ContractError when two pictures differ in nothing but their suffix."""
        for each in rendered:
            name = str(Path(each.source).with_suffix(PNG))
            if name in self.waiting:
                raise ContractError(
                    f"{self.waiting[name].source} and {each.source} would both become {name}; rename one of them"
                )
            self.waiting[name] = each

    def close(self) -> None:
        """Write them. ContractError tells how many were written before one that could not be."""
        _write(
            self.folder,
            {name: each.picture for name, each in self.waiting.items() if each.picture is not None},
        )


def _write(folder: Path, pictures: Mapping[str, bytes]) -> None:
    for written, (name, picture) in enumerate(pictures.items()):
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                file.write(picture)
        except (OSError, ContractError) as error:
            cause = error.__cause__ if isinstance(error, ContractError) else error
            why = cause.strerror if isinstance(cause, OSError) else error
            raise ContractError(f"cannot write {path}: {why}; {written} pictures were written") from error
