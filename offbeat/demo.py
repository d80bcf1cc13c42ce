"""`offbeat demo`: serve, send recorded telemetry through HTTP as anybody would, show the strangest moments, go on serving."""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from socket import socket
from threading import Thread
from typing import Literal

import httpx
from pydantic import Field
from pydantic_settings import CliPositionalArg
from rich.console import Console

from models.formats import read_bytes
from models.options import read_options
from offbeat.client import Client, Refused
from offbeat.episodes import episodes, shown
from service.app import create_app
from service.listener import listen
from service.logs import configure
from service.refusals import CannotListen
from service.server import Server
from service.settings import Settings

FAULTS = Path(__file__).parents[1] / "examples" / "host" / "faults.csv"
MOST = 8  # episodes shown
PATIENCE = 30.0  # seconds a service may take to load its models
PIPED_WIDTH = 120


class DemoSettings(Settings):
    """Serve, send recorded telemetry through HTTP, show the strangest moments, go on serving until Ctrl-C."""

    file: CliPositionalArg[Path] = Field(default=FAULTS, description="CSV to send.")
    model: str = Field(default="host", description="Which model to ask.")
    events: bool = Field(default=True, description="Tell the console what is scored as it comes.")
    drain_seconds: float = Field(default=0, ge=0, description="Nobody else is waiting here.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="Least level to log."
    )


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C, or with CI in the environment until the table is shown; 1 when there is none to show."""
    settings = read_options(DemoSettings, arguments, "offbeat demo")
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False, markup=False)
    data = read_bytes(settings.file)
    configure(settings.log_level, sys.stderr)
    server = Server(create_app(settings), _listener(settings, console))
    guide = Guide(server, console, settings, data)
    guide.start()
    server.stay()
    guide.join(timeout=1)  # it may still wait for a service that Ctrl-C has ended
    return guide.code


class Guide(Thread):
    """Waits for the service, sends the file, prints what comes back."""

    def __init__(self, server: Server, console: Console, settings: DemoSettings, data: bytes) -> None:
        super().__init__(name="guide", daemon=True)
        self._server, self._console = server, console
        self._model, self._file, self._data = settings.model, settings.file, data
        self.code = 0

    def run(self) -> None:
        """Show the table and where to go from there; stop the server when nobody is to see more."""
        self.code = 1
        try:
            with Client(self._server.address) as client:
                self._show(client)
            self.code = 0
        except BrokenPipeError:
            pass  # whoever read this has seen enough
        except (Refused, httpx.HTTPError, OSError) as error:
            print(f"offbeat demo: {error}", file=sys.stderr)
        finally:
            if self.code or os.environ.get("CI"):
                self._server.stop()

    def _show(self, client: Client) -> None:
        _await(client)
        began = time.perf_counter()
        reply = client.score_csv(self._model, self._data, extra="ignore", top_contributors=1)
        seconds = time.perf_counter() - began
        found = episodes(reply["results"], _moments(self._data))
        flagged = sum(result["is_anomaly"] is True for result in reply["results"])
        name = f"{reply['model']} version {reply['version']}"
        self._console.print(
            f"\n{self._file.name}: {len(reply['results']):,} records scored by {name} in {seconds:.2f} s; "
            f"{flagged:,} anomalies in {len(found)} episodes. The strangest:\n"
        )
        self._console.print(shown(found[:MOST]))
        self._guide_on()

    def _guide_on(self) -> None:
        address = self._server.address
        line = (
            f"curl -s '{address}/v1/models/{self._model}/score?extra=ignore&top_contributors=1' "
            f"-H 'Content-Type: text/csv' --data-binary @{_near(self._file)}"
        )
        self._console.print(f"\nConsole    {address}/", style="bold")
        self._console.print(f"API page   {address}/docs", style="bold")
        self._console.print("By hand    " + line, soft_wrap=True)
        if not os.environ.get("CI"):
            self._console.print("\nServing until Ctrl-C.", style="dim")


def _listener(settings: Settings, console: Console) -> socket:
    try:
        return listen(settings.host, settings.port)
    except CannotListen:
        free = listen(settings.host, 0)
        console.print(f"Port {settings.port} is taken; using {free.getsockname()[1]}.")
        return free


def _await(client: Client) -> None:
    until = time.monotonic() + PATIENCE
    while not client.ready():
        if time.monotonic() > until:
            raise TimeoutError(f"the service is not ready after {PATIENCE:g} seconds; its /readyz says why")
        time.sleep(0.05)


def _moments(data: bytes) -> list[str]:
    """When each row was, where the file says so; else its number."""
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [row.get("timestamp") or f"row {number}" for number, row in enumerate(rows)]


def _near(file: Path) -> Path:
    """The path as it is typed from here."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
