"""Bench: the servers that are up, and requests that each of them has answered rightly once before it is timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
import numpy as np

from benchmarks.serving.bundle import Graph, scores
from benchmarks.serving.records import Matrix, records
from benchmarks.serving.running import Running
from benchmarks.serving.servers.server import Answer, Post

TOLERANCE = (
    1e-5  # of a score, or of the threshold where that is more: rows alone and in batches differ a little
)
NOT_TAKEN = {HTTPStatus.NOT_FOUND, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
SEED = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often: seconds of each load, repetitions of it, and the cores of servers and of clients."""

    seconds: int
    repetitions: int
    quick: bool
    server_core: int
    client_core: int


@dataclass(frozen=True, slots=True)
class Bench:
    """Servers that are up, in the order they take turns. `notes` say which forms were left out."""

    graph: Graph
    up: Sequence[Running]
    plan: Plan
    notes: list[str] = field(default_factory=list)
    _posts: dict[tuple[str, str, int], Post | None] = field(default_factory=dict)

    def post(self, running: Running, form: str, rows: int) -> Post | None:
        """A request, checked; None where the server does not know the form. SystemExit for a wrong reply."""
        key = running.server.name, form, rows
        if form in running.server.forms and key not in self._posts:
            self._posts[key] = self._checked(running, form, records(rows, SEED))
        return self._posts.get(key)

    def _checked(self, running: Running, form: str, readings: Matrix) -> Post | None:
        asked = running.server.forms[form]
        post = asked.ask(readings)
        reply = running.post(post)
        if reply.status_code in NOT_TAKEN:
            note = f"{running.server.name}, {form}: answers {reply.status_code}"
            if note not in self.notes:
                self.notes.append(note)
            return None
        check(reply, asked.read, self.graph, readings)
        return post


def check(
    reply: httpx.Response, read: Callable[[httpx.Response], Answer], graph: Graph, readings: Matrix
) -> None:
    """SystemExit unless there is a score and a flag for each row, those of the bare graph."""
    where = str(reply.url)
    if not reply.is_success:
        raise SystemExit(f"{where}: {reply.status_code} {reply.text[:500]}")
    answer, expected = read(reply), scores(graph, readings)
    if not len(answer.scores) == len(answer.flags) == len(readings):
        raise SystemExit(f"{where}: {len(answer.scores)} scores of {len(readings)} rows")
    near = TOLERANCE * np.maximum(np.abs(expected), graph.threshold)
    if not (np.abs(np.array(answer.scores, dtype=np.float64) - expected) <= near).all():
        raise SystemExit(f"{where}: its scores are not those of the graph")
    sure = np.abs(expected - graph.threshold) > near
    if ((expected > graph.threshold) != np.array(answer.flags))[sure].any():
        raise SystemExit(f"{where}: its flags are not those of the threshold")
