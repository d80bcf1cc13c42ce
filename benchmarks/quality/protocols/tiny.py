"""Tiny: the clean split, of whose training rows only thirty or sixty are given; the test stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality import tables
from benchmarks.quality.case import Case
from benchmarks.quality.means import detectors, grouped, mean
from benchmarks.quality.options import Options
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.protocols import clean
from benchmarks.quality.results import Result
from benchmarks.quality.tabular import files, number
from benchmarks.tables import markdown

GIVEN = (30, 60)  # rows


def cases(name: str, path: Path, seed: int, options: Options) -> list[Case]:
    """One for each number of rows."""
    (whole,) = clean.cases(name, path, seed, options)
    return [
        Case(name, seed, whole.rows, whole.train[:given], whole.test, whole.truth, f"{given} rows")
        for given in GIVEN
    ]


def report(results: Sequence[Result]) -> list[str]:
    """A line a detector, a column a number of rows; and each set."""
    given = grouped(results, lambda each: each.fit.partition(" rows")[0])
    lines = [["AUROC / AUPRC %", *(f"{rows} rows" for rows in given)]]
    for name in dict.fromkeys(each.detector for each in results):
        mine = [[each for each in found if each.detector == name] for found in given.values()]
        lines.append([name, *(f"{mean(each, 'auroc'):.2f} / {mean(each, 'auprc'):.2f}" for each in mine)])
    return [markdown(lines), *(tables.by_set(found) for found in given.values() if len(detectors(found)) > 1)]


PROTOCOL = Protocol(
    says="tabular sets; thirty and sixty training rows of the clean split",
    files=files,
    cases=cases,
    report=report,
    place=number,
)
