"""Prototypes: some known rows, and how far apart rows lie around each."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

MOST = 4000  # prototypes in the graph
NEIGHBOUR = 5
CLOSEST = 0.1  # of the typical distance: closer rows would make a mountain of a rounding error
CANCELS = 25.0  # float32 then loses 1e-5 of a bandwidth
RUN = 500  # rows whose distances are in memory at a time


class Prototypes(nn.Module):
    """|z - p_i|^2 / r_i as one matrix product: |z|^2 / r_i - 2 z p_i / r_i + |p_i|^2 / r_i.

    The product cancels where rows are much closer to each other than to 0; there it is made in float64. Rows that are repeated are one prototype: a repetition says how often, not how far.
    """

    rows: Tensor
    apart: Tensor
    product: Tensor

    def __init__(self, z: Tensor, seed: int) -> None:
        """`z`: (rows, size) of known rows, of which `MOST` different ones by chance are kept."""
        super().__init__()
        different, self.which, self.counts = torch.unique(z, dim=0, return_inverse=True, return_counts=True)
        order = torch.randperm(len(different), generator=torch.Generator().manual_seed(seed))
        self.places = order[:MOST]
        kept = different[self.places].double()
        neighbours = torch.cat(
            [_neighbour(part, different.double()) for part in torch.split(self.places, RUN)]
        )
        self.typical = float(neighbours.median()) or 1.0
        apart = (neighbours / self.typical).clamp(min=CLOSEST)
        product = torch.cat([-2 * kept.T, kept.square().sum(dim=1).unsqueeze(0), torch.ones(1, len(kept))])
        self.register_buffer("rows", kept.float())
        self.register_buffer("apart", apart.float())
        cancels = float(z.square().sum(dim=1).median()) > CANCELS * self.typical**2
        self.register_buffer("product", (product / apart).to(torch.float64 if cancels else torch.float32))

    def forward(self, z: Tensor) -> Tensor:
        """Energies: (rows, size) -> (rows, prototypes), >= 0."""
        z = z.to(self.product.dtype)
        whole = z.square().sum(dim=1, keepdim=True)
        together = torch.cat([z, torch.ones_like(whole), whole], dim=1)
        return (together @ self.product).clamp(min=0)

    def others(self, z: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """The known rows themselves and their energies, run by run; a row that occurs once is not its own prototype."""
        own = torch.full((len(self.counts),), -1)
        own[self.places] = torch.arange(len(self.places))
        own[self.counts > 1] = -1
        for part in torch.split(torch.arange(len(z)), RUN):
            energies, prototype = self(z[part]), own[self.which[part]]
            kept = torch.nonzero(prototype >= 0).squeeze(1)
            energies[kept, prototype[kept]] = torch.inf
            yield z[part], energies

    def nearest(self, z: Tensor, energies: Tensor) -> tuple[Tensor, Tensor]:
        """The smallest energy without the product's rounding, and of what it is made: (rows,), (rows, size)."""
        nearest = energies.argmin(dim=1)
        squared = (z - self.rows.index_select(0, nearest)).square()
        return squared.sum(dim=1) / self.apart.index_select(0, nearest), squared


def _neighbour(places: Tensor, z: Tensor) -> Tensor:
    """Distance to the `NEIGHBOUR`-th nearest other row."""
    distances = torch.cdist(z[places], z)
    distances[torch.arange(len(places)), places] = torch.inf
    return distances.kthvalue(max(1, min(NEIGHBOUR, len(z) - 1)), dim=1).values.nan_to_num(posinf=0.0)


def scattered(score: Tensor, terms: Tensor) -> Tensor:
    """The score, dealt out in proportion: (rows,), (rows, terms) >= 0 -> (rows, terms)."""
    whole = terms.sum(dim=1, keepdim=True)
    return terms * (score.unsqueeze(1) / whole.clamp(min=1e-12))
