"""Put the bundle into the repository, whole or not at all."""

from __future__ import annotations

from models.bundle import CALIBRATION, GOLDEN, MODEL, Golden
from models.manifest import Manifest
from models.repository import Reference, Repository
from models.threshold import Calibration


def publish(
    repository: Repository,
    manifest: Manifest,
    model: bytes,
    golden: Golden,
    calibration: Calibration,
    *,
    promote: bool,
) -> Reference:
    """The new version. The first of a model becomes champion; later ones when `promote`."""
    files = {
        MODEL: model,
        GOLDEN: golden.model_dump_json().encode(),
        CALIBRATION: calibration.model_dump_json().encode(),
    }
    return repository.publish(manifest, files, promote=promote)
