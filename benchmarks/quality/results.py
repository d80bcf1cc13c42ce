"""What was measured: a line for each detector on each case. Keeps and prints nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.quality.case import Case, Detection, Truth
from training.metrics import auprc, auroc

Measure = Literal["auroc", "auprc"]
Key = tuple[str, int, str, str, str, int, int]


@dataclass(frozen=True, slots=True)
class Result:
    """How one detector did on one case. Flags are None where it has no threshold from before the test.

    part: a kind of anomaly, which stands against all normal rows; empty for all of them. rows: of the file. train, test:
    rows of the case. normal, anomalies: test rows of this part. Seconds: of fitting and of scoring, one thread.
    """

    set: str
    seed: int
    detector: str
    fit: str
    flags: str
    part: str
    auroc: float
    auprc: float
    fit_seconds: float
    score_seconds: float
    rows: int
    train: int
    test: int
    normal: int
    anomalies: int
    flagged_normal: int | None
    flagged_anomalies: int | None
    promised: float | None

    @property
    def name(self) -> str:
        """The detector and how it was fitted."""
        return f"{self.detector}, {self.fit}" if self.fit else self.detector

    @property
    def key(self) -> Key:
        """Two lines with the same key measure the same."""
        return self.set, self.seed, self.detector, self.fit, self.flags, self.train, self.test


def key(case: Case, detector: str, fit: str, flags: str) -> Key:
    """That of the lines which this case will make."""
    return case.set, case.seed, detector, fit, flags, len(case.train), len(case.test)


def measure(case: Case, detection: Detection) -> Iterator[Result]:
    """A line for all test rows, and one for every kind of anomaly that has a name."""
    yield _measured(case, detection, "", np.ones(len(case.truth), dtype=np.bool_))
    if case.kinds is not None:
        for kind in sorted(set(case.kinds[case.truth].tolist()) - {""}):
            yield _measured(case, detection, kind, ~case.truth | (case.kinds == kind))


def _measured(case: Case, detection: Detection, part: str, rows: Truth) -> Result:
    truth, score = case.truth[rows], detection.score[rows]
    flagged = None if detection.flagged is None else detection.flagged[rows]
    return Result(
        set=case.set,
        seed=case.seed,
        detector=detection.detector,
        fit=detection.fit,
        flags=detection.flags,
        part=part,
        auroc=auroc(score, truth, 0),
        auprc=auprc(score, truth, 0),
        fit_seconds=round(detection.fit_seconds, 6),
        score_seconds=round(detection.score_seconds, 6),
        rows=case.rows,
        train=len(case.train),
        test=len(case.test),
        normal=int((~truth).sum()),
        anomalies=int(truth.sum()),
        flagged_normal=None if flagged is None else int((flagged & ~truth).sum()),
        flagged_anomalies=None if flagged is None else int((flagged & truth).sum()),
        promised=detection.promised,
    )
