"""Recording this machine's own telemetry."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from threading import Event, Timer

import psutil
import pytest

from offbeat.cli import main
from offbeat.host import HostSampler, records

ROOT = Path(__file__).parents[2]


def test_a_sample_holds_shares_rates_and_gauges_of_this_machine() -> None:
    sampler = HostSampler()
    time.sleep(0.2)

    sample = sampler.sample()

    assert len(sample) >= 15
    assert tuple(sample) == sampler.names
    assert sum(share for name, share in sample.items() if name.startswith("cpu_")) == pytest.approx(1)
    assert 0 < sample["memory_used_share"] < 1
    assert sample["processes"] >= 1
    assert all(value >= 0 for value in sample.values())


def test_work_shows_in_the_sample() -> None:
    """Whatever else the machine is doing, the time that this process worked is in the shares."""
    sampler = HostSampler()
    began, worked = time.monotonic(), time.process_time()
    while time.monotonic() < began + 0.5:
        pass
    sample = sampler.sample()
    own = (time.process_time() - worked) / ((time.monotonic() - began) * psutil.cpu_count())

    assert own > 0
    # Half, since the machine counts in hundredths of a second.
    assert sample["cpu_user"] + sample["cpu_system"] >= own / 2


def test_a_reading_that_fails_later_is_missing_and_shifts_no_column(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = HostSampler()

    def refuse() -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr("psutil.virtual_memory", refuse)
    sample = sampler.sample()

    assert tuple(sample) == sampler.names
    assert sample["memory_used_share"] != sample["memory_used_share"]


def test_samples_come_on_the_beat() -> None:
    start = time.monotonic()

    beats = records(HostSampler(), 0.1, lambda: False)
    taken = [time.monotonic() - start for _ in islice(beats, 5)]

    assert all(at >= beat - 0.01 for at, beat in zip(taken, (0.1, 0.2, 0.3, 0.4, 0.5), strict=True))
    assert taken[-1] < 1.5  # a busy machine is late, but waits do not add up


def test_a_recording_is_a_csv_with_a_time_and_a_row_a_beat(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "host.csv"

    assert main(["record", "host", "-o", str(path), "--duration", "2s", "--interval", "0.2s"]) == 0

    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert 3 <= len(rows) <= 11  # a machine that others use may stand still for more than a beat
    assert rows[0]["timestamp"] < rows[-1]["timestamp"]
    assert f"next: offbeat train {path}" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_early_keeps_what_there_is(number: signal.Signals, tmp_path: Path) -> None:
    path = tmp_path / "host.csv"
    command = [
        sys.executable,
        "-m",
        "offbeat",
        "record",
        "host",
        "-o",
        str(path),
        "--duration",
        "1h",
        "--interval",
        "0.1s",
    ]
    recorder = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE)
    while not path.exists() or path.read_text().count("\n") < 4:
        time.sleep(0.05)

    recorder.send_signal(number)
    told, _ = recorder.communicate(timeout=10)

    lines = path.read_text().splitlines()
    assert recorder.returncode == 0
    assert f"{len(lines) - 1} rows in".encode() in told
    assert {line.count(",") for line in lines} == {lines[0].count(",")}


def test_a_long_wait_for_the_next_row_ends_when_it_is_stopped() -> None:
    stop, start = Event(), time.monotonic()

    def wait(seconds: float) -> None:
        Timer(0.1, stop.set).start()
        stop.wait(seconds)

    taken = list(records(HostSampler(), 60, stop.is_set, wait))

    assert len(taken) == 1
    assert time.monotonic() - start < 5


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "host.csv"
    path.write_text("precious")

    assert main(["record", "host", "-o", str(path), "--duration", "1s"]) == 1

    assert path.read_text() == "precious"
    assert capsys.readouterr().err == f"{path} exists; choose another -o, or --force to overwrite it\n"


@pytest.mark.parametrize("wrong", ["0", "soon", "5d"])
def test_a_time_that_is_none_is_wrong_usage(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["record", "host", "--duration", wrong])

    assert stopped.value.code == 2
    assert f"expected a time such as 90s, 40m or 2h, got '{wrong}'" in capsys.readouterr().err
