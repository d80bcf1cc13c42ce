"""The client in Python, and the demo that uses it."""

from __future__ import annotations

import csv
import socket
from pathlib import Path
from threading import Thread

import pytest

from models.repository import Repository
from offbeat.cli import main
from offbeat.client import Client, Refused
from offbeat.episodes import episodes, human
from service.app import create_app
from service.listener import listen
from service.server import Server
from service.settings import Settings


@pytest.fixture
def remote(pump_repository: Repository):
    """A client of a service on a socket of its own."""
    settings = Settings(repository=pump_repository.root, drain_seconds=0)
    server = Server(create_app(settings, pump_repository), listen("127.0.0.1", 0))
    thread = Thread(target=server.stay)
    thread.start()
    with Client(server.address) as client:
        yield client
    server.stop()
    thread.join(10)


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    """Two hours of a pump with two incidents."""
    path = tmp_path / "readings.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp", "temperature", "pressure", "flow", "valve", "weather"])
        for minute in range(120):
            temperature = 90 if 30 <= minute < 36 else 31
            pressure = 12 if minute == 100 else 4.1
            moment = f"2026-01-01T{10 + minute // 60}:{minute % 60:02}:00+00:00"
            writer.writerow([moment, temperature, pressure, 46, "open", "fine"])
    return path


def test_a_client_scores_lists_and_describes(remote, typical, strange):
    reply = remote.score("pump", [typical, strange], top_contributors=1)

    assert remote.ready()
    assert [result["verdict"] for result in reply["results"]] == ["normal", "anomaly"]
    assert reply["results"][1]["contributions"][0]["feature"] == "temperature"
    assert [model["model"] for model in remote.models()] == ["pump"]
    assert remote.model("pump")["champion"]["variant"] == "denoising"
    assert (
        remote.score_csv("pump", b"temperature,pressure,flow,valve\n31,4.1,46,open\n", version=2)["version"]
        == 2
    )


def test_a_refusal_says_what_the_service_said(remote, typical):
    with pytest.raises(Refused) as refused:
        remote.score("pump", [typical | {"flow": "much"}])
    assert refused.value.status == 422
    assert str(refused.value) == 'expected a number, got "much"'
    assert refused.value.errors[0]["pointer"] == "/records/0/flow"

    with pytest.raises(Refused, match="no model 'turbine'; there is: pump"):
        remote.model("turbine")


def test_nobody_there_is_not_ready():
    with Client("http://127.0.0.1:9", seconds=1) as client:
        assert not client.ready()


def test_neighbouring_anomalies_are_one_episode_and_the_strangest_comes_first():
    scores = [0.1, 2.0, 5.0, 0.2, 3.0, 0.1, 0.1, 0.1, 0.1, 9.0]
    results = [{"is_anomaly": score > 1, "anomaly_score": score, "contributions": []} for score in scores]

    found = episodes(results, [f"row {row}" for row in range(10)])

    assert [(episode.when, episode.records, episode.height) for episode in found] == [
        ("row 9", 1, 9.0),
        ("row 2", 3, 5.0),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0123456, "0.01235"),
        (4321.0, "4321"),
        (43210.0, "43.21 k"),
        (-1.5e7, "-15 M"),
        (2e13, "20 T"),
        ("open", "open"),
        (None, "-"),
    ],
)
def test_numbers_are_written_for_people(value, text):
    assert human(value) == text


@pytest.fixture
def demo(monkeypatch):
    """`offbeat demo` as in CI: it ends after the table."""
    monkeypatch.setenv("CI", "1")
    monkeypatch.setattr("offbeat.demo.configure", lambda *_: None)  # the test run has a log of its own
    return lambda *arguments: main(["demo", *arguments])


def test_the_demo_shows_the_incidents_and_where_to_go_on(demo, capsys, pump_repository, readings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = demo(
            str(readings), "--model", "pump", "--repository", str(pump_repository.root), "--port", str(port)
        )

    shown = capsys.readouterr().out
    assert code == 0
    assert f"Port {port} is taken" in shown
    assert "120 records scored by pump version 1" in shown
    rows = [line.split() for line in shown.splitlines()]
    found = {row[0]: row for row in rows if row and ":" in row[0] and row[0][0] == "1"}
    assert found["11:40:00"][4] == "pressure"
    assert "temperature" in next(row for moment, row in found.items() if moment.startswith("10:3"))
    assert "/docs" in shown
    assert "curl -s" in shown


def test_a_demo_without_its_model_or_its_file_fails_with_one_line(demo, capsys, pump_repository, readings):
    repository = str(pump_repository.root)

    assert demo(str(readings), "--model", "turbine", "--repository", repository, "--port", "0") == 1
    assert capsys.readouterr().err.startswith("offbeat demo: no model 'turbine'; there is: ")
    assert demo("no-such.csv") == 1
    assert capsys.readouterr().err == "offbeat demo: cannot read no-such.csv: No such file or directory\n"
