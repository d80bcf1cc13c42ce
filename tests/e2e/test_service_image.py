"""The service image as it would run in production: read-only, without capabilities, in half a gigabyte."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import httpx
import pytest

pytestmark = pytest.mark.e2e
ABSENT = ("torch", "onnx", "onnxscript", "sklearn", "pip")


def test_a_hardened_container_becomes_healthy_and_scores_100_records(
    docker, run_service, client_of, hundred_records, figures
):
    start = time.monotonic()
    container = run_service()
    client = client_of(container)
    figures["service answers after s"] = seconds_until_ready(client, start)
    docker.wait_healthy(container)
    figures["service healthy after s"] = time.monotonic() - start

    model, body = hundred_records(client)
    reply = client.post(f"/v1/models/{model}/score", json=body)

    assert reply.status_code == 200, reply.text
    results = reply.json()["results"]
    assert len(results) == 100
    assert {result["verdict"] for result in results} <= {"normal", "anomaly"}
    figures["service memory MB after 100 records"] = memory_megabytes(docker, container)


def test_sigterm_ends_the_service_with_exit_code_0(docker, run_service, client_of, figures):
    container = run_service()
    seconds_until_ready(client_of(container), time.monotonic())

    start = time.monotonic()
    docker("stop", "--time", "15", container)

    figures["service stops in s"] = time.monotonic() - start
    assert docker.state(container, "ExitCode") == "0", docker("logs", container)
    assert time.monotonic() - start < 10


def test_the_service_is_one_process_of_a_user_who_is_not_root(docker, run_service):
    container = run_service()
    docker.wait_healthy(container)

    processes = docker("top", container, "-eo", "pid,uid,args").splitlines()[1:]
    served = [
        line.split(maxsplit=2) for line in processes if "urlopen" not in line
    ]  # the health check comes and goes

    assert len(served) == 1
    assert served[0][1] == "10001"
    assert docker("exec", container, "id", "-u") == "10001"


def test_nothing_but_tmp_can_be_written(docker, run_service):
    container = run_service()
    attempt = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text('x')"

    docker("exec", container, "python", "-c", attempt, "/tmp/x")
    with pytest.raises(AssertionError, match="Read-only file system"):
        docker("exec", container, "python", "-c", attempt, "/var/lib/offbeat/repository/x")


def test_the_image_holds_neither_training_libraries_nor_an_installer(docker, service_image):
    look = "import importlib.util as i, json, sys; print(json.dumps([n for n in sys.argv[1:] if i.find_spec(n)]))"

    found = docker("run", "--rm", "--entrypoint", "python", service_image, "-c", look, *ABSENT, "models")

    assert json.loads(found) == ["models"]


def test_a_mounted_repository_is_served_read_only(docker, run_service, client_of, pump_repository):
    container = run_service("--volume", f"{pump_repository.root}:/var/lib/offbeat/repository:ro")
    client = client_of(container)
    seconds_until_ready(client, time.monotonic())
    record = {"temperature": 31.0, "pressure": 4.0, "flow": 48.0, "valve": "open"}

    reply = client.post("/v1/models/pump/score", json={"records": [record]})

    assert reply.status_code == 200, reply.text
    assert reply.json()["model"] == "pump"


def seconds_until_ready(client: httpx.Client, start: float, timeout: float = 30) -> float:
    """Seconds from `start` to the first 200 of /readyz."""
    while not answers(lambda: client.get("/readyz")):
        assert time.monotonic() - start < timeout, "never ready"
        time.sleep(0.05)
    return time.monotonic() - start


def answers(ask: Callable[[], httpx.Response]) -> bool:
    """Whether somebody is there and says 200."""
    try:
        return ask().status_code == 200
    except httpx.TransportError:
        return False


def memory_megabytes(docker, container: str) -> float:
    """Memory of the container's processes, the page cache left out, as `docker stats` has it."""
    used = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", container).split("/")[0].strip()
    factor = {"KiB": 1 / 1024, "MiB": 1, "GiB": 1024}[used[-3:]]
    return float(used[:-3]) * factor * 1.048576
