"""CSV, NDJSON and JSON: each piece as its format writes it, without what stands around all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np

from batch.records import Records
from batch.survey import Layout
from batch.writing.form import Columns, joined
from models.formats.base import Format
from models.table import Table

NO_ROWS = np.zeros(0, np.int64)


class Text(NamedTuple):
    """A piece of a text file. `before` and `after` stand around all pieces, `between` each two of them."""

    before: bytes
    between: bytes
    after: bytes
    rows: bytes


@dataclass(frozen=True, slots=True)
class TextForm:
    """What a format writes. `between`: what stands between two records."""

    format: Format
    typed: bool
    between: bytes = b""

    def render(self, records: Records, added: Columns, layout: Layout | None) -> Text:
        """What all pieces share is what the format writes of no record."""
        columns = joined(records, added, layout)
        none = {name: column.take(NO_ROWS) for name, column in columns.items()}
        around = self.format.write(Table(none, 0, records.table.places))
        whole = self.format.write(Table(columns, records.rows, records.table.places))
        after = len(around) - around.rfind(b"]") if self.between else 0
        before = len(around) - after
        rows = whole[before : len(whole) - after]
        return Text(around[:before], self.between, around[before:], rows)


class TextSink:
    """A text file that grows."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._after: bytes | None = None

    def write(self, rendered: Text) -> None:
        """The next rows."""
        self._file.write(rendered.before if self._after is None else rendered.between)
        self._file.write(rendered.rows)
        self._after = rendered.after

    def close(self) -> None:
        """What stands behind all rows."""
        self._file.write(self._after or b"")
