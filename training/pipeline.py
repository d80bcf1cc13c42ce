"""train(config): read, describe, split, preprocess, fit, calibrate, evaluate, export, verify, publish — in that order."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Protocol

import numpy as np
from pydantic import JsonValue

from models.manifest import Manifest, Rows, Training
from models.repository import Reference, Repository
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.graph import ScoringGraph
from training.heads import HEADS
from training.results import Calibrated, Fitted, Parts, Prepared, Roles, Source
from training.steps.calibrate import calibrate, threshold_value
from training.steps.describe import describe
from training.steps.evaluate import evaluate
from training.steps.export import export
from training.steps.fit import fit
from training.steps.preprocess import preprocess
from training.steps.publish import publish
from training.steps.read import read
from training.steps.split import split
from training.steps.verify import verify
from training.variants import VARIANTS

LIBRARIES = ("torch", "onnx", "onnxruntime", "numpy", "scikit-learn")
# Where and under which name a model is published says nothing of how it was made.
NOT_SETTINGS = {"data", "name", "repository", "promote", "seed"}


class Watcher(Protocol):
    """Somebody who wants to see a training go on."""

    def step(self, name: str) -> None:
        """A step begins."""
        ...

    def epoch(self, epoch: int, epochs: int, loss: float, validation: float) -> None:
        """An epoch is over."""
        ...


@dataclass(frozen=True, slots=True)
class Published:
    """What came out: the version and all that is known about it."""

    reference: Reference
    manifest: Manifest


def train(config: TrainingConfig, watcher: Watcher, repository: Repository) -> Published:
    """Train one model and publish it. ContractError when something is refused; then nothing is published."""
    started = time.monotonic()
    _check_names(config)
    watcher.step("read")
    source = read(config)
    watcher.step("describe")
    roles = describe(source.table, config)
    watcher.step("split")
    parts = split(roles, config)
    watcher.step("preprocess")
    prepared = preprocess(source.table, roles, parts, config)
    watcher.step("fit")
    fitted = fit(prepared, config, watcher.epoch)
    watcher.step("calibrate")
    graph = ScoringGraph(prepared.preprocessing, fitted.autoencoder, config.head, prepared.known())
    threshold, calibration = calibrate(graph.of(prepared.calibration).score.double().numpy(), config)
    calibrated = Calibrated(graph, threshold, calibration)
    watcher.step("evaluate")
    quality = evaluate(prepared, calibrated, partial(threshold_value, config=config), config)
    watcher.step("export")
    model = export(graph, prepared.calibration)
    watcher.step("verify")
    record = _record(config, source, roles, parts, fitted, time.monotonic() - started)
    manifest = _manifest(config, prepared, calibrated, quality, record)
    golden = verify(graph, model, manifest, calibration, prepared.calibration)
    watcher.step("publish")
    reference = publish(repository, manifest, model, golden, calibration, promote=config.promote)
    return Published(reference, manifest)


def _check_names(config: TrainingConfig) -> None:
    for what, asked, known in (("variant", config.variant, VARIANTS), ("head", config.head, HEADS)):
        if asked not in known:
            raise TrainingRefused(f"no {what} {asked!r}; there is: {', '.join(known)}")


def _record(
    config: TrainingConfig, source: Source, roles: Roles, parts: Parts, fitted: Fitted, seconds: float
) -> Training:
    told = config.model_dump(mode="json", exclude_none=True, exclude=NOT_SETTINGS)
    return Training(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        data=source.name,
        data_digest=source.digest,
        seed=config.seed,
        rows=Rows(
            train=len(parts.train),
            validation=len(parts.validation),
            calibration=len(parts.calibration),
            test=len(parts.test),
            set_aside=int(np.sum(roles.set_aside)),
        ),
        epochs=len(fitted.losses),
        seconds=round(seconds, 3),
        settings={**told, **_chosen(fitted)},
        libraries={name: version(name) for name in LIBRARIES},
    )


def _chosen(fitted: Fitted) -> dict[str, JsonValue]:
    shape = fitted.shape
    return {
        "code_size": shape.code_size,
        "hidden": list(shape.hidden),
        "loss": shape.loss,
        "epochs": fitted.epochs,
    }


def _manifest(
    config: TrainingConfig,
    prepared: Prepared,
    calibrated: Calibrated,
    quality: dict[str, JsonValue],
    record: Training,
) -> Manifest:
    return Manifest(
        model=config.model,
        variant=config.variant,
        head=config.head,
        latent_size=calibrated.graph.autoencoder.shape.code_size,
        columns=prepared.columns,
        threshold=calibrated.threshold,
        training=record,
        quality=quality,
        files={},
    )
