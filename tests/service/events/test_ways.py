"""Whatever way records come, what is told of them adds up to what is counted, and costs no run of the graph."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from models.formats import FORMATS
from models.scorer import Scorer
from service.app import Service, create_app
from service.recent import Cause
from service.settings import Settings

pytestmark = pytest.mark.anyio
JSON = "application/json"
NUMBERS = b"speed,torque,power\n80,6,48\n999,6,48\n80,6,48\n"
Way = tuple[str, str, bytes, dict[str, str]]  # name, path, body, headers


@pytest.fixture
async def app(every_repository) -> AsyncIterator[Service]:
    every_repository.promote("mixer", 2)  # numbers alone
    app = create_app(Settings(repository=every_repository.root, events=True), every_repository)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def examples(client: httpx.AsyncClient) -> Iterator[Way]:
    """Every example of a body to be scored, of records, windows and images."""
    paths = (await client.get("/openapi.json")).json()["paths"]
    content = paths["/v1/models/{model}/score"]["post"]["requestBody"]["content"]
    found = []
    for media_type, each in content.items():
        for name, example in each.get("examples", {}).items():
            body = example["value"]
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            path = f"/v1/models/{name.partition(':')[0]}/score"
            found.append((f"{media_type} {name}", path, data, {"content-type": media_type}))
    return found


def tables() -> Iterator[Way]:
    """The same three records in every format a table can be written in."""
    table = FORMATS["csv"].read(NUMBERS, most=9)
    for name in ("csv", "ndjson", "parquet", "arrow", "npy"):
        form = FORMATS[name]
        yield name, "/v1/models/mixer/score", form.write(table), {"content-type": form.media_type}


def bodies() -> Iterator[Way]:
    """What is judged in other places: one record, very many, another threshold, the last alone, another protocol."""
    score, infer = "/v1/models/mixer/score", "/v2/models/mixer/infer"
    record = {"speed": 80.0, "torque": 6.0, "power": 48.0}
    asked: dict[str, tuple[str, Any]] = {
        "single": (score, {"records": [record]}),
        "single anomaly": (score, {"records": [record | {"speed": 999.0}]}),
        "unknown": (score, {"records": [record, {}]}),
        "what if": (score, {"records": [record] * 3, "threshold": 1e-9}),
        "last": (score, {"records": [record] * 3, "last_only": True}),
        "long": (score, {"records": [record, record | {"speed": 999.0}] * 7_000}),
        "infer": (infer, {"inputs": [tensor(1)]}),
        "infer few outputs": (infer, {"inputs": [tensor(1)], "outputs": [{"name": "verdict"}]}),
        "infer several": (infer, {"inputs": [tensor(5)]}),
        "infer what if": (infer, {"inputs": [tensor(1)], "parameters": {"threshold": 1e-9}}),
        "infer by columns": (infer, {"inputs": [column("speed"), column("torque"), column("power")]}),
    }
    for name, (path, body) in asked.items():
        yield name, path, json.dumps(body).encode(), {"content-type": JSON}


def tensor(rows: int) -> dict[str, Any]:
    return {"name": "numeric", "datatype": "FP64", "shape": [rows, 3], "data": [80.0, 6.0, 48.0] * rows}


def column(name: str) -> dict[str, Any]:
    return {"name": name, "datatype": "FP64", "shape": [2], "data": [6.0, 600.0]}


async def counted(client: httpx.AsyncClient) -> dict[str, tuple[int, ...]]:
    """Records, anomalies and unknown of each model, as they are counted for Prometheus."""
    text, found = (await client.get("/metrics")).text, {}
    for line in re.findall(r"^offbeat_records_scored_total{(.*)} (\S+)$", text, re.MULTILINE):
        labels = dict(re.findall(r'(\w+)="(.*?)"', line[0]))
        every, anomalies, unknown = found.get(labels["model"], (0, 0, 0))
        number, verdict = int(float(line[1])), labels["verdict"]
        found[labels["model"]] = (
            every + number,
            anomalies + number * (verdict == "anomaly"),
            unknown + number * (verdict == "unknown"),
        )
    return found


async def test_every_way_in_is_told_as_it_is_counted(app, client, follow):
    ways = [*await examples(client), *tables(), *bodies()]
    heard = {model: follow(app, model) for model in app.pool.models}
    sums = dict.fromkeys(heard, (0, 0, 0))
    different, moved = [], 0
    for name, path, body, headers in ways:
        before = await counted(client)
        reply = await client.post(path, content=body, headers=headers)
        assert reply.status_code == 200, (name, reply.text)
        for model, hear in heard.items():
            for each in (told.data for told in hear() if told.kind == "scored"):
                parts = (each["records"], each["anomalies"], each["unknown"])
                sums[model] = tuple(map(sum, zip(sums[model], parts, strict=True)))
        after = await counted(client)
        moved += after != before
        different += [name for model in after if after[model] != sums[model]]

    assert different == []
    assert moved == len(ways) > 20  # each of them counted something
    assert all(all(each) for model, each in sums.items() if model in {"mixer", "vibration"})
    assert all(sums[model][0] for model in sums)


async def test_where_nobody_is_told_a_verdict_no_event_is(app, client, follow):
    hear = follow(app, "mixer")
    for verb in ("embed", "reconstruct", "score"):
        await client.post(f"/v1/models/mixer/{verb}", content=NUMBERS, headers={"content-type": "text/csv"})
        assert len(hear()) == (2 if verb == "score" else 0)


@pytest.mark.parametrize("rows", [1, 3])
async def test_a_cause_is_told_only_where_it_was_asked_for(app, client, follow, rows):
    hear, body = follow(app, "mixer"), {"records": [{"speed": 999.0, "torque": 6.0, "power": 48.0}] * rows}

    asked = await client.post("/v1/models/mixer/score", json=body)
    told = [each.data for each in hear() if each.kind == "anomaly"]
    await client.post("/v1/models/mixer/score?top_contributors=0", json=body)
    bare = [each.data for each in hear() if each.kind == "anomaly"]

    results = asked.json()["results"]
    names = ("feature", "actual", "expected")
    assert len(told) == len(bare) == rows
    for each, result in zip(told, results, strict=True):
        assert {name: each[name] for name in names} == {
            name: result["contributions"][0][name] for name in names
        }
    for each, result in zip(bare, results, strict=True):
        assert [each[name] for name in names] == [None] * 3
        assert each["severity"] == result["severity"]


@pytest.mark.parametrize("model", ["mixer", "pump", "vibration", "tiles"])
async def test_whatever_part_of_the_graph_was_asked_for_anomalies_are_told(app, client, follow, model):
    ways = [way for way in await examples(client) if way[0] == f"{JSON} {model}: records"]
    [(_, path, data, headers)] = ways
    body, hear, causes = json.loads(data) | {"threshold": 1e-9}, follow(app, model), []
    for options in ({}, {"top_contributors": 0}, {"top_contributors": 0, "expected": True}):
        reply = await client.post(path, json=body | options, headers=headers)
        assert reply.status_code == 200
        causes.append({each.data["feature"] is not None for each in hear() if each.kind == "anomaly"})

    assert causes == [{True}, {False}, {False}]


@pytest.mark.parametrize("outputs", [["verdict", "shares"], ["verdict", "expected"], ["severity", "latent"]])
async def test_whatever_tensors_were_asked_for_anomalies_are_told(app, client, follow, outputs):
    hear, asked = follow(app, "mixer"), {"outputs": [{"name": name} for name in outputs]}
    body = {"inputs": [tensor(2)], "parameters": {"threshold": 1e-9}, **asked}

    assert (await client.post("/v2/models/mixer/infer", json=body)).status_code == 200

    assert [each.data["feature"] for each in hear() if each.kind == "anomaly"] == [None, None]


async def test_the_graph_is_asked_for_the_same_as_without(every_repository, monkeypatch):
    every_repository.promote("mixer", 2)
    asked: list[Any] = []
    for name in ("run", "score"):
        monkeypatch.setattr(Scorer, name, noted(asked, getattr(Scorer, name)))

    async def runs(*, events: bool) -> list[Any]:
        settings = Settings(repository=every_repository.root, events=events, gather="off")
        app = create_app(settings, every_repository)
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
            asked.clear()
            for _, path, body, headers in filter(is_short, bodies()):
                for query in ("", "top_contributors=0"):
                    await client.post(f"http://test{path}?{query}", content=body, headers=headers)
            if events:
                app.events.tell()
            return [*asked]

    without, told = await runs(events=False), await runs(events=True)

    assert told == without
    assert len(told) > 20


def is_short(way: Way) -> bool:
    return len(way[2]) < 10_000


def noted(asked: list[Any], method: Any) -> Any:
    def call(self: Scorer, records: Any, *outputs: Any) -> Any:
        asked.append((method.__name__, *map(tuple, outputs)))
        return method(self, records, *outputs)

    return call


async def test_a_text_is_cut_and_what_is_no_unicode_harms_nobody(app, client, follow):
    hear, recent = follow(app, "pump"), app.events.recent("pump", 1)
    record = {"temperature": 31.0, "pressure": 4.1, "flow": 46.0, "valve": "x" * 5000}
    await client.post("/v1/models/pump/score", json={"records": [record], "threshold": 1e-9})
    recent.strange(1.5, lambda: Cause(0.5, "valve", "\ud800"))
    recent.one(1.5)

    told = [each.data for each in hear() if each.kind == "anomaly"]

    assert [(each["feature"], each["actual"]) for each in told] == [("valve", "x" * 40 + "…"), ("valve", "?")]
