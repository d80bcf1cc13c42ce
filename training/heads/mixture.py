"""The mixture head: which of many local linear autoencoders explains a record, and how badly the best ones do.

    score = -log sum over k of w_k N(z; m_k, S_k) + the energy beyond the limit, from the least there can be

Clusters of k-means, each with a covariance of its own, shrunk towards the pooled one by half as many rows as there are
columns (Ledoit & Wolf 2004 in spirit) and by a ridge. A Gaussian is a linear autoencoder of all code sizes at once: along
its wide axes nothing is lost, along the narrow ones everything is (Tipping & Bishop, "Mixtures of probabilistic principal
component analysers", 1999). Expectation maximisation on top does not help.
"""

from __future__ import annotations

import torch
from sklearn.cluster import KMeans
from torch import Tensor, nn

from training.head import Head, scattered
from training.space import Space
from training.view import Known, View

CLUSTERS, LEAST_ROWS = 32, 10  # most clusters, and rows for each; beside a memory more add nothing
BLUNT = 8  # clusters where some rows may be anomalies
MOST_NUMBERS = 1_000_000  # in all covariances together
SHRINKAGE, RIDGE = 0.5, 0.05
FOLDS = 3
RUN = 500  # rows whose distances to every cluster are in memory at a time
LIMIT = 8.0  # spreads; what is beyond adds its square


class Mixture(nn.Module):
    """Gaussians: negative log likelihood of each, from whitened distances. One product for all: they lie side by side."""

    shift: Tensor
    whiten: Tensor
    offset: Tensor
    centers: Tensor
    precision: Tensor
    precise: Tensor

    def __init__(self, z: Tensor, most: int, seed: int) -> None:
        """`z`: (rows, size). `most`: clusters."""
        super().__init__()
        clusters = max(1, min(most, len(z) // LEAST_ROWS, MOST_NUMBERS // z.shape[1] ** 2))
        found = KMeans(clusters, n_init=1, max_iter=20, random_state=seed).fit(z.double().numpy())
        rows, own = z.double(), torch.from_numpy(found.labels_).long()
        centers, counts = torch.from_numpy(found.cluster_centers_), own.bincount(minlength=clusters)
        pooled, whiten, logs = _whitened(rows - centers[own], own, counts)
        offset = logs - (counts / len(z)).log()
        self.register_buffer("shift", -(centers.unsqueeze(1) @ whiten).flatten().float())
        self.register_buffer("whiten", whiten.transpose(0, 1).flatten(1).float())
        self.register_buffer("offset", (offset - offset.min()).float())
        self.register_buffer("centers", torch.cat([centers, torch.ones(clusters, 1)], dim=1).float())
        precision = torch.linalg.inv(pooled)
        self.register_buffer("precision", precision.float())
        self.register_buffer("precise", precision.diagonal().float())

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """(rows, size) -> -log density from its least, (rows,) >= 0; and the mean centre a row belongs to (rows, size)."""
        white = torch.addmm(self.shift, z, self.whiten).reshape(-1, len(self.offset), z.shape[1])
        far = (
            0.5 * (white * white).sum(dim=2) + self.offset
        )  # as a product: a power takes ONNX Runtime three times as long
        least = far.amin(dim=1, keepdim=True)
        belongs = torch.exp(least - far) @ self.centers
        whole = belongs[:, -1:]
        score = (least - (whole / len(self.offset)).log()).squeeze(1)
        return score.clamp(min=0), belongs[:, :-1] / whole

    def gain(self, apart: Tensor) -> Tensor:
        """(M z)_j^2 / M_jj: how much closer column j alone could bring the record. (rows, size) -> the same."""
        return (apart @ self.precision).square() / self.precise


class MixtureHead(Head):
    """Score 0 at the densest point; its attribution is each column's replacement gain, and the energy beyond."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        fitting = known.fitting
        self.space, self.terms = Space(known.view.x, bent=fitting.bent), known.terms
        z, beyond = self.split(known.view.x)
        most = BLUNT if fitting.blunt else CLUSTERS
        self.mixture = Mixture(z, most, fitting.seed)
        self.out_of_fold = (self._crossed(z, most, fitting.seed) + beyond.sum(dim=1))[known.fresh]

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Within the limit, and half the squared rest: (rows, size) -> the same twice."""
        z = self.space(x)
        inside = z.clamp(-LIMIT, LIMIT)
        return inside, 0.5 * (z - inside).square()

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        z, beyond = self.split(view.x)
        score, center = self.mixture(z)
        score = score + beyond.sum(dim=1)
        return score, scattered(score, self.terms(self.mixture.gain(z - center) + 2 * beyond))

    def _crossed(self, z: Tensor, most: int, seed: int) -> Tensor:
        """Each row by a mixture that was fitted without its fold. -> (rows,)."""
        fold = torch.randint(FOLDS, (len(z),), generator=torch.Generator().manual_seed(seed))
        scores = z.new_zeros(len(z))
        for left_out in range(FOLDS):
            out = fold == left_out
            if out.any() and not out.all():
                scores[out] = self._runs(Mixture(z[~out], most, seed), z[out])
        return scores

    def _runs(self, mixture: Mixture, z: Tensor) -> Tensor:
        return torch.cat([mixture(part)[0] for part in torch.split(z, RUN)])


def _whitened(apart: Tensor, own: Tensor, counts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The pooled covariance; of each cluster L with L L' = S^-1 (clusters, size, size), and half the log determinant of S."""
    size = apart.shape[1]
    eye = torch.eye(size, dtype=torch.float64)
    pooled = _ridged(apart.T @ apart / len(apart), eye)
    prior = SHRINKAGE * size
    factors = []
    for cluster, count in enumerate(counts.tolist()):
        mine = apart[own == cluster]
        covariance = (mine.T @ mine + prior * pooled) / (count + prior)
        factors.append(torch.linalg.cholesky(_ridged(covariance, eye)))
    lower = torch.stack(factors)
    whiten = torch.linalg.solve_triangular(lower, eye.expand_as(lower), upper=False).mT
    return pooled, whiten.contiguous(), lower.diagonal(dim1=1, dim2=2).log().sum(dim=1)


def _ridged(covariance: Tensor, eye: Tensor) -> Tensor:
    return covariance + (RIDGE * covariance.diagonal().mean() + 1e-6) * eye
