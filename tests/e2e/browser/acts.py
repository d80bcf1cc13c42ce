"""What the tests do with a page, and with the service behind it."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

ROOT = Path(__file__).parents[3]
SHOTS = Path(os.environ.get("OFFBEAT_SCREENSHOTS", ROOT / "var" / "e2e" / "screenshots"))
GRAVE = {"serious", "critical"}
KEY = "a key for the tests"
LINES = (ROOT / "examples" / "host" / "faults.csv").read_text().splitlines()


@dataclass(slots=True)
class Seen:
    """What a page did that nobody looks at: where it asked, what it complained of."""

    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Every page of a context from now on."""
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", lambda told: told.type == "error" and self.complaints.append(told.text))
        context.on("weberror", lambda wrong: self.complaints.append(str(wrong.error)))

    def elsewhere(self, home: str) -> list[str]:
        """Addresses that are neither the service's nor within the page itself."""
        return [url for url in self.asked if not url.startswith((home, "data:", "about:"))]


def trained(repository: Path, data: Path, name: str, *told: str) -> None:
    """One version more, by the command a user would give."""
    command = [sys.executable, "-m", "offbeat", "train", data, "--name", name, "--repository", repository]
    subprocess.run([*command, *told], cwd=ROOT, check=True, capture_output=True, timeout=120)


@contextmanager
def serving(
    repository: Path, *told: str, port: int = 0, key: str = KEY, ready: bool = True
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A service of its own process, ready unless it cannot be; its address ends in a slash."""
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
    command = [sys.executable, "-m", "offbeat", "serve", "--port", str(port), "--repository", str(repository)]
    environment = os.environ | ({"OFFBEAT_ADMIN_KEY": key} if key else {})
    process = subprocess.Popen([*command, *told], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait(f"{url}{'readyz' if ready else 'healthz'}", process)
        yield url, process
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, "the service ended"
        try:
            if httpx.get(url).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("the service did not become ready")


DROP = """async ([name, base64, type]) => {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const target = document.querySelector("form.drop");
  for (const kind of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def drop(page: Page, name: str, content: bytes, media_type: str = "") -> None:
    """Let a file fall onto the page."""
    page.wait_for_selector("form.drop")
    page.evaluate(DROP, [name, base64.b64encode(content).decode(), media_type])


def told(page: Page) -> str:
    """What the page says of the last thing that was done, once it says anything final."""
    page.wait_for_function("() => !['', 'Scoring …'].includes(document.getElementById('told').textContent)")
    return page.inner_text("#told")


def shot(page: Page, name: str, *, whole: bool = True) -> Path:
    """A picture for people to look at; where it lies."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=whole)
    return path


def post(service: str, rows: slice) -> int:
    """Score some of the example's records as any client would; returns how many are anomalies."""
    body = "\n".join([LINES[0], *LINES[1:][rows]])
    headers = {"content-type": "text/csv"}
    reply = httpx.post(f"{service}v1/models/host/score", content=body, headers=headers)
    return sum(each["is_anomaly"] for each in reply.json()["results"])


def findings(page: Page) -> list[str]:
    """What axe calls serious or critical, in a line each."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {json.dumps([node['target'] for node in each['nodes']][:3])}"
        for each in found
        if each["impact"] in GRAVE
    ]
