"""What the control plane says of models."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio


async def test_the_list_shows_versions_aliases_and_variant(client):
    assert (await client.get("/v1/models")).json() == {
        "models": [
            {
                "model": "pump",
                "versions": [1, 2],
                "aliases": {"champion": 1},
                "variant": "denoising",
                "kind": "records",
            }
        ]
    }


async def test_a_model_shows_its_champions_features_with_kind_and_range(client):
    champion = (await client.get("/v1/models/pump")).json()["champion"]

    assert [(each["name"], each["kind"]) for each in champion["features"]] == [
        ("temperature", "numeric"),
        ("pressure", "numeric"),
        ("flow", "numeric"),
        ("valve", "categorical"),
    ]
    assert champion["features"][0]["minimum"] < champion["features"][0]["maximum"]
    assert champion["features"][3]["categories"] == ["open", "closed"]
    assert champion["passthrough"] == ["timestamp", "id"]
    assert (champion["kind"], champion["conditions"], champion["window"]) == ("records", [], None)
    assert champion["quality"]["test_rows"] > 0


async def test_a_version_that_is_not_champion_is_described_too(client, pump_repository):
    found = (await client.get("/v1/models/pump/versions/2")).json()

    assert (found["version"], found["variant"], found["aliases"]) == (2, "vanilla", [])
    assert found["digest"] == pump_repository.resolve("pump", 2).digest


async def test_an_alias_shows_the_threshold_that_decides(client, admin):
    await client.patch("/v1/models/pump/aliases/champion/threshold", json={"threshold": 3.5}, headers=admin)

    found = (await client.get("/v1/models/pump")).json()

    [champion] = found["aliases"]
    assert (champion["threshold"], champion["threshold_method"]) == (3.5, "manual")
    assert found["champion"]["threshold_method"] == "quantile"  # the version's own stays what it was
