"""The console's files: all there, all from here, all under one strict policy. What they do is seen in tests/e2e/browser."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from models.repository import Repository
from service.app import create_app
from service.routes.console import FOLDER
from service.settings import Settings

pytestmark = pytest.mark.anyio
LOADED = re.compile(
    r"""(?:src|href)="(console/[^"]+)"|from "\./([\w.]+)"|import\("\./([\w.]+)"\)|\$\{HERE\}([\w./]+)`"""
)
OWN = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.parent.name != "vendor")


def client_of(folder: Path, **told: object) -> httpx.AsyncClient:
    app = create_app(Settings.model_validate({"repository": folder, **told}), Repository(folder))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


async def test_everything_that_is_loaded_is_there_and_under_the_policy(tmp_path: Path):
    async with client_of(tmp_path) as client:
        due, met = ["/"], set()
        while due:
            met.add(address := due.pop())
            reply = await client.get(address)
            assert reply.status_code == 200, address
            assert "script-src 'self'; style-src 'self'" in reply.headers["content-security-policy"]
            assert "unsafe" not in reply.headers["content-security-policy"]
            if "vendor" not in address:
                found = (next(filter(None, groups)) for groups in LOADED.findall(reply.text))
                due += {f"/console/{each.removeprefix('console/')}" for each in found} - met

    files = {f"/console/{path.relative_to(FOLDER)}" for path in OWN if path.name != "index.html"}
    assert met - {"/"} >= files  # nothing lies there that no page loads
    assert {"/console/vendor/uPlot.iife.min.js", "/console/vendor/uPlot.min.css"} <= met


def test_no_file_names_another_host():
    texts = {path.name: path.read_text().replace("http://www.w3.org/2000/svg", "") for path in OWN}

    assert len(texts) > 15
    assert [name for name, text in texts.items() if re.search(r"https?:|//\w+\.\w+/", text)] == []


def test_no_file_makes_markup_of_text():
    ways = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment"
    )

    assert [path.name for path in OWN if ways.search(path.read_text())] == []


async def test_the_page_knows_what_there_is_to_be_followed_and_changed(tmp_path: Path):
    async with (
        client_of(tmp_path) as client,
        client_of(tmp_path, events=True, admin_key="a long key") as other,
    ):
        closed, open_ = [(await each.get("/")).text for each in (client, other)]

    assert '<html data-live="off" data-admin="off" lang="en">' in closed
    assert '<html data-live="on" data-admin="on" lang="en">' in open_


async def test_files_are_sent_short_and_again_only_when_they_have_changed(tmp_path: Path):
    async with client_of(tmp_path) as client:
        address = "/console/vendor/uPlot.iife.min.js"
        whole = await client.get(address, headers={"accept-encoding": "identity"})
        short = await client.get(address, headers={"accept-encoding": "gzip"})
        again = await client.get(address, headers={"if-none-match": whole.headers["etag"]})

    assert (whole.content == short.content, short.headers["content-encoding"]) == (True, "gzip")
    assert again.status_code == 304
    assert whole.headers["cache-control"] == "no-cache"


async def test_other_files_are_not_there(tmp_path: Path):
    async with client_of(tmp_path) as client:
        found = [
            await client.get(f"/console/{name}") for name in ("", "none.js", "../app.py", "%2e%2e/app.py")
        ]

    assert [each.status_code for each in found] == [404] * 4
