"""Pieces: many records in as many requests as the service's limits ask for, and their replies as one. Sends nothing itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

import httpx

from offbeat.client.descriptions import Window
from offbeat.client.errors import Refused, document_of
from offbeat.client.past import Past
from offbeat.client.steps import Steps
from offbeat.client.tables.base import Table
from offbeat.client.wire import ARROW

ROW = re.compile(r"^(/records/|/rows/|/columns/[^/]*/)(\d+)")
SOURCE = ("version", "generation")
Sent = Callable[[Table], Steps[httpx.Response]]


@dataclass(frozen=True)
class Piece:
    """A reply, and how many of the records it was asked about are there only as the history of the others."""

    reply: httpx.Response
    history: int = 0

    @property
    def is_arrow(self) -> bool:
        """Whether the service took the offer to answer in Arrow."""
        return str(self.reply.headers.get("content-type", "")).startswith(ARROW)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The reply, of JSON."""
        found: dict[str, Any] = document_of(self.reply)
        return found

    @property
    def source(self) -> tuple[Any, ...]:
        """Which version answered, and which change of its alias it was."""
        if self.is_arrow:
            return tuple(self.reply.headers.get(f"x-offbeat-{name}") for name in SOURCE)
        return tuple(self.document.get(name) for name in SOURCE)


def pieces(
    table: Table, most: int, sent: Sent, window: Callable[[], Steps[Window | None]]
) -> Steps[list[Piece]]:
    """Send a table, `most` records at a time, and fewer where the service says that these are too many.

    Readings of a window go behind those that a window of theirs reaches back to. Refused points into the whole table.
    """
    found: list[Piece] = []
    at, past = 0, None
    while at < table.rows or not found:
        rows = range(at, min(at + most, table.rows))
        if past is None and len(rows) < table.rows:
            past = Trail(table, (yield from window()))
        history = past.rows() if past else []
        try:
            reply = yield from sent(table.take([*history, *rows]) if past else table)
        except Refused as refused:
            if refused.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE or len(rows) <= 1:
                raise shifted(refused, at - len(history)) from None
            most = len(rows) // 2
            continue
        found.append(Piece(reply, len(history)))
        if past:
            past.walk(rows)
        at = rows.stop
    return found


class Trail:
    """Which rows of a table the next ones are judged with."""

    def __init__(self, table: Table, window: Window | None) -> None:
        self._past: Past[int] = Past(window)
        names = (window["series"], window["timestamp"]) if window else (None, None)
        columns = table.columns() if any(names) else {}
        self._series, self._times = (columns.get(name or "") for name in names)

    def rows(self) -> list[int]:
        """Ascending, as the readings of a series are."""
        return sorted(self._past.all())

    def walk(self, rows: range) -> None:
        """These rows lie behind us."""
        for row in rows:
            series = self._series[row] if self._series else None
            self._past.add(series, row, self._times[row] if self._times else None)


def joined(found: Sequence[Piece]) -> dict[str, Any]:
    """The documents of pieces as one: what was answered record by record, one after the other, without the history."""
    if len(found) == 1 and not found[0].history:
        return found[0].document
    histories = [piece.history for piece in found]
    whole = dict(found[0].document)
    for key, value in whole.items():
        parts = [piece.document[key] for piece in found]
        if isinstance(value, list):
            whole[key] = _chained(parts, histories)
        elif isinstance(value, Mapping):
            whole[key] = {name: _chained([part[name] for part in parts], histories) for name in value}
    return whole


def _chained(parts: Sequence[list[Any]], histories: Sequence[int]) -> list[Any]:
    return [each for part, history in zip(parts, histories, strict=True) for each in part[history:]]


def shifted(refused: Refused, by: int) -> Refused:
    """The same refusal, each place counted from the first record of the table."""
    if not by:
        return refused
    errors = [
        {**error, "pointer": ROW.sub(lambda found: f"{found[1]}{int(found[2]) + by}", error["pointer"])}
        for error in refused.errors
    ]
    return Refused(refused.status, refused.detail, errors)
