"""Train in memory, and keep what a benchmark asks for: the version, its scorer, and when each step and epoch was over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from benchmarks.reference import Reference
from models.encoding import encode
from models.feed import Samples
from models.judgement import judge
from models.scorer import Scorer
from models.table import Table
from models.windowed import Windowed
from training.config import TrainingConfig
from training.decided import decide
from training.pipeline import Made, make
from training.preprocessing import Preprocessing
from training.steps.describe import describe
from training.steps.read import read
from training.steps.split import split

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.int64]


class Stopwatch:
    """A watcher of a training: moments of steps and epochs, and the losses."""

    def __init__(self) -> None:
        self.losses: list[tuple[float, float]] = []
        self._steps: dict[str, float] = {}
        self._epochs: list[float] = []

    def step(self, name: str) -> None:
        """A step begins."""
        self._steps[name] = time.perf_counter()

    def epoch(self, epoch: int, epochs: int, loss: float, held_out: float) -> None:  # noqa: ARG002
        """An epoch is over."""
        self._epochs.append(time.perf_counter())
        self.losses.append((loss, held_out))

    def tried(self, number: int, of: int, code_size: int, risk: float) -> None:
        """Nothing."""

    def seconds(self, name: str) -> float:
        """From the beginning of a step to that of the one after it."""
        names = list(self._steps)
        return self._steps[names[names.index(name) + 1]] - self._steps[name]

    def epoch_seconds(self) -> float:
        """Median of an epoch, its validation included; the first, which also warms up, left out."""
        return float(np.median(np.diff(self._epochs))) if len(self._epochs) > 1 else self.seconds("fit")


@dataclass(frozen=True, slots=True)
class Training:
    """What came out of one training; nothing was published."""

    config: TrainingConfig
    table: Table
    made: Made
    scorer: Scorer
    watch: Stopwatch

    @property
    def code_size(self) -> int:
        """Numbers in the code of one network."""
        return self.made.graph.autoencoder.shape.code_size

    def score(self, table: Table) -> Vector:
        """The served score of each row; NaN where the verdict is unknown."""
        return judge(self.scorer, table).score

    def samples(self, table: Table, rows: Rows | None = None) -> Samples:
        """What is scored of a table: all of it, or these rows."""
        encoded = encode(table, self.scorer.columns)
        asked = np.arange(table.rows) if rows is None else rows
        if self.scorer.window is None:
            return encoded.take(asked)
        return Windowed(encoded, self.scorer.frames(table).of(asked))

    def known_rows(self) -> Rows:
        """The rows that the network and its score were fitted on."""
        roles = describe(self.table, self.config)
        parts = split(roles, decide(self.config, self.table, roles))
        return np.concatenate([parts.train, parts.validation])

    def known(self) -> Samples:
        """The samples of those rows."""
        return self.samples(self.table, self.known_rows())

    def scaled(self, samples: Samples) -> tuple[torch.Tensor, torch.Tensor]:
        """Every sample as the network sees it, and as it is beyond the trained range; (rows, *axes) twice."""
        preprocessing = self.made.graph.preprocessing
        with torch.no_grad():
            x, _ = preprocessing(**preprocessing.arguments(samples.feed(slice(0, samples.rows))))
            return preprocessing.seen(x), x


def train(data: Path, **told: Any) -> Training:  # noqa: ANN401
    """`offbeat train` without a command line and without a repository."""
    config = TrainingConfig.model_validate({"data": data, **told})
    source, watch = read(config), Stopwatch()
    made = make(source, config, watch)
    return Training(config, source.table, made, Scorer(made.bundle), watch)


def components(training: Training, table: Table) -> Vector:
    """Squared residual of as many principal components as the code has numbers, fitted on the same scaled samples.

    Of a window, that of the readings that are judged.
    """
    fitted, _ = training.scaled(training.known())
    seen, whole = training.scaled(training.samples(table))
    pca = PCA(min(training.code_size, flat(fitted).shape[1] - 1)).fit(flat(fitted))
    rebuilt = pca.inverse_transform(pca.transform(flat(seen))).reshape(whole.shape)
    squared = np.square(np.asarray(whole.double()) - rebuilt)
    preprocessing = training.made.graph.preprocessing
    if isinstance(preprocessing, Preprocessing) and preprocessing.length:
        squared = squared[:, -preprocessing.focus :]
    return np.asarray(squared.reshape(len(squared), -1).mean(axis=1))


def flat(x: torch.Tensor) -> Matrix:
    """(rows, *axes) -> (rows, size)."""
    return np.asarray(x.flatten(1).double())


def normal_samples(training: Training, reference: Reference) -> torch.Tensor:
    """The normal test samples as the network sees them: (rows, *axes)."""
    seen, _ = training.scaled(training.samples(reference.test, np.flatnonzero(~reference.truth)))
    return seen


def normal_error(training: Training, reference: Reference) -> float:
    """Median reconstruction error of the normal test samples, in squared scaled units."""
    errors = judge(training.scorer, reference.test).reconstruction_error[~reference.truth]
    return float(np.nanmedian(errors))
