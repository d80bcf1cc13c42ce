"""Table -> the graph's inputs: float64 numbers (NaN = missing), int64 category codes. Scaling is the graph's own work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.columns import Column, Mask, Numbers, TypedColumn
from models.errors import Mismatch, refuse_any
from models.features import CategoricalFeature, FeatureSchema
from models.table import Table

UNSEEN, MISSING = 0, -1
Kind = TypeVar("Kind", np.float64, np.int64, np.bool_)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Records as the graph takes them, and what a verdict must know about them.

    numeric: (rows, numeric features) float64, NaN where missing or not finite.
    categorical: (rows, categorical features) int64; 1.. a known category, 0 unseen, -1 missing.
    missing, not_finite: (rows, features), in the order of `FeatureSchema.names`.
    texts: the cells of each categorical feature as they came.
    """

    numeric: NDArray[np.float64]
    categorical: NDArray[np.int64]
    missing: Mask
    not_finite: Mask
    texts: tuple[list[str | None], ...]

    @property
    def rows(self) -> int:
        """How many records."""
        return len(self.missing)

    def take(self, rows: slice | NDArray[np.int64]) -> Encoded:
        """These records, by a slice or by their numbers."""
        numbers = np.arange(self.rows)[rows]
        texts = tuple([column[row] for row in numbers] for column in self.texts)
        return Encoded(
            self.numeric[rows], self.categorical[rows], self.missing[rows], self.not_finite[rows], texts
        )


def encode(table: Table, schema: FeatureSchema) -> Encoded:
    """Read every feature by its name. TableMismatch names each cell that is not of its feature's kind.

    A feature that is not a column of the table is missing in every record; `FeatureSchema.check` is
    what refuses such a table.
    """
    numbers: list[Numbers] = []
    texts: list[list[str | None]] = []
    refuse_any(chain(_read_numbers(table, schema, numbers), _read_texts(table, schema, texts)))
    rows = table.rows
    values = _stacked([read.values for read in numbers], rows, np.float64)
    codes = _stacked([_codes(*pair) for pair in zip(texts, schema.categorical, strict=True)], rows, np.int64)
    lost = _stacked([read.missing for read in numbers], rows, np.bool_)
    finite = np.isfinite(values)
    return Encoded(
        numeric=np.where(finite, values, np.nan),
        categorical=codes,
        missing=np.hstack([lost, codes == MISSING]),
        not_finite=np.hstack([~finite & ~lost, np.zeros_like(codes, dtype=np.bool_)]),
        texts=tuple(texts),
    )


def _read_numbers(table: Table, schema: FeatureSchema, into: list[Numbers]) -> Iterator[Mismatch]:
    """Bad cells, column by column, so that whoever has seen enough of them can stop the reading."""
    for feature in schema.numeric:
        read = _column(table, feature.name).numbers()
        into.append(read)
        for row, detail in read.bad:
            yield table.mismatch(row, feature.name, detail)


def _read_texts(table: Table, schema: FeatureSchema, into: list[list[str | None]]) -> Iterator[Mismatch]:
    for feature in schema.categorical:
        read = _column(table, feature.name).categories()
        into.append(read.values)
        for row, detail in read.bad:
            yield table.mismatch(row, feature.name, detail)


def _column(table: Table, name: str) -> Column:
    return table.columns[name] if name in table.columns else TypedColumn([None] * table.rows)


def _codes(values: list[str | None], feature: CategoricalFeature) -> NDArray[np.int64]:
    known: dict[str | None, int] = {name: code for code, name in enumerate(feature.categories, start=1)}
    known[None] = MISSING
    return np.array([known.get(value, UNSEEN) for value in values], dtype=np.int64)


def _stacked(columns: Sequence[NDArray[Kind]], rows: int, kind: type[Kind]) -> NDArray[Kind]:
    """(rows, columns), also of no column."""
    out = np.empty((rows, len(columns)), dtype=kind)
    for place, column in enumerate(columns):
        out[:, place] = column
    return out
