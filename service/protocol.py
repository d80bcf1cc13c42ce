"""Protocol: uvicorn's HTTP/1.1, with an end to how long a request's head may take and grow, and short cuts for short requests.

Knows nothing behind the socket. The short cuts stand in the scope: a body that is all there needs not be waited for, and
a reply that is all there goes out in one piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from starlette.types import Scope
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from service.wire import DIRECT, LASTING, WHOLE, Direct, Headers

# Scope, body, what writes a reply at once, what begins the task after all: whether it is taken.
Take = Callable[[Scope, bytes, Direct, Callable[[], None]], bool]
REST_SECONDS = 0.02
MOST_HEAD = 1 << 16  # bytes of request line and headers


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection that is silent, or still at its first request's head, after so many seconds.

    uvicorn by itself would wait for ever, and keep any amount of headers in memory.
    """

    def __init__(self, *arguments: Any, seconds: float, take: Take, **named: Any) -> None:  # noqa: ANN401
        """`take` is offered every request that came in one piece, before a task is made for it."""
        super().__init__(*arguments, **named)
        self._seconds, self._take = seconds, take
        self._beginning = False
        self._held: Callable[[], None] | None = None  # begins the task of a request that is not whole yet
        self._soon: asyncio.TimerHandle | None = None
        self._head: int | None = 0  # bytes of it that are here; None while no head is awaited
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the head is whole."""
        super().data_received(data)
        if self._held is not None and self._soon is None:
            self._hold()
        if self._head is None:
            return
        self._head += len(data)
        if self._head > MOST_HEAD:
            self._close(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._timer is None:
            self._wait()

    def shutdown(self) -> None:
        """Told to stop. Whoever listens was told by now; one who does not even take that is not waited for."""
        super().shutdown()
        lasting = self.cycle is not None and LASTING in self.cycle.scope
        if lasting and self.transport.get_write_buffer_size():
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A head begins; most are whole in one piece, so no timer yet."""
        super().on_message_begin()
        self._unset_keepalive_if_required()  # of the request before, which may have ended in the same piece
        self._head = 0

    def on_headers_complete(self) -> None:
        """The head is whole; the gate waits for the body."""
        self._arrived()
        self._beginning = True
        super().on_headers_complete()
        self._beginning = False

    def on_message_complete(self) -> None:
        """The body is whole; of a short request it is before the application begins."""
        super().on_message_complete()
        begin, cycle = self._released(), self.cycle
        if begin is None:
            return
        scope = cast("Scope", cycle.scope)
        body = scope[WHOLE] = bytes(cycle.body)
        cycle.body = bytearray()
        if self.flow.write_paused or not self._take(scope, body, partial(self._write, cycle), begin):
            begin()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401
        """Not before it is known whether the whole request came in this piece."""
        begin = partial(self._begin, cycle, app)
        # Who waits for leave to send its body gets it from the application.
        if self._beginning and not self.expect_100_continue:
            self._held = begin
        else:
            begin()

    def _begin(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401
        cycle.scope[DIRECT] = partial(self._write, cycle)  # type: ignore[literal-required]
        super()._start_asgi_task(cycle, app)

    def _hold(self) -> None:
        """Wait a little for the rest of a short body; of a long one the application must ask for the pieces."""
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        if length and int(length) <= HIGH_WATER_LIMIT:  # beyond it uvicorn reads on only when it is asked
            self._soon = asyncio.get_running_loop().call_later(REST_SECONDS, self._release)
        else:
            self._release()

    def _release(self) -> None:
        begin = self._released()
        if begin:
            begin()

    def _released(self) -> Callable[[], None] | None:
        begin, self._held = self._held, None
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        return begin

    def _write(self, cycle: RequestResponseCycle, status: int, headers: Headers, body: bytes) -> bool:
        """What uvicorn makes of two messages, in one write; False where it should."""
        if self.flow.write_paused or cycle.response_started or cycle.scope["method"] == "HEAD":
            return False
        if cycle.disconnected:
            return True
        lines = [STATUS_LINE[status]]
        for name, value in (*self.server_state.default_headers, *headers):
            lines += (name, b": ", value, b"\r\n")
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        lines += (b"content-length: %d\r\n\r\n" % len(body), body)
        cycle.response_started = cycle.response_complete = True
        self.transport.write(b"".join(lines))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def _wait(self) -> None:
        late = HTTPStatus.REQUEST_TIMEOUT
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._close, late)

    def _arrived(self) -> None:
        self._head = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self, status: HTTPStatus) -> None:
        self._arrived()
        if not self.transport.is_closing():
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            )
            self.transport.write(head.encode())
            self.transport.close()
