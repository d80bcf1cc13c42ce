"""SKAB by its own split: the first 400 readings of each file train, the rest test; thresholds know the training rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality.case import Case
from benchmarks.quality.files import Files, below, found, read_csv
from benchmarks.quality.means import Rates, detectors, grouped, mean, pooled, rates
from benchmarks.quality.options import Options
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.results import Result
from benchmarks.tables import markdown, names

TRAINING_ROWS = 400
OTHERS = ("datetime", "anomaly", "changepoint")
STRETCHES = 5


def files(options: Options) -> Files:
    """Every labelled file, or those that were named."""
    return found(below(options.data) / "skab", ["*/[0-9]*.csv"], options.sets)


def cases(name: str, path: Path, seed: int, options: Options) -> list[Case]:  # noqa: ARG001
    """One."""
    rows, others = read_csv(path, ";", OTHERS)
    times = others["datetime"][:TRAINING_ROWS], others["datetime"][TRAINING_ROWS:]
    truth = np.array(others["anomaly"][TRAINING_ROWS:], dtype=np.float64) == 1
    return [Case(name, seed, len(rows), rows[:TRAINING_ROWS], rows[TRAINING_ROWS:], truth, times=times)]


def group(result: Result) -> str:
    """`valve1` for valve1/0."""
    return result.set.partition("/")[0]


def report(results: Sequence[Result]) -> list[str]:
    """A line a detector, and one for whoever flags everything; all files, then each group."""
    groups = {"all": list(results), **grouped(results, group)}
    titles = [f"{name}, {len(names(each.set for each in found))}" for name, found in groups.items()]
    lines = [["F1 / false alarms % / missed % / AUROC %", *titles]]
    for name in detectors(results):
        mine = [detectors(found)[name] for found in groups.values()]
        lines.append([name, *(cell(pooled(each), f"{mean(each, 'auroc'):.1f}") for each in mine)])
    lines.append(["flag everything", *(cell(everything(found), "–") for found in groups.values())])
    return [markdown(lines)]


def everything(results: Sequence[Result]) -> Rates:
    """What comes of flagging every row."""
    normal, anomalies = (sum(getattr(each, part) for each in results) for part in ("normal", "anomalies"))
    return rates(normal, anomalies, normal, anomalies)


def cell(done: Rates | None, auroc: str) -> str:
    """`.78 / 13.6 / 28.0 / 86.9`."""
    if done is None:
        return f"– / – / – / {auroc}"
    return f"{done.f1:.3f} / {100 * done.false_alarms:.1f} / {100 * (1 - done.found):.1f} / {auroc}"


PROTOCOL = Protocol(
    says="sensor readings of a water circuit; the first 400 of each file train, the rest test",
    files=files,
    cases=cases,
    report=report,
    place=group,
    measure="auroc",
    folds=STRETCHES,
)
