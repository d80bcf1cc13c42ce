"""Collectors: what a scrape shows, read at that moment. Know nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.counts import Counts, Key
from service.series import Family


class Serving(NamedTuple):
    """What an alias serves now, for the gauges of state."""

    model: str
    version: int
    alias: str
    variant: str
    digest: str
    threshold: float


class CountsCollector(Collector):
    """Every family, with the numbers of all processes that count together."""

    def __init__(self, counts: Counts, families: Sequence[Family[Any]]) -> None:
        self._counts, self._families = counts, families

    def collect(self) -> Iterable[Metric]:
        """One metric a family, whether or not it has series yet."""
        rows: Mapping[str, dict[Key, list[float]]] = {family.name: {} for family in self._families}
        for (name, *labels), numbers in sorted(self._counts.totals().items()):
            if name in rows:
                rows[name][tuple(labels)] = numbers
        return [family.metric(rows[family.name]) for family in self._families]


class BuildCollector(Collector):
    """`build_info`: what runs, by the names of its parts."""

    def __init__(self, build: Mapping[str, str]) -> None:
        self._build = build

    def collect(self) -> Iterable[Metric]:
        """The one gauge."""
        info = GaugeMetricFamily("offbeat_build_info", "What runs; always 1.", labels=list(self._build))
        info.add_metric(list(self._build.values()), 1)
        return [info]


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
