"""Table -> the graph's inputs: float64 numbers (NaN = missing), int64 category codes. Scaling is the graph's own work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.columns import BadCell, Mask
from models.errors import Mismatch, TableMismatch
from models.features import CategoricalFeature, FeatureSchema
from models.table import Table

UNSEEN, MISSING = 0, -1


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
    mismatches: list[Mismatch] = []
    numeric = np.full((table.rows, len(schema.numeric)), np.nan)
    lost = np.zeros((table.rows, len(schema.names)), dtype=np.bool_)
    strange = np.zeros_like(lost)
    for place, feature in enumerate(schema.numeric):
        if feature.name not in table.columns:
            lost[:, place] = True
            continue
        values, missing, bad = table.columns[feature.name].numbers()
        mismatches += _mismatches(table, feature.name, bad)
        lost[:, place] = missing
        strange[:, place] = ~np.isfinite(values) & ~missing
        numeric[:, place] = np.where(np.isfinite(values), values, np.nan)
    codes, texts, bad_categories = _encode_categories(table, schema)
    if mismatches or bad_categories:
        raise TableMismatch([*mismatches, *bad_categories])
    lost[:, len(schema.numeric) :] = codes == MISSING
    return Encoded(numeric, codes, lost, strange, texts)


def _encode_categories(
    table: Table, schema: FeatureSchema
) -> tuple[NDArray[np.int64], tuple[list[str | None], ...], list[Mismatch]]:
    codes = np.full((table.rows, len(schema.categorical)), MISSING, dtype=np.int64)
    texts: list[list[str | None]] = []
    mismatches: list[Mismatch] = []
    for place, feature in enumerate(schema.categorical):
        if feature.name not in table.columns:
            texts.append([None] * table.rows)
            continue
        values, bad = table.columns[feature.name].categories()
        mismatches += _mismatches(table, feature.name, bad)
        if not bad:
            codes[:, place] = _codes(values, feature)
        texts.append(values)
    return codes, tuple(texts), mismatches


def _codes(values: list[str | None], feature: CategoricalFeature) -> NDArray[np.int64]:
    known: dict[str | None, int] = {name: code for code, name in enumerate(feature.categories, start=1)}
    known[None] = MISSING
    return np.array([known.get(value, UNSEEN) for value in values], dtype=np.int64)


def _mismatches(table: Table, name: str, bad: list[BadCell]) -> list[Mismatch]:
    return [table.mismatch(row, name, detail) for row, detail in bad]
