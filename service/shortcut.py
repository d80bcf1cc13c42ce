"""Shortcut: a request for little work that came whole is answered before a task is made for it. Knows the hot routes, no socket.

What the gate and the routes do for it is the same, in fewer steps: it has an id, it is counted and timed. It is no work
that lasts, so it is never among those in flight, and is answered also when they are as many as may be. Whatever else a
request is, or where a line is logged for each, it goes the ordinary way.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.types import Scope

from service.drain import Drain
from service.gate import Ids
from service.hot import HotRoutes
from service.settings import Settings
from service.telemetry import Telemetry
from service.wire import Headers, Reply

log = logging.getLogger(__name__)
# Headers that say what only the gate and the routes can do.
LEFT = (b"content-encoding", b"x-request-id", b"expect")
Write = Callable[[int, Headers, bytes], bool]
Otherwise = Callable[[], None]


class Shortcut:
    """Takes requests from a server that has the whole of them."""

    def __init__(
        self, hot: HotRoutes, ids: Ids, settings: Settings, telemetry: Telemetry, drain: Drain
    ) -> None:
        self._hot, self._ids, self._telemetry, self._drain = hot, ids, telemetry, drain
        self._most = 0 if settings.access_log else settings.max_body_bytes

    def take(self, scope: Scope, body: bytes, write: Write, otherwise: Otherwise) -> bool:
        """Whether the request is answered here: by `write`, or where that cannot be in the end, by `otherwise`."""
        if self._drain.active or scope["method"] != "POST" or len(body) > self._most:
            return False
        headers = dict(scope["headers"])
        if any(name in headers for name in LEFT):
            return False
        began = time.perf_counter()

        def then(reply: Reply | None) -> None:
            if reply is None:
                return otherwise()
            if not write(reply.status, (*reply.headers, (b"x-request-id", next(self._ids))), reply.body):
                return otherwise()
            route = scope["route"].path
            return self._telemetry.request(route, "POST", reply.status, time.perf_counter() - began)

        try:
            return self._hot.ask(scope, headers, body, then)
        except Exception:  # else it would be taken for a request that is no HTTP
            log.exception("the short way failed", extra={"path": scope["path"]})
            return False
