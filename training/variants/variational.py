"""The variational autoencoder: a code that is a distribution, so that new records can be drawn from it.

    maximise over f, g, s:  E[ log N(x; g(z), s^2) ] - beta * KL( N(m, v) || N(0, 1) ),  (m, log v) = f(x),
                            z = m + sqrt(v) * e,  e ~ N(0, 1)

Kingma & Welling, "Auto-encoding variational Bayes", 2014; beta (`penalty`, 1 unless told): Higgins et al., "beta-VAE",
2017; given columns enter f and g: Sohn, Lee & Yan, "Learning structured output representation using deep conditional
generative models", 2015. The spread s is learned, one per feature, as in Rybkin, Daniilidis & Levine, "Simple and effective
VAE training with calibrated decoders", 2021: it weighs reconstruction against KL as the data ask, and drawn records get
their noise back. At inference the latent is the mean m, nothing is random.
Use it where records are to be drawn as well as judged, or where the code should be smooth and fill a ball. Not for the
sharpest detector: the KL term gives up detail that a denoising autoencoder keeps.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from training.autoencoder import Autoencoder, Shape
from training.layers import dense

BETA = 1.0  # where Shape.penalty is None
LEAST_SPREAD = 0.03  # of the observation, in scaled units: a constant column would otherwise swallow the loss
MOST_LOG_VARIANCE = 4.0
USED = 0.01  # nats: a unit of the code below carries nothing


class VariationalAutoencoder(Autoencoder):
    """Minimises the negative evidence lower bound, per value; draws records by decoding a normal code."""

    TAKES_CONDITIONS: ClassVar[bool] = True
    GENERATES: ClassVar[bool] = True
    center: Tensor
    factor: Tensor
    seats: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.log_spread = nn.Parameter(torch.zeros(shape.axes[-1]))
        self.register_buffer("center", torch.zeros(shape.code_size))
        self.register_buffer("factor", torch.eye(shape.code_size))
        seats = torch.eye(shape.axes[-1])[list(shape.conditions)]
        self.register_buffer("seats", seats, persistent=False)

    def make_encoder(self) -> nn.Module:
        """Flat sample to mean and log variance of the code: (rows, size) -> (rows, 2 * code size)."""
        shape = self.shape
        return dense([shape.size, *shape.hidden, 2 * shape.code_size], shape.activation)

    def encode(self, x: Tensor) -> Tensor:
        """The latent: the mean of the code. (rows, *axes) -> (rows, code size)."""
        return self.posterior(x)[0]

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the code of each sample. (rows, *axes) -> (rows, code size) twice."""
        mean, log_variance = self.encoder(self.flat(x)).split(self.shape.code_size, dim=1)
        return mean, log_variance.clamp(max=MOST_LOG_VARIANCE)

    def spread(self) -> Tensor:
        """Standard deviation of the observation around the reconstruction, per feature. -> (width,)."""
        return self.log_spread.exp() + LEAST_SPREAD

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Negative lower bound of a batch over its number of values. (rows, *axes) twice -> ()."""
        mean, log_variance = self.posterior(x)
        chance = torch.randn(mean.shape, generator=generator)
        x_hat = self.decode(mean + (0.5 * log_variance).exp() * chance, self.condition(x))
        spread = self.spread()
        misfit = (0.5 * ((x - x_hat) / spread).square() + spread.log()) * weight
        beta = BETA if self.shape.penalty is None else self.shape.penalty
        bound = misfit.sum() + beta * divergence(mean, log_variance).sum()
        return bound / weight.sum().clamp(min=1)

    def settled(self, x: Tensor, weight: Tensor) -> None:  # noqa: ARG002
        """Fit a normal distribution to the codes of all samples (Ghosh et al., "From variational to deterministic autoencoders", 2020)."""
        with torch.no_grad():
            mean, log_variance = self.posterior(x)
            covariance = mean.T.cov(correction=0).reshape(len(self.center), -1)
            covariance = covariance + log_variance.exp().mean(dim=0).diag()
            self.center.copy_(mean.mean(dim=0))
            self.factor.copy_(torch.linalg.cholesky(covariance))

    def facts(self, x: Tensor) -> dict[str, float]:
        """`latent_nats`: what the code says of a sample, KL in nats; `used_units`: share of its units that say anything."""
        with torch.no_grad():
            nats = divergence(*self.posterior(x)).mean(dim=0)
        return {"latent_nats": float(nats.sum()), "used_units": float((nats > USED).float().mean())}

    def generate(self, latent: Tensor, noise: Tensor, condition: Tensor) -> Tensor:
        """New samples, from standard normal (rows, latent size) and (rows, *axes), and (rows, conditions). -> (rows, *axes)."""
        x_hat = self.decode(self.center + latent @ self.factor.T, condition)
        drawn = x_hat + self.spread() * noise
        if self.shape.loss == "bce":
            drawn = drawn.clamp(0, 1)
        return self.with_conditions(drawn, condition) if self.shape.conditions else drawn

    def with_conditions(self, drawn: Tensor, condition: Tensor) -> Tensor:
        """The condition in its own columns, at every reading of a window. (rows, *axes) -> the same."""
        given = condition @ self.seats
        if drawn.dim() > given.dim():
            given = given.unsqueeze(1)
        return drawn * (1 - self.seats.sum(dim=0)) + given


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL( N(mean, variance) || N(0, 1) ) of each unit, in nats. Any shape, the same twice -> the same."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
