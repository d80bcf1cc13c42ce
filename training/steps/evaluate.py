"""Say what the model will find: with labels on known anomalies, and always on faults injected into held-out rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import JsonValue

from models.feed import Feed
from training.baseline import ForestBaseline
from training.config import TrainingConfig
from training.graph import ScoringGraph
from training.injection import FAULTS, Injected, Normal, inject, put_in
from training.metrics import measured
from training.preprocessing import Preprocessing
from training.results import Calibrated, Prepared

ROWS_PER_FAULT = 300
MOST_HELD_OUT = 5000
LOOKED_AT = 512  # samples a variant describes itself on
TABLE_AXES = 2
Rule = Callable[[NDArray[np.float64]], float]


def evaluate(
    prepared: Prepared, calibrated: Calibrated, rule: Rule, config: TrainingConfig
) -> dict[str, JsonValue]:
    """What goes into the manifest as `quality`: empty without test rows, but for what the variant says of itself.

    `false_positive_rate` on normal test rows (`flagged` where some of them may be anomalies), `labelled` where there are known anomalies, and
    `injected_faults` per type beside an isolation forest and a random attribution.
    """
    facts = _facts(calibrated.graph, prepared.validation if prepared.validation.rows else prepared.train)
    if not prepared.test.rows:
        return facts
    scores = _scores(calibrated.graph, prepared.test)
    flagged = float((scores > calibrated.threshold.value).mean())
    quality: dict[str, Any] = {
        **facts,
        "test_rows": prepared.test.rows,
        ("false_positive_rate" if config.contamination is None else "flagged"): flagged,
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


def _facts(graph: ScoringGraph, samples: Feed) -> dict[str, Any]:
    inputs = graph.preprocessing.arguments(samples.take(slice(0, LOOKED_AT)).inputs)
    with torch.no_grad():
        x, _ = graph.preprocessing(**inputs)
    facts = graph.autoencoder.facts(graph.preprocessing.seen(x))
    return {"variant": facts} if facts else {}


def _faults(prepared: Prepared, calibrated: Calibrated, rule: Rule, config: TrainingConfig) -> dict[str, Any]:
    """Each fault in the test samples; of windows, in their readings as they come."""
    graph = calibrated.graph
    held_out = prepared.test.take(slice(0, MOST_HELD_OUT))
    preprocessing = graph.preprocessing
    if not isinstance(preprocessing, Preprocessing):
        return {}
    judged = preprocessing.active[: preprocessing.numbers] * preprocessing.scored[: preprocessing.numbers]
    if not judged.any():
        return {}
    spread = np.nanstd(_last(prepared.train.inputs["numeric"]), axis=0)
    normal = Normal(_last(held_out.inputs["numeric"]), spread, np.flatnonzero(judged.numpy() > 0))
    forest = ForestBaseline(
        _scaled(preprocessing, prepared.train),
        _scaled(preprocessing, prepared.calibration if prepared.calibration.rows else prepared.train),
        rule,
        config.seed,
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
    held_out: Feed,
    calibrated: Calibrated,
    forest: ForestBaseline,
    chance: np.random.Generator,
) -> dict[str, float]:
    """Share of the spoilt samples that are flagged, and in which a spoilt feature is the top contributor."""
    spoilt = held_out.take(injected.numbers).with_numeric(put_in(injected, held_out.inputs["numeric"]))
    outputs = calibrated.graph.of(spoilt)
    preprocessing = cast("Preprocessing", calibrated.graph.preprocessing)
    scaled, groups = _scaled(preprocessing, spoilt), _groups(preprocessing)
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


def _scores(graph: ScoringGraph, samples: Feed) -> NDArray[np.float64]:
    return graph.of(samples).score.double().numpy()


def _scaled(preprocessing: Preprocessing, samples: Feed) -> NDArray[np.float64]:
    """(rows, width): what a yardstick that knows no windows sees, the last reading."""
    x, _ = preprocessing(**preprocessing.arguments(samples.inputs))
    return _last(np.asarray(x.double()))


def _last(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The last reading of windows; records as they are."""
    return values if values.ndim == TABLE_AXES else values[:, -1]


def _groups(preprocessing: Preprocessing) -> list[slice]:
    numbers = preprocessing.numbers
    groups = [slice(place, place + 1) for place in range(numbers)]
    at = numbers
    for size in preprocessing.sizes:
        groups.append(slice(at, at + size))
        at += size
    return groups
