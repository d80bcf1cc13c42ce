"""The report of a version over HTTP: the bytes of the bundle, checked, and harmless whatever they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from models.bundle import FACTS, PAGE
from models.repository import Repository, shipped
from service.app import create_app
from service.settings import Settings

pytestmark = pytest.mark.anyio
REPORT = "/v1/models/host/versions/1/report"


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Path]]:
    """A client of a service with a copy of the shipped model, and the folder of its version."""
    repository = Repository(tmp_path)
    shipped().copy(shipped().resolve("host"), repository)
    app = create_app(Settings(repository=tmp_path, refresh_seconds=3600), repository)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://x") as client,
    ):
        yield client, tmp_path / "host" / "1"


async def test_the_page_is_the_one_of_the_bundle_and_may_do_nothing(host):
    client, folder = host

    reply = await client.get(REPORT)

    assert reply.content == (folder / PAGE).read_bytes()
    assert reply.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "sandbox" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("path", [REPORT, f"{REPORT}/facts"])
async def test_it_is_sent_short_where_that_is_understood(host, path):
    client, _ = host

    whole = await client.get(path, headers={"accept-encoding": "identity"})
    short = await client.get(path, headers={"accept-encoding": "br, gzip"})

    assert "content-encoding" not in whole.headers
    assert short.content == whole.content
    assert short.num_bytes_downloaded < len(whole.content) / 2


async def test_the_facts_are_json(host):
    client, _ = host

    found = (await client.get(f"{REPORT}/facts")).json()

    assert len(found["latent"]["center"]) == len(found["latent"]["axes"][0])
    assert len(found["sweep"]["thresholds"]) == len(found["sweep"]["flagged"])


async def test_a_version_without_a_report_says_so(client):
    reply = await client.get("/v1/models/pump/versions/1/report")

    assert reply.status_code == 404
    assert reply.json()["detail"] == "pump@1 was published without report.html"


async def test_a_version_that_is_not_there_is_not_found(host):
    client, _ = host

    assert (await client.get("/v1/models/host/versions/7/report")).status_code == 404
    assert (await client.get("/v1/models/none/versions/1/report")).status_code == 404


@pytest.mark.parametrize(("path", "file"), [(REPORT, PAGE), (f"{REPORT}/facts", FACTS)])
async def test_a_damaged_report_is_not_shown(host, path, file):
    client, folder = host
    (folder / file).write_bytes((folder / file).read_bytes()[:-1] + b"x")

    reply = await client.get(path)

    assert reply.status_code == 409
    assert f"{file} is damaged" in reply.json()["detail"]
