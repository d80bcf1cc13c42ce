"""Running: a server started on one core, asked until it answers, stopped with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import httpx

from benchmarks.serving.bundle import Graph
from benchmarks.serving.servers.server import Launch, Post, Server, Site
from benchmarks.serving.tree import cpu_seconds, memory_bytes

START_SECONDS, STOP_SECONDS, REPLY_SECONDS = 60.0, 10.0, 120.0
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PORTS = 3
# Servers close connections that stand idle while the others have their turns.
NOT_KEPT = httpx.Limits(max_keepalive_connections=0)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. `started` are the seconds from its command to its first scored reply."""

    server: Server
    pid: int
    client: httpx.Client
    started: float

    def post(self, post: Post) -> httpx.Response:
        """Ask once. The status is the caller's to look at."""
        return self.client.post(post.path, content=post.body, headers=dict(post.headers))

    def cpu_seconds(self) -> float:
        """Of the process and all it started, so far."""
        return cpu_seconds(self.pid)

    def memory_bytes(self) -> int:
        """Proportional set size of the same."""
        return memory_bytes(self.pid)


@contextmanager
def running(server: Server, python: Path, graph: Graph, first: Post, core: int) -> Iterator[Running]:
    """The server, once it has answered `first`. SystemExit with what it printed if it never does."""
    with tempfile.TemporaryDirectory(prefix="serving-") as folder:
        port, *spare = _free_ports()
        site = Site(python, Path(folder), graph, port, (spare[0], spare[1]))
        log = Path(folder) / "log.txt"
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=base, timeout=REPLY_SECONDS, limits=NOT_KEPT) as client:
            launch = server.launch(site)
            begun = time.perf_counter()
            process = _start(launch, core, log)
            try:
                _wait(client, first, process, log)
                yield Running(server, process.pid, client, time.perf_counter() - begun)
            finally:
                _stop(process)


def _free_ports() -> list[int]:
    """All taken before one is given back, so that no two are the same."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(create_server(("127.0.0.1", 0))) for _ in range(PORTS)]
        return [each.getsockname()[1] for each in sockets]


def _start(launch: Launch, core: int, log: Path) -> subprocess.Popen[bytes]:
    """In a session of its own: whatever it starts can be ended with it."""
    around = {**os.environ, **ONE_THREAD, **launch.environment}
    with log.open("w") as file:
        return subprocess.Popen(
            ["taskset", "-c", str(core), *launch.command],
            cwd=launch.folder,
            env=around,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def _wait(client: httpx.Client, first: Post, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.TransportError):
            if client.post(first.path, content=first.body, headers=dict(first.headers)).is_success:
                return
        time.sleep(0.01)
    raise SystemExit(f"{' '.join(map(str, process.args))} did not answer\n{log.read_text()}")  # type: ignore[arg-type]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    _end_group(process.pid)
    process.wait()


def _end_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
