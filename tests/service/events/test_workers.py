"""Several processes: whoever is asked tells what all of them scored, exactly, whoever of them dies."""

from __future__ import annotations

import os
import signal
import time

from service.following import MARK

EVENTS = "/v1/models/mixer/events"
RECORD = {"speed": 80.0, "torque": 6.0, "power": 48.0}
STRANGE = RECORD | {"speed": 999.0}


def sums(events) -> tuple[int, int]:
    return tuple(
        sum(each.data[name] for each in events if each.kind == "scored") for name in ("records", "anomalies")
    )


def by_worker(events) -> dict[int, list]:
    """Each event with those of the worker whose mark in the id is another than before."""
    found, before = {0: [], 1: []}, ["", ""]
    for each in events:
        marks = each.id.split("-")
        assert all(MARK.fullmatch(mark) or mark == "" for mark in marks)
        [place] = [place for place in (0, 1) if marks[place] != before[place]]
        found[place].append(each)
        before = marks
    return found


def ask(service, rounds: int) -> None:
    """In each round one record, and forty-one of which one is strange."""
    for _ in range(rounds):
        for records in ([RECORD], [*[RECORD] * 40, STRANGE]):
            reply = service.client.post("/v1/models/mixer/score", json={"records": records})
            assert reply.status_code == 200


def test_a_stream_adds_up_what_all_workers_scored_and_goes_on_when_one_is_killed(
    every_repository, serving, remote
):
    every_repository.promote("mixer", 2)
    with serving(every_repository, "--workers", "2", "--drain-seconds", "0") as service:
        service.wait(lambda: len(service.workers()) == 2)
        streams = [remote(service.address, EVENTS, {}) for _ in range(4)]
        ask(service, 60)
        service.wait(lambda: all(sums(each.events) == (60 * 42, 60) for each in streams))

        parts = [sums(some) for some in by_worker(streams[0].events).values()]
        assert tuple(map(sum, zip(*parts, strict=True))) == (60 * 42, 60)
        assert all(part[0] > 0 for part in parts)  # the control: one ring alone would not do

        os.kill(service.workers()[0], signal.SIGKILL)
        service.wait(lambda: len(service.workers()) == 3)
        last = streams[0].events[-1].id
        after, back = (
            remote(service.address, EVENTS, {}),
            remote(service.address, EVENTS, {"last-event-id": last}),
        )
        ask(service, 10)
        service.wait(lambda: sums(after.events) == (70 * 42, 70) and sums(back.events) == (10 * 42, 10))

        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(20) == 0
        for each in (after, back):
            each.join()
            assert each.failure == ""
            assert each.ended_at - began < 2
        for each in streams:
            each.join()
