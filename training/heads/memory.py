"""The memory head: how sparse the known rows are around a record, with a bandwidth of their own for each of them.

    E_i = |z - p_i|^2 / r_i,     score = 2 log P - 2 log sum over i of exp(-E_i / 2 h^2 g^2)

p_i are P known rows, r_i the distance to the `NEIGHBOUR`-th nearest known row over its median g: where rows lie dense, a
small distance counts. A kernel density estimate (Parzen 1962) whose bandwidth follows the density (Breiman, Meisel &
Purcell 1977); nearest neighbours are what most deep detectors lose to (Ramaswamy, Rastogi & Shim 2000). It finds what lies
between known rows, where a network rebuilds by luck; in very many columns all rows are far from each other.
"""

from __future__ import annotations

import torch
from torch import Tensor

from training.head import Head
from training.prototypes import Prototypes, scattered
from training.space import Space
from training.view import Known, View

BANDWIDTH = 0.35  # of the median distance to the `NEIGHBOUR`-th neighbour


class MemoryHead(Head):
    """Score 0 where a record sits on every prototype; its attribution is the nearest prototype's squared difference."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.space = Space(known.view.x)
        z = self.space(known.view.x)
        self.prototypes = Prototypes(z, known.seed)
        self.wide = 2 * (BANDWIDTH * self.prototypes.typical) ** 2
        self.terms = known.terms
        scores = [self.sparseness(energies) for _, energies in self.prototypes.others(z)]
        self.out_of_fold = torch.cat(scores)[known.fresh]

    def sparseness(self, energies: Tensor) -> Tensor:
        """(rows, prototypes) -> (rows,), >= 0."""
        least = energies.amin(dim=1, keepdim=True)
        dense = torch.exp((least - energies).float() / self.wide).mean(dim=1).log()
        return (2 * (least.squeeze(1) / self.wide - dense)).clamp(min=0).float()

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        z = self.space(view.x)
        energies = self.prototypes(z)
        score = self.sparseness(energies)
        return score, scattered(score, self.terms(self.prototypes.nearest(z, energies)[1]))
