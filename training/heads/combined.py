"""The combined head: the mean of several heads, each as -log of the share of normal rows that score as high.

    score = mean over heads b of  t_b(s_b),     t_b(s) = -log P(S_b >= s)

Each head misses something: reconstruction what lies far out along a learned direction, a memory what differs in few of
many columns, a Gaussian what lies between its clusters. Their scores have no common unit; tail probabilities do. They come
from out-of-fold scores: of rows that a head was fitted on it thinks too well. Equal parts, since neither reconstruction nor
injected faults tell which head will be right about the anomalies that come. (Adding -log p is Fisher's method, 1932.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from training.autoencoder import Kind
from training.head import Head, scattered
from training.tail import Tail
from training.view import View


class CombinedHead(Head):
    """Score >= 0, about 1 on ordinary rows; its attribution is that of each head, in the parts they have in the score."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window", "image"})

    def __init__(self, heads: Sequence[Head], *, curbed: bool = False) -> None:
        """`heads` that were made from the same known rows. `curbed`: of each the logarithm, so that no head decides alone."""
        super().__init__()
        self.heads = nn.ModuleList(heads)
        self.tails = nn.ModuleList(Tail(head.out_of_fold, curbed=curbed) for head in heads)
        tails = [tail(head.out_of_fold) for head, tail in zip(heads, self.tails, strict=True)]
        self.out_of_fold = torch.stack(tails).mean(dim=0)

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        scores, attributions = [], []
        for head, tail in zip(self.heads, self.tails, strict=True):
            score, terms = head(view)
            scores.append(tail(score))
            attributions.append(scattered(scores[-1], terms))
        score = torch.stack(scores).mean(dim=0)
        return score, scattered(score, torch.stack(attributions).mean(dim=0))
