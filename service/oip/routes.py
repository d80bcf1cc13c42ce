"""Routes: everything under /v2, in front of the router, as `service.hot` is for /v1. HTTP in, one call, HTTP out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from http import HTTPStatus

import orjson
from starlette.types import Scope

from models.errors import ContractError
from models.names import CHAMPION, version_number
from service.drain import Drain
from service.oip.infer import Call, infer, is_long_work
from service.oip.judging import Judging
from service.oip.metadata import index, model_metadata, server_metadata
from service.oip.paths import Found, find, is_ours
from service.oip.problems import error, nowhere, refused, wrong_method
from service.oip.requests import LENGTH_NAME, wants_ready_only
from service.pool import ScorerPool
from service.scoring import Scoring
from service.served import Served
from service.telemetry import Telemetry
from service.wire import Reply

Answer = Callable[[Found, Scope, bytes], Awaitable[Reply]]


class OpenInference:
    """Answers whatever lies under /v2, and nothing else."""

    def __init__(
        self, pool: ScorerPool, telemetry: Telemetry, drain: Drain, *, executor: Executor, max_rows: int
    ) -> None:
        self._pool, self._drain, self._scoring = pool, drain, Scoring(telemetry)
        self._judging = Judging(self._scoring, telemetry)
        self._executor, self._max_rows = executor, max_rows
        self._answers: Mapping[str, Answer] = {
            "server": self._server,
            "live": self._live,
            "ready": self._ready,
            "index": self._index,
            "model": self._model,
            "model_ready": self._model_ready,
            "infer": self._infer,
        }

    async def answer(self, scope: Scope, body: bytes) -> Reply | None:
        """The reply, whatever is refused included; None for a path that is not ours."""
        path: str = scope["path"]
        if not is_ours(path):
            return None
        found = find(path)
        if found is None:
            return nowhere(path)
        scope["route"] = found.route
        if scope["method"] != found.route.method:
            return wrong_method(found.route.method)
        try:
            return await self._answers[found.route.verb](found, scope, body)
        except ContractError as reason:
            return refused(reason)

    async def _server(self, _found: Found, _scope: Scope, _body: bytes) -> Reply:
        return _json(server_metadata())

    async def _live(self, _found: Found, _scope: Scope, _body: bytes) -> Reply:
        return _json({"live": True})

    async def _ready(self, _found: Found, _scope: Scope, _body: bytes) -> Reply:
        reasons = ["the process is stopping"] if self._drain.active else self._pool.unready()
        return (
            error(HTTPStatus.SERVICE_UNAVAILABLE, "; ".join(reasons)) if reasons else _json({"ready": True})
        )

    async def _index(self, _found: Found, _scope: Scope, body: bytes) -> Reply:
        return _json(index(self._pool.models, ready=wants_ready_only(body)))

    async def _model(self, found: Found, _scope: Scope, _body: bytes) -> Reply:
        served = await self._served(found)
        return _json(model_metadata(self._pool.model(found.model), served))

    async def _model_ready(self, found: Found, _scope: Scope, _body: bytes) -> Reply:
        await self._served(found)
        return _json({"name": found.model, "ready": True})

    async def _infer(self, found: Found, scope: Scope, body: bytes) -> Reply:
        headers = dict(scope["headers"])
        length = headers.get(LENGTH_NAME)
        call = Call(
            body,
            headers.get(b"content-type", b"").decode("latin-1"),
            None if length is None else length.decode("latin-1"),
            self._max_rows,
        )
        try:
            served = await self._served(found)
            if not is_long_work(served, call):
                return infer(self._judging, served, call)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, infer, self._judging, served, call)
        except ContractError as reason:
            self._scoring.refused(
                found.model if found.model in self._pool.models else None, reason, call.records
            )
            raise

    async def _served(self, found: Found) -> Served:
        if found.version is None:
            return self._pool.alias(found.model, CHAMPION)
        return await self._pool.version(found.model, version_number(found.version))


def _json(document: object) -> Reply:
    return Reply(HTTPStatus.OK, orjson.dumps(document))
