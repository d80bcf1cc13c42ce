"""Scoring: a table and a version to a judgement, counted. Knows no HTTP and no JSON."""

from __future__ import annotations

import time

from models.errors import ContractError
from models.judgement import Judgement, judge
from models.scorer import OUTPUTS, Outputs
from models.table import Table
from models.threshold import Threshold
from service.served import Served
from service.telemetry import Telemetry

MOST_VALUES = 50_000_000  # of all windows of a call, readings x length x features: seconds of work


class Scoring:
    """What every way into the service asks for verdicts. Thread-safe."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def score(
        self,
        served: Served,
        table: Table,
        threshold: Threshold,
        *,
        ignore_unknown: bool = False,
        last_only: bool = False,
        outputs: Outputs = OUTPUTS,
    ) -> Judgement:
        """Judge the records by a threshold, and count the verdicts. TableMismatch when the records do not fit."""
        judgement = self.infer(
            served, table, threshold, ignore_unknown=ignore_unknown, last_only=last_only, outputs=outputs
        )
        self._telemetry.scored(served.model, served.version, judgement)
        return judgement

    def infer(
        self,
        served: Served,
        table: Table,
        threshold: Threshold | None = None,
        *,
        ignore_unknown: bool = False,
        last_only: bool = False,
        outputs: Outputs = OUTPUTS,
    ) -> Judgement:
        """The same where nobody is told a verdict, so that none is counted. TooLarge for more work than a call may be."""
        served.scorer.columns.check(table, ignore_unknown=ignore_unknown)
        start = time.perf_counter()
        judgement = judge(
            served.scorer,
            table,
            threshold or served.threshold,
            last_only=last_only,
            most=MOST_VALUES,
            outputs=outputs,
        )
        self._telemetry.inferred(served.model, judgement, time.perf_counter() - start)
        return judgement

    def refused(self, model: str | None, error: ContractError, records: int = 1) -> None:
        """Count records that never came to a verdict; None for a model that is not served."""
        self._telemetry.rejected(model, type(error).__name__, records)
