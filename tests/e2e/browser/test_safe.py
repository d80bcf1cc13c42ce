"""Nothing in the data becomes a part of the page: not a feature's name, not a category, not a file's name.

The control is the same page with the policy, the escaping, or both left out.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.browser.acts import ROOT, Seen, drop, serving, told, trained

pytestmark = pytest.mark.e2e
IMAGE = "<img src=x onerror=window.ran=1>"
SCRIPT = '"><svg onload=window.ran=1>'
# Text becomes markup, as it would in a page that forgot.
FORGETFUL = """
  element.insertAdjacentHTML("beforeend", children.flat().filter((each) => typeof each === "string").join(""));
  element.append(...children.flat().filter((each) => each instanceof Node));
"""
ESCAPED = "element.append(...children.flat().filter((each) => each != null && each !== false));"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two numbers and a category, each named like an attack."""
    chance = random.Random(1)
    file = tmp_path_factory.mktemp("hostile") / "hostile.csv"
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow([IMAGE, SCRIPT, f"kind {IMAGE}"])
        for _ in range(400):
            level = chance.gauss(0, 1)
            writer.writerow([f"{level:.3f}", f"{2 * level:.3f}", chance.choice([IMAGE, SCRIPT])])
    return file


@pytest.fixture(scope="module")
def hostile(records: Path) -> Iterator[str]:
    """A service whose only model was trained on them."""
    repository = records.parent / "repository"
    trained(repository, records, "hostile", "--epochs", "2")
    with serving(repository) as (url, _):
        yield url


def walk(page: Page, records: Path) -> None:
    """To every place where a name is shown."""
    page.click(".models >> text=hostile")
    page.wait_for_selector("text=Features: 3 columns")
    page.click("nav >> text=Try it")
    page.select_option("select[name=model]", "hostile")
    drop(page, f"{IMAGE}.csv", records.read_bytes())
    assert "400 records of" in told(page)
    page.wait_for_selector(".causes li")
    page.locator(".records tbody tr").nth(3).click()
    drop(page, f"{SCRIPT}.csv", b"a,b\n1,2\n")
    page.wait_for_selector("#told.refused")
    page.wait_for_timeout(200)


def ran(page: Page) -> bool:
    return bool(page.evaluate("Boolean(window.ran)"))


def test_no_name_runs_a_script(open_page: Callable[..., Page], hostile: str, records: Path, seen: Seen):
    page = open_page(hostile)
    walk(page, records)

    assert not ran(page)
    assert IMAGE in page.inner_text("#results")
    assert page.locator("main img, main svg").count() == 0
    assert [each for each in seen.complaints if "422" not in each] == []
    assert seen.elsewhere(hostile) == []


def test_nor_does_it_in_the_report(open_page: Callable[..., Page], hostile: str):
    page = open_page(f"{hostile}v1/models/hostile/versions/1/report")

    expect(page.locator("body")).to_contain_text(IMAGE)
    assert not ran(page)


def without_policy(route: Route) -> None:
    reply = route.fetch()
    headers = {name: value for name, value in reply.headers.items() if name != "content-security-policy"}
    route.fulfill(response=reply, headers=headers)


def without_escaping(route: Route) -> None:
    reply = route.fetch()
    assert ESCAPED in reply.text()
    route.fulfill(response=reply, body=reply.text().replace(ESCAPED, FORGETFUL))


def test_the_policy_alone_holds_where_escaping_is_forgotten(
    open_page: Callable[..., Page], hostile: str, records: Path
):
    page = open_page()
    page.route("**/made.js", without_escaping)
    page.goto(hostile)
    walk(page, records)

    assert page.locator("main img").count() > 0  # it did become markup
    assert not ran(page)


def test_without_policy_and_escaping_it_runs(open_page: Callable[..., Page], hostile: str, records: Path):
    page = open_page()
    page.route("**/made.js", without_escaping)
    page.route(hostile, without_policy)
    page.goto(hostile)
    walk(page, records)

    assert ran(page)


def test_the_console_is_what_was_written(open_page: Callable[..., Page], hostile: str):
    """Every file of the console comes from this service, none is missing, and all are under the policy."""
    page = open_page()
    policies: dict[str, str | None] = {}
    page.on(
        "response", lambda reply: policies.setdefault(reply.url, reply.headers.get("content-security-policy"))
    )
    page.goto(f"{hostile}#try")
    page.wait_for_selector("form.drop")

    shown = {url for url in policies if "/console/" in url or url == hostile}
    assert len(shown) > len(list((ROOT / "service" / "console").glob("*.css")))
    assert all("default-src 'none'" in (policies[url] or "") for url in shown)
