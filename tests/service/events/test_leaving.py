"""How streams end: over real sockets, and with the process."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from models.repository import Repository
from service.app import create_app
from service.listener import listen
from service.protocol import PatientProtocol
from service.server import Server
from service.settings import Settings
from service.sse import event

EVENTS = "/v1/models/pump/events"
REQUEST = f"GET {EVENTS} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
PIECE = 200 * 1200  # bytes of as many events as are sent at once


@pytest.fixture
def server(pump_repository: Repository) -> Iterator[Server]:
    """A server in a thread."""
    app = create_app(Settings(repository=pump_repository.root, events=True, drain_seconds=0), pump_repository)
    listener = listen("127.0.0.1", 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # else the system holds megabytes
    server = Server(app, listener)
    thread = threading.Thread(target=server.stay)
    thread.start()
    server.thread, server.events = thread, app.events
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    yield server
    server.stop()
    thread.join(10)


def connected(server: Server) -> socket.socket:
    """A client that has asked for the stream and read its beginning; its system takes little more."""
    url = httpx.URL(server.address)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect((url.host, url.port))
    client.settimeout(5)
    client.sendall(REQUEST)
    begun = b""
    while b"retry: 2000\n\n" not in begun:
        begun += client.recv(100)
    return client


def streams(server: Server) -> float:
    lines = httpx.get(server.address + "/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("offbeat_event_streams "))


def flood(server: Server, seconds: float) -> tuple[int, int]:
    """Tell very much for a while: how many bytes, and the most that waited for any client."""
    told = waiting = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for _ in range(100):
            content = event("scored", {"filling": "x" * 1000})
            server.events.own.write(b"pump", content)
            told += len(content)
        open_ = [each.transport for each in [*server.server_state.connections]]
        waiting = max([waiting, *(each.get_write_buffer_size() for each in open_)])
        time.sleep(0.01)
    return told, waiting


def stopped_after(server: Server) -> float:
    began = time.monotonic()
    server.stop()
    server.thread.join(20)
    return time.monotonic() - began


def test_a_client_that_leaves_is_noticed(server):
    clients = [connected(server) for _ in range(3)]
    assert streams(server) == 3

    for client in clients:
        client.close()

    until = time.monotonic() + 5
    while streams(server) and time.monotonic() < until:
        time.sleep(0.02)
    assert streams(server) == 0


def test_what_a_client_does_not_read_fills_no_memory_and_stops_nobody_from_leaving(server):
    with connected(server):
        told, waiting = flood(server, 1)

        assert told > 10 * PIECE
        assert 0 < waiting < 65536 + PIECE
        assert stopped_after(server) < 1


def test_who_does_not_read_would_keep_the_process_if_it_were_waited_for(server, monkeypatch):
    monkeypatch.delattr(PatientProtocol, "shutdown")
    with connected(server):
        flood(server, 0.7)
        server.stop()
        server.thread.join(1)

        assert server.thread.is_alive()  # the control of the test above


def test_a_process_with_open_streams_leaves_as_quickly_as_one_without(pump_repository, serving, remote):
    with (
        serving(pump_repository, "--drain-seconds", "0.3") as with_,
        serving(pump_repository, "--drain-seconds", "0.3") as without,
    ):
        open_ = [remote(with_.address, EVENTS, {}) for _ in range(3)]
        with_.wait(lambda: all(each.text for each in open_))
        seconds = []
        for service in (without, with_):
            began = time.monotonic()
            service.process.send_signal(signal.SIGTERM)
            assert service.process.wait(20) == 0
            seconds.append(time.monotonic() - began)

    for each in open_:
        each.join()
        assert each.failure == ""  # the reply was whole
    assert seconds[1] < seconds[0] + 0.5
