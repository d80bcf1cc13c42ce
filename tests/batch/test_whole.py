"""A result is written whole or not at all, whatever ends the run; and what a run says of itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from batch.progress import Lines, shown
from batch.writing.partial import whole_file
from models.errors import ContractError
from models.repository import Repository
from offbeat.cli import main

ROOT = Path(__file__).parents[2]
HEADER = "timestamp,id,temperature,pressure,flow,valve\n"
ROW = "2026-01-01T00:00:00,r1,33.0,4.0,48.0,open\n"


def command(data: Path, repository: Repository, output: Path, *more: str) -> list[str]:
    told = ["--repository", str(repository.root), "-o", str(output), "--chunk-rows", "100", *more]
    return [sys.executable, "-m", "offbeat", "score", str(data), *told]


def started(told: list[str]) -> subprocess.Popen[str]:
    """In a group of its own, as a shell starts it: one that runs in the background would ignore Ctrl-C, and hand that on."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        told,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  # no thread here
    )


def wait_for(path: Path, size: int) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() or path.stat().st_size < size:
        assert time.monotonic() < deadline, "it never began to write"
        time.sleep(0.01)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A file that takes a while."""
    path = tmp_path / "long.csv"
    path.write_text(HEADER + ROW * 300_000)
    return path


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_run_that_is_killed_leaves_nothing_that_looks_whole(
    workers: str, long: Path, pump_repository: Repository, tmp_path: Path
) -> None:
    output, partial = tmp_path / "out.csv", tmp_path / ".out.csv.partial"
    process = started(command(long, pump_repository, output, "--workers", workers))
    wait_for(partial, 50_000)

    process.kill()
    process.communicate(timeout=30)

    assert not output.exists()
    assert (
        partial.stat().st_size >= 50_000
    )  # it was well on its way, and would have looked whole under its name


def test_the_next_run_takes_the_place_of_one_that_was_killed(
    pump_repository: Repository, tmp_path: Path
) -> None:
    data, output = tmp_path / "few.csv", tmp_path / "out.csv"
    data.write_text(HEADER + ROW * 3)
    (tmp_path / ".out.csv.partial").write_text("half a line")

    assert main(["score", str(data), "--repository", str(pump_repository.root), "-o", str(output)]) == 0

    assert len(output.read_text().splitlines()) == 4
    assert not (tmp_path / ".out.csv.partial").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_everything_with_one_line(
    workers: str, long: Path, pump_repository: Repository, tmp_path: Path
) -> None:
    output, partial = tmp_path / "out.csv", tmp_path / ".out.csv.partial"
    process = started(command(long, pump_repository, output, "--workers", workers))
    wait_for(partial, 50_000)

    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)

    assert (process.returncode, told) == (130, "offbeat score: stopped\n")
    assert not list(tmp_path.glob("*out.csv*"))
    assert _is_gone(process.pid)


def test_a_worker_that_dies_ends_the_run_with_one_line(
    long: Path, pump_repository: Repository, tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"
    process = started(command(long, pump_repository, output, "--workers", "2"))
    wait_for(tmp_path / ".out.csv.partial", 50_000)

    os.kill(_children(process.pid)[-1], signal.SIGKILL)
    _, told = process.communicate(timeout=30)

    assert (process.returncode, told) == (
        1,
        "offbeat score: a worker process was killed by SIGKILL; nothing was written\n",
    )
    assert not list(tmp_path.glob("*out.csv*"))


def test_workers_give_the_bytes_of_one_process(pump_repository: Repository, tmp_path: Path) -> None:
    data = tmp_path / "some.csv"
    data.write_text(HEADER + "".join(ROW.replace("48.0", f"{40 + row % 50}") for row in range(500)))
    outputs = [tmp_path / f"{workers}.csv" for workers in (1, 3)]

    for workers, output in zip((1, 3), outputs, strict=True):
        told = ["--repository", str(pump_repository.root), "-o", str(output), "--chunk-rows", "60"]
        assert main(["score", str(data), *told, "--workers", str(workers)]) == 0

    assert outputs[0].read_bytes() == outputs[1].read_bytes()


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("output", ["out.csv", "out.parquet", "out.json"])
def test_a_bad_cell_late_in_a_file_is_named_and_nothing_is_written(
    output: str, workers: str, pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, written = tmp_path / "bad.csv", tmp_path / output
    data.write_text(HEADER + ROW * 500 + ROW.replace("33.0", "hot"))
    written.write_text("what was there before")
    told = ["--repository", str(pump_repository.root), "-o", str(written), "--chunk-rows", "60"]

    assert main(["score", str(data), *told, "--workers", workers]) == 1

    assert capsys.readouterr().err == (
        f"offbeat score: {data}: line 502, column 'temperature': expected a number, got \"hot\"\n"
    )
    assert written.read_text() == "what was there before"
    assert not list(tmp_path.glob(".*"))


def test_a_feature_may_be_absent_from_a_chunk_but_not_from_the_file(
    pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, output = tmp_path / "sparse.csv", tmp_path / "out.csv"
    told = [
        "score",
        str(data),
        "--repository",
        str(pump_repository.root),
        "-o",
        str(output),
        "--chunk-rows",
        "5",
    ]
    data.write_text(HEADER + ROW.replace("48.0", "") * 20)
    assert main(told) == 1
    assert "column 'flow': the feature \"flow\" is absent from every record" in capsys.readouterr().err
    assert not output.exists()

    data.write_text(HEADER + ROW.replace("48.0", "") * 20 + ROW)

    assert main(told) == 0


def test_a_script_gets_one_json_object(
    pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, output = tmp_path / "few.csv", tmp_path / "out.csv"
    data.write_text(HEADER + ROW * 3 + ROW.replace("33.0", "nan"))

    main(["score", str(data), "--repository", str(pump_repository.root), "-o", str(output), "--json"])

    told = capsys.readouterr()
    summary = json.loads(told.out)
    assert summary.pop("seconds") > 0
    assert summary.pop("rows_per_second") > 0
    assert summary == {
        "model": "pump@1",
        "rows": 4,
        "verdicts": {"normal": 3, "anomaly": 0, "unknown": 1},
        "output": str(output),
    }
    assert told.err == ""


def test_json_without_an_output_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["score", "any.csv", "--json"])

    assert stopped.value.code == 2
    assert "name a file for the records with -o" in capsys.readouterr().err


def test_a_quiet_run_says_nothing(
    pump_repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "few.csv"
    data.write_text(HEADER + ROW)

    main(
        [
            "score",
            str(data),
            "--repository",
            str(pump_repository.root),
            "-o",
            str(tmp_path / "out.csv"),
            "--quiet",
        ]
    )

    assert capsys.readouterr() == ("", "")


def test_a_pipe_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter([0.0, 1.0, 12.0, 13.0])
    lines = Lines(Console(stderr=True), "long.csv", lambda: next(seconds))

    for rows in (1_000, 12_000, 13_000):
        lines(rows, rows / 48_000)

    assert capsys.readouterr().err == "long.csv: 12,000 rows, 25%, 1,000 rows/s\n"


def test_a_terminal_gets_a_bar_with_rows_per_second(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(Console(stderr=True, force_terminal=True, width=120), "long.csv", quiet=False) as show:
        show(1_000_000, 0.5)

    told = capsys.readouterr().err
    assert "50%" in told
    assert "rows/s" in told


def _is_gone(group: int) -> bool:
    """Whether none of its processes is left, or soon is."""
    for _ in range(500):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def _children(parent: int) -> list[int]:
    """The processes that judge: those that were started to run a function."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            line = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(stat[1]) == parent and "spawn_main" in line:
            found.append(int(folder.name))
    return sorted(found)


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"

    with whole_file(path) as first:
        first.write(b"all of it\n")
        with pytest.raises(ContractError, match="another run is writing"), whole_file(path):
            pass
    with whole_file(path) as again:
        again.write(b"anew\n")

    assert path.read_bytes() == b"anew\n"
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]
