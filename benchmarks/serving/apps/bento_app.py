"""BentoML as its documentation teaches it: a service, an API each, arrays in and out."""

from __future__ import annotations

import bentoml  # type: ignore[import-not-found]
import numpy as np
from graph import Graph  # type: ignore[import-not-found]  # beside it


@bentoml.service(workers=1, logging={"access": {"enabled": False}})
class Bench:
    """Scores rows."""

    def __init__(self) -> None:
        self.graph = Graph()

    @bentoml.api  # type: ignore[untyped-decorator]
    def score(self, rows: np.ndarray) -> dict:  # type: ignore[type-arg]  # what is annotated here is what it validates
        """Scores and flags."""
        score, flag = self.graph.score(rows)
        return {"score": score.tolist(), "flag": flag.tolist()}

    @bentoml.api  # type: ignore[untyped-decorator]
    def explain(self, rows: np.ndarray) -> dict:  # type: ignore[type-arg]
        """All outputs."""
        return {name: values.tolist() for name, values in self.graph.explain(rows).items()}
