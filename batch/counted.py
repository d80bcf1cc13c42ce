"""Judge what was read whole, and name what is wrong with all of it. Knows no file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from batch.clerk import Answer, Clerk
from batch.reading.piece import Piece
from models.errors import COUNTED_MISMATCHES, TableMismatch


def counted(pieces: Iterator[Piece], clerk: Clerk) -> Iterator[Answer]:
    """An answer a piece. One TableMismatch for all of them; after the first the others are only looked at."""
    refused: list[TableMismatch] = []
    for piece in pieces:
        try:
            if refused:
                clerk.check(piece.records())
                continue
            answer = clerk(piece)
        except TableMismatch as error:
            refused.append(error)
        else:
            yield answer
    if refused:
        total = min(sum(error.total for error in refused), COUNTED_MISMATCHES)
        raise TableMismatch([*chain.from_iterable(error.mismatches for error in refused)], total)
