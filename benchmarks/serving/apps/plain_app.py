"""The graph behind plain ASGI and orjson: nothing is validated, counted or judged. What a Python server can be at best."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from graph import Graph  # type: ignore[import-not-found]  # beside it

graph = Graph()
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json")],
}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401  (as uvicorn calls it)
    """`/score` or `/explain`."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    rows = np.array(orjson.loads(body)["rows"])
    score = graph.explain(rows) if scope["path"] == "/explain" else scored(rows)
    await send(START)
    await send({"type": "http.response.body", "body": orjson.dumps(score, option=orjson.OPT_SERIALIZE_NUMPY)})


def scored(rows: Any) -> dict[str, Any]:  # noqa: ANN401  (arrays)
    """Scores and flags."""
    score, flag = graph.score(rows)
    return {"score": score, "flag": flag}
