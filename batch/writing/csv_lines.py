"""CSV out of CSV: the lines as they came, with the model's cells behind each."""

from __future__ import annotations

from dataclasses import dataclass

from batch.records import Records
from batch.survey import Layout
from batch.writing.form import Columns, free
from batch.writing.text import NO_ROWS, Text, TextForm
from models.formats.csv_text import CsvFormat
from models.table import Table


@dataclass(frozen=True, slots=True)
class CsvForm:
    """Whole lines where every record is one, else cell by cell."""

    separator: str = ","
    typed: bool = False

    def render(self, records: Records, added: Columns, layout: Layout | None) -> Text:
        """As `TextForm` does, but for the quotes that cells came in."""
        format_ = CsvFormat(self.separator)
        lines = None if layout is not None or records.text is None else _lines(records.text)
        if lines is None or len(lines) != records.rows:
            return TextForm(format_, typed=False).render(records, added, layout)
        names = dict.fromkeys(records.table.columns)
        renamed = {free(name, names): column for name, column in added.items()}
        written = format_.write(Table(renamed, records.rows, records.table.places)).splitlines()
        if len(written) != records.rows + 1:  # a cause may be the text of a cell, which may hold a line end
            return TextForm(format_, typed=False).render(records, added, layout)
        pairs = zip(lines, written[1:], strict=True)
        separator = self.separator.encode()
        rows = b"".join([b"%b%b%b\n" % (line, separator, cells) for line, cells in pairs])
        return Text(_header(format_, records, renamed), b"", b"", rows)


def _lines(text: bytes) -> list[bytes]:
    """Without their ends and without blank ones."""
    return [line.removesuffix(b"\r") for line in text.split(b"\n") if line]


def _header(format_: CsvFormat, records: Records, added: Columns) -> bytes:
    return format_.write(
        Table({**records.table.columns, **added}, records.rows, records.table.places).take(NO_ROWS)
    )
