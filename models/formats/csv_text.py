"""CSV with a header, UTF-8, comma between cells unless told. An empty cell is a missing value."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from models.cells import LaterCells
from models.columns import Column, TextColumn, shown
from models.errors import FormatRefused, TooManyRecords, refuse_any
from models.formats.csv_shape import line_feeds
from models.formats.places import LinePlaces
from models.table import Table

LARGE = 1 << 14  # bytes; below, to look for a quicker way takes longer than to read
BOM = b"\xef\xbb\xbf"
SEPARATORS = {";": "semicolon", "\t": "tab", "|": "bar"}


class Lines:
    """Takes a row at a time and ends it with a line feed alone."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, row: str) -> None:
        """Keep a row."""
        self.written.append(row.removesuffix("\r\n") + "\n")


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """Reads and writes CSV with one separator.

    `skipped`: lines of the file between the header and the first row, where what is read is a piece of a file.
    """

    separator: str = ","
    media_type: str = "text/csv"
    suffix: str = ".csv"
    skipped: int = 0

    def read(self, data: bytes, *, most: int | None = None) -> Table:
        """Read the header and every row; blank lines are skipped."""
        table = self._plain(data.removeprefix(BOM), most) if len(data) > LARGE else None
        return self._exact(data, most) if table is None else table

    def _plain(self, data: bytes, most: int | None) -> Table | None:
        """The table of a large file without surprises; None where only the exact reader can tell what it says."""
        if most is not None and line_feeds(data) > most + 1:
            return None
        from models.formats.csv_plain import read_plain  # noqa: PLC0415  # brings pyarrow

        found = read_plain(data, self.separator)
        if found is None or not found.rows or (most is not None and found.rows > most):
            return None
        lines = LaterCells(found.rows, lambda: _lines(data, self.skipped)[1:])
        return Table(dict(zip(found.names, found.columns, strict=True)), found.rows, LinePlaces(lines))

    def _exact(self, data: bytes, most: int | None) -> Table:
        reader = csv.reader(io.StringIO(_decoded(data), newline=""), delimiter=self.separator, strict=True)
        lines: list[int] = []
        rows: list[list[str]] = []
        try:
            for row in reader:
                # In a file of one column an empty line is a missing value, not a blank line.
                if row or (rows and len(rows[0]) == 1):
                    rows.append(row or [""])
                    lines.append(reader.line_num + self.skipped)
                if most is not None and len(rows) > most + 1:
                    raise TooManyRecords(most)
        except csv.Error as error:
            raise FormatRefused(f"line {reader.line_num + self.skipped}: {_explained(error)}") from None
        if not rows:
            raise FormatRefused("the CSV is empty; its first line must name the columns")
        return self._table(rows[0], rows[1:], LinePlaces(lines[1:]))

    def write(self, table: Table) -> bytes:
        """Header and rows; a missing value becomes an empty cell."""
        lines = Lines()
        # The writer quotes what is in its line end: a cell may hold either half of it.
        writer = csv.writer(lines, delimiter=self.separator, lineterminator="\r\n")
        writer.writerow(table.columns)
        writer.writerows(zip(*(_written(column) for column in table.columns.values()), strict=True))
        return "".join(lines.written).encode()

    def _table(self, header: list[str], rows: list[list[str]], places: LinePlaces) -> Table:
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


def _lines(data: bytes, skipped: int) -> list[int]:
    """The numbers of the lines that are not blank."""
    return [number for number, line in enumerate(data.splitlines(), start=1 + skipped) if line]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatRefused(f"not UTF-8 text at byte {error.start}; is this a CSV file?") from None


def _explained(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    return f"not CSV: {error}"
