"""What is scored, as it comes: a stream for whoever looks on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from service.problems import responses
from service.sse import MEDIA_TYPE
from service.streams import Streams

EXAMPLE = """retry: 2000

event: scored
data: {"at":1790000000.25,"version":1,"records":3,"anomalies":1,"unknown":0,"anomaly_scores":[0.41,7.9,0.38]}
id: 5bd1e995.2a

event: anomaly
data: {"at":1790000000.11,"version":1,"anomaly_score":7.9,"severity":0.83,"feature":"temperature","actual":90.0,"expected":31.2}
id: 5bd1e995.2b

"""
STREAM = {
    "description": "Events, until the client leaves, the service stops or the model is gone.",
    "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": EXAMPLE}},
}


def routes(streams: Streams) -> APIRouter:
    """`GET /v1/models/{model}/events`."""
    router = APIRouter(tags=["Models"])

    @router.get(
        "/v1/models/{model}/events",
        summary="Follow what is scored",
        response_class=Response,
        responses={200: STREAM, **responses(404, 409, 503)},
    )
    async def events(
        model: str,
        last_event_id: Annotated[
            str | None,
            Header(description="The `id` of the last event that was read; what came after it is sent."),
        ] = None,
    ) -> Response:
        """Server-sent events: first what was told in the last moments and is still there, then what comes.

        `scored`: what one version scored within a quarter of a second, whatever way it came: how many records, how many of
        them anomalies and how many unknown, and their anomaly scores in the order they came, the highest of each of at
        most 60 even stretches, null where all are unknown. `anomaly`: the strangest of these, at most eight; feature,
        actual and expected are null where the request did not ask for contributors. `skipped`: how many events came and
        were overwritten before this client took them. `gone`: the repository has no such model any more. With several
        workers all of them are told. Off unless the service was started with `events`.
        """
        return streams.open(model, last_event_id)

    return router
