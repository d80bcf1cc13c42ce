"""One suite over every variant on every kind of data it takes: what any autoencoder here must do."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
import torch

from models.feed import Feed, Samples
from models.judgement import judge
from models.scorer import Scores
from models.threshold import Vector
from training.autoencoder import Autoencoder, Shape
from training.variants import VARIANTS

AXES = {"table": (6,), "window": (8, 3), "image": (8, 10, 1)}
NETWORKS = [(name, kind) for name, variant in VARIANTS.items() for kind in AXES if kind in variant.KINDS]


def network(name: str, kind: str) -> Autoencoder:
    torch.manual_seed(0)
    variant = VARIANTS[name]
    return variant(
        Shape(
            axes=AXES[kind],
            hidden=variant.hidden(AXES[kind], 2, 2),
            code_size=2,
            activation="gelu",
            loss="mse",
            conditions=(1,) if variant.TAKES_CONDITIONS and kind != "image" else (),
            noise=0.1,
            mask=0.1,
        )
    )


def scores(trained) -> tuple[Vector, Vector, float]:
    torch_score = trained.made.graph.of(trained.samples).score.double().numpy()
    return torch_score, trained.scorer.score(trained.samples).score, trained.scorer.manifest.threshold.value


def some(samples: Samples, rows: int) -> Feed:
    return Feed.of(samples).take(slice(0, rows))


def test_torch_and_onnx_runtime_agree(trained) -> None:
    torch_score, score, threshold = scores(trained)

    apart = np.abs(torch_score - score) / np.maximum(score, threshold)
    print(
        f"{trained.scorer.manifest.variant}: {len(score)} samples, largest relative difference {apart.max():.2g}"
    )
    assert len(score) >= 200
    assert apart.max() <= 1e-5


def test_torch_and_onnx_runtime_give_the_same_verdicts(trained) -> None:
    torch_score, score, threshold = scores(trained)

    clear = np.abs(score - threshold) > 1e-5 * np.maximum(score, threshold)
    np.testing.assert_array_equal((torch_score > threshold)[clear], (score > threshold)[clear])
    assert 0 < (score > threshold).sum() < len(score)


def test_scores_are_finite_and_attributions_add_up_to_them(trained) -> None:
    found = trained.scorer.score(trained.samples)

    assert np.isfinite(found.score).all()
    assert (found.attribution >= 0).all()
    whole = found.attribution.reshape(len(found.score), -1).sum(axis=1)
    np.testing.assert_allclose(whole, found.score, rtol=1e-4, atol=1e-7)


def test_a_sample_scores_the_same_alone_and_among_others(trained) -> None:
    samples = some(trained.samples, 50)

    alone = np.concatenate([trained.scorer.score(samples.take(slice(at, at + 1))).score for at in range(50)])

    allowed = 1e-5 * trained.scorer.manifest.threshold.value
    np.testing.assert_allclose(alone, trained.scorer.score(samples).score, rtol=1e-5, atol=allowed)


def test_outputs_have_the_shapes_of_the_contract(trained) -> None:
    found = trained.scorer.score(some(trained.samples, 7))

    manifest = trained.scorer.manifest
    assert found.score.shape == found.reconstruction_error.shape == found.latent_distance.shape == (7,)
    assert found.latent.shape == (7, manifest.latent_size)
    if manifest.columns.images:
        assert found.expected.shape == (7, 12, 10, 1)
        assert found.attribution.shape == (7, 12, 10)
    else:
        assert found.expected.shape == found.attribution.shape == (7, len(manifest.columns.names))


def test_of_no_sample_every_output_is_empty_and_of_its_kind(trained) -> None:
    none, one = (trained.scorer.score(some(trained.samples, rows)) for rows in (0, 1))

    for each in fields(Scores):
        found, like = getattr(none, each.name), getattr(one, each.name)
        assert (found.shape, found.dtype) == ((0, *like.shape[1:]), like.dtype)


def test_readings_that_fill_no_window_are_unknown(trained) -> None:
    few = trained.scorer.window.length - 1 if trained.scorer.window else 0

    judged = judge(trained.scorer, trained.fresh.take(np.arange(few)))

    assert judged.verdicts == ["unknown"] * few


def test_the_same_seed_gives_the_same_bytes(trained) -> None:
    again = trained.again()

    assert again.bundle.model == trained.made.bundle.model
    assert again.bundle.sampler == trained.made.bundle.sampler
    assert again.extras == trained.made.extras


@pytest.mark.parametrize(("name", "kind"), NETWORKS)
def test_a_batch_goes_through_encoder_decoder_and_loss(name: str, kind: str) -> None:
    tried = network(name, kind)
    x, weight = torch.randn(9, *AXES[kind]), torch.ones(9, *AXES[kind])

    latent = tried.encode(x)
    loss = tried.loss(x, weight, torch.Generator().manual_seed(0))

    assert latent.shape == (9, tried.latent_size)
    assert tried.decode(latent, tried.condition(x)).shape == x.shape
    assert loss.shape == ()
    assert torch.isfinite(loss)


@pytest.mark.parametrize(("name", "kind"), NETWORKS)
def test_nothing_is_learned_from_a_value_without_weight(name: str, kind: str) -> None:
    tried = network(name, kind).eval()
    x = torch.randn(9, *AXES[kind])
    weight = torch.ones_like(x)
    weight[..., 0] = 0
    changed = x.clone()
    changed[..., 0] = 50.0

    losses = [tried.reconstruction_loss(x, target, weight).item() for target in (x, changed)]

    assert losses[0] == pytest.approx(losses[1])
