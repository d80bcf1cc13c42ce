"""Server machines (SMD) and applications (ASD), row by row; the mean of the last ten scores counts, without point adjustment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality.case import Case, Vector
from benchmarks.quality.files import Files, below, found
from benchmarks.quality.means import detectors, grouped
from benchmarks.quality.options import Options
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.results import Result
from benchmarks.quality.tables import both, by_set
from benchmarks.tables import markdown, names

LAST = 10  # scores


def files(options: Options) -> Files:
    """Every machine and every application, or those that were named."""
    return found(below(options.data), ["smd/*.npz", "asd/*.npz"], options.sets)


def cases(name: str, path: Path, seed: int, options: Options) -> list[Case]:  # noqa: ARG001
    """One."""
    with np.load(path, allow_pickle=False) as arrays:
        train, test = (np.asarray(arrays[part], dtype=np.float64) for part in ("train", "test"))
        truth = np.asarray(arrays["label"]) == 1
    return [Case(name, seed, len(train) + len(test), train, test, truth)]


def last_ten(score: Vector) -> Vector:
    """Mean of each score and those before it, ten in all; of the first ones, of as many as there are."""
    counted = np.minimum(np.arange(1, len(score) + 1), LAST)
    return np.asarray(np.convolve(score, np.ones(LAST))[: len(score)] / counted)


def report(results: Sequence[Result]) -> list[str]:
    """A line a detector, a column a group; and each set."""
    groups = grouped(results, lambda each: each.set.partition("/")[0])
    titles = [f"{name}, {len(names(each.set for each in found))}" for name, found in groups.items()]
    lines = [
        [name, *(both(detectors(found)[name], 2) for found in groups.values())] for name in detectors(results)
    ]
    return [markdown([["AUROC / AUPRC %", *titles], *lines]), by_set(results)]


PROTOCOL = Protocol(
    says="server machines and applications; their own split, the mean of the last ten scores counts",
    files=files,
    cases=cases,
    report=report,
    place=lambda result: result.set.partition("/")[2],
    scored=last_ten,
)
