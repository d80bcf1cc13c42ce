"""A polars DataFrame as a table. Its null is missing; its NaN is a NaN. Imports polars only for the verdicts."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offbeat.client.tables.base import Columns, Kinds, Part

NO_ARROW = {"Binary", "Object"}


@dataclass(frozen=True)
class PolarsFrame:
    """Writes and reads Arrow by itself."""

    frame: Any

    @property
    def rows(self) -> int:
        """How many records."""
        return int(self.frame.height)

    def take(self, rows: Sequence[int]) -> PolarsFrame:
        """These records only, in this order."""
        return PolarsFrame(self.frame[list(rows)])

    def columns(self) -> Columns:
        """The cells of every column."""
        return dict(self.frame.to_dict(as_series=False))

    def document(self) -> Mapping[str, Any]:
        """An array a column."""
        return {"columns": self.columns()}

    def arrow(self) -> bytes | None:
        """Whatever there is, but pictures, and cells of any kind that only Python knows."""
        if any(str(kind) in NO_ARROW for kind in self.frame.dtypes):
            return None
        sink = io.BytesIO()
        self.frame.write_ipc_stream(sink)
        return sink.getvalue()

    @property
    def reads_arrow(self) -> bool:
        """By itself."""
        return True

    def of_columns(self, columns: Columns, texts: Collection[str]) -> Any:  # noqa: ANN401
        """A DataFrame."""
        import polars as pl  # noqa: PLC0415  # optional

        return pl.DataFrame(columns, {name: pl.String if name in texts else pl.Float64 for name in columns})

    def of_arrow(self, parts: Sequence[Part], kinds: Kinds) -> Any:  # noqa: ANN401
        """A DataFrame."""
        import polars as pl  # noqa: PLC0415  # optional

        read = [pl.read_ipc_stream(io.BytesIO(part.stream))[part.rows] for part in parts]
        texts = kinds.text(lambda name: any(each.schema[name] == pl.String for each in read))
        columns = [pl.col(name).cast(pl.String if name in texts else pl.Float64) for name in kinds.names]
        return pl.concat(each.select(columns) for each in read)
