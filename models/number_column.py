"""One column of a table that came as an array, as those of Parquet, Arrow and npy do. Knows no feature names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.cells import ArrayCells, Rows
from models.columns import BEYOND_EXACT, EXACT, BadCell, Categories, Mask, Numbers, TypedColumn


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Numbers as Parquet, Arrow and npy have them; a value that is not finite is there, and left for the verdict to refuse.

    values: (rows,) float64, or integers of at most 64 bits. missing: (rows,), or None where every row has a value.
    """

    values: NDArray[Any]
    missing: Mask | None = None

    @property
    def cells(self) -> ArrayCells:
        """Each made when it is looked at."""
        return ArrayCells(self.values, self.missing)

    def numbers(self) -> Numbers:
        """The array itself, where nothing is missing and no whole number is too large for it."""
        values = self.values.astype(np.float64, copy=False)
        missing = np.zeros(len(values), np.bool_) if self.missing is None else self.missing
        if self.missing is not None:
            values = np.where(missing, np.nan, values)
        # Only of the integers themselves can be told what float64 would have made of them.
        whole = self.values.dtype.kind in "iu"
        large = np.flatnonzero(self._beyond_exact() & ~missing).tolist() if whole else []
        return Numbers(values, missing, [BadCell(row, BEYOND_EXACT) for row in large])

    def _beyond_exact(self) -> Mask:
        exact = int(EXACT)
        above: Mask = self.values > exact
        return above if self.values.dtype.kind == "u" else above | (self.values < -exact)

    def categories(self) -> Categories:
        """Whole numbers, spelled as JSON spells them."""
        return TypedColumn(self.cells).categories()

    def is_absent(self) -> bool:
        """Whether every row is missing."""
        return bool(len(self.values) == 0 or (self.missing is not None and self.missing.all()))

    def take(self, rows: Rows) -> NumberColumn:
        """The same column with these rows only, in this order."""
        return NumberColumn(self.values[rows], None if self.missing is None else self.missing[rows])
