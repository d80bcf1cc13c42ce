"""Hot routes: POST /v1/models/{model}/{verb}, in front of the router because every microsecond is paid per request."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from models.errors import ContractError
from models.names import CHAMPION
from service.options import Asked, read_query
from service.pool import ScorerPool
from service.problems import problem
from service.scoring import Scoring
from service.served import Served
from service.verbs import VERBS, Request
from service.wire import Reply, send_reply

PREFIX = "/v1/models/"
INLINE = 1 << 14  # bytes; a longer body may hold enough records to keep everybody else waiting
INLINE_VALUES = 1 << 14  # of all windows that a short body can ask for: milliseconds of work
BETWEEN_READINGS = (b",", b"\n", b"\r")  # in JSON and in CSV
ALLOW_POST = (b"allow", b"POST")


@dataclass(frozen=True, slots=True)
class Route:
    """A documented path; the gate names it in the metrics."""

    path: str


ROUTES = {verb: Route(f"{PREFIX}{{model}}/{verb}") for verb in VERBS}


class HotRoutes:
    """Answers the verbs; everything else goes on to `app`."""

    def __init__(
        self, app: ASGIApp, pool: ScorerPool, scoring: Scoring, *, executor: Executor, max_rows: int
    ) -> None:
        self._app, self._pool, self._scoring = app, pool, scoring
        self._executor, self._max_rows = executor, max_rows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        model, verb = _matched(scope)
        if verb is None:
            return await self._app(scope, receive, send)
        scope["route"] = ROUTES[verb]
        if scope["method"] != "POST":
            reply = problem(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed", f"{verb} takes POST")
            return await send_reply(send, reply._replace(headers=(*reply.headers, ALLOW_POST)))
        body = (await receive())["body"]  # whole: the gate has read it
        return await send_reply(send, await self._answer(scope, model, verb, body))

    async def _answer(self, scope: Scope, model: str, verb: str, body: bytes) -> Reply:
        content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        request = Request(body, content_type.decode("latin-1"), {}, self._max_rows)
        try:
            asked = read_query(scope["query_string"])
            request.options = asked.options
            served = await self._served(model, asked)
            work = (self._scoring, served, request)
            if len(body) <= INLINE and not _is_long_work(verb, served, body):
                return VERBS[verb](*work)
            return await asyncio.get_running_loop().run_in_executor(self._executor, VERBS[verb], *work)
        except ContractError as error:
            known = model if model in self._pool.models else None
            self._scoring.refused(known, error, request.records)
            raise

    async def _served(self, model: str, asked: Asked) -> Served:
        if asked.version is not None:
            return await self._pool.version(model, asked.version)
        return self._pool.alias(model, asked.alias or CHAMPION)


def _is_long_work(verb: str, served: Served, body: bytes) -> bool:
    """Whether a short body may ask for much.

    Thousands of records from a few words, all the pixels of a blank picture, a long window for every reading.
    """
    window, columns = served.scorer.window, served.scorer.columns
    if window is not None:
        readings = 1 + sum(map(body.count, BETWEEN_READINGS))  # or fewer
        return readings * window.length * len(columns.names) > INLINE_VALUES
    return verb == "sample" or bool(columns.images)


def _matched(scope: Scope) -> tuple[str, str | None]:
    where: str = scope["path"] if scope["type"] == "http" else ""
    if not where.startswith(PREFIX):
        return "", None
    model, _, verb = where[len(PREFIX) :].partition("/")
    return model, verb if verb in VERBS else None
