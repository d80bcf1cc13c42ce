"""Metrics: every family with its labels and buckets, from the service that counts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference.markdown import code, table
from service.counts import OwnCounts
from service.families import Families
from service.series import Family, Histogram
from service.telemetry import Serving, Telemetry

HEADER = ["metric", "kind", "what", "buckets"]
SERVED = Serving("pump", 1, "champion", "vanilla", "sha256:", 1.0)


def written() -> str:
    """Those that are counted, then those that are looked up at each scrape."""
    families = Families(OwnCounts()).all()
    known = {family.metric({}).name for family in families}
    return table(HEADER, [*(_counted(family) for family in families), *_looked_up(known)])


def _counted(family: Family[Any]) -> list[str]:
    shown = family.metric({})
    bounds = [f"{bound:g}" for bound in family._bounds] if isinstance(family, Histogram) else []
    return [_name(family.name, family._labels), shown.type, shown.documentation, " ".join(bounds)]


def _looked_up(known: set[str]) -> Iterator[list[str]]:
    telemetry = Telemetry()
    telemetry.watch(lambda: [SERVED])
    for metric in telemetry.registry.collect():
        if metric.name.startswith("offbeat_") and metric.name not in known:
            labels = tuple(metric.samples[0].labels) if metric.samples else ()
            yield [_name(metric.name, labels), metric.type, metric.documentation, ""]


def _name(name: str, labels: tuple[str, ...]) -> str:
    return code(f"{name}{{{','.join(labels)}}}" if labels else name)
