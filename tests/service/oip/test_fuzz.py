"""Whatever comes under /v2, the answer is never a 5xx and always in the protocol's shape. OFFBEAT_FUZZ sets how many bodies."""

from __future__ import annotations

import asyncio
import os
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.repository import Repository
from service.app import create_app
from service.oip.datatypes import DATATYPES
from service.settings import Settings

EXAMPLES = int(os.environ.get("OFFBEAT_FUZZ", "300"))
TRIED = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LENGTH = "inference-header-content-length"
wild = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.lists(st.integers(-3, 3), max_size=3), st.dictionaries(st.text(max_size=4), st.none(), max_size=2),
)  # fmt: skip
# Most of a body is as it should be: what is nonsense from the start never comes near a tensor.
sizes = st.one_of(st.sampled_from([0, 1, 7, 8, 16, 24, 48, 2**31, 2**63 - 1]), wild)
members = st.one_of(
    st.tuples(st.just("name"), st.sampled_from(["temperature", "valve", "numeric", "image", "id", "x", ""])),
    st.tuples(st.just("datatype"), st.sampled_from(DATATYPES)),
    st.tuples(st.just("shape"), st.lists(st.sampled_from([0, 1, 2, 3, 10, 12, 2**40]), max_size=5)),
    st.tuples(st.just("parameters"), st.dictionaries(st.just("binary_data_size"), sizes, max_size=1)),
    st.tuples(st.just("data"), st.lists(wild, max_size=4)),
    st.tuples(st.sampled_from(["name", "datatype", "shape", "parameters", "data", "other"]), wild),
)
requests = st.one_of(
    st.tuples(st.just("outputs"), st.lists(st.sampled_from([{"name": "score"}, {"name": "verdict"}, {}, 3]), max_size=2)),
    st.tuples(st.just("parameters"), st.sampled_from([{"binary_data_output": True}, {"threshold": -1}, {"last_only": True}])),
    st.tuples(st.sampled_from(["id", "inputs", "outputs", "parameters", "other"]), wild),
)  # fmt: skip
cuts = st.one_of(st.just(0), st.just(0), st.integers(-20, 20))
flips = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=3)


class Service:
    """An app on a loop of its own, asked one request at a time."""

    def __init__(self, repository: Repository) -> None:
        self._app = create_app(Settings(refresh_seconds=3600, max_rows=1000), repository)
        self._runner = asyncio.Runner()
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._runner.run(self._lifespan.__aenter__())
        self.statuses: Counter[int] = Counter()

    def post(self, model: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        reply = self._runner.run(self._post(f"/v2/models/{model}/infer", body, headers))
        self.statuses[reply.status_code] += 1
        return reply

    def close(self) -> None:
        print(f"{self.statuses.total()} requests: {dict(sorted(self.statuses.items()))}")
        self._runner.run(self._lifespan.__aexit__(None, None, None))
        self._runner.close()

    async def _post(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(path, content=body, headers=headers)


@pytest.fixture
def service(every_repository: Repository) -> Iterator[Service]:
    service = Service(every_repository)
    yield service
    service.close()


def good(model: str) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Tensors that a model takes, and their elements."""
    text = b"".join(struct.pack("<I", 4) + b"open" for _ in range(2))
    made = {
        "pump": [("numeric", "FP64", [2, 3], np.ones((2, 3)).tobytes()), ("valve", "BYTES", [2, 1], text)],
        "mixer/versions/2": [("numeric", "FP32", [2, 3], np.ones((2, 3), np.float32).tobytes())],
        "tiles": [("image", "UINT8", [2, 10, 12, 1], bytes(240))],
        "vibration": [
            ("numeric", "FP64", [2, 2], np.ones((2, 2)).tobytes()),
            ("timestamp", "INT64", [2], np.arange(2).tobytes()),
            *((name, "BYTES", [2], text) for name in ("machine", "mode")),
        ],
    }[model]
    inputs = [
        {"name": name, "datatype": kind, "shape": shape, "parameters": {"binary_data_size": len(data)}}
        for name, kind, shape, data in made
    ]
    return inputs, [data for *_, data in made]


models = st.sampled_from(["pump", "mixer/versions/2", "tiles", "vibration"])


def check(reply: httpx.Response) -> None:
    assert reply.status_code < 500, reply.text
    if reply.status_code == 200:
        size = int(reply.headers.get(LENGTH, len(reply.content)))
        assert orjson.loads(reply.content[:size])["outputs"]
        return
    assert reply.headers["content-type"] == "application/json"
    assert [*reply.json()] == ["error"]
    assert 0 < len(reply.json()["error"]) < 2000


def test_mutated_heads(service: Service) -> None:
    @TRIED
    @given(
        models,
        st.lists(st.tuples(st.integers(0, 3), members), max_size=2),
        st.lists(requests, max_size=1),
        cuts,
    )
    def tried(model: str, changes: list[Any], more: list[Any], cut: int) -> None:
        inputs, parts = good(model)
        for place, (name, value) in changes:
            inputs[place % len(inputs)][name] = value
        head = orjson.dumps({"inputs": inputs, **dict(more)})
        check(service.post(model, head + b"".join(parts), {LENGTH: str(len(head) + cut)}))

    tried()
    assert service.statuses[200] > EXAMPLES / 50  # else nothing ever came near a model
    assert service.statuses[422] > EXAMPLES / 5


def test_mutated_bytes(service: Service) -> None:
    @TRIED
    @given(models, flips, cuts, cuts)
    def tried(model: str, changes: list[tuple[int, int]], cut: int, lost: int) -> None:
        inputs, parts = good(model)
        head = orjson.dumps({"inputs": inputs})
        body = bytearray(head + b"".join(parts))
        for place, value in changes:
            body[place % len(body)] = value
        body = body[: len(body) - lost] if lost > 0 else body + bytes(-lost)
        check(service.post(model, bytes(body), {LENGTH: str(len(head) + cut)}))

    tried()
    assert service.statuses[200] > EXAMPLES / 50
    assert service.statuses[400] + service.statuses[422] > EXAMPLES / 5


def test_the_check_sees_what_is_no_answer_of_the_protocol() -> None:
    problem = {"content-type": "application/problem+json"}
    for wrong in (
        httpx.Response(500, json={"error": "a bug"}),
        httpx.Response(422, json={"detail": "no"}, headers=problem),
        httpx.Response(400, json={"error": ""}),
    ):
        with pytest.raises(AssertionError):
            check(wrong)
