"""The one graph that all serve: an autoencoder 32-64-8-64-32, trained, exported and published as users do it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from benchmarks.serving.records import Matrix, records, write_csv
from models.repository import Repository

MODEL = "bench"
ROWS = 5_000
SHAPE = ("--variant", "denoising", "--head", "reconstruction", "--widths", "64", "--code-size", "8")
FIT = ("--epochs", "10", "--seed", "7")


@dataclass(frozen=True, slots=True)
class Graph:
    """A published version: `folder` is its bundle, `threshold` what a score must exceed to be flagged."""

    repository: Path
    folder: Path
    threshold: float

    @property
    def file(self) -> Path:
        """The ONNX file that the peers load."""
        return self.folder / "model.onnx"


def published(repository: Path, command: Sequence[str], folder: Path) -> Graph:
    """The version in this repository; where there is none, trained first by this command (`python -m offbeat`) in this folder."""
    if not (repository / MODEL / "1" / "manifest.json").exists():
        repository.mkdir(parents=True, exist_ok=True)
        data = repository.resolve() / "records.csv"
        write_csv(data, records(ROWS, seed=1, strange=0))
        _train(data, command, folder)
    kept = Repository(repository)
    version = kept.open(kept.resolve(MODEL, 1))
    return Graph(repository, repository / MODEL / "1", version.manifest.threshold.value)


def _train(data: Path, command: Sequence[str], folder: Path) -> None:
    told = ["train", str(data), "--name", MODEL, "--repository", str(data.parent), *SHAPE, *FIT]
    done = subprocess.run([*command, *told], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join([*command, *told])}\n{done.stdout}{done.stderr}")


def session(file: Path) -> ort.InferenceSession:
    """The graph as ONNX Runtime runs it on one thread, with nothing around it."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def scores(graph: Graph, readings: Matrix) -> NDArray[np.float64]:
    """What every server must answer. (rows, 32) -> (rows,)."""
    (score,) = session(graph.file).run(["score"], {"numeric": readings})
    return np.asarray(score, dtype=np.float64)
