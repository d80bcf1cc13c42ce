"""Where the time of one request of one record goes, in one process and without a socket: stage by stage, and all of it.

    python benchmarks/one_request.py [--repository FOLDER] [--model NAME] [--workers] [--events]

Bytes go into the server's protocol as from a socket and come out of its transport. *Short* is the way of one record of
numbers, *long* that of every other body. With `--workers` what is counted is shared between processes, with
`--events` what is scored is told to whoever follows it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import uvloop
from uvicorn.config import Config
from uvicorn.server import ServerState

from benchmarks.tables import markdown
from models.names import CHAMPION
from models.scorer import OUTPUTS, VECTORS
from service.app import Service, create_app
from service.books import new_book
from service.counts import OwnCounts
from service.options import ScoreOptions
from service.protocol import PatientProtocol
from service.scoring import Scoring
from service.served import Served
from service.settings import Settings
from service.shared import SharedCounts
from service.single import Single
from service.telemetry import Telemetry
from service.verbs import Request, score

ROUNDS, CALLS = 15, 400
PLACES = 4
QUERY = "orient=columns&top_contributors=0"
MINIMAL = {"orient": "columns", "top_contributors": "0"}
JSON = "application/json"
Rows = list[tuple[str, float]]


class Wire(asyncio.Transport):
    """A socket nobody reads from."""

    def close(self) -> None:
        """Nothing is open."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep nothing."""

    def is_closing(self) -> bool:
        """Never."""
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401, ARG002
        """Nothing is known."""
        return default


def main() -> None:
    """Print a table."""
    options = parser().parse_args()
    counts = SharedCounts([new_book() for _ in range(PLACES)], 0) if options.workers else OwnCounts()
    settings = Settings(repository=options.repository, gather="off", events=options.events)
    rows = uvloop.run(measured(create_app(settings, counts=counts), options.model))
    print(markdown([["stage", "µs"], *([name, f"{taken:.1f}"] for name, taken in rows)]))


async def measured(app: Service, model: str) -> Rows:
    """Every stage of the short way, then whole requests both ways."""
    async with app.router.lifespan_context(app):
        served = app.pool.alias(model, CHAMPION)
        record = {each.name: each.typical for each in served.scorer.columns.numeric}
        body = orjson.dumps({"features": list(record), "rows": [list(record.values())]})
        stages = list(staged(served, app.telemetry, body))
        alone = lambda: score(Scoring(app.telemetry), served, Request(body, JSON, MINIMAL, 9))  # noqa: E731
        whole = await requests(app, served, body)
        full = await requests(app, served, body, "")
    return [
        *stages,
        ("long way, from body to reply", timed(alone)),
        ("**whole request**, minimal", whole),
        ("**whole request**, with contributors", full),
    ]


def staged(served: Served, telemetry: Telemetry, body: bytes) -> Iterator[tuple[str, float]]:
    """The short way taken apart."""
    single = Single(served, telemetry.of(served.model, served.version, served.scorer.columns.names), "off")
    read = single.read(body)
    assert read is not None
    feed = {"numeric": np.array([read.row], np.float64)}
    found = served.scorer.run(feed, VECTORS)
    score_: float = found[0].item()
    options = ScoreOptions(orient="columns", top_contributors=0)
    in_flight, tally = telemetry.in_flight, telemetry.of(served.model, served.version, ())

    def verdict() -> None:
        served.threshold.of_one(score_)
        served.scorer.calibration.of_one(score_)

    def metrics() -> None:
        in_flight.inc()
        tally.one(1, 0.5, 1e-4)
        telemetry.request("/v1/models/{model}/score", "POST", 200, 1e-4)
        in_flight.dec()

    parsing, graph = timed(lambda: orjson.loads(body)), timed(lambda: served.scorer.run(feed, VECTORS))
    reading, judging, counting = (
        timed(lambda: single.read(body)),
        timed(verdict),
        timed(metrics),
    )
    replying = timed(lambda: single.reply(read, found, options, 0.0))
    yield "JSON in", parsing
    yield "validation", reading - parsing
    yield "graph", graph
    yield "graph with all outputs", timed(lambda: served.scorer.run(feed, OUTPUTS))
    yield "verdict", judging
    yield "metrics", counting
    yield "**validation + verdict + metrics**", reading - parsing + judging + counting
    yield "reply, verdict and its metrics", replying


async def requests(app: Service, served: Served, body: bytes, query: str = QUERY) -> float:
    """A whole request, from bytes to bytes; microseconds."""
    head = (
        f"POST /v1/models/{served.model}/score?{query} HTTP/1.1\r\nhost: localhost:8000\r\n"
        f"content-type: {JSON}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()
    config = Config(app, log_config=None, access_log=False, server_header=False, proxy_headers=False)
    protocol = PatientProtocol(config, ServerState(), {}, seconds=60.0, take=app.shortcut.take)
    protocol.connection_made(Wire())
    taken = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        for _ in range(CALLS):
            protocol.data_received(head + body)
            while not protocol.cycle.response_complete:
                await asyncio.sleep(0)
        taken.append((time.thread_time() - began) / CALLS)
    return statistics.median(taken) * 1e6


def timed(work: Callable[[], object]) -> float:
    """Median microseconds of CPU."""
    taken = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        for _ in range(CALLS):
            work()
        taken.append((time.thread_time() - began) / CALLS)
    return statistics.median(taken) * 1e6


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("--repository", type=Path, default=Path("var/repository"), help="where models are")
    top.add_argument("--model", default="host", help="whose champion, a model of numbers (the shipped one)")
    top.add_argument("--workers", action="store_true", help="count as one of several processes does")
    top.add_argument("--events", action="store_true", help="tell events, to nobody")
    return top


if __name__ == "__main__":
    main()
