"""Reports opened from disk, with the network off: one of every kind of data."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from models.bundle import PAGE
from tests.bundles.make import MADE
from tests.e2e.browser.acts import ROOT, Seen, shot, trained

pytestmark = pytest.mark.e2e
MOST_BYTES, MOST_SECONDS = 1_500_000, 2.0
KINDS = ("host", "pump", "vibration", "tiles", "labelled")


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The shipped model's, and those of models trained for this: records with categories, windows, pictures, labels."""
    folder = tmp_path_factory.mktemp("reports")
    found = {"host": ROOT / "models" / "shipped" / "host" / "1" / PAGE}
    for name, told in {
        "pump": (),
        "vibration": ("--window", "6", "--series", "machine"),
        "tiles": (),
    }.items():
        data = next(MADE[name](folder)).data
        trained(folder / "repository", data, name, "--epochs", "5", *told)
        found[name] = folder / "repository" / name / "1" / PAGE
    trained(folder / "repository", labelled(folder), "labelled", "--epochs", "5")
    return found | {"labelled": folder / "repository" / "labelled" / "1" / PAGE}


def labelled(folder: Path) -> Path:
    """The pump once more, every twentieth record a known anomaly."""
    head, *lines = (folder / "pump.csv").read_text().splitlines()
    rows = [f"{head},label", *(f"{line},0" for line in lines)]
    for place in range(10, len(rows), 20):
        *before, _, valve, _ = rows[place].split(",")
        rows[place] = ",".join([*before, "90", valve, "1"])
    path = folder / "labelled.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_report_without_a_network(
    open_page: Callable[..., Page],
    reports: dict[str, Path],
    seen: Seen,
    figures: dict[str, float | str],
    kind: str,
    dark: bool,  # noqa: FBT001
):
    page = open_page(dark=dark, offline=True)
    address = reports[kind].as_uri()
    start = time.monotonic()
    page.goto(address)
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    seconds = time.monotonic() - start

    assert page.locator("h2").count() >= 5
    assert seen.elsewhere(address) == []
    assert seen.complaints == []
    shot(page, f"report-{kind}-{'dark' if dark else 'light'}", whole=kind == "host")
    if not dark:
        figures[f"report of {kind}, kB"] = reports[kind].stat().st_size / 1e3
        figures[f"report of {kind}, s until it is drawn"] = seconds
    assert reports[kind].stat().st_size < MOST_BYTES
    assert seconds < MOST_SECONDS
