"""ScoringGraph: raw record to score, attribution, expected values and latent, as one module. This is what is exported."""

from __future__ import annotations

from typing import NamedTuple

import torch
from sklearn.covariance import ledoit_wolf
from torch import Tensor, nn

from models.encoding import Encoded
from training.autoencoder import Autoencoder
from training.heads import HEADS
from training.preprocessing import Inputs, Preprocessing


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
        self, preprocessing: Preprocessing, autoencoder: Autoencoder, head: str, known: Inputs
    ) -> None:
        """`known` rows fit the head and the latent distance; no calibration row may be among them."""
        super().__init__()
        self.preprocessing = preprocessing
        self.autoencoder = autoencoder.eval()
        with torch.no_grad():
            errors, latent, _ = self._rebuild(known.x)
            self.latent_distance = LatentDistance(latent)
            self.head = HEADS[head](errors, known.present)

    def forward(self, numeric: Tensor | None = None, categorical: Tensor | None = None) -> Outputs:
        """(rows, numeric features) float64, (rows, categorical features) int64 -> Outputs."""
        inputs = self.preprocessing(numeric, categorical)
        errors, latent, x_hat = self._rebuild(inputs.x)
        score, attribution = self.head(errors, inputs.present, latent)
        known = inputs.present.sum(dim=1).clamp(min=1)
        return Outputs(
            score=score,
            reconstruction_error=(errors * inputs.present).sum(dim=1) / known,
            latent_distance=self.latent_distance(latent),
            latent=latent,
            expected=self.preprocessing.restored(x_hat),
            attribution=attribution,
        )

    def of(self, encoded: Encoded) -> Outputs:
        """Outputs for encoded records, without gradients."""
        with torch.no_grad():
            return self(*self.preprocessing.arguments(encoded))  # type: ignore[no-any-return]

    def _rebuild(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        latent = self.autoencoder.encode(self.preprocessing.seen(x))
        x_hat = self.preprocessing.rebuilt(self.autoencoder.decode(latent))
        return self.preprocessing.per_feature((x - x_hat).square()), latent, x_hat
