"""Starts: seconds from the command to the first scored reply, and the memory after some work. One server at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from benchmarks.serving.bench import SEED, Plan
from benchmarks.serving.load import load
from benchmarks.serving.records import records
from benchmarks.serving.results import MEMORY, START, Figure, Key
from benchmarks.serving.running import Running
from benchmarks.serving.servers.server import Server

Start = Callable[[Server], AbstractContextManager[Running]]
MEGABYTE = 1e6
WARM_CLIENTS = 16


def starts(servers: Sequence[Server], start: Start, plan: Plan) -> Iterator[Figure]:
    """Both figures of every server, in turns."""
    for _ in range(plan.repetitions):
        for server in servers:
            with start(server) as running:
                yield Figure(Key(server.name, START), running.started)
                post = server.forms["minimal"].ask(records(1, SEED))
                load(running, post, clients=WARM_CLIENTS, seconds=1, core=plan.client_core)
                yield Figure(Key(server.name, MEMORY), running.memory_bytes() / MEGABYTE)
