"""What the gate refuses under /v2 has the protocol's shape too."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio
INFER = "/v2/models/pump/infer"


async def test_what_the_gate_refuses_is_an_error_of_the_protocol(running):
    async with running(max_body_bytes=10) as client:
        large = await client.post(INFER, content=b" " * 11)
        zstd = await client.post(INFER, content=b"{}", headers={"content-encoding": "zstd"})
        elsewhere = await client.post("/v1/models/pump/score", content=b" " * 11)

    assert (large.status_code, large.json()) == (413, {"error": "the body is longer than 10 bytes"})
    assert (zstd.status_code, [*zstd.json()]) == (415, ["error"])
    assert elsewhere.headers["content-type"] == "application/problem+json"


async def test_a_full_service_says_so_and_still_that_it_lives(running):
    async with running(max_in_flight=1) as client:
        client.app.gate._work.take(1)
        busy = await client.post(INFER, content=b"{}")
        health = [(await client.get(f"/v2/health/{name}")).status_code for name in ("live", "ready")]

    assert (busy.status_code, busy.headers["retry-after"], [*busy.json()]) == (503, "1", ["error"])
    assert health == [200, 200]
