"""One column of a few different texts, each many times, as verdicts are. Knows no feature names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.cells import LaterCells, Rows
from models.columns import Categories, Numbers, TypedColumn


@dataclass(frozen=True, slots=True)
class WordColumn:
    """Texts by their places in a list, so that no object is made for each cell.

    codes: (rows,) integers, places among `words`; a word that is None is a missing cell.
    """

    codes: NDArray[Any]
    words: Sequence[str | None]

    @classmethod
    def of_one(cls, word: str | None, rows: int) -> WordColumn:
        """The same in every row."""
        return cls(np.zeros(rows, np.int32), (word,))

    @classmethod
    def of_some(cls, said: dict[int, str], rows: int) -> WordColumn:
        """What is said of some rows, and nothing of the others."""
        codes = np.zeros(rows, np.int32)
        codes[list(said)] = np.arange(1, len(said) + 1)
        return cls(codes, ("", *said.values()))

    @property
    def cells(self) -> LaterCells:
        """Made when somebody looks at one."""
        return LaterCells(len(self.codes), self._cells)

    def numbers(self) -> Numbers:
        """As of typed cells."""
        return TypedColumn(self.cells).numbers()

    def categories(self) -> Categories:
        """The words."""
        return TypedColumn(self.cells).categories()

    def is_absent(self) -> bool:
        """Whether every row is missing or empty."""
        return TypedColumn(self.cells).is_absent()

    def take(self, rows: Rows) -> WordColumn:
        """The same column with these rows only, in this order."""
        return WordColumn(self.codes[rows], self.words)

    def _cells(self) -> list[str | None]:
        found: list[str | None] = np.array(self.words, dtype=object)[self.codes].tolist()
        return found
