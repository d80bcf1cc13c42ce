"""The README on a page as wide as a code host shows it: what it is, two commands and a picture before depth begins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Page

from tests.e2e.browser.acts import ROOT

pytestmark = pytest.mark.e2e
SCREEN = 1080  # pixels
LOOK = "body { font: 16px/1.5 sans-serif; max-width: 916px; margin: 0 auto } img { max-width: 100% } pre { padding: 16px }"


def test_depth_begins_below_the_first_screen(open_page: Callable[..., Page], figures: dict[str, float | str]):
    written = MarkdownIt().enable("table").render((ROOT / "README.md").read_text())
    page = open_page((ROOT / "LICENSE").as_uri())  # an address beside which the picture lies
    page.set_content(f"<base href='{ROOT.as_uri()}/'><style>{LOOK}</style>{written}")
    page.wait_for_function("[...document.images].every((each) => each.complete)")

    depth = page.evaluate("document.querySelector('h2').getBoundingClientRect().top")
    figures["README, pixels before depth begins"] = depth
    assert page.evaluate("[...document.images].every((each) => each.naturalWidth > 100)")
    assert page.locator("pre").first.bounding_box()["y"] < depth  # type: ignore[index]
    assert depth < SCREEN
