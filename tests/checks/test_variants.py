"""One suite over every variant: what any autoencoder here must do."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from models.encoding import Encoded, encode
from models.formats import read_file
from models.repository import Repository
from models.scorer import Scorer
from models.table import Table
from models.threshold import Vector
from training.autoencoder import Shape
from training.config import TrainingConfig
from training.graph import ScoringGraph
from training.pipeline import train
from training.progress import Quiet
from training.steps import export as exporting
from training.variants import VARIANTS

ROWS = 10_000
SHAPE = Shape(axes=(6,), hidden=(16, 8), code_size=2, activation="gelu", loss="mse", noise=0.1, mask=0.1)


def write_table(path: Path, rows: int, *, strange: bool) -> None:
    """Three numbers and two categories that hang together; `strange` adds missing values, far values and new categories."""
    chance = np.random.default_rng(2 if strange else 1)
    hidden = chance.standard_normal(rows)
    numbers = np.column_stack([hidden, 3 * hidden + 100, 1e9 + hidden]) + 0.1 * chance.standard_normal(
        (rows, 3)
    )
    modes = np.where(hidden > 0, "high", "low")
    days = chance.choice(["mon", "tue", "wed"], rows)
    if strange:
        numbers *= np.where(
            chance.random((rows, 3)) < 0.02, chance.choice([-1e3, 0, 1e3, 1e12], (rows, 3)), 1
        )
        modes = np.where(chance.random(rows) < 0.05, "broken", modes)
    gone = chance.random((rows, 5)) < 0.05
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "c", "mode", "day"])
        for row in range(rows):
            cells = [*(f"{value:.6g}" for value in numbers[row]), modes[row], days[row]]
            writer.writerow(["" if lost else cell for cell, lost in zip(cells, gone[row], strict=True)])


@pytest.fixture(scope="module", params=list(VARIANTS))
def trained(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ScoringGraph, Scorer, Table]:
    """A variant as torch knows it, as ONNX Runtime knows it, and 10,000 records it did not see."""
    folder = tmp_path_factory.mktemp(request.param)
    write_table(folder / "train.csv", 1500, strange=False)
    write_table(folder / "fresh.csv", ROWS, strange=True)
    graphs: list[ScoringGraph] = []

    def keeping(graph: ScoringGraph, example: Encoded) -> bytes:
        graphs.append(graph)
        return exporting.export(graph, example)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.pipeline.export", keeping)
        config = TrainingConfig(
            data=folder / "train.csv", variant=request.param, repository=folder, epochs=20
        )
        reference = train(config, Quiet(), Repository(folder)).reference
    return graphs[0], Scorer.open(reference.folder), read_file(folder / "fresh.csv")


def scores(trained: tuple[ScoringGraph, Scorer, Table]) -> tuple[Vector, Vector, float]:
    graph, scorer, table = trained
    encoded = encode(table, scorer.columns)
    return (
        graph.of(encoded).score.double().numpy(),
        scorer.score(encoded).score,
        scorer.manifest.threshold.value,
    )


def test_torch_and_onnx_runtime_agree_on_ten_thousand_records(
    trained: tuple[ScoringGraph, Scorer, Table],
) -> None:
    torch_score, score, threshold = scores(trained)

    apart = np.abs(torch_score - score) / np.maximum(score, threshold)
    print(f"{trained[1].manifest.variant}: {ROWS} records, largest relative difference {apart.max():.2g}")
    assert len(score) == ROWS
    assert apart.max() <= 1e-5


def test_torch_and_onnx_runtime_give_the_same_verdicts(trained: tuple[ScoringGraph, Scorer, Table]) -> None:
    torch_score, score, threshold = scores(trained)

    clear = np.abs(score - threshold) > 1e-5 * np.maximum(score, threshold)
    np.testing.assert_array_equal((torch_score > threshold)[clear], (score > threshold)[clear])
    assert 0 < (score > threshold).sum() < ROWS


def test_scores_are_finite_and_attributions_add_up_to_them(
    trained: tuple[ScoringGraph, Scorer, Table],
) -> None:
    _, scorer, table = trained
    found = scorer.score(encode(table, scorer.columns))

    assert np.isfinite(found.score).all()
    assert (found.attribution >= 0).all()
    np.testing.assert_allclose(found.attribution.sum(axis=1), found.score, rtol=1e-5, atol=1e-7)


def test_a_record_scores_the_same_alone_and_among_others(trained: tuple[ScoringGraph, Scorer, Table]) -> None:
    _, scorer, table = trained
    encoded = encode(table, scorer.columns).take(slice(0, 100))

    alone = np.concatenate([scorer.score(encoded.take(slice(row, row + 1))).score for row in range(100)])

    np.testing.assert_allclose(alone, scorer.score(encoded).score, rtol=1e-5)


def test_outputs_have_the_shapes_of_the_contract(trained: tuple[ScoringGraph, Scorer, Table]) -> None:
    _, scorer, table = trained
    found = scorer.score(encode(table, scorer.columns).take(slice(0, 7)))

    assert found.score.shape == found.reconstruction_error.shape == found.latent_distance.shape == (7,)
    assert found.latent.shape == (7, scorer.manifest.latent_size)
    assert found.expected.shape == found.attribution.shape == (7, 5)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_batch_goes_through_encoder_decoder_and_loss(name: str) -> None:
    network = VARIANTS[name](SHAPE)
    x, weight = torch.randn(9, 6), torch.ones(9, 6)

    latent = network.encode(x)
    loss = network.loss(x, weight, torch.Generator().manual_seed(0))

    assert latent.shape == (9, 2)
    assert network.decode(latent).shape == (9, 6)
    assert loss.shape == ()
    assert loss.item() > 0


@pytest.mark.parametrize("name", VARIANTS)
def test_nothing_is_learned_from_a_value_without_weight(name: str) -> None:
    network = VARIANTS[name](SHAPE)
    x = torch.randn(9, 6)
    weight = torch.ones(9, 6)
    weight[:, 0] = 0
    changed = x.clone()
    changed[:, 0] = 50.0

    losses = [network.reconstruction_loss(x, target, weight).item() for target in (x, changed)]

    assert losses[0] == pytest.approx(losses[1])
