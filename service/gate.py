"""The gate: what every request passes, whoever answers it. Limits, request id, draining, problems, metrics. Knows no route."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from functools import partial

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import ContractError
from service.drain import Drain
from service.problems import bug, refusal
from service.refusals import BodyTooSlow, Busy, EncodingRefused
from service.settings import Settings
from service.telemetry import Telemetry
from service.wire import Disconnected, Reply, receive_body, replayed, send_reply

log = logging.getLogger(__name__)
# Whoever watches a full service must still get an answer.
ALWAYS_ADMITTED = frozenset({"/healthz", "/readyz", "/metrics"})
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
CLOSE = (b"connection", b"close")
DIGITS = 18  # of a length that are read; more is beyond every limit all the same
CLIENT_LEFT = 499  # nobody sees it; metrics and logs need a status


class Allowance:
    """So much at once, and no queue: who finds too little left is refused."""

    def __init__(self, most: int, reason: str, what: str) -> None:
        self._most = most
        self._refusal = (reason, f"the service is at its limit of {most:,} {what} at once; try again shortly")
        self.taken = 0

    def take(self, amount: int) -> None:
        """Take so much, to be given back. Busy when there is not so much left."""
        if self.taken + amount > self._most:
            raise Busy(*self._refusal)
        self.taken += amount

    def give(self, amount: int) -> None:
        """Give back what was taken."""
        self.taken -= amount


class Exchange:
    """One request and how its reply goes: the id added, the status remembered."""

    def __init__(self, scope: Scope, send: Send, drain: Drain) -> None:
        self.headers = dict(scope["headers"])
        asked = self.headers.get(b"x-request-id", b"")
        self.id: bytes = asked if REQUEST_ID.fullmatch(asked) else secrets.token_hex(8).encode()
        self.status = CLIENT_LEFT
        self.started = self.finished = self.closing = False
        self.held = 0  # bytes of its body
        self._send, self._drain = send, drain

    async def send(self, message: Message) -> None:
        """Pass a message of the reply on."""
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            close = (CLOSE,) if self.closing or self._drain.active else ()
            headers = [*message.get("headers", ()), (b"x-request-id", self.id), *close]
            message = {**message, "headers": headers}
        elif not message.get("more_body", False):
            self.finished = True
        await self._send(message)

    async def refuse(self, reply: Reply) -> None:
        """Send this instead of a reply; nothing when one is complete."""
        if not self.started:
            await send_reply(self.send, reply)
        elif not self.finished:
            raise RuntimeError("the reply broke off")  # the server closes the connection


class Gate:
    """Reads the whole body first, so that nothing behind it ever waits for a client, or sees too much."""

    def __init__(self, app: ASGIApp, settings: Settings, telemetry: Telemetry, drain: Drain) -> None:
        self._app, self._settings, self._telemetry, self._drain = app, settings, telemetry, drain
        self._work = Allowance(settings.max_in_flight, "in flight", "requests")
        self._bytes = Allowance(settings.max_held_bytes, "held bytes", "bytes of bodies")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        exchange, start = Exchange(scope, send, self._drain), time.perf_counter()
        with self._telemetry.in_flight.track_inprogress():
            try:
                await self._pass(scope, receive, exchange)
            except Disconnected:
                pass
            except ContractError as error:
                await self._refuse(exchange, error)
            except Exception:
                log.exception("unforeseen", extra={"request_id": exchange.id.decode(), "path": scope["path"]})
                await exchange.refuse(bug(exchange.id.decode()))
            finally:
                self._tell(scope, exchange, time.perf_counter() - start)
        return None

    async def _pass(self, scope: Scope, receive: Receive, exchange: Exchange) -> None:
        work = 0 if scope["path"] in ALWAYS_ADMITTED else 1
        try:
            body = await self._body(receive, exchange)
            if exchange.headers.get(b"content-encoding", b"identity").lower() != b"identity":
                raise EncodingRefused("a compressed body is not read; send it without Content-Encoding")
            self._work.take(work)
            try:
                await self._app(scope, replayed(body, receive), exchange.send)
            finally:
                self._work.give(work)
        finally:
            self._bytes.give(exchange.held)

    async def _body(self, receive: Receive, exchange: Exchange) -> bytes:
        announced = exchange.headers.get(b"content-length", b"")
        length = int(announced[:DIGITS]) if announced.isdigit() else 0
        exchange.closing = True  # until the body is whole the connection is of no further use
        try:
            async with asyncio.timeout(self._settings.receive_seconds):
                body = await receive_body(
                    receive, length, self._settings.max_body_bytes, partial(self._hold, exchange)
                )
        except TimeoutError:
            seconds = self._settings.receive_seconds
            raise BodyTooSlow(f"the body did not arrive within {seconds:g} seconds") from None
        exchange.closing = False
        return body

    def _hold(self, exchange: Exchange, size: int) -> None:
        self._bytes.take(size)
        exchange.held += size

    async def _refuse(self, exchange: Exchange, error: ContractError) -> None:
        if isinstance(error, Busy):
            self._telemetry.shed.labels(error.reason).inc()
        await exchange.refuse(refusal(error))

    def _tell(self, scope: Scope, exchange: Exchange, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._telemetry.request(route, scope["method"], exchange.status, seconds)
        if self._settings.access_log:
            told = {"path": scope["path"], "status": exchange.status, "request_id": exchange.id.decode()}
            log.info(
                "request",
                extra={"method": scope["method"], **told, "seconds": round(seconds, 6)},
            )
