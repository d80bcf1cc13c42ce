"""A service in a process of its own for the client to talk to, and a server that is unwell on request."""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import anyio
import pytest

from offbeat.client import AsyncClient, Client

ROOT = Path(__file__).parents[3]
ADMIN_KEY = "an admin key"
MOST_ROWS = 400  # the service takes
Ask = Callable[..., Any]
Make = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a service with every model of `tests/bundles`, that takes 400 records at once."""
    repository = tmp_path_factory.mktemp("client") / "repository"
    for manifest in (ROOT / "tests" / "bundles").glob("*/1/manifest.json"):
        shutil.copytree(manifest.parents[1], repository / manifest.parts[-3])
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "offbeat", "serve", "--repository", str(repository), "--port", str(port)]
    told = {"OFFBEAT_ADMIN_KEY": ADMIN_KEY, "OFFBEAT_MAX_ROWS": str(MOST_ROWS), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | told, stderr=subprocess.DEVNULL)
    try:
        yield _ready(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Client]:
    with Client(address, admin_key=ADMIN_KEY) as client:
        yield client


@pytest.fixture(params=["blocking", "awaiting"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Ask one verb of a client that blocks, or of one that awaits: `ask(address, verb, …)`; `told` is for the client."""

    def blocking(
        address: str, verb: str, *arguments: Any, told: dict[str, Any] | None = None, **options: Any
    ):
        with Client(address, **(told or {})) as client:
            return getattr(client, verb)(*arguments, **options)

    def awaiting(
        address: str, verb: str, *arguments: Any, told: dict[str, Any] | None = None, **options: Any
    ):
        async def once() -> Any:
            async with AsyncClient(address, **(told or {})) as client:
                return await getattr(client, verb)(*arguments, **options)

        return anyio.run(once)

    return blocking if request.param == "blocking" else awaiting


@dataclass
class Unwell:
    """A server that answers as told, once each, and then well; it remembers when it was asked, and what."""

    replies: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    asked: list[tuple[float, str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""

    def says(self, status: int, document: Any = None, **headers: str) -> None:
        """One more reply; status 0 hangs up without one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies.append((status, named, document))

    def waits(self) -> list[float]:
        """Seconds between requests."""
        times = [asked[0] for asked in self.asked]
        return [later - earlier for earlier, later in pairwise(times)]


@pytest.fixture
def unwell() -> Iterator[Unwell]:
    server = Unwell()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        do_POST = do_GET  # noqa: N815  # the name is http.server's

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append((time.monotonic(), self.path, headers, body))
            status, told, document = server.replies.pop(0) if server.replies else (200, {}, {"models": []})
            if not status:
                self.close_connection = True
                return
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            kind = "application/json" if status < 400 else "application/problem+json"
            for name, value in ({"content-type": kind} | told).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nobody reads along."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        server.address = f"http://127.0.0.1:{http.server_address[1]}"
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        http.shutdown()
        thread.join()


@pytest.fixture
def problem() -> Make:
    """What a refusal's body says."""

    def make(detail: str, **members: Any) -> dict[str, Any]:
        return {"type": "urn:offbeat:problem:test", "title": "Test", "detail": detail, **members}

    return make


@pytest.fixture
def pumped() -> Make:
    """A record of a pump; every tenth is strange."""

    def make(row: int) -> dict[str, Any]:
        pressure = 4 + 0.5 * math.sin(row / 40)
        temperature = 90.0 if row % 10 == 0 else 31.5
        return {"temperature": temperature, "pressure": pressure, "flow": 12 * pressure, "valve": "open"}

    return make


@pytest.fixture
def reading() -> Make:
    """What a healthy machine shows at a second."""

    def make(second: float, machine: str = "m1", **cells: Any) -> dict[str, Any]:
        angle = 0.4 * second
        sensors = {"left": math.sin(angle), "right": math.cos(angle), "mode": "slow"}
        return {"timestamp": 1_700_000_000 + second, "machine": machine, **sensors, **cells}

    return make


def _ready(address: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 30
    with Client(address) as client:
        while not client.ready():
            assert process.poll() is None, "the service has ended"
            assert time.monotonic() < deadline, "the service did not become ready"
            time.sleep(0.05)
    return address
