"""Filters over windows and images: any size, the order of readings, the place of a patch, and a graph that agrees."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from models.operators import check_operators
from training.autoencoder import Autoencoder, Shape
from training.variants.convolutional import ConvolutionalAutoencoder
from training.variants.vanilla import VanillaAutoencoder

STATES = torch.eye(3)
Fit = Callable[..., Autoencoder]
Errors = Callable[[Autoencoder, Tensor], Tensor]


def network(
    axes: tuple[int, ...], hidden: tuple[int, ...] = (16, 8), **told: object
) -> ConvolutionalAutoencoder:
    torch.manual_seed(0)
    return ConvolutionalAutoencoder(shape(axes, hidden, **told))


def shape(axes: tuple[int, ...], hidden: tuple[int, ...], code_size: int = 3, **told: object) -> Shape:
    return Shape(axes, hidden, code_size, **{"activation": "gelu", "loss": "mse", **told})


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

    windows = fitted(ConvolutionalAutoencoder, shape((9, 3), (16, 8), noise=0.1), train, steps=400)
    rows = fitted(VanillaAutoencoder, shape((3,), (16,), code_size=2), train.flatten(0, 1), steps=300)

    found = auroc(*(error(windows, x).mean((1, 2)) for x in (normal, wrong)))
    by_row = [error(rows, x.flatten(0, 1)).mean(1).reshape(-1, 9) for x in (normal, wrong)]
    of_rows = auroc(*(each.mean(1) for each in by_row)), auroc(*(each.amax(1) for each in by_row))
    print(f"windows {found:.3f}; rows, by mean and by largest error, {of_rows[0]:.3f} and {of_rows[1]:.3f}")
    assert found >= 0.95
    assert of_rows == pytest.approx((0.5, 0.5), abs=0.07)


def test_it_finds_a_patch_that_does_not_belong_in_an_image_and_shows_where(
    fitted: Fit, error: Errors
) -> None:
    chance = torch.Generator().manual_seed(0)
    slopes = torch.linspace(0, 1, 12)[:, None] * torch.rand(300, 1, 1, generator=chance)
    images = slopes.expand(300, 12, 10)[..., None] + 0.5
    patched = images[200:].clone()
    patched[:, 2:5, 6:9] = -0.5

    tried = fitted(ConvolutionalAutoencoder, shape((12, 10, 1), (16, 8)), images[:200], steps=150)

    before, after = error(tried, images[200:]), error(tried, patched)
    found, hot = auroc(before.mean((1, 2, 3)), after.mean((1, 2, 3))), after.mean((0, 3))
    print(f"images {found:.3f}; error in the patch {hot[2:5, 6:9].mean():.3f}, of all {hot.mean():.3f}")
    assert found >= 0.95
    assert hot[2:5, 6:9].mean() > 5 * hot.mean()


def test_masking_teaches_it_to_fill_in_what_is_hidden(fitted: Fit, error: Errors) -> None:
    train, fresh = walks(1, 500, seed=1), walks(1, 300, seed=2)
    holed = fresh.clone()
    holed[:, 3:7] = 0

    plain, masked = (
        fitted(ConvolutionalAutoencoder, shape((9, 3), (16, 8), mask=mask), train, steps=400)
        for mask in (0.0, 0.3)
    )

    apart = [
        (tried.decode(tried.encode(holed), holed[:, 0, :0]) - fresh)[:, 3:7].square().mean().item()
        for tried in (plain, masked)
    ]
    print(f"error of hidden readings: plain {apart[0]:.3f}, with masking {apart[1]:.3f}")
    assert apart[1] < 0.7 * apart[0]


@pytest.mark.parametrize("axes", [(1, 3), (2, 1), (7, 2), (10, 8), (1, 1, 1), (5, 1, 2), (13, 6, 3)])
@pytest.mark.parametrize("stages", [0, 1, 4])
def test_samples_of_any_size_go_through_any_number_of_stages(axes: tuple[int, ...], stages: int) -> None:
    tried = network(axes, hidden=(4,) * stages)

    rebuilt = tried.decode(tried.encode(torch.randn(2, *axes)), torch.empty(2, 0))

    assert rebuilt.shape == (2, *axes)


def test_the_decoder_may_have_stages_of_its_own() -> None:
    tried = network((13, 6, 3), hidden=(8, 4), decoder_hidden=(4, 8, 8))

    assert tried.decode(tried.encode(torch.randn(2, 13, 6, 3)), torch.empty(2, 0)).shape == (2, 13, 6, 3)


def test_stages_grow_with_the_image_until_its_maps_are_16_wide() -> None:
    assert ConvolutionalAutoencoder.hidden((256, 256, 3), 64, 2) == (128, 64, 32, 16)
    assert ConvolutionalAutoencoder.hidden((28, 28, 1), 8, 2) == (32, 16)
    assert ConvolutionalAutoencoder.hidden((512, 40, 1), 8, 2) == (128, 128, 64, 32, 16)
    assert ConvolutionalAutoencoder.hidden((30, 4), 8, 3) == (64, 32, 16)


def test_the_places_of_an_image_are_halved_and_doubled_stage_by_stage() -> None:
    tried = network((64, 48, 3), hidden=(8, 4))

    maps = tried.encoder[:4](torch.randn(2, 3, 64, 48))  # type: ignore[index]

    assert maps.shape == (2, 4, 16, 12)


@pytest.mark.parametrize("told", [{}, {"noise": 0.2}, {"mask": 0.2}])
def test_all_chance_in_the_loss_comes_from_the_generator(told: dict[str, float]) -> None:
    tried, x = network((9, 3), **told), walks(1, 20, seed=0)
    before = torch.get_rng_state()

    losses = [
        tried.loss(x, torch.ones_like(x), torch.Generator().manual_seed(seed)).item() for seed in (1, 1, 2)
    ]

    assert losses[0] == losses[1]
    assert (losses[0] == losses[2]) == (not told)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_same_seed_gives_the_same_weights() -> None:
    first, again = network((9, 3)).state_dict(), network((9, 3)).state_dict()

    assert all(torch.equal(first[name], again[name]) for name in first)


class Rebuilt(nn.Module):
    """Latent and reconstruction, as one module to export."""

    def __init__(self, inner: Autoencoder) -> None:
        super().__init__()
        self.inner = inner.eval()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        latent = self.inner.encode(x)
        return latent, self.inner.decode(latent, self.inner.condition(x))


@pytest.mark.parametrize("axes", [(10, 8), (12, 10, 1), (16, 8, 3)])
@torch.no_grad()
def test_onnx_runtime_gives_the_same_numbers_for_any_batch_with_allowed_operators(
    axes: tuple[int, ...],
) -> None:
    rebuilt = Rebuilt(network(axes))
    model = exported(rebuilt, axes)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    check_operators(model)
    for rows in (1, 5):
        x = torch.randn(rows, *axes)
        for found, wanted in zip(session.run(None, {"x": x.numpy()}), rebuilt(x), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_sizes_that_halve_evenly_need_no_node_but_layers_and_turns() -> None:
    model = onnx.load_from_string(exported(Rebuilt(network((16, 8, 3), activation="relu")), (16, 8, 3)))

    assert [node.op_type for node in model.graph.node] == [
        *("Transpose", "Conv", "Relu", "Conv", "Relu", "Reshape", "Gemm"),
        *("Gemm", "Reshape", "Relu", "ConvTranspose", "Relu", "ConvTranspose", "Transpose"),
    ]


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
