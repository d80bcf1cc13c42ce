"""The sparse autoencoder: a wide code of which each record uses little.

    minimise over f, g:  E[ loss(x, g(f(x))) ] + penalty * S(f(x))

    l1   f ends in a ReLU,    S = mean |code| / root mean square of the code
    kl   f ends in a sigmoid, S = mean over units j of KL(0.05 || rate_j),  rate_j = mean(code_j)^2 / mean(code_j^2)

Olshausen & Field, "Emergence of simple-cell receptive field properties by learning a sparse code for natural images",
1996 (l1); Lee, Ekanadham & Ng, "Sparse deep belief net model for visual area V2", 2008 (kl). In their plain form both are
escaped by a small code with large weights behind it. Measured against the code's own size they only fall when units
fall silent: for l1 as in Hoyer, "Non-negative matrix factorization with sparseness constraints", 2004; for kl the rate is
the share of records a unit is on for, Treves & Rolls, "What determines the capacity of autoassociative memories in the
brain?", 1991, which for a unit that is only on or off is its mean.
Use it where records are of many sorts and each sort needs few of many units: its code is as wide as the record unless
told. Not with a narrow code: every unit is needed then, and the penalty only costs accuracy.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from training.autoencoder import Autoencoder
from training.layers import dense

RATE = 0.05  # how often a unit should be on (kl)
PENALTIES = {"l1": 0.05, "kl": 0.03}  # where Shape.penalty is None
ACTIVE = 0.5  # of a unit's root mean square
FIRST_BIAS = 0.3  # of the code's units with `l1`: a ReLU that no record reaches would stay silent for ever
LEAST = 1e-6
WIDEST_CODE = 128  # where nobody named a size


class SparseAutoencoder(Autoencoder):
    """Minimises the reconstruction loss plus how much of the code a record uses."""

    @classmethod
    def code(cls, axes: tuple[int, ...], suggested: int) -> int:
        """As wide as the sample: few units at a time have many to choose from."""
        return max(suggested, min(math.prod(axes), WIDEST_CODE))

    def make_encoder(self) -> nn.Module:
        """Flat sample to code, before its ReLU or sigmoid: (rows, size) -> (rows, code size)."""
        encoder = dense([self.shape.size, *self.shape.hidden, self.shape.code_size], self.shape.activation)
        if self.shape.sparsity == "l1":
            nn.init.constant_(encoder[-1].get_parameter("bias"), FIRST_BIAS)
        return encoder

    @property
    def penalty(self) -> float:
        """As told, or what suits the kind of sparsity."""
        told = self.shape.penalty
        return PENALTIES[self.shape.sparsity] if told is None else told

    def encode(self, x: Tensor) -> Tensor:
        """The latent, never negative; below 1 with `kl`. (rows, *axes) -> (rows, code size)."""
        code: Tensor = self.encoder(self.flat(x))
        return code.relu() if self.shape.sparsity == "l1" else code.sigmoid()

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """Reconstruction loss of a batch plus penalty. (rows, *axes) twice -> ()."""
        code = self.encode(x)
        rebuilt: Tensor = self.criterion(self.raw(code, self.condition(x)), x, weight)
        return rebuilt + self.penalty * SPARSITY[self.shape.sparsity](code)

    def facts(self, x: Tensor) -> dict[str, float]:
        """`active_units`: share of the code's units that are active, mean over samples; see `active_units`."""
        with torch.no_grad():
            return {"active_units": active_units(self.encode(x))}


def active_units(code: Tensor) -> float:
    """Mean share of units active in a sample: above half the unit's own root mean square, in size. (rows, code size).

    So a unit's scale does not matter, one that never moves from 0 is never active, and any encoder can be measured.
    """
    usual = code.square().mean(dim=0).sqrt()
    return float((code.abs() > ACTIVE * usual).float().mean())


def relative_l1(code: Tensor) -> Tensor:
    """Mean size over root mean square: 1 when all units are equally on, small when few are. (rows, code size) -> ()."""
    return code.abs().mean() / code.square().mean().clamp(min=LEAST).sqrt()


def divergence(code: Tensor) -> Tensor:
    """Mean over units of KL(RATE || rate of the unit); 0 when every unit is on that often. (rows, code size) -> ()."""
    rate = code.mean(dim=0).square() / code.square().mean(dim=0).clamp(min=LEAST)
    rate = rate.clamp(LEAST, 1 - LEAST)
    return (RATE * (RATE / rate).log() + (1 - RATE) * ((1 - RATE) / (1 - rate)).log()).mean()


SPARSITY = {"l1": relative_l1, "kl": divergence}
