"""What a person is told of a run: how many verdicts of each kind, and the strangest records. Knows no file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from batch.records import Records
from models.columns import Column
from models.formats.folder import FILE
from models.judgement import Judgement
from models.sketch import Sketch
from models.threshold import VERDICTS

SHOWN = 5


class Strange(NamedTuple):
    """A record among the strangest: its row, its file in a folder, its anomaly score, and what adds most to it, if asked."""

    row: int
    file: str | None
    anomaly_score: float
    cause: str | None
    actual: Any
    expected: Any


class Tally(NamedTuple):
    """Of some records: how many, how many of each of `VERDICTS`, the strangest of them, strangest first, and a sketch."""

    rows: int
    counts: tuple[int, ...]
    strangest: tuple[Strange, ...]
    sketch: Sketch

    @property
    def verdicts(self) -> dict[str, int]:
        """How many records got each verdict."""
        found = dict(zip(VERDICTS, self.counts, strict=True))
        return {verdict: found[verdict] for verdict in ("normal", "anomaly", "unknown")}

    def plus(self, later: Tally) -> Tally:
        """The same of these records and those that follow them, which count their rows from 0."""
        moved = (each._replace(row=each.row + self.rows) for each in later.strangest)
        every = sorted((*self.strangest, *moved), key=lambda each: -each.anomaly_score)
        counts = tuple(sum(pair) for pair in zip(self.counts, later.counts, strict=True))
        sketch = self.sketch.plus(later.sketch)
        return Tally(self.rows + later.rows, counts, tuple(every[:SHOWN]), sketch)


NOTHING = Tally(0, (0,) * len(VERDICTS), (), Sketch())


def tally(judged: Judgement, columns: Mapping[str, Column], records: Records) -> Tally:
    """Of the judgement of some records but their history, and what a view says of them."""
    scores = judged.anomaly_score[records.earlier :]
    counts = np.bincount(judged.codes[records.earlier :], minlength=len(VERDICTS)).tolist()
    strangest = [
        Strange(
            row if records.numbers is None else int(records.numbers[row]),
            _cell(records.table.columns, FILE, row) if judged.columns.images else None,
            float(scores[row]),
            *(_cell(columns, name, row) for name in ("cause", "actual", "expected")),
        )
        for row in _highest(scores)
    ]
    return Tally(len(scores), tuple(counts), tuple(strangest), Sketch.of(scores))


def _highest(scores: NDArray[np.float64]) -> list[int]:
    """The rows of the highest scores that there are, highest first."""
    known = np.flatnonzero(~np.isnan(scores))
    if len(known) > SHOWN:  # to sort them all would take longer than anything else here
        known = known[scores[known] >= np.partition(scores[known], -SHOWN)[-SHOWN]]
    rows: list[int] = known[np.argsort(-scores[known], kind="stable")[:SHOWN]].tolist()
    return rows


def _cell(columns: Mapping[str, Column], name: str, row: int) -> Any:  # noqa: ANN401
    return columns[name].cells[row] if name in columns else None
