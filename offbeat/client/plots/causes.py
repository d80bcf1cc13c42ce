"""Causes: which features made the strangest records strange, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from offbeat.client.plots.along import Vector
from offbeat.client.plots.paper import BLUE, GREY, INK, ORANGE, legend, titled
from offbeat.client.replies import Contribution

STRANGEST, BARS = 10, 8  # at most
LEAST = 0.005  # of a score; less is no cause
LONGEST = 36  # letters of a name
WAYS = {"above": ORANGE, "below": BLUE, "other": GREY}


class Causes(NamedTuple):
    """`shares` of the features that have most, by direction; each a mean over so many `records`."""

    records: int
    shares: Mapping[str, Mapping[str, float]]


def causes(
    scores: Vector, anomalies: NDArray[np.bool_], contributions: Sequence[Sequence[Contribution]]
) -> Causes:
    """Over the strangest anomalies; without one, of the strangest record. A feature that is not named has no share."""
    told = np.array([bool(each) for each in contributions]) & np.isfinite(scores)
    rows = np.flatnonzero(told & anomalies) if (told & anomalies).any() else np.flatnonzero(told)
    most = STRANGEST if (told & anomalies).any() else 1
    strangest = rows[np.argsort(-scores[rows], kind="stable")[:most]].tolist()
    shares: dict[str, dict[str, float]] = {}
    for each in (each for row in strangest for each in contributions[row]):
        ways = shares.setdefault(each["feature"], dict.fromkeys(WAYS, 0.0))
        ways[each["direction"]] += each["share"] / len(strangest)
    names = sorted(shares, key=lambda name: -sum(shares[name].values()))[:BARS]
    return Causes(
        len(strangest), {name: shares[name] for name in names if sum(shares[name].values()) >= LEAST}
    )


def height(found: Causes) -> float:
    """In inches."""
    return 1.0 + 0.24 * len(found.shares)


def bars(chart: Axes, found: Causes) -> None:
    """A bar for each feature, the largest on top; colours say on which side of what was expected it was."""
    places = np.arange(len(found.shares))
    ends = np.zeros(len(places))
    for way, colour in WAYS.items():
        lengths = np.array([ways[way] for ways in found.shares.values()])
        if lengths.any():
            chart.barh(places, lengths, left=ends, height=0.7, color=colour, label=_said(way))
        ends += lengths
    for place, end in zip(places.tolist(), ends.tolist(), strict=True):
        chart.text(end, place, f" {end:.0%}", va="center", color=INK)
    chart.set_yticks(places, [_cut(name) for name in found.shares], parse_math=False)
    chart.invert_yaxis()
    chart.grid(visible=False)
    chart.set_xlim(0, 1.08)
    chart.xaxis.set_major_formatter(PercentFormatter(1))
    legend(chart)
    whose = "strangest record" if found.records == 1 else f"{found.records} strangest records"
    titled(chart, f"Why: the {whose}", "share of the score", "")


def _said(way: str) -> str:
    return "another value" if way == "other" else f"{way} what was expected"


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
