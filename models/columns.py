"""One column of a table, as text (CSV) or as typed cells (JSON), and what its cells mean. Knows no feature names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
EXACT = 2.0**53  # beyond, float64 skips integers
SHOWN = 40  # characters of a cell that an error may repeat
INFINITE_WORDS = {"inf", "infinity"}


class BadCell(NamedTuple):
    """A cell that cannot be read as asked."""

    row: int
    detail: str


class Numbers(NamedTuple):
    """A column read as numbers: NaN where missing; infinite or NaN where the cell said so; bad cells listed."""

    values: Vector
    missing: Mask
    bad: list[BadCell]


class Categories(NamedTuple):
    """A column read as categories: None where missing; bad cells listed."""

    values: list[str | None]
    bad: list[BadCell]


class Column(Protocol):
    """Cells of one column, and two ways to read them."""

    cells: Sequence[Any]

    def numbers(self) -> Numbers:
        """Read every cell as a float64."""
        ...

    def categories(self) -> Categories:
        """Read every cell as a category."""
        ...

    def take(self, rows: NDArray[np.int64]) -> Column:
        """The same column with these rows only, in this order."""
        ...


@dataclass(frozen=True, slots=True)
class TextColumn:
    """Cells as a CSV file has them: all text, empty is missing."""

    cells: Sequence[str]

    def numbers(self) -> Numbers:
        """Numbers as Python writes them; `nan` and `inf` are read and left for the verdict to refuse."""
        filled = [cell if cell and not cell.isspace() else "nan" for cell in self.cells]
        missing = np.array([not cell or cell.isspace() for cell in self.cells], dtype=np.bool_)
        try:
            values = np.array(filled, dtype=np.float64)
        except ValueError:
            values = np.array([_parsed(cell) for cell in filled])
        suspects = np.flatnonzero(~np.isfinite(values) & ~missing | (np.abs(values) >= EXACT))
        bad = [BadCell(int(row), detail) for row in suspects if (detail := _text_fault(filled[row]))]
        # numpy reads 1_000 as Python source does; nobody's sensor writes that.
        bad += [BadCell(row, expected("a number", cell)) for row, cell in enumerate(filled) if "_" in cell]
        return Numbers(values, missing, sorted(set(bad)))

    def categories(self) -> Categories:
        """The text itself."""
        return Categories([cell or None for cell in self.cells], [])

    def take(self, rows: NDArray[np.int64]) -> TextColumn:
        """The same column with these rows only, in this order."""
        return TextColumn([self.cells[row] for row in rows])


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """Cells as JSON has them: a number is a number and text is text; None is missing."""

    cells: Sequence[Any]

    def numbers(self) -> Numbers:
        """int and float only: `true` is not 1 and "0.1" is not 0.1."""
        if set(map(type, self.cells)) <= {float, int, type(None)}:
            values = np.array(self.cells, dtype=np.float64)
        else:
            values = np.array([cell if _is_number(cell) else np.nan for cell in self.cells], dtype=np.float64)
        missing = np.array([cell is None for cell in self.cells], dtype=np.bool_)
        suspects = np.flatnonzero(~(np.abs(values) < EXACT) & ~missing)
        faults = ((int(row), _typed_fault(self.cells[row])) for row in suspects)
        return Numbers(values, missing, [BadCell(row, detail) for row, detail in faults if detail])

    def categories(self) -> Categories:
        """Text, and what a CSV could not tell from text: whole numbers and booleans, spelled as JSON spells them."""
        bad = [
            BadCell(row, expected("a category", cell))
            for row, cell in enumerate(self.cells)
            if not isinstance(cell, str | bool | int | None)
        ]
        spelled = [cell if isinstance(cell, str | None) else json.dumps(cell) for cell in self.cells]
        return Categories([None if cell == "" else cell for cell in spelled], bad)

    def take(self, rows: NDArray[np.int64]) -> TypedColumn:
        """The same column with these rows only, in this order."""
        return TypedColumn([self.cells[row] for row in rows])


def expected(what: str, cell: object) -> str:
    """`expected a number, got "hot"`, with at most 40 escaped characters of the cell."""
    return f"expected {what}, got {shown(cell)}"


def shown(cell: object) -> str:
    """A cell as an error may repeat it: escaped, cut, and only the kind of what is nested."""
    if isinstance(cell, list):
        return "an array"
    if isinstance(cell, dict):
        return "an object"
    text = json.dumps(cell[:SHOWN] if isinstance(cell, str) else cell)
    longer = len(text) > SHOWN or (isinstance(cell, str) and len(cell) > SHOWN)
    return text[:SHOWN] + "…" if longer else text


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _parsed(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _text_fault(text: str) -> str | None:
    """Why a text cell that is not an ordinary finite number is bad; None for a literal nan or inf, and for a large float."""
    word = text.strip().lower().lstrip("+-")
    if word == "nan" or word in INFINITE_WORDS:
        return None
    try:
        value = float(text)
    except ValueError:
        return expected("a number", text)
    if np.isinf(value):
        return f"too large for a 64-bit number: {shown(text)}"
    return _beyond_exact() if word.isdigit() and abs(value) > EXACT else None


def _typed_fault(cell: object) -> str | None:
    if not _is_number(cell):
        return expected("a number", cell)
    if isinstance(cell, float):
        return None if np.isfinite(cell) else "too large for a 64-bit number"
    return _beyond_exact() if abs(cell) > EXACT else None  # type: ignore[arg-type]


def _beyond_exact() -> str:
    return (
        "a whole number beyond 2^53 is not exact; send it as text of a category, or rounded, such as 1.5e16"
    )
