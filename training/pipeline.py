"""train(config): read, describe, split, preprocess, choose, fit, calibrate, evaluate, export, verify, publish — in that order."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from models.bundle import SAMPLER, WEIGHTS, Bundle
from models.errors import TableMismatch
from models.manifest import Manifest
from models.repository import Reference, Repository
from models.sketch import Sketch
from training.asked import check_asked
from training.config import TrainingConfig
from training.decided import Decided, decide
from training.earlier import Earlier, earlier, written
from training.errors import TrainingRefused
from training.graph import ScoringGraph
from training.presets import PRESETS
from training.recorded import manifest_of, recorded
from training.report.files import Report, report_files
from training.results import Calibrated, Fitted, Parts, Prepared, Roles, Source, Suspects
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
    record = recorded(decided, source, roles, prepared, chosen, fitted, time.monotonic() - started)
    manifest = manifest_of(decided, prepared, calibrated, quality, record)
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
