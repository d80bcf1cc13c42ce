"""App: everything wired together, nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from models.cores import cores
from models.repository import Repository
from service import problems
from service.cores import threads_of
from service.counts import Counts
from service.drain import Drain
from service.events import Events
from service.gate import Gate
from service.hot import HotRoutes
from service.loader import Loader, repository_of
from service.oip.problems import shaped
from service.oip.routes import OpenInference
from service.openapi import documented
from service.pool import ScorerPool
from service.process import give_way
from service.routes import admin, console, models, operations, pages
from service.routes import events as events_route
from service.scoring import Scoring
from service.settings import Settings
from service.shortcut import Shortcut
from service.singles import Singles
from service.streams import Streams
from service.telemetry import Telemetry, version_of

TITLE = "offbeat"
ABOUT = "Anomaly detection as a service, from autoencoders."
WORKERS = 2  # threads that read and score long bodies; orjson and NumPy hold the interpreter much of the time


class Service(FastAPI):
    """FastAPI with the gate and the hot routes in front of its router, and the hot routes in its documentation."""

    def __init__(
        self,
        settings: Settings,
        telemetry: Telemetry,
        pool: ScorerPool,
        drain: Drain,
        events: Events | None = None,
    ) -> None:
        self.settings, self.telemetry, self.pool, self.drain = settings, telemetry, pool, drain
        self.events = events
        self._executor = ThreadPoolExecutor(WORKERS, "score", give_way)
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
        self._hot = self._hot_routes()
        self.gate = self._gated(super().__call__)
        self.shortcut = Shortcut(self._hot, self.gate.ids, settings, telemetry, drain)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The gate outside everything: what FastAPI does around its own would cost more than judging a record."""
        await self.gate(scope, receive, send)

    def _hot_routes(self) -> HotRoutes:
        return HotRoutes(
            self.pool,
            Scoring(self.telemetry),
            Singles(self.telemetry, self.settings.gather),
            executor=self._executor,
            max_rows=self.settings.max_rows,
        )

    def _gated(self, app: ASGIApp) -> Gate:
        open_inference = OpenInference(
            self.pool,
            self.telemetry,
            self.drain,
            executor=self._executor,
            max_rows=self.settings.max_rows,
        )
        return Gate(
            app,
            [self._hot, open_inference],
            settings=self.settings,
            telemetry=self.telemetry,
            drain=self.drain,
            shaped=shaped,
        )

    def openapi(self) -> dict[str, Any]:
        """FastAPI's document and ours, with examples from what is served at this moment."""
        return documented(super().openapi(), self.pool.models)

    @asynccontextmanager
    async def _running(self, _: FastAPI) -> AsyncIterator[None]:
        async with self.pool.running(), self.events.running() if self.events else nullcontext():
            yield
        self._executor.shutdown()


def create_app(
    settings: Settings,
    repository: Repository | None = None,
    counts: Counts | None = None,
    events: Events | None = None,
) -> Service:
    """The service over a repository, by default the one of `settings` above the shipped models.

    It loads its models when it starts. Two can live in one process, and with `counts` and `events` several processes
    count and tell together.
    """
    events = (events or Events.alone()) if settings.events else None
    telemetry, drain = Telemetry(counts, events), Drain()
    repository = repository or repository_of(settings.repository)
    share = max(1, cores() // settings.workers)
    loader = Loader(repository, telemetry, partial(threads_of, asked=settings.threads, share=share))
    pool = ScorerPool(loader, refresh_seconds=settings.refresh_seconds, max_loaded=settings.max_loaded)
    telemetry.watch(pool.serving)
    app = Service(settings, telemetry, pool, drain, events)
    problems.handle(app)
    app.include_router(models.routes(pool))
    app.include_router(admin.routes(pool, repository, settings.admin_key))
    app.include_router(operations.routes(pool, telemetry, drain))
    streams = Streams(pool, events, telemetry, drain, settings.max_event_streams)
    app.include_router(events_route.routes(streams))
    app.include_router(pages.routes(TITLE))
    pages.mount_assets(app)
    console.mount_console(app, live=settings.events, admin=settings.admin_key is not None)
    return app
