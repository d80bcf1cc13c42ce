"""What the variational autoencoder claims: records drawn from it are spread as the data are."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from models.operators import check_operators
from training.autoencoder import Autoencoder, Shape
from training.variants.variational import VariationalAutoencoder

SHARES = torch.linspace(0.05, 0.95, 19)


def shape(width: int, code_size: int = 3, **told: object) -> Shape:
    return Shape((width,), (32, 16), code_size, "gelu", "mse", **told)


def chance(network: Autoencoder, rows: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    latent = torch.randn(rows, network.latent_size, generator=generator)
    return latent, torch.randn(rows, *network.shape.axes, generator=generator)


def apart(some: Tensor, others: Tensor) -> float:
    """Mean distance of the quantiles of each feature."""
    return (some.quantile(SHARES, dim=0) - others.quantile(SHARES, dim=0)).abs().mean().item()


@torch.no_grad()
def test_each_feature_of_drawn_records_has_the_quantiles_of_fresh_ones(
    fitted: Callable[..., Autoencoder], records: Callable[..., Tensor]
) -> None:
    x, fresh = records(2000), records(2000, seed=1)
    network = fitted(VariationalAutoencoder, shape(10), x)
    assert isinstance(network, VariationalAutoencoder)
    none = torch.zeros(4000, 0)

    drawn, unmapped = (make(*chance(network, 4000), none) for make in (network.generate, network.draw))
    network.centers.zero_()
    network.factor.copy_(torch.eye(3))
    plain = network.draw(*chance(network, 4000), none)

    found = {"two halves of the data": apart(x, fresh), "drawn": apart(drawn, fresh)}
    found |= {"before the map": apart(unmapped, fresh), "from N(0, 1)": apart(plain, fresh)}
    print(found)
    assert found["drawn"] < found["two halves of the data"] + 0.03
    assert found["drawn"] < found["before the map"] < found["from N(0, 1)"]
    correlations = drawn.T.corrcoef(), fresh.T.corrcoef()
    assert (correlations[0] - correlations[1]).abs().max() < 0.15


@torch.no_grad()
def test_drawn_records_follow_their_condition(fitted: Callable[..., Autoencoder]) -> None:
    generator = torch.Generator().manual_seed(1)
    mode = torch.randint(2, (2000, 1), generator=generator).float()
    hidden = torch.randn(2000, 1, generator=generator)
    rest = torch.cat([3 * mode + 0.3 * hidden, hidden * (1 - 2 * mode)], dim=1)
    x = torch.cat([mode, rest + 0.1 * torch.randn(2000, 2, generator=generator)], dim=1)
    weight = torch.ones_like(x) * torch.tensor([0.0, 1.0, 1.0])

    network = fitted(VariationalAutoencoder, shape(3, 2, conditions=(0,)), x, weight)

    for given in (0.0, 1.0):
        drawn = network.generate(*chance(network, 2000), torch.full((2000, 1), given))[:, 1:]
        known = x[mode[:, 0] == given, 1:]
        print(given, drawn.mean(dim=0), known.mean(dim=0), drawn.std(dim=0), known.std(dim=0))
        torch.testing.assert_close(drawn.mean(dim=0), known.mean(dim=0), atol=0.2, rtol=0)
        torch.testing.assert_close(drawn.std(dim=0), known.std(dim=0), atol=0.2, rtol=0)
        assert torch.sign(drawn.T.corrcoef()[0, 1]) == 1 - 2 * given


@torch.no_grad()
def test_the_spread_learned_for_a_feature_is_its_noise(fitted: Callable[..., Autoencoder]) -> None:
    generator = torch.Generator().manual_seed(1)
    noise = torch.tensor([0.1, 0.1, 0.1, 0.6])
    hidden = torch.randn(2000, 1, generator=generator)
    x = hidden * torch.tensor([1.0, -1.0, 1.0, 0.8]) + noise * torch.randn(2000, 4, generator=generator)

    network = fitted(VariationalAutoencoder, shape(4, 1), x, steps=2000)

    assert isinstance(network, VariationalAutoencoder)
    torch.testing.assert_close(network.spread(), noise, atol=0.05, rtol=0)


def test_the_latent_is_the_mean_and_leaves_nothing_to_chance() -> None:
    network, x = VariationalAutoencoder(shape(10)), torch.randn(8, 10)

    assert torch.equal(network.encode(x), network.encode(x))
    assert torch.equal(network.encode(x), network.encoder(x)[:, :3])


def test_a_larger_penalty_leaves_less_in_the_code(
    fitted: Callable[..., Autoencoder], records: Callable[..., Tensor]
) -> None:
    told = [fitted(VariationalAutoencoder, shape(10, penalty=beta), records(), steps=300) for beta in (1, 50)]

    facts = [network.facts(records(seed=1)) for network in told]

    print(facts)
    assert facts[0]["latent_nats"] > 2 * facts[1]["latent_nats"]
    assert facts[0]["used_units"] == 1


def test_a_missing_value_has_no_part_in_the_quantiles(records: Callable[..., Tensor]) -> None:
    x = records()
    weight = torch.ones_like(x)
    x[500:, 0], weight[500:, 0], weight[:, 1] = 40, 0, 0
    network = VariationalAutoencoder(shape(10))

    network.settled(x, weight)

    assert network.known_quantiles[0].max() == x[:500, 0].max()
    assert network.known_quantiles[1].eq(0).all()
    assert network.generate(*chance(network, 100), torch.zeros(100, 0)).isfinite().all()


@pytest.mark.parametrize(("axes", "conditions"), [((6, 3), (1,)), ((3, 4, 2), ())])
def test_windows_and_images_are_drawn_too(axes: tuple[int, ...], conditions: tuple[int, ...]) -> None:
    network = VariationalAutoencoder(Shape(axes, (16,), 2, "gelu", "bce", conditions=conditions))
    x = torch.rand(200, *axes)

    network.settled(x, torch.ones_like(x))
    drawn = network.generate(*chance(network, 500), torch.rand(500, len(conditions)))

    assert drawn.shape == (500, *axes)
    assert drawn.min() >= x.min()
    assert drawn.max() <= x.max()
    assert apart(drawn.flatten(0, -2), x.flatten(0, -2)) < 0.05


@pytest.mark.parametrize("conditions", [(), (1, 2)])
def test_the_sampler_is_made_of_allowed_operators(conditions: tuple[int, ...]) -> None:
    class Sampler(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = VariationalAutoencoder(shape(4, conditions=conditions))

        def forward(self, latent: Tensor, noise: Tensor) -> Tensor:
            return self.network.generate(latent, noise, self.network.condition(noise))

    rows = {0: torch.export.Dim("rows")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            Sampler().eval(),
            (torch.zeros(3, 3), torch.zeros(3, 4)),
            dynamic_shapes=(rows, rows),
            opset_version=18,
            dynamo=True,
            external_data=False,
            verbose=False,
        )

    check_operators(program.model_proto.SerializeToString())
