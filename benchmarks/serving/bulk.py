"""Bulk: one body of a hundred thousand rows, from its first byte sent to the last one of its reply."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection

from benchmarks.serving.bench import Bench
from benchmarks.serving.goals import BULK
from benchmarks.serving.results import CORE_ROWS, ROWS, Figure, Key
from benchmarks.serving.running import REPLY_SECONDS, Running
from benchmarks.serving.servers.server import Post

FORMS = ("minimal", "CSV", "Parquet", "Arrow", "binary")
AT_ONCE = 3  # requests of a turn: CPU time is counted in hundredths of a second, which is much of one


def bulk(bench: Bench) -> Iterator[Figure]:
    """Rows a second, and a core-second, for each form a server takes, servers and forms in turns."""
    for _ in range(bench.plan.repetitions):
        for running in bench.up:
            for form in FORMS:
                post = bench.post(running, form, BULK)
                if post is not None:
                    yield from _rates(running, post, form)


def _rates(running: Running, post: Post, form: str) -> list[Figure]:
    name, before = running.server.name, running.cpu_seconds()
    taken = [seconds(running, post) for _ in range(AT_ONCE)]
    spent = running.cpu_seconds() - before
    walls = [Figure(Key(name, ROWS, form, BULK), BULK / each) for each in taken]
    return [*walls, Figure(Key(name, CORE_ROWS, form, BULK), AT_ONCE * BULK / spent)]


def seconds(running: Running, post: Post) -> float:
    """One request over a new connection of the standard library, whose own work is next to none. SystemExit if refused."""
    url = running.client.base_url
    connection = HTTPConnection(url.host, url.port, timeout=REPLY_SECONDS)
    begun = time.perf_counter()
    connection.request("POST", post.path, post.body, dict(post.headers))
    reply = connection.getresponse()
    body = reply.read()
    taken = time.perf_counter() - begun
    connection.close()
    if reply.status != HTTPStatus.OK:
        raise SystemExit(f"{running.server.name}: {reply.status} {body[:500]!r}")
    return taken
