"""App: everything wired together, nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from models.repository import Repository
from service import problems
from service.drain import Drain
from service.gate import Gate
from service.hot import HotRoutes
from service.loader import Loader, repository_of
from service.openapi import documented
from service.pool import ScorerPool
from service.routes import admin, models, operations, pages
from service.scoring import Scoring
from service.settings import Settings
from service.telemetry import Telemetry, version_of

TITLE = "offbeat"
ABOUT = "Anomaly detection as a service, from autoencoders."
WORKERS = 2  # threads that read and score long bodies; orjson and NumPy hold the interpreter much of the time


class Service(FastAPI):
    """FastAPI with the gate and the hot routes in front of its router, and the hot routes in its documentation."""

    def __init__(self, settings: Settings, telemetry: Telemetry, pool: ScorerPool, drain: Drain) -> None:
        self.settings, self.telemetry, self.pool, self.drain = settings, telemetry, pool, drain
        self._executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="score")
        super().__init__(
            title=TITLE,
            description=ABOUT,
            version=version_of("offbeat"),
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,  # a path that is not documented is nowhere
            lifespan=self._running,
            generate_unique_id_function=lambda route: route.name,
        )

    def build_middleware_stack(self) -> ASGIApp:
        """The gate outside everything, FastAPI's own error page included."""
        hot = HotRoutes(
            super().build_middleware_stack(),
            self.pool,
            Scoring(self.telemetry),
            executor=self._executor,
            max_rows=self.settings.max_rows,
        )
        return Gate(hot, self.settings, self.telemetry, self.drain)

    def openapi(self) -> dict[str, Any]:
        """FastAPI's document and ours, with examples from what is served at this moment."""
        return documented(super().openapi(), self.pool.models)

    @asynccontextmanager
    async def _running(self, _: FastAPI) -> AsyncIterator[None]:
        async with self.pool.running():
            yield
        self._executor.shutdown()


def create_app(settings: Settings, repository: Repository | None = None) -> Service:
    """The service over a repository, by default the one of `settings` above the shipped models.

    It loads its models when it starts. Two can live in one process.
    """
    telemetry, drain = Telemetry(), Drain()
    repository = repository or repository_of(settings.repository)
    loader = Loader(repository, telemetry, settings.threads)
    pool = ScorerPool(loader, refresh_seconds=settings.refresh_seconds, max_loaded=settings.max_loaded)
    telemetry.watch(pool.serving)
    app = Service(settings, telemetry, pool, drain)
    problems.handle(app)
    app.include_router(models.routes(pool))
    app.include_router(admin.routes(pool, repository, settings.admin_key))
    app.include_router(operations.routes(pool, telemetry, drain))
    app.include_router(pages.routes(TITLE))
    pages.mount_assets(app)
    return app
