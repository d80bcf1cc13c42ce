"""Wire: a table as the body of a request, in the form that is cheapest and that the service reads. Knows no addresses."""

from __future__ import annotations

import base64
import csv
import io
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

from offbeat.client.errors import Refused
from offbeat.client.tables.base import Table
from offbeat.client.tables.plain import is_array, python_of

JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"
PNG, JPEG = "image/png", "image/jpeg"
NOT_TAKEN = {HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}


class Body(NamedTuple):
    """What is sent, and of which type it is."""

    content: bytes
    media_type: str


@dataclass(slots=True)
class Wire:
    """Which forms to use, and what was learned of the service: one that took no Arrow is not offered any again."""

    arrow_rows: int
    takes_arrow: bool = True

    def body(self, table: Table) -> Body:
        """Arrow when it pays, else JSON; CSV for a NaN or an infinity where there is no Arrow, since JSON has neither."""
        arrow = table.arrow() if self.takes_arrow and self.pays(table.rows) else None
        if arrow is not None:
            return Body(arrow, ARROW)
        try:
            return Body(written(table.document()), JSON)
        except ValueError:
            arrow = table.arrow() if self.takes_arrow else None
            return Body(_csv(table), CSV) if arrow is None else Body(arrow, ARROW)

    def accept(self, *, arrow: bool) -> str:
        """Which forms of a reply are welcome, `arrow` before all."""
        return f"{ARROW}, {JSON};q=0.9" if arrow and self.takes_arrow else JSON

    def pays(self, rows: int) -> bool:
        """Whether so many records are cheaper in Arrow."""
        return rows >= self.arrow_rows

    def learns(self, refused: Refused, *forms: str) -> bool:
        """Whether Arrow was among the forms of a request, and refused, so that the same is worth asking without it."""
        if refused.status not in NOT_TAKEN or not any(ARROW in form for form in forms):
            return False
        self.takes_arrow = False
        return True


def written(document: object) -> bytes:
    """JSON, numpy's numbers, times and the bytes of pictures among it. ValueError for what JSON has not."""
    return json.dumps(document, default=_plain, allow_nan=False, separators=(",", ":")).encode()


def _plain(cell: Any) -> Any:  # noqa: ANN401
    """A cell that JSON has no word for."""
    if isinstance(cell, bytes):
        return base64.b64encode(cell).decode()
    if hasattr(cell, "isoformat"):
        return cell.isoformat()
    if is_array(cell):
        return python_of(cell)
    if hasattr(cell, "__float__"):
        return float(cell)
    raise TypeError(f"expected a number, text, a time or a picture, got {type(cell).__name__}")


def _csv(table: Table) -> bytes:
    """Booleans as JSON spells them; None becomes an empty cell, a NaN the word."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    columns = table.columns()
    writer.writerow(columns)
    writer.writerows(zip(*([*map(_spelled, cells)] for cells in columns.values()), strict=True))
    return text.getvalue().encode()


def _spelled(cell: Any) -> Any:  # noqa: ANN401
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell if cell is None or isinstance(cell, str | int | float) else _spelled(_plain(cell))
