"""What models there are, and all about them. Changes nothing."""

from __future__ import annotations

from fastapi import APIRouter

from models.names import version_number
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

    return router
