"""Judge records: scores to verdicts, causes and warnings, the same for a request, a file and an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.columns import shown
from models.encoding import UNSEEN, Encoded, encode
from models.errors import TooLarge
from models.explanation import Contribution, RecordExplanation, Value
from models.features import FeatureSchema
from models.regions import PictureExplanation
from models.scorer import Scorer, Scores
from models.table import Table
from models.threshold import Threshold, Vector, Verdict
from models.windowed import Windowed
from models.windows import Frames

NAMED = 5  # features that a reason lists
Rows = NDArray[np.int64]
__all__ = ["Contribution", "Judgement", "judge"]


class Explanation(Protocol):
    """What can be said of one record beyond its score."""

    def contributions(self, row: int, top: int) -> list[Contribution]:
        """What adds most to its score, largest first."""
        ...

    def expected(self, row: int) -> dict[str, Value]:
        """The record as the model would have it, in its own units."""
        ...

    def imputed(self, row: int) -> list[str]:
        """Features without a value."""
        ...

    def warnings(self, row: int) -> list[str]:
        """What the reader of a verdict should know."""
        ...

    def error_map(self, row: int) -> str | None:
        """Where a picture is strange, itself a picture (base64 of a PNG)."""
        ...


@dataclass(frozen=True)
class Judgement:
    """Verdicts on `rows` records; the vectors are NaN where the verdict is `unknown`. `places`: their rows in the table."""

    columns: FeatureSchema
    encoded: Encoded
    scores: Scores
    places: Rows
    reasons: list[str | None]
    verdicts: list[Verdict]
    score: Vector
    anomaly_score: Vector
    p_value: Vector
    severity: Vector
    explanation: Explanation

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

    def contributions(self, row: int, top: int) -> list[Contribution]:
        """What adds most to a record's score, largest first; nothing for an unknown one."""
        return [] if self.reasons[row] is not None else self.explanation.contributions(row, top)

    def expected(self, row: int) -> dict[str, Value]:
        """The record as the model would have it, in its own units."""
        return self.explanation.expected(row)

    def imputed(self, row: int) -> list[str]:
        """Features without a value in this record."""
        return self.explanation.imputed(row)

    def warnings(self, row: int) -> list[str]:
        """What the reader of a verdict should know about its record."""
        return self.explanation.warnings(row)

    def error_map(self, row: int) -> str | None:
        """Where a picture is strange, itself a picture (base64 of a PNG); None for other records."""
        return self.explanation.error_map(row)


@dataclass(frozen=True)
class Asked:
    """The records to be judged and what the graph says of them. `incomplete`: why a record has no whole window."""

    encoded: Encoded
    scores: Scores
    places: Rows
    incomplete: list[str | None]
    earlier: Callable[[], Rows] | None = None


def judge(
    scorer: Scorer,
    table: Table,
    threshold: Threshold | None = None,
    *,
    last_only: bool = False,
    most: int | None = None,
) -> Judgement:
    """Score a table that passed `FeatureSchema.check`; without a threshold the bundle's own decides.

    `last_only` judges the last record only, of windows the last of each series. TableMismatch for a series whose times
    do not ascend, TooLarge for windows of more than `most` values together.
    """
    encoded = encode(table, scorer.columns)
    asked = (
        _records(scorer, encoded, last_only)
        if scorer.window is None
        else _windows(scorer, table, encoded, last_only, most)
    )
    reasons = _reasons(asked, scorer.columns)
    known = np.array([reason is None for reason in reasons], dtype=np.bool_)
    score = np.where(known, asked.scores.score, np.nan)
    decided = threshold or scorer.manifest.threshold
    return Judgement(
        columns=scorer.columns,
        encoded=asked.encoded,
        scores=asked.scores,
        places=asked.places,
        reasons=reasons,
        verdicts=decided.verdicts(score),
        score=score,
        anomaly_score=decided.anomaly_score(score),
        p_value=scorer.calibration.p_value(score),
        severity=scorer.calibration.severity(score),
        explanation=_explanation(scorer.columns, asked),
    )


