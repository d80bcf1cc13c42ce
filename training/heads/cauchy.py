"""The Cauchy head: how many features are rebuilt worse than usual, none of which decides alone.

    score = mean over present features j of  log(1 + e_j / s_j)

with e_j the squared error of feature j and s_j its mean on known rows: up to constants the negative logarithm of a Cauchy
density (Student's with one degree of freedom) of each residual. Where the mean of errors is that of its wildest feature, the
mean of logarithms asks how many are strange at once: of many sensors one that jumps is a Tuesday, five that shift are a fault.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from training.autoencoder import Kind
from training.head import Head
from training.usual import UsualErrors
from training.view import Known, View


class CauchyHead(Head):
    """Score >= 0, about half on ordinary rows; its attribution is each feature's logarithm."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window", "image"})

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.usual = UsualErrors(known.view)
        self.out_of_fold = self(known.view)[0][known.fresh]

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        present = view.present.sum(dim=1, keepdim=True).clamp(min=1)
        attribution = torch.log1p(self.usual(view) * present) / present
        return attribution.sum(dim=1), attribution
