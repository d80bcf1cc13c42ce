"""From a file to a published version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.errors import BundleRefused, ContractError
from models.formats import read_file
from models.judgement import judge
from models.repository import Repository
from models.scorer import Scorer
from training.autoencoder import Autoencoder
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.pipeline import Published, train
from training.progress import Quiet
from training.steps.export import export
from training.variants import VARIANTS

Quick = Callable[..., TrainingConfig]


def published(config: TrainingConfig) -> Published:
    return train(config, Quiet(), Repository(config.repository))


def test_a_csv_becomes_a_champion_that_scores_it(quick: Quick) -> None:
    config = quick()

    found = published(config)

    scorer = Scorer(Repository(config.repository).open(found.reference))
    judged = judge(scorer, read_file(config.data))
    assert found.reference.version == 1
    assert Repository(config.repository).resolve("sensors").version == 1
    assert 0 < judged.verdicts.count("anomaly") < 40
    assert "unknown" not in judged.verdicts


def test_the_second_version_waits_unless_promoted(quick: Quick) -> None:
    repository = Repository(published(quick()).reference.folder.parents[1])

    second = published(quick(seed=8))
    assert (second.reference.version, repository.resolve("sensors").version) == (2, 1)

    third = published(quick(seed=9, promote=True))
    assert (third.reference.version, repository.resolve("sensors").version) == (3, 3)


def test_the_manifest_tells_what_was_trained_on_what(quick: Quick) -> None:
    manifest = published(quick(seed=3, variant="vanilla", code_size=2)).manifest

    assert (manifest.variant, manifest.head, manifest.latent_size) == ("vanilla", "reconstruction", 2)
    assert (manifest.training.seed, manifest.training.settings["code_size"]) == (3, 2)
    assert manifest.training.rows.calibration == 80
    assert set(manifest.quality) == {"test_rows", "false_positive_rate", "injected_faults"}


def test_known_anomalies_are_measured_and_not_learned(quick: Quick, sensors: Callable[..., Path]) -> None:
    marks = [1 if row % 20 == 0 else 0 for row in range(400)]
    path = sensors(label=marks)
    lines = path.read_text().splitlines()
    spoilt = [f"99,{line.partition(',')[2]}" if line.endswith(",1") else line for line in lines]
    path.write_text("\n".join(spoilt))

    manifest = published(quick(data=path)).manifest

    labelled = manifest.quality["labelled"]
    assert isinstance(labelled, dict)
    assert labelled["anomalies"] == 20
    assert labelled["auroc"] == 1.0
    assert labelled["recall"] == 1.0


def test_the_same_seed_gives_the_same_bytes_in_two_processes_and_two_folders(
    quick: Quick, tmp_path: Path
) -> None:
    data = quick().data
    digests = []
    for folder in ("one", "two"):
        home = tmp_path / folder
        home.mkdir()
        script = (
            Path(sys.executable),
            "-m",
            "offbeat",
            "train",
            str(data),
            "--name",
            "sensors",
            "--epochs",
            "5",
            "--preset",
            "fast",
        )
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        subprocess.run(script, cwd=home, env=environment, check=True, capture_output=True)
        manifest = json.loads((home / "var/repository/sensors/1/manifest.json").read_text())
        digests.append(manifest["files"]["model.onnx"]["digest"])

    assert digests[0] == digests[1]


def test_another_seed_gives_other_bytes(quick: Quick) -> None:
    first, second = (published(quick(seed=seed)).reference.folder / "model.onnx" for seed in (1, 2))

    assert first.read_bytes() != second.read_bytes()


def test_the_exported_graph_names_no_path_of_the_machine_that_made_it(quick: Quick) -> None:
    model = (published(quick()).reference.folder / "model.onnx").read_bytes()

    assert str(Path(__file__).parents[2]).encode() not in model
    assert b"site-packages" not in model


def test_a_loss_that_leaves_the_finite_numbers_is_refused_and_nothing_is_published(quick: Quick) -> None:
    config = quick(learning_rate=1e30, epochs=3)

    with pytest.raises(
        TrainingRefused, match="the loss left the finite numbers in epoch 1; try --learning-rate"
    ):
        published(config)
    assert Repository(config.repository).models() == []


def test_a_graph_that_scores_differently_after_export_is_never_published(
    quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of `verify`: the exporter is given a network with one weight changed."""

    def spoilt(graph: object, example: object) -> bytes:
        weight = next(graph.autoencoder.parameters())  # type: ignore[attr-defined]
        weight.data[0, 0] += 0.5
        data = export(graph, example)  # type: ignore[arg-type]
        weight.data[0, 0] -= 0.5
        return data

    monkeypatch.setattr("training.pipeline.export", spoilt)
    config = quick()

    with pytest.raises(BundleRefused, match="does not score its golden records"):
        published(config)
    assert Repository(config.repository).models() == []


def test_values_that_fill_zero_to_one_are_fitted_with_cross_entropy(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    hidden = chance.random(300)
    rows = np.clip(
        np.column_stack([hidden, 1 - hidden, hidden]) + 0.02 * chance.standard_normal((300, 3)), 0, 1
    )
    path = tmp_path / "shares.csv"
    np.savetxt(path, rows, delimiter=",", header="a,b,c", comments="")
    config = TrainingConfig(data=path, repository=tmp_path / "repository", epochs=60)

    manifest = published(config).manifest

    assert manifest.training.settings["loss"] == "bce"
    assert Scorer.open(tmp_path / "repository/shares/1").manifest.model == "shares"


def test_cross_entropy_on_other_values_is_refused(quick: Quick) -> None:
    with pytest.raises(TrainingRefused, match="loss bce needs numbers between 0 and 1"):
        published(quick(loss="bce"))


def test_an_unknown_variant_lists_those_there_are(quick: Quick) -> None:
    with pytest.raises(TrainingRefused, match=f"no variant 'magic'; there is: {', '.join(VARIANTS)}"):
        published(quick(variant="magic"))


def test_a_copied_file_in_which_every_row_is_the_same_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "constant.csv"
    path.write_text("a,b\n" + "1,2\n" * 100)

    with pytest.raises(ContractError, match="every column is constant"):
        published(TrainingConfig(data=path, repository=tmp_path / "repository"))


def test_training_stops_when_validation_no_longer_improves(quick: Quick) -> None:
    manifest = published(quick(epochs=300, patience=1, learning_rate=0.02)).manifest

    assert manifest.training.epochs < 300


def test_every_variant_is_an_autoencoder() -> None:
    assert all(issubclass(variant, Autoencoder) for variant in VARIANTS.values())