def _explanation(columns: FeatureSchema, asked: Asked) -> Explanation:
    if columns.images:
        return PictureExplanation(columns, asked.encoded, asked.scores)
    return RecordExplanation(columns, asked.encoded, asked.scores, asked.earlier)


def _records(scorer: Scorer, encoded: Encoded, last_only: bool) -> Asked:  # noqa: FBT001
    places = np.arange(encoded.rows)[-1:] if last_only else np.arange(encoded.rows)
    asked = encoded.take(places) if last_only else encoded
    return Asked(asked, scorer.score(asked), places, [None] * len(places))


def _windows(
    scorer: Scorer,
    table: Table,
    encoded: Encoded,
    last_only: bool,  # noqa: FBT001
    most: int | None,
) -> Asked:
    """Scores at the rows where a whole window ends, NaN at the others."""
    framed = scorer.frames(table)
    places = framed.last_rows() if last_only else np.arange(encoded.rows)
    asked = framed.of(places)
    _check_work(asked, len(scorer.columns.names), most)
    scores = scorer.score(Windowed(encoded, asked))
    reasons = framed.reasons()
    gone = encoded.missing | encoded.not_finite
    return Asked(
        encoded.take(places),
        _scattered(scores, np.searchsorted(places, asked.ends), len(places)),
        places,
        [reasons[row] for row in places],
        partial(framed.earlier, gone, places) if gone.any() else None,
    )


def _check_work(asked: Frames, features: int, most: int | None) -> None:
    """Windows overlap: a few readings can be as much work as millions of records."""
    length = asked.window.length
    if most is not None and asked.windows * length * features > most:
        raise TooLarge(
            f"{asked.windows:,} windows of {length:,} readings x {features:,} features are too many for one call, which "
            f"may hold {most:,} values; send the series in pieces, each after the {length - 1:,} readings before it"
        )


def _scattered(scores: Scores, at: Rows, rows: int) -> Scores:
    """The scores of the windows at the rows they end at, NaN elsewhere."""
    every = []
    for field in fields(Scores):
        found = getattr(scores, field.name)
        spread = np.full((rows, *found.shape[1:]), np.nan)
        spread[at] = found
        every.append(spread)
    return Scores(*every)


def _reasons(asked: Asked, columns: FeatureSchema) -> list[str | None]:
    """Why a record cannot be judged, or None."""
    reasons = list(asked.incomplete)
    encoded = asked.encoded
    for row in map(int, np.flatnonzero(~np.isfinite(asked.scores.score))):
        reasons[row] = reasons[row] or "the score is not a finite number"
    judged = [place for place in range(len(columns.names)) if place not in columns.condition_places]
    for row in map(int, np.flatnonzero(encoded.missing[:, judged].all(axis=1))):
        reasons[row] = "no feature has a value"
    for row, reason in _without_condition(encoded, columns):
        reasons[row] = reason
    for row in map(int, np.flatnonzero(encoded.not_finite.any(axis=1))):
        names = [columns.names[place] for place in np.flatnonzero(encoded.not_finite[row])]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        reasons[row] = f"not a finite number: {', '.join(names[:NAMED])}{more}"
    return reasons


def _without_condition(encoded: Encoded, columns: FeatureSchema) -> Iterator[tuple[int, str]]:
    """Records of which nobody knows what is normal: a condition is missing, or was never seen."""
    numbers = len(columns.numeric)
    for place in columns.condition_places:
        name = columns.names[place]
        for row in np.flatnonzero(encoded.missing[:, place]):
            yield int(row), f"the condition {name} is missing, and what is normal depends on it"
        if place < numbers:
            continue
        for row in np.flatnonzero(encoded.categorical[:, place - numbers] == UNSEEN):
            value = shown(encoded.texts[place - numbers][row])
            yield int(row), f"the condition {name} is {value}, which was never seen in training"
