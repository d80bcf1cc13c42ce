"""What goes wrong gets a sentence for people, and the page goes on working."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import ROOT, drop, serving, told

pytestmark = pytest.mark.e2e
HOT = (
    (ROOT / "examples" / "host" / "faults.csv")
    .read_bytes()[:900]
    .rsplit(b"\n", 1)[0]
    .replace(b",0,", b",hot,", 1)
)
PASTE = """(size) => {
  const data = new DataTransfer();
  data.setData("text", "1,2,3\\n".repeat(size / 6));
  document.querySelector("textarea").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def still_works(page: Page, service: str) -> None:
    """A typical record is scored as if nothing had been."""
    features = httpx.get(f"{service}v1/models/host").json()["champion"]["features"]
    record = {each["name"]: each["typical"] for each in features}
    drop(page, "one.json", json.dumps({"records": [record]}).encode())
    expect(page.locator("#told")).to_have_text("1 record of one.json, judged by host 1.")
    expect(page.locator("#results h2")).to_contain_text("No anomaly of 1 record")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("binary.csv", b"PK\x03\x04\x00\x00" * 100, "“binary.csv” is not text"),
        ("latin.csv", b"a,b\n\xff\xfe,1\n", "UTF-8"),
        ("table.xlsx", b"PK", "of a kind that is not read here. What is: csv"),
        ("empty.csv", b"", "“empty.csv” is empty"),
        ("head.csv", b"a,b\n", "a header but no rows"),
        ("wrong.csv", b"height,weight\n1,2\n", "cpu_user"),
        ("words.csv", HOT, 'expected a number, got "hot"'),
        ("broken.json", b'{"records": [', "JSON"),
        ("not.parquet", b"not a parquet file", "Parquet"),
        ("not.png", b"\x89PNG but no more", "not a PNG"),
    ],
)
def test_a_file_that_cannot_be_scored(
    open_page: Callable[..., Page], service: str, name: str, content: bytes, sentence: str
):
    page = open_page(f"{service}#try/host")
    drop(page, name, content)

    assert sentence in told(page)
    expect(page.locator("#told")).to_have_class("refused")
    still_works(page, service)


def test_a_paste_of_fifty_megabytes(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#try/host")
    page.wait_for_selector("textarea")
    page.evaluate(PASTE, 50 * 2**20)

    assert "What was pasted has 50 MB; this page takes 16 MB." in told(page)
    assert page.input_value("textarea") == ""
    still_works(page, service)


def test_nothing_and_several_files(open_page: Callable[..., Page], service: str):
    page = open_page(f"{service}#try/host")
    page.get_by_role("button", name="Score", exact=True).click()

    assert "There is nothing to score yet" in told(page)
    still_works(page, service)


def test_columns_the_model_does_not_know_are_refused_until_they_may_be_left_out(
    open_page: Callable[..., Page], service: str
):
    lines = (ROOT / "examples" / "host" / "faults.csv").read_text().splitlines()[:30]
    more = "\n".join([f"{lines[0]},mood", *(f"{line},good" for line in lines[1:])]).encode()
    page = open_page(f"{service}#try/host")
    drop(page, "more.csv", more)

    assert "mood" in told(page)
    page.get_by_label("ignore columns the model does not know").check()
    drop(page, "more.csv", more)
    expect(page.locator("#told")).to_contain_text("29 records of more.csv")


def test_a_model_that_is_removed_while_its_page_is_open(open_page: Callable[..., Page], tmp_path: Path):
    """A running service goes on serving it from memory; one that starts again has it no more."""
    for name in ("pump", "tiles"):
        shutil.copytree(ROOT / "tests" / "bundles" / name, tmp_path / name)
    record = b"temperature,pressure,flow,valve\n31,4.1,46,open\n"
    with serving(tmp_path) as (url, _):
        page = open_page(f"{url}#try/pump")
        drop(page, "a.csv", record)
        assert "1 record of a.csv" in told(page)
    shutil.rmtree(tmp_path / "pump")
    with serving(tmp_path, port=int(url.rsplit(":", 1)[1].strip("/"))):
        drop(page, "b.csv", record)
        expect(page.locator("#told")).to_contain_text("no model 'pump'")
        page.select_option("select[name=model]", "host")
        still_works(page, url)
        page.goto(f"{url}#models/pump")
        expect(page.locator("#told")).to_have_text("There is no model pump any more.")
        expect(page.get_by_role("link", name="tiles")).to_be_visible()


def test_a_service_that_is_gone(open_page: Callable[..., Page], tmp_path: Path):
    shutil.copytree(ROOT / "models" / "shipped" / "host", tmp_path / "host")
    with serving(tmp_path) as (url, _):
        page = open_page(f"{url}#try/host")
        page.wait_for_selector("form.drop")
    drop(page, "a.csv", b"a\n1\n")
    assert "The service does not answer" in told(page)

    with serving(tmp_path, port=int(url.rsplit(":", 1)[1].strip("/"))):
        still_works(page, url)
