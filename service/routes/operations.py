"""Is it alive, is it ready, what has it counted: for orchestrators and Prometheus."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from models.names import CHAMPION
from service.drain import Drain
from service.pool import ScorerPool
from service.problems import problem, response, responses
from service.telemetry import Telemetry


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Every champion is loaded; `models` says which version that is."""

    status: Literal["ready"] = "ready"
    models: dict[str, int]


def routes(pool: ScorerPool, telemetry: Telemetry, drain: Drain) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    router = APIRouter(tags=["Operations"])

    @router.get("/healthz", summary="Alive?")
    async def alive() -> Alive:
        """200 while the process can answer at all."""
        return Alive()

    @router.get("/readyz", summary="Ready?", response_model=Ready, responses=responses(503))
    async def ready() -> Ready | Response:
        """200 when every champion is loaded and passed its self-test; 503 says what is missing, or that it is stopping."""
        reasons = ["the process is stopping"] if drain.active else pool.unready()
        if reasons:
            reply = problem(HTTPStatus.SERVICE_UNAVAILABLE, "Not ready", "; ".join(reasons), reasons=reasons)
            return response(reply)
        return Ready(models={each.model: each.version for each in pool.serving() if each.alias == CHAMPION})

    @router.get(
        "/metrics",
        summary="Metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}},
    )
    async def metrics(request: Request) -> Response:
        """All metrics, in Prometheus' or OpenMetrics' text form as `Accept` asks."""
        body, media_type = telemetry.exposition(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": media_type})

    return router
