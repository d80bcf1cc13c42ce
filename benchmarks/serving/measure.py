"""Measure: start the servers, run the parts that were asked for, one figure after the other. Keeps and prints nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack

from benchmarks.serving.bench import SEED, Bench
from benchmarks.serving.bulk import bulk
from benchmarks.serving.bundle import Graph, published
from benchmarks.serving.environments import Environments
from benchmarks.serving.head_of_line import head_of_line
from benchmarks.serving.options import Options
from benchmarks.serving.records import records
from benchmarks.serving.results import Figure
from benchmarks.serving.running import Running, running
from benchmarks.serving.servers import servers
from benchmarks.serving.servers.server import Server
from benchmarks.serving.starts import Start, starts
from benchmarks.serving.throughput import throughput

TOGETHER = {"throughput": throughput, "bulk": bulk, "head-of-line": head_of_line}
STARTS = "starts"
PARTS = (*TOGETHER, STARTS)


def measure(options: Options, notes: list[str]) -> Iterator[Figure]:
    """Every figure as soon as it is there. `notes` is told of whom and what is left out."""
    graph = published(options.work, options.command, options.folder)
    os.sched_setaffinity(0, {options.plan.client_core})  # what asks does not take from what answers
    environments = Environments(options.peers)
    ready = _ready(options, environments, notes)
    start = _starter(options, environments, graph)
    together = [TOGETHER[name] for name in options.parts if name in TOGETHER]
    with ExitStack() as stack:
        up = [stack.enter_context(start(each)) for each in ready] if together else []
        bench = Bench(graph, up, options.plan, notes)
        for part in together:
            yield from part(bench)
    if STARTS in options.parts:
        yield from starts(ready, start, options.plan)


def _ready(options: Options, environments: Environments, notes: list[str]) -> Sequence[Server]:
    known = servers(options.command, options.folder)
    asked = [known[name] for name in options.servers]
    notes += [f"{each.name}: not set up" for each in asked if not environments.is_ready(each)]
    return [each for each in asked if environments.is_ready(each)]


def _starter(options: Options, environments: Environments, graph: Graph) -> Start:
    first = records(1, SEED)

    def start(server: Server) -> AbstractContextManager[Running]:
        post = server.forms["minimal"].ask(first)
        return running(server, environments.python(server), graph, post, options.plan.server_core)

    return start
