"""Say what the model will find: with labels on known anomalies, and always on faults injected into held-out rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from models.encoding import Encoded
from training.baseline import ForestBaseline
from training.config import TrainingConfig
from training.graph import ScoringGraph
from training.injection import FAULTS, Injected, Normal, inject
from training.metrics import measured
from training.results import Calibrated, Prepared

ROWS_PER_FAULT = 300
MOST_HELD_OUT = 5000
Rule = Callable[[NDArray[np.float64]], float]


def evaluate(
    prepared: Prepared, calibrated: Calibrated, rule: Rule, config: TrainingConfig
) -> dict[str, JsonValue]:
    """What goes into the manifest as `quality`: empty without test rows.

    `false_positive_rate` on normal test rows, `labelled` where there are known anomalies, and
    `injected_faults` per type beside an isolation forest and a random attribution.
    """
    if not prepared.test.rows:
        return {}
    scores = _scores(calibrated.graph, prepared.test)
    quality: dict[str, Any] = {
        "test_rows": prepared.test.rows,
        "false_positive_rate": float((scores > calibrated.threshold.value).mean()),
    }
    if prepared.anomalies.rows:
        both = np.concatenate([scores, _scores(calibrated.graph, prepared.anomalies)])
        truth = np.arange(len(both)) >= len(scores)
        quality["labelled"] = {
            "anomalies": prepared.anomalies.rows,
            **measured(both, truth, calibrated.threshold.value),
        }
    if prepared.columns.numeric:
        quality["injected_faults"] = _faults(prepared, calibrated, rule, config)
    return quality


def _faults(prepared: Prepared, calibrated: Calibrated, rule: Rule, config: TrainingConfig) -> dict[str, Any]:
    graph = calibrated.graph
    held_out = prepared.test.take(slice(0, MOST_HELD_OUT))
    active = graph.preprocessing.active[: graph.preprocessing.numbers].numpy() > 0
    if not active.any():
        return {}
    normal = Normal(held_out.numeric, np.nanstd(prepared.train.numeric, axis=0), np.flatnonzero(active))
    forest = ForestBaseline(
        _scaled(graph, prepared.train), _scaled(graph, prepared.calibration), rule, config.seed
    )
    chance = np.random.default_rng(config.seed)
    found = {}
    for name, fault in FAULTS.items():
        injected = inject(fault, normal, ROWS_PER_FAULT, chance)
        if len(injected.numbers):
            found[name] = _found(injected, held_out, calibrated, forest, chance)
    return found


def _found(
    injected: Injected,
    held_out: Encoded,
    calibrated: Calibrated,
    forest: ForestBaseline,
    chance: np.random.Generator,
) -> dict[str, float]:
    """Share of the spoilt rows that are flagged, and in which a spoilt feature is the top contributor."""
    clean = held_out.take(injected.numbers)
    spoilt = replace(clean, numeric=injected.rows, missing=_missing(clean, injected))
    outputs = calibrated.graph.of(spoilt)
    scaled = _scaled(calibrated.graph, spoilt)
    groups = _groups(calibrated.graph)
    guesses = chance.integers(len(groups), size=len(scaled))
    return {
        "rows": len(scaled),
        "detected": float((outputs.score.numpy() > calibrated.threshold.value).mean()),
        "top_contributor": _hit(outputs.attribution.numpy().argmax(axis=1), injected),
        "forest_detected": float((forest.score(scaled) > forest.threshold).mean()),
        "forest_top_contributor": _hit(forest.top(scaled, groups), injected),
        "random_top_contributor": _hit(guesses, injected),
    }


def _hit(top: NDArray[np.int64], injected: Injected) -> float:
    width = injected.touched.shape[1]
    hit = [
        feature < width and bool(touched[feature])
        for feature, touched in zip(top, injected.touched, strict=True)
    ]
    return float(np.mean(hit))


def _missing(clean: Encoded, injected: Injected) -> NDArray[np.bool_]:
    missing = clean.missing.copy()
    missing[:, : injected.rows.shape[1]] = np.isnan(injected.rows)
    return missing


def _scores(graph: ScoringGraph, encoded: Encoded) -> NDArray[np.float64]:
    return graph.of(encoded).score.double().numpy()


def _scaled(graph: ScoringGraph, encoded: Encoded) -> NDArray[np.float64]:
    return np.asarray(graph.preprocessing(*graph.preprocessing.arguments(encoded)).x.double())


def _groups(graph: ScoringGraph) -> list[slice]:
    numbers = graph.preprocessing.numbers
    groups = [slice(place, place + 1) for place in range(numbers)]
    at = numbers
    for size in graph.preprocessing.sizes:
        groups.append(slice(at, at + size))
        at += size
    return groups
