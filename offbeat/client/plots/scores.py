"""Scores: the picture of many verdicts: how strange the records were, and why the strangest are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from offbeat.client.plots.along import X, along
from offbeat.client.plots.causes import bars, causes, height
from offbeat.client.plots.paper import Picture, picture, titled
from offbeat.client.plots.strip import strip
from offbeat.client.replies import Contribution, Verdict

STRIP = 3.2  # inches


@dataclass(frozen=True, slots=True)
class Judged:
    """What a reply says of its records, a cell for each. `columns` are those that were echoed."""

    source: str
    scores: Sequence[float | None]
    verdicts: Sequence[Verdict]
    contributions: Sequence[Sequence[Contribution]]
    columns: Mapping[str, Sequence[Any]]

    @property
    def title(self) -> str:
        """Who judged, and how many were strange."""
        found = {verdict: self.verdicts.count(verdict) for verdict in ("anomaly", "unknown")}
        strange = f"{found['anomaly']:,} {'anomaly' if found['anomaly'] == 1 else 'anomalies'}"
        among = f"{len(self.scores):,} record{'s' * (len(self.scores) != 1)}"
        unknown = f", {found['unknown']:,} unknown" if found["unknown"] else ""
        return f"{self.source}: {strange} among {among}{unknown}"


def scores(judged: Judged, x: X) -> Picture:
    """Anomaly scores along x, and below them the causes where some are named. ValueError where there are no results."""
    rows = len(judged.scores)
    if not rows:
        raise ValueError("nothing to plot: the reply holds no results")
    place = along(x, rows, judged.columns)
    values = np.array(judged.scores, dtype=np.float64)
    anomalies = np.array([verdict == "anomaly" for verdict in judged.verdicts])
    why = causes(values, anomalies, judged.contributions)
    made, charts = picture([STRIP, height(why)] if why.shares else [STRIP])
    strip(charts[0], place, values, anomalies)
    titled(charts[0], judged.title, place.label, "anomaly score")
    if why.shares:
        bars(charts[1], why)
    return made
