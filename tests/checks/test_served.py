"""Every variant, published and served: score, embed and reconstruct over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from models.formats.csv_text import CsvFormat
from models.judgement import judge
from models.repository import Repository
from service.app import create_app
from service.settings import Settings
from training.steps.publish import publish

pytestmark = pytest.mark.anyio
ROWS = np.arange(60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(trained, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    repository = Repository(tmp_path)
    publish(repository, trained.made.bundle, trained.made.extras, promote=False)
    app = create_app(Settings(repository=tmp_path), repository)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://x") as client,
    ):
        yield client


def body(trained) -> tuple[bytes, str]:
    """Sixty records, or one picture."""
    columns = trained.scorer.columns
    if columns.images:
        return trained.fresh.columns["image"].cells[0], "image/png"
    return CsvFormat().write(trained.fresh.take(ROWS)), "text/csv"


async def test_verdicts_over_http_are_those_of_the_graph(trained, client: httpx.AsyncClient) -> None:
    content, kind = body(trained)

    reply = await client.post("/v1/models/tried/score", content=content, headers={"content-type": kind})

    results = reply.json()["results"]
    judged = judge(trained.scorer, trained.fresh)
    assert reply.status_code == 200
    assert len(results) == (1 if trained.scorer.columns.images else len(ROWS))
    for row, result in enumerate(results):
        assert result["verdict"] == judged.verdicts[row]
        assert (
            result["score"] == pytest.approx(judged.score[row], rel=1e-5, nan_ok=True)
            or result["score"] is None
        )


async def test_embeddings_have_the_latents_size(trained, client: httpx.AsyncClient) -> None:
    content, kind = body(trained)

    reply = await client.post("/v1/models/tried/embed", content=content, headers={"content-type": kind})

    known = [each for each in reply.json()["embeddings"] if each is not None]
    assert known
    assert {len(each) for each in known} == {trained.scorer.manifest.latent_size}


async def test_reconstructions_are_records_or_a_picture(trained, client: httpx.AsyncClient) -> None:
    content, kind = body(trained)

    reply = await client.post("/v1/models/tried/reconstruct", content=content, headers={"content-type": kind})

    assert reply.status_code == 200
    if trained.scorer.columns.images:
        assert reply.headers["content-type"] == "image/png"
        assert reply.content.startswith(b"\x89PNG")
    else:
        known = [each for each in reply.json()["records"] if each is not None]
        assert known
        assert {*known[0]} == {*trained.scorer.columns.names}


async def test_only_variational_models_of_records_make_records_up(trained, client: httpx.AsyncClient) -> None:
    reply = await client.post("/v1/models/tried/sample", json={"n": 3, "seed": 1})

    can = trained.scorer.manifest.variant == "variational" and not (
        trained.scorer.window or trained.scorer.columns.images
    )
    assert reply.status_code == (200 if can else 409)
