"""The KL head: what a variational autoencoder must be told to rebuild a record, and what it still gets wrong.

    score = mean over present features j of e_j / s_j   +   KL( q(code | x) || p(code) ) / d

The bound a variational autoencoder minimises, as a score: the reconstruction head's error, and the nats of the code over
their mean d on known rows. A record far out on the latent costs many nats however well it is rebuilt (An & Cho, "Variational
autoencoder based anomaly detection using reconstruction probability", 2015).
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from training.autoencoder import Kind
from training.head import Head, scattered
from training.usual import UsualErrors
from training.view import Known, View

LEAST_NATS = 1e-2


class KlHead(Head):
    """Score about 2 on ordinary rows; its attribution is each feature's part of the error."""

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window", "image"})
    nats: Tensor

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.usual = UsualErrors(known.view)
        self.register_buffer("nats", known.view.divergence.mean().clamp(min=LEAST_NATS))
        self.out_of_fold = self(known.view)[0][known.fresh]

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        terms = self.usual(view)
        score = terms.sum(dim=1) + view.divergence.clamp(min=0) / self.nats
        return score, scattered(score, terms)
