"""Look a file through before it is judged: which columns its rows have, and what each can be written as.

A column of a CSV is one of numbers only if every cell is, and a record of NDJSON may bring a new key at any time: what is
written in pieces must know it from the first one on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from batch.reading.piece import Piece
from batch.records import Records
from models.columns import Column, TextColumn, TypedColumn
from models.formats.written_types import Spelling, Written, spelled_as, spelling, written
from models.number_column import NumberColumn

Kind = Literal["text", "whole", "number", "boolean", "mixed", "nothing"]
KINDS: dict[type, Kind] = {str: "text", int: "whole", float: "number", bool: "boolean"}
Layout = Mapping[str, Kind]


def survey(pieces: Iterable[Piece]) -> Layout:
    """The columns of all pieces, in the order they are first met."""
    texts: dict[str, set[Written]] = {}
    cells: dict[str, set[Kind]] = {}
    for piece in pieces:
        for name, column in kept(piece.records()).items():
            if isinstance(column, TextColumn):
                texts.setdefault(name, set()).add(written(column))
            else:
                cells.setdefault(name, set()).update(_kinds(column))
    spelled: dict[str, Kind] = {name: spelling(found) for name, found in texts.items()}
    return spelled | {name: _one(found) for name, found in cells.items()}


def kept(records: Records) -> dict[str, Column]:
    """The columns that can be written again; the bytes of pictures stay behind."""
    return {name: each for name, each in records.table.columns.items() if not _holds_bytes(each)}


def laid_out(records: Records, layout: Layout) -> dict[str, Column]:
    """These records with all columns of the file, each as it is written."""
    columns = records.table.columns
    return {
        name: _as(kind, columns[name]) if name in columns else TypedColumn([None] * records.rows)
        for name, kind in layout.items()
    }


def _as(kind: Kind, column: Column) -> Column:
    if not isinstance(column, TextColumn):
        return column
    spelled: Spelling = kind if kind in {"whole", "number"} else "text"
    return spelled_as(spelled, column)


def _kinds(column: Column) -> set[Kind]:
    if isinstance(column, NumberColumn):
        return {"whole" if column.values.dtype.kind in "iu" else "number"}
    return {KINDS.get(kind, "mixed") for kind in {*map(type, column.cells)} - {type(None)}}


def _one(kinds: set[Kind]) -> Kind:
    if kinds == {"whole", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "nothing"


def _holds_bytes(column: Column) -> bool:
    return isinstance(column, TypedColumn) and any(isinstance(cell, bytes) for cell in column.cells[:1])
