"""Planted: the clean split, once as it is and once with anomalies among the training rows; both test on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality import tables
from benchmarks.quality.case import Case
from benchmarks.quality.means import detectors, grouped, mean
from benchmarks.quality.options import Options
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.results import Result
from benchmarks.quality.tabular import files, labelled, number
from benchmarks.tables import markdown

SHARE = 0.05  # of the training rows
CLEAN, PLANTED = "clean", "planted"


def cases(name: str, path: Path, seed: int, options: Options) -> list[Case]:
    """Without and with them; with them ours is fitted as it is, and in the mode for mixed rows."""
    read = labelled(path, seed, options.rows)
    trained, normal, anomalies = read.one_class()
    moved = planted(len(trained), len(anomalies))
    tested = np.r_[normal, anomalies[moved:]]
    mixed = np.r_[trained, anomalies[:moved]]
    test, truth = read.rows[tested], read.truth[tested]
    fits = tuple(dict.fromkeys([(), options.train_flags]))
    return [
        Case(name, seed, len(read.rows), read.rows[trained], test, truth, CLEAN),
        Case(name, seed, len(read.rows), read.rows[mixed], test, truth, PLANTED, fits),
    ]


def planted(training: int, anomalies: int) -> int:
    """How many anomalies move: so many for the training rows, at most half of all."""
    return min(round(SHARE * training), anomalies // 2)


def report(results: Sequence[Result]) -> list[str]:
    """What is kept, and each set."""
    return [kept(results), tables.by_set(results)]


def kept(results: Sequence[Result]) -> str:
    """Mean AUPRC of each fit, and its share of what the same detector has without the planted rows."""
    lines = [["detector", "fit", "AUPRC %", "share kept"]]
    for detector, every in grouped(results, lambda each: each.detector).items():
        without = mean([each for each in every if each.fit == CLEAN], "auprc")
        for found in detectors(every).values():
            reached = mean(found, "auprc")
            lines.append([detector, found[0].fit, f"{reached:.2f}", f"{reached / without:.1%}"])
    return markdown(lines)


PROTOCOL = Protocol(
    says="tabular sets; the clean split, with and without anomalies for 5 % of the training rows among them",
    files=files,
    cases=cases,
    report=report,
    place=number,
    in_figure=lambda result: result.fit != CLEAN,
)
