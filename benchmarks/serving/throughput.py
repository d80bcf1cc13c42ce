"""Throughput: one body again and again, servers in turns, by rows, clients and form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.serving.bench import Bench
from benchmarks.serving.floor import floor
from benchmarks.serving.load import Load, load
from benchmarks.serving.results import CPU, P50, P99, RATE, Figure, Key
from benchmarks.serving.running import Running


class Case(NamedTuple):
    """One request and how many ask at once."""

    form: str
    rows: int
    clients: int


SIZES, CLIENTS = (1, 100, 1000), (1, 16, 64)
GRID = tuple(Case("minimal", rows, clients) for rows in SIZES for clients in CLIENTS)
FORMS = tuple(Case(form, rows, 16) for form in ("full", "full, columns") for rows in SIZES)
LARGE = tuple(Case(form, 1000, 16) for form in ("binary", "Arrow"))
CASES = (*GRID, Case("named", 1, 16), *FORMS, *LARGE)
# What the goals need.
QUICK = (
    *(Case("minimal", 1, clients) for clients in CLIENTS),
    Case("named", 1, 16),
    *(Case("minimal", rows, 16) for rows in SIZES[1:]),
    Case("full", 100, 16),
    Case("full, columns", 100, 16),
    *LARGE,
)


def throughput(bench: Bench) -> Iterator[Figure]:
    """Rate and waiting times of every case; in each repetition every server has its turn at a case before the next case."""
    plan = bench.plan
    for _ in range(plan.repetitions):
        yield from floor(bench.graph.file, SIZES, plan.server_core)
        for case in QUICK if plan.quick else CASES:
            for running in bench.up:
                yield from _turn(bench, running, case)


def _turn(bench: Bench, running: Running, case: Case) -> Sequence[Figure]:
    post, plan = bench.post(running, case.form, case.rows), bench.plan
    if post is None:
        return ()
    done = load(running, post, clients=case.clients, seconds=plan.seconds, core=plan.client_core)
    return [Figure(Key(running.server.name, what, *case), value) for what, value in _values(done).items()]


def _values(done: Load) -> dict[str, float]:
    rate = done.per_core_second
    return {RATE: rate, CPU: 1e6 / rate, P50: done.p50, P99: done.p99}
