"""Load: wrk posts one body over a number of connections, on a core of its own. Knows no server by name."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.running import REPLY_SECONDS, Running
from benchmarks.serving.servers.server import Post

SCRIPT = Path(__file__).with_name("post.lua")
NEEDED = "wrk and taskset are needed (Debian: apt install wrk util-linux)"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: replies, seconds, milliseconds of waiting, and CPU seconds of the server meanwhile."""

    requests: int
    seconds: float
    p50: float
    p99: float
    cpu: float

    @property
    def per_core_second(self) -> float:
        """Replies a second for each core of CPU that the server used: the unit that other work on the machine moves least."""
        return self.requests / self.cpu


def load(running: Running, post: Post, *, clients: int, seconds: int, core: int) -> Load:
    """Keep `clients` connections busy. SystemExit where a request failed: nobody is timed answering errors."""
    before = running.cpu_seconds()
    with driven(running, post, clients=clients, seconds=seconds, core=core) as wrk:
        output, _ = wrk.communicate()
    return _read(output, running, running.cpu_seconds() - before)


@contextmanager
def driven(
    running: Running, post: Post, *, clients: int, seconds: int, core: int
) -> Iterator[subprocess.Popen[str]]:
    """wrk at work, to do something beside it; ended with the block."""
    with tempfile.NamedTemporaryFile() as body:
        body.write(post.body)
        body.flush()
        url = f"{str(running.client.base_url).rstrip('/')}{post.path}"
        headers = [part for header in post.headers.items() for part in header]
        told = ["-t1", f"-c{clients}", f"-d{seconds}s", f"--timeout={REPLY_SECONDS:.0f}s", "-s", str(SCRIPT)]
        command = ["taskset", "-c", str(core), "wrk", *told, url, "--", body.name, *headers]
        try:
            wrk = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except FileNotFoundError:
            raise SystemExit(NEEDED) from None
        with wrk:
            try:
                yield wrk
            finally:
                wrk.terminate()


def _read(output: str, running: Running, cpu: float) -> Load:
    try:
        found = json.loads(output.strip().rpartition("\n")[2])
    except ValueError:
        raise SystemExit(f"wrk said: {output}") from None
    if found["failed"] or not found["requests"]:
        raise SystemExit(f"{running.server.name}: {found['failed']} of {found['requests']} requests failed")
    return Load(found["requests"], found["duration"] / 1e6, found["p50"] / 1e3, found["p99"] / 1e3, cpu)
