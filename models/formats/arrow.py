"""Arrow IPC: a stream as it is sent, or a file as Feather and polars write it, whose inside is such a stream."""

from __future__ import annotations

from dataclasses import dataclass

from models.table import Table


@dataclass(frozen=True, slots=True)
class ArrowFormat:
    """Reads streams and files; writes streams. pyarrow is imported by the first of them."""

    media_type: str = "application/vnd.apache.arrow.stream"
    suffix: str = ".arrows"

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """All batches. A stream without its end mark was cut and is refused."""
        from models.formats.arrow_stream import read_arrow  # noqa: PLC0415  # brings pyarrow

        return read_arrow(data, most)

    def write(self, table: Table) -> bytes:
        """A stream; numbers as float64 or int64, a missing value is null."""
        from models.formats.arrow_stream import write_stream  # noqa: PLC0415

        return write_stream(table)
