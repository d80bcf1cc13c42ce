"""Gathering: records that arrive in the same turn of the event loop go through the graph together. Knows no HTTP.

There is no timer: whoever is alone in its turn waits for nobody. It pays where a run of several costs little more than a
run of one, by more than the wait for the turn's end costs; a small graph is done before that.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.scorer import Outputs, Scorer

log = logging.getLogger(__name__)
Row = Sequence[float]
Found = list[NDArray[Any]]
Then = Callable[[Found | None], None]
TOGETHER, REPEATS = 8, 5
WAIT = 5e-6  # seconds another turn of the loop costs each record


class Gathering:
    """Records of one version, numbers in the order of its graph's input, and the outputs they all ask for."""

    def __init__(self, scorer: Scorer, outputs: Outputs) -> None:
        self._scorer, self._outputs = scorer, outputs
        self._waiting: list[tuple[Row, Then]] = []

    def ask(self, row: Row, then: Then) -> None:
        """At the end of this turn `then` is given the outputs for this record, each of one row; None where the run failed."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append((row, then))

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        most = self._scorer.run_rows
        for at in range(0, len(waiting), most):
            self._answer(waiting[at : at + most])

    def _answer(self, some: Sequence[tuple[Row, Then]]) -> None:
        try:
            rows = np.array([row for row, _ in some], np.float64)
            found = self._scorer.run({"numeric": rows}, self._outputs)
        except Exception:  # whoever asks again alone will hear of it
            log.exception("a run of several records failed")
            found = []
        for place, (_, then) in enumerate(some):
            then([each[place : place + 1] for each in found] or None)


def pays(scorer: Scorer, outputs: Outputs) -> bool:
    """Whether several records together are so much quicker than one by one: measured, in milliseconds."""
    typical = [feature.typical for feature in scorer.columns.numeric]
    one, several = (np.array([typical] * rows) for rows in (1, TOGETHER))
    alone, together = (_seconds(scorer, values, outputs) for values in (one, several))
    return alone - together / TOGETHER > WAIT


def _seconds(scorer: Scorer, numeric: NDArray[np.float64], outputs: Outputs) -> float:
    taken = []
    for _ in range(REPEATS + 1):  # the first finds nothing in the caches
        began = time.perf_counter()
        scorer.run({"numeric": numeric}, outputs)
        taken.append(time.perf_counter() - began)
    return min(taken[1:])
