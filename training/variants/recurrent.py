"""The recurrent autoencoder: read a window one reading after the other, keep a code, and write the window from it.

    h_t = GRU(x'_t, h_{t-1}),  code = V h_T;   s_t = GRU(code, s_{t-1}),  s_0 = tanh(U code),  x_hat_t = W s_t
    minimise:  E[ loss(x, x_hat) ],  x' = m (x + noise e),  e ~ N(0, 1),  m = 0 with chance `mask`

Malhotra, Ramakrishnan, Anand, Vig, Agarwal & Shroff, "LSTM-based encoder-decoder for multi-sensor anomaly detection",
2016, with the lighter cell of Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from training.autoencoder import Autoencoder, Kind


class Reader(nn.Module):
    """GRU layers, one on the other; the last one's last state becomes the code."""

    def __init__(self, width, units, code_size, reverse) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.GRU(i, o) for i, o in zip([width, *units], units))
        self.code = nn.Linear(units[-1], code_size)
        self.reverse = reverse

    def forward(self, x: Tensor) -> Tensor:
        x = x.transpose(0, 1)
        if self.reverse: x = x.flip(0)
        for l in self.layers:
            x, h = l(x)
        return self.code(h[0])


class Writer(nn.Module):
    def __init__(self, code_size, units, width, length, scheme, reverse) -> None:
        super().__init__()
        self.scheme, self.length, self.reverse = scheme, length, reverse
        self.layers = nn.ModuleList(nn.GRU(i, o) for i, o in zip([code_size, *units], units))
        self.first = nn.Linear(code_size, units[0])
        self.out = nn.Linear(units[-1], width)

    def forward(self, code: Tensor) -> Tensor:
        x = code.expand(self.length, *code.shape)
        if self.scheme == "state": x = torch.zeros_like(x)
        for k, l in enumerate(self.layers):
            h = torch.tanh(self.first(code))[None] if k == 0 and self.scheme != "input" else None
            x, _ = l(x, h)
        if self.reverse: x = x.flip(0)
        return self.out(x).transpose(0, 1)


class RecurrentAutoencoder(Autoencoder):
    KINDS: ClassVar[frozenset[Kind]] = frozenset({"window"})
    SCHEME, ENC, DEC = "both", False, False

    def make_encoder(self) -> nn.Module:
        return Reader(self.shape.axes[1], self.shape.hidden, self.shape.code_size, self.ENC)

    def make_decoder(self) -> nn.Module:
        h = self.shape.decoder_hidden or self.shape.hidden[::-1]
        return Writer(self.shape.code_size, h, self.shape.axes[1], self.shape.axes[0], self.SCHEME, self.DEC)

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def raw(self, latent: Tensor, condition: Tensor) -> Tensor:
        return self.decoder(latent)

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        return self.reconstruction_loss(self.corrupt(x, generator), x, weight)

    def corrupt(self, x: Tensor, generator: torch.Generator) -> Tensor:
        if self.shape.noise:
            x = x + self.shape.noise * torch.randn(x.shape, generator=generator)
        if self.shape.mask:
            x = x * (torch.rand(x.shape, generator=generator) >= self.shape.mask)
        return x
