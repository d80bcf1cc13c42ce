"""The variational autoencoder: a code that is a distribution, so that new records can be drawn from it.

    maximise over f, g, s:  E[ log N(x; g(z, c), s^2) ] - beta * KL( N(m, v) || N(0, 1) ),  (m, log v) = f(x),
                            z = m + sqrt(v) * e,  e ~ N(0, 1),  c the given columns of x, if any

Kingma & Welling, "Auto-encoding variational Bayes", 2014; beta (`penalty`, 1 unless told): Higgins et al., "beta-VAE",
2017; given columns: Sohn, Lee & Yan, "Learning structured output representation using deep conditional generative models",
2015. The spread s is learned, one per feature, as in Rybkin, Daniilidis & Levine, "Simple and effective VAE training with
calibrated decoders", 2021: it weighs reconstruction against KL as the data ask. It starts small: from 1, most of the code
would be given up before the decoder can use it, and rarely taken up again. The latent is the mean m: nothing is random.

New records:  x = t( g(A (1, c) + L e, c) + s e' ).  The codes of training records never fill N(0, 1), so A, their mean under
a condition, and L, their spread as a Cholesky factor, are fitted to them (Ghosh et al., "From variational to deterministic
autoencoders", 2020), and t, a monotone map of each feature, takes the quantiles of what is drawn to those of the training
records (quantile mapping, Panofsky & Brier, 1958): noise is seldom normal, and counts and modes never are.
Use it where records are to be drawn as well as judged, or where the code should be smooth and without holes. Not for the
sharpest detector: the KL term gives up detail that a denoising autoencoder keeps.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from training.autoencoder import Autoencoder, Shape
from training.layers import dense

BETA = 1.0  # where Shape.penalty is None
FIRST_SPREAD, LEAST_SPREAD = 0.1, 0.03  # of the observation; less, and one predictable column rules the loss
MOST_LOG_VARIANCE = 4.0
USED = 0.01  # nats; a unit of the code with less says nothing
QUANTILES = 65
FARTHEST = 10.0  # in scaled units, where the map of an unfitted network ends
DRAWN_VALUES = 1_000_000  # numbers drawn, and looked at, to fit it


class VariationalAutoencoder(Autoencoder):
    """Minimises the negative evidence lower bound, per value; draws records by decoding a normal code."""

    TAKES_CONDITIONS: ClassVar[bool] = True
    GENERATES: ClassVar[bool] = True
    centers: Tensor
    factor: Tensor
    drawn_quantiles: Tensor
    known_quantiles: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        width, code = shape.axes[-1], shape.code_size
        self.log_spread = nn.Parameter(torch.full((width,), FIRST_SPREAD).log())
        self.register_buffer("centers", torch.zeros(1 + len(shape.conditions), code))
        self.register_buffer("factor", torch.eye(code))
        for name in ("drawn_quantiles", "known_quantiles"):
            self.register_buffer(name, torch.linspace(-FARTHEST, FARTHEST, QUANTILES).repeat(width, 1))

    def make_encoder(self) -> nn.Module:
        """Flat sample to mean and log variance of the code: (rows, size) -> (rows, 2 * code size)."""
        shape = self.shape
        return dense([shape.size, *shape.hidden, 2 * shape.code_size], shape.activation)

    def encode(self, x: Tensor) -> Tensor:
        """The latent: the mean of the code. (rows, *axes) -> (rows, code size)."""
        return self.posterior(x)[0]

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of each sample's code. (rows, *axes) -> (rows, code size) twice."""
        mean, log_variance = self.encoder(self.flat(x)).chunk(2, dim=1)
        return mean, log_variance.clamp(max=MOST_LOG_VARIANCE)

    def divergence(self, x: Tensor) -> Tensor:
        """KL of each sample's code from what codes are like without it, in nats. (rows, *axes) -> (rows,)."""
        return divergence(*self.posterior(x)).sum(dim=1)

    def spread(self) -> Tensor:
        """Standard deviation of an observation around its reconstruction, for each feature. -> (width,)."""
        return self.log_spread.exp() + LEAST_SPREAD

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Negative lower bound of a batch over its number of values, in nats, from the best there can be. (rows, *axes) twice -> ()."""
        x_hat, nats = self.sampled(x, generator)
        spread = self.spread()
        misfit = (0.5 * ((x - x_hat) / spread).square() + (spread / LEAST_SPREAD).log()) * weight
        beta = BETA if self.shape.penalty is None else self.shape.penalty
        return (misfit.sum() + beta * nats.sum()) / weight.sum().clamp(min=1)

    def sampled(self, x: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Rebuilt from a code drawn for each sample, and the KL of its units. (rows, *axes) -> the same, (rows, code size)."""
        mean, log_variance = self.posterior(x)
        chance = torch.randn(mean.shape, generator=generator)
        code = mean + (0.5 * log_variance).exp() * chance
        return self.decode(code, self.condition(x)), divergence(mean, log_variance)

    def settled(self, x: Tensor, weight: Tensor) -> None:
        """Fit to the training samples what new ones are drawn with; the same every time. (rows, *axes) twice."""
        generator, most = torch.Generator().manual_seed(0), max(1, DRAWN_VALUES // self.shape.size)
        with torch.no_grad():
            self._fit_spread(x[:most], weight[:most], generator)
            self._fit_code(x)
            self._fit_quantiles(x[:most], weight[:most], most, generator)

    def facts(self, x: Tensor) -> dict[str, float]:
        """`latent_nats`: what the code says of a sample, KL in nats; `used_units`: share of its units that say anything."""
        with torch.no_grad():
            nats = divergence(*self.posterior(x)).mean(dim=0)
        return {"latent_nats": float(nats.sum()), "used_units": float((nats > USED).float().mean())}

    def generate(self, latent: Tensor, noise: Tensor, condition: Tensor) -> Tensor:
        """New samples, from standard normal (rows, latent size) and (rows, *axes), and (rows, conditions). -> (rows, *axes)."""
        drawn = self.draw(latent, noise, condition)
        low, steps = self.drawn_quantiles[:, :-1], self.drawn_quantiles.diff(dim=1)
        passed = torch.minimum((drawn.unsqueeze(-1) - low).relu(), steps) / steps.clamp(min=1e-6)
        return self.known_quantiles[:, 0] + (passed * self.known_quantiles.diff(dim=1)).sum(dim=-1)

    def draw(self, latent: Tensor, noise: Tensor, condition: Tensor) -> Tensor:
        """`generate` before its map of quantiles. The same shapes."""
        code = self.center(condition) + latent @ self.factor.T
        return self.decode(code, condition) + self.spread() * noise

    def center(self, condition: Tensor) -> Tensor:
        """Where the codes lie under a condition. (rows, conditions) -> (rows, code size), or (1, code size) without any."""
        first, rest = self.centers[:1], self.centers[1:]
        return first + condition @ rest if self.shape.conditions else first

    def _fit_spread(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> None:
        x_hat, _ = self.sampled(x, generator)
        squared, known = (x - x_hat).square() * weight, weight.flatten(0, -2).sum(dim=0)
        measured = (squared.flatten(0, -2).sum(dim=0) / known.clamp(min=1)).sqrt()
        self.log_spread.copy_((measured - LEAST_SPREAD).clamp(min=LEAST_SPREAD**2).log())

    def _fit_code(self, x: Tensor) -> None:
        mean, log_variance = self.posterior(x)
        condition = self.condition(x)
        given = torch.cat([mean.new_ones(len(x), 1), condition], dim=1)
        self.centers.copy_(torch.linalg.pinv(given) @ mean)
        apart, variance = (mean - self.center(condition)).double(), log_variance.double().exp()
        covariance = apart.T @ apart / len(x) + variance.mean(dim=0).diag()
        self.factor.copy_(torch.linalg.cholesky(covariance))

    def _fit_quantiles(self, x: Tensor, weight: Tensor, draws: int, generator: torch.Generator) -> None:
        conditions = self.condition(x)[torch.arange(draws) % len(x)]
        latent = torch.randn(draws, self.latent_size, generator=generator)
        drawn = self.draw(latent, torch.randn(draws, *self.shape.axes, generator=generator), conditions)
        self.drawn_quantiles.copy_(quantiles(drawn))
        self.known_quantiles.copy_(quantiles(x.where(weight > 0, torch.nan)))


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL( N(mean, variance) || N(0, 1) ) of each unit, in nats. Any shape twice -> the same."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def quantiles(x: Tensor) -> Tensor:
    """From smallest to largest, NaN left out; 0 for a feature that is never known. (rows, *axes) -> (width, QUANTILES)."""
    shares = torch.linspace(0, 1, QUANTILES)
    return x.flatten(0, -2).nanquantile(shares, dim=0).T.nan_to_num()
