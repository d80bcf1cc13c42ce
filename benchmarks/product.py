"""Offbeat as its users have it: trained by the command line, served over HTTP. Imports none of its rooms but the contract."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import httpx
import numpy as np
from numpy.typing import NDArray

from models.manifest import Manifest
from models.repository import Repository

ROWS_PER_REQUEST = 10_000
OPTIONS = {"top_contributors": "0", "orient": "columns", "extra": "ignore"}


@dataclass(frozen=True, slots=True)
class Trained:
    """What `offbeat train` made of a file, and the seconds of the whole command, imports and export included."""

    model: str
    manifest: Manifest
    seconds: float


@dataclass(frozen=True, slots=True)
class Scored:
    """What the service said of each row of a file: the score, whether it was called an anomaly."""

    score: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    seconds: float


def train(file: Path, model: str, repository: Path, flags: Sequence[str]) -> Trained:
    """`offbeat train FILE`."""
    told = ("--name", model, "--repository", str(repository), "--promote", *flags)
    command = [*_offbeat("train"), str(file), *told]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    made = Repository(repository)
    versions = made.state(model).versions
    return Trained(model, made.open(made.resolve(model, max(versions))).manifest, seconds)


@contextmanager
def serving(repository: Path) -> Iterator[httpx.Client]:
    """`offbeat serve`, ready, and a client of it; stopped at the end."""
    with create_server(("127.0.0.1", 0)) as socket:
        port = socket.getsockname()[1]
    log = repository / "serve.log"
    command = [*_offbeat("serve"), "--repository", str(repository), "--port", str(port)]
    with log.open("w") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
                _wait_ready(client, process, log)
                yield client
        finally:
            process.terminate()


def score(client: httpx.Client, model: str, file: Path) -> Scored:
    """Post a CSV in parts and put the replies together."""
    header, *lines = file.read_text().splitlines()
    results: list[dict[str, list[float | str | None]]] = []
    start = time.monotonic()
    for at in range(0, len(lines), ROWS_PER_REQUEST):
        body = "\n".join([header, *lines[at : at + ROWS_PER_REQUEST]])
        reply = client.post(
            f"/v1/models/{model}/score", params=OPTIONS, content=body, headers={"Content-Type": "text/csv"}
        )
        if reply.is_error:
            raise SystemExit(f"{file}: {reply.status_code} {reply.text}")
        results.append(reply.json()["results"])
    seconds = time.monotonic() - start
    verdicts = np.array([verdict for part in results for verdict in part["verdict"]])
    if (verdicts == "unknown").any():
        raise SystemExit(
            f"{file}: {(verdicts == 'unknown').sum()} rows are unknown; nothing to compare them by"
        )
    scores = np.array([value for part in results for value in part["score"]], dtype=np.float64)
    return Scored(scores, verdicts == "anomaly", seconds)


def promised(manifest: Manifest) -> float:
    """The share of normal rows that the threshold says it will flag; NaN for a rule that promises none."""
    threshold = manifest.threshold
    shares = {"quantile": 1 - threshold.parameter, "fpr": threshold.parameter}
    return shares.get(threshold.method, float("nan"))


def _offbeat(verb: str) -> list[str]:
    return [sys.executable, "-m", "offbeat", verb]


def _wait_ready(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            if client.get("/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit(f"the service did not become ready\n{log.read_text()}")
