"""Plain: tables of Python's own lists and of numpy's arrays. Imports neither numpy nor anything else it may not need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offbeat.client.tables.arrow import arrow_of
from offbeat.client.tables.base import Columns


@dataclass(frozen=True)
class RecordTable:
    """A list of mappings; a key that a record lacks is missing there."""

    records: Sequence[Mapping[str, Any]]

    @property
    def rows(self) -> int:
        """How many records."""
        return len(self.records)

    def take(self, rows: Sequence[int]) -> RecordTable:
        """These records only, in this order."""
        return RecordTable([self.records[row] for row in rows])

    def columns(self) -> Columns:
        """In the order in which their names are first met."""
        names = dict.fromkeys(name for record in self.records for name in record)
        return {name: [record.get(name) for record in self.records] for name in names}

    def document(self) -> Mapping[str, Any]:
        """As they are, so that what is refused is named by the record it stands in."""
        return {"records": list(self.records)}

    def arrow(self) -> bytes | None:
        """Turning records into columns costs more than Arrow saves."""
        return None


@dataclass(frozen=True)
class ColumnTable:
    """Columns by name: lists, or arrays of one dimension. ValueError when they are not equally long."""

    named: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Look at the lengths."""
        lengths = {str(name): len(cells) for name, cells in self.named.items()}
        if len({*lengths.values()}) > 1:
            raise ValueError(f"columns of different lengths: {lengths}")

    @property
    def rows(self) -> int:
        """How many records."""
        return len(next(iter(self.named.values()), ()))

    def take(self, rows: Sequence[int]) -> ColumnTable:
        """These records only, in this order."""
        return ColumnTable({name: _taken(cells, rows) for name, cells in self.named.items()})

    def columns(self) -> Columns:
        """Arrays as lists."""
        return {name: python_of(cells) if is_array(cells) else cells for name, cells in self.named.items()}

    def document(self) -> Mapping[str, Any]:
        """An array a column."""
        return {"columns": self.columns()}

    def arrow(self) -> bytes | None:
        """Of arrays alone: a list would have to be looked through cell by cell."""
        return arrow_of(self.named) if all(map(is_array, self.named.values())) else None


def column_table(array: Any, features: Sequence[str] | None) -> ColumnTable:  # noqa: ANN401
    """An array with a name a field, or (records, features) beside the features' names. ValueError when they do not fit."""
    fields = array.dtype.names
    if fields:
        return ColumnTable({name: array[name] for name in fields})
    if features is None:
        raise ValueError("an array has no names: give features=[...], a name for each of its columns")
    if array.ndim != 2 or array.shape[1] != len(features):  # noqa: PLR2004
        raise ValueError(
            f"{len(features)} features do not name the columns of an array of shape {array.shape}"
        )
    return ColumnTable({name: array[:, place] for place, name in enumerate(features)})


def _taken(cells: Any, rows: Sequence[int]) -> Any:  # noqa: ANN401
    if isinstance(rows, range) and rows.step == 1:
        return cells[rows.start : rows.stop]
    return cells[list(rows)] if is_array(cells) else [cells[row] for row in rows]


def python_of(array: Any) -> Any:  # noqa: ANN401
    """What numpy holds, as Python has it. Numpy itself would make plain numbers of times in nanoseconds."""
    return (array.astype("datetime64[us]") if array.dtype.kind == "M" else array).tolist()


def is_array(cells: object) -> bool:
    """Whether these are cells of numpy, or one of its scalars."""
    return hasattr(cells, "dtype") and hasattr(cells, "tolist")
