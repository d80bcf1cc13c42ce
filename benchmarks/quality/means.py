"""Results put together: means, places and pooled rates. Knows nothing of tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.quality.results import Measure, Result

LARGE = 1_000  # rows of a file
Groups = dict[str, list[Result]]


@dataclass(frozen=True, slots=True)
class Rates:
    """What came of flags: the share of the normal rows flagged, that of the anomalies, and F1."""

    false_alarms: float
    found: float
    f1: float


def whole(results: Sequence[Result]) -> list[Result]:
    """Without the lines of single kinds of anomalies."""
    return [each for each in results if not each.part]


def large(results: Sequence[Result]) -> list[Result]:
    """Of the sets that have many rows."""
    return [each for each in results if each.rows >= LARGE]


def grouped(results: Sequence[Result], by: Callable[[Result], str]) -> Groups:
    """In order of appearance."""
    found: Groups = {}
    for each in results:
        found.setdefault(by(each), []).append(each)
    return found


def detectors(results: Sequence[Result]) -> Groups:
    """The lines of each detector, by its name."""
    return grouped(results, lambda each: each.name)


def mean(results: Sequence[Result], measure: Measure) -> float:
    """In percent, over all lines: every set has as many seeds. NaN of none."""
    return 100 * float(np.mean([getattr(each, measure) for each in results])) if results else float("nan")


def ranks(results: Sequence[Result], measure: Measure) -> dict[str, float]:
    """Mean place of each detector over the sets, and over the kinds within; 1 is best, those equal share their places."""
    places = []
    for lines in grouped(results, lambda each: f"{each.set} {each.part}").values():
        means = np.array([round(mean(each, measure), 6) for each in detectors(lines).values()])
        better, equal = means[None] > means[:, None], means[None] == means[:, None]
        places.append(1 + better.sum(axis=1) + (equal.sum(axis=1) - 1) / 2)
    return dict(zip(detectors(results), np.mean(places, axis=0).tolist(), strict=True))


def margin(results: Sequence[Result], name: str, rivals: Sequence[str], measure: Measure) -> float:
    """By how many points the mean of a detector is above the best mean of its rivals."""
    of = detectors(results)
    return mean(of[name], measure) - max(mean(of[rival], measure) for rival in rivals)


def pooled(results: Sequence[Result]) -> Rates | None:
    """Over the rows of all results together; None where somebody has no threshold."""
    alarms, found = (
        [getattr(each, f"flagged_{part}") for each in results] for part in ("normal", "anomalies")
    )
    if None in alarms or not results:
        return None
    normal, anomalies = sum(each.normal for each in results), sum(each.anomalies for each in results)
    return rates(sum(alarms), sum(found), normal, anomalies)


def rates(alarms: int, found: int, normal: int, anomalies: int) -> Rates:
    """From counts of rows."""
    f1 = 2 * found / max(alarms + found + anomalies, 1)
    return Rates(alarms / max(normal, 1), found / max(anomalies, 1), f1)
