"""Tally: what is counted of the records one version scores, its series found once. Knows neither requests nor scorers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.threshold import VERDICTS, Vector
from service.counts import Counts
from service.families import Families
from service.recent import ANOMALOUS, Cause, Codes, Recent

Causes = Callable[[int], Cause]  # of an anomaly, by its row
Named = Sequence[Mapping[str, Any]]  # contributions as a reply has them, the largest first
NOTHING = Cause()


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

    def one(
        self,
        code: int,
        anomaly_score: float,
        seconds: float,
        severity: float | None = None,  # noqa: ARG002  (for whoever listens)
        named: Named = (),  # noqa: ARG002
    ) -> None:
        """Count a record by the code of its verdict, and the seconds it took; an unknown one has no anomaly score.

        How severe it is and what was named as its cause are for whoever listens.
        """
        with self._lock:
            self._records[code].add()
            if code:  # UNKNOWN is the first of VERDICTS
                self._scores.add(anomaly_score)
            self._seconds.add(seconds)

    def many(self, codes: Codes, anomaly_scores: Vector, seconds: float) -> None:
        """Count the records of a run, (rows,) twice, and the seconds it took."""
        self.scored(codes, anomaly_scores)
        self.inferred(seconds)

    def scored(self, codes: Codes, anomaly_scores: Vector, cause: Causes = lambda _: NOTHING) -> None:  # noqa: ARG002
        """Count verdicts and anomaly scores. (rows,) twice; `cause` of an anomaly is asked for by whoever listens."""
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


class HeardTally(Tally):
    """The same, told to whoever listens."""

    recent: Recent

    def one(
        self,
        code: int,
        anomaly_score: float,
        seconds: float,
        severity: float | None = None,
        named: Named = (),
    ) -> None:
        """Count a record and tell of it: of an anomaly how severe it is, and what was named as its cause."""
        super().one(code, anomaly_score, seconds)
        if code == ANOMALOUS:
            self.recent.strange(anomaly_score, lambda: _cause(severity, named))
        self.recent.one(anomaly_score if code else nan)

    def scored(self, codes: Codes, anomaly_scores: Vector, cause: Causes = lambda _: NOTHING) -> None:
        """Count verdicts and anomaly scores, and tell of them. (rows,) twice."""
        super().scored(codes, anomaly_scores)
        self.recent.many(codes, anomaly_scores, cause)


def _cause(severity: float | None, named: Named) -> Cause:
    first = named[0] if named else {}
    return Cause(severity, *map(first.get, ("feature", "actual", "expected")))


def count_imputed(families: Families, model: str, columns: Sequence[str], missing: NDArray[np.bool_]) -> None:
    """Count the values that were filled in, by their column. (rows, columns), True where one was missing."""
    if missing.any():
        for name, count in zip(columns, missing.sum(axis=0).tolist(), strict=True):
            if count:
                families.imputed.labels(model, name).inc(count)
