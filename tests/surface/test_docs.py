"""The reference pages list what there is: a setting or a metric without its row is not finished."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.settings import Settings
from service.telemetry import Serving, Telemetry

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *ROOT.glob("*.md"),
    *DOCS.rglob("*.md"),
    *ROOT.glob("examples/*/*.md"),
    *ROOT.glob("benchmarks/*.md"),
]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def metrics() -> dict[str, str]:
    """Every metric of the service with its help."""
    telemetry = Telemetry()
    telemetry.watch(lambda: [Serving("pump", 1, "champion", "vanilla", "sha256:", 1.0)])
    found = {}
    for metric in telemetry.registry.collect():
        if metric.name.startswith("offbeat_"):
            found[metric.name + ("_total" if metric.type == "counter" else "")] = metric.documentation
    return found


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_its_row(name: str) -> None:
    field = Settings.model_fields[name]
    default = "" if field.default is None else str(field.default)

    row = next(
        (line for line in (DOCS / "settings.md").read_text().splitlines() if line.startswith(f"| `{name}` ")),
        "",
    )

    assert f"`OFFBEAT_{name.upper()}`" in row
    assert row.endswith(f"| {default} | {field.description} |")


def test_every_metric_has_its_row_and_no_row_is_of_the_past() -> None:
    rows = [line for line in (DOCS / "metrics.md").read_text().splitlines() if line.startswith("| `offbeat_")]

    listed = {row.split("`")[1].partition("{")[0]: row for row in rows}

    assert set(listed) == set(metrics())
    for name, help_text in metrics().items():
        assert help_text.rstrip(".") in listed[name]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_to_a_page_of_ours_leads_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]

    assert broken == []
