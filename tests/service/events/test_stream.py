"""A stream of events: what it tells, and to whom."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from service.sse import event

pytestmark = pytest.mark.anyio
SCORE, EVENTS = "/v1/models/pump/score", "/v1/models/pump/events"
HOW = "events are not told here; --events, or OFFBEAT_EVENTS=true, turns them on when the service starts"


async def test_off_unless_turned_on_and_says_how(app, client):
    reply = await client.get(EVENTS)

    assert (reply.status_code, reply.json()["detail"]) == (409, HOW)
    assert reply.headers["content-type"] == "application/problem+json"
    assert app.events is None


@pytest.mark.parametrize("on", [True, False])
async def test_an_unknown_model_has_none(running, on):
    async with running(events=on) as client:
        reply = await client.get("/v1/models/none/events")

    assert (reply.status_code, reply.json()["detail"]) == (404, "no model 'none'; there is: pump")


async def test_what_is_scored_is_one_event_and_each_anomaly_another(running, listening, typical, strange):
    async with running(events=True) as client, listening(client.app) as stream:
        reply = await client.post(SCORE, json={"records": [typical, strange, typical | {"flow": None}, {}]})
        await stream.until(lambda it: it.kinds("anomaly"))

    results = reply.json()["results"]
    [scored], [anomaly] = stream.kinds("scored"), stream.kinds("anomaly")
    assert {name: scored[name] for name in ("version", "records", "anomalies", "unknown")} == {
        "version": 1, "records": 4, "anomalies": 1, "unknown": 1,
    }  # fmt: skip
    assert scored["anomaly_scores"] == [
        each["anomaly_score"] and pytest.approx(each["anomaly_score"], rel=1e-5) for each in results
    ]
    cause = results[1]["contributions"][0]
    assert anomaly == {
        "at": anomaly["at"],
        "version": 1,
        "anomaly_score": results[1]["anomaly_score"],
        "severity": results[1]["severity"],
        **{name: cause[name] for name in ("feature", "actual", "expected")},
    }
    assert scored["at"] - 1 < anomaly["at"] <= scored["at"]


async def test_nothing_on_the_way_may_keep_a_stream(running, listening):
    async with running(events=True) as client, listening(client.app) as stream:
        await stream.until(lambda it: it.text)

    kept = ("cache-control", "x-accel-buffering", "content-type")
    assert [stream.headers[name] for name in kept] == ["no-store", "no", "text/event-stream; charset=utf-8"]
    assert "content-length" not in stream.headers
    assert stream.text.startswith("retry: 2000\n\n")


async def test_many_requests_are_few_events(running, listening, typical):
    async with running(events=True) as client, listening(client.app) as stream:
        began = asyncio.get_running_loop().time()
        for _ in range(300):
            await client.post(SCORE, json={"records": [typical]})
        took = asyncio.get_running_loop().time() - began
        await stream.until(lambda it: sum(each["records"] for each in it.kinds("scored")) == 300)

    assert len(stream.kinds("scored")) <= took / 0.25 + 2
    assert max(len(each["anomaly_scores"]) for each in stream.kinds("scored")) <= 60


async def test_who_comes_late_hears_what_is_still_there_and_who_comes_back_only_what_is_new(
    running, listening, typical
):
    async with running(events=True) as client:
        for rows in (1, 2, 3):
            await client.post(SCORE, json={"records": [typical] * rows})
            client.app.events.tell()
        async with listening(client.app) as late:
            await late.until(lambda it: len(it.events) == 3)
        async with listening(client.app, last_event_id=late.events[1].id) as back:
            await back.until(lambda it: it.events)
            await client.post(SCORE, json={"records": [typical] * 4})
            await back.until(lambda it: len(it.events) == 2)
        async with listening(client.app, last_event_id="1.1") as stranger:  # of another life of the service
            await stranger.until(lambda it: len(it.events) == 4)

    assert [each["records"] for each in late.kinds("scored")] == [1, 2, 3]
    assert [each["records"] for each in back.kinds("scored")] == [3, 4]
    assert [each["records"] for each in stranger.kinds("scored")] == [1, 2, 3, 4]


async def test_events_say_which_version_and_of_other_models_nothing_is_heard(
    running, listening, admin, typical, pump_repository
):
    shutil.copytree(pump_repository.root / "pump", pump_repository.root / "other")
    async with running(events=True) as client, listening(client.app) as stream:
        await client.post(SCORE, json={"records": [typical]})
        await client.put("/v1/models/pump/aliases/champion", json={"version": 2}, headers=admin)
        await client.post(SCORE, json={"records": [typical] * 2})
        await client.post("/v1/models/other/score", json={"records": [typical] * 9})
        await stream.until(lambda it: len(it.events) == 2)

    assert [(each["version"], each["records"]) for each in stream.kinds("scored")] == [(1, 1), (2, 2)]


async def test_a_model_that_goes_ends_its_streams_and_no_other(running, listening, typical, pump_repository):
    shutil.copytree(pump_repository.root / "pump", pump_repository.root / "other")
    async with (
        running(events=True) as client,
        listening(client.app) as stream,
        listening(client.app, "other") as other,
    ):
        await asyncio.gather(*(each.until(lambda it: it.text) for each in (stream, other)))
        shutil.rmtree(pump_repository.root / "pump")
        await client.app.pool.refresh()
        await asyncio.wait_for(stream.task, 5)
        await client.post("/v1/models/other/score", json={"records": [typical]})
        await other.until(lambda it: it.kinds("scored"))

    assert [(each.kind, each.data) for each in stream.events] == [("gone", {"model": "pump"})]


async def test_silence_is_broken_by_a_comment(running, listening, monkeypatch):
    monkeypatch.setattr("service.streams.ALIVE_SECONDS", 0.15)
    async with running(events=True) as client, listening(client.app) as stream:
        await stream.until(lambda it: it.text.count(": still here\n\n") == 2)

    assert stream.events == []


async def test_a_slow_reader_is_told_how_much_it_missed(running, listening):
    async with running(events=True) as client, listening(client.app) as stream:
        say(client.app, 0)
        await stream.until(lambda it: it.events)
        stream.reading.clear()
        for place in range(1, 2000):
            say(client.app, place)
            if place % 100 == 0:
                await asyncio.sleep(0.02)
        stream.reading.set()
        await stream.until(lambda it: it.events[-1].data.get("place") == 1999)

    expected = 0
    for each in stream.events:  # in the order they came, and every gap as wide as is said
        if each.kind == "skipped":
            expected += each.data["events"]
        else:
            assert each.data["place"] == expected
            expected += 1
    assert sum(each["events"] for each in stream.kinds("skipped")) > 1000


def say(app, place: int) -> None:
    app.events.own.write(b"pump", event("scored", {"place": place, "filling": "x" * 500}))
