"""What is sent again, after how long, and what is not. Against a real server that is unwell on request."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Timer

import httpx
import pytest

from offbeat.client import Refused, Retries, Unreachable
from offbeat.client.steps import Call, Pause

FULL = "the service is at its limit"


def test_a_full_service_is_asked_again_after_as_long_as_it_says(ask, unwell, problem):
    unwell.says(429, problem(FULL), retry_after="0")
    unwell.says(503, problem(FULL), retry_after="1")

    assert ask(unwell.address, "models") == []

    assert [asked[1] for asked in unwell.asked] == ["/v1/models"] * 3
    assert unwell.waits()[0] < 0.5
    assert 1 <= unwell.waits()[1] < 1.7


@pytest.mark.parametrize(
    ("after", "least", "most"), [(30, 29, 30.1), (-30, 0, 0.1)], ids=["to come", "that is past"]
)
def test_retry_after_may_be_a_date(after, least, most):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=after), usegmt=True)

    pause = _paused(httpx.Response(503, headers={"retry-after": until}))

    assert least <= pause.seconds <= most


@pytest.mark.parametrize("told", ["soon", "-1", "1.5", "nan", "", "Wed, 99 Nov 2026 00:00:00 GMT"])
def test_a_retry_after_that_is_neither_is_as_good_as_none(told):
    assert _paused(httpx.Response(503, headers={"retry-after": told})).seconds <= 0.1


def test_without_retries_nothing_is_repeated_and_nobody_sleeps(ask, unwell, problem):
    unwell.says(503, problem(FULL), retry_after="60")
    began = time.monotonic()

    with pytest.raises(Refused, match=FULL) as refused:
        ask(unwell.address, "models", told={"retries": 0})

    assert refused.value.status == 503
    assert len(unwell.asked) == 1
    assert time.monotonic() - began < 1


def test_the_number_of_tries_has_an_end(ask, unwell, problem):
    for _ in range(5):
        unwell.says(503, problem(FULL), retry_after="0")

    with pytest.raises(Refused, match=FULL):
        ask(unwell.address, "models", told={"retries": 2})

    assert len(unwell.asked) == 3


def test_a_wait_beyond_the_patience_is_not_begun(ask, unwell, problem):
    unwell.says(503, problem(FULL), retry_after="20")
    began = time.monotonic()

    with pytest.raises(Refused, match=FULL):
        ask(unwell.address, "models", told={"retries": Retries(5, patience=10)})

    assert len(unwell.asked) == 1
    assert time.monotonic() - began < 1


def test_other_refusals_are_final(ask, unwell, problem):
    unwell.says(422, problem("wrong", errors=[{"pointer": "/records", "detail": "wrong"}]), retry_after="0")

    with pytest.raises(Refused, match="wrong"):
        ask(unwell.address, "score", "pump", [{}])

    assert len(unwell.asked) == 1


def test_scoring_is_repeated_when_the_connection_breaks_with_the_same_body(ask, unwell):
    unwell.says(0)
    unwell.says(200, {"version": 1, "generation": 1, "results": ["found"]})

    assert ask(unwell.address, "score", "pump", [{"flow": 1}])["results"] == ["found"]

    assert [asked[3] for asked in unwell.asked] == [b'{"records":[{"flow":1}]}'] * 2


@pytest.mark.parametrize("status", [0, 503])
def test_a_change_is_never_sent_twice(ask, unwell, problem, status):
    unwell.says(status, problem("the change is written, but not served"), retry_after="0")

    with pytest.raises((Refused, Unreachable)):
        ask(unwell.address, "rollback", "pump")

    assert len(unwell.asked) == 1


def test_a_service_that_is_not_there_yet_is_waited_for(ask):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        opening = Timer(0.3, _answer_one, [door])
        opening.start()

        assert ask(f"http://127.0.0.1:{door.getsockname()[1]}", "models") == []

        opening.join()


def test_waits_grow_within_their_bounds_and_never_together():
    """The clock and chance are ours; nothing sleeps."""

    def waits(chance: float) -> list[float]:
        retries = Retries(8, patience=1e6, clock=lambda: 0.0, chance=lambda: chance)
        steps, found = retries.answered(Call("GET", "/")), []
        next(steps)
        for _ in range(8):
            pause = steps.send(httpx.ConnectError("refused"))
            assert isinstance(pause, Pause)
            found.append(pause.seconds)
            steps.send(None)
        with pytest.raises(Unreachable):
            steps.send(httpx.ConnectError("refused"))
        return found

    assert waits(1.0) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert waits(0.0) == [wait / 2 for wait in waits(1.0)]


def test_time_that_ran_out_is_not_tried_again(ask):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="time ran out"):
            ask(f"http://127.0.0.1:{silent.getsockname()[1]}", "models", told={"seconds": 0.3})
    assert time.monotonic() - began < 1


def _paused(reply: httpx.Response) -> Pause:
    """How long to wait after the first try was answered so."""
    steps = Retries(1, patience=60).answered(Call("GET", "/"))
    next(steps)
    pause = steps.send(reply)
    assert isinstance(pause, Pause)
    return pause


def _answer_one(door: socket.socket) -> None:
    """Begin to listen, and say to whoever comes first that there are no models."""
    door.listen()
    caller, _ = door.accept()
    with caller:
        caller.recv(65536)
        caller.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\nconnection: close\r\n\r\n{"models":[]}')
