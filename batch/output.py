"""Write a result whole or not at all: as a table, as one picture, or as a folder of pictures."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from batch.score import Result
from models.errors import ContractError
from models.formats import of_file
from models.formats.base import Format
from models.formats.csv_text import CsvFormat
from models.formats.folder import SUFFIXES as PICTURES

TABLES = (".csv", ".json")
PNG = ".png"


class Output(Protocol):
    """Where a result goes and in which form; whatever can be refused without a result is refused before there is one."""

    def write(self, result: Result) -> None:
        """All of it, or ContractError."""
        ...


def output_for(view: str, data: Path, path: Path | None, separator: str) -> Output:
    """By the output's suffix, else as the input is; pictures are rebuilt as pictures and described in CSV."""
    pictures = data.is_dir() or data.suffix.lower() in PICTURES
    as_table = path is not None and path.suffix.lower() in TABLES
    if pictures and view == "reconstruct" and not as_table:
        return _folder(data, path) if data.is_dir() else _picture(path)
    if path is not None and not as_table:
        raise ContractError(f"cannot write {path}; name a file that ends in {' or '.join(TABLES)}")
    return TableOutput(
        CsvFormat(separator) if pictures and path is None else of_file(path or data, separator), path
    )


@dataclass(frozen=True, slots=True)
class TableOutput:
    """A file that is replaced when all is written; or standard output."""

    form: Format
    path: Path | None

    def write(self, result: Result) -> None:
        """The columns of the input and those of the view."""
        _write(self.form.write(result.table), self.path)


@dataclass(frozen=True, slots=True)
class PictureOutput:
    """The one picture there is, as PNG."""

    path: Path | None

    def write(self, result: Result) -> None:
        """The picture as the model would have it."""
        (picture,) = result.pictures()
        if picture is None:
            raise ContractError(f"there is no picture to rebuild: {result.seen.reasons[0]}")
        _write(picture, self.path)


@dataclass(frozen=True, slots=True)
class FolderOutput:
    """A PNG for each picture of a folder, under the same name; each is replaced when all of it is written."""

    folder: Path

    def write(self, result: Result) -> None:
        """Those that were judged; the others have nothing to be written."""
        for written, (name, picture) in enumerate(self._named(result).items()):
            path = self.folder / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                _replace(picture, path)
            except OSError as error:
                raise ContractError(
                    f"cannot write {path}: {error.strerror}; {written} pictures were written"
                ) from error

    def _named(self, result: Result) -> Mapping[str, bytes]:
        """ContractError when two pictures differ in nothing but their suffix."""
        named: dict[str, bytes] = {}
        sources: dict[str, str] = {}
        for source, picture in zip(result.files(), result.pictures(), strict=True):
            name = str(Path(source).with_suffix(PNG))
            if name in sources:
                raise ContractError(
                    f"{sources[name]} and {source} would both become {name}; rename one of them"
                )
            sources[name] = source
            if picture is not None:
                named[name] = picture
        return named


def _folder(data: Path, path: Path | None) -> FolderOutput:
    if path is None:
        raise ContractError("name a folder for the rebuilt pictures: -o FOLDER")
    if path.exists() and not path.is_dir():
        raise ContractError(f"{path} is a file; name a folder for the rebuilt pictures")
    if path.suffix.lower() in PICTURES and not path.is_dir():
        raise ContractError(f"{data} is a folder of pictures and {path} would be one; name a folder")
    _check_apart(path, data)
    return FolderOutput(path)


def _check_apart(path: Path, data: Path) -> None:
    """What is rebuilt must neither replace what is read now nor be read the next time."""
    into, source = path.resolve(), data.resolve()
    if into == source:
        raise ContractError(f"the rebuilt pictures would replace those in {data}; name another folder")
    if into.is_relative_to(source):
        raise ContractError(f"{path} lies in {data}, whose pictures are rebuilt; name a folder outside of it")
    if source.is_relative_to(into):
        raise ContractError(f"{data}, whose pictures are rebuilt, lies in {path}; name another folder")


def _picture(path: Path | None) -> PictureOutput:
    if path is None and sys.stdout.isatty():
        raise ContractError("a picture is nothing for a terminal; name a file: -o FILE.png")
    if path is not None and path.suffix.lower() != PNG:
        raise ContractError(
            f"cannot write {path}; a rebuilt picture is a .png, or a cell of {' or '.join(TABLES)}"
        )
    return PictureOutput(path)


def _write(data: bytes, path: Path | None) -> None:
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        _replace(data, path)
    except OSError as error:
        raise ContractError(f"cannot write {path}: {error.strerror}; nothing was changed") from error


def _replace(data: bytes, path: Path) -> None:
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError:
        with suppress(OSError):  # where it could not even be begun, there is nothing to take away
            partial.unlink()
        raise
