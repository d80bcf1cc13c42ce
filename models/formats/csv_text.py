"""CSV with a header, UTF-8, comma between cells unless told. An empty cell is a missing value."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from models.columns import TextColumn, shown
from models.errors import FormatRefused, TableMismatch
from models.table import Table, escaped

SEPARATORS = {";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class CsvPlaces:
    """Rows by their line in the file (a quoted cell may span lines); pointers as if the rows were JSON records."""

    lines: Sequence[int]

    def pointer(self, row: int | None, column: str | None) -> str:
        """`/records/3/temperature`."""
        tokens = ["records", *([row] if row is not None else []), *([column] if column is not None else [])]
        return "".join(f"/{escaped(token)}" for token in tokens)

    def words(self, row: int | None, column: str | None) -> str:
        """`line 5, column 'temperature'`."""
        where = [f"line {self.lines[row]}"] if row is not None else []
        return ", ".join([*where, *([f"column {column!r}"] if column is not None else [])])


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """Reads and writes CSV with one separator."""

    separator: str = ","
    media_type: str = "text/csv"
    suffix: str = ".csv"

    def read(self, data: bytes) -> Table:
        """Read the header and every row; blank lines are skipped."""
        reader = csv.reader(io.StringIO(_decoded(data), newline=""), delimiter=self.separator, strict=True)
        rows: list[list[str]] = []
        lines: list[int] = []
        try:
            for row in reader:
                # In a file of one column an empty line is a missing value, not a blank line.
                if row or (rows and len(rows[0]) == 1):
                    rows.append(row or [""])
                    lines.append(reader.line_num)
        except csv.Error as error:
            raise FormatRefused(f"line {reader.line_num}: {_explained(error)}") from None
        if not rows:
            raise FormatRefused("the CSV is empty; its first line must name the columns")
        return self._table(rows[0], rows[1:], CsvPlaces(lines[1:]))

    def write(self, table: Table) -> bytes:
        """Header and rows; a missing value becomes an empty cell."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=self.separator, lineterminator="\n")
        writer.writerow(table.columns)
        cells = [column.cells for column in table.columns.values()]
        writer.writerows(zip_longest(*cells))
        return out.getvalue().encode()

    def _table(self, header: list[str], rows: list[list[str]], places: CsvPlaces) -> Table:
        self._check_header(header)
        if not rows:
            raise FormatRefused("the CSV has a header but no rows")
        width = len(header)
        ragged = [
            Table({}, 0, places).mismatch(
                number, None, f"{len(row)} cells, but the header names {width} columns"
            )
            for number, row in enumerate(rows)
            if len(row) != width
        ]
        if ragged:
            raise TableMismatch(ragged)
        columns = dict(zip(header, map(TextColumn, zip(*rows, strict=True)), strict=True))
        return Table(columns, len(rows), places)

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


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatRefused(f"not UTF-8 text at byte {error.start}; is this a CSV file?") from None


def _explained(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    return f"not CSV: {error}"
