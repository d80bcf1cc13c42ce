"""What the sparse autoencoder claims: few units of a wide code for each record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from training.autoencoder import Autoencoder, Shape
from training.variants.sparse import SparseAutoencoder, active_units, divergence, relative_l1
from training.variants.vanilla import VanillaAutoencoder

WIDE = {"axes": (12,), "hidden": (48, 32), "code_size": 24, "activation": "gelu", "loss": "mse"}


def sorts(rows: int, seed: int) -> Tensor:
    """Six sorts of record, each with two ways of its own to vary."""
    same, chance = torch.Generator().manual_seed(99), torch.Generator().manual_seed(seed)
    centers, ways = torch.randn(6, 12, generator=same), torch.randn(6, 2, 12, generator=same)
    sort = torch.randint(6, (rows,), generator=chance)
    own = torch.einsum("rk,rkw->rw", torch.randn(rows, 2, generator=chance), ways[sort])
    return centers[sort] + 0.5 * own + 0.1 * torch.randn(rows, 12, generator=chance)


@pytest.mark.parametrize("sparsity", ["l1", "kl"])
def test_fewer_units_are_active_than_in_a_plain_code_at_about_equal_error(
    sparsity: str, fitted: Callable[..., Autoencoder], error: Callable[..., Tensor]
) -> None:
    x, fresh = sorts(1500, 1), sorts(1000, 2)

    plain = fitted(VanillaAutoencoder, Shape(**WIDE), x)
    sparse = fitted(SparseAutoencoder, Shape(**WIDE, sparsity=sparsity), x)

    active = sparse.facts(fresh)["active_units"], active_units(plain.encode(fresh))
    errors = error(sparse, fresh).mean().item(), error(plain, fresh).mean().item()
    print(
        f"{sparsity}: active {active[0]:.2f}, plain {active[1]:.2f}; error {errors[0]:.4f}, plain {errors[1]:.4f}"
    )
    assert active[0] < 0.7 * active[1]
    assert errors[0] < errors[1] + 0.02 * x.var()


@pytest.mark.parametrize("sparsity", [relative_l1, divergence])
def test_a_smaller_code_is_not_a_sparser_one(sparsity: Callable[[Tensor], Tensor]) -> None:
    code = torch.rand(100, 8)

    assert sparsity(0.1 * code).item() == pytest.approx(sparsity(code).item(), rel=1e-3)


def test_units_on_for_one_record_in_twenty_have_no_divergence() -> None:
    code = torch.eye(20).repeat(5, 1)

    assert divergence(code).item() == pytest.approx(0, abs=1e-6)
    assert divergence(1 - code).item() > 1


def test_active_units_count_what_stands_out_in_any_scale() -> None:
    code = torch.tensor([[0.0, 5.0, -1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.1, 1.0]])

    assert active_units(code) == pytest.approx((0 + 1 / 4 + 1) / 3)
    assert active_units(code * torch.tensor([1.0, 1e-3, 1e3])) == active_units(code)


def test_no_unit_of_a_narrow_code_falls_silent_for_ever(
    fitted: Callable[..., Autoencoder], records: Callable[..., Tensor]
) -> None:
    shape = Shape((10,), (32, 16), 3, "gelu", "mse")

    network = fitted(SparseAutoencoder, shape, records(), steps=300)

    assert network.encode(records(seed=1)).amax(dim=0).min() > 0


def test_the_penalty_is_as_told() -> None:
    x = torch.randn(50, 12)
    loose, tight = (SparseAutoencoder(Shape(**WIDE, penalty=penalty)) for penalty in (0.0, 2.0))
    tight.load_state_dict(loose.state_dict())

    losses = [network.loss(x, torch.ones_like(x), torch.Generator()) for network in (loose, tight)]

    assert (losses[1] - losses[0]).item() == pytest.approx(2 * relative_l1(loose.encode(x)).item(), rel=1e-5)
