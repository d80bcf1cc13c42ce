"""What each step hands to the next: frozen values, so that a step can be read, run and tested alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.encoding import Encoded
from models.features import FeatureSchema
from models.table import Table
from models.threshold import Calibration, Threshold
from training.autoencoder import Autoencoder, Shape
from training.graph import ScoringGraph
from training.preprocessing import Inputs, Preprocessing

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read."""

    name: str
    digest: str
    table: Table


@dataclass(frozen=True, slots=True)
class Roles:
    """What each column is for, in the file's order. `anomalous` and `order` are per row, None without such a column."""

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    passthrough: tuple[str, ...]
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
class Prepared:
    """The schema, the records of each part as the graph takes them, and the scaling fitted on the training rows."""

    columns: FeatureSchema
    preprocessing: Preprocessing
    loss: str
    train: Encoded
    validation: Encoded
    calibration: Encoded
    test: Encoded
    anomalies: Encoded

    def scaled(self, part: str) -> Inputs:
        """One part, `train` to `anomalies`, in scaled units."""
        return self.preprocessing(*self.preprocessing.arguments(getattr(self, part)))  # type: ignore[no-any-return]

    def known(self) -> Inputs:
        """Training and validation rows together, in scaled units: all that the score may be made from."""
        train, validation = self.scaled("train"), self.scaled("validation")
        return Inputs(torch.cat([train.x, validation.x]), torch.cat([train.present, validation.present]))


@dataclass(frozen=True, slots=True)
class Fitted:
    """The network of the best epoch, and how the losses went: (epochs run, 2) training and validation.

    `epochs` is how many were planned.
    """

    autoencoder: Autoencoder
    shape: Shape
    epochs: int
    losses: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The whole graph, and where its scores become anomalies."""

    graph: ScoringGraph
    threshold: Threshold
    calibration: Calibration
