"""CSV with a header, UTF-8, comma between cells unless told. An empty cell is a missing value."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from models.columns import Column, TextColumn, shown
from models.errors import FormatRefused, TooManyRecords, refuse_any
from models.table import Table, cut, escaped

SEPARATORS = {";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class CsvPlaces:
    """Rows by their line in the file (a quoted cell may span lines); pointers as if the rows were JSON records."""

    lines: Sequence[int]

    def pointer(self, row: int | None, column: str | None) -> str:
        """`/records/3/temperature`; a column without a row has no place of its own."""
        if row is None:
            return "/records"
        return f"/records/{row}" + (f"/{escaped(column)}" if column is not None else "")

    def words(self, row: int | None, column: str | None) -> str:
        """`line 5, column 'temperature'`."""
        where = [f"line {self.lines[row]}"] if row is not None else []
        return ", ".join([*where, *([f"column {cut(column)!r}"] if column is not None else [])])


class Lines:
    """Takes a row at a time and ends it with a line feed alone."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, row: str) -> None:
        """Keep a row."""
        self.written.append(row.removesuffix("\r\n") + "\n")


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """Reads and writes CSV with one separator."""

    separator: str = ","
    media_type: str = "text/csv"
    suffix: str = ".csv"

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """Read the header and every row; blank lines are skipped."""
        reader = csv.reader(io.StringIO(_decoded(data), newline=""), delimiter=self.separator, strict=True)
        lines: list[int] = []
        rows: list[list[str]] = []
        try:
            for row in reader:
                # In a file of one column an empty line is a missing value, not a blank line.
                if row or (rows and len(rows[0]) == 1):
                    rows.append(row or [""])
                    lines.append(reader.line_num)
                if most is not None and len(rows) > most + 1:
                    raise TooManyRecords(most)
        except csv.Error as error:
            raise FormatRefused(f"line {reader.line_num}: {_explained(error)}") from None
        if not rows:
            raise FormatRefused("the CSV is empty; its first line must name the columns")
        return self._table(rows[0], rows[1:], CsvPlaces(lines[1:]))

    def write(self, table: Table) -> bytes:
        """Header and rows; a missing value becomes an empty cell."""
        lines = Lines()
        # The writer quotes what is in its line end: a cell may hold either half of it.
        writer = csv.writer(lines, delimiter=self.separator, lineterminator="\r\n")
        writer.writerow(table.columns)
        writer.writerows(zip(*(_written(column) for column in table.columns.values()), strict=True))
        return "".join(lines.written).encode()

    def _table(self, header: list[str], rows: list[list[str]], places: CsvPlaces) -> Table:
        self._check_header(header)
        if not rows:
            raise FormatRefused("the CSV has a header but no rows")
        width = len(header)
        empty = Table({}, 0, places)
        refuse_any(
            empty.mismatch(number, None, f"{len(row)} cells, but the header names {width} columns")
            for number, row in enumerate(rows)
            if len(row) != width
        )
        columns = map(TextColumn, zip(*rows, strict=True))
        return Table(dict(zip(header, columns, strict=True)), len(rows), places)

    def _check_header(self, header: list[str]) -> None:
        for other, name in SEPARATORS.items():
            if len(header) == 1 and other in header[0] and other != self.separator:
                raise FormatRefused(
                    f"line 1: one column named {shown(header[0])}: the cells seem to be separated by a {name}, "
                    f"not {self.separator!r}; name the separator (offbeat: --separator), or send commas"
                )
        seen: set[str] = set()
        for position, name in enumerate(header, start=1):
            if not name.strip():
                raise FormatRefused(f"line 1: column {position} has no name")
            if name in seen:
                raise FormatRefused(f"line 1: two columns are named {shown(name)}")
            seen.add(name)


def _written(column: Column) -> list[object]:
    """Cells as they are read back: booleans as JSON and a category spell them."""
    return [str(cell).lower() if isinstance(cell, bool) else cell for cell in column.cells]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatRefused(f"not UTF-8 text at byte {error.start}; is this a CSV file?") from None


def _explained(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    return f"not CSV: {error}"
