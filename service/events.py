"""Events: what is scored, told four times a second for whoever follows it. Knows neither who follows nor HTTP.

What came within such a time is one event, however many records those were, and nothing is kept but in a ring.
"""

from __future__ import annotations

import logging
import mmap
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from threading import Lock
from typing import Any

from models.columns import SHOWN
from service.recent import Anomaly, Gathered, Recent
from service.repeated import repeated
from service.rings import SIZE, Writer
from service.sse import event

log = logging.getLogger(__name__)
GATHER_SECONDS = 0.25


class Events:
    """What this process tells, in one of the rings that all read."""

    def __init__(self, rings: Sequence[mmap.mmap], place: int) -> None:
        """`rings`: of all processes that serve together; the one at `place` is this one's to write."""
        self.rings = rings
        self.own = Writer(rings[place])
        self._recent: dict[tuple[str, int], Recent] = {}
        self._lock = Lock()

    @classmethod
    def alone(cls) -> Events:
        """Of a process that serves by itself."""
        return cls([mmap.mmap(-1, SIZE)], 0)

    @classmethod
    def shared(cls, files: Sequence[int], place: int) -> Events:
        """Of one of several processes. `files`: descriptors of all rings, in the order of their places."""
        return cls([mmap.mmap(file, SIZE) for file in files], place)

    def recent(self, model: str, version: int) -> Recent:
        """Where the scores of a version are to be told; the same one every time."""
        with self._lock:
            found = self._recent.get((model, version))
            if found is None:
                found = self._recent[model, version] = Recent(partial(self._tell, model, version))
            return found

    def tell(self) -> None:
        """Tell what was scored since the last time."""
        for model, version in [*self._recent]:
            self._tell(model, version)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell again and again, a last time at the end."""
        try:
            async with repeated(self._tell_all, GATHER_SECONDS):
                yield
        finally:
            self.tell()

    async def _tell_all(self) -> None:
        self.tell()

    def _tell(self, model: str, version: int) -> None:
        try:
            found = self._recent[model, version].take()
            if found is not None:
                self._write(model, version, found)
        except Exception:  # of those who look on none who is served may suffer
            log.exception("events could not be told", extra={"model": model})

    def _write(self, model: str, version: int, found: Gathered) -> None:
        counts = {"records": found.records, "anomalies": found.anomalies, "unknown": found.unknown}
        told = {"at": time.time(), "version": version, **counts, "anomaly_scores": found.anomaly_scores}
        self.own.write(model.encode(), event("scored", told))
        for anomaly in found.strangest:
            self.own.write(model.encode(), event("anomaly", _told(version, anomaly)))


def _told(version: int, anomaly: Anomaly) -> dict[str, Any]:
    """An anomaly; of text so much as a refusal shows, since others read it than those who sent it."""
    cause = {name: _cut(value) for name, value in anomaly.cause._asdict().items()}
    return {"at": anomaly.at, "version": version, "anomaly_score": anomaly.anomaly_score, **cause}


def _cut(value: float | str | None) -> float | str | None:
    if not isinstance(value, str):
        return value
    text = value[:SHOWN].encode(errors="replace").decode()  # a lone surrogate is no Unicode
    return f"{text}…" if len(value) > SHOWN else text
