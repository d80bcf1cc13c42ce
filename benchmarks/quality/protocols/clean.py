"""Clean one-class: a random half of the normal rows trains; the other half and all anomalies test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality import tables
from benchmarks.quality.case import Case
from benchmarks.quality.means import large
from benchmarks.quality.options import Options
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.results import Result
from benchmarks.quality.tabular import files, labelled, number

RIVALS = ("KNN k=1", "KNN k=5")  # the strongest on sets of many rows


def cases(name: str, path: Path, seed: int, options: Options) -> list[Case]:
    """One."""
    read = labelled(path, seed, options.rows)
    trained, normal, anomalies = read.one_class()
    tested = np.r_[normal, anomalies]
    return [Case(name, seed, len(read.rows), read.rows[trained], read.rows[tested], read.truth[tested])]


def report(results: Sequence[Result]) -> list[str]:
    """All sets, the lead on those of many rows, and each set."""
    return [tables.overview(results), *tables.lead(large(results), RIVALS), tables.by_set(results)]


PROTOCOL = Protocol(
    says="tabular sets; half of the normal rows trains, the rest and all anomalies test",
    files=files,
    cases=cases,
    report=report,
    place=number,
)
