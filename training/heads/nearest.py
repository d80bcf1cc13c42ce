"""The nearest head: the distance to the nearest known row, in units of how far apart rows lie there, far values bent in.

    score = log(1 + min over i of |z - p_i|^2 / (r_i g'))

with p_i and r_i as in the memory head, g' a hundredth of the median g. The nearest neighbour of Ramaswamy, Rastogi & Shim,
"Efficient algorithms for mining outliers from large data sets", 2000, made local as by Breunig et al., "LOF", 2000. The
bend lets it see in columns with long tails; the density of the memory head, which sees all prototypes, does not need it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from training.head import Head
from training.prototypes import Prototypes, scattered
from training.space import Space
from training.view import Known, View

FINE = 0.01


class NearestHead(Head):
    """Score 0 on a prototype; its attribution is the squared difference from it."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.space = Space(known.view.x, bent=True)
        z = self.space(known.view.x)
        self.prototypes = Prototypes(z, known.seed)
        self.fine = FINE * self.prototypes.typical**2
        self.terms = known.terms
        scores = [self.distance(*each)[0] for each in self.prototypes.others(z)]
        self.out_of_fold = torch.cat(scores)[known.fresh]

    def distance(self, z: Tensor, energies: Tensor) -> tuple[Tensor, Tensor]:
        """(rows, size), (rows, prototypes) -> score (rows,), >= 0, and the squared difference (rows, size)."""
        nearest, squared = self.prototypes.nearest(z, energies)
        return torch.log1p(nearest / self.fine), squared

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        z = self.space(view.x)
        score, squared = self.distance(z, self.prototypes(z))
        return score, scattered(score, self.terms(squared))
