"""A real Docker engine, or failure; the images, built once; and the figures, printed at the end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "var" / "e2e" / "figures.json"
SERVICE, TRAINING = "offbeat-service:e2e", "offbeat-training:e2e"
HARDENED = (
    *("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--memory", "512m", "--pids-limit", "256"),
)
found: dict[str, float | str] = {}


@pytest.fixture(scope="session")
def figures() -> dict[str, float | str]:
    """What was measured, by name."""
    return found


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if found:
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        FIGURES.write_text(json.dumps(found, indent=2) + "\n")
        terminalreporter.section("measured")
        for name, value in found.items():
            terminalreporter.write_line(
                f"{name}: {value:.2f}" if isinstance(value, float) else f"{name}: {value}"
            )


@dataclass(frozen=True, slots=True)
class Docker:
    """The docker command line."""

    def __call__(self, *arguments: str | Path, timeout: float = 60, **environment: str) -> str:
        """What one command printed; the test fails with its last words if it failed."""
        done = subprocess.run(
            ["docker", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "DOCKER_BUILDKIT": "1", **environment},
            check=False,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, f"docker {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"[
            -6000:
        ]
        return done.stdout.strip()

    def state(self, container: str, of: str) -> str:
        """One field of a container's state."""
        return self("inspect", "-f", f"{{{{.State.{of}}}}}", container)

    def wait_healthy(self, container: str, timeout: float = 60) -> None:
        """Return when the engine calls the container healthy; its log is the failure's text."""
        until = time.monotonic() + timeout
        while (health := self.state(container, "Health.Status")) != "healthy":
            running = self.state(container, "Status") == "running" and time.monotonic() < until
            assert running, f"health is {health}\n{self('logs', container)}"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def docker(figures: dict[str, float | str]) -> Docker:
    """The engine at DOCKER_HOST. Where none answers the tests fail: what they are to show would go unseen."""
    try:
        figures["engine"] = Docker()("version", "--format", "{{.Server.Version}}")
    except (AssertionError, FileNotFoundError) as error:
        pytest.fail(
            f"no Docker engine answers at {os.environ.get('DOCKER_HOST', 'the default socket')}: {error}"
        )
    return Docker()


def build(docker: Docker, figures: dict[str, float | str], image: str, dockerfile: str) -> str:
    """Build an image, note its seconds and size; returns its name."""
    start = time.monotonic()
    docker("build", "--file", dockerfile, "--tag", image, ".", timeout=1800)
    figures[f"{image} built in s"] = time.monotonic() - start
    figures[f"{image} MB"] = int(docker("image", "inspect", "-f", "{{.Size}}", image)) / 1e6
    return image


@pytest.fixture(scope="session")
def service_image(docker: Docker, figures: dict[str, float | str]) -> str:
    return build(docker, figures, SERVICE, "docker/service.Dockerfile")


@pytest.fixture(scope="session")
def training_image(docker: Docker, figures: dict[str, float | str]) -> str:
    return build(docker, figures, TRAINING, "docker/training.Dockerfile")


@pytest.fixture
def run_service(docker: Docker, service_image: str) -> Iterator[Callable[..., str]]:
    """Start the service hardened, with more arguments for `docker run`; containers are removed after the test."""
    started: list[str] = []

    def run(*arguments: str) -> str:
        command = ("run", "--detach", *HARDENED, "--publish", "127.0.0.1::8000", *arguments, service_image)
        started.append(docker(*command))
        return started[-1]

    yield run
    for container in started:
        docker("rm", "--force", "--volumes", container)


@pytest.fixture
def client_of(docker: Docker) -> Iterator[Callable[[str], httpx.Client]]:
    """An HTTP client of a container's port 8000."""
    opened: list[httpx.Client] = []

    def client(container: str) -> httpx.Client:
        address = docker("port", container, "8000/tcp").splitlines()[0]
        opened.append(httpx.Client(base_url=f"http://{address}", timeout=10))
        return opened[-1]

    yield client
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def free_ports() -> tuple[str, str]:
    """Two ports that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return str(one.getsockname()[1]), str(two.getsockname()[1])


@pytest.fixture(scope="session")
def hundred_records() -> Callable[[httpx.Client], tuple[str, dict[str, object]]]:
    """The name of a served model and a body of 100 of its typical records."""

    def records(client: httpx.Client, model: str | None = None) -> tuple[str, dict[str, object]]:
        model = model or client.get("/v1/models").raise_for_status().json()["models"][0]["model"]
        features = client.get(f"/v1/models/{model}").raise_for_status().json()["champion"]["features"]
        return model, {"columns": {each["name"]: [each["typical"]] * 100 for each in features}}

    return records
