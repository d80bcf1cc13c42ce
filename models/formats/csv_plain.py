"""A large CSV without surprises, column by column. Says None to every other one, which is then read cell by cell.

Numbers become arrays on the way. Their text is not kept, for it is seldom asked for: the bytes are read again for it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from models.cells import LaterCells
from models.columns import EXACT, Column, Numbers, TextColumn
from models.formats.csv_shape import is_plain

MOST_COLUMNS = 4096  # beyond, a column costs more than its cells
LOOKED_AT = 20  # rows that tell which columns seem to be numbers
TEXT, NUMBER = pa.string(), pa.float64()


class Plain(NamedTuple):
    """What was read: names and columns in the order of the file."""

    names: list[str]
    columns: list[Column]
    rows: int


def read_plain(data: bytes, separator: str) -> Plain | None:
    """The columns of a CSV (UTF-8, no byte order mark), or None where the exact reader must look at it.

    Whatever is None here is refused there with its line, or read there at its own pace.
    """
    end = data.find(b"\n") + 1
    if not 0 < end < len(data) or not is_plain(data, separator):
        return None
    names = next(csv.reader([data[:end].decode()], delimiter=separator, strict=True), [])
    if not 1 < len(names) <= MOST_COLUMNS or len({*names}) != len(names) or not all(map(str.strip, names)):
        return None
    try:
        return _read(Source(data, end, names, separator))
    except pa.ArrowInvalid:  # ragged rows
        return None


@dataclass(slots=True)
class Source:
    """The rows of a CSV without its header, to be read more than once."""

    data: bytes
    start: int
    names: list[str]
    separator: str
    _texts: Any = field(default=None)

    def table(self, numbers: set[str]) -> Any:  # noqa: ANN401
        """An Arrow table: these columns as float64, the others as text; an empty cell is null."""
        return arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(self.data).slice(self.start)),
            arrow_csv.ReadOptions(column_names=self.names, use_threads=False),
            arrow_csv.ParseOptions(delimiter=self.separator, quote_char=self._quote),
            arrow_csv.ConvertOptions(
                column_types={name: NUMBER if name in numbers else TEXT for name in self.names},
                null_values=[""],
                strings_can_be_null=True,
            ),
        )

    @property
    def _quote(self) -> str | bool:
        """To look for quotes takes a tenth of the time; after the header there seldom are any."""
        return '"' if self.data.find(b'"', self.start) >= 0 else False

    def cells(self, name: str) -> list[str]:
        """The text of a column that was read as numbers; the first call reads that of all."""
        if self._texts is None:
            self._texts = self.table(set())
        return _cells(self._texts[name])

    def looks_numeric(self) -> set[str]:
        """The columns that hold nothing but numbers, as far as the first rows tell."""
        head = self.data[self.start : self.start + LOOKED_AT * 1000].decode(errors="ignore")
        lines = head.splitlines()[:LOOKED_AT]
        rows = [row for row in csv.reader(lines, delimiter=self.separator) if len(row) == len(self.names)]
        columns = map(TextColumn, zip(*rows, strict=True))
        return {name for name, column in zip(self.names, columns, strict=False) if not column.numbers().bad}


def _read(source: Source) -> Plain:
    numeric = source.looks_numeric()
    try:
        table = source.table(numeric)
    except pa.ArrowInvalid:  # a later row holds something else
        table = source.table(set())
        numeric = {name for name in numeric if _is_number(table[name])}
    columns = [
        _number(table[name], name, source) if name in numeric else _text(table[name]) for name in source.names
    ]
    return Plain(source.names, columns, table.num_rows)


def _is_number(column: Any) -> bool:  # noqa: ANN401
    try:
        column.cast(NUMBER)
    except pa.ArrowInvalid:
        return False
    return True


def _text(column: Any) -> Column:  # noqa: ANN401
    return TextColumn(LaterCells(len(column), lambda: _cells(column)))


def _cells(column: Any) -> list[str]:  # noqa: ANN401
    found: list[str] = column.fill_null("").to_numpy().tolist()
    return found


def _number(column: Any, name: str, source: Source) -> Column:  # noqa: ANN401
    cells = LaterCells(len(column), lambda: source.cells(name))
    missing = column.is_null().to_numpy() if column.null_count else np.zeros(len(column), np.bool_)
    return TextColumn(cells, _settled(column.cast(NUMBER).to_numpy(), missing, cells))


def _settled(values: NDArray[np.float64], missing: NDArray[np.bool_], cells: LaterCells) -> Numbers | None:
    """The numbers, those that are not finite or large read again by the rules of a text cell; None where one is bad."""
    plain = np.abs(values) < EXACT
    if plain.all():
        return Numbers(values, missing, [])
    doubtful = np.flatnonzero(~plain & ~missing)
    read = TextColumn(cells).take(doubtful).numbers()
    settled = values.copy()
    settled[doubtful] = read.values
    return None if read.bad else Numbers(settled, missing, [])
