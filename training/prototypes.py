"""Prototypes: places that known rows gather around, how many gather there, and how far apart rows lie."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from torch import Tensor, nn

LOOKED_AT = 20_000  # known rows; the places of more are the same
ROUNDS = 10  # of k-means
CLOSEST = 0.1  # of the typical distance: closer rows would make a mountain of a rounding error
ROUNDING, LOST = 2.0**-22, 1e-4  # of the product in float32, and what a score of ten and more can bear
RUN = 500  # rows whose distances are in memory at a time


@dataclass(frozen=True, slots=True)
class Grain:
    """How finely places are told apart: `most` of them, each of at least `crowd` rows, as wide as `bandwidth` times the distance to
    the `neighbour`-th row (below 1: a share of all), measured at each place where `local`, else the same for all.
    """

    most: int
    crowd: int
    neighbour: float
    bandwidth: float
    local: bool


# A thousand centres serve as well as four thousand rows.
FINE = Grain(most=1000, crowd=1, neighbour=5, bandwidth=0.3, local=True)
PRIVATE = Grain(most=1000, crowd=5, neighbour=5, bandwidth=0.3, local=True)  # no place is a single row
BLUNT = Grain(most=128, crowd=5, neighbour=0.03, bandwidth=0.5, local=False)  # no place is a few odd rows


@dataclass(frozen=True, slots=True)
class Gathering:
    """centers (places, size); counts (places,) of rows; own (rows,): the place each row belongs to, -1 for none."""

    centers: Tensor
    counts: Tensor
    own: Tensor


class Prototypes(nn.Module):
    """far_i = |z - p_i|^2 / (2 h^2 g r_i) + log(N / n_i) as one matrix product over |z|^2, z and 1.

    p_i is a centre of k-means that n_i of N rows belong to, r_i the distance from it to its n-th other row, g the median of r.
    The product cancels where rows are much closer to each other than to 0; there it is made in float64.
    """

    places: Tensor
    product: Tensor

    def __init__(self, z: Tensor, grain: Grain, seed: int) -> None:
        """`z`: (rows, size) of known rows."""
        super().__init__()
        looked = torch.randperm(len(z), generator=torch.Generator().manual_seed(seed))[:LOOKED_AT]
        different, which, times = torch.unique(z[looked], dim=0, return_inverse=True, return_counts=True)
        found = _gathered(different.double(), times, grain, seed)
        self.counts, self.own = found.counts, torch.full((len(z),), -1)
        self.own[looked] = found.own[which]
        centers = torch.split(found.centers, RUN)
        apart = torch.cat([_apart(part, different.double(), grain.neighbour) for part in centers])
        typical = float(apart.median()) or 1.0
        apart = apart.clamp(min=CLOSEST * typical) if grain.local else torch.full_like(apart, typical)
        self.wide = wide = 2 * grain.bandwidth**2 * typical * apart
        product = torch.cat([-2 * found.centers.T, found.centers.square().sum(dim=1).unsqueeze(0)]) / wide
        product[-1] += (found.counts.sum() / found.counts).log()
        lost = ROUNDING * float(different.square().sum(dim=1).amax()) / float(wide.min())
        together = torch.cat([product, 1 / wide.unsqueeze(0)])
        self.register_buffer("product", together.to(torch.float64 if lost > LOST else torch.float32))
        self.register_buffer("places", torch.cat([found.centers, torch.ones(len(wide), 1)], dim=1).float())

    def forward(self, z: Tensor) -> Tensor:
        """(rows, size) -> far (rows, prototypes), >= 0."""
        z = z.to(self.product.dtype)
        together = torch.cat([z, torch.ones_like(z[:, :1]), z.square().sum(dim=1, keepdim=True)], dim=1)
        return (together @ self.product).clamp(min=0)

    def near(self, far: Tensor) -> tuple[Tensor, Tensor]:
        """-log sum of exp(-far), and the mean place a row belongs to: (rows, prototypes) -> (rows,) >= 0, (rows, size)."""
        least = far.amin(dim=1, keepdim=True)
        belongs = torch.exp((least - far).float()) @ self.places
        whole = belongs[:, -1:]
        return (least - whole.log()).squeeze(1).clamp(min=0).float(), belongs[:, :-1] / whole

    def without_themselves(self, z: Tensor) -> Iterator[Tensor]:
        """`far` of the known rows, run by run, as if each had not been there: (rows of a run, prototypes).

        Without one of its n rows a centre m is n / (n - 1) as far from that row and counts one less; without its only
        one it is not there.
        """
        for part in torch.split(torch.arange(len(z)), RUN):
            far = self(z[part])
            row = torch.nonzero(self.own[part] >= 0).squeeze(1)
            place = self.own[part][row]
            rows, whole = self.counts[place].double(), self.counts.sum()
            weight = (whole / rows).log()
            fewer = (rows - 1).clamp(min=1e-9)
            alone = (far[row, place] - weight).clamp(min=0) * (rows / fewer).square() + (whole / fewer).log()
            far[row, place] = torch.where(rows > 1, alone, torch.inf).to(far.dtype)
            yield far


def _gathered(different: Tensor, times: Tensor, grain: Grain, seed: int) -> Gathering:
    """Centres of k-means over rows that occur so many `times`; where they are few, the rows themselves."""
    most = grain.most if grain.crowd == 1 else min(grain.most, len(different) // (2 * grain.crowd))
    if len(different) <= most:
        return Gathering(different, times.double(), torch.arange(len(different)))
    means = KMeans(max(most, 1), n_init=1, max_iter=ROUNDS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # ten rounds are meant to be too few
        means.fit(different.numpy(), sample_weight=times.double().numpy())
    own = torch.from_numpy(means.labels_).long()
    counts = torch.zeros(means.n_clusters, dtype=torch.float64).index_add(0, own, times.double())
    kept = counts >= min(grain.crowd, float(counts.max()))
    place = torch.where(kept, kept.cumsum(0) - 1, -1)
    return Gathering(torch.from_numpy(means.cluster_centers_)[kept], counts[kept], place[own])


def _apart(centers: Tensor, rows: Tensor, neighbour: float) -> Tensor:
    """Distance to the `neighbour`-th nearest row, a row that is the centre itself not counted."""
    place = neighbour if neighbour >= 1 else max(1, round(neighbour * len(rows)))
    return torch.cdist(centers, rows).kthvalue(min(int(place) + 1, len(rows)), dim=1).values
