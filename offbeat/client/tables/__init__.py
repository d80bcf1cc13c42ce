"""Tables: records of every form a caller may have them in. FRAMES names the libraries; none of them is imported to look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from offbeat.client.tables.base import Frame, Table
from offbeat.client.tables.pandas_frame import PandasFrame
from offbeat.client.tables.plain import ColumnTable, RecordTable, column_table
from offbeat.client.tables.polars_frame import PolarsFrame
from offbeat.client.tables.pyarrow_table import ArrowTable

FRAMES: dict[tuple[str, str], Callable[[Any], Frame]] = {
    ("pandas", "DataFrame"): PandasFrame,
    ("polars", "DataFrame"): PolarsFrame,
    ("pyarrow", "Table"): ArrowTable,
}
A_TABLE = (
    "expected records, columns, a numpy array with features=, a pandas or polars DataFrame or a pyarrow Table"
)


class Array(Protocol):
    """What the client asks of a numpy array."""

    @property
    def dtype(self) -> Any:  # noqa: ANN401
        """Of one kind of cell, or with a name a field."""
        ...

    def tolist(self) -> Any:  # noqa: ANN401
        """Its cells as Python has them."""
        ...


class DataFrame(Protocol):
    """What the data frames of all libraries have in common."""

    @property
    def columns(self) -> Any:  # noqa: ANN401
        """Their names, or themselves."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """(records, columns)."""
        ...


Records = Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any] | Array] | Array | DataFrame


def table_of(records: Records, features: Sequence[str] | None = None) -> Table:
    """The table of what a caller has; `features` name the columns of an array. TypeError for what is none of its forms."""
    frame = _frame(records)
    if frame is not None:
        return frame
    if hasattr(records, "dtype"):
        return column_table(records, features)
    if features is not None:
        raise TypeError("only the columns of an array need features=")
    if isinstance(records, Mapping):
        return ColumnTable(records)
    if isinstance(records, Sequence) and all(isinstance(record, Mapping) for record in records):
        return RecordTable(records)
    raise TypeError(f"{A_TABLE}; got {type(records).__name__}")


def frame_of(records: DataFrame) -> Frame:
    """The table of a data frame. TypeError for anything else."""
    frame = _frame(records)
    if frame is None:
        raise TypeError(
            f"expected a pandas or polars DataFrame or a pyarrow Table, got {type(records).__name__}; "
            "score_columns takes every form of records"
        )
    return frame


def _frame(records: object) -> Frame | None:
    """By the names of its class and of those it inherits."""
    for kind in type(records).__mro__:
        made = FRAMES.get((kind.__module__.partition(".")[0], kind.__name__))
        if made is not None:
            return made(records)
    return None
