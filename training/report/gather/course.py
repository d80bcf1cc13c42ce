"""The course of the scores over time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from training.report.facts import PARTS, Course, Gaps, Stretch
from training.report.gather.looked import BETWEEN, Looked

SLOTS, FEATURE_SLOTS = 480, 120
MOST_FEATURES, MOST_STRETCHES, MOST_PARTS = 40, 200, 6
LEAST_ROWS, ROWS_A_SLOT = 20, 3
Values = NDArray[np.float64]
Slots = NDArray[np.int64]


def course(looked: Looked) -> Course | None:
    """Of records with times; None of others, whose order says nothing, and of too few."""
    if looked.seconds is None or len(looked.rows) < LEAST_ROWS:
        return None
    order = looked.in_time
    at = looked.seconds[order]
    if not at[-1] > at[0]:
        return None
    many = min(SLOTS, max(LEAST_ROWS, len(at) // ROWS_A_SLOT))
    edges, slots = _slots(at, many)
    score = np.where(looked.judged.known, looked.judged.anomaly_score, np.nan)[order]
    names, shares = _features(looked, at)
    return Course(
        edges=tuple(edges.round(3).tolist()),
        highest=_of_slots(score, slots, many, np.nanmax),
        median=_of_slots(score, slots, many, np.nanmedian),
        known=_stretches(at, looked.known[order]) if looked.known is not None else (),
        parts=_parts(at, looked.part[order]),
        names=names,
        features=shares,
    )


def _features(looked: Looked, at: Values) -> tuple[tuple[str, ...], tuple[tuple[float | None, ...], ...]]:
    """The features that add most, and what each adds in every slot; none of pictures."""
    attribution = looked.judged.scores.attribution
    if looked.judged.columns.images or not attribution.shape[1]:
        return (), ()
    part = attribution[looked.in_time] / looked.judged.threshold.value
    mean = np.nanmean(np.where(np.isfinite(part), part, np.nan), axis=0)
    chosen = np.argsort(-mean, kind="stable")[:MOST_FEATURES]
    _, slots = _slots(at, FEATURE_SLOTS)
    rows = tuple(_of_slots(part[:, place], slots, FEATURE_SLOTS, np.nanmean) for place in chosen)
    return tuple(looked.judged.columns.names[place] for place in chosen), rows


def _slots(at: Values, many: int) -> tuple[Values, Slots]:
    """(many + 1,) edges from the first to the last time, and the slot of every row."""
    edges = np.linspace(at[0], at[-1], many + 1)
    return edges, np.clip(np.searchsorted(edges, at, side="right") - 1, 0, many - 1)


def _of_slots(values: Values, slots: Slots, many: int, of: Callable[[Values], float]) -> Gaps:
    """What a function says of each slot's values; None of a slot without any."""
    there = np.isfinite(values)
    values, slots = values[there], slots[there]
    order = np.argsort(slots, kind="stable")
    cuts = np.searchsorted(slots[order], np.arange(1, many))
    return tuple(float(f"{of(each):.4g}") if len(each) else None for each in np.split(values[order], cuts))


def _stretches(at: Values, marked: NDArray[np.bool_]) -> tuple[Stretch, ...]:
    found = [Stretch(start=start, end=end) for start, end, key in _runs(at, marked.astype(np.int8)) if key]
    return tuple(found[:MOST_STRETCHES])


def _parts(at: Values, part: NDArray[np.int8]) -> tuple[Stretch, ...]:
    """Where parts follow each other, whatever anomalies lie within; nothing where rows of them are mixed."""
    usual = part != PARTS.index("known anomalies")
    runs = [run for run in _runs(at[usual], part[usual]) if run[2] != BETWEEN]
    if len(runs) > MOST_PARTS:
        return ()
    return tuple(Stretch(start=start, end=end, what=PARTS[key]) for start, end, key in runs)


def _runs(at: Values, keys: NDArray[np.int8]) -> list[tuple[float, float, int]]:
    """Where neighbours have the same key: from, to, key."""
    found = []
    for key, group in groupby(range(len(keys)), key=keys.tolist().__getitem__):
        places = list(group)
        found.append((float(at[places[0]]), float(at[places[-1]]), int(key)))
    return found
