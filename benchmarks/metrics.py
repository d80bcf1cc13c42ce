"""What it costs to count one scored request of one row, and a scrape: our series beside prometheus_client's plain calls.

    python benchmarks/metrics.py

Counted are the record, its anomaly score, the inference, the request, and one more and one less in flight.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from benchmarks.tables import markdown
from models.threshold import VERDICTS
from service.books import new_book
from service.counts import Counts, OwnCounts
from service.families import ANOMALY_SCORES, SECONDS
from service.shared import SharedCounts
from service.telemetry import Telemetry

ROUNDS, CALLS = 15, 20_000
WORKERS = 4
FILES = "PROMETHEUS_MULTIPROC_DIR"  # read when prometheus_client is imported, so that mode has a process of its own
ROUTE = ("/v1/models/{model}/score", "POST", 200)
COLUMNS = ("temperature", "pressure")
NORMAL = VERDICTS.index("normal")
Work = Callable[[], None]


def ours(counts: Counts) -> Work:
    """One request, its series bound before."""
    telemetry = Telemetry(counts)
    tally = telemetry.of("pump", 1, COLUMNS)
    in_flight, request = telemetry.in_flight, telemetry.request

    def count() -> None:
        in_flight.inc()
        tally.one(NORMAL, 0.6, 0.00007)
        request(*ROUTE, 0.0002)
        in_flight.dec()

    return count


def plain() -> Work:
    """The same by prometheus_client, its label values bound before."""
    registry = CollectorRegistry()
    route = ["route", "method", "status"]
    records = Counter("records", "-", ["model", "version", "verdict"], registry=registry)
    scores = Histogram("scores", "-", ["model", "version"], buckets=ANOMALY_SCORES, registry=registry)
    inference = Histogram("inference", "-", buckets=SECONDS, registry=registry)
    requests = Histogram("requests", "-", route, buckets=SECONDS, registry=registry)
    in_flight = Gauge("in_flight", "-", registry=registry, multiprocess_mode="livesum")
    of_model, of_version = records.labels("pump", "1", "normal"), scores.labels("pump", "1")
    of_route = requests.labels(*map(str, ROUTE))

    def count() -> None:
        in_flight.inc()
        of_model.inc()
        of_version.observe(0.6)
        inference.observe(0.00007)
        of_route.observe(0.0002)
        in_flight.dec()

    return count


def microseconds(works: Mapping[str, Work]) -> dict[str, float]:
    """The median round of each, in turns, so that a noisy machine is noisy to all."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.perf_counter()
            for _ in range(CALLS):
                work()
            found[name].append((time.perf_counter() - start) / CALLS * 1e6)
    return {name: statistics.median(rounds) for name, rounds in found.items()}


def in_files() -> float:
    """prometheus_client with a file for each process."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.metrics", "files"],
            env={**os.environ, FILES: folder},
            check=True,
            capture_output=True,
            text=True,
        )
    return float(done.stdout)


def scrape_milliseconds(models: int) -> float:
    """A scrape over so many workers, each of which has scored with so many models."""
    books = [new_book() for _ in range(WORKERS)]
    everybody = [Telemetry(SharedCounts(books, place)) for place in range(WORKERS)]
    for telemetry in everybody:
        for model in range(models):
            telemetry.of(f"model{model}", 1, COLUMNS).one(NORMAL, 0.6, 0.00007)
        telemetry.request(*ROUTE, 0.0002)
    return statistics.median(seconds_of_scrape(everybody[0]) for _ in range(ROUNDS)) * 1e3


def seconds_of_scrape(telemetry: Telemetry) -> float:
    """From nothing to the text."""
    start = time.perf_counter()
    telemetry.exposition("")
    return time.perf_counter() - start


def main() -> None:
    """Both tables; with `files` the one number of that mode."""
    if sys.argv[1:] == ["files"]:
        print(microseconds({"plain": plain()})["plain"])
        return
    shared = SharedCounts([new_book() for _ in range(WORKERS)], 0)
    found = microseconds({"ours": ours(OwnCounts()), "shared": ours(shared), "plain": plain()})
    lines = [
        ("one request of one row, µs", "offbeat", "prometheus_client"),
        ("one worker", f"{found['ours']:.2f}", f"{found['plain']:.2f}"),
        ("several workers", f"{found['shared']:.2f}", f"{in_files():.2f}"),
    ]
    print(markdown(lines), end="\n\n")
    scrapes = [(f"{models}", f"{scrape_milliseconds(models):.1f}") for models in (1, 100)]
    print(markdown([(f"models scored by {WORKERS} workers", "a scrape, ms"), *scrapes]))


if __name__ == "__main__":
    main()
