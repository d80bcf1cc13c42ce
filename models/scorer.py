"""Scorer: one version, loaded, tested against its golden records, ready to score. The only module that imports ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.bundle import MODEL, SAMPLER, Bundle, open_bundle
from models.encoding import encode
from models.errors import BundleRefused, TableMismatch
from models.features import FeatureSchema
from models.feed import CHUNK, Inputs, Samples, run_rows, runs
from models.formats.json_text import JsonPlaces, typed
from models.manifest import Manifest
from models.onnx_bytes import pruned
from models.sampler import Sampler
from models.signature import Signature, axes, sampler_signature, signature, values
from models.table import Table
from models.windowed import Windowed
from models.windows import Frames, Window, frames

__all__ = [
    "CHUNK",
    "OUTPUTS",
    "VECTORS",
    "Outputs",
    "Scorer",
    "Scores",
    "check_scores",
    "golden_samples",
    "golden_table",
]
SHOWN = 200  # characters of what ONNX Runtime says that an error repeats
TOLERANCE = 1e-5  # relative to the larger of score and threshold
FloatMatrix = NDArray[np.float64]
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """What the graph says of each sample; NaN where there is nothing to say.

    score: (rows,) the head's, >= 0, higher is stranger. reconstruction_error: (rows,) mean squared error in
    scaled units. latent_distance: (rows,) Mahalanobis distance of the latent from those of the training rows.
    latent: (rows, latent size). expected: (rows, features) in the record's own units, a category as its code.
    attribution: (rows, features) >= 0, what each feature adds to the score. Of images, expected is (rows, height, width,
    channels) uint8 and attribution (rows, height, width). A matrix that was not asked for has no columns.
    """

    score: Vector
    reconstruction_error: Vector
    latent_distance: Vector
    latent: FloatMatrix
    expected: FloatMatrix
    attribution: FloatMatrix


OUTPUTS = tuple(field.name for field in fields(Scores))
VECTORS = ("score", "reconstruction_error", "latent_distance")
FEW = frozenset(VECTORS)
Outputs = Sequence[str]


class Scorer:
    """A bundle with its ONNX Runtime session. Thread-safe: scoring changes nothing.

    `sampler` makes up records; None for a model that cannot. `run_rows`: how many samples go through the graph at once;
    whoever scores in pieces of so many gets the numbers of the whole to the last bit.
    """

    def __init__(self, bundle: Bundle, *, threads: int = 1) -> None:
        self.manifest = bundle.manifest
        self.digest = bundle.digest
        self.calibration = bundle.calibration
        self._session = _session(bundle.model, threads)
        # What only explains need not be computed for those who do not ask for it.
        self._lean = _session(pruned(bundle.model, VECTORS), threads)
        self.run_rows = run_rows(values(bundle.manifest))
        _check_signature(self._session, MODEL, signature(bundle.manifest), OUTPUTS)
        self._test(bundle)
        self.sampler = _sampler(bundle, threads)

    @classmethod
    def open(cls, folder: Path | str, *, threads: int = 1) -> Scorer:
        """Load the bundle in a folder. BundleRefused when it is damaged or does not score as it did at export."""
        return cls(open_bundle(Path(folder)), threads=threads)

    @property
    def columns(self) -> FeatureSchema:
        """The columns this model reads."""
        return self.manifest.columns

    @property
    def window(self) -> Window | None:
        """How many readings are judged together; None where each record stands alone."""
        return self.manifest.window

    def frames(self, table: Table) -> Frames:
        """The windows of a table's records, for a model that has windows. TableMismatch as `models.windows` says."""
        if self.window is None:
            raise ValueError("the model judges each record alone")
        return frames(table, self.window)

    def score(self, samples: Samples, outputs: Outputs = OUTPUTS) -> Scores:
        """Score every sample, in runs that stay in the caches. `outputs`: VECTORS, and those matrices that are wanted."""
        if not samples.rows:  # on which some operators of ONNX Runtime end the process
            return _nothing(self.manifest, outputs)
        found = [self.run(samples.feed(part), outputs) for part in runs(samples.rows, self.run_rows)]
        joined = (
            parts[0] if len(parts) == 1 else np.concatenate(parts) for parts in zip(*found, strict=True)
        )
        unasked = dict.fromkeys(OUTPUTS, np.empty((samples.rows, 0)))
        return Scores(**{**unasked, **dict(zip(outputs, joined, strict=True))})

    def run(self, inputs: Inputs, outputs: Outputs) -> list[NDArray[Any]]:
        """The graph's outputs, as float64 unless they are pixels, of one run: at most `run_rows` samples."""
        session = self._lean if FEW.issuperset(outputs) else self._session
        found = session.run(outputs, dict(inputs))
        return [each if each.dtype == np.uint8 else each.astype(np.float64, copy=False) for each in found]

    def _test(self, bundle: Bundle) -> None:
        golden, manifest = bundle.golden, bundle.manifest
        if set(golden.columns) != set(manifest.columns.inputs):
            raise BundleRefused("golden.json holds other features than the manifest")
        try:
            samples = golden_samples(golden.columns, manifest)
            found, lean = self.score(samples), self.score(samples, VECTORS)
        except TableMismatch as error:
            raise BundleRefused(f"golden.json does not fit the manifest: {error}") from None
        except Exception as error:  # ONNX Runtime's exceptions share no base of their own
            raise BundleRefused(f"model.onnx does not score its golden records: {_short(error)}") from None
        _check_shapes(found, len(golden.scores), manifest)
        for each in (found, lean):
            check_scores(each.score, np.asarray(golden.scores), manifest.threshold.value)


