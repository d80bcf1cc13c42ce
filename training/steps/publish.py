"""Put the bundle into the repository, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping

from models.bundle import CALIBRATION, GOLDEN, MODEL, Bundle
from models.repository import Reference, Repository


def publish(
    repository: Repository, bundle: Bundle, extras: Mapping[str, bytes], *, promote: bool
) -> Reference:
    """The new version. The first of a model becomes champion; later ones when `promote`."""
    files = {
        MODEL: bundle.model,
        GOLDEN: bundle.golden.model_dump_json().encode(),
        CALIBRATION: bundle.calibration.model_dump_json().encode(),
        **extras,
    }
    return repository.publish(bundle.manifest, files, promote=promote)
