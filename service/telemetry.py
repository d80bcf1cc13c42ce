"""Telemetry: the service's metrics, in a registry of their own. Knows Judgements, not where they came from.

Label values come only from loaded models and documented routes, so no client can make a new series.
"""

from __future__ import annotations

import platform
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from models.judgement import Judgement
from models.threshold import Vector, Verdict

OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ANOMALY_SCORES = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0)
SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


def version_of(distribution: str) -> str:
    """Which version is installed; `unknown` in a checkout that was not."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


class Serving(NamedTuple):
    """What an alias serves now, for the gauges of state."""

    model: str
    version: int
    alias: str
    variant: str
    digest: str
    threshold: float


class BulkHistogram(Histogram):
    """A histogram that takes a whole array."""

    def observe_many(self, values: Vector) -> None:
        """Observe every value; one increment a bucket instead of one call a value. (rows,), no NaN."""
        places = np.searchsorted(self._upper_bounds, values, side="left")
        for place, count in enumerate(np.bincount(places, minlength=len(self._upper_bounds))):
            if count:
                self._buckets[place].inc(int(count))
        self._sum.inc(float(values.sum()))


class StateCollector(Collector):
    """`model_info` and `threshold`, read from what is served at the moment of the scrape."""

    def __init__(self, served: Callable[[], Iterable[Serving]]) -> None:
        self._served = served

    def collect(self) -> Iterable[Metric]:
        """The two gauges."""
        labels = ["model", "version", "alias"]
        info = GaugeMetricFamily(
            "offbeat_model_info", "What each alias serves; always 1.", labels=[*labels, "variant", "digest"]
        )
        threshold = GaugeMetricFamily("offbeat_threshold", "Scores above it are anomalies.", labels=labels)
        for each in self._served():
            names = [each.model, str(each.version), each.alias]
            info.add_metric([*names, each.variant, each.digest], 1)
            threshold.add_metric(names, each.threshold)
        return [info, threshold]


class Telemetry:
    """Everything that is counted, under the names the documentation lists."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._records = Counter(
            "offbeat_records_scored_total",
            "Records scored.",
            ["model", "version", "verdict"],
            registry=registry,
        )
        self._anomaly_score = BulkHistogram(
            "offbeat_anomaly_score",
            "Anomaly scores of the records that have one; above 1 is an anomaly.",
            ["model", "version"],
            buckets=ANOMALY_SCORES,
            registry=registry,
        )
        self._inference = Histogram(
            "offbeat_inference_duration_seconds",
            "Time from a table to its verdicts.",
            buckets=SECONDS,
            registry=registry,
        )
        self._requests = Histogram(
            "offbeat_request_duration_seconds",
            "Time from a request's headers to the end of its reply.",
            ["route", "method", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        self._rejected = Counter(
            "offbeat_records_rejected_total",
            "Records refused; a body that could not be read counts as one.",
            ["model", "reason"],
            registry=registry,
        )
        self._imputed = Counter(
            "offbeat_values_imputed_total",
            "Missing values filled in.",
            ["model", "feature"],
            registry=registry,
        )
        self._loads = Counter(
            "offbeat_model_loads_total",
            "Versions loaded, or refused at it.",
            ["model", "result"],
            registry=registry,
        )
        self.in_flight = Gauge("offbeat_requests_in_flight", "Requests at work now.", registry=registry)
        self.shed = Counter(
            "offbeat_requests_shed_total",
            "Requests refused because too much was at work.",
            ["reason"],
            registry=registry,
        )
        build = Gauge(
            "offbeat_build_info",
            "What runs; always 1.",
            ["version", "python", "onnxruntime"],
            registry=registry,
        )
        build.labels(version_of("offbeat"), platform.python_version(), version_of("onnxruntime")).set(1)
        ProcessCollector(registry=registry)
        self._bound = lru_cache(maxsize=4096)(lambda metric, *labels: metric.labels(*labels))

    def watch(self, served: Callable[[], Iterable[Serving]]) -> None:
        """Show what is served at every scrape."""
        self.registry.register(StateCollector(served))

    def scored(self, model: str, version_: int, judgement: Judgement) -> None:
        """Count verdicts and anomaly scores."""
        number = str(version_)
        tally: dict[Verdict, int] = Tally(judgement.verdicts)
        for verdict, count in tally.items():
            self._bound(self._records, model, number, verdict).inc(count)
        scores = judgement.anomaly_score
        self._bound(self._anomaly_score, model, number).observe_many(scores[np.isfinite(scores)])

    def inferred(self, model: str, judgement: Judgement, seconds: float) -> None:
        """Count a run of a model and the values it filled in."""
        self._inference.observe(seconds)
        missing = judgement.encoded.missing
        if missing.any():
            for name, count in zip(judgement.columns.names, missing.sum(axis=0), strict=True):
                if count:
                    self._bound(self._imputed, model, name).inc(int(count))

    def rejected(self, model: str | None, reason: str, records: int = 1) -> None:
        """Count records that were refused; None for a model that is not served."""
        self._rejected.labels(model or OTHER, reason).inc(records)

    def loaded(self, model: str, result: str) -> None:
        """Count an attempt to load a version: `loaded` or `refused`."""
        self._loads.labels(model, result).inc()

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Time a request; `route` is a documented path or `other`."""
        known = method if method in METHODS else OTHER
        self._bound(self._requests, route, known, str(status)).observe(seconds)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics as text, and its media type, in the form a scraper asks for."""
        encoder, media_type = choose_encoder(accept)
        return encoder(self.registry), media_type
