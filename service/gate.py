"""The gate: what every request passes, whoever answers it. Limits, request id, draining, problems, metrics. Knows no route."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import ContractError
from service.allowance import Allowance
from service.drain import Drain
from service.inflate import opened, opened_length
from service.problems import bug, refusal
from service.refusals import BodyTooSlow, Busy
from service.settings import Settings
from service.telemetry import Telemetry
from service.wire import (
    DIRECT,
    LASTING,
    WHOLE,
    Direct,
    Disconnected,
    Headers,
    Reply,
    check_length,
    receive_body,
    replayed,
    send_reply,
)

log = logging.getLogger(__name__)
# Whoever watches a full service must still get an answer.
ALWAYS_ADMITTED = frozenset({"/healthz", "/readyz", "/metrics", "/v2/health/live", "/v2/health/ready"})
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
CLOSE = (b"connection", b"close")
IDENTITY = b"identity"
Ids = Iterator[bytes]
DIGITS = 18  # of a length that are read; more is beyond every limit all the same
CLIENT_LEFT = 499  # nobody sees it; metrics and logs need a status


def new_ids() -> Ids:
    """Ids of requests that no other process makes."""
    process = secrets.token_hex(4).encode()
    return (b"%b%08x" % (process, number) for number in count())


class Answerer(Protocol):
    """Whatever answers whole bodies with whole replies."""

    async def answer(self, scope: Scope, body: bytes) -> Reply | None:
        """The reply; None where the request is for somebody else. ContractError for what is refused."""
        ...


class Exchange:
    """One request and how its reply goes: the id added, the status remembered."""

    def __init__(self, scope: Scope, send: Send, drain: Drain, ids: Ids) -> None:
        self.headers = dict(scope["headers"])
        asked = self.headers.get(b"x-request-id")
        self.id: bytes = asked if asked and REQUEST_ID.fullmatch(asked) else next(ids)
        self.status = CLIENT_LEFT
        self.started = self.finished = self.closing = self.over = False
        self.began = time.perf_counter()
        self.work = self.held = 0  # what was taken for it: a place among those at work, bytes of its body
        self._direct: Direct | None = scope.pop(DIRECT, None)
        self._send, self._drain = send, drain

    async def send(self, message: Message) -> None:
        """Pass a message of the reply on."""
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            message = {**message, "headers": [*message.get("headers", ()), *self._added()]}
        elif not message.get("more_body", False):
            self.finished = True
        await self._send(message)

    async def reply(self, reply: Reply) -> None:
        """Send all of a reply, in one piece where the server can."""
        if self._direct and not self.closing and not self._drain.active:
            headers = (*reply.headers, (b"x-request-id", self.id))
            if self._direct(reply.status, headers, reply.body):
                self.started, self.finished, self.status = True, True, reply.status
                return
        await send_reply(self.send, reply)

    async def refuse(self, reply: Reply) -> None:
        """Send this instead of a reply; nothing when one is complete."""
        if not self.started:
            await send_reply(self.send, reply)
        elif not self.finished:
            raise RuntimeError("the reply broke off")  # the server closes the connection

    def _added(self) -> Headers:
        own = (b"x-request-id", self.id)
        return (own, CLOSE) if self.closing or self._drain.active else (own,)


class Gate:
    """Reads the whole body first, so that nothing behind it ever waits for a client, or sees too much."""

    def __init__(
        self,
        app: ASGIApp,
        hot: Sequence[Answerer],
        *,
        settings: Settings,
        telemetry: Telemetry,
        drain: Drain,
        shaped: Callable[[str, Reply], Reply],
    ) -> None:
        """`hot` are asked first, each in turn; `app` answers what they leave; `shaped`: how a problem looks at a path."""
        self._app, self._hot, self._settings, self._shaped = app, hot, settings, shaped
        self._telemetry, self._drain = telemetry, drain
        self.ids = new_ids()
        self._work = Allowance(settings.max_in_flight, "in flight", "requests")
        self._bytes = Allowance(settings.max_held_bytes, "held bytes", "bytes of bodies")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        exchange = Exchange(scope, send, self._drain, self.ids)
        self._telemetry.in_flight.inc()
        try:
            await self._pass(scope, receive, exchange)
        except Disconnected:
            pass
        except ContractError as error:
            await self._refuse(scope["path"], exchange, error)
        except Exception:
            log.exception("unforeseen", extra={"request_id": exchange.id.decode(), "path": scope["path"]})
            await exchange.refuse(self._shaped(scope["path"], bug(exchange.id.decode())))
        finally:
            self._end(scope, exchange)
        return None

    async def _pass(self, scope: Scope, receive: Receive, exchange: Exchange) -> None:
        body = await self._body(scope, receive, exchange)
        if scope["path"] not in ALWAYS_ADMITTED:
            self._work.take(1)
            exchange.work = 1
        body = await self._opened(body, exchange)
        for each in self._hot:
            reply = await each.answer(scope, body)
            if reply is not None:
                return await exchange.reply(reply)
        return await self._app(scope, replayed(body, receive), partial(self._sent, scope, exchange))

    async def _sent(self, scope: Scope, exchange: Exchange, message: Message) -> None:
        """Pass a message on; of a reply that lasts nothing but its head is waited for."""
        await exchange.send(message)
        if LASTING in scope:
            self._end(scope, exchange)

    def _end(self, scope: Scope, exchange: Exchange) -> None:
        """Give back what was taken for a request and tell of it, once."""
        if exchange.over:
            return
        exchange.over = True
        self._work.give(exchange.work)
        self._bytes.give(exchange.held)
        self._telemetry.in_flight.dec()
        self._tell(scope, exchange, time.perf_counter() - exchange.began)

    async def _body(self, scope: Scope, receive: Receive, exchange: Exchange) -> bytes:
        body: bytes | None = scope.pop(WHOLE, None)
        if body is None:
            return await self._received(receive, exchange)
        self._hold(exchange, check_length(len(body), self._settings.max_body_bytes))
        return body

    async def _opened(self, body: bytes, exchange: Exchange) -> bytes:
        """As it was before it was compressed, if it was; held before it is there."""
        encoding = exchange.headers.get(b"content-encoding", IDENTITY)
        if encoding == IDENTITY or not body:
            return body
        name, most = encoding.lower(), self._settings.max_body_bytes
        self._hold(exchange, await asyncio.to_thread(opened_length, body, name, most))
        return await asyncio.to_thread(opened, body, name)

    async def _received(self, receive: Receive, exchange: Exchange) -> bytes:
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

    async def _refuse(self, path: str, exchange: Exchange, error: ContractError) -> None:
        if isinstance(error, Busy):
            self._telemetry.shed.labels(error.reason).inc()
        await exchange.refuse(self._shaped(path, refusal(error)))

    def _tell(self, scope: Scope, exchange: Exchange, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._telemetry.request(route, scope["method"], exchange.status, seconds)
        if self._settings.access_log:
            told = {"path": scope["path"], "status": exchange.status, "request_id": exchange.id.decode()}
            log.info(
                "request",
                extra={"method": scope["method"], **told, "seconds": round(seconds, 6)},
            )
