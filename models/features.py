"""Feature, FeatureSchema: which columns a model reads, of which kind and range, and whether a table has them."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from models.columns import is_empty, shown
from models.contract import Contract
from models.errors import SHOWN_MISMATCHES, Mismatch, TableMismatch
from models.picture_files import MOST_PIXELS
from models.table import Table

COMPARED = 100  # characters of an unknown name that are compared with the known ones


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

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum > self.maximum or self.lowest > self.highest:
            raise ValueError("a range ends before it begins")
        return self


class Derived(Contract):
    """A feature that is no column of its own: the hour or the weekday, as written, of a column of times."""

    column: str
    part: Literal["hour", "weekday"]


def derived_name(derived: Derived) -> str:
    """`timestamp.hour`."""
    return f"{derived.column}.{derived.part}"


class CategoricalFeature(Contract):
    """A column of categories; category i has code i + 1. `typical` is the most frequent one."""

    kind: Literal["categorical"] = "categorical"
    name: str
    typical: str
    categories: tuple[str, ...] = Field(min_length=1)
    derived: Derived | None = None

    @model_validator(mode="after")
    def _every_category_once(self) -> Self:
        if len(set(self.categories)) != len(self.categories):
            raise ValueError("a category is named twice")
        return self


class ImageFeature(Contract):
    """A column of pictures, all of one size; `channels` is 1 (grey) or 3 (red, green, blue)."""

    kind: Literal["image"] = "image"
    name: str
    height: int = Field(gt=0)
    width: int = Field(gt=0)
    channels: Literal[1, 3]

    @model_validator(mode="after")
    def _of_a_size_that_is_read(self) -> Self:
        if self.height * self.width > MOST_PIXELS:
            raise ValueError(f"an image has at most {MOST_PIXELS:,} pixels")
        return self

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.height, self.width, self.channels


Feature = Annotated[NumericFeature | CategoricalFeature | ImageFeature, Field(discriminator="kind")]


class FeatureSchema(Contract):
    """The columns of a model, in the order of its training file.

    Features are read by the network; passthrough columns (id, timestamp, label) are accepted and echoed. Conditions
    are features that say what is normal, and are never judged themselves.
    """

    features: tuple[Feature, ...] = Field(min_length=1)
    passthrough: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _every_name_once(self) -> Self:
        names = [feature.name for feature in self.features] + list(self.passthrough)
        if len(set(names)) != len(names):
            raise ValueError("a column is named twice")
        if not {*self.conditions} < {*self.names}:
            raise ValueError("the conditions are not features, or all of them are")
        return self

    @model_validator(mode="after")
    def _an_image_alone(self) -> Self:
        if self.images and len(self.features) > 1:
            raise ValueError("an image stands alone among the features")
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
    def images(self) -> tuple[ImageFeature, ...]:
        """The feature of a model of images, or none."""
        return tuple(feature for feature in self.features if isinstance(feature, ImageFeature))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Feature names in the order of the graph's outputs: numeric features, then categorical ones, or the image."""
        in_order: tuple[Feature, ...] = (*self.numeric, *self.categorical, *self.images)
        return tuple(feature.name for feature in in_order)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The columns that a table must have, each once: a derived feature needs the column it is made from."""
        derived = {each.name: each.derived.column for each in self.categorical if each.derived}
        return tuple(dict.fromkeys(derived.get(name, name) for name in self.names))

    @cached_property
    def limits(self) -> NDArray[np.float64]:
        """(4, numeric features): minimum and maximum of the trained range, lowest and highest before the graph clamps."""
        rows = [(each.minimum, each.maximum, each.lowest, each.highest) for each in self.numeric]
        return np.array(rows, dtype=np.float64).reshape(-1, 4).T.copy()

    @cached_property
    def ranges(self) -> tuple[str, ...]:
        """The trained range of each numeric feature, for people."""
        return tuple(f"{each.minimum:g} to {each.maximum:g}" for each in self.numeric)

    @cached_property
    def condition_places(self) -> tuple[int, ...]:
        """Where the conditions are among the names."""
        return tuple(place for place, name in enumerate(self.names) if name in self.conditions)

    def check(self, table: Table, *, ignore_unknown: bool = False, ignore: str = "extra=ignore") -> None:
        """TableMismatch when a feature is in no record, or a column is neither feature nor passthrough.

        `ignore` is how whoever asks says that unknown columns may be left out.
        """
        unknown = [] if ignore_unknown else self._unknown(table)
        whole = not self.images and table.matrix(self.inputs) is not None
        absent = [] if whole else [name for name in self.inputs if _is_absent(table, name)]
        if not absent and not unknown:
            return
        # A hostile body has a million columns: only those that are shown are worth a closer look.
        shown_first = [self._unknown_column(table, name, ignore) for name in unknown[:SHOWN_MISMATCHES]]
        shown_then = [_absent_feature(table, name) for name in absent[:SHOWN_MISMATCHES]]
        raise TableMismatch([*shown_first, *shown_then], len(unknown) + len(absent))

    def _unknown(self, table: Table) -> list[str]:
        return [name for name in table.columns if name not in self._known]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset((*self.inputs, *self.passthrough))

    def _unknown_column(self, table: Table, name: str, ignore: str) -> Mismatch:
        close = get_close_matches(name[:COMPARED], self.inputs, n=1)
        hint = f"did you mean {shown(close[0])}?" if close else f"{ignore} leaves it out"
        detail = f"the model knows no column {shown(name)}; {hint}"
        return table.mismatch(_first_seen(table, name), name, detail)


def _is_absent(table: Table, name: str) -> bool:
    return name not in table.columns or table.columns[name].is_absent()


def _absent_feature(table: Table, name: str) -> Mismatch:
    return table.mismatch(None, name, f"the feature {shown(name)} is absent from every record")


def _first_seen(table: Table, name: str) -> int:
    """The first record that has the column, since a pointer must name one."""
    cells = table.columns[name].cells
    return next((row for row, cell in enumerate(cells) if not is_empty(cell)), 0)
