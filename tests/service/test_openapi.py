"""The API page: complete, true, and alive without a network."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from models.encoding import encode
from models.formats import FORMATS
from models.manifest import Manifest
from models.windows import frames
from service import examples

pytestmark = pytest.mark.anyio
BUNDLES = Path(__file__).parents[1] / "bundles"
METHODS = {"get", "put", "post", "patch", "delete"}
NUMBER = {
    "kind": "numeric", "name": "left", "typical": 0.0, "minimum": -1.0, "maximum": 1.0, "lowest": -9.0, "highest": 9.0,
}  # fmt: skip
HOUR = {
    "kind": "categorical", "name": "timestamp.hour", "typical": "13", "categories": ["7", "13"],
    "derived": {"column": "timestamp", "part": "hour"},
}  # fmt: skip
WEEKDAY = HOUR | {
    "name": "timestamp.weekday", "typical": "wed", "categories": ["tue", "wed"],
    "derived": {"column": "timestamp", "part": "weekday"},
}  # fmt: skip
TIMED = {"length": 3, "stride": 1, "series": None, "timestamp": "timestamp", "gap": "refuse"}
CALENDAR = {"features": [NUMBER, HOUR, WEEKDAY], "passthrough": ["timestamp"]}
UNUSUAL = {
    "a calendar": {"window": None, "columns": CALENDAR},
    "a calendar and nothing else": {"window": None, "columns": CALENDAR | {"features": [HOUR]}},
    "a condition first": {"window": None, "columns": {"features": [NUMBER, HOUR], "conditions": ["left"]}},
    "windows with a calendar": {"columns": CALENDAR, "window": TIMED | {"period": 60.0}},
    "a very short period": {"window": TIMED | {"period": 1e-9}},
    "a very long period": {"window": TIMED | {"period": 1e12}},
    "an endless window": {"window": TIMED | {"period": 1.0, "length": 10_000}},
    "no times": {"window": {"length": 3}},
}


async def test_examples_work_when_pasted(client):
    paths = (await client.get("/openapi.json")).json()["paths"]
    asked = 0
    for path, operations in paths.items():
        for media_type, content in (
            operations.get("post", {}).get("requestBody", {}).get("content", {}).items()
        ):
            for body in (each["value"] for each in content.get("examples", {}).values()):
                model = example(operations["post"], "model")
                sent = {"content": body} if isinstance(body, str) else {"json": body}
                reply = await client.post(
                    path.format(model=model), headers={"content-type": media_type}, **sent
                )
                assert reply.status_code == 200, reply.text
                asked += 1

    assert asked == 5 + 4 + 4


async def test_examples_of_every_kind_of_model_work_when_pasted(every):
    paths = (await every.get("/openapi.json")).json()["paths"]
    models: Counter[str] = Counter()
    for path, operations in paths.items():
        for media_type, content in (
            operations.get("post", {}).get("requestBody", {}).get("content", {}).items()
        ):
            for name, each in content.get("examples", {}).items():
                model, body = name.partition(":")[0], each["value"]
                sent = {"content": body} if isinstance(body, str) else {"json": body}
                reply = await every.post(
                    path.format(model=model), headers={"content-type": media_type}, **sent
                )
                assert reply.status_code == 200, reply.text
                models[model] += 1

    assert models == {"pump": 13, "vibration": 13, "tiles": 13, "mixer": 14}


async def test_the_example_of_a_window_is_long_enough_for_a_verdict(every):
    post = (await every.get("/openapi.json")).json()["paths"]["/v1/models/{model}/score"]["post"]
    body = post["requestBody"]["content"]["application/json"]["examples"]["vibration: records"]["value"]

    results = (await every.post("/v1/models/vibration/score", json=body)).json()["results"]

    assert [each["verdict"] for each in results] == ["unknown"] * 5 + ["normal", "anomaly"]


async def test_the_example_of_made_up_records_is_the_one_that_comes(every):
    post = (await every.get("/openapi.json")).json()["paths"]["/v1/models/{model}/sample"]["post"]
    body = post["requestBody"]["content"]["application/json"]["examples"]["mixer"]["value"]

    reply = (await every.post("/v1/models/mixer/sample", json=body)).json()

    assert example(post, "model") == "mixer"
    assert reply == post["responses"]["200"]["content"]["application/json"]["example"]


async def test_pictures_are_documented(client):
    paths = (await client.get("/openapi.json")).json()["paths"]
    score = paths["/v1/models/{model}/score"]["post"]
    reconstruct = paths["/v1/models/{model}/reconstruct"]["post"]

    pictures = {"image/png", "image/jpeg"}
    tables = {each.media_type for name, each in FORMATS.items() if name not in {"png", "jpeg"}}
    assert set(score["requestBody"]["content"]) == tables | pictures
    assert set(reconstruct["responses"]["200"]["content"]) == tables | {"image/png"}
    assert {"last_only", "error_map"} <= {each["name"] for each in score["parameters"]}


@pytest.mark.parametrize("changes", UNUSUAL.values(), ids=UNUSUAL)
def test_examples_are_made_of_whatever_a_model_reads(changes):
    manifest = json.loads((BUNDLES / "vibration" / "1" / "manifest.json").read_bytes())
    merged = Manifest.model_validate_json(json.dumps(manifest | changes))

    made = examples.table(merged)

    assert set(made.columns) == {*merged.columns.inputs, *carried(merged)}
    encode(made, merged.columns)
    if merged.window:
        frames(made, merged.window)


def test_a_picture_too_large_to_be_pasted_is_no_example():
    manifest = json.loads((BUNDLES / "tiles" / "1" / "manifest.json").read_bytes())
    manifest["columns"]["features"][0] |= {"height": 1000, "width": 1000}

    assert examples.records(Manifest.model_validate_json(json.dumps(manifest))) == []


async def test_the_example_reply_is_the_one_that_comes(client):
    post = (await client.get("/openapi.json")).json()["paths"]["/v1/models/{model}/score"]["post"]
    body = post["requestBody"]["content"]["application/json"]["examples"]["pump: records"]["value"]

    reply = (await client.post("/v1/models/pump/score", json=body)).json()

    assert reply == post["responses"]["200"]["content"]["application/json"]["example"]
    assert [each["verdict"] for each in reply["results"]] == ["normal", "anomaly"]


async def test_examples_follow_what_is_served(client, admin):
    await client.put("/v1/models/pump/aliases/champion", json={"version": 2}, headers=admin)

    post = (await client.get("/openapi.json")).json()["paths"]["/v1/models/{model}/score"]["post"]

    assert post["responses"]["200"]["content"]["application/json"]["example"]["version"] == 2


async def test_get_routes_answer_with_their_example_parameters(client):
    paths = (await client.get("/openapi.json")).json()["paths"]
    for path, operations in paths.items():
        if "get" in operations:
            names = re.findall(r"{(\w+)}", path)
            reply = await client.get(
                path.format(**{name: example(operations["get"], name) for name in names})
            )
            # The pump was published without a report, and nobody turned events on.
            refused = {path.endswith("/events"): 409, "/report" in path: 404}
            assert reply.status_code == refused.get(True, 200), path


async def test_every_route_that_answers_is_documented(app, client):
    documented = set((await client.get("/openapi.json")).json()["paths"])
    pages = {"/", "/docs", "/openapi.json"}

    answered = {route.path for route in app.routes if getattr(route, "methods", None)}
    included = {inner.path for route in app.routes for inner in getattr(route, "routes", ())}

    assert (answered | included) - pages - {""} <= documented


async def test_every_schema_that_is_named_is_there_and_every_operation_has_a_name_of_its_own(client):
    document = (await client.get("/openapi.json")).json()

    named = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    names = [each["operationId"] for path in document["paths"].values() for each in path.values()]

    assert named <= set(document["components"]["schemas"])
    assert len(names) == len(set(names))
    assert "HTTPValidationError" not in str(document)


async def test_errors_are_documented_with_words(client):
    paths = (await client.get("/openapi.json")).json()["paths"]

    score = paths["/v1/models/{model}/score"]["post"]["responses"]
    promote = paths["/v1/models/{model}/aliases/{alias}"]["put"]
    assert {"200", "400", "404", "408", "413", "415", "422", "503"} <= set(score)
    assert {"401", "403", "404", "409", "422"} <= set(promote["responses"])
    assert promote["security"] == [{"admin_key": []}]
    assert all(each["description"] for each in score.values())


async def test_the_page_loads_nothing_from_elsewhere(client):
    page = await client.get("/docs")

    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 3
    assert not [where for where in loaded if "//" in where]
    for where in loaded:
        assert (await client.get(where.removeprefix("."))).status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]


async def test_the_root_is_the_console_which_leads_to_the_page(client):
    reply = await client.get("/")

    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert 'href="docs"' in reply.text


async def test_an_empty_repository_has_a_page_too(running, pump_repository):
    (pump_repository.root / "pump").rename(pump_repository.root.parent / "gone")

    async with running() as client:
        document = (await client.get("/openapi.json")).json()
        ready = await client.get("/readyz")

    assert "example" not in str(document["paths"]["/v1/models/{model}/score"]["post"]["parameters"])
    assert ready.json()["reasons"] == ["no model is published"]


def carried(manifest: Manifest) -> set[str]:
    window = manifest.window
    return {name for name in (window.timestamp, window.series) if name} if window else set()


def example(operation: dict, name: str) -> object:
    [found] = [each["example"] for each in operation["parameters"] if each["name"] == name]
    return found
