"""The pictures of the documentation, taken where OFFBEAT_SCREENSHOTS says (`make screenshots`)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import ROOT, drop, post, shot, told

pytestmark = pytest.mark.e2e
FAULTS = (ROOT / "examples" / "host" / "faults.csv").read_bytes()
SIZE = {"width": 1100, "height": 760}
STRANGE = 738
LEAK = 688 / 1749  # of the way along: memory that one process takes and does not give back


def test_pictures_of_models(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#models/host")
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    page.wait_for_selector("text=Features: 28 columns")

    assert shot(page, "console-models", whole=False).stat().st_size > 10_000


def test_pictures_of_a_trial(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#try/host")
    page.set_viewport_size({"width": 1100, "height": 690})
    drop(page, "faults.csv", FAULTS)
    assert "1,749 records" in told(page)
    chart = page.locator(".chart .u-over").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * LEAK, box["y"] + box["height"] / 2)
    expect(page.locator(".causes li").first).to_contain_text("memory_used_share")
    page.evaluate("document.querySelector('#results h2').scrollIntoView()")

    assert shot(page, "console-try", whole=False).stat().st_size > 10_000


def test_pictures_of_what_is_live(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#live/host")
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    expect(page.locator(".state")).to_contain_text("Connected")
    for start in range(STRANGE - 60, STRANGE + 10, 2):
        post(service, slice(start, start + 2))
        page.wait_for_timeout(250)
    expect(page.locator(".anomalies li").first).to_be_visible()

    assert shot(page, "console-live", whole=False).stat().st_size > 10_000


def test_pictures_of_a_report(open_page: Callable[..., Page]):
    page = open_page((ROOT / "models" / "shipped" / "host" / "1" / "report.html").as_uri())
    page.set_viewport_size({"width": 1000, "height": 1200})

    assert shot(page, "report", whole=False).stat().st_size > 10_000
