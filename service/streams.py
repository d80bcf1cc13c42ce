"""Streams: the events of a model, told to each who asks for as long as they listen. Know neither rings nor what is told.

A stream looks for news ten times a second. What its reader does not take waits in the rings, where it is overwritten.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from models.columns import SHOWN
from models.errors import NotPossible
from service.allowance import Allowance
from service.drain import Drain
from service.events import Events
from service.following import Following, News
from service.pool import ScorerPool
from service.refusals import Busy
from service.sse import ALIVE, HEADERS, MEDIA_TYPE, RETRY, ended, event
from service.telemetry import Telemetry
from service.wire import LASTING

LOOK_SECONDS = 0.1
ALIVE_SECONDS = 10.0  # of silence: then a line that says nothing, which finds out who has left
REASON = "event streams"


class Streams:
    """As many as there may be."""

    def __init__(
        self, pool: ScorerPool, events: Events | None, telemetry: Telemetry, drain: Drain, most: int
    ) -> None:
        """`events`: what this process and those beside it tell; None where nothing is told."""
        self._pool, self._events, self._telemetry, self._drain = pool, events, telemetry, drain
        self._places = Allowance(most, REASON, "streams of events")

    def open(self, model: str, last_id: str | None) -> EventStream:
        """A stream of what is new about a model after an id. ModelNotFound; NotPossible where nothing is told."""
        self._pool.model(model)
        if self._events is None:
            raise NotPossible(
                "events are not told here; --events, or OFFBEAT_EVENTS=true, turns them on when the service starts"
            )
        return EventStream(self, self._told(model, Following(self._events.rings, model), last_id))

    @contextmanager
    def place(self) -> Iterator[None]:
        """One more within the block. Busy when there are as many as may be."""
        try:
            self._places.take(1)
        except Busy as error:
            self._telemetry.shed.labels(error.reason).inc()
            raise
        try:
            with self._telemetry.event_streams.track_inprogress():
                yield
        finally:
            self._places.give(1)

    async def _told(self, model: str, following: Following, last_id: str | None) -> AsyncIterator[bytes]:
        """What is sent, piece by piece, until the process stops or the model is gone."""
        yield RETRY
        listed, news, spoke = self._pool.lists(model), following.begin(last_id), time.monotonic()
        while True:
            if piece := _written(news) or (ALIVE if time.monotonic() - spoke > ALIVE_SECONDS else b""):
                spoke = time.monotonic()
                yield piece
            if self._drain.active:
                return
            if listed and not self._pool.lists(model):
                yield ended(event("gone", {"model": model[:SHOWN]}))
                return
            await asyncio.sleep(LOOK_SECONDS)
            news = following.news()


class EventStream(StreamingResponse):
    """A reply that lasts. Who asks for one too many hears so in its place: Busy."""

    def __init__(self, streams: Streams, told: AsyncIterator[bytes]) -> None:
        super().__init__(told, headers=HEADERS, media_type=MEDIA_TYPE)
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        with self._streams.place():
            scope[LASTING] = True
            await super().__call__(scope, receive, send)


def _written(news: News) -> bytes:
    missed = ended(event("skipped", {"events": news.missed})) if news.missed else b""
    return missed + b"".join(ended(*said) for said in news.said)
