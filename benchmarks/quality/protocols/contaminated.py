"""Contaminated: all rows train, anomalies among them, and the same rows test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality import tables
from benchmarks.quality.case import Case
from benchmarks.quality.options import Options
from benchmarks.quality.peers import PEERS
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.results import Result
from benchmarks.quality.tabular import files, labelled, number


def cases(name: str, path: Path, seed: int, options: Options) -> list[Case]:
    """One, which ours learns in the mode for mixed rows."""
    read = labelled(path, seed, options.rows)
    rows, truth = read.rows[read.order], read.truth[read.order]
    return [Case(name, seed, len(read.rows), rows, rows, truth, fits=(options.train_flags,))]


def report(results: Sequence[Result]) -> list[str]:
    """All sets, the lead on them, and each set."""
    return [tables.overview(results), *tables.lead(results, list(PEERS)), tables.by_set(results)]


PROTOCOL = Protocol(
    says="tabular sets; all rows train and test, ours with --train-flags",
    files=files,
    cases=cases,
    report=report,
    place=number,
)
