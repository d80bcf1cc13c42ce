"""Which columns the rows of a file have, seen piece by piece. Knows no file."""

from __future__ import annotations

from collections.abc import Iterable

from models.columns import TypedColumn
from models.features import FeatureSchema
from models.formats.places import RowPlaces
from models.table import Table

IGNORE = "--extra ignore"


def check_known(table: Table, schema: FeatureSchema, *, ignore_unknown: bool) -> None:
    """TableMismatch for a column that is neither feature nor passthrough."""
    if not ignore_unknown and not {*schema.inputs, *schema.passthrough} >= {*table.columns}:
        schema.check(table, ignore=IGNORE)


def absent(table: Table, schema: FeatureSchema) -> frozenset[str]:
    """The features that none of these rows has."""
    if table.matrix(schema.inputs) is not None:
        return frozenset()
    columns = table.columns
    return frozenset(name for name in schema.inputs if name not in columns or columns[name].is_absent())


def check_present(lacking: Iterable[str], schema: FeatureSchema) -> None:
    """TableMismatch for features that no row of the file has."""
    gone = {*lacking}
    columns = {name: TypedColumn([None if name in gone else 0]) for name in schema.inputs}
    if gone:
        schema.check(Table(columns, 1, RowPlaces()))
