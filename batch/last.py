"""The last record of a file, or the last reading of each series: all are checked, only these are judged."""

from __future__ import annotations

from collections.abc import Iterable

from batch.clerk import Answer, Clerk
from batch.history import History
from batch.reading.piece import Known, Piece


def last_answer(pieces: Iterable[Piece], clerk: Clerk) -> Answer:
    """What comes of those. FormatRefused and TableMismatch as if all were judged."""
    lacking = frozenset(clerk.scorer.columns.inputs)
    history = History(clerk.scorer.window)
    for piece in pieces:
        read = piece.records()
        lacking &= clerk.check(read)
        history.add(read)
    return clerk(Known(history.end(), 1.0))._replace(absent=lacking)
