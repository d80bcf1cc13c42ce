"""Open streams stand in nobody's way, are limited themselves, and leave nothing behind."""

from __future__ import annotations

import asyncio
import gc

import pytest

from service.following import Following

pytestmark = pytest.mark.anyio
SCORE, EVENTS = "/v1/models/pump/score", "/v1/models/pump/events"


async def test_no_more_than_the_limit_are_open_and_a_place_is_free_again_after(running, listening):
    async with running(events=True, max_event_streams=2) as client:
        async with listening(client.app) as one, listening(client.app) as two:
            await asyncio.gather(*(each.until(lambda it: it.text) for each in (one, two)))
            refused = await client.get(EVENTS)
        async with listening(client.app) as again:
            metrics = (await client.get("/metrics")).text

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    said = "the service is at its limit of 2 streams of events at once; try again shortly"
    assert refused.json()["detail"] == said
    assert again.status == 200
    assert 'offbeat_requests_shed_total{reason="event streams"} 1.0' in metrics
    assert "offbeat_event_streams 1.0" in metrics


async def test_an_open_stream_is_no_request_at_work_and_is_timed_until_it_begins(running, listening, typical):
    async with running(events=True, max_in_flight=1) as client:
        async with listening(client.app) as one, listening(client.app) as two:
            await asyncio.gather(*(each.until(lambda it: it.text) for each in (one, two)))
            await asyncio.sleep(0.6)
            scored = await client.post(SCORE, json={"records": [typical]})
            during = samples((await client.get("/metrics")).text)
        after = samples((await client.get("/metrics")).text)

    assert scored.status_code == 200
    assert during["offbeat_requests_in_flight"] == 1  # the scrape
    timed = (
        'offbeat_request_duration_seconds_{}{{method="GET",route="/v1/models/{{model}}/events",status="200"}}'
    )
    for found in (during, after):
        assert found[timed.format("count")] == 2
        assert found[timed.format("sum")] < 0.5
    assert (during["offbeat_event_streams"], after["offbeat_event_streams"]) == (2, 0)


async def test_a_process_that_stops_ends_its_streams(running, listening, typical):
    async with running(events=True) as client, listening(client.app) as stream:
        await stream.until(lambda it: it.text)
        client.app.drain.active = True

        await asyncio.wait_for(stream.task, 1)


async def test_nothing_is_left_of_who_left(running, listening):
    async with running(events=True) as client:
        await visit(client, listening)
        gc.collect()
        before = len(asyncio.all_tasks()), count(Following)
        for _ in range(20):
            await visit(client, listening)
        gc.collect()

        assert (len(asyncio.all_tasks()), count(Following)) == before
        async with listening(client.app):
            assert (len(asyncio.all_tasks()), count(Following)) > before  # the control


async def test_nobody_who_is_served_suffers_where_events_cannot_be_told(
    running, typical, monkeypatch, caplog
):
    monkeypatch.setattr("service.recent.MOST", 5)
    async with running(events=True) as client:
        monkeypatch.delattr(client.app.events, "own")
        replies = [await client.post(SCORE, json={"records": [typical] * 9}) for _ in range(3)]

    assert [reply.status_code for reply in replies] == [200] * 3
    assert "events could not be told" in caplog.text


async def visit(client, listening) -> None:
    async with listening(client.app) as stream:
        await stream.until(lambda it: it.text)


def count(kind: type) -> int:
    return sum(type(each) is kind for each in gc.get_objects())


def samples(text: str) -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}
