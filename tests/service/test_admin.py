"""Who may change what an alias serves, and that the change is served when the answer comes."""

from __future__ import annotations

import asyncio

import pytest

pytestmark = pytest.mark.anyio
ALIAS = "/v1/models/pump/aliases/champion"
CHANGES = [("PUT", ""), ("POST", "/rollback"), ("PATCH", "/threshold")]


async def test_a_promotion_is_served_when_it_is_answered(client, score, typical, admin):
    reply = await client.put(ALIAS, json={"version": 2}, headers=admin)

    scored = (await score(typical)).json()
    assert reply.status_code == 200
    assert (reply.json()["version"], reply.json()["generation"]) == (2, 4)
    assert (scored["version"], scored["generation"]) == (2, 4)


async def test_rolling_back_returns_to_the_version_before_with_its_threshold(client, score, typical, admin):
    await client.patch(f"{ALIAS}/threshold", json={"threshold": 0.25}, headers=admin)
    await client.put(ALIAS, json={"version": 2}, headers=admin)

    reply = (await client.post(f"{ALIAS}/rollback", headers=admin)).json()

    assert (reply["version"], reply["threshold"]) == (1, 0.25)
    assert (await score(typical)).json()["threshold"] == 0.25


async def test_a_threshold_of_null_returns_to_the_versions_own(client, score, typical, admin):
    own = (await score(typical)).json()["threshold"]
    await client.patch(f"{ALIAS}/threshold", json={"threshold": 0.25}, headers=admin)

    reply = await client.patch(f"{ALIAS}/threshold", json={"threshold": None}, headers=admin)

    assert reply.json()["threshold"] == own
    assert (await score(typical)).json()["threshold"] == own


async def test_an_alias_that_never_changed_cannot_roll_back(client, admin):
    reply = await client.post(f"{ALIAS}/rollback", headers=admin)

    assert reply.status_code == 409
    assert reply.json()["detail"] == "alias 'champion' of model 'pump' has nothing to roll back to"


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_nobody_changes_anything_without_the_key(client, pump_repository, method, path):
    before = pump_repository.state("pump")

    # The body is wrong as well: whoever has no key learns nothing about bodies.
    none = await client.request(method, ALIAS + path, content=b"{")
    wrong = await client.request(method, ALIAS + path, headers={"authorization": "Bearer nonsense"})
    basic = await client.request(method, ALIAS + path, headers={"authorization": "Basic nonsense"})

    assert [reply.status_code for reply in (none, wrong, basic)] == [401, 401, 401]
    assert none.headers["www-authenticate"] == "Bearer"
    assert none.headers["content-type"] == "application/problem+json"
    assert pump_repository.state("pump") == before


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_a_service_without_a_key_says_which_setting_opens_it(running, method, path, admin):
    async with running(admin_key=None) as client:
        reply = await client.request(method, ALIAS + path, headers=admin)

    assert reply.status_code == 403
    assert "OFFBEAT_ADMIN_KEY" in reply.json()["detail"]


async def test_reading_and_scoring_need_no_key(client, score, typical):
    assert (await client.get("/v1/models")).status_code == 200
    assert (await score(typical)).status_code == 200


async def test_a_read_only_repository_says_who_may_write(client, admin, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("models.repository.fcntl.flock", refused)

    reply = await client.put(ALIAS, json={"version": 2}, headers=admin)

    assert reply.status_code == 409
    assert "is read-only here; its owner" in reply.json()["detail"]


async def test_a_damaged_version_is_not_promoted(client, score, typical, admin, pump_repository):
    model = pump_repository.root / "pump" / "2" / "model.onnx"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    before = pump_repository.state("pump")

    reply = await client.put(ALIAS, json={"version": 2}, headers=admin)

    assert reply.status_code == 409
    assert reply.json()["detail"] == "model.onnx is damaged: its SHA-256 is not the published one"
    assert pump_repository.state("pump") == before
    assert (await score(typical)).json()["version"] == 1


async def test_a_hundred_promotions_under_requests_lose_none_and_mix_nothing(client, score, typical, admin):
    versions = {
        1: (await client.get("/v1/models/pump/versions/1")).json(),
        2: (await client.get("/v1/models/pump/versions/2")).json(),
    }
    done = asyncio.Event()

    async def ask() -> list[tuple[int, str, float]]:
        seen = []
        while not done.is_set():
            reply = (await score(typical)).json()
            seen.append((reply["version"], reply["digest"], reply["threshold"]))
            await asyncio.sleep(0)
        return seen

    asking = [asyncio.create_task(ask()) for _ in range(4)]
    for turn in range(50):
        reply = await client.put(ALIAS, json={"version": 2 - turn % 2}, headers=admin)
        assert (await score(typical)).json()["version"] == reply.json()["version"]
    done.set()

    seen = {each for answers in await asyncio.gather(*asking) for each in answers}
    assert seen == {(number, each["digest"], each["threshold"]) for number, each in versions.items()}
