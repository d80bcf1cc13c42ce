"""Series in pieces: each piece with the readings before it that its windows reach back to. Knows no graph.

A piece is made as long as the history before it, so that about twice as many readings are judged as there are at most,
however many series.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from batch.reading.piece import Piece
from batch.records import Records
from models.windows import Frames, Window, frames

Rows = NDArray[np.int64]
EXACT = 1e-5  # of a period: the same moment, or near enough to keep one reading more


@dataclass(frozen=True, slots=True)
class Continued:
    """Pieces as one, after the history of their series."""

    history: Records | None
    parts: tuple[Piece, ...]
    done: float

    def records(self) -> Records:
        """The history, marked as such, and what the pieces say."""
        read = self.parts[0].records()
        for part in self.parts[1:]:
            read = part.records().after(read)
        return read.following(self.history)


class History:
    """The end of what was read: of every series as far as later windows reach back, or one record where there are none."""

    def __init__(self, window: Window | None) -> None:
        self.window = window
        self.kept: Records | None = None
        self._read = 0

    def add(self, found: Records) -> Records:
        """What was found after the history, whose end is the history from now on. TableMismatch as `models.windows` says."""
        numbers = np.arange(self._read, self._read + found.rows)
        self._read += found.rows
        joined = replace(found, numbers=numbers).following(self.kept)
        self.kept = joined.take(self._tail(joined))
        return joined

    def end(self) -> Records:
        """What is left. ValueError when nothing was added."""
        if self.kept is None:
            raise ValueError("nothing was read")
        return self.kept

    def _tail(self, joined: Records) -> Rows:
        if self.window is None:
            return np.array([joined.rows - 1])
        return tail(frames(joined.table, self.window))


def with_history(pieces: Iterator[Piece], window: Window) -> Iterator[Continued]:
    """The same readings, each piece after the history of its series."""
    history, parts, rows, before = History(window), list[Piece](), 0, None
    for piece in pieces:
        joined = history.add(piece.records())
        parts.append(piece)
        rows += joined.rows - joined.earlier
        if rows >= (before.rows if before else 0):
            yield Continued(before, tuple(parts), piece.done)
            parts, rows, before = [], 0, history.kept
    if parts:
        yield Continued(before, tuple(parts), parts[-1].done)


def tail(framed: Frames) -> Rows:
    """The rows that windows yet to come may be made of, ascending.

    Of each series as many as a window has; where gaps are resampled, its duration and the reading before.
    """
    series = framed.series_of_row[framed.order]
    last = np.flatnonzero(np.diff(series, append=-1) != 0)[series]
    if framed.timeline is None:
        reached = last - np.arange(len(series)) < framed.window.length
    else:
        seconds = framed.timeline.keys.imag
        reached = seconds[last] - seconds <= framed.timeline.period * (framed.window.length - 1 + EXACT)
        reached[:-1] |= reached[1:] & (series[1:] == series[:-1])
    return np.sort(framed.order[reached])
