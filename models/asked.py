"""Asked: records and what the graph says of them, whether each stands alone or ends a window. Knows no verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.encoding import Encoded
from models.errors import TooLarge
from models.scorer import Outputs, Scorer, Scores
from models.table import Table
from models.windowed import Windowed
from models.windows import Frames

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """The records to be judged and what the graph says of them. `incomplete`: why a record has no whole window."""

    encoded: Encoded
    scores: Scores
    places: Rows
    incomplete: Mapping[int, str] = field(default_factory=dict)
    earlier: Callable[[], Rows] | None = None


class Bounds(NamedTuple):
    """Of which windows a verdict is wanted, and how many values all of them may hold; `rows`: of those that end at one of
    these, ascending.
    """

    last_only: bool
    most: int | None
    rows: Rows | None = None


def windows(scorer: Scorer, table: Table, encoded: Encoded, outputs: Outputs, bounds: Bounds) -> Asked:
    """Scores at the rows where a whole window ends, NaN at the others."""
    framed = scorer.frames(table)
    every = np.arange(encoded.rows) if bounds.rows is None else bounds.rows
    places = framed.last_rows() if bounds.last_only else every
    asked = framed.of(places)
    _check_work(asked, len(scorer.columns.names), bounds.most)
    scores = scorer.score(Windowed(encoded, asked), outputs)
    why = framed.reasons()
    gone = encoded.missing | encoded.not_finite
    return Asked(
        encoded.take(places),
        _scattered(scores, np.searchsorted(places, asked.ends), len(places)),
        places,
        {at: told for at, row in enumerate(places.tolist()) if (told := why[row]) is not None},
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
    for each in fields(Scores):
        found = getattr(scores, each.name)
        spread = np.full((rows, *found.shape[1:]), np.nan)
        spread[at] = found
        every.append(spread)
    return Scores(*every)
