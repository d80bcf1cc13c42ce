"""Explain records: which features made a score, what was expected, what was missing or doubtful. Knows no verdicts.

Columns of arrays for all records; what is said of one record is made when asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Literal, NamedTuple, Protocol

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


class Explanation(Protocol):
    """What can be said of one record beyond its score."""

    def contributions_of(self, rows: slice, top: int) -> list[list[Contribution]]:
        """What adds most to the score of each of these records, largest first."""
        ...

    def actual_of(self, rows: slice) -> list[dict[str, Value]]:
        """The records as they were read; None for what is missing."""
        ...

    def expected_of(self, rows: slice) -> list[dict[str, Value]]:
        """The records as the model would have them, in their own units."""
        ...

    def imputed(self, row: int) -> list[str]:
        """Features without a value."""
        ...

    def warnings(self, row: int) -> list[str]:
        """What the reader of a verdict should know."""
        ...

    def warned(self) -> Iterable[int]:
        """The records that may have warnings; the others have none."""
        ...

    def error_map(self, row: int) -> str | None:
        """Where a picture is strange, itself a picture (base64 of a PNG)."""
        ...


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

    def contributions_of(self, rows: slice, top: int) -> list[list[Contribution]]:
        """The `top` features that add most to the score of each record, largest first."""
        share = self.shares[rows]
        places = np.argsort(-share, axis=1, kind="stable")[:, :top]
        row = np.arange(len(share))[:, None]
        parts = [part[row, places] for part in (share, self._actual[rows], self.scores.expected[rows])]
        counts = (parts[0] > 0).sum(axis=1).tolist()  # ranked, so that what adds nothing comes last
        if not self.columns.categorical and np.isfinite(parts[1:]).all():
            return list(
                map(self._of_numbers, places.tolist(), *map(_listed, parts), _sides(*parts[1:]), counts)
            )
        return [
            [self._contribution(at, *each) for each in zip(*ranked, strict=True)][:many]
            for at, many, *ranked in zip(
                count(rows.start), counts, places.tolist(), *map(_listed, parts), strict=False
            )
        ]

    def _of_numbers(
        self,
        places: list[int],
        share: list[float],
        actual: list[float],
        expected: list[float],
        sides: list[Direction],
        many: int,
    ) -> list[Contribution]:
        names = map(self.columns.names.__getitem__, places)
        return list(map(Contribution, names, actual, expected, share, sides))[:many]

    def actual_of(self, rows: slice) -> list[dict[str, Value]]:
        """The records as they were read: numbers, the texts of categories, None for what is missing."""
        texts: list[Iterable[Value]] = [each[rows] for each in self.encoded.texts]
        numbers = [map(_finite, column) for column in self.encoded.numeric[rows].T.tolist()]
        return [dict(zip(self.columns.names, row, strict=True)) for row in zip(*numbers, *texts, strict=True)]

    def expected_of(self, rows: slice) -> list[dict[str, Value]]:
        """The records as the model would have them, in their own units."""
        names, expected = self.columns.names, self.scores.expected[rows]
        if not self.columns.categorical and np.isfinite(expected).all():
            return [dict(zip(names, row, strict=True)) for row in expected.tolist()]
        return [dict(zip(names, map(self._value, count(), row), strict=True)) for row in expected.tolist()]

    def imputed(self, row: int) -> list[str]:
        """Features without a value in this record."""
        return [self.columns.names[place] for place in np.flatnonzero(self.encoded.missing[row])]

    def warnings(self, row: int) -> list[str]:
        """What the reader of a verdict should know about its record."""
        doubts = [*self._number_warnings.get(row, ()), *self._category_warnings(row)]
        return doubts if self._earlier is None else [*doubts, *self._window_warnings(row)]

    def warned(self) -> Iterable[int]:
        """Records with a doubtful value, or all where a window may lack some."""
        if self._earlier is not None:
            return range(self.encoded.rows)
        if not self.columns.categorical:
            return self._number_warnings
        unseen = (self.encoded.categorical == UNSEEN).any(axis=1)
        return {*self._number_warnings, *np.flatnonzero(unseen).tolist()}

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
    def _number_warnings(self) -> dict[int, list[str]]:
        """Of every record with a number beyond its range; of all at once, since record by record takes twice as long."""
        minimum, maximum, lowest, highest = self.columns.limits
        found: dict[int, list[str]] = {}
        outside = (self.encoded.numeric < minimum) | (self.encoded.numeric > maximum)
        rows, places = np.divmod(
            np.flatnonzero(outside), max(1, len(minimum))
        )  # quicker than in two dimensions
        values = self.encoded.numeric[rows, places]
        clamped = (values < lowest[places]) | (values > highest[places])
        names, ranges = self.columns.names, self.columns.ranges
        for row, place, value, far in zip(
            *(each.tolist() for each in (rows, places, values, clamped)), strict=True
        ):
            told = found.setdefault(row, [])
            told.append(f"{names[place]}: {value:g} is outside the trained range {ranges[place]}")
            if far:
                told.append(f"{names[place]}: clamped to {lowest[place]:g} to {highest[place]:g}")
        return found

    def _category_warnings(self, row: int) -> list[str]:
        if not self.columns.categorical:
            return []
        unseen = np.flatnonzero(self.encoded.categorical[row] == UNSEEN)
        return [
            f"{self.columns.categorical[place].name}: unseen category {shown(self.encoded.texts[place][row])}"
            for place in unseen
        ]

    @cached_property
    def _actual(self) -> NDArray[np.float64]:
        """(rows, features): numbers, and of categories nothing, whose texts are kept beside."""
        if not self.columns.categorical:
            return self.encoded.numeric
        return np.hstack([self.encoded.numeric, np.full(self.encoded.categorical.shape, np.nan)])

    def _contribution(
        self, row: int, place: int, share: float, number: float, expected: float
    ) -> Contribution:
        category = place - len(self.columns.numeric)
        actual = _finite(number) if category < 0 else self.encoded.texts[category][row]
        wanted = self._value(place, expected)
        return Contribution(self.columns.names[place], actual, wanted, share, direction(actual, wanted))

    def _value(self, place: int, expected: float) -> Value:
        """What the graph expects of a feature, in its own unit or as a category."""
        category = place - len(self.columns.numeric)
        if category < 0:
            return _finite(expected)
        categories = self.columns.categorical[category].categories
        return categories[int(expected) - 1] if 1 <= expected <= len(categories) else None


def _listed(values: NDArray[np.float64]) -> list[list[float]]:
    listed: list[list[float]] = values.tolist()
    return listed


def _sides(actual: NDArray[np.float64], expected: NDArray[np.float64]) -> list[list[Direction]]:
    """`direction` of numbers, (rows, terms)."""
    sides: list[list[Direction]] = np.where(actual > expected, "above", "below").tolist()
    return sides


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
