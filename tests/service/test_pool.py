"""What others do to the repository is served without a restart, and never breaks what is served."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any

import pytest

from models.repository import Repository
from service.loader import repository_of

pytestmark = pytest.mark.anyio


async def test_a_promotion_by_another_process_is_picked_up(app, score, typical, pump_repository):
    other = Repository(pump_repository.root)  # as another process would hold it
    other.promote("pump", 2)

    await app.pool.refresh()

    assert (await score(typical)).json()["version"] == 2


async def test_the_service_looks_by_itself(running, pump_repository, typical):
    async with running(refresh_seconds=0.01) as client:
        pump_repository.promote("pump", 2)
        async with asyncio.timeout(5):
            while (await client.get("/readyz")).json()["models"]["pump"] != 2:
                await asyncio.sleep(0.01)


async def test_a_threshold_set_by_another_process_is_picked_up_without_loading_again(
    app, score, typical, pump_repository
):
    scorer = app.pool.alias("pump").scorer
    pump_repository.set_threshold("pump", 0.125)

    await app.pool.refresh()

    assert (await score(typical)).json()["threshold"] == 0.125
    assert app.pool.alias("pump").scorer is scorer


async def test_a_new_model_appears(app, client, pump_repository):
    reference = pump_repository.resolve("pump")
    elsewhere = Repository(pump_repository.root.parent / "elsewhere")
    pump_repository.copy(reference, elsewhere)
    shutil.copytree(elsewhere.root / "pump", pump_repository.root / "copied")

    await app.pool.refresh()

    assert [each["model"] for each in (await client.get("/v1/models")).json()["models"]] == ["copied", "pump"]


async def test_a_broken_new_version_is_refused_and_the_old_one_serves_on(
    app, client, score, typical, pump_repository
):
    pump_repository.promote("pump", 2)
    golden = pump_repository.root / "pump" / "2" / "golden.json"
    golden.write_bytes(golden.read_bytes().replace(b"0", b"1", 1))

    await app.pool.refresh()

    assert (await score(typical)).json()["version"] == 1
    assert (await client.get("/readyz")).status_code == 200  # an old champion is good enough
    faults = (await client.get("/v1/models/pump")).json()["faults"]
    assert faults == {"champion": "golden.json is damaged: its SHA-256 is not the published one"}
    assert (
        'offbeat_model_loads_total{model="pump",result="refused"} 1.0' in (await client.get("/metrics")).text
    )


async def test_a_version_whose_files_come_late_is_served_once_they_are_there(
    app, score, typical, pump_repository, monkeypatch
):
    monkeypatch.setattr("service.pool.RETRY_SECONDS", 0)
    folder = pump_repository.root / "pump" / "2"
    pump_repository.promote("pump", 2)
    folder.rename(folder.with_name("on its way"))
    await app.pool.refresh()
    assert (await score(typical)).json()["version"] == 1

    folder.with_name("on its way").rename(folder)
    await app.pool.refresh()

    assert (await score(typical)).json()["version"] == 2


async def test_an_edited_journal_changes_nothing_that_is_served(app, client, score, typical, pump_repository):
    journal = pump_repository.journal("pump")
    journal.write_bytes(journal.read_bytes().replace(b'"version":1', b'"version":2'))

    await app.pool.refresh()

    assert (await score(typical)).json()["version"] == 1
    assert (
        "was changed after it was written"
        in (await client.get("/v1/models/pump")).json()["faults"]["journal"]
    )


async def test_a_broken_champion_can_be_rolled_back_after_a_restart(running, pump_repository, admin, typical):
    pump_repository.promote("pump", 2)
    (pump_repository.root / "pump" / "2" / "model.onnx").write_bytes(b"")

    async with running() as client:
        assert (await client.get("/readyz")).status_code == 503
        reply = await client.post("/v1/models/pump/aliases/champion/rollback", headers=admin)

        assert reply.json()["version"] == 1
        assert (await client.get("/readyz")).status_code == 200


async def test_a_model_that_is_about_to_be_published_is_no_model_yet(app, client, pump_repository):
    home = pump_repository.root / "turbine"
    home.mkdir()
    (home / "aliases.jsonl").write_bytes(b'{"generation":1,"event":"publi')  # not a whole line yet
    (pump_repository.root / "Not A Name").mkdir()
    (pump_repository.root / "Not A Name" / "aliases.jsonl").touch()

    await app.pool.refresh()

    assert [each["model"] for each in (await client.get("/v1/models")).json()["models"]] == ["pump"]
    assert (await client.get("/readyz")).status_code == 200


async def test_a_look_that_fails_is_logged_and_the_next_one_succeeds(
    running, pump_repository, monkeypatch, caplog
):
    async with running(refresh_seconds=0.01) as client:
        loader = client.app.pool._loader
        look, failed = loader.stamps, iter([OSError("the disk is away")])

        def stamps():
            for error in failed:
                raise error
            return look()

        monkeypatch.setattr(loader, "stamps", stamps)
        pump_repository.promote("pump", 2)
        async with asyncio.timeout(5):
            while (await client.get("/readyz")).json()["models"]["pump"] != 2:
                await asyncio.sleep(0.01)

    assert "the repository could not be read" in caplog.text


async def test_one_models_surprise_keeps_no_other_from_following(app, client, pump_repository, monkeypatch):
    shutil.copytree(pump_repository.root / "pump", pump_repository.root / "turbine")
    read = app.pool._loader.read

    def surprised(name, *arguments):
        if name == "turbine":
            raise ZeroDivisionError
        return read(name, *arguments)

    monkeypatch.setattr(app.pool._loader, "read", surprised)
    pump_repository.promote("pump", 2)

    await app.pool.refresh()

    assert app.pool.alias("pump").version == 2
    assert (await client.get("/readyz")).json()["reasons"] == [
        "model 'turbine' has no champion: the log of the service says why"
    ]


async def test_nothing_runs_on_when_the_service_has_ended(running):
    async with running(refresh_seconds=0.01) as client:
        app = client.app
    tasks = asyncio.all_tasks() - {asyncio.current_task()}

    assert app._executor._shutdown
    assert not [task for task in tasks if "_again" in repr(task)]


async def test_the_shipped_models_lie_below(settings):
    repository = repository_of(settings.repository)

    assert (repository.root, repository.below.root.name) == (settings.repository, "shipped")


async def test_a_request_keeps_the_version_it_found(app, pump_repository):
    found = app.pool.alias("pump")

    pump_repository.promote("pump", 2)
    await app.pool.refresh()

    assert (found.version, app.pool.alias("pump").version) == (1, 2)
    assert found.scorer.manifest.variant == "denoising"


async def test_a_burst_for_one_version_loads_it_once_and_few_stay_loaded(running, pump_repository, typical):
    for number in range(3):
        _republish(pump_repository, {"number": number})

    async with running(max_loaded=2) as client:
        asked = [
            client.post(f"/v1/models/pump/score?version={version}", json={"records": [typical]})
            for version in (2, 2, 2, 3, 4, 5)
        ]
        replies = await asyncio.gather(*asked)
        metrics = (await client.get("/metrics")).text

        assert [reply.json()["version"] for reply in replies] == [2, 2, 2, 3, 4, 5]
        assert 'offbeat_model_loads_total{model="pump",result="loaded"} 5.0' in metrics
        assert len(client.app.pool._pinned) == 2


async def test_versions_of_the_same_bytes_answer_under_their_own_number(running, pump_repository, typical):
    _republish(pump_repository)

    async with running() as client:
        replies = [
            await client.post(f"/v1/models/pump/score?version={version}", json={"records": [typical]})
            for version in (2, 3)
        ]

    assert [reply.json()["version"] for reply in replies] == [2, 3]


def _republish(repository: Repository, quality: dict[str, Any] | None = None) -> None:
    """Version 2 once more, under the next number; the same bytes unless its quality is told anew."""
    bundle = repository.root / "pump" / "2"
    manifest = repository.open(repository.resolve("pump", 2)).manifest
    told = manifest if quality is None else manifest.model_copy(update={"quality": quality})
    files = {path.name: path.read_bytes() for path in bundle.iterdir() if path.name != "manifest.json"}
    repository.publish(told, files)
