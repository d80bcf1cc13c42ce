"""Protocol: uvicorn's HTTP/1.1, with an end to how long a request's head may take and grow. Knows nothing behind the socket."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 1 << 16  # bytes of request line and headers


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection that is silent, or still at its first request's head, after so many seconds.

    uvicorn by itself would wait for ever, and keep any amount of headers in memory.
    """

    def __init__(self, *arguments: Any, seconds: float, **named: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **named)
        self._seconds = seconds
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
        if self._head is None:
            return
        self._head += len(data)
        if self._head > MOST_HEAD:
            self._close(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._timer is None:
            self._wait()

    def on_message_begin(self) -> None:
        """A head begins; most are whole in one piece, so no timer yet."""
        super().on_message_begin()
        self._head = 0

    def on_headers_complete(self) -> None:
        """The head is whole; the gate waits for the body."""
        self._arrived()
        super().on_headers_complete()

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
