"""The columns of an Arrow batch, each made when it is asked for; numbers that a model reads come as one array. Imports pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import types

from models.columns import Column
from models.formats.arrow_columns import table_of
from models.table import WholeColumns


@dataclass(frozen=True, slots=True, eq=False)
class BatchColumns(WholeColumns):
    """Of a batch whose schema was checked."""

    batch: Any  # pyarrow has no types
    made: dict[str, Column] = field(default_factory=dict)
    matrices: dict[tuple[str, ...], NDArray[np.float64] | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Column:
        """As the format reads it."""
        if name not in self.made:
            alone = pa.table({name: self.batch.column(self.batch.schema.names.index(name))})
            self.made[name] = table_of(alone).columns[name]
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        """Names in the order of the file."""
        return iter(self.batch.schema.names)

    def __len__(self) -> int:
        """How many."""
        return len(self.batch.schema.names)

    def matrix(self, names: Sequence[str]) -> NDArray[np.float64] | None:
        """(rows, names); None where a column is not there, has a null, or numbers that float64 may not hold."""
        asked = tuple(names)
        if asked not in self.matrices:
            self.matrices[asked] = self._matrix(asked)
        return self.matrices[asked]

    def _matrix(self, names: tuple[str, ...]) -> NDArray[np.float64] | None:
        if not {*self} >= {*names}:
            return None
        chosen = self.batch.select(names)
        if not all(map(_is_plain, chosen.columns)):
            return None
        return np.asarray(chosen.to_tensor(row_major=True).to_numpy(), np.float64)


def _is_plain(column: Any) -> bool:  # noqa: ANN401
    """Floats, or whole numbers of few bits, without a null."""
    kind = column.type
    short = types.is_integer(kind) and kind.bit_width <= 32  # noqa: PLR2004
    return not column.null_count and (types.is_float32(kind) or types.is_float64(kind) or short)
