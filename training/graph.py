"""ScoringGraph: raw record to score, attribution, expected values and latent, as one module. This is what is exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from sklearn.covariance import ledoit_wolf
from torch import Tensor, nn

from models.feed import Feed, Inputs, Samples
from training.autoencoder import Autoencoder
from training.heads import head_for
from training.pixels import Pixels
from training.preprocessing import Preprocessing
from training.view import Fitting, Known, View

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


@dataclass(frozen=True, slots=True)
class Learned:
    """What a fit learned from, of each known row. fold: the member that left it out, -1 for none. fresh: nobody saw it."""

    fold: Tensor
    fresh: Tensor


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
        distance: Tensor = torch.linalg.vector_norm((latent - self.mean) @ self.whiten, dim=1)
        return distance


class ScoringGraph(nn.Module):
    """Preprocessing, autoencoder, head. Inputs are as in the contract; absent kinds of feature are None."""

    def __init__(
        self,
        preprocessing: Preprocessing | Pixels,
        autoencoder: Autoencoder,
        head: str,
        known: Feed,
        learned: Learned,
        fitting: Fitting,
    ) -> None:
        """`known` samples fit the head and the latent distance; no calibration row may be among them."""
        super().__init__()
        self.preprocessing = preprocessing
        self.autoencoder = autoencoder.eval()
        with torch.no_grad():
            view, latents = self._known(known, learned.fold)
            self.latent_distance = LatentDistance(latents)
        told = Known(view, learned.fresh, learned.fold, preprocessing.terms, fitting)
        self.head = head_for(head, told).eval()

    def forward(
        self, numeric: Tensor | None = None, categorical: Tensor | None = None, image: Tensor | None = None
    ) -> Outputs:
        """The graph's inputs -> Outputs."""
        x, there = self._scaled(numeric, categorical, image)
        view, latent, expected = self._look(x, there)
        score, terms = self.head(view)
        return Outputs(
            score=score,
            reconstruction_error=view.mean_errors.sum(dim=1),
            latent_distance=self.latent_distance(latent),
            latent=latent,
            expected=self.preprocessing.restored(expected),
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

    def _known(self, known: Feed, fold: Tensor) -> tuple[View, Tensor]:
        """What the head is fitted on, and the latents."""
        views, latents, at = [], [], 0
        for part in runs_of(known, self.autoencoder.shape.size):
            x, there = self.preprocessing(**self.preprocessing.arguments(part))
            view, latent, _ = self._look(x, there, fold[at : at + len(x)])
            views.append(view)
            latents.append(latent)
            at += len(x)
        return View.together(views), torch.cat(latents)

    def _look(self, x: Tensor, there: Tensor, fold: Tensor | None = None) -> tuple[View, Tensor, Tensor]:
        """What the head sees, the latent, and what was expected (rows, *axes).

        `fold`: (rows,) of known rows, whose errors are those of the member that left them out; of -1 the mean of all.
        """
        network, preprocessing = self.autoencoder, self.preprocessing
        bent = preprocessing.bent(x)
        seen = preprocessing.limited(bent)
        latent, condition = network.encode(seen), network.condition(seen)
        each = preprocessing.rebuilt(network.each(latent, condition))
        x_hat = (
            each.mean(dim=0) if len(each) > 1 else preprocessing.rebuilt(network.decode(latent, condition))
        )
        target = preprocessing.filled(bent, there, x_hat)
        errors = (target - x_hat).square() if len(each) == 1 else _by_fold((target - each).square(), fold)
        present = preprocessing.flat(there)
        view = View(
            x=preprocessing.judged(preprocessing.filled(x, there, preprocessing.straight(x_hat))),
            residual=preprocessing.judged(target - each),
            codes=network.codes(latent),
            errors=preprocessing.flat(preprocessing.per_feature(errors)) * present,
            present=present,
            divergence=network.divergence(seen),
        )
        return view, latent, preprocessing.given(target, x_hat)


def _by_fold(squared: Tensor, fold: Tensor | None) -> Tensor:
    """(members, rows, *axes) -> (rows, *axes)."""
    mean = squared.mean(dim=0)
    if fold is None:
        return mean
    own = squared[fold.clamp(min=0), torch.arange(len(fold))]
    left_out = (fold >= 0).reshape(-1, *[1] * (own.dim() - 1))
    return torch.where(left_out, own, mean)


def runs_of(samples: Samples, size: int) -> Iterator[Inputs]:
    """All samples in runs that fit the memory whatever the size of one."""
    most = max(1, min(LARGEST_RUN, RUN_VALUES // size))
    for at in range(0, max(samples.rows, 1), most):
        yield samples.feed(slice(at, at + most))
