"""A pyarrow Table as a table. Its null is missing; its NaN is a NaN. Imports pyarrow only when it is asked for Arrow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offbeat.client.tables.arrow import stream_of, table_of
from offbeat.client.tables.base import Columns, Kinds, Part


@dataclass(frozen=True)
class ArrowTable:
    """Goes as it is."""

    table: Any

    @property
    def rows(self) -> int:
        """How many records."""
        return int(self.table.num_rows)

    def take(self, rows: Sequence[int]) -> ArrowTable:
        """These records only, in this order."""
        return ArrowTable(self.table.take(list(rows)))

    def columns(self) -> Columns:
        """The cells of every column."""
        return dict(self.table.to_pydict())

    def document(self) -> Mapping[str, Any]:
        """An array a column."""
        return {"columns": self.columns()}

    def arrow(self) -> bytes | None:
        """Whatever there is, but pictures."""
        return stream_of(self.table)

    @property
    def reads_arrow(self) -> bool:
        """By itself."""
        return True

    def of_columns(self, columns: Columns, texts: Collection[str]) -> Any:  # noqa: ANN401
        """A Table."""
        import pyarrow as pa  # noqa: PLC0415  # optional

        kinds = [(name, pa.string() if name in texts else pa.float64()) for name in columns]
        return pa.table(columns, schema=pa.schema(kinds))

    def of_arrow(self, parts: Sequence[Part], kinds: Kinds) -> Any:  # noqa: ANN401
        """A Table."""
        return table_of(parts, kinds)
