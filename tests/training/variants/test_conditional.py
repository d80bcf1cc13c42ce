"""What the conditional autoencoder claims: a value that is normal only under other conditions is strange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from training.autoencoder import Autoencoder, Shape
from training.variants.conditional import ConditionalAutoencoder
from training.variants.vanilla import VanillaAutoencoder

CLOCK, TARGETS = 4, 4
FAR = 1.0  # from what hour and season ask for; a value spreads by 0.2 around that, and by 1 over the year


def plant(rows: int, seed: int) -> tuple[Tensor, Tensor]:
    """Hour and season as points on circles, then the targets; and the setpoints that these follow."""
    same, chance = torch.Generator().manual_seed(3), torch.Generator().manual_seed(seed)
    phases = 2 * torch.pi * torch.rand(2, TARGETS, generator=same)
    hour, season = (2 * torch.pi * torch.rand(rows, 2, generator=chance)).split(1, dim=1)
    setpoint = torch.cos(hour - phases[0]) + torch.cos(season - phases[1])
    targets = setpoint + 0.2 * torch.randn(rows, TARGETS, generator=chance)
    return torch.cat([hour.cos(), hour.sin(), season.cos(), season.sin(), targets], dim=1), setpoint


def with_a_value_of_another_time(rows: int) -> Tensor:
    (x, setpoint), chance = plant(rows, 3), torch.Generator().manual_seed(4)
    at, place = torch.arange(rows), torch.randint(TARGETS, (rows,), generator=chance)
    value = x[torch.randperm(rows, generator=chance), CLOCK + place]
    x[at, CLOCK + place] = value
    return x[(value - setpoint[at, place]).abs() > FAR]


def recall(scores: Callable[[Tensor], Tensor]) -> float:
    """Share of strange records above the threshold that one normal record in a hundred passes."""
    threshold = scores(plant(4000, 2)[0]).quantile(0.99)
    return (scores(with_a_value_of_another_time(4000)) > threshold).float().mean().item()


def explained(latent: Tensor, condition: Tensor) -> float:
    """Share of the latent's variance that a linear map of the conditions explains."""
    given = torch.cat([condition, torch.ones(len(condition), 1)], dim=1)
    rest = latent - given @ torch.linalg.pinv(given) @ latent
    return 1 - (rest.var(dim=0).sum() / latent.var(dim=0).sum()).item()


@pytest.mark.parametrize("code_size", [2, 3])
def test_a_value_normal_only_under_another_condition_is_found_where_a_plain_code_misses_it(
    code_size: int, fitted: Callable[..., Autoencoder], error: Callable[..., Tensor]
) -> None:
    x, _ = plant(3000, 1)
    plain_shape = Shape((CLOCK + TARGETS,), (48, 24), code_size, "gelu", "mse", noise=0.1, mask=0.1)
    shape = replace(plain_shape, conditions=tuple(range(CLOCK)))
    weight = torch.ones_like(x)
    weight[:, :CLOCK] = 0

    plain = fitted(VanillaAutoencoder, plain_shape, x)
    conditional = fitted(ConditionalAutoencoder, shape, x, weight)

    def found(network: Autoencoder, first: int) -> float:
        usual = error(network, x)[:, first:].mean(dim=0)
        return recall(lambda rows: (error(network, rows)[:, first:] / usual).mean(dim=1))

    recalls = found(conditional, CLOCK), found(plain, 0), found(plain, CLOCK)
    carried = [explained(network.encode(x).detach(), x[:, :CLOCK]) for network in (conditional, plain)]
    print(
        f"code {code_size}: conditional, plain, plain on the targets alone: {recalls}; of the code, condition: {carried}"
    )
    assert recalls[0] >= 0.95
    assert max(recalls[1:]) < 0.9
    assert carried[0] < 0.1
    assert carried[1] > 0.5


def test_conditions_are_seen_as_they_are_and_targets_spoilt() -> None:
    network = ConditionalAutoencoder(
        Shape((4,), (8,), 2, "gelu", "mse", conditions=(1, 3), noise=0.1, mask=0.5)
    )
    x = torch.randn(200, 4)

    spoilt = network.corrupt(x, torch.Generator().manual_seed(0))

    assert torch.equal(spoilt[:, [1, 3]], x[:, [1, 3]])
    assert (spoilt != x)[:, [0, 2]].all()


def test_a_column_of_a_window_is_swapped_whole() -> None:
    network = ConditionalAutoencoder(Shape((5, 2), (8,), 2, "gelu", "mse", conditions=(1,), mask=0.5))
    x = torch.arange(100.0)[:, None, None].expand(100, 5, 2)

    column = network.corrupt(x, torch.Generator().manual_seed(0))[:, :, 0]

    assert all(torch.equal(one, other) for one, other in pairwise(column.unbind(dim=1)))
    assert 0.3 < (column[:, 0] != x[:, 0, 0]).float().mean() < 0.7


def test_the_same_targets_are_rebuilt_otherwise_under_another_condition() -> None:
    network = ConditionalAutoencoder(Shape((4,), (8,), 2, "gelu", "mse", conditions=(3,)))
    latent = torch.randn(5, 2)

    rebuilt = [network.decode(latent, torch.full((5, 1), given)) for given in (0.0, 1.0)]

    assert not torch.allclose(*rebuilt)
