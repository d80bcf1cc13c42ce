"""Write a result whole or not at all."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from models.errors import ContractError
from models.formats.base import Format
from models.table import Table


def write(table: Table, format_: Format, path: Path | None) -> None:
    """To a file, which is replaced only when all is written; or to standard output."""
    data = format_.write(table)
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):  # where it could not even be begun, there is nothing to take away
            partial.unlink()
        raise ContractError(f"cannot write {path}: {error.strerror}; nothing was changed") from error
