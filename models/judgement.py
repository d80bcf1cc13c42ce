"""Judge records: scores to verdicts, causes and warnings, the same for a request, a file and an evaluation.

Columns of arrays for all records; `contributions`, `imputed` and `warnings` of one record are made when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import shown
from models.encoding import UNSEEN, Encoded, encode
from models.features import FeatureSchema
from models.scorer import Scorer, Scores
from models.table import Table
from models.threshold import Threshold, Vector, Verdict

NAMED = 5  # features that a reason lists
Value = float | str | None
Direction = Literal["above", "below", "other"]


class Contribution(NamedTuple):
    """What one feature adds to a score: the shares of all features sum to 1, or are all 0."""

    feature: str
    actual: Value
    expected: Value
    share: float
    direction: Direction


@dataclass(frozen=True)
class Judgement:
    """Verdicts on `rows` records; the vectors are NaN where the verdict is `unknown`."""

    columns: FeatureSchema
    encoded: Encoded
    scores: Scores
    reasons: list[str | None]
    verdicts: list[Verdict]
    score: Vector
    anomaly_score: Vector
    p_value: Vector
    severity: Vector

    @property
    def rows(self) -> int:
        """How many records."""
        return len(self.verdicts)

    @property
    def reconstruction_error(self) -> Vector:
        """(rows,) mean squared error in scaled units."""
        return np.where(self._known, self.scores.reconstruction_error, np.nan)

    @property
    def latent_distance(self) -> Vector:
        """(rows,) distance of the latent from those of the training rows."""
        return np.where(self._known, self.scores.latent_distance, np.nan)

    @property
    def latent(self) -> NDArray[np.float64]:
        """(rows, latent size)."""
        return np.where(self._known[:, None], self.scores.latent, np.nan)

    @cached_property
    def _known(self) -> NDArray[np.bool_]:
        return np.array([reason is None for reason in self.reasons], dtype=np.bool_)

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """(rows, features): each feature's part of the score."""
        attribution = np.where(np.isfinite(self.scores.attribution), self.scores.attribution, 0)
        whole = attribution.sum(axis=1, keepdims=True)
        none = np.zeros_like(attribution)
        return np.asarray(np.divide(attribution, whole, out=none, where=whole > 0))

    @cached_property
    def _ranked(self) -> NDArray[np.int64]:
        return np.argsort(-self.shares, axis=1, kind="stable")

    def contributions(self, row: int, top: int) -> list[Contribution]:
        """The `top` features that add most to a record's score, largest first; none for an unknown one."""
        if self.reasons[row] is not None:
            return []
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
        if not self._doubtful[row]:
            return []
        return [*self._number_warnings(row), *self._category_warnings(row)]

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
        direction: Direction = "other"
        if isinstance(actual, float) and isinstance(expected, float):
            direction = "above" if actual > expected else "below"
        share = float(self.shares[row, place])
        return Contribution(self.columns.names[place], actual, expected, share, direction)

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


def judge(scorer: Scorer, table: Table, threshold: Threshold | None = None) -> Judgement:
    """Score a table that passed `FeatureSchema.check`; without a threshold the bundle's own decides."""
    encoded = encode(table, scorer.columns)
    scores = scorer.score(encoded)
    reasons = _reasons(encoded, scores, scorer.columns)
    known = np.array([reason is None for reason in reasons], dtype=np.bool_)
    score = np.where(known, scores.score, np.nan)
    decided = threshold or scorer.manifest.threshold
    return Judgement(
        columns=scorer.columns,
        encoded=encoded,
        scores=scores,
        reasons=reasons,
        verdicts=decided.verdicts(score),
        score=score,
        anomaly_score=decided.anomaly_score(score),
        p_value=scorer.calibration.p_value(score),
        severity=scorer.calibration.severity(score),
    )


def _reasons(encoded: Encoded, scores: Scores, columns: FeatureSchema) -> list[str | None]:
    """Why a record cannot be judged, or None."""
    reasons: list[str | None] = [None] * encoded.rows
    for row in np.flatnonzero(~np.isfinite(scores.score)):
        reasons[row] = "the score is not a finite number"
    for row in np.flatnonzero(encoded.missing.all(axis=1)):
        reasons[row] = "no feature has a value"
    for row in np.flatnonzero(encoded.not_finite.any(axis=1)):
        names = [columns.names[place] for place in np.flatnonzero(encoded.not_finite[row])]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        reasons[row] = f"not a finite number: {', '.join(names[:NAMED])}{more}"
    return reasons
