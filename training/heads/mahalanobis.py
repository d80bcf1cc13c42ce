"""The Mahalanobis head: residual and latent of each network together, in units of how they vary on rows it did not see.

    u = [x - x_hat, code],   score = mean over members k of  (u - m_k)' M_k (u - m_k) / size,   M_k = inverse covariance

Errors of related columns move together; in this form a pair that errs in an unusual way counts, and a latent that no known
row has counts too, where reconstruction alone would pass it (Denouden et al., "Improving reconstruction autoencoder
out-of-distribution detection with Mahalanobis distance", 2018). The covariance is that of fresh rows, shrunk towards its
diagonal. attribution_j = (M u)_j^2 / M_jj: by how much the distance would fall if u_j were what the others ask for.
"""

from __future__ import annotations

import torch
from torch import Tensor

from training.head import Head, scattered
from training.spread import check_width, spread_of
from training.view import Known, View


class MahalanobisHead(Head):
    """Score about 1 on ordinary rows, 0 on a perfectly ordinary one. TrainingRefused for samples too wide for a covariance."""

    mean: Tensor
    precision: Tensor
    diagonal: Tensor

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.terms, self.size = known.terms, known.view.x.shape[1]
        together = joined(known.view)
        check_width(together.shape[2], "mahalanobis", "--head reconstruction, or a shorter --window")
        fits = [self._fit(together[member], known, member) for member in range(len(together))]
        means, precisions = zip(*fits, strict=True)
        self.register_buffer("mean", torch.stack(means).unsqueeze(1).float())
        self.register_buffer("precision", torch.stack(precisions).float())
        self.register_buffer("diagonal", self.precision.diagonal(dim1=1, dim2=2).unsqueeze(1).clone())
        self.out_of_fold = self._crossed(together, known)

    def distances(self, together: Tensor) -> tuple[Tensor, Tensor]:
        """(members, rows, width) -> squared distances over the width (members, rows), and M u (members, rows, width)."""
        apart = together - self.mean
        pulled = apart @ self.precision
        return (apart * pulled).sum(dim=2).clamp(min=0) / together.shape[2], pulled

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        distances, pulled = self.distances(joined(view))
        gain = (pulled.square() / self.diagonal).mean(dim=0)[:, : self.size]
        score = distances.mean(dim=0)
        return score, scattered(score, self.terms(gain))

    def _fit(self, together: Tensor, known: Known, member: int) -> tuple[Tensor, Tensor]:
        """Mean and precision of one member, on the rows it did not learn from."""
        mine = (known.fold == member) | (known.fresh & (known.fold < 0))
        rows = together[mine if mine.any() else known.fresh].double()
        return rows.mean(dim=0), torch.linalg.inv(spread_of(rows))

    def _crossed(self, together: Tensor, known: Known) -> Tensor:
        """Each fresh row by the member that did not learn from it, or by all of them. -> (fresh rows,)."""
        distances, _ = self.distances(together)
        own = distances.gather(0, known.fold.clamp(min=0).unsqueeze(0)).squeeze(0)
        return torch.where(known.fold >= 0, own, distances.mean(dim=0))[known.fresh]


def joined(view: View) -> Tensor:
    """Residual and code side by side: (members, rows, size + code size)."""
    return torch.cat([view.residual, view.codes], dim=2)
