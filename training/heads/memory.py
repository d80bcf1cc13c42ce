"""The memory head: how sparse the known rows are around a record, with a bandwidth of their own for each place.

    score = -log sum over places i of  n_i / N * exp( -|z - p_i|^2 / (2 h^2 g r_i) )

p_i are up to a thousand places that n_i of the N known rows gather around (centres of k-means, the rows themselves where
there are fewer), r_i the distance to the fifth known row there, g its median: where rows lie dense, a small
distance counts. A kernel density estimate (Parzen 1962) whose bandwidth follows the density (Breiman, Meisel & Purcell
1977), over centres as in a network of radial basis functions (Moody & Darken 1989). It finds what lies between known rows,
where a network rebuilds by luck; in very many columns all rows are far from each other. Where known rows may be anomalies
the places are few, wide and of many rows each, so that a few odd rows make none.
"""

from __future__ import annotations

import torch
from torch import Tensor

from training.head import Head, scattered
from training.prototypes import BLUNT, FINE, PRIVATE, Prototypes
from training.space import Space
from training.view import Known, View


class MemoryHead(Head):
    """Score 0 where every row is; its attribution is the squared difference from the mean of the places around."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        fitting = known.fitting
        self.space, self.terms = Space(known.view.x, bent=fitting.bent), known.terms
        z = self.space(known.view.x)
        grain = BLUNT if fitting.blunt else PRIVATE if fitting.private else FINE
        self.prototypes = Prototypes(z, grain, fitting.seed)
        scores = [self.prototypes.near(far)[0] for far in self.prototypes.without_themselves(z)]
        self.out_of_fold = torch.cat(scores)[known.fresh]

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        z = self.space(view.x)
        score, place = self.prototypes.near(self.prototypes(z))
        return score, scattered(score, self.terms((z - place).square()))
