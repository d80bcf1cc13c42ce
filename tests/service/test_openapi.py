"""The API page: complete, true, and alive without a network."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.anyio
METHODS = {"get", "put", "post", "patch", "delete"}


async def test_examples_work_when_pasted(client):
    paths = (await client.get("/openapi.json")).json()["paths"]
    asked = 0
    for path, operations in paths.items():
        for media_type, content in (
            operations.get("post", {}).get("requestBody", {}).get("content", {}).items()
        ):
            model = example(operations["post"], "model")
            for body in (each["value"] for each in content.get("examples", {}).values()):
                sent = {"content": body} if isinstance(body, str) else {"json": body}
                reply = await client.post(
                    path.format(model=model), headers={"content-type": media_type}, **sent
                )
                assert reply.status_code == 200, reply.text
                asked += 1

    assert asked == 5 + 4 + 4


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
            assert reply.status_code == 200, path


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


async def test_the_root_leads_to_the_page(client):
    reply = await client.get("/")

    assert (reply.status_code, reply.headers["location"]) == (307, "docs")


async def test_an_empty_repository_has_a_page_too(running, pump_repository):
    (pump_repository.root / "pump").rename(pump_repository.root.parent / "gone")

    async with running() as client:
        document = (await client.get("/openapi.json")).json()
        ready = await client.get("/readyz")

    assert "example" not in str(document["paths"]["/v1/models/{model}/score"]["post"]["parameters"])
    assert ready.json()["reasons"] == ["no model is published"]


def example(operation: dict, name: str) -> object:
    [found] = [each["example"] for each in operation["parameters"] if each["name"] == name]
    return found
