"""The ensemble: several small denoising autoencoders at once, and how far they disagree.

    minimise over f_k, g_k:  mean over members k of  E[ loss(x, g_k(f_k(x_k'))) ],  x_k' = m_k * (x + noise * e_k)
    reconstruction           x_hat = mean over k of x_k,  x_k = g_k(f_k(x));   disagreement = mean over k of (x_k - x_hat)^2
    so that                  mean over k of (x - x_k)^2 = (x - x_hat)^2 + disagreement

Krogh & Vedelsby, "Neural network ensembles, cross validation, and active learning", 1995 (the identity); Lakshminarayanan,
Pritzel & Blundell, "Simple and scalable predictive uncertainty estimation using deep ensembles", 2017; of autoencoders
Chen, Sathe, Aggarwal & Turaga, "Outlier detection with autoencoder ensembles", 2017. Members differ by their first weights,
by the noise they meet and by the fold of rows they leave out, share no weight, and are one batched matrix product per layer.
Every row has a member that never saw it, whose error on it is that of a new row. Where there was data they agree;
far from it each goes its own way, so disagreement adds to the error just where one network may rebuild by luck.
Use it where quality counts for more than size: it is steadier than one network and ranks better. Not where the bundle must
be small or single records must be fast: everything, the latent included, is `members` times as large.
"""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import Tensor, nn

from training.autoencoder import WIDEST, Autoencoder
from training.layers import batched

WIDE = 128


class EnsembleAutoencoder(Autoencoder):
    """Minimises the mean of its members' denoising losses, each over all rows but those of its own fold."""

    CROSS_FITTED: ClassVar[bool] = True
    HONEST: ClassVar[bool] = True

    @classmethod
    def hidden(cls, axes: tuple[int, ...], code: int, depth: int) -> tuple[int, ...]:
        """Wide layers however few the inputs: noise as large as half a spread asks for a curve, not for a plane."""
        first = WIDE if math.prod(axes) <= WIDE else WIDEST
        return tuple(max(first >> layer, 2 * code if layer else first) for layer in range(depth))

    @property
    def latent_size(self) -> int:
        """Numbers in the latent: the members' codes side by side."""
        return self.shape.members * self.shape.code_size

    def make_encoder(self) -> nn.Module:
        """Flat sample to codes: (rows, size), or one for each member, -> (members, rows, code size)."""
        shape = self.shape
        return batched(shape.members, [shape.size, *shape.hidden, shape.code_size], shape.activation)

    def make_decoder(self) -> nn.Module:
        """Codes to flat samples: (members, rows, code size) -> (members, rows, size)."""
        shape = self.shape
        hidden = shape.decoder_hidden or shape.hidden[::-1]
        return batched(shape.members, [shape.code_size, *hidden, shape.size], shape.activation)

    def encode(self, x: Tensor) -> Tensor:
        """The latent. (rows, *axes), or (members, rows, *axes) where each sees its own, -> (rows, latent size)."""
        codes: Tensor = self.encoder(x.flatten(-len(self.shape.axes)))
        return codes.transpose(0, 1).flatten(1)

    def raw(self, latent: Tensor, condition: Tensor) -> Tensor:  # noqa: ARG002
        """What each member's last layer gives. (rows, latent size) -> (members, rows, *axes)."""
        out: Tensor = self.decoder(self.codes(latent))
        return out.reshape(self.shape.members, -1, *self.shape.axes)

    def each(self, latent: Tensor, condition: Tensor) -> Tensor:
        """Every member's reconstruction. (rows, latent size) -> (members, rows, *axes)."""
        return self.criterion.link(self.raw(latent, condition))

    def codes(self, latent: Tensor) -> Tensor:
        """(rows, latent size) -> (members, rows, code size)."""
        return latent.reshape(-1, self.shape.members, self.shape.code_size).transpose(0, 1)

    def decode(self, latent: Tensor, condition: Tensor) -> Tensor:
        """The members' mean reconstruction. (rows, latent size) -> (rows, *axes)."""
        return self.each(latent, condition).mean(dim=0)

    def reconstruction_loss(self, seen: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Mean of the members' losses; `seen` is (rows, *axes) or (members, rows, *axes). -> ()."""
        raw = self.raw(self.encode(seen), self.condition(target))
        target, weight = target.expand_as(raw), weight.expand_as(raw)
        return self.criterion(raw, target, self.trimmed(raw, target, weight))  # type: ignore[no-any-return]

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Mean loss over members, each after a corruption of its own. (rows, *axes) twice -> ()."""
        own = x.expand(self.shape.members, *x.shape)
        return self.reconstruction_loss(self.corrupt(own, generator), x, weight)
