"""The graph as the peers run it: one ONNX Runtime session, one thread. Runs in their environments, imports nothing of ours."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

Array = NDArray[Any]
OUTPUTS = ("score", "attribution", "latent", "expected")


class Graph:
    """Scores rows; where file and threshold are stands in the environment."""

    def __init__(self) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(
            os.environ["BENCH_MODEL"], options, providers=["CPUExecutionProvider"]
        )
        self._threshold = float(os.environ["BENCH_THRESHOLD"])

    def score(self, rows: Array) -> tuple[Array, Array]:
        """Scores and flags, (rows,) each, of (rows, 32)."""
        (score,) = self._session.run(["score"], {"numeric": np.asarray(rows, dtype=np.float64)})
        return score, score > self._threshold

    def explain(self, rows: Array) -> dict[str, Array]:
        """Beside score and flag the error of each feature, the latent and the expected values."""
        found = self._session.run(OUTPUTS, {"numeric": np.asarray(rows, dtype=np.float64)})
        named = dict(zip(OUTPUTS, found, strict=True))
        return {**named, "flag": named["score"] > self._threshold}
