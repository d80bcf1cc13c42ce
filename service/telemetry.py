"""Telemetry: what the service tells about itself, in a registry of its own. Knows Judgements, not where they came from.

Label values come only from loaded models and documented routes, so no client can make a new series.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from models.judgement import Judgement
from service.collectors import BuildCollector, CountsCollector, Serving, StateCollector
from service.counts import Counts, OwnCounts
from service.events import Events
from service.families import Families
from service.processes import ProcessesCollector
from service.recent import Cause
from service.series import Distribution
from service.tally import HeardTally, Tally, count_imputed

__all__ = ["OTHER", "Serving", "Tally", "Telemetry", "version_of"]
OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def version_of(distribution: str) -> str:
    """Which version is installed; `unknown` in a checkout that was not."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


class Telemetry:
    """Everything that is counted and shown. Its numbers lie in `counts`, which several processes may share.

    What is scored is told to `events`, where there are any.
    """

    def __init__(self, counts: Counts | None = None, events: Events | None = None) -> None:
        self._counts, self._events = counts or OwnCounts(), events
        self._families = Families(self._counts)
        self._tallies: dict[tuple[str, int], Tally] = {}
        self._routes: dict[tuple[str, str, int], Distribution] = {}
        self.in_flight, self.shed = self._families.in_flight.labels(), self._families.shed
        self.event_streams = self._families.event_streams.labels()
        self.registry = CollectorRegistry()
        self.registry.register(CountsCollector(self._counts, self._families.all()))
        self.registry.register(BuildCollector(_build()))
        self.registry.register(ProcessesCollector(self._counts))

    def watch(self, served: Callable[[], Iterable[Serving]]) -> None:
        """Show what is served at every scrape."""
        self.registry.register(StateCollector(served))

    def of(self, model: str, version_: int, columns: Sequence[str]) -> Tally:
        """What counts the records of a version that is loaded; the same one every time."""
        found = self._tallies.get((model, version_))
        if found is None:
            found = self._tallies[model, version_] = self._tally(model, version_, columns)
        return found

    def _tally(self, model: str, version_: int, columns: Sequence[str]) -> Tally:
        bound = (self._families, self._counts, model, str(version_), columns)
        if self._events is None:
            return Tally(*bound)
        tally = HeardTally(*bound)
        tally.recent = self._events.recent(model, version_)
        return tally

    def route(self, path: str, method: str, status: int) -> Distribution:
        """What times the requests to a documented path, or `other`, that end with a status."""
        found = self._routes.get((path, method, status))
        if found is None:
            known = method if method in METHODS else OTHER
            found = self._families.requests.labels(path, known, str(status))
            if known is method:  # what clients make up is not kept
                self._routes[path, method, status] = found
        return found

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Time a request; `route` is a documented path or `other`."""
        (self._routes.get((route, method, status)) or self.route(route, method, status)).observe(seconds)

    def scored(self, model: str, version_: int, judgement: Judgement) -> None:
        """Count verdicts and anomaly scores."""
        tally = self.of(model, version_, judgement.columns.names)
        tally.scored(judgement.codes, judgement.anomaly_score, partial(_cause, judgement))

    def inferred(self, model: str, judgement: Judgement, seconds: float) -> None:
        """Count a run of a model and the values it filled in."""
        self._families.inference.labels().observe(seconds)
        count_imputed(self._families, model, judgement.columns.names, judgement.encoded.missing)

    def rejected(self, model: str | None, reason: str, records: int = 1) -> None:
        """Count records that were refused; None for a model that is not served."""
        self._families.rejected.labels(model or OTHER, reason).inc(records)

    def loaded(self, model: str, result: str) -> None:
        """Count an attempt to load a version: `loaded` or `refused`."""
        self._families.loads.labels(model, result).inc()

    def started(self) -> None:
        """Count a process that answers from now on."""
        self._families.started.labels().inc()
        self._counts.serving()

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics as text, and its media type, in the form a scraper asks for."""
        encoder, media_type = choose_encoder(accept)
        return encoder(self.registry), media_type


def _cause(judgement: Judgement, row: int) -> Cause:
    """How severe an anomaly is, and the feature that adds most to it where the graph was asked for that."""
    _, severity = judgement.calibration.of_one(judgement.score[row].item())
    explained = judgement.scores.attribution.size and judgement.scores.expected.size
    named = judgement.contributions(row, 1) if explained else []
    return Cause(severity, *named[0][:3]) if named else Cause(severity)


def _build() -> dict[str, str]:
    return {
        "version": version_of("offbeat"),
        "python": platform.python_version(),
        "onnxruntime": version_of("onnxruntime"),
    }
