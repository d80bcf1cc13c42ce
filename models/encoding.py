"""Table -> the graph's inputs: float64 numbers (NaN = missing), int64 category codes, or uint8 pixels. Scaling is the graph's own work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.columns import Categories, Column, Mask, Numbers, TypedColumn, is_empty
from models.errors import Mismatch, refuse_any
from models.features import CategoricalFeature, Derived, FeatureSchema
from models.feed import Inputs
from models.pictures import PictureRefused, decode
from models.table import Table
from models.times import read_times

UNSEEN, MISSING = 0, -1
Kind = TypeVar("Kind", np.float64, np.int64, np.bool_)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Records as the graph takes them, and what a verdict must know about them.

    numeric: (rows, numeric features) float64, NaN where missing or not finite.
    categorical: (rows, categorical features) int64; 1.. a known category, 0 unseen, -1 missing.
    missing, not_finite: (rows, features), in the order of `FeatureSchema.names`.
    texts: the cells of each categorical feature as they came.
    image: (rows, height, width, channels) uint8 of a model of images, 0 where missing; the two before have no features.
    """

    numeric: NDArray[np.float64]
    categorical: NDArray[np.int64]
    missing: Mask
    not_finite: Mask
    texts: tuple[list[str | None], ...]
    image: NDArray[np.uint8] | None = None

    @property
    def rows(self) -> int:
        """How many records."""
        return len(self.missing)

    def feed(self, part: slice) -> Inputs:
        """The graph's inputs for some of the records."""
        if self.image is not None:
            return {"image": self.image[part]}
        inputs: Inputs = {"numeric": self.numeric[part], "categorical": self.categorical[part]}
        return {name: values for name, values in inputs.items() if values.shape[1]}

    def take(self, rows: slice | NDArray[np.int64]) -> Encoded:
        """These records, by a slice or by their numbers."""
        numbers = np.arange(self.rows)[rows]
        texts = tuple([column[row] for row in numbers] for column in self.texts)
        return Encoded(
            self.numeric[rows],
            self.categorical[rows],
            self.missing[rows],
            self.not_finite[rows],
            texts,
            None if self.image is None else self.image[rows],
        )


def encode(table: Table, schema: FeatureSchema) -> Encoded:
    """Read every feature by its name. TableMismatch names each cell that is not of its feature's kind.

    A feature that is not a column of the table is missing in every record; `FeatureSchema.check` is
    what refuses such a table.
    """
    if len(schema.numeric) == len(schema.features):
        matrix = table.matrix(schema.names)
        if matrix is not None:
            return encode_matrix(matrix)
    numbers: list[Numbers] = []
    texts: list[list[str | None]] = []
    images = [np.zeros((table.rows, *feature.shape), dtype=np.uint8) for feature in schema.images]
    refuse_any(
        chain(
            _read_numbers(table, schema, numbers),
            _read_texts(table, schema, texts),
            _read_images(table, schema, images),
        )
    )
    rows = table.rows
    codes = _stacked([_codes(*pair) for pair in zip(texts, schema.categorical, strict=True)], rows, np.int64)
    lost = _stacked([read.missing for read in numbers], rows, np.bool_)
    empty = [list(map(is_empty, _column(table, feature.name).cells)) for feature in schema.images]
    no_image = _stacked([np.array(each) for each in empty], rows, np.bool_)
    values, wild = _finite(_stacked([read.values for read in numbers], rows, np.float64))
    return Encoded(
        numeric=values,
        categorical=codes,
        missing=np.hstack([lost, codes == MISSING, no_image]),
        not_finite=np.hstack([wild & ~lost, np.zeros_like(codes, np.bool_), np.zeros_like(no_image)]),
        texts=tuple(texts),
        image=images[0] if images else None,
    )


def encode_matrix(values: NDArray[np.float64], missing: Mask | None = None) -> Encoded:
    """Records of numbers alone, (rows, numeric features) in the order of the schema; what is not finite is not missing.

    `missing`: the same shape; none is missing without it.
    """
    numbers, wild = _finite(values)
    lost, not_finite = (np.zeros_like(wild), wild) if missing is None else (missing, wild & ~missing)
    return Encoded(numbers, np.empty((len(values), 0), np.int64), lost, not_finite, ())


def _finite(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], Mask]:
    """The same with NaN for whatever is not a finite number, and where that is."""
    wild = ~np.isfinite(values)
    return (np.where(wild, np.nan, values) if wild.any() else values), wild


def _read_numbers(table: Table, schema: FeatureSchema, into: list[Numbers]) -> Iterator[Mismatch]:
    """Bad cells, column by column, so that whoever has seen enough of them can stop the reading."""
    for feature in schema.numeric:
        read = _column(table, feature.name).numbers()
        into.append(read)
        for row, detail in read.bad:
            yield table.mismatch(row, feature.name, detail)


def _read_texts(table: Table, schema: FeatureSchema, into: list[list[str | None]]) -> Iterator[Mismatch]:
    for feature in schema.categorical:
        source = feature.derived.column if feature.derived else feature.name
        column = _column(table, source)
        read = calendar(column, feature.derived) if feature.derived else column.categories()
        into.append(read.values)
        for row, detail in read.bad:
            yield table.mismatch(row, source, detail)


def _read_images(table: Table, schema: FeatureSchema, into: list[NDArray[np.uint8]]) -> Iterator[Mismatch]:
    for feature, pixels in zip(schema.images, into, strict=True):
        for row, cell in enumerate(_column(table, feature.name).cells):
            try:
                if not is_empty(cell):
                    pixels[row] = decode(cell, feature)
            except PictureRefused as refused:
                yield table.mismatch(row, feature.name, refused.detail)


def calendar(column: Column, derived: Derived) -> Categories:
    """The hour or the weekday of a column of times; None where there is no time."""
    times = read_times(column)
    return Categories(times.hours() if derived.part == "hour" else times.weekdays(), times.bad)


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
