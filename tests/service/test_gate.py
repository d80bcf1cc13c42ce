"""What every request passes, whoever answers it."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from service.drain import Drain
from service.gate import Gate
from service.telemetry import Telemetry

pytestmark = pytest.mark.anyio
SCORE = "/v1/models/pump/score"
JSON = {"content-type": "application/json"}


async def test_every_documented_route_passes_the_gate(running):
    async with running(max_body_bytes=10) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
        routes = [(method, path) for path, operations in paths.items() for method in operations]
        replies = [
            await client.request(
                method, path.format(model="pump", version=1, alias="champion"), content=b" " * 11
            )
            for method, path in routes
        ]

    assert len(routes) >= 13
    assert {reply.status_code for reply in replies} == {413}  # only the gate counts bytes
    assert all(reply.headers["x-request-id"] for reply in replies)
    kinds = {
        (path.startswith("/v2"), reply.headers["content-type"])
        for (_, path), reply in zip(routes, replies, strict=True)
    }
    assert kinds == {(False, "application/problem+json"), (True, "application/json")}


async def test_a_body_is_measured_by_what_arrives_not_by_what_is_announced(running):
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * 50

    async with running(max_body_bytes=100) as client:
        reply = await client.post(SCORE, content=chunks(), headers=JSON)

    assert reply.status_code == 413
    assert reply.json()["detail"] == "the body is longer than 100 bytes"
    assert reply.headers["connection"] == "close"


async def test_one_piece_that_was_not_announced_is_measured_too(running):
    async def piece() -> AsyncIterator[bytes]:
        yield b" " * 101

    async with running(max_body_bytes=100) as client:
        assert (await client.post(SCORE, content=piece(), headers=JSON)).status_code == 413


async def test_a_body_of_exactly_the_limit_is_read(running, typical):
    body = json.dumps({"records": [typical]}).encode()

    async with running(max_body_bytes=len(body)) as client:
        assert (await client.post(SCORE, content=body, headers=JSON)).status_code == 200
        assert (await client.post(SCORE, content=body + b" ", headers=JSON)).status_code == 413


async def test_a_body_that_does_not_come_in_time_is_not_waited_for(running):
    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    async with running(receive_seconds=0.05) as client:
        reply = await client.post(SCORE, content=slowly(), headers=JSON)

    assert reply.status_code == 408
    assert reply.json()["detail"] == "the body did not arrive within 0.05 seconds"


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_compressed_body_is_read_as_what_it_was(client, typical, encoding, compress):
    body = json.dumps({"records": [typical]}).encode()

    packed = await client.post(SCORE, content=compress(body), headers=JSON | {"content-encoding": encoding})
    plain = await client.post(SCORE, content=body, headers=JSON | {"content-encoding": "identity"})

    assert (packed.status_code, packed.content) == (200, plain.content)


async def test_members_of_gzip_one_after_the_other_are_one_body(client, typical):
    body = json.dumps({"records": [typical]}).encode()
    packed = gzip.compress(body[:9]) + gzip.compress(body[9:])

    reply = await client.post(SCORE, content=packed, headers=JSON | {"content-encoding": "gzip"})

    assert reply.status_code == 200


@pytest.mark.parametrize(
    ("encoding", "body", "status", "detail"),
    [
        ("br", b"x", 415, "a body encoded as 'br' is not read; known: gzip, x-gzip, deflate"),
        ("gzip", b"{}", 400, "the body is not compressed as it says"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-1], 400, "the compressed body ends too early"),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"rest", 400, "the body is not compressed as it says"),
        (
            "gzip",
            gzip.compress(b" " * 2_000_000),
            413,
            "the compressed body opens to more than 200 times its length",
        ),
    ],
)
async def test_what_cannot_be_opened_is_refused(client, encoding, body, status, detail):
    reply = await client.post(SCORE, content=body, headers=JSON | {"content-encoding": encoding})

    assert reply.status_code == status
    assert reply.json()["detail"].startswith(detail)


async def test_many_members_take_no_time_that_grows_with_their_square(client):
    empty = gzip.compress(b"") * 200_000

    before = time.monotonic()
    reply = await client.post(SCORE, content=empty, headers=JSON | {"content-encoding": "gzip"})

    assert (reply.status_code, time.monotonic() - before < 5) == (413, True)
    assert reply.json()["detail"] == "the compressed body has more than 5,000 members"


async def test_what_a_body_opens_to_is_held_to_the_limit_of_all_bodies(running):
    async with running(max_held_bytes=100_000) as client:
        reply = await client.post(
            SCORE, content=gzip.compress(b" " * 200_000), headers=JSON | {"content-encoding": "gzip"}
        )

        assert reply.status_code == 503
        assert (gate(client)._work.taken, gate(client)._bytes.taken) == (0, 0)


async def grown(running, body: bytes) -> tuple[int, int]:
    """The status, and the most bytes that were taken on the way to it."""
    async with running() as client:
        tracemalloc.start()
        reply = await client.post(SCORE, content=body, headers=JSON | {"content-encoding": "gzip"})
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return reply.status_code, most


async def test_a_bomb_is_refused_before_it_fills_the_memory(running, monkeypatch):
    part = gzip.compress(b" " * (1 << 20))
    bomb, small = part * 1024, part * 32  # a gigabyte, and what may be opened of it
    status, most = await grown(running, bomb)
    monkeypatch.setattr("service.inflate.MOST_RATIO", 10_000)
    status_of_control, most_of_control = await grown(running, small)  # which is opened

    assert len(bomb) > 1_000_000
    assert (status, status_of_control) == (413, 400)
    assert most < 20_000_000 < most_of_control


async def test_a_request_id_comes_back_and_one_is_made_where_there_is_none_fit_to_repeat(client):
    given = await client.get("/healthz", headers={"x-request-id": "trace-1.a:B_2"})
    forged = await client.get("/healthz", headers={"x-request-id": 'a"b c'})
    absent = await client.get("/healthz")

    assert given.headers["x-request-id"] == "trace-1.a:B_2"
    assert forged.headers["x-request-id"] not in ("", 'a"b c')
    assert len(absent.headers["x-request-id"]) == 16


async def test_more_than_the_limit_at_work_is_shed_but_operations_are_answered(running, app):
    async with running(max_in_flight=2) as client:
        gate(client)._work.take(2)

        shed = await client.get("/v1/models")
        operations = [(await client.get(path)).status_code for path in ("/healthz", "/readyz", "/metrics")]
        gate(client)._work.give(1)
        admitted = await client.get("/v1/models")
        metrics = (await client.get("/metrics")).text

    assert (shed.status_code, shed.headers["retry-after"]) == (503, "1")
    assert shed.json()["detail"] == "the service is at its limit of 2 requests at once; try again shortly"
    assert operations == [200, 200, 200]
    assert admitted.status_code == 200
    assert 'offbeat_requests_shed_total{reason="in flight"} 1.0' in metrics


async def test_bodies_together_are_held_to_a_limit_and_small_ones_still_pass(running, typical):
    small = json.dumps({"records": [typical]}).encode()
    large = small + b" " * 1000

    async with running(max_held_bytes=1500) as client:
        gate(client)._bytes.take(1000)
        refused = await client.post(SCORE, content=large, headers=JSON)
        served = await client.post(SCORE, content=small, headers=JSON)
        gate(client)._bytes.give(1000)
        again = await client.post(SCORE, content=large, headers=JSON)

    assert [refused.status_code, served.status_code, again.status_code] == [503, 200, 200]
    detail = "the service is at its limit of 1,500 bytes of bodies at once; try again shortly"
    assert refused.json()["detail"] == detail
    assert refused.headers["retry-after"] == "1"


async def test_what_was_taken_is_given_back_after_every_kind_of_end(running, typical):
    good = json.dumps({"records": [typical]}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield b" " * 900
        yield b" " * 900

    async with running(max_in_flight=1, max_held_bytes=1200, max_body_bytes=1500) as client:
        for body in (b"{", b" " * 1300, b" " * 1600, pieces(), good):
            last = await client.post(SCORE, content=body, headers=JSON)

        assert last.status_code == 200
        assert (gate(client)._work.taken, gate(client)._bytes.taken) == (0, 0)


async def test_an_absurd_length_is_too_long(client):
    reply = await client.post(SCORE, content=b"{}", headers=JSON | {"content-length": "9" * 5000})

    assert reply.status_code == 413


@pytest.mark.parametrize("path", [SCORE, "/v1/models"])
async def test_a_bug_is_logged_and_told_without_its_traceback(client, monkeypatch, caplog, path):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of the house")

    monkeypatch.setattr("service.verbs.score_reply", broken)
    monkeypatch.setattr("service.routes.models.summary", broken)

    with caplog.at_level(logging.ERROR):
        reply = await client.request(
            "POST" if path == SCORE else "GET",
            path,
            json={"records": [{"temperature": 1, "flow": 2, "pressure": 3, "valve": "open"}]},
        )

    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert "secret" not in reply.text
    assert reply.headers["x-request-id"] in reply.json()["detail"]
    [record] = [each for each in caplog.records if each.name == "service.gate"]
    assert record.request_id == reply.headers["x-request-id"]
    assert record.exc_info[0] is ZeroDivisionError


async def test_a_client_that_leaves_is_counted_and_forgotten(app):
    sent = []

    async def receive() -> dict:
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": SCORE, "headers": [], "query_string": b""}
    await app(scope, receive, send)

    assert sent == []
    assert 'status="499"' in app.telemetry.exposition("")[0].decode()


async def test_a_reply_that_breaks_off_is_never_made_to_look_whole(settings, caplog):
    async def breaking(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    sent = []

    async def send(message: dict) -> None:
        sent.append(message["type"])

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    with pytest.raises(RuntimeError, match="the reply broke off"):
        await Gate(
            breaking,
            [],
            settings=settings,
            telemetry=Telemetry(),
            drain=Drain(),
            shaped=lambda _, reply: reply,
        )(scope, receive, send)

    assert sent == ["http.response.start"]


async def test_an_access_log_has_a_line_a_request(running, caplog):
    async with running(access_log=True) as client:
        with caplog.at_level(logging.INFO, "service.gate"):
            await client.get("/healthz%0Aforged", headers={"x-request-id": "one"})

    [record] = [each for each in caplog.records if each.name == "service.gate"]
    assert record.path == "/healthz\nforged"
    assert (record.method, record.status, record.request_id) == ("GET", 404, "one")


async def test_framework_refusals_are_problems_too(client):
    nowhere = await client.get("/nowhere")
    method = await client.delete("/v1/models")
    hot = await client.get(SCORE)

    assert (nowhere.status_code, method.status_code, hot.status_code) == (404, 405, 405)
    assert (method.headers["allow"], hot.headers["allow"]) == ("GET", "POST")
    for reply in (nowhere, method, hot):
        assert reply.headers["content-type"] == "application/problem+json"
        assert set(reply.json()) == {"type", "title", "status", "detail"}


async def test_parameters_that_fastapi_checks_are_refused_without_repeating_them(app, client):
    async def typed(number: int) -> int:
        return number

    app.add_api_route("/typed", typed)
    reply = await client.get("/typed?number=a-secret")

    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == "/query/number"
    assert "a-secret" not in reply.text


def gate(client: httpx.AsyncClient):
    return client.app.gate
