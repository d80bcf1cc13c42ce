"""Recent: what one version scored since it was last taken, in as few numbers as a page can draw. Knows no record and no event."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from heapq import heappush, heappushpop
from itertools import count, groupby
from math import isnan, nan
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.threshold import ANOMALY, VERDICTS, Vector

STRETCHES = 60
STRANGEST = 8  # anomalies that are told of one by one
MOST = 100_000  # anomaly scores that wait to be taken, some 3 MB at worst
DIGITS = 6
ANOMALOUS = VERDICTS.index(ANOMALY)
Codes = NDArray[np.int8]  # places among VERDICTS


class Cause(NamedTuple):
    """What else was said of an anomaly: how severe it is, and what adds most to its score; None where nobody asked for it."""

    severity: float | None = None
    feature: str | None = None
    actual: float | str | None = None
    expected: float | str | None = None


class Anomaly(NamedTuple):
    """One of the strangest records; `at`: when it was judged, seconds since 1970."""

    at: float
    anomaly_score: float
    cause: Cause


class Gathered(NamedTuple):
    """What was scored: counts, the highest anomaly score of each of at most 60 stretches of it, and the strangest first."""

    records: int
    anomalies: int
    unknown: int
    anomaly_scores: Sequence[float | None]
    strangest: Sequence[Anomaly]


class Recent:
    """Scores in the order they came. Thread-safe. Of more than there is room for the oldest are forgotten."""

    def __init__(self, full: Callable[[], None]) -> None:
        """`full` is called by whoever adds so many that they should be taken now."""
        self._scores: deque[float | Vector] = deque(maxlen=MOST)
        self._strangest: list[tuple[float, int, Anomaly]] = []  # a heap
        self._order = count()
        self._full, self._held, self._lock = full, 0, Lock()
        # Adds an anomaly score, NaN where it is unknown. Nothing is cheaper, and each single record pays it.
        self.one: Callable[[float], None] = self._scores.append

    def many(self, codes: Codes, scores: Vector, cause: Callable[[int], Cause]) -> None:
        """Add verdicts and anomaly scores, (rows,) twice; `cause` of a row is asked for where it is among the strangest."""
        if not len(codes):
            return
        rows = np.flatnonzero(codes == ANOMALOUS)
        if len(rows) > STRANGEST:
            rows = rows[np.argpartition(scores[rows], -STRANGEST)[-STRANGEST:]]
        for row in rows.tolist():
            self.strange(scores[row].item(), lambda row=row: cause(row))  # type: ignore[misc]
        with self._lock:
            self._scores.append(np.where(codes > 0, scores, nan))
            self._held += len(scores)
            full = self._held > MOST
        if full:
            self._full()

    def strange(self, score: float, cause: Callable[[], Cause]) -> None:
        """Tell of an anomaly whose score is added after it, if it is among the strangest."""
        heap = self._strangest
        if len(heap) == STRANGEST and score <= heap[0][0]:
            return
        found = (score, next(self._order), Anomaly(time.time(), score, cause()))
        with self._lock:
            if len(self._strangest) < STRANGEST:
                heappush(self._strangest, found)
            else:
                heappushpop(self._strangest, found)

    def take(self) -> Gathered | None:
        """What there is, which is forgotten here; None for nothing."""
        with self._lock:
            if not self._scores:
                return None
            items = [self._scores.popleft() for _ in range(len(self._scores))]
            found, self._strangest, self._held = self._strangest, [], 0
        return gathered(_joined(items), [anomaly for _, _, anomaly in sorted(found, reverse=True)])


def gathered(scores: Vector, strangest: Sequence[Anomaly] = ()) -> Gathered:
    """What anomaly scores come to, (rows,), NaN where unknown."""
    many = min(len(scores), STRETCHES)
    highest = np.fmax.reduceat(scores, np.arange(many) * len(scores) // many)
    return Gathered(
        records=len(scores),
        anomalies=int(np.count_nonzero(scores > 1)),
        unknown=int(np.count_nonzero(np.isnan(scores))),
        anomaly_scores=[None if isnan(each) else _short(each) for each in highest.tolist()],
        strangest=strangest,
    )


def _joined(items: Iterable[float | Vector]) -> Vector:
    """Single scores and vectors of them as one vector; thousands of singles at once."""
    runs = [
        np.fromiter(run, np.float64) if kind is float else np.concatenate([*run])
        for kind, run in groupby(items, type)
    ]
    return np.concatenate(runs)


def _short(score: float) -> float:
    """With as many digits as can be seen; never rounded to 1 from above, for 1 is normal."""
    short = float(f"{score:.{DIGITS}g}")
    return score if short <= 1 < score else short
