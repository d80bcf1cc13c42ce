"""A real service in a process of its own, for the tests that cross the rooms."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
ADMIN_KEY = "an admin key"
Serve = Callable[[Path], str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start `offbeat serve` on a repository; gives its address once it is ready."""
    running: list[subprocess.Popen[bytes]] = []

    def start(repository: Path) -> str:
        port = free_port()
        command = [
            sys.executable,
            "-m",
            "offbeat",
            "serve",
            "--repository",
            str(repository),
            "--port",
            str(port),
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "OFFBEAT_ADMIN_KEY": ADMIN_KEY,
            "OFFBEAT_REFRESH_SECONDS": "0.1",
        }
        running.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{address}/readyz").status_code == httpx.codes.OK:
                    return address
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError("the service did not become ready")

    yield start
    for process in running:
        process.terminate()
        assert process.wait(timeout=30) == 0
