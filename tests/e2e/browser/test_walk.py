"""The way of somebody who wants to know why a line is red: load, drop, pick, read, move, promote, roll back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import KEY, ROOT, Seen, drop, shot, told

pytestmark = pytest.mark.e2e
FAULTS = (ROOT / "examples" / "host" / "faults.csv").read_bytes()
CSV = {"content-type": "text/csv"}


def flagged(service: str, threshold: float) -> int:
    """How many of the example's records the service itself flags by a threshold."""
    url = f"{service}v1/models/host/score"
    asked = {"threshold": threshold, "orient": "columns", "top_contributors": 0}
    reply = httpx.post(url, content=FAULTS, headers=CSV, params=asked, timeout=30).json()
    return sum(reply["results"]["is_anomaly"])


def promoted_and_taken_back(page: Page, service: str) -> None:
    page.click("nav >> text=Models")
    page.get_by_role("link", name=re.compile("^host")).click()
    page.get_by_role("button", name="Promote 2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("host's champion is version 1. Make it version 2?")
    dialog.get_by_label("The service's admin key").fill(KEY)
    dialog.get_by_role("button", name="Promote 2").click()
    assert told(page).startswith("champion is version 2, and decides by ")
    assert httpx.get(f"{service}v1/models/host").json()["champion"]["version"] == 2

    page.get_by_role("button", name="Roll back").dblclick()  # the second click changes nothing
    expect(dialog.get_by_label("The service's admin key")).to_have_count(0)  # it is known by now
    dialog.get_by_role("button", name="Roll back").click()
    expect(page.locator("#told")).to_contain_text("champion is version 1, and decides by 48.55.")
    assert httpx.get(f"{service}v1/models/host").json()["champion"]["version"] == 1


def test_from_the_first_page_to_a_rollback(open_page: Callable[..., Page], service: str, seen: Seen):
    page = open_page(service)
    expect(page.get_by_role("heading", name="host", exact=True)).to_be_visible()
    page.click("nav >> text=Try it")
    page.select_option("select[name=model]", "host")

    drop(page, "faults.csv", FAULTS)
    assert "1,749 records of faults.csv, judged by host 1" in told(page)
    served = httpx.get(f"{service}v1/models/host").json()["champion"]["threshold"]
    heading = page.locator("#results h2")
    expect(heading).to_contain_text(f"{flagged(service, served)} anomalies of 1,749 records")

    page.get_by_role("button", name="Record 738", exact=True).click()
    expect(page.locator(".record h3").first).to_contain_text("Record 738 anomaly")
    expect(page.locator(".causes li").first).to_contain_text("net_received_packets_per_s")
    expect(page.locator(".causes li").first).to_contain_text("was expected (above what was expected)")

    page.locator("input[name=threshold]").fill(
        "200"
    )  # half way to the right end, which is four times as high
    expect(heading).to_contain_text(f"{flagged(service, served * 2)} anomalies")
    expect(page.locator(".threshold output")).to_contain_text("2 times what is served")
    expect(page.locator(".threshold output")).to_contain_text(
        "Of ordinary records that were held out of training"
    )

    promoted_and_taken_back(page, service)
    assert seen.complaints == []
    assert seen.elsewhere(service) == []


def test_a_wrong_key_is_refused_and_asked_for_again(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#models/host")
    for wrong in ("not the key", "nor is this"):
        page.get_by_role("button", name="Promote 2").click()
        page.get_by_label("The service's admin key").fill(wrong)
        page.keyboard.press("Enter")
        assert "key" in told(page)
        page.evaluate("document.getElementById('told').textContent = ''")
    assert httpx.get(f"{service}v1/models/host").json()["champion"]["version"] == 1


def test_a_threshold_is_kept_and_given_back(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#try/host")
    drop(page, "faults.csv", FAULTS)
    served = httpx.get(f"{service}v1/models/host").json()["champion"]["threshold"]
    page.locator("input[name=threshold]").fill("200")
    page.get_by_role("button", name="Keep for champion").click()
    page.get_by_label("The service's admin key").fill(KEY)
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("decides by")
    alias = httpx.get(f"{service}v1/models/host").json()["aliases"][0]
    assert alias["threshold"] == pytest.approx(2 * served)

    page.click("nav >> text=Models")
    page.get_by_role("link", name=re.compile("^host")).click()
    page.get_by_role("button", name="Its own threshold").click()
    page.get_by_role("dialog").get_by_role("button", name="Its own threshold").click()
    expect(page.locator("#told")).to_contain_text("decides by 48.55.")
    assert httpx.get(f"{service}v1/models/host").json()["aliases"][0]["threshold"] == served


def test_everything_is_reached_by_the_keyboard_alone(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#try/host")
    field = page.get_by_label("Or paste records")
    expect(field).to_be_visible()
    page.get_by_role("button", name="A typical record").focus()
    page.keyboard.press("Enter")
    expect(field).not_to_have_value("")
    field.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Score
    assert "1 record of pasted text" in told(page)
    assert page.evaluate("document.activeElement.tagName") == "H2"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "threshold":
            break
    page.keyboard.press("ArrowRight")
    expect(page.locator(".threshold output")).to_contain_text("times what is served")


def test_a_picture_is_shown_beside_what_was_expected(
    open_page: Callable[..., Page], service: str, tmp_path: Path
):
    pixels = np.full((10, 12), 60, dtype=np.uint8)
    pixels[4:7] = 200
    pixels[8, 2] = 255
    Image.fromarray(pixels).save(tmp_path / "tile.png")
    page = open_page(f"{service}#try/tiles")
    page.set_input_files("input[type=file]", tmp_path / "tile.png")

    assert "1 record of tile.png" in told(page)
    expect(page.locator(".pictures img")).to_have_count(3)
    assert page.evaluate(
        "[...document.querySelectorAll('.pictures img')].every((each) => each.naturalWidth === 12)"
    )
    shot(page, "try-picture")


def test_windows_are_unknown_until_one_is_whole(open_page: Callable[..., Page], service: str):
    lines = ["timestamp,machine,left,right,mode"]
    lines += [f"2026-01-01T00:00:{at:02}Z,m1,{0.1 * at:.2f},0.5,slow" for at in range(20)]
    page = open_page(f"{service}#try/vibration")
    drop(page, "windows.csv", "\n".join(lines).encode())

    assert "20 records" in told(page)
    expect(page.locator("#results h2")).to_contain_text("5 unknown")
    page.get_by_role("button", name="verdict", exact=True).click()
    page.get_by_role("button", name="verdict", exact=True).click()
    expect(page.locator(".records tbody tr").first).to_contain_text("unknown")
