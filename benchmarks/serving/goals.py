"""Goals: what is to be reached beside whom, and what of it is. Measures nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.serving.floor import FLOOR
from benchmarks.serving.results import CPU, MEMORY, P50, RATE, ROWS, SINGLE_P99, START, Key, Results
from benchmarks.serving.servers.bento import BENTOML
from benchmarks.serving.servers.fastapi import TEXTBOOK
from benchmarks.serving.servers.mlserver import MLSERVER, MLSERVER_DEFAULT
from benchmarks.serving.servers.offbeat import OURS
from benchmarks.serving.servers.triton import TRITON

BULK, BESIDE = 100_000, 20_000  # rows of one body


@dataclass(frozen=True, slots=True)
class Goal:
    """`ours` is to be `reach` times `theirs` or more, or with `at_most` that or less."""

    work: str
    against: str
    reach: float
    ours: Key
    theirs: Key
    at_most: bool = False

    def reached(self, results: Results) -> float | None:
        """Ours over theirs, medians; None where one of them was not measured."""
        ours, theirs = results.median(self.ours), results.median(self.theirs)
        return None if ours is None or theirs is None else ours / theirs

    def is_met(self, ratio: float) -> bool:
        """Whether this ratio is on the right side."""
        return ratio <= self.reach if self.at_most else ratio >= self.reach


def rates(work: str, form: str, rows: int, clients: int, reach: dict[str, float]) -> Iterator[Goal]:
    """The same request to each of these peers, `reach` times as many of theirs."""
    for peer, factor in reach.items():
        ours, theirs = (Key(name, RATE, form, rows, clients) for name in (OURS, peer))
        yield Goal(work, peer, factor, ours, theirs)


def shares(work: str, what: str, reach: dict[str, float]) -> Iterator[Goal]:
    """At most this share of theirs, of one row and one client."""
    for peer, factor in reach.items():
        yield Goal(work, peer, factor, Key(OURS, what), Key(peer, what), at_most=True)


def bulk(form: str, factor: float) -> Goal:
    """One large body, beside the only form the peer takes."""
    ours, theirs = Key(OURS, ROWS, form, BULK), Key(MLSERVER.name, ROWS, "minimal", BULK)
    return Goal(f"100,000 rows, {form}, rows/s", f"{MLSERVER.name}, JSON", factor, ours, theirs)


def binary(form: str) -> Goal:
    """What a request costs over what the graph alone does."""
    ours, bare = Key(OURS, CPU, form, 1000, 16), Key(FLOOR, CPU, rows=1000)
    return Goal(f"1,000 rows, {form}, CPU per request", FLOOR, 2, ours, bare, at_most=True)


def beside(form: str, said: str, factor: float) -> Goal:
    """What single rows wait while somebody posts large bodies."""
    ours, idle = Key(OURS, SINGLE_P99, f"beside {form}"), Key(OURS, SINGLE_P99, "alone")
    return Goal(f"p99 of single rows beside 20,000-row {said}", "alone", factor, ours, idle, at_most=True)


NO_POOL, DEFAULT, TUTORIAL, BENTO = MLSERVER.name, MLSERVER_DEFAULT.name, TEXTBOOK.name, BENTOML.name
NAMED, UNNAMED = (Key(OURS, RATE, form, 1, 16) for form in ("named", "minimal"))
GOALS = (
    *rates("1 row, 16 clients", "minimal", 1, 16, {NO_POOL: 7, DEFAULT: 15, TUTORIAL: 4, TRITON.name: 1.5}),
    *rates("1 row, 64 clients", "minimal", 1, 64, {NO_POOL: 8, TRITON.name: 1.5}),
    *shares("1 row, 1 client, p50", P50, {NO_POOL: 0.4, TUTORIAL: 0.5}),
    Goal("1 row as a named record", "ours, unnamed", 0.85, NAMED, UNNAMED),
    *rates("100 rows JSON", "minimal", 100, 16, {NO_POOL: 4, TUTORIAL: 8, TRITON.name: 2}),
    *rates("1,000 rows JSON", "minimal", 1000, 16, {NO_POOL: 2.5, TUTORIAL: 10, TRITON.name: 2.5}),
    *map(binary, ("binary", "Arrow")),
    *rates("100 rows JSON, full", "full", 100, 16, {NO_POOL: 2.5, BENTO: 15, TRITON.name: 3}),
    *(bulk(form, factor) for form, factor in {"CSV": 2.3, "Parquet": 5.0, "Arrow": 8.0}.items()),
    *(beside(form, form, 3) for form in ("Arrow", "CSV")),
    beside("minimal", "JSON", 4),
    *shares("memory", MEMORY, {NO_POOL: 0.6}),
    *shares("cold start to first scored reply", START, {NO_POOL: 0.6}),
)
