"""What the ensemble claims: independent members at the price of one product, and how far they disagree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from training.autoencoder import Autoencoder, Shape
from training.layers import BatchedLinear
from training.variants.denoising import DenoisingAutoencoder
from training.variants.ensemble import EnsembleAutoencoder

MEMBERS = 4


def ensemble(axes: tuple[int, ...] = (10,), loss: str = "mse", **told: object) -> EnsembleAutoencoder:
    torch.manual_seed(0)
    return EnsembleAutoencoder(Shape(axes, (16, 8), 3, "gelu", loss, members=MEMBERS, **told))


def member(network: EnsembleAutoencoder, place: int) -> DenoisingAutoencoder:
    """One member as a network of its own."""
    alone = DenoisingAutoencoder(network.shape)
    with torch.no_grad():
        for own, shared in zip(alone.parameters(), network.parameters(), strict=True):
            own.copy_(shared[place].T if own.dim() == 2 else shared[place, 0])
    return alone


@pytest.mark.parametrize(("axes", "loss"), [((10,), "mse"), ((5, 2), "mse"), ((2, 2, 3), "bce")])
def test_members_are_networks_of_their_own(axes: tuple[int, ...], loss: str) -> None:
    network, x = ensemble(axes, loss), torch.rand(6, *axes)
    none = torch.zeros(6, 0)

    alone = [member(network, place) for place in range(MEMBERS)]

    latents = [each.encode(x) for each in alone]
    rebuilt = torch.stack([each.decode(latent, none) for each, latent in zip(alone, latents, strict=True)])
    losses = torch.stack([each.reconstruction_loss(x, x, torch.ones_like(x)) for each in alone])
    torch.testing.assert_close(network.encode(x), torch.cat(latents, dim=1))
    torch.testing.assert_close(network.decode(network.encode(x), none), rebuilt.mean(dim=0))
    torch.testing.assert_close(network.reconstruction_loss(x, x, torch.ones_like(x)), losses.mean())
    assert network.latent_size == MEMBERS * 3


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_error_and_disagreement_add_up_to_the_members_mean_error(loss: str) -> None:
    network, x = ensemble(loss=loss), torch.rand(6, 10)
    latent, none = network.encode(x), torch.zeros(6, 0)

    each = network.criterion.link(network.raw(latent, none))
    apart = disagreement(network, x)
    together = (x - network.decode(latent, none)).square() + apart

    torch.testing.assert_close(together, (x - each).square().mean(dim=0))
    assert apart.min() > 0


def disagreement(network: Autoencoder, x: Tensor) -> Tensor:
    """Variance of the members' reconstructions of each value."""
    return network.each(network.encode(x), x[:, :0]).var(dim=0, correction=0)


def test_members_disagree_far_from_the_data_and_agree_on_it(
    fitted: Callable[..., Autoencoder], records: Callable[..., Tensor]
) -> None:
    shape = Shape((10,), (32, 16), 3, "gelu", "mse", members=MEMBERS, noise=0.1, mask=0.1)
    network = fitted(EnsembleAutoencoder, shape, records())
    near = records(seed=1)
    far = torch.stack([near[:, place].roll(place) for place in range(10)], dim=1)

    apart = [disagreement(network, x).mean().item() for x in (near, far)]

    print(f"disagreement {apart[0]:.4f} on the data, {apart[1]:.4f} where values do not belong together")
    assert apart[1] > 5 * apart[0]


def test_each_member_meets_noise_of_its_own() -> None:
    network, x = ensemble(noise=0.1, mask=0.3), torch.randn(50, 10)

    spoilt = network.corrupt(x.expand(MEMBERS, 50, 10), torch.Generator().manual_seed(0))

    hidden = spoilt == 0
    assert 0.25 < hidden.float().mean() < 0.35
    assert not any(torch.equal(hidden[0], hidden[place]) for place in range(1, MEMBERS))


def test_a_member_begins_as_any_linear_layer() -> None:
    torch.manual_seed(0)
    layer = BatchedLinear(3, 50, 20)
    torch.manual_seed(0)
    alone = torch.nn.Linear(50, 20)
    x = torch.randn(5, 50)

    torch.testing.assert_close(layer(x)[0], functional.linear(x, alone.weight, alone.bias))
    assert not torch.equal(layer.weight[0], layer.weight[1])
