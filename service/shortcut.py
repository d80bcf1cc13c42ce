"""Shortcut: a request of one record that came whole is answered before a task is made for it. Knows the hot routes, no socket.

What the gate and the routes do for it is the same, in fewer steps: it has an id, it is counted and timed, it holds to the
limits, whose smallest is many times its size. Whatever else a request is, it goes the ordinary way.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import Scope

from service.drain import Drain
from service.gate import Ids
from service.hot import ANY, JSON, ROUTES, HotRoutes
from service.telemetry import Telemetry
from service.wire import Headers

log = logging.getLogger(__name__)
SCORE = ROUTES["score"].path
OK = HTTPStatus.OK.value
PLAIN = (b"content-type", JSON)
# Headers that say what only the gate and the routes can do.
LEFT = (b"content-encoding", b"x-request-id", b"expect")
Write = Callable[[int, Headers, bytes], bool]
Otherwise = Callable[[], None]


class Shortcut:
    """Takes requests from a server that has the whole of them."""

    def __init__(self, hot: HotRoutes, ids: Ids, telemetry: Telemetry, drain: Drain) -> None:
        self._hot, self._ids, self._telemetry, self._drain = hot, ids, telemetry, drain

    def take(self, scope: Scope, body: bytes, write: Write, otherwise: Otherwise) -> bool:
        """Whether the request is answered here: by `write`, or where that cannot be in the end, by `otherwise`."""
        if self._drain.active or scope["method"] != "POST":
            return False
        headers = dict(scope["headers"])
        if headers.get(b"content-type") != JSON or headers.get(b"accept", b"") not in ANY:
            return False
        if any(name in headers for name in LEFT):
            return False
        began = time.perf_counter()

        def then(reply: bytes | None) -> None:
            if reply is None or not write(OK, (PLAIN, (b"x-request-id", next(self._ids))), reply):
                return otherwise()
            return self._telemetry.request(SCORE, "POST", OK, time.perf_counter() - began)

        try:
            return self._hot.ask(scope, body, then)
        except (
            Exception
        ):  # it would be taken for a request that is no HTTP; the ordinary way knows what to do
            log.exception("the short way failed", extra={"path": scope["path"]})
            return False
