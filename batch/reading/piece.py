"""What a piece of a file is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from batch.records import Records


class Piece(Protocol):
    """Some rows of a file that follow each other, read but not yet understood. Can be sent to another process.

    `done`: the share of the file that is read when this is.
    """

    @property
    def done(self) -> float:
        """0 to 1."""
        ...

    def records(self) -> Records:
        """What they say. ContractError with the place in the whole file for what they should not."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A piece that is understood already."""

    read: Records
    done: float

    def records(self) -> Records:
        """As they are."""
        return self.read
