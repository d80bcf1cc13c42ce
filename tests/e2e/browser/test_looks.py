"""The console as people see it: pictures of every page, wide and narrow, light and dark; and nothing that keeps somebody out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import ROOT, Seen, drop, findings, shot, told

pytestmark = pytest.mark.e2e
FAULTS = (ROOT / "examples" / "host" / "faults.csv").read_bytes()
WIDTHS = (1280, 360)


def fits(page: Page) -> bool:
    """Whether nothing hangs out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page(
    open_page: Callable[..., Page],
    service: str,
    seen: Seen,
    figures: dict[str, float | str],
    width: int,
    dark: bool,  # noqa: FBT001
):
    told_apart = f"{'dark' if dark else 'light'}-{width}"
    page = open_page(f"{service}#models/host", width=width, dark=dark)
    page.wait_for_selector("text=Features: 28 columns")
    graves = findings(page)
    assert fits(page)
    shot(page, f"console-models-{told_apart}", whole=False)

    page.click("nav >> text=Try it")
    page.wait_for_selector("form.drop")
    graves += findings(page)
    page.select_option("select[name=model]", "host")
    drop(page, "faults.csv", FAULTS)
    assert "1,749 records" in told(page)
    expect(page.locator(".causes li").first).to_be_visible()
    graves += findings(page)
    assert fits(page)
    page.locator("#results h2").scroll_into_view_if_needed()
    shot(page, f"console-try-{told_apart}")

    page.click("nav >> text=Live")
    page.wait_for_selector("text=Live")
    graves += findings(page)
    assert fits(page)

    figures[f"axe, serious findings, {told_apart}"] = len(graves)
    assert graves == []
    assert seen.complaints == []


def test_axe_finds_what_is_wrong(open_page: Callable[..., Page]):
    """The control: a page that keeps people out."""
    page = open_page()
    page.set_content(
        "<html><body><img src='data:,'><button></button><p style='color:#ddd'>pale</p></body></html>"
    )

    assert {each.split(":")[0] for each in findings(page)} >= {"image-alt", "button-name", "color-contrast"}
