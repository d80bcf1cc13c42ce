"""Processes: memory, time and open files of every worker, as the system has them. Knows not what they do."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from prometheus_client import ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.counts import Counts


class ProcessesCollector(Collector):
    """`process_…` of this process, or of each that counts with it under the label `worker`; and how many there are."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._own = ProcessCollector(registry=None)

    def collect(self) -> Iterable[Metric]:
        """What the system says at this moment."""
        workers = self._counts.workers()
        number = GaugeMetricFamily("offbeat_workers", "Processes that answer.", value=len(workers) or 1)
        if not workers:
            return [number, *self._own.collect()]
        return [number, *_labelled(workers.items())]


def _labelled(workers: Iterable[tuple[str, int]]) -> Iterable[Metric]:
    found: dict[str, Metric] = {}
    for place, pid in workers:
        for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
            family = found.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
            for sample in metric.samples:
                family.add_sample(sample.name, {"worker": place}, sample.value)
    return found.values()
