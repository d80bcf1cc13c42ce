"""One column of a table, as text (CSV) or as typed cells (JSON), and what its cells mean. Knows no feature names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from models.cells import Rows, some

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
EXACT = 2.0**53  # beyond, float64 skips integers
NOT_FINITE = re.compile(r"\s*[+-]?(?:nan|inf|infinity)\s*", re.IGNORECASE)
SHOWN = 40  # characters of a cell that an error may repeat
TOO_LARGE = "too large for a 64-bit number"
BEYOND_EXACT = (
    "a whole number beyond 2^53 is not exact; send it as text of a category, or rounded, such as 1.5e16"
)


class BadCell(NamedTuple):
    """A cell that cannot be read as asked."""

    row: int
    detail: str


class Numbers(NamedTuple):
    """A column read as numbers: NaN where missing; infinite or NaN where the cell said so; bad cells listed."""

    values: Vector
    missing: Mask
    bad: list[BadCell]

    def take(self, rows: Rows) -> Numbers:
        """The same of these rows, where no cell is bad."""
        return Numbers(self.values[rows], self.missing[rows], [])


class Categories(NamedTuple):
    """A column read as categories: None where missing; bad cells listed."""

    values: list[str | None]
    bad: list[BadCell]


class Column(Protocol):
    """Cells of one column, and two ways to read them."""

    @property
    def cells(self) -> Sequence[Any]:
        """The cells as they came, one a row."""
        ...

    def numbers(self) -> Numbers:
        """Read every cell as a float64."""
        ...

    def categories(self) -> Categories:
        """Read every cell as a category."""
        ...

    def is_absent(self) -> bool:
        """Whether no row has a value."""
        ...

    def take(self, rows: Rows) -> Column:
        """The same column with these rows only, in this order."""
        ...


@dataclass(frozen=True, slots=True)
class TextColumn:
    """Cells as a CSV file has them: all text; empty or blank is missing.

    `known`: what `numbers` would say, where the reader of the file found it on its way; it holds no bad cell.
    """

    cells: Sequence[str]
    known: Numbers | None = None

    def numbers(self) -> Numbers:
        """Numbers as Python writes them; `nan` and `inf` are read and left for the verdict to refuse."""
        if self.known is not None:
            return self.known
        empty = [is_empty(cell) for cell in self.cells]
        # numpy reads 1_000 as Python source does; nobody's sensor writes that.
        read = ["nan" if lost or "_" in cell else cell for cell, lost in zip(self.cells, empty, strict=True)]
        try:
            values = np.array(read, dtype=np.float64)
        except ValueError:
            values = np.array([_parsed(cell) for cell in read])
        missing = np.array(empty, dtype=np.bool_)
        return Numbers(values, missing, _bad_cells(self.cells, values, ~missing, _text_fault))

    def categories(self) -> Categories:
        """The text itself."""
        return Categories([None if is_empty(cell) else cell for cell in self.cells], [])

    def is_absent(self) -> bool:
        """Whether every cell is empty or blank."""
        return _is_absent(self.cells, self.known)

    def take(self, rows: Rows) -> TextColumn:
        """The same column with these rows only, in this order."""
        return TextColumn(some(self.cells, rows), self.known and self.known.take(rows))


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """Cells as JSON has them: a number is a number and text is text; None is missing.

    `known`: what `numbers` would say, where the reader of the body found it on its way; it holds no bad cell.
    """

    cells: Sequence[Any]
    known: Numbers | None = None

    def numbers(self) -> Numbers:
        """int and float only: `true` is not 1 and "0.1" is not 0.1."""
        if self.known is not None:
            return self.known
        kinds = set(map(type, self.cells))
        if kinds <= {float, int, type(None)}:
            values = np.array(self.cells, dtype=np.float64)
        else:
            values = np.array([cell if _is_number(cell) else np.nan for cell in self.cells], dtype=np.float64)
        missing = np.zeros(len(self.cells), dtype=np.bool_)
        if type(None) in kinds:
            missing = np.array([cell is None for cell in self.cells], dtype=np.bool_)
        return Numbers(values, missing, _bad_cells(self.cells, values, ~missing, _typed_fault))

    def categories(self) -> Categories:
        """Text, and what a CSV could not tell from text: whole numbers and booleans, spelled as JSON spells them."""
        bad = [
            BadCell(row, expected("a category", cell))
            for row, cell in enumerate(self.cells)
            if not isinstance(cell, str | int | None)
        ]
        return Categories([_spelled(cell) for cell in self.cells], bad)

    def is_absent(self) -> bool:
        """Whether every cell is null, or text that is empty or blank."""
        return _is_absent(self.cells, self.known)

    def take(self, rows: Rows) -> TypedColumn:
        """The same column with these rows only, in this order."""
        return TypedColumn(some(self.cells, rows), self.known and self.known.take(rows))


def is_empty(cell: object) -> bool:
    """Whether a cell holds no value: null, text that is empty or blank, or a picture of no bytes."""
    return cell is None or cell == b"" or (isinstance(cell, str) and (not cell or cell.isspace()))


def expected(what: str, cell: object) -> str:
    """`expected a number, got "hot"`, with at most 40 escaped characters of the cell."""
    return f"expected {what}, got {shown(cell)}"


def shown(cell: object) -> str:
    """A cell as an error may repeat it: escaped, cut, and only the kind of what is nested."""
    if isinstance(cell, list):
        return "an array"
    if isinstance(cell, dict):
        return "an object"
    if isinstance(cell, bytes):
        return "a picture"
    text = json.dumps(cell[:SHOWN] if isinstance(cell, str) else cell)
    longer = len(text) > SHOWN or (isinstance(cell, str) and len(cell) > SHOWN)
    return text[:SHOWN] + "…" if longer else text


def _is_absent(cells: Sequence[Any], known: Numbers | None) -> bool:
    """Cells that are not there yet need not be made to know it."""
    return all(map(is_empty, cells)) if known is None else bool(known.missing.all())


def _bad_cells(
    cells: Sequence[Any],
    values: Vector,
    present: Mask,
    fault: Callable[[Any], str | None],
) -> list[BadCell]:
    """What `fault` says of each cell that is there and whose value is not finite, or large."""
    doubtful = np.flatnonzero(present & ~(np.abs(values) < EXACT)).tolist()
    found = ((row, fault(cells[row])) for row in doubtful)
    return [BadCell(row, detail) for row, detail in found if detail]


def _is_number(cell: object) -> TypeGuard[int | float]:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _spelled(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    # What is no category is listed as bad; spelling a deeply nested one would exhaust the stack.
    return str(cell) if isinstance(cell, int) else None


def _parsed(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _text_fault(text: str) -> str | None:
    """Why a text cell that is not an ordinary finite number is bad; None for a literal nan or inf, and for a large float."""
    if NOT_FINITE.fullmatch(text):
        return None
    value = _parsed(text)
    if np.isnan(value) or "_" in text:
        return expected("a number", text)
    if np.isinf(value):
        return f"{TOO_LARGE}: {shown(text)}"
    digits = text.strip().lstrip("+-")
    return BEYOND_EXACT if digits.isdigit() and int(digits.lstrip("0") or 0) > EXACT else None


def _typed_fault(cell: object) -> str | None:
    if not _is_number(cell) or cell != cell:  # noqa: PLR0124  # NaN, which JSON lacks
        return expected("a number", cell)
    if isinstance(cell, float):
        return None if np.isfinite(cell) else TOO_LARGE
    return BEYOND_EXACT if abs(cell) > EXACT else None
