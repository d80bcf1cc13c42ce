"""How quickly the console is there, and how smoothly ten thousand records move."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.browser.acts import ROOT, drop, told

pytestmark = pytest.mark.e2e
RECORDS = 10_000
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
BYTES = """performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
  .reduce((sum, each) => sum + each.transferSize, 0)"""
FRAMES = """() => {
  window.frames_ = [];
  let before = performance.now();
  const tick = (now) => {
    window.frames_.push(now - before);
    before = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""


def long_csv() -> bytes:
    """The example again and again, a second apart, until there are enough."""
    head, *lines = (ROOT / "examples" / "host" / "faults.csv").read_text().splitlines()
    rows = [head]
    for place in range(RECORDS):
        _, rest = lines[place % len(lines)].split(",", 1)
        hours, seconds = divmod(place, 3600)
        rows.append(f"2026-01-01T{hours:02}:{seconds // 60:02}:{seconds % 60:02}Z,{rest}")
    return "\n".join(rows).encode()


def test_first_paint_and_bytes(open_page: Callable[..., Page], service: str, figures: dict[str, float | str]):
    page = open_page(service)
    page.wait_for_selector("text=Features: 28 columns")
    figures["console, first contentful paint, ms"] = paint = page.evaluate(PAINT)
    figures["console, kB to show the models"] = kilobytes = page.evaluate(BYTES) / 1e3
    page.click("nav >> text=Try it")
    drop(page, "one.csv", long_csv()[:2000].rsplit(b"\n", 1)[0])
    told(page)
    figures["console, kB with charts and the facts of a report"] = page.evaluate(BYTES) / 1e3

    assert paint < 1000
    assert kilobytes < 200


def test_ten_thousand_records_are_moved_smoothly(
    open_page: Callable[..., Page], service: str, figures: dict[str, float | str]
):
    page = open_page(f"{service}#try/host")
    body = long_csv()
    figures["ten thousand records, MB of CSV"] = len(body) / 1e6
    page.wait_for_selector("form.drop")
    page.evaluate("window.began = performance.now()")
    drop(page, "long.csv", body)
    assert "10,000 records" in told(page)
    figures["ten thousand records, s until they are drawn"] = page.evaluate(
        "(performance.now() - began) / 1000"
    )

    page.get_by_role("button", name="Nearer").click()
    page.get_by_role("button", name="Nearer").click()
    chart = page.locator(".chart .u-over").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + box["width"] * 0.9, middle)
    page.mouse.down()
    page.evaluate(FRAMES)
    for step in range(120):
        page.mouse.move(box["x"] + box["width"] * (0.9 - 0.8 * abs((step % 60) / 30 - 1)), middle)
    page.mouse.up()
    frames = sorted(page.evaluate("frames_.slice(1)"))

    figures["panning, frames"] = str(len(frames))
    figures["panning, ms a frame, median"] = statistics.median(frames)
    figures["panning, ms a frame, 95 of 100"] = late = frames[int(0.95 * len(frames))]
    figures["panning, ms of the longest frame"] = frames[-1]
    assert late < 100
