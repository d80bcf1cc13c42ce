"""Live: what others score is seen as it comes, and what happens when the service goes away meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import ROOT, Seen, findings, post, serving, shot

pytestmark = pytest.mark.e2e
STRANGE = 738  # a record of the example that every version flags


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_scored_is_seen(open_page: Callable[..., Page], repository: Path, seen: Seen, dark: bool):  # noqa: FBT001
    with serving(repository, "--events") as (url, _):
        page = open_page(f"{url}#live/host", dark=dark)
        expect(page.locator(".state")).to_contain_text("Connected")
        expect(page.get_by_text("No anomaly yet.")).to_be_visible()
        anomalies = post(url, slice(0, 20)) + post(url, slice(20, 40))
        for row in range(STRANGE - 20, STRANGE + 4):
            anomalies += post(url, slice(row, row + 1))

        expect(page.get_by_text(f"64 records and {anomalies} anomalies since this page")).to_be_visible()
        expect(page.locator(".anomalies li").first).to_contain_text("where")
        assert page.locator(".anomalies li").count() <= anomalies
        assert findings(page) == []
        page.wait_for_timeout(600)  # until it is drawn again
        shot(page, f"console-live-{'dark' if dark else 'light'}-1280", whole=False)
        assert seen.complaints == []


def test_the_service_is_gone_and_comes_back(open_page: Callable[..., Page], tmp_path: Path):
    shutil.copytree(ROOT / "models" / "shipped" / "host", tmp_path / "host")
    with serving(tmp_path, "--events") as (url, process):
        page = open_page(f"{url}#live/host")
        expect(page.locator(".state")).to_contain_text("Connected")
        anomalies = post(url, slice(STRANGE - 1, STRANGE))
        expect(page.locator(".anomalies li")).to_have_count(anomalies)
        process.kill()
        process.wait()
        expect(page.locator(".state")).to_contain_text(
            "The service does not answer. This page goes on trying"
        )
        expect(page.locator(".anomalies li")).to_have_count(anomalies)  # what was shown stays
    with serving(tmp_path, "--events", port=int(url.rsplit(":", 1)[1].strip("/"))):
        expect(page.locator(".state")).to_contain_text("Connected", timeout=15_000)
        post(url, slice(STRANGE - 1, STRANGE))
        expect(page.locator(".anomalies li")).to_have_count(anomalies + 1)


def test_it_says_how_it_is_turned_on(open_page: Callable[..., Page], repository: Path, seen: Seen):
    with serving(repository) as (url, _):
        page = open_page(f"{url}#live")
        expect(page.locator("main")).to_contain_text("offbeat serve --events")
        assert not [address for address in seen.asked if address.endswith("/events")]
        assert seen.complaints == []
