"""Parquet: typed columns in one file."""

from __future__ import annotations

from dataclasses import dataclass

from models.table import Table


@dataclass(frozen=True, slots=True)
class ParquetFormat:
    """Reads and writes Parquet. pyarrow is imported by the first file."""

    media_type: str = "application/vnd.apache.parquet"
    suffix: str = ".parquet"

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """All row groups."""
        from models.formats.parquet_file import read_parquet  # noqa: PLC0415  # brings pyarrow

        return read_parquet(data, most)

    def write(self, table: Table) -> bytes:
        """One file; numbers as float64 or int64, a missing value is null."""
        from models.formats.parquet_file import write_parquet  # noqa: PLC0415

        return write_parquet(table)
