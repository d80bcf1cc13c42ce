"""What the stacked autoencoder claims: free widths, and a head start from layers learned one at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from training.autoencoder import Shape
from training.variants.stacked import StackedAutoencoder, linear


def stacked(
    decoder_hidden: tuple[int, ...] = (), *, pretrain: bool = True, seed: int = 0
) -> StackedAutoencoder:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        told = Shape(
            (10,), (32, 24, 16), 3, "tanh", "mse", decoder_hidden=decoder_hidden, mask=0.1, pretrain=pretrain
        )
        return StackedAutoencoder(told)


@pytest.mark.parametrize("decoder_hidden", [(), (20,), (16, 24, 32)])
@torch.no_grad()
def test_pretraining_lowers_the_loss_that_fitting_starts_from(
    decoder_hidden: tuple[int, ...], records: Callable[..., Tensor]
) -> None:
    network, x, fresh = stacked(decoder_hidden), records(), records(seed=1)
    weight, generator = torch.ones_like(x), torch.Generator().manual_seed(0)
    before = network.loss(fresh, weight, generator).item()

    with torch.enable_grad():
        network.pretrained(x, weight, generator)

    after = network.loss(fresh, weight, generator).item()
    print(f"{decoder_hidden}: {before:.3f} -> {after:.3f}")
    assert after < 0.6 * before


def test_without_being_told_nothing_is_pretrained(records: Callable[..., Tensor]) -> None:
    network, x = stacked(pretrain=False), records(100)
    before = [parameter.clone() for parameter in network.parameters()]

    network.pretrained(x, torch.ones_like(x), torch.Generator())

    assert all(map(torch.equal, before, network.parameters()))


@pytest.mark.parametrize("decoder_hidden", [(), (20,)])
def test_all_chance_of_pretraining_comes_from_the_generator(
    decoder_hidden: tuple[int, ...], records: Callable[..., Tensor]
) -> None:
    x, state = records(300), torch.get_rng_state()
    networks = [stacked(decoder_hidden) for _ in range(2)]

    for network in networks:
        network.pretrained(x, torch.ones_like(x), torch.Generator().manual_seed(4))

    assert all(map(torch.equal, *(network.parameters() for network in networks)))
    assert torch.equal(torch.get_rng_state(), state)


def test_the_decoder_has_the_widths_it_was_told() -> None:
    widths = [layer.out_features for layer in linear(stacked((20, 5)).decoder)]

    assert widths == [20, 5, 10]


def test_windows_and_missing_values_are_pretrained_too() -> None:
    torch.manual_seed(0)
    network = StackedAutoencoder(Shape((4, 3), (16, 8), 2, "gelu", "bce", pretrain=True))
    x, weight = torch.rand(300, 4, 3), torch.ones(300, 4, 3)
    weight[:, :, 2] = 0
    spoilt = x.clone()
    before = linear(network.decoder)[-1].bias.clone()

    network.pretrained(spoilt, weight, torch.Generator().manual_seed(0))

    bias = linear(network.decoder)[-1].bias.reshape(4, 3)
    assert torch.equal(bias[:, 2], before.reshape(4, 3)[:, 2])
    assert (bias[:, 0] != before.reshape(4, 3)[:, 0]).all()
