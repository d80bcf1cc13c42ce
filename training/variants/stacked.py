"""The stacked autoencoder: as many layers as told, learned one at a time before they are learned together.

    for each layer i, from the outside in:  minimise over f_i, g_i:  E[ loss(h, g_i(f_i(h'))) ],  h = f_(i-1)( .. f_1(x)),
                                            h'_j = 0 with chance `mask`
    then all at once:                       minimise  E[ loss(x, g_1( .. g_n(f_n( .. f_1(x))))) ]

Bengio, Lamblin, Popovici & Larochelle, "Greedy layer-wise training of deep networks", 2007; with hidden values, Vincent,
Larochelle, Lajoie, Bengio & Manzagol, "Stacked denoising autoencoders", 2010. The first part only with `pretrain`. A
decoder that is not the encoder's mirror image is learned after the layers, from the finished code.
Use it for deep or saturating (tanh) networks, or where encoder and decoder should differ. Not for two or three GELU
layers on many records: those learn as well from random weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.autoencoder import Autoencoder
from training.layers import ACTIVATIONS
from training.losses import LOSSES, Loss

PASSES = 10  # over the samples, for each layer
BATCH, RATE = 256, 3e-3


class StackedAutoencoder(Autoencoder):
    """Minimises the reconstruction loss of the record as it is, from pretrained weights where told so."""

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """Reconstruction loss of a batch. (rows, *axes) twice -> ()."""
        return self.reconstruction_loss(x, x, weight)

    def pretrained(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> None:
        """Learn layer after layer, then the decoder where it is no mirror. (rows, *axes) twice."""
        if not self.shape.pretrain:
            return
        x, weight = self.flat(x), self.flat(weight)
        known, seen, criterion = x, weight, self.criterion
        for encode, decode in self.layers(generator):
            layer = nn.Sequential(Hide(self.shape.mask, generator), encode, decode)
            learn(layer, (known, known, seen), criterion, generator)
            known = encode(known).detach()
            seen, criterion = torch.ones_like(known), LOSSES["mse"]()
        if not self.mirrored:
            learn(self.decoder, (known, x, weight), self.criterion, generator)

    @property
    def mirrored(self) -> bool:
        """Whether the decoder's layers are the encoder's in reverse."""
        return self.shape.decoder_hidden in {(), self.shape.hidden[::-1]}

    def layers(self, generator: torch.Generator) -> list[tuple[nn.Module, nn.Module]]:
        """Each layer of the encoder and what undoes it, from the outside in; the code and the record take no activation."""
        inward, outward = linear(self.encoder), linear(self.decoder)[::-1]
        if not self.mirrored:
            outward = [blank(layer.out_features, layer.in_features, generator) for layer in inward]
        between = ACTIVATIONS[self.shape.activation]()
        encoders = [*(nn.Sequential(layer, between) for layer in inward[:-1]), inward[-1]]
        decoders = [outward[0], *(nn.Sequential(layer, between) for layer in outward[1:])]
        return list(zip(encoders, decoders, strict=True))


class Hide(nn.Module):
    """Zeros in place of a share of the values."""

    def __init__(self, share: float, generator: torch.Generator) -> None:
        super().__init__()
        self._share, self._generator = share, generator

    def forward(self, x: Tensor) -> Tensor:
        """(rows, width) -> the same."""
        return x * (torch.rand(x.shape, generator=self._generator) >= self._share)


def learn(
    network: nn.Module, samples: tuple[Tensor, Tensor, Tensor], criterion: Loss, generator: torch.Generator
) -> None:
    """Fit to `samples`: what is seen, what it should become, and its weight, (rows, width) each."""
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    for _ in range(PASSES):
        order = torch.randperm(len(samples[0]), generator=generator)
        for rows in torch.split(order, BATCH):
            seen, target, weight = (part[rows] for part in samples)
            optimiser.zero_grad(set_to_none=True)
            criterion(network(seen), target, weight).backward()  # type: ignore[no-untyped-call]
            optimiser.step()


def linear(network: nn.Module) -> list[nn.Linear]:
    """The linear layers, in order."""
    return [layer for layer in network.modules() if isinstance(layer, nn.Linear)]


def blank(wide: int, narrow: int, generator: torch.Generator) -> nn.Linear:
    """A layer with small weights from `generator`."""
    layer = nn.Linear(wide, narrow, device="meta").to_empty(device="cpu")  # takes no chance of its own
    nn.init.xavier_uniform_(layer.weight, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer
