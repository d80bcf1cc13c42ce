"""A listener beside the app, without sockets: it reads a stream as long as a test wants, and leaves."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from models.repository import Repository
from service.app import Service
from service.following import Following
from service.sse import ended

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("OFFBEAT_")}


class Told(NamedTuple):
    """An event as a browser hears it."""

    kind: str
    data: dict[str, Any]
    id: str | None


def events_of(text: str) -> list[Told]:
    """The whole events of a stream; comments and the line about retrying are none."""
    found = []
    for block in text.split("\n\n")[:-1]:
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append(Told(lines["event"], json.loads(lines["data"]), lines.get("id")))
    return found


class Listener:
    """One client of a stream. While it is not `reading`, what is sent to it waits."""

    def __init__(self, app: Service, model: str, headers: dict[str, str]) -> None:
        self.status, self.headers, self.text = 0, {}, ""
        self.reading, self._left = asyncio.Event(), asyncio.Event()
        self.reading.set()
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/v1/models/{model}/events",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "asgi": {"version": "3.0", "spec_version": "2.3"},
        }
        self._asked = False
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    @property
    def events(self) -> list[Told]:
        return events_of(self.text)

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        return [each.data for each in self.events if each.kind == kind]

    async def until(self, condition: Callable[[Listener], object], seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while not condition(self):
                await asyncio.sleep(0.01)

    async def leave(self) -> None:
        self.reading.set()
        self._left.set()
        await asyncio.wait_for(self.task, 5)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            await self.reading.wait()
            self.text += message.get("body", b"").decode()


@pytest.fixture
def listening():
    @asynccontextmanager
    async def listen(app: Service, model: str = "pump", **headers: str) -> AsyncIterator[Listener]:
        listener = Listener(app, model, {name.replace("_", "-"): value for name, value in headers.items()})
        await listener.until(lambda it: it.status)
        try:
            yield listener
        finally:
            await listener.leave()

    return listen


@pytest.fixture
def told() -> Callable[[str], list[Told]]:
    """The events in the text of a stream."""
    return events_of


@pytest.fixture
def follow() -> Callable[[Service, str], Callable[[], list[Told]]]:
    """What an app tells of a model since the last time, at once and without a stream."""

    def following(app: Service, model: str) -> Callable[[], list[Told]]:
        reader = Following(app.events.rings, model)

        def heard() -> list[Told]:
            app.events.tell()
            return events_of("".join(ended(*said).decode() for said in reader.news().said))

        return heard

    return following


class Process:
    """`offbeat serve --events` in processes of its own, ready."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr
        self.process, self.log = process, []
        self.address: str = json.loads(process.stderr.readline())["address"]
        # Every request on a connection of its own, which any worker may take.
        once = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(base_url=self.address, timeout=20, limits=once)
        self.reader = threading.Thread(target=self.log.extend, args=(process.stderr,))
        self.reader.start()

    def workers(self) -> list[int]:
        """The process of every worker that ever began to serve."""
        found = (re.search(r"Started server process \[(\d+)\]", line) for line in [*self.log])
        return [int(each[1]) for each in found if each]

    def wait(self, condition: Callable[[], object], seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                if condition():
                    return
            time.sleep(0.02)
        raise AssertionError("waited in vain")


@pytest.fixture
def serving():
    @contextmanager
    def serve(repository: Repository, *flags: str) -> Iterator[Process]:
        command = [sys.executable, "-m", "offbeat", "serve", "--events", "--port", "0"]
        command += ["--repository", str(repository.root), *flags]
        with subprocess.Popen(
            command, cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
        ) as process:
            service = Process(process)
            try:
                service.wait(lambda: service.client.get("/readyz").is_success)
                yield service
            finally:
                process.kill()
                service.reader.join(30)
                service.client.close()
                print(*service.log)  # seen where a test fails

    return serve


class Remote:
    """A client of a stream in a thread of its own."""

    def __init__(self, address: str, path: str, headers: dict[str, str]) -> None:
        self.text, self.failure, self.ended_at = "", "", 0.0
        self._thread = threading.Thread(target=self._read, args=(address, path, headers))
        self._thread.start()

    @property
    def events(self) -> list[Told]:
        return events_of(self.text)

    def _read(self, address: str, path: str, headers: dict[str, str]) -> None:
        try:
            with (
                httpx.Client(base_url=address, timeout=20) as client,
                client.stream("GET", path, headers=headers) as reply,
            ):
                for part in reply.iter_text():
                    self.text += part
        except httpx.TransportError as failure:
            self.failure = repr(failure)
        self.ended_at = time.monotonic()

    def join(self) -> None:
        self._thread.join(20)


@pytest.fixture
def remote() -> type[Remote]:
    return Remote
