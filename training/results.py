"""What each step hands to the next: frozen values, so that a step can be read, run and tested alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from models.features import Derived, FeatureSchema
from models.feed import Feed
from models.manifest import Tried
from models.table import Table
from models.threshold import Calibration, Threshold
from models.windows import Window
from training.autoencoder import Autoencoder, Shape
from training.graph import Learned, ScoringGraph
from training.pixels import Pixels
from training.preprocessing import Preprocessing

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read."""

    name: str
    digest: str
    table: Table


@dataclass(frozen=True, slots=True)
class Roles:
    """What each column is for, in the file's order. `anomalous` and `order` are per row, None without such a column.

    `series` says which series each row belongs to, all zero without such a column.
    """

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    images: tuple[str, ...]
    derived: tuple[Derived, ...]
    conditions: tuple[str, ...]
    passthrough: tuple[str, ...]
    timestamp: str | None
    series: NDArray[np.int64]
    anomalous: NDArray[np.bool_] | None
    order: NDArray[np.float64] | None
    set_aside: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Parts:
    """Row numbers of the disjoint parts. `anomalies` are labelled rows: never fitted on, only evaluated."""

    train: Rows
    validation: Rows
    calibration: Rows
    test: Rows
    anomalies: Rows


@dataclass(frozen=True, slots=True)
class Suspects:
    """Training rows that were set aside as likely anomalies, the most suspicious first: row numbers, scores, samples."""

    rows: Rows
    scores: NDArray[np.float64]
    samples: Feed


@dataclass(frozen=True, slots=True)
class Prepared:
    """The schema, the samples of each part as the graph takes them, and the scaling fitted on the training rows."""

    columns: FeatureSchema
    window: Window | None
    preprocessing: Preprocessing | Pixels
    scaling: dict[str, Tensor]
    loss: str
    without_window: int
    suspects: Suspects | None
    train: Feed
    validation: Feed
    calibration: Feed
    test: Feed
    anomalies: Feed

    def known(self) -> Feed:
        """Training and validation samples together: all that the score may be made from."""
        train, validation = self.train.inputs, self.validation.inputs
        return Feed({name: np.concatenate([train[name], validation[name]]) for name in train})


@dataclass(frozen=True, slots=True)
class Chosen:
    """The shape of the network that is to be fitted, and what was tried to find it."""

    shape: Shape
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """The network of the best epoch, and how the losses went: (epochs run, 2) training and held-out samples.

    `epochs` is how many were planned, `learned` which of the known rows the network learned from.
    """

    autoencoder: Autoencoder
    epochs: int
    losses: NDArray[np.float64]
    learned: Learned


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The whole graph, and where its scores become anomalies."""

    graph: ScoringGraph
    threshold: Threshold
    calibration: Calibration
