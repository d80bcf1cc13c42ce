"""Asking: a table to the service and its reply back, in pieces where it must be, as steps. Knows no verb by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import httpx

from offbeat.client.control import Control, path_of
from offbeat.client.descriptions import Window
from offbeat.client.errors import Refused, VersionChanged, checked
from offbeat.client.options import query, reference_of
from offbeat.client.pieces import Piece, joined, pieces
from offbeat.client.retrying import Retries
from offbeat.client.steps import Call, Steps
from offbeat.client.tables.base import Table
from offbeat.client.wire import JSON, Wire

MOST_BYTES = 64 << 20  # of a body; the service takes as many unless told
TRIES = 3  # to get all pieces from one version


@dataclass(frozen=True, slots=True)
class Ask:
    """A verb of a model, and what it is told. `in_arrow`: a reply in Arrow is welcome, in JSON too."""

    model: str
    verb: str
    options: Mapping[str, Any]
    in_arrow: bool = False

    def of(self, content: bytes, media_type: str, accept: str) -> Call:
        """The request with this body."""
        headers = {"content-type": media_type, "accept": accept}
        return Call("POST", path_of(self.model, self.verb), query(self.options), headers, content)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is needed to ask, at most `most_rows` records at once. `wire` learns which forms the service takes."""

    retries: Retries
    wire: Wire
    control: Control
    most_rows: int

    def content(self, ask: Ask, content: bytes, media_type: str, accept: str = JSON) -> Steps[httpx.Response]:
        """The reply to a body that is written already."""
        return checked((yield from self.retries.answered(ask.of(content, media_type, accept))))

    def table(self, ask: Ask, table: Table) -> Steps[Any]:
        """The reply on all records, as a document."""
        return joined((yield from self.pieces(ask, table)))

    def pieces(self, ask: Ask, table: Table) -> Steps[list[Piece]]:
        """The replies on all records, from one version. VersionChanged when none stayed for as long as they took."""
        if ask.options.get("last_only"):
            return [Piece((yield from self._sent(ask, table)))]  # the others are its history: one request
        sent, window = partial(self._sent, ask), partial(self._window, ask)
        for _ in range(TRIES):
            found = yield from pieces(table, self.most_rows, sent, window)
            if len(found) == 1 or len({piece.source for piece in found}) == 1:
                return found
        raise VersionChanged(ask.model, TRIES)

    def _window(self, ask: Ask) -> Steps[Window | None]:
        served = yield from self.control.served(ask.model, reference_of(ask.options))
        return served["window"] if served else None

    def _sent(self, ask: Ask, table: Table) -> Steps[httpx.Response]:
        while True:
            content, media_type = self.wire.body(table)
            accept = self.wire.accept(arrow=ask.in_arrow)
            if len(content) > MOST_BYTES and table.rows > 1:
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"longer than {MOST_BYTES:,} bytes")
            try:
                return (yield from self.content(ask, content, media_type, accept))
            except Refused as refused:
                if not self.wire.learns(refused, media_type, accept):
                    raise
