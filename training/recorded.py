"""What is remembered of a training: the record of how a version was made, and its manifest."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
from pydantic import JsonValue

from models.manifest import Manifest, Rows, Training
from training.decided import Decided
from training.results import Calibrated, Chosen, Fitted, Prepared, Roles, Source

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


def recorded(  # noqa: PLR0913, PLR0917  # all that is to be remembered
    config: Decided,
    source: Source,
    roles: Roles,
    prepared: Prepared,
    chosen: Chosen,
    fitted: Fitted,
    seconds: float,
) -> Training:
    """How a version was made: from which data, with which settings and libraries. seconds: of the whole training."""
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


def manifest_of(
    config: Decided,
    prepared: Prepared,
    calibrated: Calibrated,
    quality: dict[str, JsonValue],
    record: Training,
) -> Manifest:
    """The manifest of a version; which files it holds is known when it is published."""
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
