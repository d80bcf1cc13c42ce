"""Feature, FeatureSchema: which columns a model reads, of which kind and range, and whether a table has them."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.columns import shown
from models.contract import Contract
from models.errors import Mismatch, TableMismatch
from models.table import Table


class NumericFeature(Contract):
    """A column of numbers. `typical` (the training median) stands in for a missing value.

    `minimum` and `maximum` are the trained range; beyond `lowest` and `highest` the graph clamps.
    """

    kind: Literal["numeric"] = "numeric"
    name: str
    typical: float
    minimum: float
    maximum: float
    lowest: float
    highest: float


class CategoricalFeature(Contract):
    """A column of categories; category i has code i + 1. `typical` is the most frequent one."""

    kind: Literal["categorical"] = "categorical"
    name: str
    typical: str
    categories: tuple[str, ...] = Field(min_length=1)


Feature = Annotated[NumericFeature | CategoricalFeature, Field(discriminator="kind")]


class FeatureSchema(Contract):
    """The columns of a model, in the order of its training file.

    Features are read by the network; passthrough columns (id, timestamp, label) are accepted and echoed.
    """

    features: tuple[Feature, ...] = Field(min_length=1)
    passthrough: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _every_name_once(self) -> Self:
        names = [*(feature.name for feature in self.features), *self.passthrough]
        if len(set(names)) != len(names):
            raise ValueError("a column is named twice")
        return self

    @cached_property
    def numeric(self) -> tuple[NumericFeature, ...]:
        """Numeric features, in the order of the graph's `numeric` input."""
        return tuple(feature for feature in self.features if isinstance(feature, NumericFeature))

    @cached_property
    def categorical(self) -> tuple[CategoricalFeature, ...]:
        """Categorical features, in the order of the graph's `categorical` input."""
        return tuple(feature for feature in self.features if isinstance(feature, CategoricalFeature))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Feature names in the order of the graph's outputs: numeric features, then categorical ones."""
        return tuple(feature.name for feature in (*self.numeric, *self.categorical))

    def check(self, table: Table, *, ignore_unknown: bool = False) -> None:
        """TableMismatch when a feature is in no record, or a column is neither feature nor passthrough."""
        absent = [
            table.mismatch(None, name, f"the feature {shown(name)} is absent from every record")
            for name in self.names
            if name not in table.columns or all(_is_empty(cell) for cell in table.columns[name].cells)
        ]
        unknown = [] if ignore_unknown else self._unknown(table)
        if absent or unknown:
            raise TableMismatch([*unknown, *absent])

    def _unknown(self, table: Table) -> list[Mismatch]:
        known = {*self.names, *self.passthrough}
        return [
            table.mismatch(_first_seen(table, name), name, self._unknown_column(name))
            for name in table.columns
            if name not in known
        ]

    def _unknown_column(self, name: str) -> str:
        close = get_close_matches(name[:100], self.names, n=1)
        hint = f"did you mean {shown(close[0])}?" if close else "extra=ignore leaves it out"
        return f"the model knows no column {shown(name)}; {hint}"


def _is_empty(cell: object) -> bool:
    return cell is None or cell == ""


def _first_seen(table: Table, name: str) -> int | None:
    """The first record that has the column, since a pointer must name one."""
    cells = table.columns[name].cells
    return next((row for row, cell in enumerate(cells) if not _is_empty(cell)), 0)
