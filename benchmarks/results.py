"""What was measured: a line for each detector on each set with each seed, kept as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.detectors import Detection
from benchmarks.sets import Case
from training.metrics import auprc, auroc

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Part = Literal["normal", "anomalies"]


@dataclass(frozen=True, slots=True)
class Result:
    """How one detector did on one case. Flags are None where it has no threshold that was fixed before the test."""

    set: str
    seed: int
    detector: str
    auroc: float
    auprc: float
    fit_seconds: float
    score_seconds: float
    normal: int
    anomalies: int
    flagged_normal: int | None
    flagged_anomalies: int | None
    promised: float | None

    def flags(self, part: Part) -> int:
        """How many rows of one class were flagged."""
        return int((self.flagged_normal if part == "normal" else self.flagged_anomalies) or 0)


@dataclass(frozen=True, slots=True)
class KindResult:
    """How one detector tells one kind of anomaly from the normal rows; `found` is the share flagged."""

    set: str
    seed: int
    detector: str
    kind: str
    rows: int
    auroc: float
    found: float | None


def measure(case: Case, detection: Detection) -> Result:
    """Measures over all test rows."""
    truth, flagged = case.truth, detection.flagged
    return Result(
        set=case.name,
        seed=case.seed,
        detector=detection.detector,
        auroc=auroc(detection.score, truth, 0),
        auprc=auprc(detection.score, truth, 0),
        fit_seconds=round(detection.fit_seconds, 3),
        score_seconds=round(detection.score_seconds, 3),
        normal=int((~truth).sum()),
        anomalies=int(truth.sum()),
        flagged_normal=None if flagged is None else int((flagged & ~truth).sum()),
        flagged_anomalies=None if flagged is None else int((flagged & truth).sum()),
        promised=detection.promised,
    )


def measure_kinds(case: Case, detection: Detection) -> Iterator[KindResult]:
    """Measures over the rows of each kind and all normal rows."""
    for kind in sorted(set(case.kinds[case.truth].tolist()) - {""}):
        rows = case.truth & (case.kinds == kind)
        both = rows | ~case.truth
        yield KindResult(
            set=case.name,
            seed=case.seed,
            detector=detection.detector,
            kind=kind,
            rows=int(rows.sum()),
            auroc=auroc(detection.score[both], rows[both], 0),
            found=None if detection.flagged is None else float(np.mean(detection.flagged[rows])),
        )


def save(path: Path, results: Sequence[DataclassInstance]) -> None:
    """All lines as CSV; nothing where there are none."""
    if results:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(asdict(results[0])), lineterminator="\n")
            writer.writeheader()
            writer.writerows(map(asdict, results))
