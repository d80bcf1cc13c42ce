"""What models there are, and all about them. Changes nothing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from models.bundle import FACTS, PAGE
from models.names import version_number
from service.compressed import compressed
from service.descriptions import (
    ModelDescription,
    ModelList,
    VersionDescription,
    description,
    summary,
    version_description,
)
from service.pool import ScorerPool
from service.problems import responses

REPORT = "/v1/models/{model}/versions/{version}/report"
# Whatever is in a bundle runs no script and asks nobody for anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


def routes(pool: ScorerPool) -> APIRouter:
    """`GET /v1/models` and below."""
    router = APIRouter(tags=["Models"])

    @router.get("/v1/models", summary="List the models")
    async def list_models() -> ModelList:
        """Every model, its versions, and which version each alias serves."""
        return ModelList(models=[summary(model) for _, model in sorted(pool.models.items())])

    @router.get("/v1/models/{model}", summary="Describe a model", responses=responses(404))
    async def describe_model(model: str) -> ModelDescription:
        """Versions, aliases with their thresholds, and all about the champion: features, kind, range, quality."""
        return description(pool.model(model))

    @router.get(
        "/v1/models/{model}/versions/{version}", summary="Describe a version", responses=responses(404, 409)
    )
    async def describe_version(model: str, version: str) -> VersionDescription:
        """What one version reads, what it is, and how good it was when it was trained."""
        served = await pool.version(model, version_number(version))
        return version_description(pool.model(model), served)

    @router.get(
        REPORT,
        summary="Show how a version was trained",
        responses=responses(404, 409),
        response_class=HTMLResponse,
    )
    async def report(model: str, version: str, request: Request) -> HTMLResponse:
        """The training report: one page that asks for nothing else."""
        page = await pool.file(model, version_number(version), PAGE)
        body, headers = await compressed(page, request.headers.get("accept-encoding", ""))
        return HTMLResponse(body, headers=headers | {"content-security-policy": POLICY})

    @router.get(f"{REPORT}/facts", summary="What a report shows", responses=responses(404, 409))
    async def facts(model: str, version: str, request: Request) -> Response:
        """What the training report is drawn from: histograms, the course over time, curves, the latent map."""
        data = await pool.file(model, version_number(version), FACTS)
        body, headers = await compressed(data, request.headers.get("accept-encoding", ""))
        return Response(body, headers=headers, media_type="application/json")

    return router
