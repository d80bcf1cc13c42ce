"""Head of line: what single rows wait at one client, alone and while another client posts large bodies."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.serving.bench import Bench
from benchmarks.serving.goals import BESIDE
from benchmarks.serving.load import driven, load
from benchmarks.serving.results import SINGLE_P99, Figure, Key
from benchmarks.serving.running import Running
from benchmarks.serving.servers.server import Post

FORMS = ("minimal", "CSV", "Parquet", "Arrow")
LONGER = 60  # seconds: the large bodies go on until the single rows are done


def head_of_line(bench: Bench) -> Iterator[Figure]:
    """p99 for every server: alone, then beside each form it takes."""
    for _ in range(bench.plan.repetitions):
        for running in bench.up:
            single = bench.post(running, "minimal", 1)
            if single is not None:
                yield from _waits(bench, running, single)


def _waits(bench: Bench, running: Running, single: Post) -> Iterator[Figure]:
    yield _waited(bench, running, single, "alone")
    for form in FORMS:
        large = bench.post(running, form, BESIDE)
        if large is None:
            continue
        with driven(running, large, clients=1, seconds=LONGER, core=bench.plan.client_core):
            running.post(single)  # by now the large bodies are on their way
            yield _waited(bench, running, single, f"beside {form}")
        running.post(large)  # what was cut off is done before anybody else is measured


def _waited(bench: Bench, running: Running, single: Post, form: str) -> Figure:
    plan = bench.plan
    done = load(running, single, clients=1, seconds=plan.seconds, core=plan.client_core)
    return Figure(Key(running.server.name, SINGLE_P99, form), done.p99)
