"""The short way through a real socket: whatever the bytes do on their way, the reply is that of the ordinary way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from models.repository import Repository
from service.app import create_app
from service.listener import listen
from service.server import Server
from service.settings import Settings
from service.shortcut import Shortcut
from service.singles import Singles

SCORE = "/v1/models/mixer/score"
RECORD = {"speed": 80.0, "torque": 6.0, "power": 48.0}
BODY = json.dumps({"records": [RECORD]}).encode()
JSON = {"content-type": "application/json"}
Taken = list[bool]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    """Whether each request that came whole was taken by the short way."""
    found: Taken = []
    take = Shortcut.take

    def watched(self: Shortcut, *arguments: Any) -> bool:
        found.append(take(self, *arguments))
        return found[-1]

    monkeypatch.setattr(Shortcut, "take", watched)
    return found


@pytest.fixture(params=["on", "off"])
def server(request: pytest.FixtureRequest, every_repository: Repository, taken: Taken) -> Iterator[Server]:
    """A server in a thread; version 2 of the mixer, which is numbers alone, is its champion."""
    every_repository.promote("mixer", 2)
    settings = Settings(repository=every_repository.root, gather=request.param, drain_seconds=0)
    server = Server(create_app(settings, every_repository), listen("127.0.0.1", 0))
    thread = threading.Thread(target=server.stay)
    thread.start()
    with httpx.Client(base_url=server.address) as client:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with contextlib.suppress(httpx.TransportError):
                if client.get("/readyz").is_success:
                    break
            time.sleep(0.02)
    taken.clear()
    yield server
    server.stop()
    thread.join(10)


def request_bytes(body: bytes = BODY, **headers: str) -> bytes:
    told = {"host": "x", "content-type": "application/json", "content-length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {SCORE} HTTP/1.1\r\n{lines}\r\n".encode() + body


def exchanged(server: Server, *pieces: bytes, pause: float = 0.05) -> bytes:
    """All that comes back until the server closes, or is silent for a moment."""
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=1) as wire:
        for piece in pieces:
            wire.sendall(piece)
            time.sleep(pause)
        found = b""
        with contextlib.suppress(TimeoutError):
            while part := wire.recv(65536):
                found += part
    return found


def test_both_ways_reply_alike(server, taken):
    with httpx.Client(base_url=server.address) as client:
        short = client.post(SCORE, content=BODY, headers=JSON)
        ordinary = client.post(SCORE, content=BODY, headers=JSON | {"x-request-id": "mine"})

    assert taken == [True, False]
    assert short.content == ordinary.content
    assert [*short.headers] == [*ordinary.headers]
    assert len(short.headers["x-request-id"]) == 16


def test_a_body_in_two_pieces_is_waited_for(server, taken):
    whole = request_bytes(connection="close")
    at = len(whole) - 20

    soon = exchanged(server, whole[:at], whole[at:], pause=0.002)
    late = exchanged(server, whole[:at], whole[at:], pause=0.2)

    assert soon.startswith(b"HTTP/1.1 200")
    assert late.startswith(b"HTTP/1.1 200")
    assert len(taken) <= 1  # the late one has its task by then


def test_requests_one_behind_the_other_are_answered_in_order(server):
    other = json.dumps({"records": [RECORD | {"speed": 999.0}]}).encode()

    found = exchanged(server, request_bytes() + request_bytes(other) + request_bytes(connection="close"))

    verdicts = [
        json.loads(part.split(b"\r\n\r\n")[1])["results"][0]["verdict"]
        for part in found.split(b"HTTP/1.1 200")[1:]
    ]
    assert verdicts == ["normal", "anomaly", "normal"]


def test_what_a_client_says_of_its_connection_is_kept_to(server):
    closing = exchanged(server, request_bytes(connection="close"))
    old = exchanged(server, request_bytes().replace(b"HTTP/1.1", b"HTTP/1.0"))

    assert b"connection: close" in closing
    assert b"connection: close" in old


ASKED: list[tuple[dict[str, Any], int, bool]] = [
    ({"headers": JSON | {"accept": "text/csv"}}, 200, True),
    ({"headers": {"content-type": "text/csv"}, "content": b"speed,torque,power\n80,6,48\n"}, 200, True),
    ({"headers": {"content-type": "text/csv"}}, 400, True),
    ({"params": {"embedding": "true"}}, 200, True),
    ({"params": {"nothing": 1}}, 422, True),
    ({"content": b"{"}, 400, True),
    ({"content": json.dumps({"records": [RECORD] * 300}).encode()}, 200, True),
    ({"url": "/v1/models/mixer/embed"}, 200, True),
    ({"headers": {"content-type": "text/none"}}, 415, False),
    ({"params": {"version": 2}}, 200, False),
    ({"params": {"version": 2, "alias": "champion"}}, 422, False),
    ({"url": "/v1/models/none/score"}, 404, False),
    ({"url": "/v1/models/mixer/none"}, 404, False),
    ({"method": "PUT"}, 405, False),
]


@pytest.mark.parametrize(("asked", "status", "is_taken"), ASKED)
def test_little_work_is_taken_and_answered_as_otherwise(server, taken, asked, status, is_taken):
    request = {"method": "POST", "url": SCORE, "content": BODY, "headers": JSON} | asked
    with httpx.Client(base_url=server.address) as client:
        short = client.request(**request)
        request["headers"] = request["headers"] | {"x-request-id": "mine"}
        ordinary = client.request(**request)

    assert taken == [is_taken, False]
    assert (short.status_code, short.content) == (status, ordinary.content)
    assert sorted(short.headers) == sorted(ordinary.headers)


def test_what_is_refused_on_the_short_way_is_counted(server):
    with httpx.Client(base_url=server.address) as client:
        client.post(SCORE, json={"records": [RECORD | {"speed": "fast"}, RECORD]})
        lines = client.get("/metrics").text.splitlines()

    assert 'offbeat_records_rejected_total{model="mixer",reason="TableMismatch"} 2.0' in lines
    assert any("request_duration_seconds_count" in line and 'status="422"' in line for line in lines)


def test_all_that_is_asked_at_once_is_answered_and_counted(server, taken):
    async def ask_all() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=server.address) as client:
            bodies = [json.dumps({"records": [RECORD | {"speed": 70.0 + step}]}) for step in range(64)]
            asked = (client.post(SCORE, content=body, headers=JSON) for body in bodies)
            replies: list[httpx.Response] = await asyncio.gather(*asked)
            return [*replies, await client.get("/metrics")]

    *replies, metrics = asyncio.run(ask_all())

    assert {reply.status_code for reply in replies} == {200}
    scores = [reply.json()["results"][0]["score"] for reply in replies]
    assert len({*scores}) == len(scores)
    assert any(taken)  # not all: a body that comes late has its task by then
    counted = [
        line
        for line in metrics.text.splitlines()
        if "request_duration_seconds_count" in line and "/score" in line
    ]
    assert [line.rsplit(" ", 1)[1] for line in counted] == ["64.0"]
    assert len({reply.headers["x-request-id"] for reply in replies}) == 64


@pytest.mark.parametrize("broken", ["service.single.Single.read", "service.single.Single.reply"])
def test_a_bug_on_the_short_way_leaves_the_ordinary_one(server, monkeypatch, broken, caplog):
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(broken, fail)
    monkeypatch.setattr("service.hot.Singles.score", no_short_way)
    with httpx.Client(base_url=server.address) as client:
        reply = client.post(SCORE, content=BODY, headers=JSON)

    assert reply.status_code == 200
    assert "the short way failed" in caplog.text


async def no_short_way(*_: object) -> None:
    return None


def test_who_waits_for_leave_to_send_is_answered_before_who_comes_behind(server):
    other = json.dumps({"records": [RECORD | {"speed": 999.0}]}).encode()

    found = exchanged(server, request_bytes(expect="100-continue") + request_bytes(other, connection="close"))

    replies = [part for part in found.split(b"HTTP/1.1 ") if part.startswith(b"200")]
    verdicts = [json.loads(part.split(b"\r\n\r\n")[1])["results"][0]["verdict"] for part in replies]
    assert verdicts == ["normal", "anomaly"]


def test_a_version_by_its_number_is_prepared_once(server, monkeypatch):
    made: list[object] = []
    make = Singles._make
    monkeypatch.setattr(Singles, "_make", lambda self, served: made.append(served) or make(self, served))

    with httpx.Client(base_url=server.address) as client:
        for _ in range(5):
            assert client.post(SCORE, content=BODY, headers=JSON, params={"version": 2}).status_code == 200

    assert len(made) == 1


def test_where_a_line_is_logged_for_each_request_none_is_taken(every_repository, caplog):
    settings = Settings(repository=every_repository.root, access_log=True)
    app = create_app(settings, every_repository)
    scope = {"type": "http", "method": "POST", "path": SCORE, "query_string": b"", "headers": [*JSON_HEADERS]}

    assert not app.shortcut.take(scope, BODY, lambda *_: True, lambda: None)


JSON_HEADERS = [(b"content-type", b"application/json")]
