"""What a format is."""

from __future__ import annotations

from typing import Protocol

from models.table import Table


class Format(Protocol):
    """Bytes to Table and back. `media_type` and `suffix` are how HTTP and files name it."""

    @property
    def media_type(self) -> str:
        """`text/csv`."""
        ...

    @property
    def suffix(self) -> str:
        """`.csv`."""
        ...

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """Read all records.

        FormatRefused when the bytes are not this format, TableMismatch when they are ragged, TooLarge when there
        are more than `most` records.
        """
        ...

    def write(self, table: Table) -> bytes:
        """The same records as bytes. Where cells have types, text of a CSV that is plainly a number becomes one."""
        ...
