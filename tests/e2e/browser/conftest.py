"""A real browser, and a real service with models of every kind for it to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.browser.acts import ROOT, Seen, serving, trained

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it, else the one Playwright has fetched."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def open_page(browser: Browser, seen: Seen) -> Iterator[Callable[..., Page]]:
    """A page of its own, watched; told of width, colours, and what else a context may be told."""
    contexts: list[BrowserContext] = []

    def page(url: str = "about:blank", *, width: int = 1280, dark: bool = False, **told: object) -> Page:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **told)  # type: ignore[arg-type]
        contexts.append(context)
        seen.watch(context)
        made = context.new_page()
        made.goto(url)
        return made

    yield page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records with two versions, windows, pictures."""
    folder = tmp_path_factory.mktemp("console") / "repository"
    for made in (
        "models/shipped/host",
        "tests/bundles/vibration",
        "tests/bundles/tiles",
        "tests/bundles/pump",
    ):
        shutil.copytree(ROOT / made, folder / Path(made).name)
    trained(folder, ROOT / "examples" / "host" / "normal.csv", "host", "--epochs", "2", "--seed", "2")
    return folder


@pytest.fixture(scope="session")
def service(repository: Path) -> Iterator[str]:
    """The address of a service that tells of events, and may be changed with KEY."""
    with serving(repository, "--events") as (url, _):
        yield url
