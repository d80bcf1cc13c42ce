"""What the protocol says of the server and its models."""

from __future__ import annotations

import re

import numpy as np
import pytest

pytestmark = pytest.mark.anyio


async def test_the_server_says_who_it_is_and_that_it_lives(client):
    server = (await client.get("/v2")).json()

    assert (server["name"], server["extensions"]) == ("offbeat", ["binary_tensor_data"])
    assert (await client.get("/v2/")).json() == server
    assert (await client.get("/v2/health/live")).json() == {"live": True}
    assert (await client.get("/v2/health/ready")).json() == {"ready": True}


async def test_a_server_that_stops_or_serves_nothing_is_not_ready(client, app, running, pump_repository):
    app.drain.active = True
    stopping = await client.get("/v2/health/ready")
    (pump_repository.root / "pump").rename(pump_repository.root.parent / "gone")
    async with running() as other:
        empty = await other.get("/v2/health/ready")

    assert (stopping.status_code, stopping.json()) == (503, {"error": "the process is stopping"})
    assert (empty.status_code, empty.json()) == (503, {"error": "no model is published"})


async def test_a_model_says_what_goes_in_and_what_comes_out(client):
    described = (await client.get("/v2/models/pump")).json()

    assert (described["name"], described["versions"]) == ("pump", ["1", "2"])
    assert described["platform"] == "onnxruntime_onnx"
    assert [(each["name"], each["datatype"], each["shape"]) for each in described["inputs"]] == [
        ("temperature", "FP64", [-1]), ("pressure", "FP64", [-1]), ("flow", "FP64", [-1]), ("valve", "BYTES", [-1]),
    ]  # fmt: skip
    assert {"name": "expected", "datatype": "FP64", "shape": [-1, 4]} in described["outputs"]
    assert described["properties"]["passthrough"] == "timestamp, id"
    assert described["properties"]["version"] == "1"
    assert (await client.get("/v2/models/pump/versions/2")).json()["properties"]["version"] == "2"


async def test_what_windows_and_pictures_take_is_said_too(every):
    vibration = (await every.get("/v2/models/vibration")).json()
    tiles = (await every.get("/v2/models/tiles")).json()

    names = [each["name"] for each in vibration["inputs"]]
    assert names == ["left", "right", "mode", "machine", "timestamp"]
    assert "passthrough" not in vibration["properties"]  # its series and its times must come
    assert vibration["properties"]["window"] == "6 readings"
    assert tiles["inputs"] == [{"name": "image", "datatype": "UINT8", "shape": [-1, 10, 12, 1]}]
    assert {"name": "expected", "datatype": "UINT8", "shape": [-1, 10, 12, 1]} in tiles["outputs"]


FILLED = {
    "BYTES": np.array("open", dtype=object),
    "FP64": np.array(1.0),
    "UINT8": np.array(60, dtype=np.uint8),
}


@pytest.mark.parametrize("model", ["pump", "vibration", "tiles"])
async def test_the_outputs_that_come_are_those_of_the_metadata(every, binary, model):
    described = (await every.get(f"/v2/models/{model}")).json()
    inputs = [
        (each["name"], np.broadcast_to(FILLED[each["datatype"]], [1, *each["shape"][1:]]))
        for each in described["inputs"]
        if each["name"] != "timestamp"
    ]
    moment = [("timestamp", np.array([0]))] if model == "vibration" else []

    found = (await every.post(f"/v2/models/{model}/infer", **binary(*inputs, *moment))).json()["outputs"]

    assert [each["shape"][0] for each in found] == [1] * len(found)
    signatures = [(each["name"], each["datatype"], [-1, *each["shape"][1:]]) for each in found]
    assert signatures == [(each["name"], each["datatype"], each["shape"]) for each in described["outputs"]]


async def test_a_version_is_ready_when_it_can_be_loaded(client, pump_repository):
    model = pump_repository.root / "pump" / "2" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1])

    assert (await client.get("/v2/models/pump/ready")).json() == {"name": "pump", "ready": True}
    assert (await client.get("/v2/models/pump/versions/1/ready")).status_code == 200
    damaged = await client.get("/v2/models/pump/versions/2/ready")
    assert damaged.status_code == 409
    assert "model.onnx" in damaged.json()["error"]
    assert (await client.get("/v2/models/pump/versions/3/ready")).status_code == 404
    assert (await client.get("/v2/models/turbine/ready")).status_code == 404


async def test_the_index_lists_every_version(client):
    every = (await client.post("/v2/repository/index")).json()
    ready = (await client.post("/v2/repository/index", json={"ready": True})).json()

    assert [(each["name"], each["version"], each["state"]) for each in every] == [
        ("pump", "1", "READY"), ("pump", "2", "READY"),
    ]  # fmt: skip
    assert [each["reason"] for each in every] == ["", "loaded when it is first asked for"]
    assert ready == every


async def test_the_index_says_what_does_not_answer_and_why(running, pump_repository):
    model = pump_repository.root / "pump" / "1" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1])

    async with running() as client:
        [first, second] = (await client.post("/v2/repository/index", json={})).json()
        ready = (await client.post("/v2/repository/index", json={"ready": True})).json()

    assert (first["state"], second["state"]) == ("UNAVAILABLE", "UNAVAILABLE")
    assert "champion: model.onnx" in first["reason"]
    assert ready == []


async def test_every_route_is_documented_with_an_example_that_works(every):
    document = (await every.get("/openapi.json")).json()
    paths = {path: found for path, found in document["paths"].items() if path.startswith("/v2")}
    assert len(paths) == 10

    for path in ("/v2/models/{model}/infer", "/v2/models/{model}/versions/{version}/infer"):
        asked = paths[path]["post"]
        body = asked["requestBody"]["content"]["application/json"]["example"]
        named = {each["name"]: each["example"] for each in asked["parameters"]}
        reply = await every.post(path.format(**named), json=body)
        assert reply.json()["outputs"][0]["data"] == ["normal", "anomaly"]
    assert set(re.findall(r"#/components/schemas/(\w+)", str(paths))) <= set(
        document["components"]["schemas"]
    )
