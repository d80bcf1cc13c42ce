"""Scorer: one version, loaded, tested against its golden records, ready to score. The only module that imports ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.bundle import Bundle, open_bundle
from models.columns import TypedColumn
from models.encoding import Encoded, encode
from models.errors import BundleRefused
from models.features import FeatureSchema
from models.formats.json_text import JsonPlaces
from models.table import Table

CHUNK = 4096  # rows a run: larger runs leave the caches and are slower
TOLERANCE = 1e-5  # relative to the larger of score and threshold
FloatMatrix = NDArray[np.float64]
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """What the graph says of each record; NaN where it was not asked or there is nothing to say.

    score: (rows,) the head's, >= 0, higher is stranger. reconstruction_error: (rows,) mean squared error in
    scaled units. latent_distance: (rows,) Mahalanobis distance of the latent from those of the training rows.
    latent: (rows, latent size). expected: (rows, features) in the record's own units, a category as its code.
    attribution: (rows, features) >= 0, what each feature adds to the score.
    """

    score: Vector
    reconstruction_error: Vector
    latent_distance: Vector
    latent: FloatMatrix
    expected: FloatMatrix
    attribution: FloatMatrix


OUTPUTS = tuple(field.name for field in fields(Scores))


class Scorer:
    """A bundle with its ONNX Runtime session. Thread-safe: scoring changes nothing."""

    def __init__(self, bundle: Bundle, *, threads: int = 1) -> None:
        self.manifest = bundle.manifest
        self.digest = bundle.digest
        self.calibration = bundle.calibration
        self._session = _session(bundle.model, threads)
        _check_signature(self._session, bundle.manifest.columns)
        self._test(bundle)

    @classmethod
    def open(cls, folder: Path | str, *, threads: int = 1) -> Scorer:
        """Load the bundle in a folder. BundleRefused when it is damaged or does not score as it did at export."""
        return cls(open_bundle(Path(folder)), threads=threads)

    @property
    def columns(self) -> FeatureSchema:
        """The columns this model reads."""
        return self.manifest.columns

    def score(self, encoded: Encoded) -> Scores:
        """Score every record, in runs of a few thousand rows."""
        runs = [self._run(encoded, slice(at, at + CHUNK)) for at in range(0, encoded.rows, CHUNK)]
        joined = [np.concatenate(parts).astype(np.float64, copy=False) for parts in zip(*runs, strict=True)]
        return Scores(*joined)

    def _run(self, encoded: Encoded, part: slice) -> list[NDArray[Any]]:
        inputs: dict[str, NDArray[Any]] = {}
        if self.columns.numeric:
            inputs["numeric"] = encoded.numeric[part]
        if self.columns.categorical:
            inputs["categorical"] = encoded.categorical[part]
        return list(self._session.run(OUTPUTS, inputs))

    def _test(self, bundle: Bundle) -> None:
        encoded = encode(golden_table(bundle.golden.columns), bundle.manifest.columns)
        check_scores(
            self.score(encoded).score, np.asarray(bundle.golden.scores), bundle.manifest.threshold.value
        )


def golden_table(columns: dict[str, tuple[float | str | None, ...]]) -> Table:
    """Golden records as a table."""
    rows = max(map(len, columns.values()), default=0)
    return Table(
        {name: TypedColumn(cells) for name, cells in columns.items()}, rows, JsonPlaces("columns", {})
    )


def check_scores(found: Vector, published: Vector, threshold: float) -> None:
    """BundleRefused unless each score is within 1e-5 · max(score, threshold) of the one it should be."""
    allowed = TOLERANCE * np.maximum(published, threshold)
    if found.shape != published.shape or not np.all(np.abs(found - published) <= allowed):
        raise BundleRefused("model.onnx does not score its golden records as it did at export")


def _session(model: bytes, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what it would print is raised as well
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base of their own
        raise BundleRefused(f"model.onnx does not load: {str(error)[:200]}") from None


def _check_signature(session: ort.InferenceSession, columns: FeatureSchema) -> None:
    found = {(put.name, put.type, put.shape[-1]) for put in session.get_inputs()}
    wanted = {
        ("numeric", "tensor(double)", len(columns.numeric)),
        ("categorical", "tensor(int64)", len(columns.categorical)),
    }
    missing = set(OUTPUTS) - _names(session.get_outputs())
    if found != {put for put in wanted if put[2]} or missing:
        raise BundleRefused("model.onnx does not take the manifest's features or lacks an output")


def _names(puts: Iterable[ort.NodeArg]) -> set[str]:
    return {put.name for put in puts}
