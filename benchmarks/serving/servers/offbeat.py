"""Ours: `offbeat serve` with its defaults, validation, metrics and three-valued verdicts on, and every body it takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import orjson

from benchmarks.serving.bundle import MODEL
from benchmarks.serving.files import FILES
from benchmarks.serving.records import FEATURES, Matrix
from benchmarks.serving.servers.server import Answer, Form, Launch, Post, Server, Site
from benchmarks.serving.servers.tensors import binary_form, json_form

OURS = "offbeat"
SCORE, INFER = f"/v1/models/{MODEL}/score", f"/v2/models/{MODEL}/infer"
LEAN = f"{SCORE}?orient=columns&top_contributors=0"
FULL = f"{SCORE}?embedding=true&expected=true"
OUTPUTS = ("score", "is_anomaly")


def offbeat(command: tuple[str, ...], folder: Path) -> Server:
    """As this command starts it (`python -m offbeat`) in this folder."""

    def launch(site: Site) -> Launch:
        told = ("serve", "--repository", str(site.graph.repository.resolve()), "--port", str(site.port))
        return Launch((*command, *told), {}, folder)

    return Server(OURS, launch, FORMS)


def _rows(rows: Matrix) -> bytes:
    return orjson.dumps({"features": FEATURES, "rows": rows.tolist()})


def _records(rows: Matrix) -> bytes:
    return orjson.dumps({"records": [dict(zip(FEATURES, row, strict=True)) for row in rows.tolist()]})


def _json_form(path: str, write: Callable[[Matrix], bytes]) -> Form:
    return Form(lambda rows: Post(path, write(rows)), _read)


def _file_form(media_type: str, write: Callable[[Matrix], bytes]) -> Form:
    return Form(lambda rows: Post(LEAN, write(rows), {"Content-Type": media_type}), _read)


def _read(reply: httpx.Response) -> Answer:
    """Results as columns or as records."""
    results = orjson.loads(reply.content)["results"]
    if isinstance(results, dict):
        return Answer(results["score"], results["is_anomaly"])
    return Answer([each["score"] for each in results], [each["is_anomaly"] for each in results])


FORMS = {
    "minimal": _json_form(LEAN, _rows),
    "named": _json_form(LEAN, _records),
    "full": _json_form(FULL, _rows),
    "full, columns": _json_form(f"{FULL}&orient=columns", _rows),
    "protocol": json_form(INFER, OUTPUTS),
    "binary": binary_form(INFER, OUTPUTS),
    **{name: _file_form(*file) for name, file in FILES.items()},
}
