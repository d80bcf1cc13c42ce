"""Records: the tensors of a request as the records of a model. Knows neither JSON nor bytes.

A tensor holds one column, under its name, or all numeric features at once, under the name `numeric`, or pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.columns import Column, Numbers, shown
from models.encoding import Encoded, encode_matrix
from models.errors import TooManyRecords
from models.features import FeatureSchema
from models.manifest import Manifest
from models.number_column import NumberColumn
from models.table import Table
from service.oip.columns import column_of, numbers_of
from service.oip.datatypes import BOOL, BYTES, FLOATING, WHOLE, kind
from service.oip.heads import named
from service.oip.pictures import read_pictures
from service.oip.tensors import Tensor

MATRIX = "numeric"


@dataclass(frozen=True, slots=True)
class TensorPlaces:
    """Where a cell stands: in which record of which tensor. `inputs`: the place of each column's."""

    inputs: Mapping[str, int]

    def pointer(self, row: int | None, column: str | None) -> str:
        """JSON pointer into the JSON of the request, whether the elements stand there or behind it."""
        place = None if column is None else self.inputs.get(column)
        tensor = "/inputs" if place is None else f"/inputs/{place}"
        return tensor if row is None else f"{tensor}/data/{row}"

    def words(self, row: int | None, column: str | None) -> str:
        """The tensor's name, and which record of it."""
        tensor = "inputs" if column is None else str(named(column))
        return tensor if row is None else f"{tensor}, record {row:,}"


def takes_matrix(columns: FeatureSchema) -> bool:
    """Whether `numeric` means all numeric features, and is not the name of a column."""
    return bool(columns.numeric) and MATRIX not in columns.inputs and MATRIX not in columns.passthrough


def read_records(
    tensors: Sequence[Tensor], manifest: Manifest, *, nan_is_missing: bool, most: int
) -> Table | Encoded:
    """The records of a request: a table, which is still to be checked, or encoded where they need not be one.

    TableMismatch for tensors that stand twice, are not as long as each other, or not of their feature's kind and shape;
    TooLarge for more than `most` records, or for too many pixels.
    """
    columns, rows = manifest.columns, _rows(tensors, most)
    if columns.images:
        return read_pictures(tensors, columns)
    if manifest.window is None and _is_matrix_alone(tensors, columns):
        numbers = _matrix(tensors[0], columns, nan_is_missing=nan_is_missing)
        if not numbers.missing.any():
            return encode_matrix(numbers.values)
    found: dict[str, Column] = {}
    inputs: dict[str, int] = {}
    for tensor in tensors:
        for name, column in _columns(tensor, columns, nan_is_missing=nan_is_missing):
            if name in found:
                tensor.head.refuse(f"holds the column {shown(name)}, but another tensor does as well")
            found[name], inputs[name] = column, tensor.head.place
    return Table(found, rows, TensorPlaces(inputs))


def _rows(tensors: Sequence[Tensor], most: int) -> int:
    first = tensors[0].head
    rows = first.shape[0]
    for tensor in tensors:
        if tensor.head.shape[0] != rows:
            tensor.head.refuse(
                f"has {tensor.head.shape[0]:,} records by its shape, but {named(first.name)} has {rows:,}"
            )
    if rows > most:
        raise TooManyRecords(most)
    return rows


def _is_matrix_alone(tensors: Sequence[Tensor], columns: FeatureSchema) -> bool:
    whole = len(columns.numeric) == len(columns.names)
    return whole and len(tensors) == 1 and tensors[0].head.name == MATRIX and takes_matrix(columns)


def _columns(tensor: Tensor, columns: FeatureSchema, *, nan_is_missing: bool) -> Iterator[tuple[str, Column]]:
    """The columns that a tensor holds: all numeric ones, or the one of its name."""
    head = tensor.head
    if head.name == MATRIX and takes_matrix(columns):
        numbers = _matrix(tensor, columns, nan_is_missing=nan_is_missing)
        for place, feature in enumerate(columns.numeric):
            yield feature.name, NumberColumn(numbers.values[:, place], numbers.missing[:, place])
        return
    if head.shape[1:] not in ((), (1,)):
        head.refuse(f"expected a shape [records] or [records, 1], got {[*head.shape]}")
    _check_kind(tensor, columns)
    yield head.name, column_of(tensor, nan_is_missing=nan_is_missing)


def _matrix(tensor: Tensor, columns: FeatureSchema, *, nan_is_missing: bool) -> Numbers:
    """All numeric features, (records, numeric features)."""
    head, width = tensor.head, len(columns.numeric)
    if head.shape[1:] != (width,):
        head.refuse(
            f"expected a shape [records, {width}], a number for each numeric feature, got {[*head.shape]}"
        )
    _check_number(tensor)
    numbers = numbers_of(tensor, nan_is_missing=nan_is_missing)
    return Numbers(numbers.values.reshape(head.shape), numbers.missing.reshape(head.shape), [])


def _check_kind(tensor: Tensor, columns: FeatureSchema) -> None:
    """Any datatype can be a time, an id or a name; a feature is a number, or it is not."""
    head = tensor.head
    if any(feature.name == head.name for feature in columns.numeric):
        _check_number(tensor)
    taken = any(feature.name == head.name and feature.derived is None for feature in columns.categorical)
    if taken and kind(head.datatype) == FLOATING:
        head.refuse(f"expected categories ({BYTES}, {BOOL} or whole numbers), got {head.datatype}")


def _check_number(tensor: Tensor) -> None:
    if kind(tensor.head.datatype) not in {*WHOLE, FLOATING}:
        tensor.head.refuse(f"expected numbers (FP64, FP32, INT64, …), got {tensor.head.datatype}")
