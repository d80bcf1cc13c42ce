"""The noise head: a network that was taught to tell the noise in a row says how much it sees in a clean one.

    minimise over e:  E[ |e(z + sigma n) - n|^2 ],  n ~ N(0, 1);     score = mean over members of |e(z)|^2 + energy beyond

Denoising score matching: e(z) is -sigma times the gradient of the log density of the rows blurred by sigma (Vincent, "A
connection between score matching and denoising autoencoders", 2011), small where rows are dense and long where a step
leads back to them. With large noise it knows the way from far off; small noise says nothing there (Song & Ermon 2019). No
bottleneck: residual blocks of the full width. What lies beyond the limit, where it never learned, adds its square.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from training.descent import Descent, Folded
from training.folds import folds
from training.head import Head, scattered
from training.layers import BatchedLinear
from training.space import Space
from training.view import Known, View

SIGMA = 0.5  # spreads
MEMBERS, BLOCKS = 3, 2
NARROW, WIDE = 64, 128  # units of a layer; from `MANY` columns on the wide ones are worth four times the work
MANY = 48
BATCH, RATE = 256, 0.01
LIMIT = 8.0
RUN = 5000


class NoiseHead(Head):
    """Score near 0 at the middle of the known rows; its attribution is each column's share of the noise that is seen."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.space, self.terms = Space(known.view.x, bent=True), known.terms
        z, beyond = self.split(known.view.x)
        torch.manual_seed(known.fitting.seed)
        self.predictor = NoisePredictor(z.shape[1])
        fold = folds(len(z), MEMBERS)
        samples = Folded(z, torch.ones_like(z), fold, MEMBERS)
        size = min(BATCH, len(z))
        descent = Descent(
            self.predictor,
            samples,
            -(-known.fitting.preset.noise_steps * size // len(z)),
            size,
            RATE,
            known.fitting.seed,
        )
        for _ in range(descent.epochs):
            descent.epoch()
        self.predictor.eval()
        with torch.no_grad():
            seen = torch.cat(
                [self.predictor(part).square().sum(dim=2) for part in torch.split(z, RUN)], dim=1
            )
        self.out_of_fold = (seen[fold, torch.arange(len(z))] + beyond.sum(dim=1))[known.fresh]

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Within the limit, and the squared rest: (rows, size) -> the same twice."""
        z = self.space(x)
        inside = z.clamp(-LIMIT, LIMIT)
        return inside, (z - inside).square()

    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""
        z, beyond = self.split(view.x)
        each = self.predictor(z).square().mean(dim=0) + beyond
        score = each.sum(dim=1)
        return score, scattered(score, self.terms(each))


class NoisePredictor(nn.Module):
    """Members side by side: a way in, residual blocks, a way out."""

    CLIP: ClassVar[float | None] = None

    def __init__(self, size: int) -> None:
        super().__init__()
        width = WIDE if size >= MANY else NARROW
        self.way_in = BatchedLinear(MEMBERS, size, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.GELU(),
                BatchedLinear(MEMBERS, width, width),
                nn.GELU(),
                BatchedLinear(MEMBERS, width, width),
            )
            for _ in range(BLOCKS)
        )
        self.way_out = nn.Sequential(nn.GELU(), BatchedLinear(MEMBERS, width, size))

    def forward(self, z: Tensor) -> Tensor:
        """The same rows for all, (rows, size), or each member's own -> (members, rows, size)."""
        h = self.way_in(z)
        for block in self.blocks:
            h = h + block(h)
        out: Tensor = self.way_out(h)
        return out

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Mean squared error of the noise told. (rows, size), weight (members, rows, size) -> ()."""
        noise = torch.randn(MEMBERS, *x.shape, generator=generator)
        missed = (self(x + SIGMA * noise) - noise).square() * weight
        mean: Tensor = missed.sum() / weight.sum().clamp(min=1)
        return mean
