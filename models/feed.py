"""Feed: what the graph takes, by the names of its inputs. Knows neither tables nor features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

CHUNK = 1024  # samples a run: larger runs leave the caches and are slower
RUN_VALUES = 2_000_000  # input values a run, where one sample has many
Inputs = Mapping[str, NDArray[Any]]


class Samples(Protocol):
    """Whatever can be scored: records, windows of records, images."""

    @property
    def rows(self) -> int:
        """How many."""
        ...

    def feed(self, part: slice) -> Inputs:
        """The graph's inputs for some of them: `numeric`, `categorical`, `image`, as far as the model has such features."""
        ...


@dataclass(frozen=True, slots=True)
class Feed:
    """Samples in memory: arrays of equal length, by the names of the graph's inputs.

    numeric: (rows, [length,] numeric features) float64, NaN where missing. categorical: (rows, [length,] categorical
    features) int64. image: (rows, height, width, channels) uint8.
    """

    inputs: Inputs

    @classmethod
    def of(cls, samples: Samples) -> Feed:
        """All of them at once."""
        return cls(samples.feed(slice(0, samples.rows)))

    @property
    def rows(self) -> int:
        """How many samples."""
        return len(next(iter(self.inputs.values())))

    def feed(self, part: slice) -> Inputs:
        """Some of them."""
        return {name: values[part] for name, values in self.inputs.items()}

    def take(self, rows: slice | NDArray[np.int64]) -> Feed:
        """These samples, by a slice or by their numbers."""
        return Feed({name: values[rows] for name, values in self.inputs.items()})

    def with_numeric(self, numeric: NDArray[np.float64]) -> Feed:
        """The same with other numbers."""
        return Feed({**self.inputs, "numeric": numeric})


def run_rows(values: int) -> int:
    """How many samples of so many input values each make up a run that stays in the caches."""
    return max(1, min(CHUNK, RUN_VALUES // values))


def runs(rows: int, most: int) -> Iterator[slice]:
    """All samples, at most so many at a time; no sample is no run."""
    return (slice(at, min(at + most, rows)) for at in range(0, rows, most))
