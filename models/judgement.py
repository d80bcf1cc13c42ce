"""Judge records: scores to verdicts, causes and warnings, the same for a request, a file and an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.asked import Asked, Bounds, windows
from models.columns import Mask
from models.encoding import Encoded, encode
from models.explanation import Contribution, Explanation, RecordExplanation, Value
from models.features import FeatureSchema
from models.regions import PictureExplanation
from models.scorer import OUTPUTS, Outputs, Scorer, Scores
from models.table import Table
from models.threshold import VERDICTS, Calibration, Threshold, Vector, Verdict
from models.unknown import reasons

Rows = NDArray[np.int64]
BY_CODE = np.array(VERDICTS, dtype=object)
__all__ = ["Contribution", "Judgement", "judge", "judge_records", "judge_rows"]


@dataclass(frozen=True)
class Judgement:
    """Verdicts on `rows` records by a threshold; the vectors are NaN where the verdict is `unknown`.

    `places`: their rows in the table. `unknown`: why a record has no verdict, by its row. Whatever else can be said is
    made when it is first asked for.
    """

    columns: FeatureSchema
    encoded: Encoded
    scores: Scores
    places: Rows
    unknown: Mapping[int, str]
    threshold: Threshold
    calibration: Calibration
    explanation: Explanation

    @property
    def rows(self) -> int:
        """How many records."""
        return len(self.scores.score)

    @cached_property
    def known(self) -> Mask:
        """(rows,): which records have a verdict other than `unknown`."""
        known = np.ones(self.rows, dtype=np.bool_)
        if self.unknown:
            known[list(self.unknown)] = False
        return known

    @cached_property
    def reasons(self) -> list[str | None]:
        """Why a record cannot be judged, or None."""
        if not self.unknown:
            return [None] * self.rows
        return [self.unknown.get(row) for row in range(self.rows)]

    @cached_property
    def codes(self) -> NDArray[np.int8]:
        """(rows,): each verdict's place among `VERDICTS`."""
        return self.threshold.codes(self.score)

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """`normal`, `anomaly` or `unknown`."""
        found: list[Verdict] = BY_CODE[self.codes].tolist()
        return found

    @cached_property
    def score(self) -> Vector:
        """(rows,) the head's score."""
        return self._of_known(self.scores.score)

    @cached_property
    def anomaly_score(self) -> Vector:
        """(rows,) score / threshold."""
        return self.threshold.anomaly_score(self.score)

    @property
    def p_value(self) -> Vector:
        """(rows,) how many calibration scores are as high."""
        return self._rank[0]

    @property
    def severity(self) -> Vector:
        """(rows,) from 0, ordinary, to 1, one in a million."""
        return self._rank[1]

    @cached_property
    def _rank(self) -> tuple[Vector, Vector]:
        return self.calibration.p_value_and_severity(self.score)

    @property
    def reconstruction_error(self) -> Vector:
        """(rows,) mean squared error in scaled units."""
        return self._of_known(self.scores.reconstruction_error)

    @property
    def latent_distance(self) -> Vector:
        """(rows,) distance of the latent from those of the training rows."""
        return self._of_known(self.scores.latent_distance)

    @property
    def latent(self) -> NDArray[np.float64]:
        """(rows, latent size)."""
        return self._of_known(self.scores.latent)

    def contributions(self, row: int, top: int) -> list[Contribution]:
        """What adds most to a record's score, largest first; nothing for an unknown one."""
        return self.contributions_of(slice(row, row + 1), top)[0]

    def contributions_of(self, rows: slice, top: int) -> list[list[Contribution]]:
        """The same of several records."""
        found = self.explanation.contributions_of(rows, top)
        for row in self.unknown.keys() & range(self.rows)[rows]:
            found[row - rows.start] = []
        return found

    def actual_of(self, rows: slice) -> list[dict[str, Value]]:
        """Several records as they were read, those that are unknown, too."""
        return self.explanation.actual_of(rows)

    def expected(self, row: int) -> dict[str, Value]:
        """The record as the model would have it, in its own units."""
        return self.explanation.expected_of(slice(row, row + 1))[0]

    def expected_of(self, rows: slice) -> list[dict[str, Value] | None]:
        """The same of several records; None for one that is unknown."""
        found: list[dict[str, Value] | None] = [*self.explanation.expected_of(rows)]
        for row in self.unknown.keys() & range(self.rows)[rows]:
            found[row - rows.start] = None
        return found

    def imputed(self, row: int) -> list[str]:
        """Features without a value in this record."""
        return self.explanation.imputed(row)

    def warnings(self, row: int) -> list[str]:
        """What the reader of a verdict should know about its record."""
        return self.explanation.warnings(row)

    @cached_property
    def warned(self) -> frozenset[int]:
        """The records that may have warnings; the others have none."""
        return frozenset(self.explanation.warned())

    def error_map(self, row: int) -> str | None:
        """Where a picture is strange, itself a picture (base64 of a PNG); None for other records."""
        return self.explanation.error_map(row)

    def _of_known(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self.unknown:
            return values
        return np.where(self.known.reshape(-1, *[1] * (values.ndim - 1)), values, np.nan)


def judge(
    scorer: Scorer,
    table: Table,
    threshold: Threshold | None = None,
    *,
    last_only: bool = False,
    most: int | None = None,
    outputs: Outputs = OUTPUTS,
) -> Judgement:
    """Score a table that passed `FeatureSchema.check`; without a threshold the bundle's own decides.

    `last_only` judges the last record only, of windows the last of each series. `outputs`: what the graph is asked for;
    what is not needed is not copied. TableMismatch for a series whose times do not ascend, TooLarge for windows of more
    than `most` values together.
    """
    return _judge(scorer, encode(table, scorer.columns), table, threshold, Bounds(last_only, most), outputs)


def judge_rows(scorer: Scorer, table: Table, rows: Rows) -> Judgement:
    """The same for some rows of a table, ascending; windows reach back to those before them."""
    bounds = Bounds(last_only=False, most=None, rows=rows)
    return _judge(scorer, encode(table, scorer.columns), table, None, bounds, OUTPUTS)


def judge_records(
    scorer: Scorer,
    encoded: Encoded,
    threshold: Threshold | None = None,
    *,
    last_only: bool = False,
    outputs: Outputs = OUTPUTS,
) -> Judgement:
    """The same for records that are encoded already, by a model that judges each alone."""
    return _judge_alone(scorer, encoded, threshold, Bounds(last_only, None), outputs)


def _judge(
    scorer: Scorer,
    encoded: Encoded,
    table: Table,
    threshold: Threshold | None,
    bounds: Bounds,
    outputs: Outputs,
) -> Judgement:
    if scorer.window is None:
        return _judge_alone(scorer, encoded, threshold, bounds, outputs)
    return _judged(scorer, windows(scorer, table, encoded, outputs, bounds), threshold)


def _judge_alone(
    scorer: Scorer, encoded: Encoded, threshold: Threshold | None, bounds: Bounds, outputs: Outputs
) -> Judgement:
    places = np.arange(encoded.rows) if bounds.rows is None else bounds.rows
    if bounds.last_only:
        places = places[-1:]
    if len(places) != encoded.rows:
        encoded = encoded.take(places)
    return _judged(scorer, Asked(encoded, scorer.score(encoded, outputs), places), threshold)


def _judged(scorer: Scorer, asked: Asked, threshold: Threshold | None) -> Judgement:
    return Judgement(
        columns=scorer.columns,
        encoded=asked.encoded,
        scores=asked.scores,
        places=asked.places,
        unknown=reasons(asked.encoded, asked.scores.score, scorer.columns, asked.incomplete),
        threshold=threshold or scorer.manifest.threshold,
        calibration=scorer.calibration,
        explanation=_explanation(scorer.columns, asked),
    )


def _explanation(columns: FeatureSchema, asked: Asked) -> Explanation:
    if columns.images:
        return PictureExplanation(columns, asked.encoded, asked.scores)
    return RecordExplanation(columns, asked.encoded, asked.scores, asked.earlier)
