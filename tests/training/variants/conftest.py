"""A fit loop of a second, and records that hang together, for what each variant claims of itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from training.autoencoder import Autoencoder, Shape

RATE, BATCH = 0.01, 128


@torch.enable_grad()
def fit(variant: type[Autoencoder], shape: Shape, x: Tensor, weight: Tensor, steps: int) -> Autoencoder:
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = variant(shape)
    network.pretrained(x, weight, generator)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-4, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(steps):
        rows = torch.randint(len(x), (BATCH,), generator=generator)
        optimiser.zero_grad()
        network.loss(x[rows], weight[rows], generator).backward()
        optimiser.step()
        schedule.step()
    network.eval()
    network.settled(x, weight)
    return network


@pytest.fixture
def fitted() -> Callable[..., Autoencoder]:
    """Fit a variant from the same first weights, with the same batches, every time."""

    def run(
        variant: type[Autoencoder], shape: Shape, x: Tensor, weight: Tensor | None = None, steps: int = 600
    ) -> Autoencoder:
        return fit(variant, shape, x, torch.ones_like(x) if weight is None else weight, steps)

    return run


@pytest.fixture
def error() -> Callable[[Autoencoder, Tensor], Tensor]:
    """Squared error of every value. (rows, *axes) -> the same."""

    def of(network: Autoencoder, x: Tensor) -> Tensor:
        with torch.no_grad():
            return (x - network.decode(network.encode(x), network.condition(x))).square()

    return of


@pytest.fixture
def records() -> Callable[..., Tensor]:
    """Ten features bent from three hidden ones, with a little noise, about 1 in spread. `seed` draws other rows of the same kind."""

    def draw(rows: int = 1000, seed: int = 0) -> Tensor:
        same, chance = torch.Generator().manual_seed(99), torch.Generator().manual_seed(seed)
        inward, outward = torch.randn(3, 12, generator=same), torch.randn(12, 10, generator=same)
        bent = torch.tanh(torch.randn(rows, 3, generator=chance) @ inward / 2) @ outward / 1.5
        return bent + 0.1 * torch.randn(rows, 10, generator=chance)

    return draw