def golden_samples(columns: Mapping[str, tuple[float | str | None, ...]], manifest: Manifest) -> Samples:
    """What is scored of golden records: each, or each whole window of readings that follow each other without a gap."""
    table = golden_table(columns)
    encoded = encode(table, manifest.columns)
    if manifest.window is None:
        return encoded
    return Windowed(encoded, frames(table, Window(length=manifest.window.length, stride=1, period=None)))


def golden_table(columns: Mapping[str, tuple[float | str | None, ...]]) -> Table:
    """Golden records as a table."""
    rows = max(map(len, columns.values()), default=0)
    return Table(typed(dict(columns)), rows, JsonPlaces("columns", {}))


def check_scores(found: Vector, published: Vector, threshold: float, tolerance: float = TOLERANCE) -> None:
    """BundleRefused unless each score is within tolerance · max(score, threshold) of the one it should be."""
    allowed = tolerance * np.maximum(published, threshold)
    if found.shape != published.shape or not np.all(np.abs(found - published) <= allowed):
        raise BundleRefused("model.onnx does not score its golden records as it did at export")


def _sampler(bundle: Bundle, threads: int) -> Sampler | None:
    if bundle.sampler is None:
        return None
    session = _session(bundle.sampler, threads, SAMPLER)
    _check_signature(session, SAMPLER, sampler_signature(bundle.manifest), ["expected"])
    return Sampler(session, bundle.manifest)


def _session(model: bytes, threads: int, name: str = MODEL) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what it would print is raised as well
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Else bytes of ORT's own format would be recognised and run, and the allow-list reads ONNX only.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        # With its fallback it would print to standard output and try the same again.
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:  # ONNX Runtime's exceptions share no base of their own
        raise BundleRefused(f"{name} does not load: {_short(error)}") from None


def _check_signature(
    session: ort.InferenceSession, name: str, wanted: Signature, outputs: Iterable[str]
) -> None:
    """BundleRefused unless the graph takes exactly these inputs and has every output."""
    try:
        found = {(put.name, put.type, tuple(put.shape[1:])) for put in session.get_inputs()}
        there = {put.name for put in session.get_outputs()}
    except UnicodeDecodeError:
        raise BundleRefused(f"{name} has an input or output whose name is no text") from None
    if found != wanted:
        raise BundleRefused(f"{name} does not take the manifest's features")
    lacking = set(outputs) - there
    if lacking:
        raise BundleRefused(f"{name} has no output {', '.join(sorted(lacking))}")


def _nothing(manifest: Manifest, outputs: Outputs) -> Scores:
    """What there is to say of no sample."""
    kinds = {"expected": np.uint8} if manifest.columns.images else {}
    shapes = dict.fromkeys(OUTPUTS, (0,)) | axes(manifest, {*VECTORS, *outputs})
    return Scores(
        **{name: np.empty((0, *shape), kinds.get(name, np.float64)) for name, shape in shapes.items()}
    )


def _check_shapes(found: Scores, rows: int, manifest: Manifest) -> None:
    """BundleRefused unless every output has a number for what it speaks of."""
    for name, each in axes(manifest, OUTPUTS).items():
        wanted = (rows, *each)
        shape = getattr(found, name).shape
        if shape != wanted:
            raise BundleRefused(f"model.onnx gives {name} of shape {shape}, not {wanted}")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:SHOWN]
