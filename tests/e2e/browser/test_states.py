"""What changes while somebody looks, what is left and come back to, and times of every kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import KEY, ROOT, Seen, drop, serving, told

pytestmark = pytest.mark.e2e
FAULTS = (ROOT / "examples" / "host" / "faults.csv").read_bytes()
ADMIN = {"authorization": f"Bearer {KEY}"}
PUMP = "temperature,pressure,flow,valve"
READING = "31,4.1,46,open"


def pump(first: str, cells: list[str]) -> bytes:
    """Readings of a pump with one column before the others."""
    return "\n".join([f"{first},{PUMP}", *(f"{cell},{READING}" for cell in cells)]).encode()


def test_a_threshold_is_not_kept_for_a_champion_that_was_not_looked_at(
    open_page: Callable[..., Page], service: str
):
    page = open_page(f"{service}#try/host")
    drop(page, "faults.csv", FAULTS)
    assert "1,749 records" in told(page)
    page.locator("input[name=threshold]").fill("200")
    alias = f"{service}v1/models/host/aliases/champion"
    httpx.put(alias, json={"version": 2}, headers=ADMIN).raise_for_status()
    try:
        page.get_by_role("button", name="Keep for champion").click()
        expect(page.locator("#told")).to_contain_text("host's champion is another one by now: version 2")
        assert httpx.get(f"{service}v1/models/host").json()["aliases"][0]["threshold_method"] != "manual"
    finally:
        httpx.post(f"{alias}/rollback", headers=ADMIN).raise_for_status()


def test_what_others_change_is_seen(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#models/pump")
    expect(page.get_by_role("button", name="Promote 2")).to_be_visible()
    alias = f"{service}v1/models/pump/aliases/champion"
    httpx.put(alias, json={"version": 2}, headers=ADMIN).raise_for_status()
    expect(page.get_by_role("button", name="Promote 1")).to_be_visible()
    httpx.post(f"{alias}/rollback", headers=ADMIN).raise_for_status()


def test_a_champion_that_cannot_be_loaded_can_be_rolled_back(open_page: Callable[..., Page], tmp_path: Path):
    shutil.copytree(ROOT / "tests" / "bundles" / "pump", tmp_path / "pump")
    with serving(tmp_path) as (url, _):
        httpx.put(f"{url}v1/models/pump/aliases/champion", json={"version": 2}, headers=ADMIN)
    (tmp_path / "pump" / "2" / "model.onnx").write_bytes(b"damaged")
    with serving(tmp_path, ready=False) as (url, _):
        page = open_page(f"{url}#models/pump")
        page.get_by_role("button", name="Roll back").click()
        page.get_by_role("dialog").get_by_label("The service's admin key").fill(KEY)
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_contain_text("champion is version 1")


def test_without_an_admin_key_nothing_is_offered(open_page: Callable[..., Page], repository: Path):
    with serving(repository, key="") as (url, _):
        page = open_page(f"{url}#models/host")
        page.wait_for_selector("text=Features: 28 columns")
        assert page.get_by_role("button").all_inner_texts() == []


def test_what_was_scored_is_still_there_when_one_comes_back(
    open_page: Callable[..., Page], service: str, seen: Seen
):
    page = open_page(f"{service}#try/host")
    drop(page, "faults.csv", FAULTS)
    assert "1,749 records" in told(page)
    page.get_by_label("Or paste records").fill("half a thought")
    page.click("nav >> text=Models")
    page.wait_for_selector("text=Features: 28 columns")
    page.click("nav >> text=Try it")

    expect(page.locator("#results h2")).to_contain_text("anomalies of 1,749 records")
    expect(page.locator("#results > p").first).to_have_text("faults.csv, judged by host version 1")
    assert page.input_value("textarea") == "half a thought"
    assert page.evaluate("document.querySelectorAll('.uplot').length") == 3
    drop(page, "one.csv", FAULTS[:2000].rsplit(b"\n", 1)[0])  # once, though the page was opened twice
    expect(page.locator("#told")).to_contain_text("of one.csv")
    assert len([url for url in seen.asked if "/score?" in url]) == 2


def test_a_model_that_came_meanwhile_can_be_tried(open_page: Callable[..., Page], tmp_path: Path):
    with serving(tmp_path) as (url, _):
        page = open_page(f"{url}#try/host")
        page.wait_for_selector("form.drop")
        page.click("nav >> text=Models")
        shutil.copytree(ROOT / "tests" / "bundles" / "pump", tmp_path / "pump")
        page.wait_for_timeout(2000)  # the service looks once a second
        page.goto(f"{url}#try/pump")
        expect(page.locator("select[name=model]")).to_have_value("pump")
        expect(page.locator("#told")).to_be_empty()
        drop(page, "a.csv", pump("timestamp", ["2026-01-01 00:00"]))
        expect(page.locator("#told")).to_have_text("1 record of a.csv, judged by pump 1.")


@pytest.mark.parametrize("page_name", ["try", "live", "models"])
def test_an_address_of_no_model_says_so(open_page: Callable[..., Page], service: str, page_name: str):
    page = open_page(f"{service}#{page_name}/nobody")
    expect(page.locator("#told")).to_contain_text("There is no model nobody")


@pytest.mark.parametrize("address", ["#models/%", "#constructor", "#toString"])
def test_an_address_of_nothing_is_the_first_page(open_page: Callable[..., Page], service: str, address: str):
    page = open_page(f"{service}{address}")
    expect(page.get_by_role("heading", name="host", exact=True)).to_be_visible()


def test_times_are_utc_wherever_one_looks(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#try/pump", timezone_id="Europe/Berlin")
    drop(page, "a.csv", pump("timestamp", [f"2026-03-29 0{hour}:30:00.{hour}00" for hour in range(1, 6)]))
    assert "5 records" in told(page)
    page.get_by_role("button", name="record", exact=True).click()

    shown = page.locator(".records tbody td:nth-child(2)").all_inner_texts()
    assert shown == [f"2026-03-29 0{hour}:30:00.{hour}00" for hour in range(1, 6)]


@pytest.mark.parametrize(
    "cells", [[f"r-{at}" for at in range(1, 6)], ["05-06-2026"] * 5, ["2026-01-01 00:00"] * 5]
)
def test_what_is_no_course_of_time_is_not_drawn_as_one(
    open_page: Callable[..., Page], service: str, cells: list[str]
):
    page = open_page(f"{service}#try/pump")
    drop(page, "a.csv", pump("timestamp" if cells[0][0] == "2" else "id", cells))
    assert "5 records" in told(page)

    expect(page.get_by_role("button", name="time (UTC)")).to_have_count(0)
    expect(page.locator(".record")).to_contain_text(cells[0])


def test_series_are_drawn_one_by_one(open_page: Callable[..., Page], service: str):
    lines = ["timestamp,machine,left,right,mode"]
    for at in range(20):
        lines += [f"2026-01-01T00:00:{at:02}Z,{name},{0.1 * at:.2f},0.5,slow" for name in ("m1", "m2")]
    page = open_page(f"{service}#try/vibration")
    drop(page, "two.csv", "\n".join(lines).encode())
    assert "40 records" in told(page)

    page.get_by_role("button", name="record", exact=True).click()
    page.get_by_role("button", name="Record 13", exact=True).click()
    expect(page.locator("#results")).to_contain_text("This is the series m1")
    page.get_by_role("button", name="Record 14", exact=True).click()
    expect(page.locator("#results")).to_contain_text("This is the series m2")


def test_the_focus_stays_where_one_works(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#try/host")
    drop(page, "faults.csv", FAULTS)
    assert "1,749 records" in told(page)
    page.get_by_role("button", name="next anomaly").focus()
    heading = page.locator(".record h3").first
    for _ in range(3):
        before = heading.inner_text()
        page.keyboard.press("Enter")
        expect(heading).not_to_have_text(before)
    assert page.evaluate("document.activeElement.textContent") == "next anomaly →"
    expect(page.locator("[role=status].unseen")).to_contain_text(heading.inner_text().split(" anomaly")[0])
