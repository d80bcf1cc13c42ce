"""Usual errors: each feature's squared error in units of its mean on known rows, so that none drowns the others."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from training.autoencoder import Kind
from training.head import Head
from training.view import Known, View

# A feature that is always rebuilt perfectly would otherwise turn a rounding error into an alarm.
LEAST_SPREAD = 1e-4


class UsualErrors(nn.Module):
    """e_j / s_j over the number of present features: terms that add up to about 1 on ordinary rows."""

    spread: Tensor

    def __init__(self, known: View) -> None:
        super().__init__()
        spread = known.errors.sum(dim=0) / known.present.sum(dim=0).clamp(min=1)
        self.register_buffer("spread", spread.clamp(min=LEAST_SPREAD))

    def forward(self, view: View) -> Tensor:
        """-> (rows, terms), >= 0."""
        return view.mean_errors * self.spread.reciprocal()


class UsualHead(Head):
    """A head whose score adds up what each feature's usual error says."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window", "image"})

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.usual = UsualErrors(known.view)
        self.out_of_fold = self(known.view)[0][known.fresh]

    @abstractmethod
    def said(self, view: View) -> Tensor:
        """What each feature adds, >= 0. -> (rows, terms)."""

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        attribution = self.said(view)
        return attribution.sum(dim=1), attribution
