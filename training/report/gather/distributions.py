"""How values and scores lie: histograms by part, categories by share."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from models.features import CategoricalFeature
from training.report.facts import PARTS, CategoryFacts, Histogram, NumberFacts
from training.report.gather.looked import Looked
from training.report.gather.rounded import rounded

BINS, SCORE_BINS = 30, 60
DIGITS = 9
USUAL = 0.95  # of the errors of ordinary values
MOST_FEATURES, MOST_CATEGORIES = 200, 8
SHOWN = ("training", "calibration", "test", "known anomalies")
EDGE = 0.001  # share of the values on either side that do not stretch a histogram
LEAST = 1e-12
FAR = 200.0  # times the threshold, or of it, a score stretches the histogram no more


def features(looked: Looked) -> tuple[NumberFacts | CategoryFacts, ...]:
    """Every feature of records and windows, as far as they can be looked through; none of pictures."""
    columns = looked.judged.columns
    encoded = looked.judged.encoded
    learned = looked.part == PARTS.index("training")
    found: list[NumberFacts | CategoryFacts] = [
        _number(each.name, encoded.numeric[:, place], encoded.missing[:, place], learned).model_copy(
            update={"usual_error": _usual_error(looked, place)}
        )
        for place, each in enumerate(columns.numeric)
    ]
    for place, each in enumerate(columns.categorical):
        missing = encoded.missing[:, len(columns.numeric) + place]
        found.append(_category(each, encoded.categorical[:, place][learned], missing))
    return tuple(found[:MOST_FEATURES])


def scores(looked: Looked) -> Histogram:
    """Scores of the parts, between edges that grow by a factor; the outermost hold what lies beyond."""
    score = looked.judged.score
    every = np.maximum(score[looked.judged.known], LEAST)
    if not len(every):
        return Histogram(edges=(LEAST, 1.0), counts={})
    threshold = looked.judged.threshold.value
    low, high = max(every.min(), threshold / FAR), min(max(every.max(), threshold), threshold * FAR)
    edges = np.geomspace(min(low, threshold) * 0.999, high * 1.001, SCORE_BINS + 1)
    return Histogram(
        edges=rounded(edges, DIGITS),
        counts={
            name: _counted(np.maximum(score[mask], LEAST), edges)
            for name, mask in looked.parts.items()
            if name in SHOWN
        },
    )


def _number(
    name: str, values: NDArray[np.float64], missing: NDArray[np.bool_], learned: NDArray[np.bool_]
) -> NumberFacts:
    there = np.isfinite(values)
    usual = values[there & learned]
    share = float(missing.mean()) if len(missing) else 0.0
    if not len(usual):
        return NumberFacts(name=name, missing=share, histogram=None)
    low, high = np.quantile(usual, [EDGE, 1 - EDGE])
    if not high > low:
        return NumberFacts(name=name, missing=share, histogram=None)
    edges = np.linspace(low, high, BINS + 1)
    others = values[there & ~learned]
    counts = {"training": _counted(usual, edges)}
    return NumberFacts(
        name=name,
        missing=share,
        histogram=Histogram(
            edges=rounded(edges, DIGITS),
            counts=counts | ({"others": _counted(others, edges)} if len(others) else {}),
        ),
    )


def _usual_error(looked: Looked, place: int) -> float | None:
    """Of ordinary values that were held out; None where none is there."""
    apart = np.abs(looked.judged.encoded.numeric[:, place] - looked.judged.scores.expected[:, place])
    ordinary = apart[looked.held_out & np.isfinite(apart)]
    return rounded(np.quantile(ordinary, [USUAL]), DIGITS)[0] if len(ordinary) else None


def _category(
    feature: CategoricalFeature, codes: NDArray[np.int64], missing: NDArray[np.bool_]
) -> CategoryFacts:
    counted = Counter(codes[codes > 0].tolist())
    total = max(1, len(codes))
    shares = tuple(
        (feature.categories[code - 1], count / total) for code, count in counted.most_common(MOST_CATEGORIES)
    )
    share = float(missing.mean()) if len(missing) else 0.0
    return CategoryFacts(name=feature.name, missing=share, shares=shares, categories=len(feature.categories))


def _counted(values: NDArray[np.float64], edges: NDArray[np.float64]) -> tuple[int, ...]:
    """Values beyond the edges are in the outermost bins."""
    return tuple(np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0].tolist())
