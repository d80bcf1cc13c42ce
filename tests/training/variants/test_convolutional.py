"""Filters over windows and images: any size, the order of readings, the place of a patch, and a graph that agrees."""

from __future__ import annotations

import logging
import warnings
from itertools import pairwise

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from models.operators import ALLOWED
from training.autoencoder import Autoencoder, Shape
from training.variants.convolutional import ConvolutionalAutoencoder
from training.variants.vanilla import VanillaAutoencoder

STATES = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def network(axes: tuple[int, ...], hidden: tuple[int, ...] = (16, 8), **told: object) -> ConvolutionalAutoencoder:
    torch.manual_seed(0)
    return ConvolutionalAutoencoder(shape(axes, hidden, **told))


def shape(axes: tuple[int, ...], hidden: tuple[int, ...], code_size: int = 3, **told: object) -> Shape:
    return Shape(axes, hidden, code_size, activation="gelu", loss="mse", **told)  # type: ignore[arg-type]


def walks(step: int, count: int, seed: int) -> Tensor:
    """Windows of nine readings that go round three states, `step` at a time, from any of them. -> (count, 9, 3)."""
    chance = torch.Generator().manual_seed(seed)
    first = torch.randint(3, (count, 1), generator=chance)
    return STATES[(first + step * torch.arange(9)) % 3] + 0.1 * torch.randn(count, 9, 3, generator=chance)


def fit(network: Autoencoder, x: Tensor, steps: int = 300) -> None:
    chance = torch.Generator().manual_seed(0)
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    for _ in range(steps):
        batch = x[torch.randint(len(x), (64,), generator=chance)]
        optimiser.zero_grad()
        network.loss(batch, torch.ones_like(batch), chance).backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def errors(network: Autoencoder, x: Tensor) -> Tensor:
    with torch.no_grad():
        return (network.decode(network.encode(x), network.condition(x)) - x).square()


def auroc(normal: Tensor, strange: Tensor) -> float:
    return float(roc_auc_score([0] * len(normal) + [1] * len(strange), torch.cat([normal, strange])))


def test_it_finds_a_wrong_order_of_normal_readings_which_no_model_of_rows_can() -> None:
    train, normal, wrong = walks(1, 500, seed=1), walks(1, 300, seed=2), walks(-1, 300, seed=3)
    windows, rows = network((9, 3), noise=0.1), VanillaAutoencoder(shape((3,), (16,), code_size=2))

    fit(windows, train)
    fit(rows, train.flatten(0, 1))

    assert auroc(errors(windows, normal).mean((1, 2)), errors(windows, wrong).mean((1, 2))) >= 0.95
    row_errors = [errors(rows, x.flatten(0, 1)).reshape(-1, 9, 3).mean((1, 2)) for x in (normal, wrong)]
    assert auroc(*row_errors) == pytest.approx(0.5, abs=0.07)


def test_it_finds_a_patch_that_does_not_belong_in_an_image_and_shows_where() -> None:
    slopes = torch.linspace(0, 1, 12)[:, None] * torch.rand(300, 1, 1, generator=torch.Generator().manual_seed(0))
    images = slopes.expand(300, 12, 10)[..., None] + 0.5
    patched = images[200:].clone()
    patched[:, 2:5, 6:9] = -0.5
    tried = network((12, 10, 1))

    fit(tried, images[:200], steps=200)

    assert auroc(errors(tried, images[200:]).mean((1, 2, 3)), errors(tried, patched).mean((1, 2, 3))) >= 0.95
    hot = errors(tried, patched).mean(0)[..., 0]
    assert hot[2:5, 6:9].mean() > 5 * hot[8:, :4].mean()


def test_masking_teaches_it_to_fill_in_what_is_hidden() -> None:
    train, fresh = walks(1, 500, seed=1), walks(1, 300, seed=2)
    holed = fresh.clone()
    holed[:, 4] = 0
    masked, plain = network((9, 3), code_size=8, mask=0.3), network((9, 3), code_size=8)

    for tried in (masked, plain):
        fit(tried, train)

    with torch.no_grad():
        filled, copied = (tried.decode(tried.encode(holed), holed[:, 0, :0])[:, 4] for tried in (masked, plain))
    assert (filled - fresh[:, 4]).square().mean() < 0.5 * (copied - fresh[:, 4]).square().mean()


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


@pytest.mark.parametrize("axes", [(10, 8), (12, 10, 1), (16, 8, 3)])
def test_onnx_runtime_gives_the_same_numbers_for_any_batch_with_allowed_operators(axes: tuple[int, ...]) -> None:
    class Rebuilt(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network(axes).eval()

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            latent = self.inner.encode(x)
            return latent, self.inner.decode(latent, self.inner.condition(x))

    rebuilt = Rebuilt()
    model = exported(rebuilt, axes)

    assert {node.op_type for node in model.graph.node} <= ALLOWED | {"Conv", "ConvTranspose"}
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for rows in (1, 5):
        x = torch.randn(rows, *axes)
        for found, wanted in zip(session.run(None, {"x": x.numpy()}), rebuilt(x), strict=True):
            np.testing.assert_allclose(found, wanted.detach(), rtol=1e-5, atol=1e-6)


def exported(module: nn.Module, axes: tuple[int, ...]) -> onnx.ModelProto:
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
    return program.model_proto


def test_the_graph_has_no_node_that_only_asks_for_shapes() -> None:
    class Encoded(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network((16, 8, 3), hidden=(8, 4)).eval()

        def forward(self, x: Tensor) -> Tensor:
            return self.inner.decode(self.inner.encode(x), x[:, 0, 0, :0])

    operators = [node.op_type for node in exported(Encoded(), (16, 8, 3)).graph.node]

    assert not {"Shape", "Expand", "Slice"} & set(operators)
    assert [one for one, next_ in pairwise(operators) if one == next_ == "Transpose"] == []
