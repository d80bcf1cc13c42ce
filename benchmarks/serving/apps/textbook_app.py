"""FastAPI as its tutorial teaches it: a model of the request, a model of the reply, a `def` route."""

from __future__ import annotations

import numpy as np
from fastapi import FastAPI
from graph import Graph  # type: ignore[import-not-found]  # beside it
from pydantic import BaseModel

graph = Graph()
app = FastAPI()


class Records(BaseModel):
    """Rows of 32 readings."""

    rows: list[list[float]]


class Scores(BaseModel):
    """A score and a flag for each row."""

    score: list[float]
    flag: list[bool]


class Explanations(Scores):
    """And what they are made of."""

    attribution: list[list[float]]
    latent: list[list[float]]
    expected: list[list[float]]


@app.post("/score")
def score(records: Records) -> Scores:
    """Scores and flags."""
    found, flags = graph.score(np.array(records.rows))
    return Scores(score=found.tolist(), flag=flags.tolist())


@app.post("/explain")
def explain(records: Records) -> Explanations:
    """All outputs."""
    found = graph.explain(np.array(records.rows))
    return Explanations(**{name: values.tolist() for name, values in found.items()})
