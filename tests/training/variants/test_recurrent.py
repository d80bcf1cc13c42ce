"""A GRU over windows: the order of readings, any length, several layers, and a graph that agrees."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable

import numpy as np
import onnxruntime
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from models.operators import check_operators
from training.autoencoder import Autoencoder, Shape
from training.variants.recurrent import RecurrentAutoencoder
from training.variants.vanilla import VanillaAutoencoder

STATES = torch.eye(3)
Fit = Callable[..., Autoencoder]
Errors = Callable[[Autoencoder, Tensor], Tensor]


def network(
    axes: tuple[int, ...] = (9, 3), hidden: tuple[int, ...] = (16,), **told: object
) -> RecurrentAutoencoder:
    torch.manual_seed(0)
    return RecurrentAutoencoder(shape(axes, hidden, **told))


def shape(axes: tuple[int, ...], hidden: tuple[int, ...], code_size: int = 3, **told: object) -> Shape:
    return Shape(axes, hidden, code_size, activation="gelu", loss="mse", **told)


def walks(step: int, count: int, seed: int) -> Tensor:
    """Windows of nine readings that go round three states, `step` at a time, from any of them. -> (count, 9, 3)."""
    chance = torch.Generator().manual_seed(seed)
    first = torch.randint(3, (count, 1), generator=chance)
    return STATES[(first + step * torch.arange(9)) % 3] + 0.1 * torch.randn(count, 9, 3, generator=chance)


def auroc(normal: Tensor, strange: Tensor) -> float:
    return float(roc_auc_score([0] * len(normal) + [1] * len(strange), torch.cat([normal, strange])))


def test_it_finds_a_wrong_order_of_normal_readings_which_no_model_of_rows_can(
    fitted: Fit, error: Errors
) -> None:
    train, normal, wrong = walks(1, 500, seed=1), walks(1, 300, seed=2), walks(-1, 300, seed=3)

    windows = fitted(RecurrentAutoencoder, shape((9, 3), (16,), noise=0.1), train, steps=400)
    rows = fitted(VanillaAutoencoder, shape((3,), (16,), code_size=2), train.flatten(0, 1), steps=300)

    found = auroc(*(error(windows, x).mean((1, 2)) for x in (normal, wrong)))
    by_row = [error(rows, x.flatten(0, 1)).mean(1).reshape(-1, 9) for x in (normal, wrong)]
    of_rows = auroc(*(each.mean(1) for each in by_row)), auroc(*(each.amax(1) for each in by_row))
    print(f"windows {found:.3f}; rows, by mean and by largest error, {of_rows[0]:.3f} and {of_rows[1]:.3f}")
    assert found >= 0.95
    assert of_rows == pytest.approx((0.5, 0.5), abs=0.07)


def test_the_order_of_the_readings_reaches_the_code() -> None:
    tried, x = network(), walks(1, 20, seed=0)

    assert not torch.allclose(tried.encode(x), tried.encode(x.flip(1)), atol=1e-3)


@pytest.mark.parametrize("length", [1, 2, 31])
@pytest.mark.parametrize(("hidden", "decoder_hidden"), [((8,), ()), ((8, 4), ()), ((8,), (4, 6, 8))])
def test_windows_of_any_length_go_through_any_layers(
    length: int, hidden: tuple[int, ...], decoder_hidden: tuple[int, ...]
) -> None:
    tried = network((length, 2), hidden, decoder_hidden=decoder_hidden)

    latent = tried.encode(torch.randn(4, length, 2))

    assert latent.shape == (4, 3)
    assert tried.decode(latent, torch.empty(4, 0)).shape == (4, length, 2)


def test_every_weight_takes_part_in_the_loss() -> None:
    tried, x = network(hidden=(8, 4)), walks(1, 20, seed=0)

    tried.loss(x, torch.ones_like(x), torch.Generator()).backward()

    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in tried.parameters())


@pytest.mark.parametrize("told", [{}, {"noise": 0.2}, {"mask": 0.2}])
def test_all_chance_in_the_loss_comes_from_the_generator(told: dict[str, float]) -> None:
    tried, x = network(**told), walks(1, 20, seed=0)
    before = torch.get_rng_state()

    losses = [
        tried.loss(x, torch.ones_like(x), torch.Generator().manual_seed(seed)).item() for seed in (1, 1, 2)
    ]

    assert losses[0] == losses[1]
    assert (losses[0] == losses[2]) == (not told)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_same_seed_gives_the_same_weights() -> None:
    first, again = network().state_dict(), network().state_dict()

    assert all(torch.equal(first[name], again[name]) for name in first)


class Rebuilt(nn.Module):
    """Latent and reconstruction, as one module to export."""

    def __init__(self, inner: Autoencoder) -> None:
        super().__init__()
        self.inner = inner.eval()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        latent = self.inner.encode(x)
        return latent, self.inner.decode(latent, self.inner.condition(x))


@pytest.mark.parametrize(("axes", "hidden"), [((10, 8), (16,)), ((30, 2), (16, 8))])
@torch.no_grad()
def test_onnx_runtime_gives_the_same_numbers_for_any_batch_with_allowed_operators(
    axes: tuple[int, ...], hidden: tuple[int, ...]
) -> None:
    rebuilt = Rebuilt(network(axes, hidden))
    model = exported(rebuilt, axes)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    check_operators(model)
    for rows in (1, 5):
        x = torch.randn(rows, *axes)
        for found, wanted in zip(session.run(None, {"x": x.numpy()}), rebuilt(x), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def exported(module: nn.Module, axes: tuple[int, ...]) -> bytes:
    """With a free number of rows, and without what the exporter has to say."""
    for name in ("torch.onnx", "onnxscript", "onnx_ir"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module,
            (torch.randn(3, *axes),),
            input_names=["x"],
            dynamic_shapes=({0: torch.export.Dim("rows")},),
            opset_version=18,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    return program.model_proto.SerializeToString()
