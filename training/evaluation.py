"""Measure a published model on a file with known anomalies, through the same scorer that serves it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import JsonValue

from models.formats import read_file
from models.judgement import judge
from models.repository import Repository
from models.scorer import Scorer
from models.sketch import Sketch
from training.errors import TrainingRefused
from training.metrics import measured
from training.steps.describe import labels


class Evaluated(NamedTuple):
    """Every measure, and how the anomaly scores of either class lie."""

    measures: dict[str, JsonValue]
    normal: Sketch
    anomalies: Sketch


def evaluate_file(repository: Repository, model: str, data: Path, label: str, separator: str) -> Evaluated:
    """Every measure of METRICS on the records that got a verdict, at the alias's threshold; `unknown` ones are counted apart.

    TrainingRefused without the label column, or when all records are of one class.
    """
    reference = repository.find(model)
    scorer = Scorer(repository.open(reference))
    threshold = scorer.manifest.threshold.overridden(reference.threshold)
    table = read_file(data, separator)
    if label not in table.columns:
        raise TrainingRefused(
            f"{data} has no column {label!r}; name the one with known anomalies: --label COLUMN"
        )
    scorer.columns.check(table, ignore_unknown=True)
    truth = labels(table, label)
    judged = judge(scorer, table)
    known = np.isfinite(judged.score)
    if len(set(truth[known])) < 2:  # noqa: PLR2004
        raise TrainingRefused(
            f"column {label!r} of {data} holds only one class; measuring needs normal rows and anomalies"
        )
    measures = measured(judged.score[known], truth[known], threshold.value)
    told: dict[str, JsonValue] = {
        "anomalies": int(truth[known].sum()),
        **measures,
        "unknown": int((~known).sum()),
    }
    ratio = threshold.anomaly_score(judged.score)
    return Evaluated(told, Sketch.of(ratio[~truth]), Sketch.of(ratio[truth]))
