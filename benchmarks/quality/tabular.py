"""The labelled tables of ADBench: found, read, and cut. Trains nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.case import Matrix, Truth
from benchmarks.quality.files import Files, below, found, read_labelled
from benchmarks.quality.options import Options
from benchmarks.quality.results import Result

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A set as it was read, and the row numbers that take part, in the order of a seed."""

    rows: Matrix
    truth: Truth
    order: Rows

    def one_class(self) -> tuple[Rows, Rows, Rows]:
        """Row numbers: the half of the normal rows that trains, the other half, and all anomalies."""
        normal, anomalies = self.order[~self.truth[self.order]], self.order[self.truth[self.order]]
        return normal[: len(normal) // 2], normal[len(normal) // 2 :], anomalies


def files(options: Options) -> Files:
    """Every set, or those that were named."""
    return found(below(options.data) / "adbench", ["*.npz"], options.sets)


def labelled(path: Path, seed: int, most: int) -> Labelled:
    """Of a larger set, `most` random rows take part."""
    rows, truth = read_labelled(path)
    return Labelled(rows, truth, np.random.default_rng(seed).permutation(len(rows))[:most])


def number(result: Result) -> str:
    """ADBench numbers its sets: `6` for 6_cardio."""
    return result.set.partition("_")[0]
