"""Explain records: which features made a score, what was expected, what was missing or doubtful. Knows no verdicts.

Columns of arrays for all records; what is said of one record is made when asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import shown
from models.encoding import UNSEEN, Encoded
from models.features import FeatureSchema
from models.scorer import Scores

Value = float | str | None
Direction = Literal["above", "below", "other"]


class Contribution(NamedTuple):
    """What one feature adds to a score: the shares of all features sum to 1, or are all 0."""

    feature: str
    actual: Value
    expected: Value
    share: float
    direction: Direction


def direction(actual: Value, expected: Value) -> Direction:
    """Which way a number is off; categories are neither above nor below."""
    if not isinstance(actual, float) or not isinstance(expected, float):
        return "other"
    return "above" if actual > expected else "below"


def shares(attribution: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each term's part of the whole, (rows, terms) -> the same; 0 where there is no whole."""
    terms = np.where(np.isfinite(attribution), attribution, 0)
    whole = terms.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(terms, whole, out=np.zeros_like(terms), where=whole > 0))


@dataclass(frozen=True)
class RecordExplanation:
    """Of records, alone or at the end of a window. `earlier` counts each feature's missing values before it in the window.

    `earlier`: makes (rows, features); asked for only when there is something to warn of.
    """

    columns: FeatureSchema
    encoded: Encoded
    scores: Scores
    earlier: Callable[[], NDArray[np.int64]] | None = None

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """(rows, features): each feature's part of the score."""
        return shares(self.scores.attribution)

    @cached_property
    def _ranked(self) -> NDArray[np.int64]:
        return np.argsort(-self.shares, axis=1, kind="stable")

    def contributions(self, row: int, top: int) -> list[Contribution]:
        """The `top` features that add most to a record's score, largest first."""
        ranked = [int(place) for place in self._ranked[row, :top] if self.shares[row, place] > 0]
        return [self._contribution(row, place) for place in ranked]

    def expected(self, row: int) -> dict[str, Value]:
        """The record as the model would have it, in its own units."""
        return {name: self._expected(row, place) for place, name in enumerate(self.columns.names)}

    def imputed(self, row: int) -> list[str]:
        """Features without a value in this record."""
        return [self.columns.names[place] for place in np.flatnonzero(self.encoded.missing[row])]

    def warnings(self, row: int) -> list[str]:
        """What the reader of a verdict should know about its record."""
        doubts = (
            [] if not self._doubtful[row] else [*self._number_warnings(row), *self._category_warnings(row)]
        )
        return doubts if self._earlier is None else [*doubts, *self._window_warnings(row)]

    def error_map(self, row: int) -> None:  # noqa: ARG002
        """Only pictures have one."""
        return

    @cached_property
    def _earlier(self) -> NDArray[np.int64] | None:
        return self.earlier() if self.earlier else None

    def _window_warnings(self, row: int) -> list[str]:
        counts = [] if self._earlier is None else self._earlier[row].tolist()
        return [
            f"{name}: {count} earlier value{'s' if count > 1 else ''} of the window missing"
            for name, count in zip(self.columns.names, counts, strict=False)
            if count
        ]

    @cached_property
    def _limits(self) -> NDArray[np.float64]:
        numeric = self.columns.numeric
        rows = [(each.minimum, each.maximum, each.lowest, each.highest) for each in numeric]
        return np.array(rows, dtype=np.float64).reshape(-1, 4).T

    @cached_property
    def _outside(self) -> NDArray[np.bool_]:
        minimum, maximum, _, _ = self._limits
        return np.asarray((self.encoded.numeric < minimum) | (self.encoded.numeric > maximum))

    @cached_property
    def _doubtful(self) -> NDArray[np.bool_]:
        unseen = self.encoded.categorical == UNSEEN
        return np.asarray(self._outside.any(axis=1) | unseen.any(axis=1))

    def _number_warnings(self, row: int) -> list[str]:
        _, _, lowest, highest = self._limits
        warnings = []
        for place in np.flatnonzero(self._outside[row]):
            feature, value = self.columns.numeric[place], float(self.encoded.numeric[row, place])
            trained = f"{feature.minimum:g} to {feature.maximum:g}"
            warnings.append(f"{feature.name}: {value:g} is outside the trained range {trained}")
            if not lowest[place] <= value <= highest[place]:
                warnings.append(f"{feature.name}: clamped to {lowest[place]:g} to {highest[place]:g}")
        return warnings

    def _category_warnings(self, row: int) -> list[str]:
        unseen = np.flatnonzero(self.encoded.categorical[row] == UNSEEN)
        return [
            f"{self.columns.categorical[place].name}: unseen category {shown(self.encoded.texts[place][row])}"
            for place in unseen
        ]

    def _contribution(self, row: int, place: int) -> Contribution:
        actual, expected = self._actual(row, place), self._expected(row, place)
        share = float(self.shares[row, place])
        return Contribution(self.columns.names[place], actual, expected, share, direction(actual, expected))

    def _actual(self, row: int, place: int) -> Value:
        numbers = len(self.columns.numeric)
        if place >= numbers:
            return self.encoded.texts[place - numbers][row]
        value = float(self.encoded.numeric[row, place])
        return value if np.isfinite(value) else None

    def _expected(self, row: int, place: int) -> Value:
        numbers = len(self.columns.numeric)
        value = float(self.scores.expected[row, place])
        if place < numbers:
            return value if np.isfinite(value) else None
        categories = self.columns.categorical[place - numbers].categories
        return categories[int(value) - 1] if 1 <= value <= len(categories) else None
