"""Where rebuilt pictures may go. Whatever is wrong with a place is said before anything is judged."""

from __future__ import annotations

import sys
from pathlib import Path

from batch.writing.pictures import PNG
from models.errors import ContractError
from models.formats.folder import SUFFIXES as PICTURES


def check_picture(path: Path | None, tables: str) -> None:
    """ContractError unless one picture can be written there."""
    if path is None and sys.stdout.isatty():
        raise ContractError("a picture is nothing for a terminal; name a file: -o FILE.png")
    if path is not None and path.suffix.lower() != PNG:
        raise ContractError(f"cannot write {path}; a rebuilt picture is a .png, or a cell of {tables}")


def folder_for(data: Path, path: Path | None) -> Path:
    """The folder for rebuilt pictures. ContractError where it cannot be one, or would mix them with their sources."""
    if path is None:
        raise ContractError("name a folder for the rebuilt pictures: -o FOLDER")
    if path.exists() and not path.is_dir():
        raise ContractError(f"{path} is a file; name a folder for the rebuilt pictures")
    if path.suffix.lower() in PICTURES and not path.is_dir():
        raise ContractError(f"{data} is a folder of pictures and {path} would be one; name a folder")
    _check_apart(path, data)
    return path


def _check_apart(path: Path, data: Path) -> None:
    """What is rebuilt must neither replace what is read now nor be read the next time."""
    into, source = path.resolve(), data.resolve()
    if into == source:
        raise ContractError(f"the rebuilt pictures would replace those in {data}; name another folder")
    if into.is_relative_to(source):
        raise ContractError(f"{path} lies in {data}, whose pictures are rebuilt; name a folder outside of it")
    if source.is_relative_to(into):
        raise ContractError(f"{data}, whose pictures are rebuilt, lies in {path}; name another folder")
