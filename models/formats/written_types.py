"""What is written where a column has one type: the text of a CSV as numbers, where it plainly is; mixed cells as text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence, Set
from typing import Any, Literal

import numpy as np

from models.columns import EXACT, Column, TextColumn, TypedColumn, is_empty, shown
from models.errors import FormatRefused
from models.number_column import NumberColumn

# A name that looks like a number is written as one only if it is spelled the same again.
WHOLE = re.compile(r"0|-?[1-9]\d*")
LIKE_A_NAME = re.compile(r"\s*[+-]?0\d")
Written = Literal["nothing", "text", "fractions", "whole", "names", "even"]
Spelling = Literal["text", "whole", "number"]


def typed(column: Column) -> Column:
    """The column itself where its cells have types.

    Text becomes whole numbers where every cell is spelled as JSON spells one; other numbers where every cell is one and
    none begins with a zero that says nothing (`007` is a name); else it stays text. An empty cell is missing.
    """
    return spelled_as(spelling({written(column)}), column) if isinstance(column, TextColumn) else column


def written(column: TextColumn) -> Written:
    """How the cells of a column, or of a piece of it, are written."""
    read = column.numbers()
    if read.missing.all():
        return "nothing"
    if read.bad:
        return "text"
    present = read.values[~read.missing]
    if not np.array_equal(present, np.floor(present)):  # nan and inf among them
        return "fractions"
    cells = [cell for cell in column.cells if not is_empty(cell)]
    if all(map(WHOLE.fullmatch, cells)) and np.abs(present).max() <= EXACT:
        return "whole"
    return "names" if any(map(LIKE_A_NAME.match, cells)) else "even"


def spelling(pieces: Set[Written]) -> Spelling:
    """What a column becomes whose pieces are written like this."""
    there = pieces - {"nothing"}
    if not there or "text" in there:
        return "text"
    if "fractions" in there:
        return "number"
    if "names" in there:
        return "text"
    return "whole" if there == {"whole"} else "number"


def spelled_as(kind: Spelling, column: TextColumn) -> Column:
    """The column, or a piece of it, as that."""
    if kind == "text":
        return TypedColumn([None if is_empty(cell) else cell for cell in column.cells])
    read = column.numbers()
    if kind == "whole":
        return NumberColumn(np.where(read.missing, 0, read.values).astype(np.int64), read.missing)
    return NumberColumn(read.values, read.missing)


def typed_cells(column: Column) -> Sequence[Any]:
    """The cells of `typed`."""
    return typed(column).cells


def one_kind(name: str, cells: Sequence[Any]) -> list[Any]:
    """Cells of one type, None among them: whole numbers beside others are floats, and of several types all become text.

    FormatRefused for what is neither number, boolean nor text, and for a whole number of more than 64 bits.
    """
    kinds = {*map(type, cells)} - {type(None)}
    if not kinds <= {int, float, bool, str} or (int in kinds and not all(map(_fits, cells))):
        raise FormatRefused(f"column {shown(name)} holds what no column can; write .json")
    if len(kinds) <= 1:
        return list(cells)
    if kinds == {int, float}:
        return [None if cell is None else float(cell) for cell in cells]
    return [cell if isinstance(cell, str | None) else json.dumps(cell) for cell in cells]


def _fits(cell: object) -> bool:
    return not isinstance(cell, int) or -(2**63) <= cell < 2**63
