"""Judging: records to a judgement, counted, whichever way the records are at hand. Knows no tensor and no HTTP."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.encoding import Encoded
from models.judgement import Judgement, judge_records
from models.scorer import VECTORS, Outputs
from models.table import Table
from models.threshold import VERDICTS, Threshold, Verdict
from service.scoring import Scoring
from service.served import Served
from service.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Single:
    """The verdict on one record; each field says what a Judgement says under that name."""

    verdicts: Sequence[Verdict]
    anomaly_score: Sequence[float]
    score: Sequence[float]
    reconstruction_error: Sequence[float]
    latent_distance: Sequence[float]
    p_value: Sequence[float]
    severity: Sequence[float]
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """How records are to be judged. `outputs`: what the graph is asked for; `told`: whether a verdict is, and so counted."""

    threshold: Threshold
    outputs: Outputs
    told: bool
    last_only: bool
    ignore_unknown: bool


class Judging:
    """`Scoring`, and beside it fewer steps for records that are encoded already, and fewest for one alone. Thread-safe."""

    def __init__(self, scoring: Scoring, telemetry: Telemetry) -> None:
        self._scoring, self._telemetry = scoring, telemetry

    def judge(self, served: Served, records: Table | Encoded, asked: Asked) -> Judgement | Single:
        """Verdicts on a table, which is checked, or on records of a model that judges each alone. ContractError as `Scoring`."""
        if isinstance(records, Table):
            return self._table(served, records, asked)
        if asked.last_only:
            records = records.take(slice(-1, None))
        single = self._single(served, records, asked) if _is_simple(records, asked) else None
        return single or self._encoded(served, records, asked)

    def _table(self, served: Served, table: Table, asked: Asked) -> Judgement:
        ask = self._scoring.score if asked.told else self._scoring.infer
        return ask(
            served, table, asked.threshold, ignore_unknown=asked.ignore_unknown, last_only=asked.last_only
        )

    def _encoded(self, served: Served, encoded: Encoded, asked: Asked) -> Judgement:
        start = time.perf_counter()
        judgement = judge_records(served.scorer, encoded, asked.threshold, outputs=asked.outputs)
        self._telemetry.inferred(served.model, judgement, time.perf_counter() - start)
        if asked.told:
            self._telemetry.scored(served.model, served.version, judgement)
        return judgement

    def _single(self, served: Served, encoded: Encoded, asked: Asked) -> Single | None:
        """Without what arrays cost; None where the score is not finite."""
        start = time.perf_counter()
        found = served.scorer.run(encoded.feed(slice(0, 1)), VECTORS)
        score, error, distance = (each.item() for each in found)
        if not score < np.inf:
            return None
        code, ratio = asked.threshold.of_one(score)
        p_value, severity = served.scorer.calibration.of_one(score)
        tally = self._telemetry.of(served.model, served.version, served.scorer.columns.names)
        tally.one(code, ratio, time.perf_counter() - start, severity)
        return Single([VERDICTS[code]], [ratio], [score], [error], [distance], [p_value], [severity])


def _is_simple(records: Encoded, asked: Asked) -> bool:
    """Whether it is one record of numbers that are all there, of which nothing but numbers is asked."""
    numbers = records.rows == 1 and records.image is None and not records.not_finite.any()
    return numbers and asked.told and asked.outputs == VECTORS
