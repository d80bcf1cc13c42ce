"""train(config): read, describe, split, preprocess, choose, fit, calibrate, evaluate, export, verify, publish — in that order."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import JsonValue

from models.bundle import SAMPLER, WEIGHTS, Bundle
from models.errors import TableMismatch
from models.manifest import Manifest, Rows, Training
from models.repository import Reference, Repository
from models.sketch import Sketch
from training.asked import check_asked
from training.config import TrainingConfig
from training.decided import Decided, decide
from training.earlier import Earlier, earlier, written
from training.errors import TrainingRefused
from training.graph import ScoringGraph
from training.presets import PRESETS
from training.report.files import Report, report_files
from training.results import Calibrated, Chosen, Fitted, Parts, Prepared, Roles, Source, Suspects
from training.steps.afford import afford
from training.steps.calibrate import calibrate, threshold_value
from training.steps.choose import choose
from training.steps.describe import describe
from training.steps.evaluate import evaluate
from training.steps.export import export, export_sampler
from training.steps.fit import fit
from training.steps.preprocess import preprocess
from training.steps.publish import publish
from training.steps.read import read
from training.steps.sift import sift
from training.steps.split import split
from training.steps.verify import verify
from training.suspects import write_suspects
from training.view import Fitting

LIBRARIES = ("torch", "onnx", "onnxruntime", "numpy", "pillow", "scikit-learn")
# Where and under which name a model is published says nothing of how it was made.
NOT_SETTINGS = {
    "data",
    "name",
    "repository",
    "promote",
    "seed",
    "kind",
    "judged",
    "budget",
    "suspects",
    "report",
}
VERIFIED = 5000  # known samples that ONNX Runtime must score as torch does


class Watcher(Protocol):
    """Somebody who wants to see a training go on."""

    def step(self, name: str) -> None:
        """A step begins."""
        ...

    def epoch(self, epoch: int, epochs: int, loss: float, validation: float) -> None:
        """An epoch is over."""
        ...

    def tried(self, number: int, of: int, code_size: int, risk: float) -> None:
        """A shape was tried."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A version before it is published, which has no digest yet; the files it need not have to be served; and its graph."""

    bundle: Bundle
    extras: dict[str, bytes]
    graph: ScoringGraph
    roles: Roles
    parts: Parts
    losses: NDArray[np.float64]
    suspects: Suspects | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What came out: the version, all that is known about it, and where the rows that were set aside stand, if any were.

    sketch: of the anomaly scores of its training file; None without a report.
    """

    reference: Reference
    manifest: Manifest
    suspects: Path | None = None
    sketch: Sketch | None = None


def train(config: TrainingConfig, watcher: Watcher, repository: Repository) -> Published:
    """Train one model and publish it. ContractError when something is refused; then nothing is published."""
    started = time.monotonic()
    watcher.step("read")
    before = None if config.warm_start is None else earlier(repository, config)
    source = read(config)
    try:
        told = config if before is None else before.continued(config, source.table)
        made = make(source, told, watcher, before, started=started)
        report = _reported(made, source, config, watcher)
    except TableMismatch as error:
        raise TrainingRefused(f"{config.data}: {error.placed}") from error
    watcher.step("publish")
    extras = {**made.extras, **(report.files if report else {})}
    reference = publish(repository, made.bundle, extras, promote=config.promote)
    sketch = report.sketch if report else None
    if made.suspects is None:
        return Published(reference, made.bundle.manifest, None, sketch)
    beside = config.repository.parent / f"{reference.model}-{reference.version}-suspects.csv"
    file = write_suspects(made.suspects, source.table, config.suspects or beside)
    return Published(reference, made.bundle.manifest, file, sketch)


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
    decided = decide(config, source.table, roles)
    parts, prepared = _prepared(source, roles, decided, watcher, before)
    watcher.step("choose")
    decided = afford(prepared, decided, time.monotonic() - started)
    chosen = choose(prepared, decided, watcher.tried)
    watcher.step("fit")
    fitted = fit(prepared, chosen, decided, watcher.epoch, before.weights if before else None)
    watcher.step("calibrate")
    graph = _graph(prepared, fitted, decided)
    threshold, calibration = calibrate(_unseen(graph, prepared), decided)
    calibrated = Calibrated(graph, threshold, calibration)
    watcher.step("evaluate")
    quality = evaluate(prepared, calibrated, partial(threshold_value, config=decided), decided)
    watcher.step("export")
    model = export(graph, prepared.train)
    sampler = export_sampler(graph)
    watcher.step("verify")
    record = _record(decided, source, roles, prepared, chosen, fitted, time.monotonic() - started)
    manifest = _manifest(decided, prepared, calibrated, quality, record)
    golden = verify(graph, model, manifest, calibration, prepared.known().take(slice(0, VERIFIED)))
    weights = {WEIGHTS: written(fitted.autoencoder, prepared.scaling)}
    extras = weights if sampler is None else {**weights, SAMPLER: sampler}
    bundle = Bundle(manifest, "", model, golden, calibration, sampler)
    return Made(bundle, extras, graph, roles, parts, fitted.losses, prepared.suspects)


def _reported(made: Made, source: Source, config: TrainingConfig, watcher: Watcher) -> Report | None:
    """If one is asked for."""
    if not config.report:
        return None
    watcher.step("report")
    told = made.bundle, source.table, made.roles, made.parts, made.losses
    return report_files(*told, private=config.private)


def _prepared(
    source: Source, roles: Roles, config: Decided, watcher: Watcher, before: Earlier | None
) -> tuple[Parts, Prepared]:
    watcher.step("split")
    parts = split(roles, config)
    watcher.step("preprocess")
    prepared = preprocess(source.table, roles, parts, config, before)
    if config.contamination is None:
        return parts, prepared
    watcher.step("sift")
    return parts, sift(prepared, parts, config)


def _graph(prepared: Prepared, fitted: Fitted, config: Decided) -> ScoringGraph:
    fitting = Fitting(config.seed, PRESETS[config.preset], config.judged, config.private)
    return ScoringGraph(
        prepared.preprocessing, fitted.autoencoder, config.head, prepared.known(), fitted.learned, fitting
    )


def _unseen(graph: ScoringGraph, prepared: Prepared) -> NDArray[np.float64]:
    """Scores of rows that nothing was fitted on; without calibration rows those of the known ones, each by what left it out.

    Suspects belong to them: what is too strange of all rows is to be known, not of the most ordinary ones.
    """
    held_out = prepared.calibration
    scores = graph.of(held_out).score if held_out.rows else graph.head.out_of_fold
    if prepared.suspects is not None:
        scores = torch.cat([scores, graph.of(prepared.suspects.samples).score])
    return scores.double().numpy()


def _record(  # noqa: PLR0913, PLR0917  # all that is to be remembered
    config: Decided,
    source: Source,
    roles: Roles,
    prepared: Prepared,
    chosen: Chosen,
    fitted: Fitted,
    seconds: float,
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
            suspects=0 if prepared.suspects is None else len(prepared.suspects.rows),
        ),
        epochs=len(fitted.losses),
        seconds=round(seconds, 3),
        settings={**told, **_shaped(chosen, fitted)},
        libraries={name: version(name) for name in LIBRARIES},
        tried=chosen.tried,
    )


def _shaped(chosen: Chosen, fitted: Fitted) -> dict[str, JsonValue]:
    shape = chosen.shape
    return {
        "code_size": shape.code_size,
        "hidden": list(shape.hidden),
        "loss": shape.loss,
        "epochs": fitted.epochs,
    }


def _manifest(
    config: Decided,
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
