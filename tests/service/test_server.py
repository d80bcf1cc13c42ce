"""The process: its address, its signals, its exit codes, its log."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from models.repository import Repository

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("OFFBEAT_")}


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@contextmanager
def served(
    repository: Repository, port: int, *flags: str
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`offbeat serve` in a process of its own, ready, and a client of it."""
    command = [
        sys.executable,
        "-m",
        "offbeat",
        "serve",
        "--repository",
        str(repository.root),
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        [*command, *flags], cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
                wait_until_ready(client)
                yield process, client
        finally:
            process.kill()


def wait_until_ready(client: httpx.Client) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if client.get("/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise TimeoutError


def test_a_request_in_flight_at_sigterm_is_finished_and_the_exit_is_0(pump_repository, free_port, typical):
    body = json.dumps({"records": [typical]}).encode()
    head = (
        "POST /v1/models/pump/score HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )

    with served(pump_repository, free_port, "--drain-seconds", "0.2") as (process, _):
        with socket.create_connection(("127.0.0.1", free_port)) as slow:
            slow.sendall(head.encode() + body[:10])
            time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.6)  # well after the drain: only what is in flight is left
            slow.sendall(body[10:])
            reply = b"".join(iter(lambda: slow.recv(65536), b""))
        code = process.wait(10)

    assert reply.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in reply
    assert code == 0


def test_while_draining_it_says_so_and_still_serves(pump_repository, free_port, typical):
    with served(pump_repository, free_port, "--drain-seconds", "1.5") as (process, client):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        ready = client.get("/readyz")
        scored = client.post("/v1/models/pump/score", json={"records": [typical]})
        code = process.wait(10)

    assert (ready.status_code, ready.headers["connection"]) == (503, "close")
    assert (scored.status_code, scored.headers["connection"]) == (200, "close")
    assert code == 0


def test_no_request_is_lost_when_it_stops_under_load(pump_repository, free_port, typical):
    outcomes: list[int | str] = []

    def ask(client: httpx.Client) -> None:
        # A client that hears "close" or "not ready" goes elsewhere; until then every request must be answered.
        while True:
            try:
                reply = client.post("/v1/models/pump/score", json={"records": [typical]})
            except httpx.TransportError as error:
                outcomes.append(repr(error))
                return
            outcomes.append(reply.status_code)
            if reply.headers.get("connection") == "close":
                return
            time.sleep(0.002)

    with served(pump_repository, free_port, "--drain-seconds", "0.5") as (process, _):
        clients = [httpx.Client(base_url=f"http://127.0.0.1:{free_port}") for _ in range(4)]
        threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join(10)
        code = process.wait(10)
        for client in clients:
            client.close()

    assert set(outcomes) == {200}
    assert len(outcomes) > 20
    assert code == 0


def test_a_second_signal_does_not_wait(pump_repository, free_port):
    with served(pump_repository, free_port, "--drain-seconds", "60") as (process, _):
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)

        assert process.wait(10) == 0


def test_logs_are_json_one_line_each_whatever_a_client_sends(pump_repository, free_port):
    with served(pump_repository, free_port, "--access-log", "--drain-seconds", "0") as (process, client):
        client.get('/a%0A{"level":"ERROR"}%E2%80%A8b')
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=10)

    lines = [json.loads(line) for line in logged.splitlines()]
    assert {"timestamp", "level", "logger", "message"} <= set(lines[0])
    assert [line["path"] for line in lines if line.get("status") == 404] == ['/a\n{"level":"ERROR"}\u2028b']


def test_silent_and_endless_heads_are_cut_off(pump_repository, free_port):
    with served(pump_repository, free_port, "--receive-seconds", "0.3"):
        assert first_line(free_port, b"") == b"HTTP/1.1 408 Request Timeout"
        assert (
            first_line(free_port, b"GET /healthz HTTP/1.1\r\nhost: x\r\n") == b"HTTP/1.1 408 Request Timeout"
        )
        endless = b"GET /healthz HTTP/1.1\r\nhost: x\r\n" + b"a: b\r\n" * 20_000
        assert first_line(free_port, endless).startswith(b"HTTP/1.1 431 ")


def first_line(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(data)
        return connection.recv(4096).partition(b"\r\n")[0]


def test_a_body_far_over_the_limit_is_answered_over_a_real_socket(pump_repository, free_port):
    with served(pump_repository, free_port, "--max-body-bytes", "1000") as (_, client):
        reply = client.post(
            "/v1/models/pump/score", content=b" " * 5_000_000, headers={"content-type": "application/json"}
        )
        again = client.get("/healthz")

    assert (reply.status_code, again.status_code) == (413, 200)


def test_a_port_that_is_taken_is_one_clear_line_and_1(pump_repository):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = offbeat("serve", "--repository", str(pump_repository.root), "--port", str(port))

    assert done.returncode == 1
    why = "Address already in use; choose another --host or --port"
    assert done.stderr == f"offbeat serve: cannot listen on 127.0.0.1 port {port}: {why}\n"


def offbeat(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "offbeat", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
