"""What a head sees of samples, and what it is fitted on. Knows no file and no network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from training.presets import Preset


class View(NamedTuple):
    """Samples as a head sees them; of a window, its judged readings side by side.

    x: (rows, size) in scaled units, as far out as they are. residual: (members, rows, size) x - x_hat of each network.
    codes: (members, rows, code size). errors, present: (rows, terms) the squared error of each feature, 0 where it has no value,
    and whether it has one. divergence: (rows,) what the code says of a sample in nats, 0 where no network speaks of it.
    """

    x: Tensor
    residual: Tensor
    codes: Tensor
    errors: Tensor
    present: Tensor
    divergence: Tensor

    @property
    def mean_errors(self) -> Tensor:
        """What each term adds to the mean over those that have a value: (rows, terms)."""
        return self.errors * self.present.sum(dim=1, keepdim=True).clamp(min=1).reciprocal()

    @classmethod
    def together(cls, views: Sequence[View]) -> View:
        """The rows of all, one after the other."""
        by_member = {"residual", "codes"}  # there rows are the second axis
        return cls(
            *(
                torch.cat(parts, dim=1 if name in by_member else 0)
                for name, parts in zip(cls._fields, zip(*views, strict=True), strict=True)
            )
        )


Judged = Literal["records", "dirty records", "readings", "levels", "drifting levels", "images"]


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a head is to be fitted, and to judge what: records, some of which may be anomalies; windows by their readings or levels.

    private: no single row may be kept.
    """

    seed: int
    preset: Preset
    judged: Judged = "records"
    private: bool = False

    @property
    def blunt(self) -> bool:
        """Whether no row may count alone."""
        return self.judged == "dirty records"

    @property
    def bent(self) -> bool:
        """Whether far values count by their logarithm. Those of clean records are bent before; levels of a series are not."""
        return self.judged in {"dirty records", "levels"}


@dataclass(frozen=True, slots=True)
class Known:
    """Known normal samples, on which a head is fitted; no calibration sample may be among them.

    fresh: (rows,) True where errors, residual and codes are those of networks that did not learn from the row; only there
    do they look as they will on new rows. fold: (rows,) the member of `view` that did not, -1 where none did.
    terms: adds up the columns of a feature, (rows, size) -> (rows, terms).
    """

    view: View
    fresh: Tensor
    fold: Tensor
    terms: Callable[[Tensor], Tensor]
    fitting: Fitting

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.view.errors)
