"""Families: every metric that is counted, once, with its name, purpose and labels. Knows not when anything happens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from service.counts import UNREADABLE, Counts
from service.series import Counter, Family, Gauge, Histogram

ANOMALY_SCORES = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0)
SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Families:
    """An attribute a metric, its numbers in `counts`."""

    def __init__(self, counts: Counts) -> None:
        counter, gauge, histogram = (
            partial(Counter, counts),
            partial(Gauge, counts),
            partial(Histogram, counts),
        )
        self.records = counter(
            "offbeat_records_scored_total", "Records scored.", "model", "version", "verdict"
        )
        self.anomaly_score = histogram(
            "offbeat_anomaly_score",
            "Anomaly scores of the records that have one; above 1 is an anomaly.",
            *("model", "version"),
            bounds=ANOMALY_SCORES,
        )
        self.inference = histogram(
            "offbeat_inference_duration_seconds", "Time from a table to its verdicts.", bounds=SECONDS
        )
        self.requests = histogram(
            "offbeat_request_duration_seconds",
            "Time from a request's headers to the end of its reply.",
            *("route", "method", "status"),
            bounds=SECONDS,
        )
        self.rejected = counter(
            "offbeat_records_rejected_total",
            "Records refused; a body that could not be read counts as one.",
            *("model", "reason"),
        )
        self.imputed = counter(
            "offbeat_values_imputed_total", "Missing values filled in.", "model", "feature"
        )
        self.loads = counter(
            "offbeat_model_loads_total", "Versions loaded, or refused at it.", "model", "result"
        )
        self.in_flight = gauge("offbeat_requests_in_flight", "Requests at work now.")
        self.event_streams = gauge("offbeat_event_streams", "Streams of events that are open now.")
        self.shed = counter(
            "offbeat_requests_shed_total", "Requests refused because too much was at work.", "reason"
        )

        self.started = counter(
            "offbeat_workers_started_total", "Processes started to answer; beyond how many there are, again."
        )
        self.unreadable = counter(UNREADABLE, "Books of workers' counts that a scrape could not read.")

    def all(self) -> Sequence[Family[Any]]:
        """Each of them, in the order they are shown."""
        return list(vars(self).values())
