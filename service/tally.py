"""Tally: what is counted of the records one version scores, its series found once. Knows neither requests nor scorers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.threshold import VERDICTS, Vector
from service.counts import Counts
from service.families import Families

Codes = NDArray[np.int8]  # places among VERDICTS


class Tally:
    """Bind it once a version; each record then costs about a microsecond. Thread-safe."""

    def __init__(
        self, families: Families, counts: Counts, model: str, version: str, columns: Sequence[str]
    ) -> None:
        self._records = [families.records.labels(model, version, verdict) for verdict in VERDICTS]
        self._scores = families.anomaly_score.labels(model, version)
        self._seconds = families.inference.labels()
        self._families, self._model, self._columns = families, model, columns
        self._lock = counts.lock

    def one(self, code: int, anomaly_score: float, seconds: float) -> None:
        """Count a record by the code of its verdict, and the seconds it took; an unknown one has no anomaly score."""
        with self._lock:
            self._records[code].add()
            if code:  # UNKNOWN is the first of VERDICTS
                self._scores.add(anomaly_score)
            self._seconds.add(seconds)

    def many(self, codes: Codes, anomaly_scores: Vector, seconds: float) -> None:
        """Count the records of a run, (rows,) twice, and the seconds it took."""
        self.scored(codes, anomaly_scores)
        self.inferred(seconds)

    def scored(self, codes: Codes, anomaly_scores: Vector) -> None:
        """Count verdicts and anomaly scores. (rows,) twice."""
        counts = [int(np.count_nonzero(codes == code)) for code in range(len(VERDICTS))]
        for series, count in zip(self._records, counts, strict=True):
            if count:
                series.inc(count)
        self._scores.observe_many(anomaly_scores[codes > 0] if counts[0] else anomaly_scores)

    def inferred(self, seconds: float) -> None:
        """Count a run."""
        self._seconds.observe(seconds)

    def imputed(self, missing: NDArray[np.bool_]) -> None:
        """Count the values that were filled in. (rows, columns), True where one was missing."""
        count_imputed(self._families, self._model, self._columns, missing)


def count_imputed(families: Families, model: str, columns: Sequence[str], missing: NDArray[np.bool_]) -> None:
    """Count the values that were filled in, by their column. (rows, columns), True where one was missing."""
    if missing.any():
        for name, count in zip(columns, missing.sum(axis=0).tolist(), strict=True):
            if count:
                families.imputed.labels(model, name).inc(count)
