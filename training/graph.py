"""ScoringGraph: raw record to score, attribution, expected values and latent, as one module. This is what is exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from sklearn.covariance import ledoit_wolf
from torch import Tensor, nn

from models.feed import Feed, Inputs, Samples
from training.autoencoder import Autoencoder
from training.heads import HEADS
from training.pixels import Pixels
from training.preprocessing import Preprocessing

LARGEST_RUN = 50_000  # samples
RUN_VALUES = 4_000_000  # numbers in a run's inputs; the widest layers need a multiple of it


class Outputs(NamedTuple):
    """The outputs of the graph, in the order and by the names of the contract."""

    score: Tensor
    reconstruction_error: Tensor
    latent_distance: Tensor
    latent: Tensor
    expected: Tensor
    attribution: Tensor


class LatentDistance(nn.Module):
    """Mahalanobis distance from the latents of known normal rows, covariance shrunk (Ledoit & Wolf 2004)."""

    mean: Tensor
    whiten: Tensor

    def __init__(self, latents: Tensor) -> None:
        """`latents`: (rows, code size) of known normal rows."""
        super().__init__()
        covariance = torch.from_numpy(ledoit_wolf(latents.double().numpy())[0])
        ridge = 1e-9 * covariance.trace().clamp(min=1e-9) * torch.eye(len(covariance), dtype=torch.float64)
        factor = torch.linalg.cholesky(torch.linalg.inv(covariance + ridge))
        self.register_buffer("mean", latents.mean(dim=0))
        self.register_buffer("whiten", factor.float())

    def forward(self, latent: Tensor) -> Tensor:
        """(rows, code size) -> (rows,)."""
        return ((latent - self.mean) @ self.whiten).square().sum(dim=1).sqrt()


class ScoringGraph(nn.Module):
    """Preprocessing, autoencoder, head. Inputs are as in the contract; absent kinds of feature are None."""

    def __init__(
        self, preprocessing: Preprocessing | Pixels, autoencoder: Autoencoder, head: str, known: Feed
    ) -> None:
        """`known` samples fit the head and the latent distance; no calibration row may be among them."""
        super().__init__()
        self.preprocessing = preprocessing
        self.autoencoder = autoencoder.eval()
        with torch.no_grad():
            runs = [self._measured(part) for part in runs_of(known, autoencoder.shape.size)]
        errors, present, latents = (torch.cat(parts) for parts in zip(*runs, strict=True))
        self.latent_distance = LatentDistance(latents)
        self.head = HEADS[head](errors, present)

    def forward(
        self, numeric: Tensor | None = None, categorical: Tensor | None = None, image: Tensor | None = None
    ) -> Outputs:
        """The graph's inputs -> Outputs."""
        x, there = self._scaled(numeric, categorical, image)
        errors, latent, x_hat = self._rebuild(x)
        present = self.preprocessing.flat(there)
        score, terms = self.head(errors, present, latent)
        known = present.sum(dim=1).clamp(min=1)
        return Outputs(
            score=score,
            reconstruction_error=(errors * present).sum(dim=1) / known,
            latent_distance=self.latent_distance(latent),
            latent=latent,
            expected=self.preprocessing.restored(self.preprocessing.given(x, x_hat)),
            attribution=self.preprocessing.attributed(terms),
        )

    def of(self, samples: Samples) -> Outputs:
        """Outputs for samples, without gradients."""
        with torch.no_grad():
            runs = [
                self(**self.preprocessing.arguments(part))
                for part in runs_of(samples, self.autoencoder.shape.size)
            ]
        return Outputs(*(torch.cat(parts) for parts in zip(*runs, strict=True)))

    def _scaled(
        self, numeric: Tensor | None, categorical: Tensor | None, image: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        if isinstance(self.preprocessing, Pixels):
            return self.preprocessing(image)  # type: ignore[no-any-return]
        return self.preprocessing(numeric, categorical)  # type: ignore[no-any-return]

    def _measured(self, inputs: Inputs) -> tuple[Tensor, Tensor, Tensor]:
        x, present = self.preprocessing(**self.preprocessing.arguments(inputs))
        errors, latent, _ = self._rebuild(x)
        return errors, self.preprocessing.flat(present), latent

    def _rebuild(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Errors (rows, terms), latent, and the reconstruction (rows, *axes)."""
        network, preprocessing = self.autoencoder, self.preprocessing
        seen = preprocessing.seen(x)
        latent, condition = network.encode(seen), network.condition(seen)
        x_hat = preprocessing.rebuilt(network.decode(latent, condition))
        squared = (x - x_hat).square()
        apart = network.disagreement(latent, condition)
        if apart is not None:
            squared = squared + preprocessing.rebuilt(apart)
        return preprocessing.flat(preprocessing.per_feature(squared)), latent, x_hat


def runs_of(samples: Samples, size: int) -> Iterator[Inputs]:
    """All samples in runs that fit the memory whatever the size of one."""
    most = max(1, min(LARGEST_RUN, RUN_VALUES // size))
    for at in range(0, max(samples.rows, 1), most):
        yield samples.feed(slice(at, at + most))
