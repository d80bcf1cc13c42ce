"""Reader: somebody who types what a page says, in an empty folder beside the examples. Knows no page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from checked.blocks import Block

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0  # seconds a service may take to be ready
# A page that lets somebody wait for minutes is read in a hurry here; nothing else is changed.
HURRIED = {
    "--duration 5m": "--duration 20s --interval 0.1",
    "--duration 60s": "--duration 6s --interval 0.1",
    "sleep 20": "sleep 2",
}


class Failed(Exception):
    """A block did not do what the page says; the message has what it printed."""


class Reader:
    """Has `offbeat`, `python` and the examples, a port that is free, and no settings of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self._service: subprocess.Popen[bytes] | None = None
        self._environment = prepared(folder, port)

    def run(self, block: Block) -> str:
        """What a block prints. Failed where it ends with anything but 0."""
        if block.serves:
            return self._serve(block)
        done = subprocess.run(
            self._command(block),
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(f"line {block.line} ended with {done.returncode}:\n{block.code}\n{done.stdout}")
        return done.stdout.replace(f"localhost:{self._port}", "localhost:8000")

    def close(self) -> None:
        """Stop what was served. Failed where it does not end as it should."""
        service, self._service = self._service, None
        if service is not None:
            os.killpg(service.pid, signal.SIGTERM)
            if service.wait(timeout=30) not in (0, -signal.SIGTERM, 128 + signal.SIGTERM):
                raise Failed(f"the service ended with {service.returncode}")

    def _serve(self, block: Block) -> str:
        self.close()
        log = self._folder / ".service.log"
        with log.open("wb") as told:
            self._service = subprocess.Popen(
                self._command(block),
                cwd=self._folder,
                env=self._environment,
                stdout=told,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._service.poll() is None:
            if _answers(f"http://localhost:{self._port}/readyz"):
                return ""
            time.sleep(0.1)
        raise Failed(f"line {block.line} serves nothing:\n{block.code}\n{log.read_text()}")

    def _command(self, block: Block) -> list[str]:
        code = block.code.replace("localhost:8000", f"localhost:{self._port}")
        for slow, quick in HURRIED.items():
            code = code.replace(slow, quick)
        return [sys.executable, "-c", code] if block.info == "python" else ["sh", "-e", "-c", code]


def prepared(folder: Path, port: int) -> Mapping[str, str]:
    """Put the examples and the commands into a folder; the environment that finds them there."""
    (folder / "examples").symlink_to(ROOT / "examples")
    commands = folder / ".commands"
    commands.mkdir()
    for name, module in {"offbeat": "-m offbeat", "python": ""}.items():
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
        (commands / name).chmod(0o755)
    (commands / ".curlrc").write_text("fail-with-body\n")  # a refusal is a failure
    known = {name: value for name, value in os.environ.items() if not name.startswith("OFFBEAT_")}
    path = f"{commands}{os.pathsep}{known['PATH']}"
    ours = {"PATH": path, "PYTHONPATH": str(ROOT), "CURL_HOME": str(commands), "OFFBEAT_PORT": str(port)}
    return {**known, **ours, "COLUMNS": "100"}


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=1):  # noqa: S310
            return True
    except (URLError, OSError):
        return False
