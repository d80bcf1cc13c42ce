"""Look at rows of the training file with the finished version: which ones, of which part, and what it says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.judgement import Judgement, judge_rows
from models.scorer import Scorer
from models.table import Table
from training.report.facts import PARTS
from training.results import Parts, Roles, Rows
from training.samples import NOWHERE, inside, part_of_row

MOST, MOST_PICTURES = 20_000, 1_000
BETWEEN = len(PARTS) - 1
DAY = 86_400.0  # seconds


@dataclass(frozen=True)
class Looked:
    """Judged rows in the order of the file.

    rows: (n,) numbers in the file. part: (n,) places among `PARTS`. known: (n,) labelled anomalies, None without any.
    seconds: (n,) since 1970, None without times. table: these rows. rows_per_day: of the file, None without times.
    """

    judged: Judgement
    table: Table
    rows: Rows
    part: NDArray[np.int8]
    known: NDArray[np.bool_] | None
    seconds: NDArray[np.float64] | None
    rows_per_day: float | None

    @cached_property
    def in_time(self) -> Rows:
        """(n,) places of the rows in the order of time, or as they are."""
        return np.arange(len(self.rows)) if self.seconds is None else np.argsort(self.seconds, kind="stable")

    @cached_property
    def parts(self) -> Mapping[str, NDArray[np.bool_]]:
        """Which rows with a verdict belong to each part that has any."""
        every = {name: (self.part == place) & self.judged.known for place, name in enumerate(PARTS)}
        return {name: mask for name, mask in every.items() if mask.any()}

    @cached_property
    def held_out(self) -> NDArray[np.bool_]:
        """Ordinary rows that nothing was fitted on; all ordinary ones where none were kept."""
        ordinary = self.judged.known if self.known is None else self.judged.known & ~self.known
        kept = np.isin(self.part, [PARTS.index("calibration"), PARTS.index("test")]) & ordinary
        return kept if kept.any() else ordinary


def look(scorer: Scorer, table: Table, roles: Roles, parts: Parts) -> Looked:
    """At most so many rows, evenly over the file, and all labelled anomalies among them that there is room for."""
    part = _part_of(scorer, table, parts)
    rows = _chosen(part, MOST_PICTURES if scorer.columns.images else MOST)
    judged = judge_rows(scorer, table, rows)
    return Looked(
        judged,
        table.take(rows),
        rows,
        part[rows],
        roles.anomalous[rows] if roles.anomalous is not None and roles.anomalous.any() else None,
        None if roles.order is None else roles.order[rows],
        None if roles.order is None else _rows_per_day(roles.order, roles.series),
    )


def _part_of(scorer: Scorer, table: Table, parts: Parts) -> NDArray[np.int8]:
    """The place of each row's part among `PARTS`; a window is in a part only with all its readings."""
    found = part_of_row(table.rows, parts)
    if scorer.window is not None:
        whole = np.concatenate([*inside(scorer.frames(table), found)[:-1], parts.anomalies])
        found[np.setdiff1d(np.arange(table.rows), whole)] = NOWHERE
    return np.where(found == NOWHERE, BETWEEN, found).astype(np.int8)


def _chosen(part: NDArray[np.int8], most: int) -> Rows:
    if len(part) <= most:
        return np.arange(len(part))
    known = evenly(np.flatnonzero(part == PARTS.index("known anomalies")), most // 2)
    others = evenly(np.flatnonzero(part != PARTS.index("known anomalies")), most - len(known))
    return np.sort(np.concatenate([known, others]))


def _rows_per_day(seconds: NDArray[np.float64], series: NDArray[np.int64]) -> float | None:
    """By the median step of the longest series."""
    steps = np.diff(np.sort(seconds[series == np.bincount(series).argmax()]))
    steps = steps[steps > 0]
    return float(DAY / np.median(steps)) if len(steps) else None


def evenly(rows: Rows, most: int) -> Rows:
    """At most so many of them."""
    return rows if len(rows) <= most else rows[np.arange(most) * len(rows) // most]
