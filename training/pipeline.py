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

from models.bundle import SAMPLER, WEIGHTS, Bundle
from models.errors import TableMismatch
from models.manifest import Manifest, Rows, Training
from models.repository import Reference, Repository
from training.asked import check_asked
from training.config import TrainingConfig
from training.earlier import Earlier, earlier, written
from training.errors import TrainingRefused
from training.graph import ScoringGraph
from training.presets import PRESETS
from training.results import Calibrated, Fitted, Prepared, Roles, Source
from training.steps.calibrate import calibrate, threshold_value
from training.steps.describe import describe
from training.steps.evaluate import evaluate
from training.steps.export import export, export_sampler
from training.steps.fit import fit
from training.steps.preprocess import preprocess
from training.steps.publish import publish
from training.steps.read import read
from training.steps.split import split
from training.steps.verify import verify

LIBRARIES = ("torch", "onnx", "onnxruntime", "numpy", "pillow", "scikit-learn")
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
class Made:
    """A version before it is published, which has no digest yet; the files it need not have to be served; and its graph."""

    bundle: Bundle
    extras: dict[str, bytes]
    graph: ScoringGraph


@dataclass(frozen=True, slots=True)
class Published:
    """What came out: the version and all that is known about it."""

    reference: Reference
    manifest: Manifest


def train(config: TrainingConfig, watcher: Watcher, repository: Repository) -> Published:
    """Train one model and publish it. ContractError when something is refused; then nothing is published."""
    started = time.monotonic()
    watcher.step("read")
    before = None if config.warm_start is None else earlier(repository, config)
    source = read(config)
    try:
        told = config if before is None else before.continued(config, source.table)
        made = make(source, told, watcher, before, started=started)
    except TableMismatch as error:
        raise TrainingRefused(f"{config.data}: {error.placed}") from error
    watcher.step("publish")
    return Published(
        publish(repository, made.bundle, made.extras, promote=config.promote), made.bundle.manifest
    )


def make(
    source: Source,
    config: TrainingConfig,
    watcher: Watcher,
    before: Earlier | None = None,
    *,
    started: float | None = None,
) -> Made:
    """The same without files: from a table to a version in memory. `before` is the version to start from."""
    started = time.monotonic() if started is None else started
    check_asked(config, source.table)
    watcher.step("describe")
    roles = describe(source.table, config)
    watcher.step("split")
    parts = split(roles, config)
    watcher.step("preprocess")
    prepared = preprocess(source.table, roles, parts, config, before)
    watcher.step("fit")
    fitted = fit(prepared, config, watcher.epoch, before.weights if before else None)
    watcher.step("calibrate")
    graph = ScoringGraph(
        prepared.preprocessing,
        fitted.autoencoder,
        config.head,
        prepared.known(),
        fitted.learned,
        PRESETS[config.preset],
    )
    threshold, calibration = calibrate(graph.of(prepared.calibration).score.double().numpy(), config)
    calibrated = Calibrated(graph, threshold, calibration)
    watcher.step("evaluate")
    quality = evaluate(prepared, calibrated, partial(threshold_value, config=config), config)
    watcher.step("export")
    model = export(graph, prepared.calibration)
    sampler = export_sampler(graph)
    watcher.step("verify")
    record = _record(config, source, roles, prepared, fitted, time.monotonic() - started)
    manifest = _manifest(config, prepared, calibrated, quality, record)
    golden = verify(graph, model, manifest, calibration, prepared.calibration)
    weights = {WEIGHTS: written(fitted.autoencoder, prepared.scaling)}
    extras = weights if sampler is None else {**weights, SAMPLER: sampler}
    return Made(Bundle(manifest, "", model, golden, calibration, sampler), extras, graph)


def _record(
    config: TrainingConfig, source: Source, roles: Roles, prepared: Prepared, fitted: Fitted, seconds: float
) -> Training:
    told = config.model_dump(mode="json", exclude_none=True, exclude=NOT_SETTINGS)
    return Training(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        data=source.name,
        data_digest=source.digest,
        seed=config.seed,
        rows=Rows(
            train=prepared.train.rows,
            validation=prepared.validation.rows,
            calibration=prepared.calibration.rows,
            test=prepared.test.rows,
            set_aside=int(np.sum(roles.set_aside)),
            without_window=prepared.without_window,
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
        latent_size=calibrated.graph.autoencoder.latent_size,
        columns=prepared.columns,
        window=prepared.window,
        threshold=calibrated.threshold,
        training=record,
        quality=quality,
        files={},
    )
