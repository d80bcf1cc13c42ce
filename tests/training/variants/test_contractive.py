"""What the contractive autoencoder claims: a flatter reconstruction at the same error, at the price of one more product."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import jacrev, vmap

from training.autoencoder import Autoencoder, Shape
from training.variants.contractive import ContractiveAutoencoder, jacobian_norm
from training.variants.vanilla import VanillaAutoencoder

AXES = [(6,), (3, 2), (2, 3, 2)]


def shape(axes: tuple[int, ...], **told: object) -> Shape:
    return Shape(axes=axes, hidden=(16,), code_size=3, activation="gelu", loss="mse", **told)


def fading(rows: int, seed: int) -> Tensor:
    """Sixteen features bent from as many hidden ones, each of which says less than the one before."""
    same, chance = torch.Generator().manual_seed(99), torch.Generator().manual_seed(seed)
    hidden = torch.randn(rows, 16, generator=chance) * 0.75 ** torch.arange(16)
    return 1.3 * torch.tanh(hidden @ torch.randn(16, 16, generator=same) / 1.5)


def loud(network: Autoencoder) -> Autoencoder:
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3)
    return network


def slopes(whole: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    return vmap(jacrev(lambda one: whole(one[None])[0]))(x).square().sum() / len(x)


@pytest.mark.parametrize("axes", AXES)
def test_the_norm_is_that_of_the_whole_jacobian(axes: tuple[int, ...]) -> None:
    network, x = loud(ContractiveAutoencoder(shape(axes))), torch.randn(20, *axes)

    whole = slopes(lambda rows: network.decode(network.encode(rows), network.condition(rows)), x)

    assert jacobian_norm(network, x) == pytest.approx(whole.sqrt().item(), rel=1e-4)
    assert network.facts(x) == {"jacobian_norm": jacobian_norm(network, x)}


@pytest.mark.parametrize("axes", AXES)
def test_one_random_probe_is_right_on_average(axes: tuple[int, ...]) -> None:
    network, x = loud(ContractiveAutoencoder(shape(axes, penalty=1.0))), torch.randn(2000, *axes)
    weight, generator = torch.ones_like(x), torch.Generator().manual_seed(0)

    plain = network.reconstruction_loss(x, x, weight)
    estimates = torch.stack([network.loss(x, weight, generator) - plain for _ in range(10)])

    exact = jacobian_norm(network, x) ** 2 / x[0].numel()
    assert estimates.mean().item() == pytest.approx(exact, rel=0.03)


def test_the_jacobian_is_smaller_than_a_plain_one_at_equal_error(
    fitted: Callable[..., Autoencoder], error: Callable[..., Tensor]
) -> None:
    x, fresh = fading(300, 1), fading(500, 2)
    told = Shape((16,), (48, 24), 16, "gelu", "mse")

    plain, flat = (fitted(kind, told, x) for kind in (VanillaAutoencoder, ContractiveAutoencoder))

    errors = [error(network, fresh).mean().item() for network in (plain, flat)]
    norms = [jacobian_norm(network, fresh) for network in (plain, flat)]
    codes = [
        (slopes(network.encode, fresh) / network.encode(fresh).var(dim=0).sum()).sqrt().item()
        for network in (plain, flat)
    ]
    print(f"plain, contractive: error {errors}, norm {norms}, of the encoder over its code's spread {codes}")
    assert errors[1] < 1.1 * errors[0]
    assert norms[1] < 0.93 * norms[0]
    assert codes[1] < codes[0]


def test_a_smaller_code_with_larger_weights_behind_it_changes_nothing() -> None:
    network, x = loud(ContractiveAutoencoder(shape((6,)))), torch.randn(50, 6)
    weight = torch.ones_like(x)
    before = network.loss(x, weight, torch.Generator().manual_seed(0)).item()

    with torch.no_grad():
        for parameter in network.encoder[-1].parameters():
            parameter.div_(10)
        network.decoder[0].weight.mul_(10)

    assert network.loss(x, weight, torch.Generator().manual_seed(0)).item() == pytest.approx(before, rel=1e-4)


def test_a_value_without_weight_may_be_as_steep_as_it_likes() -> None:
    network, x = loud(ContractiveAutoencoder(shape((6,)))), torch.randn(50, 6)
    weight = torch.ones_like(x)
    weight[:, 0] = 0
    before = network.loss(x, weight, torch.Generator().manual_seed(0)).item()

    with torch.no_grad():
        network.decoder[-1].weight[0].mul_(10)

    assert network.loss(x, weight, torch.Generator().manual_seed(0)).item() == pytest.approx(before, rel=1e-5)
