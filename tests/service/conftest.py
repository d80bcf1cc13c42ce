"""An app over the pump repository, running, and a client beside it, without sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest

from models.repository import Repository
from service.app import Service, create_app
from service.settings import Settings

KEY = "a key for tests"
Ask = Callable[..., Awaitable[httpx.Response]]
Running = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings(pump_repository: Repository) -> Settings:
    # Nothing changes behind a test's back: whoever wants the service to look again asks it to.
    return Settings(repository=pump_repository.root, admin_key=KEY, refresh_seconds=3600)


@pytest.fixture
async def app(settings: Settings, pump_repository: Repository) -> AsyncIterator[Service]:
    app = create_app(settings, pump_repository)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with _connected(app) as client:
        yield client


@pytest.fixture
async def every(settings: Settings, every_repository: Repository) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app that serves records, windows and images."""
    app = create_app(settings, every_repository)
    async with app.router.lifespan_context(app), _connected(app) as client:
        yield client


@pytest.fixture
def running(settings: Settings, pump_repository: Repository) -> Running:
    """An app with other settings, running, as a client of it; its `app` comes along as an attribute."""

    @asynccontextmanager
    async def run(**changed: Any) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(settings.model_copy(update=changed), pump_repository)
        async with app.router.lifespan_context(app), _connected(app) as client:
            client.app = app  # type: ignore[attr-defined]
            yield client

    return run


@pytest.fixture
def score(client: httpx.AsyncClient) -> Ask:
    """POST records and options to pump's score."""

    async def ask(*records: dict[str, Any], query: str = "", **options: Any) -> httpx.Response:
        body = {"records": list(records), **options}
        return await client.post(f"/v1/models/pump/score{query}", json=body)

    return ask


@pytest.fixture
def admin() -> dict[str, str]:
    return {"authorization": f"Bearer {KEY}"}


@pytest.fixture
def typical() -> dict[str, Any]:
    return {"temperature": 31.0, "pressure": 4.1, "flow": 46.0, "valve": "open"}


@pytest.fixture
def strange(typical: dict[str, Any]) -> dict[str, Any]:
    return typical | {"temperature": 90.0}


def _connected(app: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
