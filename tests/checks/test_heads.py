"""One suite over every head on every kind of data it takes: the contract of a score."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.judgement import Judgement, judge
from models.scorer import Scorer, golden_table
from models.windowed import Windowed
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.heads import HEADS
from training.pipeline import Made, make
from training.progress import Quiet
from training.steps.read import read

CASES = [
    (name, kind)
    for name, head in HEADS.items()
    for kind in ("table", "window", "image")
    if kind in head.KINDS
]
SPREAD = 20.0  # how far out along the first principal axis
WEIGHTS = np.array([[2.0, 1.0, -1.0, 0.5, 1.5, -0.5], [0.0, 1.0, 1.0, -1.0, 0.5, 1.0]])


def trained(data: Path, head: str, **told: Any) -> Made:
    variant = "variational" if head == "kl" else "ensemble"
    config = TrainingConfig.model_validate(
        {
            "data": data,
            "name": "tried",
            "head": head,
            "variant": variant,
            "epochs": 4,
            "preset": "fast",
            **told,
        }
    )
    return make(read(config), config, Quiet())


@pytest.mark.parametrize(("head", "kind"), CASES)
def test_scores_and_attributions_keep_the_contract(head: str, kind: str, kinds_of_data: Any) -> None:
    """Published only if ONNX Runtime gives torch's scores; here on ten thousand rows with far and missing values."""
    data, fresh = kinds_of_data(kind)

    made = trained(data, head, **({"window": 6} if kind == "window" else {}))
    scorer = Scorer(made.bundle)
    judged = judge(scorer, fresh)
    known = np.isfinite(judged.score)
    graph = made.graph.of(
        judged.encoded if scorer.window is None else Windowed(judged.encoded, scorer.frames(fresh))
    )

    assert known.any()
    score = judged.score[known]
    attribution = judged.scores.attribution.reshape(len(known), -1)[known]
    whole = attribution.sum(axis=1)
    assert score.min() >= 0
    assert np.isfinite(attribution).all()
    assert attribution.min() >= 0
    np.testing.assert_allclose(whole[whole > 0], score[whole > 0], rtol=1e-3, atol=1e-4)
    torch_score = (
        graph.score.double().numpy()[-len(score) :] if kind == "window" else graph.score.double().numpy()
    )
    allowed = 1e-5 * np.maximum(torch_score, made.bundle.manifest.threshold.value)
    assert np.all(np.abs(score - torch_score) <= allowed)


@pytest.mark.parametrize("head", ["combined", "mahalanobis", "noise"])  # combined holds the others
def test_the_same_seed_gives_the_same_bytes(head: str, kinds_of_data: Any) -> None:
    data, _ = kinds_of_data("table")

    assert trained(data, head).bundle.model == trained(data, head).bundle.model


def test_far_along_the_first_axis_is_found(tmp_path: Path) -> None:
    """Where a network learned to go it may rebuild what lies far beyond."""
    normal, fresh = plane(2000, seed=1), plane(500, seed=2)
    axis = np.linalg.svd(normal - normal.mean(axis=0), full_matrices=False)[2][0]
    spread = (normal @ axis).std()
    far = fresh + SPREAD * spread * axis
    write(tmp_path / "normal.csv", normal)

    judged = judge_with(tmp_path / "normal.csv", "combined", far)
    found = (judged.anomaly_score > 1).mean()

    print(f"found {found:.1%}")
    assert found >= 0.95


def test_the_feature_that_was_spoilt_is_named_first(tmp_path: Path) -> None:
    normal, fresh = plane(2000, seed=1), plane(600, seed=2)
    chance = np.random.default_rng(3)
    spoilt = chance.integers(fresh.shape[1], size=len(fresh))
    fresh[np.arange(len(fresh)), spoilt] += (
        3 * normal.std(axis=0)[spoilt] * chance.choice([-1, 1], len(fresh))
    )
    write(tmp_path / "normal.csv", normal)

    judged = judge_with(tmp_path / "normal.csv", "combined", fresh)
    named = judged.scores.attribution.argmax(axis=1)

    print(f"named {(named == spoilt).mean():.1%}")
    assert (named == spoilt).mean() >= 0.9


def test_kl_is_for_variational_autoencoders(kinds_of_data: Any) -> None:
    data, _ = kinds_of_data("table")

    with pytest.raises(TrainingRefused, match="take --variant variational"):
        trained(data, "kl", variant="denoising")


def test_a_memory_is_not_for_images(kinds_of_data: Any) -> None:
    data, _ = kinds_of_data("image")

    with pytest.raises(
        TrainingRefused, match="head 'memory' is not for images; for these there is: cauchy, combined"
    ):
        trained(data, "memory")


def plane(rows: int, seed: int) -> NDArray[np.float64]:
    """Six readings that two hidden ones decide, a little noise on each."""
    chance = np.random.default_rng(seed)
    return chance.standard_normal((rows, 2)) @ WEIGHTS + 0.2 * chance.standard_normal((rows, 6))


def judge_with(data: Path, head: str, rows: NDArray[np.float64]) -> Judgement:
    made = trained(data, head, epochs=60)
    columns = {f"x{place}": tuple(column.tolist()) for place, column in enumerate(rows.T)}
    return judge(Scorer(made.bundle), golden_table(columns))


def write(path: Path, rows: NDArray[np.float64]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([[f"x{place}" for place in range(rows.shape[1])], *rows.tolist()])
