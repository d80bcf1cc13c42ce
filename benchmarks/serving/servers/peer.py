"""What the peers have in common: where they find the graph, and the plain JSON that those without a protocol speak."""

from __future__ import annotations

from pathlib import Path

import httpx
import orjson

from benchmarks.serving.bundle import Graph
from benchmarks.serving.servers.server import Answer, Form, Post

APPS = Path(__file__).parents[1] / "apps"
ORT = "onnxruntime==1.31.1"  # the same for all: this is about what stands around it


def around(graph: Graph) -> dict[str, str]:
    """What `apps/graph.py` reads from its environment."""
    return {
        "PYTHONPATH": str(APPS),
        "BENCH_MODEL": str(graph.file.resolve()),
        "BENCH_THRESHOLD": repr(graph.threshold),
    }


def rows_form(path: str) -> Form:
    """`{"rows": [[…], …]}` there, `{"score": […], "flag": […]}` back."""
    return Form(lambda rows: Post(path, orjson.dumps({"rows": rows.tolist()})), _read)


def _read(reply: httpx.Response) -> Answer:
    found = orjson.loads(reply.content)
    return Answer(found["score"], found["flag"])
