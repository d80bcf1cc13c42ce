"""A pandas DataFrame as a table. Its NaN is missing, which is how pandas spells it. Imports pandas only for Arrow replies."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offbeat.client.tables.arrow import has, stream_of, table_of
from offbeat.client.tables.base import Cells, Columns, Kinds, Part


@dataclass(frozen=True)
class PandasFrame:
    """Its index stays behind and comes back with the verdicts."""

    frame: Any

    @property
    def rows(self) -> int:
        """How many records."""
        return len(self.frame)

    def take(self, rows: Sequence[int]) -> PandasFrame:
        """These records only, in this order."""
        return PandasFrame(self.frame.iloc[list(rows)])

    def columns(self) -> Columns:
        """NaN, NaT and NA are None."""
        return {str(name): _cells(self.frame[name]) for name in self.frame.columns}

    def document(self) -> Mapping[str, Any]:
        """An array a column."""
        return {"columns": self.columns()}

    def arrow(self) -> bytes | None:
        """By pyarrow, where it is; None for columns of mixed cells."""
        if not has("pyarrow"):
            return None
        import pyarrow as pa  # noqa: PLC0415  # optional

        try:
            table = pa.Table.from_pandas(self.frame.rename(columns=str), preserve_index=False)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            return None
        return stream_of(table.replace_schema_metadata())  # what pandas would tell itself of its types

    @property
    def reads_arrow(self) -> bool:
        """By pyarrow, where it is."""
        return has("pyarrow")

    def of_columns(self, columns: Columns, texts: Collection[str]) -> Any:  # noqa: ANN401
        """A DataFrame with the same index."""
        made = type(self.frame)(columns, index=self.frame.index)
        return made.astype(dict.fromkeys(columns.keys() - texts, "float64"))

    def of_arrow(self, parts: Sequence[Part], kinds: Kinds) -> Any:  # noqa: ANN401
        """A DataFrame with the same index."""
        return table_of(parts, kinds).to_pandas().set_index(self.frame.index)


def _cells(series: Any) -> Cells:  # noqa: ANN401
    missing = series.isna().tolist()
    return [None if lost else cell for cell, lost in zip(series.tolist(), missing, strict=True)]
