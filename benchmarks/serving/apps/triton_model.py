"""Triton's Python backend as its examples teach it: tensors in, tensors out, one request after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import triton_python_backend_utils as backend  # type: ignore[import-not-found]
from graph import Graph  # type: ignore[import-not-found]  # beside it


class TritonPythonModel:
    """Scores rows; all outputs for those who ask for them."""

    def initialize(self, args: dict[str, str]) -> None:  # noqa: ARG002  (Triton calls it so)
        """Open the graph."""
        self.graph = Graph()

    def execute(self, requests: Sequence[Any]) -> list[Any]:
        """A response for each request."""
        return [backend.InferenceResponse(self._outputs(request)) for request in requests]

    def _outputs(self, request: Any) -> list[Any]:  # noqa: ANN401  (Triton's own type)
        rows = backend.get_input_tensor_by_name(request, "numeric").as_numpy()
        if "expected" in request.requested_output_names():
            found = self.graph.explain(rows)
        else:
            found = dict(zip(("score", "flag"), self.graph.score(rows), strict=True))
        return [backend.Tensor(name, values) for name, values in found.items()]
