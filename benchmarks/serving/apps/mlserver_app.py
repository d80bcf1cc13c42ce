"""MLServer as its documentation teaches a custom runtime: load, then predict with NumPy codecs."""

from __future__ import annotations

from graph import Graph  # type: ignore[import-not-found]  # beside it
from mlserver import MLModel  # type: ignore[import-not-found]
from mlserver.codecs import NumpyCodec  # type: ignore[import-not-found]
from mlserver.types import InferenceRequest, InferenceResponse  # type: ignore[import-not-found]


class Bench(MLModel):  # type: ignore[misc]
    """Scores rows; with more than one output asked for, all of them."""

    async def load(self) -> bool:
        """Open the graph."""
        self.graph = Graph()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Score and flag, or all outputs for those who ask for `expected`."""
        rows = NumpyCodec.decode_input(payload.inputs[0])
        if payload.outputs and any(output.name == "expected" for output in payload.outputs):
            found = self.graph.explain(rows)
        else:
            found = dict(zip(("score", "flag"), self.graph.score(rows), strict=True))
        outputs = [NumpyCodec.encode_output(name, values) for name, values in found.items()]
        return InferenceResponse(model_name=self.name, outputs=outputs)
