"""Several processes behind one port: exact together, replaced when killed, gone together."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.repository import Repository

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("OFFBEAT_")}
SCORE = "/v1/models/pump/score"


class Service:
    """`offbeat serve --workers …` in processes of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process, self.address = process, address
        self.log: list[str] = []
        # Every request on a connection of its own, which any worker may take.
        self.client = httpx.Client(
            base_url=address, timeout=20, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def score(self, *records: dict[str, Any]) -> int:
        """The status of a request."""
        return self.client.post(SCORE, json={"records": list(records)}).status_code

    def metric(self, name: str) -> float:
        """The sum over all series of a name."""
        text = self.client.get("/metrics").text
        return sum(map(float, re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, flags=re.MULTILINE)))

    def started(self) -> list[int]:
        """The process of every worker that ever began to serve."""
        found = (re.search(r"Started server process \[(\d+)\]", line) for line in [*self.log])
        return [int(each[1]) for each in found if each]

    def listens(self) -> bool:
        """Whether anybody takes connections."""
        try:
            self.client.get("/healthz")
        except httpx.ConnectError:
            return False
        except httpx.TransportError:
            pass
        return True


@contextmanager
def served(repository: Repository, workers: int, drain_seconds: float = 0) -> Iterator[Service]:
    command = [
        *(sys.executable, "-m", "offbeat", "serve", "--port", "0", "--workers", str(workers)),
        *("--repository", str(repository.root), "--drain-seconds", str(drain_seconds)),
    ]
    with subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        service = Service(process, json.loads(process.stderr.readline())["address"])
        reader = threading.Thread(target=service.log.extend, args=(process.stderr,))
        reader.start()
        try:
            wait_until(lambda: service.metric("offbeat_workers") == workers)
            yield service
        finally:
            process.kill()
            reader.join(30)  # its workers follow, and the log ends with the last of them
            service.client.close()
            print(*service.log)  # seen where a test fails


def wait_until(condition: Callable[[], bool], timeout: float = 60) -> None:
    until = time.monotonic() + timeout
    while True:
        try:
            if condition():
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def test_four_workers_count_exactly_whoever_is_asked_and_keep_the_counts_of_the_dead(
    pump_repository, typical
):
    with served(pump_repository, 4) as service:
        assert {service.score(*[typical] * 10) for _ in range(100)} == {200}
        scrapes = [service.metric("offbeat_records_scored_total") for _ in range(50)]
        for worker in service.started()[:2]:
            os.kill(worker, signal.SIGKILL)
        after = [service.metric("offbeat_records_scored_total") for _ in range(20)]
        wait_until(lambda: service.metric("offbeat_workers_started_total") == 6)
        service.score(typical)

        assert scrapes == [1000] * 50
        assert after == [1000] * 20
        assert service.metric("offbeat_records_scored_total") == 1001
        assert service.metric("offbeat_workers") == 4
        assert service.metric("process_resident_memory_bytes") > 4 * 30e6


def test_what_killed_workers_had_in_flight_is_not_in_flight_any_more(pump_repository):
    with served(pump_repository, 2) as service, half_a_request(service.address):
        wait_until(lambda: service.metric("offbeat_requests_in_flight") == 2)  # and the scrape itself
        for worker in service.started():
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: service.metric("offbeat_workers_started_total") > 2)

        assert service.metric("offbeat_requests_in_flight") == 1


@contextmanager
def half_a_request(address: str) -> Iterator[None]:
    """A request whose body does not end before the block does."""
    url = httpx.URL(address)
    with socket.create_connection((url.host, url.port)) as connection:
        connection.sendall(f"POST {SCORE} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{{".encode())
        yield


class Load:
    """Clients that score until they are told to go elsewhere, or have no connection any more."""

    def __init__(self, address: str, record: dict[str, Any]) -> None:
        self.outcomes: list[int | str] = []
        self._body = {"records": [record]}
        self._threads = [threading.Thread(target=self._ask, args=(address,)) for _ in range(6)]
        for thread in self._threads:
            thread.start()
        wait_until(lambda: len(self.outcomes) > 50)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(20)

    def _ask(self, address: str) -> None:
        with httpx.Client(base_url=address, timeout=20) as client, suppress(httpx.TransportError):
            self.outcomes.append("asked")
            while (reply := client.post(SCORE, json=self._body)).headers.get("connection") != "close":
                self.outcomes.append(reply.status_code)
                time.sleep(0.002)
            self.outcomes.append(reply.status_code)
            self.outcomes.remove("asked")  # and answered to the last


@pytest.mark.parametrize("everybody", [False, True], ids=["the parent is told", "everybody is told"])
def test_no_request_is_lost_when_several_workers_stop_under_load(pump_repository, typical, everybody):
    with served(pump_repository, 3, drain_seconds=0.5) as service:
        load = Load(service.address, typical)
        for process in [service.process.pid, *service.started()] if everybody else [service.process.pid]:
            os.kill(process, signal.SIGTERM)
        load.join()

        assert service.process.wait(30) == 0
        assert set(load.outcomes) == {200}
        assert not service.listens()


def test_requests_are_seen_to_be_lost_where_workers_are_killed(pump_repository, typical):
    with served(pump_repository, 2) as service:
        load = Load(service.address, typical)
        service.process.send_signal(signal.SIGSTOP)  # nobody is to start them again
        for worker in service.started():
            os.kill(worker, signal.SIGKILL)
        service.process.kill()
        load.join()

    assert "asked" in load.outcomes  # the control of the test above


def test_workers_do_not_outlive_who_started_them(pump_repository):
    with served(pump_repository, 2) as service:
        service.process.kill()
        wait_until(lambda: not service.listens(), timeout=10)


def test_workers_that_die_before_they_serve_end_it_with_1_and_one_clear_line(pump_repository, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif 'spawn_main' in ' '.join(sys.orig_argv): os._exit(7)\n"
    )
    command = [sys.executable, "-m", "offbeat", "serve", "--port", "0", "--workers", "2"]

    done = subprocess.run(
        [*command, "--repository", str(pump_repository.root)],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    lines = done.stderr.splitlines()
    assert done.returncode == 1
    assert lines[-1] == (
        "offbeat serve: workers end before they serve, one after the other; the log above says why"
    )
    died = [json.loads(line) for line in lines[:-1] if "a worker died" in line]
    assert {each["exit_code"] for each in died} == {7}
    assert 5 <= len(died) <= 6
